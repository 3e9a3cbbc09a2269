//! What of the open room was seen, and who is told.

use std::rc::Rc;

use super::api::{RowKey, WishId};
use super::engine::ChatEngine;
use super::screen::mentions_me;
use super::wish::What;
use crate::time::Instant;

/// Blocks of the live tail kept while the person is at its end.
const LIVE_BLOCKS: usize = 8;
/// Rows from the end that count as the end.
pub(super) const AT_END: usize = 8;

impl ChatEngine {
    /// These rows, up to this one, were really on screen.
    pub(super) fn seen(&mut self, now: Instant, row: RowKey) {
        let Some(id) = self.open_room().cloned() else {
            return;
        };
        self.last_seen = Some((Rc::clone(&id), row));
        let Some(pass) = &self.pass else { return };
        let (me, name) = (Rc::clone(&pass.user), Rc::clone(&pass.name));
        let Some(log) = self.logs.get_mut(&id) else { return };
        let Some(room) = self.rooms.get_mut(&id) else {
            return;
        };
        let behind = self.screen.as_ref().and_then(|screen| screen.rows_behind(row));
        if behind.is_some_and(|behind| behind < AT_END) {
            log.trim(LIVE_BLOCKS);
        }
        let Some(upmost) = self.screen.as_ref().and_then(|screen| screen.message_at(row)) else {
            return;
        };
        let (mut unread, mut mentions) = (0u32, 0u32);
        let mut seen = None;
        for entry in log.loaded().rev().flat_map(|(_, entries)| entries.iter().rev()) {
            let message = &entry.message;
            if entry.key == upmost {
                seen = Some((message.id.clone(), message.time, *message.sender == *me));
                break;
            }
            if *message.sender != *me && message.unreadable.is_none() && !message.deleted {
                unread = unread.saturating_add(1);
                mentions = mentions.saturating_add(u32::from(mentions_me(message, &me, &name)));
            }
        }
        let Some((Some(message), time, own)) = seen else {
            return;
        };
        if room.read_up_to.as_ref().is_some_and(|(_, read)| *read > time) {
            return;
        }
        let moved = room.read_up_to.as_ref().is_none_or(|(read, _)| *read != message);
        if room.unread == unread && room.mentions == mentions && !moved {
            return;
        }
        room.read_up_to = Some((Rc::clone(&message), time));
        room.unread = unread;
        room.mentions = mentions;
        self.room_changed(&id);
        self.something_to_write(now);
        if moved && !own {
            self.reads.insert(id, message);
            self.reads_due
                .get_or_insert(now + super::account::WRITE_EVERY / 2);
        }
    }

    /// Tells the server what was seen, unless the person keeps that to themselves.
    pub(super) fn tell_reads(&mut self, now: Instant) {
        self.reads_due = None;
        for (room, message) in std::mem::take(&mut self.reads) {
            if !self.choices.privacy.read_receipts {
                continue;
            }
            let earlier: Vec<WishId> = self
                .outbox
                .of_room(&room)
                .filter(|entry| matches!(entry.wish.what, What::Read { .. }))
                .filter(|entry| !matches!(entry.stage, super::outbox::Stage::Sending { .. }))
                .map(|entry| entry.wish.id.clone())
                .collect();
            for id in earlier {
                self.drop_wish(&id);
            }
            self.wish(now, &room, What::Read { message });
        }
    }
}
