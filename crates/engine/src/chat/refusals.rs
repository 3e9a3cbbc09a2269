//! What a server without acks refuses: `error {message}`, which does not say about what.

use std::rc::Rc;

use super::api::{ChatEvent, ChatOutput, ChatRefusal, RoomId, WishId};
use super::engine::ChatEngine;
use super::link::{Refusal, refusal};
use super::outbox::Stage;
use super::sending::Confirmed;
use super::wish::What;
use crate::time::Instant;

/// Of a refusal that gives no reason.
const NO_REASON: &str = "the server did not take it";

impl ChatEngine {
    /// `error {message}` of a server that has no acks.
    pub(super) fn on_error(&mut self, now: Instant, words: &str) {
        let refusal = refusal(words, None);
        let mut unanswered = self.outbox.unanswered();
        if let Refusal::Hold(_) = refusal {
            // Limits are of messages.
            let is_send = |id: &WishId| self.outbox.get(id).is_some_and(|entry| entry.wish.what.is_send());
            if unanswered.iter().any(is_send) {
                unanswered.retain(is_send);
            }
        }
        let certain = self.is_about_the_first(&unanswered);
        match (refusal, unanswered.first()) {
            (Refusal::Token, about) => {
                if let Some(id) = about.filter(|_| certain) {
                    self.back_to_ready(id, None);
                }
                self.token_refused();
            }
            (Refusal::Hold(wait), Some(id)) => {
                if unanswered.len() == 1 && certain {
                    self.back_to_ready(id, None);
                } else {
                    self.doubt_unanswered(&unanswered);
                }
                self.sending.held = Some(now + wait);
            }
            (Refusal::Hold(wait), None) if self.sending.held.is_some() && !self.is_joining() => {
                // The next of the messages that were put back.
                self.sending.held = self.sending.held.max(Some(now + wait));
            }
            (Refusal::Hold(wait), None) => self.joins_refused_until(now + wait),
            (Refusal::Sent | Refusal::Other, Some(id)) if certain || unanswered.len() == 1 => {
                if self.already_so(id) {
                    self.done(now, id, Confirmed::default());
                } else {
                    self.refused_wish(id, words);
                }
            }
            (Refusal::Sent | Refusal::Other, Some(_)) => {
                self.sending.alone = true;
                self.doubt_unanswered(&unanswered);
            }
            (Refusal::Sent | Refusal::Other, None) => {
                if !self.join_refused(words) {
                    let refusal = ChatRefusal::Server(words.to_owned());
                    self.out.push_back(ChatOutput::Event(ChatEvent::Refused(refusal)));
                }
            }
        }
    }

    /// The server answers in order, so an `error` is about the first wish that it would have told of, had it taken it;
    /// where it tells of none, what was done looks the same as what is under way.
    fn is_about_the_first(&self, unanswered: &[WishId]) -> bool {
        let would_tell = |id: &WishId| {
            self.outbox
                .get(id)
                .is_some_and(|entry| match (&entry.wish.what, entry.stage) {
                    (_, Stage::Sending { .. }) => true,
                    (What::Send { .. }, _) => self.sending.echoes == Some(true),
                    (what, _) => what.is_change() && self.sending.tells,
                })
        };
        unanswered.iter().all(would_tell)
    }

    /// One of these was refused, the others may be done: the histories of their rooms say which, as after a lost link.
    fn doubt_unanswered(&mut self, unanswered: &[WishId]) {
        let mut rooms: Vec<RoomId> = unanswered
            .iter()
            .filter_map(|id| Some(Rc::clone(&self.outbox.get(id)?.wish.room)))
            .collect();
        rooms.sort();
        rooms.dedup();
        self.unsent_again();
        for room in rooms {
            self.join_again(&room);
        }
    }

    /// A deletion that may have arrived before is refused for what it did.
    fn already_so(&self, id: &WishId) -> bool {
        self.outbox
            .get(id)
            .is_some_and(|entry| matches!(entry.wish.what, What::Delete { .. }) && entry.twice)
    }

    /// The server has not taken it, and will later.
    pub(super) fn back_to_ready(&mut self, id: &WishId, not_before: Option<Instant>) {
        if let Some(entry) = self.outbox.get_mut(id) {
            entry.doubtful = false;
            entry.stage = Stage::Ready;
            entry.not_before = not_before;
        }
        self.wish_changed(id);
    }

    pub(super) fn refused_wish(&mut self, id: &WishId, words: &str) {
        if self
            .outbox
            .get(id)
            .is_some_and(|entry| matches!(entry.wish.what, What::Read { .. }))
        {
            // Nobody waits for it.
            self.drop_wish(id);
            return;
        }
        let words = if words.trim().is_empty() { NO_REASON } else { words };
        if let Some(entry) = self.outbox.get_mut(id) {
            entry.stage = Stage::Ready;
            entry.wish.failed = Some(Rc::from(words));
            // It was refused, so it did not arrive.
            entry.wish.tried = false;
            entry.doubtful = false;
            entry.refused = Some(self.now);
        }
        self.save_wish(id);
    }
}
