//! How wishes leave, and what the server's answers do to them.
//!
//! On servers with client ids and acks several rooms send at once, one wish each, and a wish is sent until it is acked:
//! the server stores it once. On plain servers one wish is on its way at a time, so that an `error` has an address; a
//! round trip proves that it was read. What was not proven when the link was lost is looked for in the room's history
//! before it is sent again (`doubt`). What plain servers refuse: `refusals`.

use std::rc::Rc;
use std::time::Duration;

use serde_json::Value;

use super::api::{MessageId, Millis, RoomId, StoreKey, TabWord, WishId, Write};
use super::engine::ChatEngine;
use super::link::{Refusal, refusal};
use super::outbox::{Behind, Entry, Stage};
use super::rooms::Membership;
use super::wish::{What, Wish};
use crate::session::socketio::EmitId;
use crate::time::{Instant, earliest};

/// An ack later than this is none; the wish is sent again.
const ACK_WITHIN: Duration = Duration::from_secs(20);
/// Without an answer the link is suspected to be dead.
const SUSPECT_AFTER: Duration = Duration::from_secs(8);
/// A server that echoes takes this long at most, unless something is wrong.
pub(super) const ECHO_WITHIN: Duration = Duration::from_secs(30);
/// A server that has read a wish and does not tell of it has done it by then, or refused it.
const STORED_WITHIN: Duration = Duration::from_secs(3);
/// A server that was busy is asked again after this long.
const BUSY: Duration = Duration::from_secs(2);

/// What a server said of a message it stored.
#[derive(Debug, Clone, Default)]
pub(super) struct Confirmed {
    pub(super) id: Option<MessageId>,
    pub(super) time: Option<Millis>,
    pub(super) seq: Option<u64>,
}

/// How sending stands beside the outbox itself.
#[derive(Debug, Default)]
pub(super) struct Sending {
    /// The server refused for a while.
    pub(super) held: Option<Instant>,
    /// The next message would be refused before.
    paced: Option<Instant>,
    /// Whether this plain server sends messages back to their sender, once it is known.
    pub(super) echoes: Option<bool>,
    /// It was seen to tell the sender of edits, deletions and reactions.
    pub(super) tells: bool,
    /// An `error` could have been about several wishes: until all are through, each is sent by itself.
    pub(super) alone: bool,
    /// The link of this wish was suspected already.
    suspected: Option<WishId>,
}

impl ChatEngine {
    /// Puts a new wish into the outbox: on disk before it leaves, on screen at once.
    pub(super) fn wish(&mut self, now: Instant, room: &RoomId, what: What) -> WishId {
        let wall = self.clock.device(now);
        let wish = Wish {
            id: self.outbox.name(wall),
            room: Rc::clone(room),
            made: wall,
            tried: self.would_be_tried(room, &what),
            what,
            failed: None,
        };
        let id = wish.id.clone();
        self.outbox.put(wish, Stage::Ready);
        self.save_wish(&id);
        id
    }

    /// It leaves as soon as it is on disk, to a server that cannot tell whether it came before: written with it, so
    /// that one transaction does.
    fn would_be_tried(&self, room: &RoomId, what: &What) -> bool {
        let undone = matches!(what, What::Delete { .. } | What::Edit { .. } | What::Read { .. });
        let in_room = self
            .rooms
            .get(room)
            .is_some_and(|room| room.membership == Membership::In);
        self.leads && !undone && in_room && self.server.known && !self.server.exact
    }

    /// Writes a wish as it is now, and tells the other tabs. Not before it is on disk may it leave.
    pub(super) fn save_wish(&mut self, id: &WishId) {
        let Some(record) = self.outbox.get(id).map(|entry| entry.wish.record()) else {
            return;
        };
        self.tell_tabs(TabWord::Wish(id.clone(), Some(record.clone())));
        let commit = self
            .store
            .commit(vec![Write::Put(StoreKey::Wish(id.clone()), record)], true);
        if let (Some(commit), Some(entry)) = (commit, self.outbox.get_mut(id)) {
            entry.stage = Stage::Saving { commit };
        }
        self.wish_changed(id);
    }

    /// Takes a wish out: the server has it, or the person does not want it any more.
    pub(super) fn drop_wish(&mut self, id: &WishId) -> Option<Wish> {
        let entry = self.outbox.remove(id)?;
        self.store
            .commit(vec![Write::Delete(StoreKey::Wish(id.clone()))], true);
        self.tell_tabs(TabWord::Wish(id.clone(), None));
        Some(entry.wish)
    }

    /// Sends what may leave now.
    pub(super) fn pump_outbox(&mut self, now: Instant) {
        let ready = self.leads && self.link.is_up() && self.server.known;
        if !ready || self.sending.held.is_some_and(|until| until > now) {
            return;
        }
        for id in self.outbox.next_of_rooms(now, self.clock.device(now)) {
            if !self.server.exact && self.outbox.on_its_way().is_some() {
                return;
            }
            if self.sending.alone && self.outbox.awaits_echo() {
                return;
            }
            self.try_to_leave(now, &id);
        }
    }

    fn try_to_leave(&mut self, now: Instant, id: &WishId) {
        let Some(entry) = self.outbox.get(id) else { return };
        let room = Rc::clone(&entry.wish.room);
        let is_send = entry.wish.what.is_send();
        // A reaction toggles on plain servers, so it must not arrive twice either; a deletion that does is refused.
        let once =
            entry.wish.what.is_send() || matches!(entry.wish.what, What::React { .. } | What::Delete { .. });
        let tried = entry.wish.tried;
        let in_room = self
            .rooms
            .get(&room)
            .is_some_and(|room| room.membership == Membership::In);
        if !self.server.exact && !in_room {
            self.want_join(&room);
            return;
        }
        if !self.server.exact && self.late.contains_key(&room) {
            // Its history may say that it came.
            return;
        }
        let next = self.message_pace.next(now);
        if is_send && next > now {
            self.sending.paced = Some(next);
            return;
        }
        if !self.server.exact && once && !tried {
            if let Some(entry) = self.outbox.get_mut(id) {
                entry.wish.tried = true;
            }
            self.save_wish(id);
            let saved = self
                .outbox
                .get(id)
                .is_some_and(|entry| entry.stage == Stage::Ready);
            if !saved {
                return;
            }
        }
        self.leave_now(now, id, is_send);
    }

    fn leave_now(&mut self, now: Instant, id: &WishId, is_send: bool) {
        let Some((event, args)) = self
            .outbox
            .get(id)
            .and_then(|entry| entry.wish.words(self.server.exact))
        else {
            return;
        };
        let ack = self.server.exact.then_some(ACK_WITHIN);
        let emit = self.link.emit(now, event, vec![args], ack);
        if is_send {
            self.message_pace.took(now);
        }
        let proof = if self.server.exact {
            None
        } else {
            self.link.prove(now)
        };
        if let Some(entry) = self.outbox.get_mut(id) {
            entry.stage = Stage::Sending {
                emit,
                since: now,
                proof,
            };
            entry.not_before = None;
            entry.twice = entry.doubtful;
            entry.doubtful = true;
        }
        if !self.server.exact && proof.is_none() {
            // This server cannot be asked: its echo or time says so.
            self.proven(now, None);
        }
        self.wish_changed(id);
    }

    /// The server answered what it acknowledges: `{ok, …}`.
    pub(super) fn on_ack(&mut self, now: Instant, emit: EmitId, args: &[Value]) {
        let Some(id) = self.outbox.of_emit(emit) else {
            return;
        };
        let answer = args.first().unwrap_or(&Value::Null);
        let error = answer.get("error").filter(|error| !error.is_null());
        let Some(error) = error else {
            let text = |name: &str| answer.get(name).and_then(Value::as_str).map(Rc::<str>::from);
            let number = |name: &str| answer.get(name).and_then(Value::as_u64);
            let confirmed = Confirmed {
                id: text("id"),
                time: number("timestamp"),
                seq: number("seq"),
            };
            return self.done(now, &id, confirmed);
        };
        let code = error.get("code").and_then(Value::as_str).unwrap_or_default();
        let words = error.get("message").and_then(Value::as_str).unwrap_or(code);
        let after = error
            .get("retryAfterMs")
            .and_then(Value::as_u64)
            .map(Duration::from_millis);
        match code {
            "rate-limited" => {
                let wait = match (after, refusal(words, Some(error))) {
                    (None, Refusal::Hold(wait)) => wait,
                    (after, _) => after.unwrap_or(BUSY),
                };
                self.back_to_ready(&id, None);
                self.sending.held = Some(now + wait);
            }
            "busy" => self.back_to_ready(&id, Some(now + after.unwrap_or(BUSY))),
            "unauthenticated" => {
                self.back_to_ready(&id, None);
                self.token_refused();
            }
            _ => self.refused_wish(&id, words),
        }
    }

    /// No ack came: it is sent again, which does no harm.
    pub(super) fn on_ack_missing(&mut self, now: Instant, emit: EmitId) {
        if let Some(id) = self.outbox.of_emit(emit) {
            self.back_to_ready(&id, Some(now + BUSY));
        }
    }

    /// Everything sent so far was read by the server.
    pub(super) fn proven(&mut self, now: Instant, number: Option<u64>) {
        if self.server.exact {
            // Its acks say more: the proof is of what was sent before it said hello.
            return;
        }
        let read: Vec<WishId> = self
            .outbox
            .iter()
            .filter(|entry| matches!(entry.stage, Stage::Sending { proof, .. } if proof <= number))
            .map(|entry| entry.wish.id.clone())
            .collect();
        for id in read {
            let Some(entry) = self.outbox.get_mut(&id) else {
                continue;
            };
            if let What::Read { .. } = entry.wish.what {
                self.done(now, &id, Confirmed::default());
                continue;
            }
            entry.stage = Stage::Proven { since: now };
            if entry.wish.what.is_send() {
                let log = self.logs.get(&entry.wish.room);
                entry.behind = log.map(|log| log.last_id().map_or(Behind::Nothing, Behind::Message));
            }
            self.wish_changed(&id);
        }
    }

    /// The link is gone. A reaction that was read is as it was wished: sent again, it would be taken back.
    pub(super) fn link_lost(&mut self, now: Instant) {
        for id in self.outbox.read_reactions() {
            self.done(now, &id, Confirmed::default());
        }
        self.unsent_again();
    }

    /// What was on its way may be with the server or not.
    pub(super) fn unsent_again(&mut self) {
        for id in self.outbox.link_lost() {
            self.wish_changed(&id);
        }
    }

    /// What time alone does to wishes on their way.
    pub(super) fn tick_sending(&mut self, now: Instant) {
        if self.sending.held.is_some_and(|until| until <= now) {
            self.sending.held = None;
        }
        if self.sending.paced.is_some_and(|until| until <= now) {
            self.sending.paced = None;
        }
        if self.sending.alone
            && !self
                .outbox
                .iter()
                .any(|entry| entry.doubtful && entry.wish.failed.is_none())
        {
            self.sending.alone = false;
        }
        let mut over = Vec::new();
        let mut suspect = None;
        for entry in self.outbox.iter() {
            match entry.stage {
                Stage::Sending { since, .. } if since + SUSPECT_AFTER <= now => {
                    suspect = Some(entry.wish.id.clone());
                }
                Stage::Proven { since } if since + self.told_within(entry) <= now => {
                    over.push((entry.wish.id.clone(), entry.wish.what.is_send()));
                }
                Stage::Saving { .. } | Stage::Ready | Stage::Sending { .. } | Stage::Proven { .. } => {}
            }
        }
        if suspect.is_some() && self.sending.suspected != suspect {
            self.sending.suspected = suspect;
            self.link.suspect(now);
        }
        for (id, is_send) in over {
            match (is_send, self.sending.echoes) {
                (true, Some(true)) => self.miss(now, &id),
                (true, Some(false) | None) => {
                    self.sending.echoes = Some(false);
                    self.done(now, &id, Confirmed::default());
                }
                (false, _) => self.done(now, &id, Confirmed::default()),
            }
        }
    }

    /// Its echo is overdue: the history has it, or the server does not.
    fn miss(&mut self, now: Instant, id: &WishId) {
        let Some(entry) = self.outbox.get_mut(id) else {
            return;
        };
        if entry.looked_for {
            return self.refused_wish(id, "");
        }
        entry.looked_for = true;
        entry.stage = Stage::Proven { since: now };
        let room = Rc::clone(&entry.wish.room);
        self.join_again(&room);
    }

    fn told_within(&self, entry: &Entry) -> Duration {
        match self.sending.echoes {
            Some(true) if entry.wish.what.is_send() => ECHO_WITHIN,
            Some(_) | None => STORED_WITHIN,
        }
    }

    pub(super) fn sending_deadline(&self, now: Instant) -> Option<Instant> {
        let mut due = self.outbox.deadline(now, self.clock.device(now));
        if !self.link.is_up() {
            return due;
        }
        due = earliest(due, earliest(self.sending.held, self.sending.paced));
        for entry in self.outbox.iter() {
            let of_stage = match entry.stage {
                Stage::Sending { since, .. } if self.sending.suspected.as_ref() != Some(&entry.wish.id) => {
                    Some(since + SUSPECT_AFTER)
                }
                Stage::Proven { since } => Some(since + self.told_within(entry)),
                Stage::Saving { .. } | Stage::Ready | Stage::Sending { .. } => None,
            };
            due = earliest(due, of_stage);
        }
        due
    }
}
