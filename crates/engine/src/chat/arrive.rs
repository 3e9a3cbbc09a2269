//! Messages on their way into the log: live ones, histories, own ones that were confirmed.
//!
//! A room whose end is still on disk is read first; what came meanwhile waits, in order.

use std::rc::Rc;

use wire::chat::{self as wire_chat, Unreadable};

use super::api::{MessageId, Millis, RoomId, RowKey, TabWord, UserId, WishId};
use super::engine::ChatEngine;
use super::log::{Change, Entry, Log, Message, Place, Tail, message_of, update};
use super::notify::{Arrival, Circumstances};
use super::outbox::Behind;
use super::presence::News;
use super::rooms::Room;
use super::screen::mentions_me;
use super::sending::Confirmed;
use super::store::{ReadFor, StorePhase};
use super::tabs::Note;
use super::wish::{Target, What, Wish};
use crate::time::Instant;

/// People who wrote, remembered for mentions.
const WRITERS: usize = 200;

/// Clocks of one server's machines differ by less, so what is older than that by its time is old.
const SKEW: Millis = 2_000;

/// What waits for the end of a room to be read.
#[derive(Debug)]
pub(super) enum Late {
    Live(Box<Message>),
    Own(RowKey, Box<Message>),
    History(Vec<Message>),
}

impl ChatEngine {
    /// A message came live.
    pub(super) fn message_came(&mut self, now: Instant, id: &RoomId, message: wire_chat::Message) {
        let message = message_of(message, self.clock.server(now), self.rest.base());
        self.room_of_message(id);
        if let Some((wish, key)) = self.wish_of(id, &message, true) {
            let Some(entry) = self.outbox.remove(&wish) else {
                return;
            };
            self.confirmed_on_disk(&entry.wish, message.id.as_ref(), None);
            self.put_own(now, id, key, message);
            return;
        }
        if self.end_is_here(id) {
            self.put_live(now, id, message);
        } else {
            self.late(id, Late::Live(Box::new(message)));
        }
    }

    pub(super) fn unreadable_came(&mut self, now: Instant, unreadable: &Unreadable) {
        // Nothing says which room it belongs to: the line stands where the person looks.
        let Some(room) = self.open_room().cloned() else {
            return;
        };
        let message = unreadable_message(unreadable, self.clock.server(now));
        if self.end_is_here(&room) {
            self.put_live(now, &room, message);
        }
    }

    fn room_of_message(&mut self, id: &RoomId) {
        if !self.rooms.contains_key(id) {
            self.rooms.insert(Rc::clone(id), Room::of_member());
            self.dirty.rooms = true;
        }
    }

    /// The wish that an own message answers for, and the key of its row.
    pub(super) fn wish_of(
        &mut self,
        room: &RoomId,
        message: &Message,
        live: bool,
    ) -> Option<(WishId, RowKey)> {
        if !self.is_me(&message.sender) {
            return None;
        }
        let wish = match &message.wish {
            Some(wish) => self.outbox.get(wish).map(|entry| entry.wish.id.clone()),
            None if self.server.exact => None,
            None => {
                let lately = live.then_some(self.now);
                self.outbox
                    .echoed(room, &message.content, message.reply_to.as_ref(), lately)
            }
        }?;
        if live && !self.server.exact && self.sending.echoes != Some(true) {
            self.sending.echoes = Some(true);
            self.keep_server();
        }
        let key = self.key_of_wish(room, &wish);
        Some((wish, key))
    }

    pub(super) fn key_of_wish(&mut self, room: &RoomId, wish: &WishId) -> RowKey {
        let keys = &mut self.keys;
        match &mut self.screen {
            Some(screen) if screen.room == *room => screen.key_of_wish(wish, &mut || next_key(keys)),
            Some(_) | None => next_key(keys),
        }
    }

    pub(super) fn new_key(&mut self) -> RowKey {
        next_key(&mut self.keys)
    }

    /// The server has a wish: it leaves the disk, other tabs know, and what waited for its name can go.
    pub(super) fn confirmed_on_disk(
        &mut self,
        wish: &Wish,
        id: Option<&MessageId>,
        confirmed: Option<&Confirmed>,
    ) {
        self.forget_wish_record(&wish.id);
        if self.leads
            && let Some(confirmed) = confirmed
        {
            self.note(&Note::Sent {
                wish: wish.id.clone(),
                id: confirmed.id.clone(),
                time: confirmed.time,
                seq: confirmed.seq,
            });
        }
        if self.leads {
            self.tell_tabs(TabWord::Wish(wish.id.clone(), None));
        }
        if let Some(id) = id {
            for changed in self.outbox.named(&wish.id, id) {
                if self.leads {
                    self.save_wish(&changed);
                }
            }
        }
        self.dirty.rooms = true;
    }

    /// The server has a wish, as its ack or its silence says.
    pub(super) fn done(&mut self, now: Instant, id: &WishId, confirmed: Confirmed) {
        let Some(entry) = self.outbox.remove(id) else {
            return;
        };
        let (wish, behind) = (entry.wish, entry.behind);
        self.confirmed_on_disk(&wish, confirmed.id.as_ref(), Some(&confirmed));
        match &wish.what {
            What::Send {
                content,
                reply_to,
                attachments,
                ..
            } => {
                let Some(pass) = &self.pass else { return };
                let base = self.rest.base();
                let time = confirmed
                    .time
                    .or_else(|| self.clock.to_server(wish.made))
                    .unwrap_or(wish.made);
                let message = Message {
                    id: confirmed.id,
                    wish: Some(wish.id.clone()),
                    sender: Rc::clone(&pass.user),
                    name: Some(Rc::clone(&pass.name)),
                    avatar: pass.avatar.clone(),
                    time,
                    content: Rc::clone(content),
                    reply_to: reply_to.clone(),
                    attachments: attachments
                        .iter()
                        .filter_map(|value| super::log::attachment_value(value, base))
                        .collect(),
                    seq: confirmed.seq,
                    ..Message::default()
                };
                let key = self.key_of_wish(&wish.room, &wish.id);
                let known = |log: &Log| match &behind {
                    Some(Behind::Message(id)) => log.knows(id),
                    Some(Behind::Nothing) => !log.is_empty(),
                    None => false,
                };
                if let Some(log) = self.logs.get_mut(&wish.room)
                    && log.tail == Tail::Here
                    && known(log)
                {
                    // Others wrote since: it stands where the server had read it.
                    match &behind {
                        Some(Behind::Message(id)) => log.insert_own_after(id, key, message),
                        Some(Behind::Nothing) | None => log.insert_own_first(key, message),
                    }
                    let last = log.last().filter(|last| last.key == key);
                    if let Some(newest) = last.map(|last| last.message.clone()) {
                        self.remember(&wish.room, &newest);
                    }
                    self.after_append(now, &wish.room);
                    self.flush(now);
                } else {
                    self.put_own(now, &wish.room, key, message);
                }
            }
            What::Edit { target, content } => {
                let content = Rc::clone(content);
                let at = self.clock.server(now);
                self.changed(now, &wish.room, target, Change::Edited { content, at });
            }
            What::Delete { target, .. } => self.changed(now, &wish.room, target, Change::Deleted),
            What::React { target, reaction, on } => {
                if let Some(pass) = &self.pass {
                    let reacted = Change::Reacted {
                        reaction: Rc::clone(reaction),
                        user: Rc::clone(&pass.user),
                        has: *on,
                        count: None,
                    };
                    self.changed(now, &wish.room, target, reacted);
                }
            }
            What::Read { .. } => {}
        }
        self.touch_screen(&wish.room);
    }

    /// The server has an own change.
    fn changed(&mut self, now: Instant, room: &RoomId, target: &Target, change: Change) {
        if let Target::Message(id) = target {
            self.change_message(now, room, id, &change);
        }
    }

    fn put_own(&mut self, now: Instant, id: &RoomId, key: RowKey, message: Message) {
        if !self.end_is_here(id) {
            return self.late(id, Late::Own(key, Box::new(message)));
        }
        self.remember(id, &message);
        self.append(id, key, message);
        self.after_append(now, id);
        // The wish is off the disk: its message has to be on it.
        self.flush(now);
    }

    fn append(&mut self, id: &RoomId, key: RowKey, message: Message) {
        let settled = self.rooms.get(id).is_some_and(|room| room.settled);
        let Some(log) = self.logs.get_mut(id) else { return };
        if message.id.as_ref().is_some_and(|id| log.knows(id)) {
            return;
        }
        if let Some(seq) = message.seq
            && let Some(place) = log.place_of(seq)
        {
            match place {
                // Older than what is held: it comes with its page.
                Place::Above => {}
                Place::Behind(known) => log.insert_after(&known, key, message),
            }
            return;
        }
        log.append(key, message);
        if !settled {
            log.early += 1;
        }
    }

    fn put_live(&mut self, now: Instant, id: &RoomId, message: Message) {
        if let (Some(log), Some(known)) = (self.logs.get(id), &message.id)
            && log.knows(known)
        {
            let known = Rc::clone(known);
            self.change_held(now, id, &known, |held| update(held, message));
            return;
        }
        let own = self.is_me(&message.sender);
        self.learn_sender(now, id, &message);
        if let Some(answered) = &message.reply_to {
            self.answers_unknown(id, answered);
        }
        if self.is_out_of_order(id, &message) {
            // Told again, maybe, and from above what is held: the history says where it belongs.
            if let Some(room) = self.rooms.get_mut(id) {
                room.settled = false;
            }
            if self.leads {
                self.join_again(id);
            }
        } else {
            self.remember(id, &message);
        }
        if !own && message.unreadable.is_none() {
            self.count_unread(now, id, &message);
        }
        let key = self.new_key();
        self.append(id, key, message);
        self.after_append(now, id);
    }

    /// It is older than what is held, and nothing numbers it.
    fn is_out_of_order(&self, id: &RoomId, message: &Message) -> bool {
        let settled = self.rooms.get(id).is_some_and(|room| room.settled);
        // Where everything is held, what is not known is new, whatever its time says.
        let log = self.logs.get(id).filter(|log| !log.begins || log.has_gap());
        let older = |last: &Entry| message.time.saturating_add(SKEW) < last.message.time;
        settled && message.seq.is_none() && log.and_then(Log::last).is_some_and(older)
    }

    pub(super) fn after_append(&mut self, now: Instant, id: &RoomId) {
        self.touch_screen(id);
        self.something_to_write(now);
        self.dirty.rooms = true;
    }

    pub(super) fn learn_sender(&mut self, now: Instant, id: &RoomId, message: &Message) {
        let times = self.times(now);
        // Presence has no names: who was heard of that way is called by their id.
        let nameless = self
            .people
            .person(&message.sender)
            .is_none_or(|person| person.name == message.sender);
        if nameless && message.unreadable.is_none() {
            let news = News {
                name: message.name.clone(),
                avatar: message.avatar.clone(),
                ..News::default()
            };
            self.people.heard(times, &message.sender, news);
        }
        if let Some(room) = self.rooms.get_mut(id)
            && !room.writers.contains(&message.sender)
            && room.writers.len() < WRITERS
        {
            room.writers.push(Rc::clone(&message.sender));
            if self.screen.as_ref().is_some_and(|screen| screen.room == *id) {
                self.dirty.open = true;
            }
        }
    }

    fn count_unread(&mut self, now: Instant, id: &RoomId, message: &Message) {
        let Some(pass) = &self.pass else { return };
        let mentions = mentions_me(message, &pass.user, &pass.name);
        let Some(room) = self.rooms.get_mut(id) else {
            return;
        };
        room.unread = room.unread.saturating_add(1);
        room.mentions = room.mentions.saturating_add(u32::from(mentions));
        room.touch();
        let with = room.with.clone();
        let open = self.open_room() == Some(id);
        let name = self.shown_name(&message.sender, message.name.as_ref());
        if open {
            self.announcer.came(now, &name, &message.content);
        }
        let (Some(message_id), true) = (&message.id, self.leads) else {
            return;
        };
        let arrival = Arrival {
            room: id,
            room_name: &self.room_title(id),
            with: with.as_ref(),
            id: message_id,
            from: &name,
            content: &message.content,
            own: false,
            mentions_me: mentions,
            on_screen: open && self.visible,
        };
        let circumstances = Circumstances {
            presence: self.me.presence(),
            wall: self.clock.device(now),
            local_day: self.settings.local_day,
        };
        if let Some(notification) = self.notifier.consider(&arrival, &self.choices, circumstances) {
            self.out.push_back(super::api::ChatOutput::Notify(notification));
        }
    }

    pub(super) fn shown_name(&self, user: &UserId, given: Option<&Rc<str>>) -> Rc<str> {
        match given {
            Some(name) => Rc::clone(name),
            None => self.name_of(user),
        }
    }

    /// Whether the end of a room is in memory; asks for it where it is not.
    pub(super) fn end_is_here(&mut self, id: &RoomId) -> bool {
        if matches!(self.store.phase, StorePhase::Opening) {
            return false;
        }
        let log = self.logs.entry(Rc::clone(id)).or_insert_with(Log::empty);
        match log.tail {
            Tail::Here => true,
            Tail::Reading => false,
            Tail::OnDisk => {
                let read = log
                    .tail_numbers()
                    .and_then(|(first, last)| self.store.read(ReadFor::Tail(Rc::clone(id)), first, last));
                log.tail = if read.is_some() { Tail::Reading } else { Tail::Here };
                read.is_none()
            }
        }
    }

    pub(super) fn late(&mut self, id: &RoomId, late: Late) {
        self.late.entry(Rc::clone(id)).or_default().push(late);
    }

    /// The end of a room is in memory now.
    pub(super) fn end_came(&mut self, now: Instant, id: &RoomId) {
        for late in self.late.remove(id).unwrap_or_default() {
            match late {
                Late::Live(message) => self.put_live(now, id, *message),
                Late::Own(key, message) => self.put_own(now, id, key, *message),
                Late::History(messages) => self.merge(now, id, messages),
            }
        }
    }

    /// What came before the disk could be asked.
    pub(super) fn late_rooms(&mut self, now: Instant) {
        let rooms: Vec<RoomId> = self.late.keys().cloned().collect();
        for id in rooms {
            if self.end_is_here(&id) {
                self.end_came(now, &id);
            }
        }
    }
}

fn next_key(keys: &mut u64) -> RowKey {
    *keys += 1;
    RowKey(*keys)
}

pub(super) fn unreadable_message(unreadable: &Unreadable, time: Millis) -> Message {
    Message {
        id: unreadable.id.as_deref().map(Rc::from),
        time,
        unreadable: Some(Rc::from(unreadable.why.to_string())),
        ..Message::default()
    }
}
