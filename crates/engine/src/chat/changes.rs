//! What happens to messages after they came, and to wishes before they leave.

use std::rc::Rc;

use super::api::{MessageId, Millis, RoomId, StoreKey, WishId, Write};
use super::engine::ChatEngine;
use super::log::{Change, Entry, Log, Message};
use super::wish::Wish;
use crate::time::Instant;

impl ChatEngine {
    pub(super) fn on_edited(
        &mut self,
        now: Instant,
        room: Option<&str>,
        message: &str,
        content: String,
        at: Option<Millis>,
    ) {
        let at = at.unwrap_or_else(|| self.clock.server(now));
        let content: Rc<str> = Rc::from(content);
        let change = Change::Edited { content, at };
        self.on_change(now, room, message, change);
    }

    pub(super) fn on_deleted(&mut self, now: Instant, room: Option<&str>, message: &str) {
        self.on_change(now, room, message, Change::Deleted);
    }

    pub(super) fn on_read(&mut self, now: Instant, room: Option<&str>, message: &str, reader: &str) {
        let reader = Rc::from(reader);
        self.on_change(now, room, message, Change::Read { reader });
    }

    /// A server told of a change. Events that do not name the room are about a message of any.
    pub(super) fn on_change(&mut self, now: Instant, room: Option<&str>, message: &str, change: Change) {
        let known = || {
            let holds = |(_, log): &(&RoomId, &Log)| log.knows(message);
            self.logs.iter().find(holds).map(|(id, _)| Rc::clone(id))
        };
        let Some(room) = room.map(Rc::from).or_else(known) else {
            return;
        };
        let message = Rc::from(message);
        self.own_change_told(now, &room, &message, &change);
        if !self.change_message(now, &room, &message, &change) {
            self.change_of_unknown(&room, message, change);
        }
    }

    /// Changes a message wherever it is held in memory; `false`: it is not.
    pub(super) fn change_message(
        &mut self,
        now: Instant,
        id: &RoomId,
        message: &MessageId,
        change: &Change,
    ) -> bool {
        let in_window = self
            .screen
            .as_mut()
            .filter(|screen| screen.room == *id)
            .and_then(|screen| screen.window.as_mut())
            .and_then(|window| {
                let of = |entry: &&mut Entry| entry.message.id.as_ref() == Some(message);
                window.entries.iter_mut().find(of)
            });
        if let Some(entry) = in_window {
            change.apply(&mut entry.message);
            entry.row.take();
            self.touch_screen(id);
            return true;
        }
        if !self.change_held(now, id, message, |message| change.apply(message)) {
            return false;
        }
        if let (Change::Read { .. }, Some(log)) = (change, self.logs.get(id)) {
            // Only on the last message that each has seen: another row loses it.
            log.untell_all();
        }
        if let Change::Deleted = change {
            self.search.index.remove(id, message);
        }
        true
    }

    /// Changes a message of the log, and what is known of it elsewhere; `false`: it is not held.
    pub(super) fn change_held(
        &mut self,
        now: Instant,
        id: &RoomId,
        message: &str,
        change: impl FnOnce(&mut Message),
    ) -> bool {
        let log = self.logs.get_mut(id);
        let Some(entry) = log.and_then(|log| log.change(message, change)) else {
            return false;
        };
        let changed = entry.message.clone();
        self.refresh_newest(id, &changed);
        if self.search.indexing {
            self.index(id, &changed);
        }
        self.touch_screen(id);
        self.something_to_write(now);
        true
    }

    // Wishes on screen

    /// Its stage or reason changed.
    pub(super) fn wish_changed(&mut self, id: &WishId) {
        self.dirty.connection = true;
        self.dirty.rooms = true;
        if let Some(room) = self.outbox.get(id).map(|entry| Rc::clone(&entry.wish.room)) {
            self.touch_screen(&room);
        }
    }

    /// It is new, or says something else.
    pub(super) fn wish_shown(&mut self, now: Instant, id: &WishId) {
        self.uncover(id);
        self.wish_changed(id);
        let _ = now;
    }

    /// The row under a wish is made anew.
    fn uncover(&self, id: &WishId) {
        if let Some(entry) = self.outbox.get(id)
            && let Some(super::wish::Target::Message(message)) = entry.wish.what.target()
            && let Some(log) = self.logs.get(&entry.wish.room)
        {
            log.untell(message);
        }
    }

    /// The person took it back: what is under it shows again.
    pub(super) fn wish_withdrawn(&mut self, wish: Wish) {
        self.dirty.connection = true;
        self.dirty.rooms = true;
        self.touch_screen(&wish.room);
    }

    /// It is gone: cancelled here or in another tab, or done in one.
    pub(super) fn wish_removed(&mut self, now: Instant, wish: Wish) {
        self.wish_withdrawn(wish);
        let _ = now;
    }

    /// Off the disk, and told.
    pub(super) fn forget_wish_record(&mut self, id: &WishId) {
        if self.leads {
            self.store
                .commit(vec![Write::Delete(StoreKey::Wish(id.clone()))], true);
        }
        self.dirty.connection = true;
    }

    /// What was held of the outbox is there: what may have been sent in an earlier life is doubtful.
    pub(super) fn outbox_restored(&mut self) {
        self.outbox.doubt();
        self.dirty.everything();
    }
}
