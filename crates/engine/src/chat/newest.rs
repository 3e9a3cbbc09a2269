//! The newest message of each room, for the list of conversations.

use std::rc::Rc;

use wire::chat as wire_chat;

use super::api::{LastMessage, RoomId};
use super::engine::ChatEngine;
use super::log::{Message, message_of};
use super::markdown;
use crate::time::Instant;

/// Characters of a message in the list.
const EXCERPT: usize = 120;

impl ChatEngine {
    /// The newest message of a room, for the list.
    pub(super) fn remember(&mut self, id: &RoomId, message: &Message) {
        let own = self.is_me(&message.sender);
        let name = self.shown_name(&message.sender, message.name.as_ref());
        if self.search.indexing {
            self.index(id, message);
        }
        let Some(room) = self.rooms.get_mut(id) else {
            return;
        };
        if message.id.is_some() {
            room.newest.clone_from(&message.id);
        }
        room.last = Some(Rc::new(LastMessage {
            from: (!own).then_some(name),
            text: in_a_line(message),
            time: message.time,
        }));
        room.touch();
    }

    /// The newest message that the server is known to have in a room.
    pub(super) fn server_has(&mut self, now: Instant, id: &RoomId, last: wire_chat::Message) {
        let last = message_of(last, self.clock.server(now), self.rest.base());
        let held = self
            .rooms
            .get(id)
            .is_some_and(|room| room.newest.is_some() && room.newest == last.id);
        if let Some(room) = self.rooms.get_mut(id) {
            room.behind = !held;
        }
        if !held {
            self.remember_last_only(id, &last);
        }
    }

    /// The newest message was changed.
    pub(super) fn remember_newest(&mut self, id: &RoomId, message: &Message) {
        self.remember(id, message);
        self.dirty.rooms = true;
    }

    fn remember_last_only(&mut self, id: &RoomId, message: &Message) {
        let own = self.is_me(&message.sender);
        let name = self.shown_name(&message.sender, message.name.as_ref());
        if let Some(room) = self.rooms.get_mut(id) {
            room.last = Some(Rc::new(LastMessage {
                from: (!own).then_some(name),
                text: in_a_line(message),
                time: message.time,
            }));
            room.touch();
        }
    }
}

/// What the list of conversations says of a message: of one that is files alone, the name of the first.
fn in_a_line(message: &Message) -> Rc<str> {
    match message.attachments.first() {
        Some(first) if message.content.is_empty() => Rc::clone(&first.name),
        _ => Rc::from(markdown::excerpt(&message.content, EXCERPT)),
    }
}
