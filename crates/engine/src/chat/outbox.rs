//! The outbox: every wish in the order it was made, and how far it has come.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use super::api::{MessageId, Millis, RoomId, WishId};
use super::echo;
use super::sending::ECHO_WITHIN;
use super::wish::{Target, What, Wish};
use crate::session::socketio::EmitId;
use crate::time::{Instant, earliest};

/// How far a wish has come. Refused ones keep their stage and have [`Wish::failed`].
///
/// ```text
///        on disk            sent              read by a plain server
///  Saving ─────► Ready ◄──────────► Sending ─────────────────────► Proven
///                  ▲     link lost,     │                          │    │
///                  │     rate limit     │ acked, told to all       │    │ told to all, found in history,
///                  │                    ▼                          │    ▼ or time is over
///                  │                  done                         │  done
///                  └───────────────────────────────────────────────┘ link lost
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// Not on disk yet, so it must not leave.
    Saving { commit: u64 },
    /// May leave when it is its turn.
    Ready,
    /// On its way.
    Sending {
        emit: EmitId,
        since: Instant,
        /// The proof that tells of it, on plain servers.
        proof: Option<u64>,
    },
    /// A server without acks has read it; whether it did it, its word to all or its history says.
    Proven { since: Instant },
}

#[derive(Debug)]
pub(super) struct Entry {
    pub(super) wish: Wish,
    pub(super) stage: Stage,
    /// A rate limit or a trouble of the server: not before.
    pub(super) not_before: Option<Instant>,
    /// It left at least once and was neither confirmed nor refused: the server may have it.
    pub(super) doubtful: bool,
    /// It was in doubt already when it left last.
    pub(super) twice: bool,
    /// When it was refused, as far as a server can say without acks: it may have been about something else.
    pub(super) refused: Option<Instant>,
    /// Its echo did not come, and the room's history was asked for.
    pub(super) looked_for: bool,
    /// What its room ended with when the server had read it: it stands behind that.
    pub(super) behind: Option<Behind>,
}

/// What a room ended with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Behind {
    /// Nothing that has an id.
    Nothing,
    /// This message, and maybe own ones without an id.
    Message(MessageId),
}

impl Entry {
    fn blocks(&self) -> bool {
        self.wish.failed.is_none() && !matches!(self.stage, Stage::Proven { .. })
    }
}

#[derive(Debug)]
pub(super) struct Outbox {
    entries: BTreeMap<WishId, Entry>,
    last: u64,
    random: u64,
}

impl Outbox {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            entries: BTreeMap::new(),
            last: 0,
            random: seed | 1,
        }
    }

    /// A name for a new wish: later than every other of this outbox, whatever the clock says.
    pub(super) fn name(&mut self, wall: Millis) -> WishId {
        let newest = self.entries.keys().next_back().and_then(made_at).unwrap_or(0);
        self.last = wall.max(self.last + 1).max(newest + 1);
        self.random ^= self.random >> 12;
        self.random ^= self.random << 25;
        self.random ^= self.random >> 27;
        let random = self.random.wrapping_mul(0x2545_F491_4F6C_DD1D);
        WishId(Rc::from(format!("{:013}-{random:016x}", self.last)))
    }

    pub(super) fn put(&mut self, wish: Wish, stage: Stage) {
        let wish_id = wish.id.clone();
        let entry = Entry {
            wish,
            stage,
            not_before: None,
            looked_for: false,
            behind: None,
            twice: false,
            refused: None,
            doubtful: self.entries.get(&wish_id).is_some_and(|entry| entry.doubtful),
        };
        self.entries.insert(entry.wish.id.clone(), entry);
    }

    pub(super) fn get(&self, id: &WishId) -> Option<&Entry> {
        self.entries.get(id)
    }

    pub(super) fn get_mut(&mut self, id: &WishId) -> Option<&mut Entry> {
        self.entries.get_mut(id)
    }

    pub(super) fn remove(&mut self, id: &WishId) -> Option<Entry> {
        self.entries.remove(id)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
    }

    pub(super) fn of_room<'a>(&'a self, room: &'a str) -> impl Iterator<Item = &'a Entry> {
        self.entries
            .values()
            .filter(move |entry| &*entry.wish.room == room)
    }

    /// How many wait for the server, and how many were refused. Read marks are nobody's concern.
    pub(super) fn counts(&self) -> (u32, u32) {
        let mut counts = (0, 0);
        for entry in self.entries.values() {
            match (&entry.wish.what, entry.wish.failed.is_some(), entry.stage) {
                (What::Read { .. }, _, _) | (_, false, Stage::Proven { .. }) => {}
                (_, false, _) => counts.0 += 1,
                (_, true, _) => counts.1 += 1,
            }
        }
        counts
    }

    /// A transaction is on disk (or will never be, which must not hold up what can be sent).
    pub(super) fn saved(&mut self, done: u64) -> bool {
        let mut any = false;
        for entry in self.entries.values_mut() {
            if matches!(entry.stage, Stage::Saving { commit } if commit <= done) {
                entry.stage = Stage::Ready;
                any = true;
            }
        }
        any
    }

    /// Another person's outbox is another one.
    pub(super) fn clear(&mut self) {
        self.entries.clear();
    }

    /// Wishes about a message that will never be.
    pub(super) fn about_wish(&self, wish: &WishId) -> Vec<WishId> {
        self.entries
            .values()
            .filter(|entry| matches!(entry.wish.what.target(), Some(Target::Wish(of)) if of == wish))
            .map(|entry| entry.wish.id.clone())
            .collect()
    }

    /// The link is gone: what was not confirmed may or may not have arrived. Gives those whose stage changed.
    pub(super) fn link_lost(&mut self) -> Vec<WishId> {
        let mut changed = Vec::new();
        for (id, entry) in &mut self.entries {
            match entry.stage {
                Stage::Sending { .. } | Stage::Proven { .. } => {
                    entry.stage = Stage::Ready;
                    changed.push(id.clone());
                }
                Stage::Saving { .. } | Stage::Ready => {}
            }
        }
        changed
    }

    /// Reactions that a server without acks has read, and of which it told nobody yet.
    pub(super) fn read_reactions(&self) -> Vec<WishId> {
        self.entries
            .values()
            .filter(|entry| matches!(entry.stage, Stage::Proven { .. }))
            .filter(|entry| matches!(entry.wish.what, What::React { .. }))
            .map(|entry| entry.wish.id.clone())
            .collect()
    }

    /// Rooms in which something may have arrived without anybody having said so.
    pub(super) fn doubtful_rooms(&self) -> Vec<RoomId> {
        let doubtful = |entry: &&Entry| entry.doubtful && entry.wish.failed.is_none();
        let mut rooms: Vec<RoomId> = self
            .entries
            .values()
            .filter(doubtful)
            .map(|entry| Rc::clone(&entry.wish.room))
            .collect();
        rooms.sort();
        rooms.dedup();
        rooms
    }

    /// Which wish left with this emit.
    pub(super) fn of_emit(&self, wanted: EmitId) -> Option<WishId> {
        self.entries
            .values()
            .find(|entry| matches!(entry.stage, Stage::Sending { emit, .. } if emit == wanted))
            .map(|entry| entry.wish.id.clone())
    }

    /// The first wish on its way: on plain servers there is only one.
    pub(super) fn on_its_way(&self) -> Option<WishId> {
        self.entries
            .values()
            .find(|entry| matches!(entry.stage, Stage::Sending { .. }))
            .map(|entry| entry.wish.id.clone())
    }

    /// Every wish that left and was neither confirmed nor refused, the one that left first in front: an `error` of a
    /// plain server is about one of them, and may come after its proof.
    pub(super) fn unanswered(&self) -> Vec<WishId> {
        let mut left: Vec<(Instant, &WishId)> = self
            .entries
            .iter()
            .filter_map(|(id, entry)| match entry.stage {
                Stage::Sending { since, .. } | Stage::Proven { since } => Some((since, id)),
                Stage::Saving { .. } | Stage::Ready => None,
            })
            .collect();
        left.sort();
        left.into_iter().map(|(_, id)| id.clone()).collect()
    }

    /// Something was read by the server, and nothing says yet whether it was done.
    pub(super) fn awaits_echo(&self) -> bool {
        self.entries
            .values()
            .any(|entry| matches!(entry.stage, Stage::Proven { .. }))
    }

    /// The next wish of each room that may leave now: the first one that is neither with the server nor refused.
    /// `now_wall` decides about deletions that can still be undone, which hold up nobody.
    pub(super) fn next_of_rooms(&self, now: Instant, now_wall: Millis) -> Vec<WishId> {
        let mut rooms: Vec<&RoomId> = Vec::new();
        let mut next = Vec::new();
        for (id, entry) in &self.entries {
            if !entry.blocks() || rooms.contains(&&entry.wish.room) {
                continue;
            }
            if undoable(&entry.wish, now_wall) {
                continue;
            }
            rooms.push(&entry.wish.room);
            let waits = entry.not_before.is_some_and(|at| at > now) || self.lacks_something(&entry.wish);
            if entry.stage == Stage::Ready && !waits {
                next.push(id.clone());
            }
        }
        next
    }

    /// It cannot leave yet: an upload is under way, or the message it is about has no name.
    fn lacks_something(&self, wish: &Wish) -> bool {
        match &wish.what {
            What::Send { uploads, .. } => !uploads.is_empty(),
            What::Edit { target, .. } | What::Delete { target, .. } | What::React { target, .. } => {
                matches!(target, Target::Wish(_))
            }
            What::Read { .. } => false,
        }
    }

    /// Rooms with a wish about a message whose name is not known though its server has it.
    pub(super) fn rooms_lacking_names(&self) -> Vec<RoomId> {
        let lacking = |entry: &&Entry| match entry.wish.what.target() {
            Some(Target::Wish(wish)) => entry.wish.failed.is_none() && !self.entries.contains_key(wish),
            Some(Target::Message(_)) | None => false,
        };
        let mut rooms: Vec<RoomId> = self
            .entries
            .values()
            .filter(lacking)
            .map(|entry| Rc::clone(&entry.wish.room))
            .collect();
        rooms.dedup();
        rooms
    }

    /// When something changes by time alone.
    pub(super) fn deadline(&self, now: Instant, now_wall: Millis) -> Option<Instant> {
        let mut due = None;
        for entry in self.entries.values() {
            if let What::Delete { not_before, .. } = &entry.wish.what
                && *not_before > now_wall
            {
                due = earliest(due, Some(now + Duration::from_millis(not_before - now_wall)));
            }
            due = earliest(due, entry.not_before.filter(|at| *at > now));
        }
        due
    }

    /// The wish that this own message answers for, on a server that knows no client ids: the first of its room that may
    /// have arrived and says the same. `lately`: also
    /// one that was refused shortly before then, since an `error` has no address.
    pub(super) fn echoed(
        &self,
        room: &str,
        content: &str,
        reply_to: Option<&MessageId>,
        lately: Option<Instant>,
    ) -> Option<WishId> {
        self.arrived(room, lately, |what| match what {
            What::Send {
                content: wanted,
                reply_to: answered,
                ..
            } => {
                // A server may drop what it does not know, but does not invent an answer.
                let same_reply = reply_to.is_none() || reply_to == answered.as_ref();
                same_reply && echo::same_text(wanted, content)
            }
            What::Edit { .. } | What::Delete { .. } | What::React { .. } | What::Read { .. } => false,
        })
    }

    /// The first wish of a room that may have arrived and that `is_it` knows; those that seemed to be refused come last.
    pub(super) fn arrived(
        &self,
        room: &str,
        lately: Option<Instant>,
        is_it: impl Fn(&What) -> bool,
    ) -> Option<WishId> {
        let of_room = || self.of_room(room).filter(|entry| is_it(&entry.wish.what));
        let left = |entry: &&Entry| match entry.stage {
            Stage::Sending { .. } | Stage::Proven { .. } => true,
            Stage::Saving { .. } | Stage::Ready => entry.doubtful && entry.wish.failed.is_none(),
        };
        let refused = |entry: &&Entry| {
            let just = entry
                .refused
                .zip(lately)
                .is_some_and(|(at, now)| now.since(at) <= ECHO_WITHIN);
            just && entry.wish.failed.is_some()
        };
        let found = of_room().find(left).or_else(|| of_room().find(refused));
        found.map(|entry| entry.wish.id.clone())
    }

    /// Everything that was tried in an earlier life of this page may have arrived.
    pub(super) fn doubt(&mut self) {
        for entry in self.entries.values_mut() {
            entry.doubtful = entry.wish.tried;
        }
    }

    /// A message that was only ours has a name now: wishes about it can leave. Gives those that changed.
    pub(super) fn named(&mut self, wish: &WishId, id: &MessageId) -> Vec<WishId> {
        let mut changed = Vec::new();
        for (name, entry) in &mut self.entries {
            if let Some(target) = entry.wish.what.target_mut()
                && matches!(target, Target::Wish(of) if of == wish)
            {
                *target = Target::Message(Rc::clone(id));
                changed.push(name.clone());
            }
        }
        changed
    }

    /// A wish about this target that has not left, of the kind that `same` knows.
    pub(super) fn about(&self, target: &Target, same: fn(&What) -> bool) -> Option<WishId> {
        self.entries
            .values()
            .filter(|entry| !matches!(entry.stage, Stage::Sending { .. } | Stage::Proven { .. }))
            .find(|entry| entry.wish.what.target() == Some(target) && same(&entry.wish.what))
            .map(|entry| entry.wish.id.clone())
    }
}

/// Its deletion can still be taken back.
pub(super) fn undoable(wish: &Wish, now_wall: Millis) -> bool {
    matches!(&wish.what, What::Delete { not_before, .. } if *not_before > now_wall)
}

fn made_at(id: &WishId) -> Option<u64> {
    id.0.get(..13)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn send(outbox: &mut Outbox, wall: Millis, room: &str, content: &str) -> WishId {
        let id = outbox.name(wall);
        let wish = Wish {
            id: id.clone(),
            room: Rc::from(room),
            made: wall,
            what: What::Send {
                content: Rc::from(content),
                reply_to: None,
                attachments: Vec::new(),
                uploads: Vec::new(),
            },
            tried: false,
            failed: None,
        };
        outbox.put(wish, Stage::Ready);
        id
    }

    #[test]
    fn names_are_in_order_even_when_the_clock_goes_back() {
        let mut outbox = Outbox::new(1);
        let first = send(&mut outbox, 5000, "r", "a");
        let second = send(&mut outbox, 5000, "r", "b");
        let third = send(&mut outbox, 10, "r", "c");
        assert!(first < second && second < third);
        let mut after_reload = Outbox::new(2);
        after_reload.put(
            outbox
                .remove(&third)
                .map(|entry| entry.wish)
                .unwrap_or_else(|| unreachable!()),
            Stage::Ready,
        );
        assert!(after_reload.name(1) > third);
    }

    #[test]
    fn a_room_sends_one_after_the_other_and_rooms_do_not_wait_for_each_other() {
        let now = Instant::default();
        let mut outbox = Outbox::new(1);
        let a1 = send(&mut outbox, 1, "a", "1");
        let a2 = send(&mut outbox, 2, "a", "2");
        let b1 = send(&mut outbox, 3, "b", "1");
        assert_eq!(outbox.next_of_rooms(now, 9), vec![a1.clone(), b1.clone()]);
        let sending = Stage::Sending {
            emit: EmitId(1),
            since: now,
            proof: None,
        };
        if let Some(entry) = outbox.get_mut(&a1) {
            entry.stage = sending;
        }
        assert_eq!(outbox.next_of_rooms(now, 9), vec![b1.clone()]);
        if let Some(entry) = outbox.get_mut(&a1) {
            entry.wish.failed = Some(Rc::from("no"));
        }
        assert_eq!(outbox.next_of_rooms(now, 9), vec![a2, b1]);
    }

    #[test]
    fn the_same_text_twice_is_two_wishes() {
        let mut outbox = Outbox::new(1);
        let first = send(&mut outbox, 1, "a", "ok");
        let second = send(&mut outbox, 2, "a", "ok");
        assert_eq!(outbox.echoed("a", "ok", None, None), None, "neither has left");
        for id in [&first, &second] {
            if let Some(entry) = outbox.get_mut(id) {
                entry.doubtful = true;
            }
        }
        assert_eq!(outbox.echoed("a", " ok ", None, None), Some(first.clone()));
        outbox.remove(&first);
        assert_eq!(outbox.echoed("a", "ok", None, None), Some(second));
    }
}
