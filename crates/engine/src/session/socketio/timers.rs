//! Every timer of a session.

use crate::time::Instant;

/// What a session may be waiting for. At most one of each kind runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Timer {
    /// The wait before the next attempt is over: try.
    Retry,
    /// A WebSocket has not brought the handshake, or an opening poll no answer: try the other transport, or give up.
    Open,
    /// The link is open, but no namespace has been answered: give the attempt up.
    Join,
    /// No ping came for `pingInterval + pingTimeout`: the link is lost (contract 0).
    Heartbeat,
    /// The link was quiet for a while, and it is being watched closely: ask whether it lives.
    Probe,
    /// Nothing came after asking: the link is lost.
    ProbeAnswer,
    /// The WebSocket that a polling session wants to change to does not answer: stay with polling.
    Upgrade,
    /// An ack is overdue.
    Ack,
}

/// The running timers.
#[derive(Debug, Default)]
pub(super) struct Timers {
    running: Vec<(Timer, Instant)>,
}

impl Timers {
    /// Starts a timer, or moves it.
    pub(super) fn set(&mut self, timer: Timer, at: Instant) {
        self.clear(timer);
        self.running.push((timer, at));
    }

    /// Stops a timer.
    pub(super) fn clear(&mut self, timer: Timer) {
        self.running.retain(|(running, _)| *running != timer);
    }

    /// Stops all of them.
    pub(super) fn clear_all(&mut self) {
        self.running.clear();
    }

    /// When the next one is due.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.running.iter().map(|(_, at)| *at).min()
    }

    /// Takes out the timer that has been due longest, and says when it was due.
    pub(super) fn pop_due(&mut self, now: Instant) -> Option<(Timer, Instant)> {
        let (timer, at) = self.running.iter().copied().min_by_key(|(_, at)| *at)?;
        if at > now {
            return None;
        }
        self.clear(timer);
        Some((timer, at))
    }
}
