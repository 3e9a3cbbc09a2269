//! Rooms that the person makes, joins for good, or leaves.

use std::rc::Rc;

use super::api::{ChatEvent, ChatRefusal, RoomId};
use super::engine::ChatEngine;
use super::rooms::Membership;
use super::tabs::Note;
use crate::time::Instant;

impl ChatEngine {
    pub(super) fn create_room(&mut self, name: &str) {
        let name = name.trim().to_owned();
        if self.server.rooms {
            return self.ask_rest(|rest, token| rest.create(token, &name), |server| server.rooms);
        }
        // Plain servers make a room when somebody joins it: its name is its id.
        let room: RoomId = Rc::from(name);
        self.member_by_wish(&room);
        self.event(ChatEvent::GoTo(room));
    }

    pub(super) fn join(&mut self, room: &RoomId) {
        self.member_by_wish(room);
        if self.server.rooms {
            let id = Rc::clone(room);
            self.ask_rest(|rest, token| rest.join(token, &id), |server| server.rooms);
        } else {
            self.event(ChatEvent::GoTo(Rc::clone(room)));
        }
    }

    fn member_by_wish(&mut self, room: &RoomId) {
        let it = self.rooms.entry(Rc::clone(room)).or_default();
        it.joined = true;
        it.touch();
        if let Membership::Refused(_) = it.membership {
            it.membership = Membership::Out;
        }
        self.note(&Note::Member(Rc::clone(room), true));
        self.want_join(room);
        self.dirty.rooms = true;
    }

    pub(super) fn leave(&mut self, now: Instant, room: &RoomId) {
        let up = self
            .heard_state
            .as_ref()
            .map_or(self.link.is_up(), |state| state.up);
        if !up {
            return self.refuse(ChatRefusal::Offline);
        }
        if self.server.rooms {
            let id = Rc::clone(room);
            self.ask_rest(|rest, token| rest.leave(token, &id), |server| server.rooms);
        }
        if self.leads {
            self.link.emit(now, "leave-room", vec![(**room).into()], None);
        }
        self.note(&Note::Member(Rc::clone(room), false));
        self.forget_room(now, room);
    }
}
