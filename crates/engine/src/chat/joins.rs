//! Joining rooms after a connect, within the server's limits: the open room first, then those that something waits for,
//! then the others, most recent first.

use std::rc::Rc;
use std::time::Duration;

use serde_json::Value;

use super::api::{Millis, RoomId};
use super::engine::ChatEngine;
use super::pace::Pace;
use super::rooms::Membership;
use crate::time::{Instant, earliest};

/// Contract 5: 30 joins a minute. Two less, lest clocks that differ make one too many.
const JOINS: usize = 28;
/// Of these, kept for rooms that the person opens.
const KEPT: usize = 6;
/// Under way at once.
const AT_ONCE: usize = 4;
/// A server that has not said anything of a room by then does not.
const ANSWER_WITHIN: Duration = Duration::from_secs(8);

#[derive(Debug)]
pub(super) struct Joins {
    pace: Pace,
    /// The server refused, or would.
    held: Option<Instant>,
    /// Some room may have to be joined.
    dirty: bool,
}

impl Default for Joins {
    fn default() -> Self {
        Self {
            pace: Pace::new(JOINS, Duration::from_secs(60)),
            held: None,
            dirty: false,
        }
    }
}

impl ChatEngine {
    /// A room is to be joined as soon as possible.
    pub(super) fn want_join(&mut self, room: &RoomId) {
        if let Some(room) = self.rooms.get_mut(room) {
            room.wanted = true;
        }
        self.joins.dirty = true;
    }

    /// Rooms have to be looked through again.
    pub(super) fn look_at_joins(&mut self) {
        self.joins.dirty = true;
    }

    /// The session is new: the server knows of no room.
    pub(super) fn forget_joins(&mut self) {
        for room in self.rooms.values_mut() {
            room.membership = Membership::Out;
            room.settled = false;
        }
        self.joins.held = None;
        self.joins.dirty = true;
    }

    /// Asks for what can be asked for now.
    pub(super) fn pump_joins(&mut self, now: Instant) {
        if !self.joins.dirty || !self.leads || !self.link.is_up() || self.joins.held.is_some() {
            return;
        }
        self.joins.dirty = false;
        let under_way = self
            .rooms
            .values()
            .filter(|room| matches!(room.membership, Membership::Asked { .. }))
            .count();
        for (index, (first, id)) in self.rooms_to_join().into_iter().enumerate() {
            if under_way + index >= AT_ONCE {
                self.joins.dirty = true;
                return;
            }
            let kept = if first { 0 } else { KEPT };
            let next = self.joins.pace.next_with(now, kept);
            if next > now {
                self.joins.held = Some(next);
                self.joins.dirty = true;
                return;
            }
            self.joins.pace.took(now);
            self.link.emit(now, "join-room", vec![Value::from(&*id)], None);
            if let Some(room) = self.rooms.get_mut(&id) {
                room.again = false;
                if room.membership == Membership::Out {
                    room.membership = Membership::Asked { since: now };
                }
            }
        }
    }

    /// In order; `true`: somebody waits for it.
    fn rooms_to_join(&self) -> Vec<(bool, RoomId)> {
        let open = self.open_room();
        let mut rooms: Vec<(u8, std::cmp::Reverse<Millis>, RoomId)> = self
            .rooms
            .iter()
            .filter_map(|(id, room)| {
                let rank = match () {
                    () if room.membership == Membership::In && room.again => 3,
                    () if room.membership != Membership::Out => return None,
                    () if open == Some(id) => 0,
                    () if room.wanted => 1,
                    () if room.joined && (room.behind || !self.server.exact) => 2,
                    () => return None,
                };
                let time = room.last.as_ref().map_or(0, |last| last.time);
                Some((rank, std::cmp::Reverse(time), Rc::clone(id)))
            })
            .collect();
        rooms.sort();
        rooms.into_iter().map(|(rank, _, id)| (rank < 2, id)).collect()
    }

    /// A room was asked for and not answered yet.
    pub(super) fn is_joining(&self) -> bool {
        self.rooms
            .values()
            .any(|room| matches!(room.membership, Membership::Asked { .. }))
    }

    /// "Rate limit exceeded" where no message was on its way.
    pub(super) fn joins_refused_until(&mut self, until: Instant) {
        for room in self.rooms.values_mut() {
            if matches!(room.membership, Membership::Asked { .. }) {
                room.membership = Membership::Out;
            }
        }
        self.joins.held = Some(until);
        self.joins.dirty = true;
    }

    /// An `error` that names nothing may be about the room that was asked for last.
    pub(super) fn join_refused(&mut self, words: &str) -> bool {
        let asked = |membership: &Membership| match membership {
            Membership::Asked { since } => Some(*since),
            Membership::Out | Membership::In | Membership::Refused(_) => None,
        };
        let latest = self
            .rooms
            .iter()
            .filter_map(|(id, room)| Some((asked(&room.membership)?, Rc::clone(id))))
            .max();
        let Some((_, id)) = latest else { return false };
        if let Some(room) = self.rooms.get_mut(&id) {
            room.membership = Membership::Refused(words.to_owned());
            room.wanted = false;
        }
        self.joins.dirty = true;
        self.room_changed(&id);
        true
    }

    pub(super) fn tick_joins(&mut self, now: Instant) {
        if self.joins.held.is_some_and(|until| until <= now) {
            self.joins.held = None;
            self.joins.dirty = true;
        }
        let mut silent = Vec::new();
        for (id, room) in &self.rooms {
            if matches!(room.membership, Membership::Asked { since } if since + ANSWER_WITHIN <= now) {
                silent.push(Rc::clone(id));
            }
        }
        for id in silent {
            if let Some(room) = self.rooms.get_mut(&id) {
                room.membership = Membership::In;
                room.wanted = false;
            }
            self.joins.dirty = true;
            self.room_changed(&id);
        }
    }

    pub(super) fn joins_deadline(&self) -> Option<Instant> {
        if !self.link.is_up() {
            return None;
        }
        let asked = self
            .rooms
            .values()
            .filter_map(|room| match room.membership {
                Membership::Asked { since } => Some(since + ANSWER_WITHIN),
                Membership::Out | Membership::In | Membership::Refused(_) => None,
            })
            .min();
        earliest(self.joins.held, asked)
    }
}
