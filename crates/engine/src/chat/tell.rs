//! What the stores are told: computed when a drain finds nothing else, so once for many inputs.

use std::rc::Rc;
use std::time::Duration;

use super::api::{
    ChatConnection, ChatEvent, ChatOutput, Millis, OpenRoom, Person, Presence, RoomId, RoomTrouble, RoomView,
    UserId,
};
use super::engine::ChatEngine;
use super::notify;
use super::presence::Now;
use super::rooms::{self, Membership, Surroundings};
use crate::event::ConnectionState;
use crate::time::Instant;

/// Under load the list is told at most so often; a first change is told at once.
const LIST_EVERY: Duration = Duration::from_millis(250);

/// What changed since it was told.
#[derive(Debug, Default)]
pub(super) struct Dirty {
    pub(super) rooms: bool,
    pub(super) open: bool,
    pub(super) people: bool,
    pub(super) me: bool,
    pub(super) connection: bool,
    list_told: Option<Instant>,
}

impl Dirty {
    pub(super) fn everything(&mut self) {
        self.rooms = true;
        self.open = true;
        self.people = true;
        self.me = true;
        self.connection = true;
    }

    fn list_due(&self, now: Instant) -> bool {
        self.rooms && self.list_told.is_none_or(|told| told + LIST_EVERY <= now)
    }
}

impl ChatEngine {
    pub(super) fn event(&mut self, event: ChatEvent) {
        self.out.push_back(ChatOutput::Event(event));
    }

    /// Both clocks.
    pub(super) fn times(&self, now: Instant) -> Now {
        Now {
            at: now,
            wall: self.clock.server(now),
        }
    }

    /// The server sent this client away until then, in this device's clock.
    pub(super) fn held_until(&self, now: Instant) -> Option<Millis> {
        let held = self.link.held_until().max(self.sending.held);
        let until = held.filter(|until| *until > now)?;
        let wait = u64::try_from(until.since(now).as_millis()).unwrap_or_default();
        Some(self.clock.device(now) + wait)
    }

    /// When something untold is to be told.
    pub(super) fn tell_deadline(&self) -> Option<Instant> {
        if !self.dirty.rooms {
            return None;
        }
        self.dirty.list_told.map(|told| told + LIST_EVERY)
    }

    /// Tells what changed.
    pub(super) fn tell(&mut self, now: Instant) {
        self.tell_connection(now);
        if self.told.server != Some(self.server) {
            self.told.server = Some(self.server);
            self.event(ChatEvent::Server(self.server));
        }
        if self.people.take_changed() {
            self.dirty.people = true;
            self.dirty.rooms = true;
            self.dirty.open = true;
            self.rows_of_renamed();
        }
        self.tell_timeline(now);
        if self.dirty.list_due(now) {
            self.tell_rooms(now);
        }
        if std::mem::take(&mut self.dirty.open) {
            self.tell_open(now);
        }
        if std::mem::take(&mut self.dirty.people) {
            let people = self.people.view();
            if self.told.people.as_ref() != Some(&people) {
                self.told.people = Some(Rc::clone(&people));
                self.event(ChatEvent::People(people));
            }
        }
        // Away comes by itself.
        if self.me.take_changed() | std::mem::take(&mut self.dirty.me) {
            self.tell_me(now);
        }
        self.tell_search();
        if let Some(batch) = self.announcer.take(now) {
            self.event(ChatEvent::Announce(batch));
        }
    }

    /// Rows name people: where a name changed, they are made anew.
    fn rows_of_renamed(&mut self) {
        let names: Vec<(UserId, Rc<str>)> = self
            .people
            .view()
            .iter()
            .map(|person| (Rc::clone(&person.id), Rc::clone(&person.name)))
            .collect();
        if names == self.told.names {
            return;
        }
        self.told.names = names;
        if let Some(screen) = &mut self.screen {
            screen.dirty = true;
            if let Some(log) = self.logs.get(&screen.room) {
                log.untell_all();
            }
        }
    }

    fn tell_connection(&mut self, now: Instant) {
        let (waiting, failed) = self.outbox.counts();
        let (state, held_until, up) = match &self.heard_state {
            Some(heard) if !self.leads => (heard.state.clone(), heard.held_until, heard.up),
            Some(_) | None => (self.link.state(), self.held_until(now), self.link.is_up()),
        };
        let state = match (state, up) {
            // The session's state is told a moment before the server's yes.
            (ConnectionState::Connected, false) => ConnectionState::Connecting,
            (state, _) => state,
        };
        let checked = self
            .open_room()
            .and_then(|room| self.rooms.get(room))
            .is_none_or(|room| !self.leads || room.membership == Membership::In);
        let connection = ChatConnection {
            state,
            held_until,
            waiting,
            failed,
            stale: !up || !checked,
            signed_out: self.pass.is_none(),
        };
        if self.told.connection.as_ref() != Some(&connection) {
            self.told.connection = Some(connection.clone());
            self.event(ChatEvent::Connection(connection));
            if self.leads {
                self.tell_state(now);
            }
        }
    }

    /// A room as the list shows it.
    pub(super) fn room_view(&mut self, id: &RoomId) -> Option<Rc<RoomView>> {
        let room = self.rooms.get(id)?;
        let other = room.with.as_ref().and_then(|with| self.people.person(with));
        let around = Surroundings {
            presence: other.as_ref().map_or(Presence::Unknown, |other| other.presence),
            other: other.map(|other| Rc::clone(&other.name)),
            draft: self.drafts.contains_key(id),
            waiting: self.waiting_rooms.contains(id),
            notify: notify::level(&self.choices, id, room.with.as_ref()),
        };
        Some(self.rooms.get_mut(id)?.view(id, &around))
    }

    fn tell_rooms(&mut self, now: Instant) {
        self.dirty.rooms = false;
        self.dirty.list_told = Some(now);
        self.count_waiting();
        let ids: Vec<RoomId> = self
            .rooms
            .iter()
            .filter(|(id, room)| room.joined || self.open_room() == Some(id))
            .map(|(id, _)| Rc::clone(id))
            .collect();
        let views: Vec<Rc<RoomView>> = ids.iter().filter_map(|id| self.room_view(id)).collect();
        let badge = notify::badge(views.iter().map(|view| &**view));
        if self.told.badge != Some(badge) {
            self.told.badge = Some(badge);
            self.out.push_back(ChatOutput::Badge(badge));
        }
        let list = Rc::new(rooms::sorted(views));
        if self.told.rooms.as_ref() != Some(&list) {
            self.told.rooms = Some(Rc::clone(&list));
            self.event(ChatEvent::Rooms(list));
        }
    }

    fn count_waiting(&mut self) {
        self.waiting_rooms = self
            .outbox
            .iter()
            .filter(|entry| !matches!(entry.wish.what, super::wish::What::Read { .. }))
            .filter(|entry| {
                entry.wish.failed.is_some() || !matches!(entry.stage, super::outbox::Stage::Proven { .. })
            })
            .map(|entry| Rc::clone(&entry.wish.room))
            .collect();
    }

    fn tell_open(&mut self, now: Instant) {
        let Some(id) = self.open_room().cloned() else {
            if self.told.open.take().is_some() {
                self.event(ChatEvent::OpenRoom(None));
            }
            return;
        };
        let Some(view) = self.room_view(&id) else { return };
        let people = self.people_of(&id);
        let Some(room) = self.rooms.get(&id) else { return };
        let held_here = self.holds_anything(&id);
        let connected = self
            .heard_state
            .as_ref()
            .map_or(self.link.is_up(), |state| state.up);
        let trouble = match &room.membership {
            Membership::Refused(words) => Some(RoomTrouble::Refused(words.clone())),
            Membership::Out | Membership::Asked { .. } if !held_here && !connected => {
                Some(RoomTrouble::Offline)
            }
            Membership::Out | Membership::Asked { .. } | Membership::In => None,
        };
        let draft = self.draft_when_opened.clone().unwrap_or_default();
        let admin = self
            .pass
            .as_ref()
            .and_then(|pass| pass.role.as_deref())
            .is_some_and(|role| role == "admin");
        let open = Rc::new(OpenRoom {
            room: view,
            moderates: room.moderates || admin,
            typing: self.typists.names(&id),
            draft: draft.text,
            draft_reply: draft.reply_to,
            people,
            trouble,
        });
        if self.told.open.as_ref() != Some(&open) {
            self.told.open = Some(Rc::clone(&open));
            self.event(ChatEvent::OpenRoom(Some(open)));
        }
        let _ = now;
    }

    /// People to mention: the members, or else those who wrote.
    fn people_of(&mut self, id: &RoomId) -> Rc<Vec<Rc<Person>>> {
        let Some(room) = self.rooms.get(id) else {
            return Rc::default();
        };
        let mut people: Vec<Rc<Person>> = room
            .writers
            .iter()
            .filter_map(|user| self.people.person(user))
            .collect();
        people.sort_by(|a, b| a.name.cmp(&b.name));
        match &self.told.open {
            // The same list stays the same value.
            Some(open) if *open.people == people => Rc::clone(&open.people),
            Some(_) | None => Rc::new(people),
        }
    }

    fn tell_me(&mut self, now: Instant) {
        let Some(pass) = &self.pass else { return };
        let me = Person {
            id: UserId::clone(&pass.user),
            name: Rc::clone(&pass.name),
            avatar: pass.avatar.clone(),
            presence: Presence::Unknown,
            text: Rc::from(""),
            emoji: Rc::from(""),
            last_seen: None,
        };
        let view = Rc::new(self.me.view(self.times(now), &me, &self.choices));
        if self.told.me.as_ref() != Some(&view) {
            self.told.me = Some(Rc::clone(&view));
            self.event(ChatEvent::Me(view));
        }
    }
}
