//! What happens to messages after they came, and to wishes before they leave.

use std::rc::Rc;

use super::api::{Millis, RoomId, StoreKey, WishId, Write};
use super::engine::ChatEngine;
use super::log::{react, tombstone};
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
        self.change_message(now, room, message, |message| {
            message.content = content;
            message.edited = Some(at);
        });
    }

    pub(super) fn on_deleted(&mut self, now: Instant, room: Option<&str>, message: &str) {
        if let Some(room) = self.change_message(now, room, message, tombstone) {
            self.search.index.remove(&room, &Rc::from(message));
        }
    }

    #[allow(clippy::too_many_arguments, reason = "one for each field of the event")]
    pub(super) fn on_reacted(
        &mut self,
        now: Instant,
        room: Option<&str>,
        message: &str,
        reaction: &str,
        user: &str,
        has: bool,
        count: Option<u32>,
    ) {
        let (reaction, user) = (Rc::from(reaction), Rc::from(user));
        self.change_message(now, room, message, |message| {
            react(message, &reaction, &user, has, count);
        });
    }

    pub(super) fn on_read(&mut self, now: Instant, room: Option<&str>, message: &str, reader: &str) {
        let reader: Rc<str> = Rc::from(reader);
        let room = self.change_message(now, room, message, |message| {
            if !message.read_by.contains(&reader) {
                message.read_by.push(reader);
            }
        });
        // Only on the last message that each has seen: another row loses it.
        if let Some(log) = room.and_then(|room| self.logs.get(&room)) {
            log.untell_all();
        }
    }

    /// Changes a message wherever it is held in memory; gives its room. Events that do not name the room are about a
    /// message of any.
    fn change_message(
        &mut self,
        now: Instant,
        room: Option<&str>,
        message: &str,
        change: impl FnOnce(&mut super::log::Message),
    ) -> Option<RoomId> {
        let id = match room {
            Some(room) => Rc::from(room),
            None => self
                .logs
                .iter()
                .find(|(_, log)| log.knows(message))
                .map(|(id, _)| Rc::clone(id))?,
        };
        let in_window = self
            .screen
            .as_mut()
            .filter(|screen| screen.room == id)
            .and_then(|screen| screen.window.as_mut())
            .and_then(|window| {
                let of = |entry: &&mut super::log::Entry| entry.message.id.as_deref() == Some(message);
                window.entries.iter_mut().find(of)
            });
        if let Some(entry) = in_window {
            change(&mut entry.message);
            entry.row.take();
            self.touch_screen(&id);
            return Some(id);
        }
        let log = self.logs.get_mut(&id)?;
        let entry = log.change(message, change)?;
        let changed = entry.message.clone();
        let newest = self.rooms.get(&id).is_some_and(|room| room.newest == changed.id);
        if newest {
            self.remember_newest(now, &id, &changed);
        }
        if self.search.indexing {
            self.index(&id, &changed);
        }
        self.touch_screen(&id);
        self.something_to_write(now);
        Some(id)
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
