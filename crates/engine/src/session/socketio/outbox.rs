//! What is waiting to be sent, and what is waiting for an answer.
//!
//! An emit is in one place at a time, so that it is sent once:
//!
//! ```text
//!  emit ──► queue ──► (WebSocket: gone) ─────────────────────────► with the server, or lost with the link
//!             ▲  └──► in flight (polling) ──POST answered with 200──► with the server
//!             └──── not posted, or the POST was refused ───┘ └──POST without an answer──► unknown: not sent again
//! ```
//!
//! So the server gets every emit at most once, and exactly once when the link that carried it lived long enough to
//! deliver it. Who needs to know asks for an ack.

use std::collections::VecDeque;

use super::api::{Emit, EmitId, WhenOffline};
use crate::time::Instant;

/// An emit with its name.
#[derive(Debug, Clone)]
pub(super) struct Queued {
    pub(super) id: EmitId,
    pub(super) emit: Emit,
}

/// An ack that is asked for.
#[derive(Debug)]
struct Awaited {
    id: EmitId,
    namespace: String,
    due: Instant,
    sent: bool,
}

#[derive(Debug, Default)]
pub(super) struct Outbox {
    counter: u64,
    queue: VecDeque<Queued>,
    in_flight: VecDeque<Queued>,
    /// Of those in flight: cancelled, or reported as failed, and therefore never to be sent again.
    given_up: Vec<EmitId>,
    awaited: Vec<Awaited>,
}

impl Outbox {
    /// Puts an emit at the end of the queue.
    pub(super) fn add(&mut self, now: Instant, emit: Emit) -> EmitId {
        let id = self.name();
        if let Some(within) = emit.ack_within {
            let namespace = emit.namespace.clone();
            self.awaited.push(Awaited {
                id,
                namespace,
                due: now + within,
                sent: false,
            });
        }
        self.queue.push_back(Queued { id, emit });
        id
    }

    /// A name for an emit that is not kept.
    pub(super) fn name(&mut self) -> EmitId {
        self.counter += 1;
        EmitId(self.counter)
    }

    /// Takes out the first emit whose namespace is `ready`; it counts as sent.
    pub(super) fn next_ready(&mut self, ready: &dyn Fn(&str) -> bool) -> Option<Queued> {
        let index = self
            .queue
            .iter()
            .position(|queued| ready(&queued.emit.namespace))?;
        let queued = self.queue.remove(index)?;
        for awaited in &mut self.awaited {
            awaited.sent |= awaited.id == queued.id;
        }
        Some(queued)
    }

    /// Keeps an emit until it is known to be with the server.
    pub(super) fn keep_in_flight(&mut self, queued: Queued) {
        self.in_flight.push_back(queued);
    }

    /// The first `count` emits in flight are with the server.
    pub(super) fn posted(&mut self, count: usize) {
        self.in_flight.drain(..count.min(self.in_flight.len()));
        if self.in_flight.is_empty() {
            self.given_up.clear();
        }
    }

    /// The link is gone. The last `unsent` emits in flight go back to the head of the queue, and what nobody wants
    /// later is dropped. Gives the emits whose acks cannot come any more.
    pub(super) fn link_lost(&mut self, unsent: usize) -> Vec<EmitId> {
        let keep = self.in_flight.len().saturating_sub(unsent);
        let given_up = std::mem::take(&mut self.given_up);
        for queued in self
            .in_flight
            .drain(keep..)
            .rev()
            .filter(|queued| !given_up.contains(&queued.id))
        {
            for awaited in &mut self.awaited {
                awaited.sent &= awaited.id != queued.id;
            }
            self.queue.push_front(queued);
        }
        self.in_flight.clear();
        let mut gone = self.take_awaited(&|awaited| awaited.sent);
        let queue = &mut self.queue;
        let dropped: Vec<_> = queue
            .iter()
            .filter(|q| q.emit.offline == WhenOffline::Drop)
            .map(|q| q.id)
            .collect();
        queue.retain(|queued| queued.emit.offline == WhenOffline::Queue);
        gone.extend(self.take_awaited(&|awaited| dropped.contains(&awaited.id)));
        gone
    }

    /// One namespace is gone while the link lives. Gives the emits whose acks cannot come any more.
    pub(super) fn namespace_lost(&mut self, namespace: &str) -> Vec<EmitId> {
        self.take_awaited(&|awaited| awaited.sent && awaited.namespace == namespace)
    }

    /// Drops everything. Gives the emits whose acks cannot come any more.
    pub(super) fn clear(&mut self) -> Vec<EmitId> {
        self.queue.clear();
        self.in_flight.clear();
        self.given_up.clear();
        self.take_awaited(&|_| true)
    }

    /// Drops an emit if it is still queued, and forgets its ack in any case.
    pub(super) fn forget(&mut self, id: EmitId) {
        self.give_up(&[id]);
        self.awaited.retain(|awaited| awaited.id != id);
    }

    /// Whether this ack was awaited; it is not any more.
    pub(super) fn acked(&mut self, namespace: &str, id: EmitId) -> bool {
        !self
            .take_awaited(&|awaited| awaited.sent && awaited.id == id && awaited.namespace == namespace)
            .is_empty()
    }

    /// The emits whose ack is overdue. One that is still queued is dropped: its sender was told that it failed, and
    /// would send it twice.
    pub(super) fn overdue(&mut self, now: Instant) -> Vec<EmitId> {
        let overdue = self.take_awaited(&|awaited| awaited.due <= now);
        self.give_up(&overdue);
        overdue
    }

    /// When the next ack is overdue.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.awaited.iter().map(|awaited| awaited.due).min()
    }

    fn give_up(&mut self, ids: &[EmitId]) {
        self.queue.retain(|queued| !ids.contains(&queued.id));
        self.given_up.extend(
            self.in_flight
                .iter()
                .map(|queued| queued.id)
                .filter(|id| ids.contains(id)),
        );
    }

    fn take_awaited(&mut self, which: &dyn Fn(&Awaited) -> bool) -> Vec<EmitId> {
        let taken = self
            .awaited
            .iter()
            .filter(|awaited| which(awaited))
            .map(|awaited| awaited.id)
            .collect();
        self.awaited.retain(|awaited| !which(awaited));
        taken
    }
}
