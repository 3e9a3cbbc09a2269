//! The newest message of each room, for the list of conversations.

use std::cell::OnceCell;
use std::rc::Rc;

use wire::chat as wire_chat;

use super::api::{LastMessage, MessageId, Millis, RoomId};
use super::engine::ChatEngine;
use super::log::{Message, message_of};
use super::markdown;
use crate::time::Instant;

/// Characters of a message in the list.
const EXCERPT: usize = 120;

/// The newest message of a room. Its line is made when somebody wants to see it, and once: of a busy room's messages few
/// are ever in the list.
#[derive(Debug, Clone)]
pub(super) struct Newest {
    /// Its name, where it has one yet.
    pub(super) id: Option<MessageId>,
    pub(super) time: Millis,
    from: Option<Rc<str>>,
    content: Rc<str>,
    /// What its first file is called.
    file: Option<Rc<str>>,
    line: OnceCell<Rc<LastMessage>>,
}

impl Newest {
    /// Of a message; `from`: who wrote it, `None` for oneself.
    pub(super) fn of(message: &Message, from: Option<Rc<str>>) -> Self {
        Self {
            id: message.id.clone(),
            time: message.time,
            from,
            content: Rc::clone(&message.content),
            file: message.attachments.first().map(|file| Rc::clone(&file.name)),
            line: OnceCell::new(),
        }
    }

    /// As the disk has it: the line alone.
    pub(super) fn of_line(id: Option<MessageId>, line: LastMessage) -> Self {
        Self {
            id,
            time: line.time,
            from: line.from.clone(),
            content: Rc::clone(&line.text),
            file: None,
            line: OnceCell::from(Rc::new(line)),
        }
    }

    /// What the list says of it: of a message that is files alone, the name of the first.
    pub(super) fn line(&self) -> &Rc<LastMessage> {
        self.line.get_or_init(|| {
            let text = match &self.file {
                Some(file) if self.content.is_empty() => Rc::clone(file),
                _ => Rc::from(markdown::excerpt(&self.content, EXCERPT)),
            };
            Rc::new(LastMessage {
                from: self.from.clone(),
                text,
                time: self.time,
            })
        })
    }
}

impl ChatEngine {
    /// The newest message of a room, for the list.
    pub(super) fn remember(&mut self, id: &RoomId, message: &Message) {
        if self.search.indexing {
            self.index(id, message);
        }
        self.show_in_list(id, message);
        if let Some(room) = self.rooms.get_mut(id)
            && message.id.is_some()
        {
            room.newest.clone_from(&message.id);
        }
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
            self.show_in_list(id, &last);
        }
    }

    /// A message looks otherwise: the list follows where it is the newest.
    pub(super) fn refresh_newest(&mut self, id: &RoomId, message: &Message) {
        let in_list = |last: &Newest| last.id.is_some() && last.id == message.id;
        let room = self.rooms.get(id);
        if room.and_then(|room| room.last.as_ref()).is_some_and(in_list) {
            self.show_in_list(id, message);
            self.dirty.rooms = true;
        }
    }

    fn show_in_list(&mut self, id: &RoomId, message: &Message) {
        let own = self.is_me(&message.sender);
        let from = (!own).then(|| self.shown_name(&message.sender, message.name.as_ref()));
        if let Some(room) = self.rooms.get_mut(id) {
            room.last = Some(Newest::of(message, from));
            room.touch();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_nobody_looks_at_is_not_made() {
        let message = Message {
            id: Some(Rc::from("m")),
            content: Rc::from("**bold**"),
            time: 7,
            ..Message::default()
        };
        let newest = Newest::of(&message, Some(Rc::from("Ann")));
        assert_eq!(newest.line.get(), None);
        let line = Rc::clone(newest.line());
        assert_eq!(
            (&*line.text, line.from.as_deref(), line.time),
            ("bold", Some("Ann"), 7)
        );
        assert!(Rc::ptr_eq(&line, newest.line()), "and it is made once");
    }
}
