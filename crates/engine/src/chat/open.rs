//! The room on screen: opening it, scrolling through it, what was seen of it.

use std::rc::Rc;

use super::api::{Anchor, ChatEvent, RoomId, RowKey, WishId};
use super::engine::ChatEngine;
use super::log::Log;
use super::rooms::Membership;
use super::screen::{Screen, Surroundings};
use super::seen::AT_END;
use super::tabs::Note;
use super::wish::Target;
use crate::time::Instant;

impl ChatEngine {
    pub(super) fn open_room(&self) -> Option<&RoomId> {
        self.screen.as_ref().map(|screen| &screen.room)
    }

    /// Something of a room shown in the list, or beside its rows, changed.
    pub(super) fn room_changed(&mut self, id: &RoomId) {
        if let Some(room) = self.rooms.get_mut(id) {
            room.touch();
        }
        self.dirty.rooms = true;
        self.dirty.connection = true;
        if self.open_room() == Some(id) {
            self.dirty.open = true;
        }
    }

    pub(super) fn touch_screen(&mut self, id: &RoomId) {
        if let Some(screen) = &mut self.screen
            && screen.room == *id
        {
            screen.dirty = true;
        }
    }

    pub(super) fn open(&mut self, now: Instant, id: RoomId) {
        let again = self.open_room() == Some(&id);
        if !again {
            self.leave_screen();
            self.screen = Some(Screen::new(Rc::clone(&id)));
        }
        self.rooms.entry(Rc::clone(&id)).or_default();
        self.draft_when_opened = self.drafts.get(&id).cloned();
        self.announcer.clear();
        if let Some(room) = self.rooms.get_mut(&id)
            && matches!(room.membership, Membership::Refused(_))
        {
            room.membership = Membership::Out;
        }
        if self.end_is_here(&id) {
            self.settle_screen(now);
        }
        self.look_at_joins();
        if !self.leads {
            self.note(&Note::Opened(Rc::clone(&id)));
        }
        if self.server.rooms
            && let Some(pass) = &self.pass
        {
            let asked = self.rest.members(&pass.token, &id);
            self.out.push_back(asked);
        }
        self.dirty.everything();
    }

    /// The end of the open room is in memory: where to be is known.
    pub(super) fn settle_screen(&mut self, now: Instant) {
        let Some(id) = self.open_room().cloned() else {
            return;
        };
        if !self.end_is_here(&id) {
            return;
        }
        let senders: Vec<super::log::Message> = self
            .logs
            .get(&id)
            .into_iter()
            .flat_map(|log| log.loaded().flat_map(|(_, entries)| entries))
            .filter(|entry| {
                entry.message.name.is_some() && self.people.person(&entry.message.sender).is_none()
            })
            .map(|entry| entry.message.clone())
            .collect();
        for message in senders {
            self.learn_sender(now, &id, &message);
        }
        let (read, unread) = match self.rooms.get(&id) {
            Some(room) => (room.read_up_to.clone(), room.unread),
            None => return,
        };
        let me = self.pass.as_ref().map(|pass| Rc::clone(&pass.user));
        let place = self.places.get(&id).cloned();
        let (Some(screen), Some(log)) = (&mut self.screen, self.logs.get(&id)) else {
            return;
        };
        if screen.settled {
            return;
        }
        screen.settled = true;
        screen.dirty = true;
        let mut anchor = Anchor::Bottom;
        if unread > 0 {
            let since = read.map_or(0, |(_, time)| time);
            let first = log
                .loaded()
                .flat_map(|(_, entries)| entries)
                .filter(|entry| me.as_ref() != Some(&entry.message.sender))
                .find(|entry| entry.message.time > since);
            if let Some(first) = first {
                screen.unread.clone_from(&first.message.id);
                anchor = Anchor::Top(first.key);
            }
        } else if let Some((message, _)) = place
            && let Some(entry) = log.find(&message)
        {
            anchor = Anchor::Top(entry.key);
        }
        screen.reset = Some(anchor);
        let _ = now;
    }

    pub(super) fn close_room(&mut self, now: Instant) {
        self.leave_screen();
        self.dirty.open = true;
        self.dirty.rooms = true;
        let _ = now;
    }

    fn leave_screen(&mut self) {
        let Some(screen) = self.screen.take() else { return };
        let id = Rc::clone(&screen.room);
        let place = self.last_seen.take().and_then(|(room, key)| {
            let behind = screen.rows_behind(key)?;
            let row = screen.row(key)?;
            (room == id && behind > AT_END).then_some((row.id.clone()?, row.time))
        });
        self.keep_place(&id, place);
        self.draft_when_opened = None;
        if self.leads {
            if let Some(log) = self.logs.get_mut(&id) {
                log.trim(2);
                // Keys and names of rows may have changed meanwhile.
                log.untell_all();
            }
        } else {
            // A follower writes nothing: the leader's blocks are read when the room is opened again.
            self.logs.remove(&id);
            self.late.remove(&id);
        }
    }

    pub(super) fn holds_anything(&self, id: &RoomId) -> bool {
        self.logs.get(id).is_some_and(|log| !log.is_empty())
    }

    /// The server (as this tab or the leader knows it) is there.
    pub(super) fn online(&self) -> bool {
        match &self.heard_state {
            Some(state) if !self.leads => state.up,
            Some(_) | None => self.link.is_up(),
        }
    }

    /// What a row is about, for a wish.
    pub(super) fn target_of(&self, row: RowKey) -> Option<Target> {
        let screen = self.screen.as_ref()?;
        if let Some(wish) = screen.wish_of_key(row)
            && self.outbox.get(&wish).is_some()
        {
            return Some(Target::Wish(wish));
        }
        let in_window = screen
            .window
            .as_ref()
            .and_then(|window| window.entries.iter().find(|entry| entry.key == row));
        let entry = self.logs.get(&screen.room)?.of_key(row).or(in_window)?;
        match (&entry.message.id, &entry.message.wish) {
            (Some(id), _) => Some(Target::Message(Rc::clone(id))),
            (None, Some(wish)) => Some(Target::Wish(wish.clone())),
            (None, None) => None,
        }
    }

    /// The wishes that a row shows: its own, and those about it.
    pub(super) fn wishes_of(&self, row: RowKey) -> Vec<WishId> {
        let Some(target) = self.target_of(row) else {
            return Vec::new();
        };
        let mut wishes: Vec<WishId> = self
            .outbox
            .iter()
            .filter(|entry| entry.wish.what.target() == Some(&target))
            .filter(|entry| entry.wish.failed.is_some())
            .map(|entry| entry.wish.id.clone())
            .collect();
        if let Target::Wish(wish) = target
            && self.outbox.get(&wish).is_some()
        {
            wishes.push(wish);
        }
        wishes
    }

    /// The row shows this person's reaction.
    pub(super) fn reacted(&self, row: RowKey, reaction: &str) -> bool {
        self.screen
            .as_ref()
            .and_then(|screen| screen.row(row))
            .is_some_and(|row| {
                row.reactions
                    .iter()
                    .any(|known| *known.reaction == *reaction && known.own)
            })
    }

    /// Tells the rows that changed.
    pub(super) fn tell_timeline(&mut self, now: Instant) {
        let Some(id) = self.open_room().cloned() else {
            return;
        };
        let settled = self.screen.as_ref().is_some_and(|screen| screen.settled);
        let (Some(pass), true) = (&self.pass, settled) else {
            return;
        };
        let empty = Log::empty();
        let log = self.logs.get(&id).unwrap_or(&empty);
        let Some(screen) = &mut self.screen else { return };
        let people = &self.people;
        let name_of = |user: &super::api::UserId, given: Option<&Rc<str>>| match given {
            Some(name) => Rc::clone(name),
            None => people
                .person(user)
                .map_or_else(|| Rc::clone(user), |person| Rc::clone(&person.name)),
        };
        let admin = pass.role.as_deref() == Some("admin");
        let around = Surroundings {
            me: &pass.user,
            my_name: &pass.name,
            local_day: self.settings.local_day,
            name_of: &name_of,
            moderates: admin || self.rooms.get(&id).is_some_and(|room| room.moderates),
            wishes: self.outbox.of_room(&id).collect(),
            now_wall: self.clock.device(now),
            avatar: pass.avatar.clone(),
            base: self.rest.base(),
        };
        let keys = &mut self.keys;
        let mut next = || {
            *keys += 1;
            RowKey(*keys)
        };
        for change in screen.changes(log, &around, &mut next) {
            self.out
                .push_back(super::api::ChatOutput::Event(ChatEvent::Timeline(change)));
        }
    }
}
