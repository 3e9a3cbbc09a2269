//! Own messages without an id, on servers that do not send them back: a room's history says it.
//!
//! It is asked for again where something waits for the id: a wish of this person, or what others did with the message.

use std::collections::{BTreeSet, VecDeque};
use std::rc::Rc;
use std::time::Duration;

use super::api::{MessageId, RoomId};
use super::engine::ChatEngine;
use super::log::{Change, Log};
use super::outbox::Stage;
use super::rooms::Membership;
use crate::time::Instant;

/// Between two times that rooms are asked for. Where nothing came of it, twice as long the next time.
const PAUSE: Duration = Duration::from_secs(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(300);
/// Changes that wait for a name.
const KEPT: usize = 64;

#[derive(Debug)]
pub(super) struct Names {
    /// Rooms to be asked for.
    wanted: BTreeSet<RoomId>,
    /// Not before.
    next: Option<Instant>,
    pause: Duration,
    /// Changes of messages that are not held, maybe of own ones: histories do not tell all of them.
    kept: VecDeque<(RoomId, MessageId, Change)>,
}

impl Default for Names {
    fn default() -> Self {
        Self {
            wanted: BTreeSet::new(),
            next: None,
            pause: PAUSE,
            kept: VecDeque::new(),
        }
    }
}

impl ChatEngine {
    /// A message that is not held was changed: it may be an own one.
    pub(super) fn change_of_unknown(&mut self, room: &RoomId, message: MessageId, change: Change) {
        if !self.may_be_nameless(room) {
            return;
        }
        if self.names.kept.len() >= KEPT {
            self.names.kept.pop_front();
        }
        self.names.kept.push_back((Rc::clone(room), message, change));
        self.names.wanted.insert(Rc::clone(room));
    }

    /// A message answers one that is not held: it may be an own one.
    pub(super) fn answers_unknown(&mut self, room: &RoomId, answered: &str) {
        let known = self.logs.get(room).is_some_and(|log| log.knows(answered));
        if !known && self.may_be_nameless(room) {
            self.names.wanted.insert(Rc::clone(room));
        }
    }

    fn may_be_nameless(&self, room: &RoomId) -> bool {
        if self.server.exact {
            return false;
        }
        let stored = self.logs.get(room).is_some_and(Log::has_nameless);
        // The echo of what is on its way comes before anything about it.
        stored
            || self.sending.echoes != Some(true)
                && self.outbox.of_room(room).any(|entry| {
                    entry.wish.what.is_send()
                        && matches!(entry.stage, Stage::Sending { .. } | Stage::Proven { .. })
                })
    }

    /// Asks for what is wanted, within its pace.
    pub(super) fn pump_names(&mut self, now: Instant) {
        if !self.asks_for_names() {
            return;
        }
        self.names.wanted.extend(self.outbox.rooms_lacking_names());
        if self.names.wanted.is_empty() || self.names.next.is_some_and(|next| next > now) {
            return;
        }
        let mut any = false;
        for id in std::mem::take(&mut self.names.wanted) {
            // Elsewhere the history is still to come.
            if let Some(room) = self.rooms.get_mut(&id)
                && room.membership == Membership::In
            {
                room.again = true;
                any = true;
            }
        }
        if any {
            self.look_at_joins();
            self.names.next = Some(now + self.names.pause);
            self.names.pause = LONGEST_PAUSE.min(self.names.pause * 2);
        }
    }

    fn asks_for_names(&self) -> bool {
        self.leads && !self.server.exact && self.server.known && self.link.is_up()
    }

    pub(super) fn names_deadline(&self) -> Option<Instant> {
        self.names
            .next
            .filter(|_| self.asks_for_names() && !self.names.wanted.is_empty())
    }

    /// A history came, and `any` own message has its name now: what happened to it meanwhile is made up for. What is
    /// still not known was none of them.
    pub(super) fn names_came(&mut self, now: Instant, room: &RoomId, any: bool) {
        if any {
            self.names.pause = PAUSE;
        }
        let (of_room, others) = std::mem::take(&mut self.names.kept)
            .into_iter()
            .partition(|(of, _, _)| of == room);
        self.names.kept = others;
        let of_room: VecDeque<(RoomId, MessageId, Change)> = of_room;
        for (_, message, change) in of_room {
            self.change_message(now, room, &message, &change);
        }
    }
}
