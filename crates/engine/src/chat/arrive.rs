//! Messages on their way into the log: live ones, histories, own ones that were confirmed.
//!
//! A room whose end is still on disk is read first; what came meanwhile waits, in order.

use std::collections::BTreeMap;
use std::rc::Rc;

use wire::chat::{self as wire_chat, Unreadable};

use super::api::{LastMessage, MessageId, Millis, RoomId, RowKey, UserId, WishId};
use super::engine::ChatEngine;
use super::log::{Log, Message, Tail, message_of};
use super::markdown;
use super::notify::{Arrival, Circumstances};
use super::presence::News;
use super::rooms::{Membership, Room};
use super::screen::mentions_me;
use super::sending::Confirmed;
use super::store::{ReadFor, StorePhase};
use super::tabs::Note;
use super::wish::{Target, What, Wish};
use crate::time::Instant;

/// Characters of a message in the list.
const EXCERPT: usize = 120;
/// Contract 5: the last 50 come with a room; fewer are all there are.
const HISTORY: usize = 50;
/// People who wrote, remembered for mentions.
const WRITERS: usize = 200;

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
            let Some(entry) = self.outbox.remove(&wish) else { return };
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
        let Some(room) = self.open_room().cloned() else { return };
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
    fn wish_of(&mut self, room: &RoomId, message: &Message, live: bool) -> Option<(WishId, RowKey)> {
        if !self.is_me(&message.sender) {
            return None;
        }
        let wish = match &message.wish {
            Some(wish) => self.outbox.get(wish).map(|entry| entry.wish.id.clone()),
            None if self.server.exact => None,
            None => self
                .outbox
                .echoed(room, &message.content, message.reply_to.as_ref()),
        }?;
        if live && !self.server.exact && self.sending.echoes != Some(true) {
            self.sending.echoes = Some(true);
            self.keep_server();
        }
        let key = self.key_of_wish(room, &wish);
        Some((wish, key))
    }

    fn key_of_wish(&mut self, room: &RoomId, wish: &WishId) -> RowKey {
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
    fn confirmed_on_disk(&mut self, wish: &Wish, id: Option<&MessageId>, confirmed: Option<&Confirmed>) {
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
        let Some(entry) = self.outbox.remove(id) else { return };
        let wish = entry.wish;
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
                self.put_own(now, &wish.room, key, message);
            }
            What::Edit { target, content } => {
                let at = self.clock.server(now);
                self.change(now, &wish.room, target, |message| {
                    message.content = Rc::clone(content);
                    message.edited = Some(at);
                });
            }
            What::Delete { target, .. } => self.change(now, &wish.room, target, tombstone),
            What::React { target, reaction, on } => {
                let me = self.pass.as_ref().map(|pass| Rc::clone(&pass.user));
                if let Some(me) = me {
                    self.change(now, &wish.room, target, |message| react(message, reaction, &me, *on, None));
                }
            }
            What::Read { .. } => {}
        }
        self.touch_screen(&wish.room);
    }

    fn change(&mut self, now: Instant, room: &RoomId, target: &Target, change: impl FnOnce(&mut Message)) {
        if let (Target::Message(id), Some(log)) = (target, self.logs.get_mut(room)) {
            log.change(id, change);
            self.something_to_write(now);
        }
    }

    fn put_own(&mut self, now: Instant, id: &RoomId, key: RowKey, message: Message) {
        if !self.end_is_here(id) {
            return self.late(id, Late::Own(key, Box::new(message)));
        }
        self.remember(now, id, &message);
        self.append(id, key, message);
        self.after_append(now, id);
        // The wish is off the disk: its message has to be on it.
        self.flush(now);
    }

    fn append(&mut self, id: &RoomId, key: RowKey, message: Message) {
        let settled = self.rooms.get(id).is_some_and(|room| room.membership == Membership::In);
        let Some(log) = self.logs.get_mut(id) else { return };
        if message.id.as_ref().is_some_and(|id| log.knows(id)) {
            return;
        }
        log.append(key, message);
        if !settled {
            log.early += 1;
        }
    }

    fn put_live(&mut self, now: Instant, id: &RoomId, message: Message) {
        if let (Some(log), Some(known)) = (self.logs.get_mut(id), &message.id)
            && log.knows(known)
        {
            let known = Rc::clone(known);
            log.change(&known, |held| update(held, message));
            self.after_append(now, id);
            return;
        }
        let own = self.is_me(&message.sender);
        self.learn_sender(now, id, &message);
        self.remember(now, id, &message);
        if !own && message.unreadable.is_none() {
            self.count_unread(now, id, &message);
        }
        let key = self.new_key();
        self.append(id, key, message);
        self.after_append(now, id);
    }

    fn after_append(&mut self, now: Instant, id: &RoomId) {
        self.touch_screen(id);
        self.something_to_write(now);
        self.dirty.rooms = true;
    }

    /// The newest message of a room, for the list.
    fn remember(&mut self, now: Instant, id: &RoomId, message: &Message) {
        let own = self.is_me(&message.sender);
        let name = self.shown_name(&message.sender, message.name.as_ref());
        if self.search.indexing {
            self.index(id, message);
        }
        let Some(room) = self.rooms.get_mut(id) else { return };
        if message.id.is_some() {
            room.newest.clone_from(&message.id);
        }
        let text = if message.content.is_empty() {
            message
                .attachments
                .first()
                .map_or_else(|| Rc::from(""), |attachment| Rc::clone(&attachment.name))
        } else {
            Rc::from(markdown::excerpt(&message.content, EXCERPT))
        };
        room.last = Some(Rc::new(LastMessage {
            from: (!own).then_some(name),
            text,
            time: message.time,
        }));
        room.touch();
        let _ = now;
    }

    fn learn_sender(&mut self, now: Instant, id: &RoomId, message: &Message) {
        let times = self.times(now);
        if self.people.person(&message.sender).is_none() && message.unreadable.is_none() {
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
        if let Some(room) = self.rooms.get_mut(id) {
            room.unread = room.unread.saturating_add(1);
            room.mentions = room.mentions.saturating_add(u32::from(mentions));
            room.touch();
        }
        let open = self.open_room() == Some(id);
        let name = self.shown_name(&message.sender, message.name.as_ref());
        if open {
            self.announcer.came(now, &name, &message.content);
        }
        let (Some(view), Some(message_id), true) = (self.room_view(id), &message.id, self.leads) else {
            return;
        };
        let arrival = Arrival {
            room: &view,
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
            self.out
                .push_back(super::api::ChatOutput::Notify(notification));
        }
    }

    pub(super) fn shown_name(&self, user: &UserId, given: Option<&Rc<str>>) -> Rc<str> {
        match given {
            Some(name) => Rc::clone(name),
            None => self.name_of(user),
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
            self.remember_last_only(id, &last);
        }
    }

    /// The newest message was changed.
    pub(super) fn remember_newest(&mut self, now: Instant, id: &RoomId, message: &Message) {
        self.remember(now, id, message);
        self.dirty.rooms = true;
    }

    fn remember_last_only(&mut self, id: &RoomId, message: &Message) {
        let own = self.is_me(&message.sender);
        let name = self.shown_name(&message.sender, message.name.as_ref());
        if let Some(room) = self.rooms.get_mut(id) {
            room.last = Some(Rc::new(LastMessage {
                from: (!own).then_some(name),
                text: Rc::from(markdown::excerpt(&message.content, EXCERPT)),
                time: message.time,
            }));
            room.touch();
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

    fn late(&mut self, id: &RoomId, late: Late) {
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

    /// The history of a room came.
    pub(super) fn history_came(
        &mut self,
        now: Instant,
        id: &RoomId,
        messages: Vec<Result<wire_chat::Message, Unreadable>>,
    ) {
        let messages = self.messages_of(now, messages);
        if self.end_is_here(id) {
            self.merge(now, id, messages);
        } else {
            self.late(id, Late::History(messages));
        }
    }

    pub(super) fn messages_of(
        &mut self,
        now: Instant,
        messages: Vec<Result<wire_chat::Message, Unreadable>>,
    ) -> Vec<Message> {
        let time = self.clock.server(now);
        let mut before = time;
        let mut all = Vec::with_capacity(messages.len());
        for message in messages {
            let message = match message {
                Ok(message) => message_of(message, before, self.rest.base()),
                Err(unreadable) => unreadable_message(&unreadable, before),
            };
            before = message.time;
            all.push(message);
        }
        all
    }

    /// Puts a history in its place: what is known is brought up to date, what is not goes where the history has it.
    fn merge(&mut self, now: Instant, id: &RoomId, messages: Vec<Message>) {
        let (mut log, early) = {
            let Some(log) = self.logs.get_mut(id) else { return };
            let early = std::mem::take(&mut log.early);
            let early = log.take_last(early);
            (std::mem::take(log), early)
        };
        let keys: BTreeMap<MessageId, RowKey> = early
            .iter()
            .filter_map(|(key, message)| Some((message.id.clone()?, *key)))
            .collect();
        let fresh = log.is_empty();
        let overlaps = messages
            .iter()
            .any(|message| message.id.as_ref().is_some_and(|id| log.knows(id)));
        let all = messages.len() < HISTORY;
        let mut named = Vec::new();
        if fresh {
            log.begins = all;
        } else if !overlaps && !messages.is_empty() && !self.only_nameless(&log) && !all {
            log.open_gap();
        }
        let mut nameless = log.nameless();
        let mut before: Option<MessageId> = None;
        let mut front: Vec<Message> = Vec::new();
        let mut came = Vec::new();
        for message in messages {
            let Some(message_id) = message.id.clone() else { continue };
            if log.knows(&message_id) {
                for earlier in front.drain(..) {
                    let key = self.new_key();
                    log.insert_before(&message_id, key, earlier);
                }
                log.change(&message_id, |held| update(held, message));
                before = Some(message_id);
                continue;
            }
            let own = self.is_me(&message.sender);
            let same = |(_, content): &(WishId, Rc<str>)| super::echo::same_text(content, &message.content);
            if own && let Some(index) = nameless.iter().position(same) {
                let (wish, _) = nameless.remove(index);
                named.push((wish.clone(), Rc::clone(&message_id)));
                let message = Message {
                    wish: Some(wish.clone()),
                    ..message
                };
                log.name(&wish, message);
                before = Some(message_id);
                continue;
            }
            let key = match self.wish_of(id, &message, false) {
                Some((wish, key)) => {
                    if let Some(entry) = self.outbox.remove(&wish) {
                        self.confirmed_on_disk(&entry.wish, Some(&message_id), None);
                    }
                    key
                }
                None => keys.get(&message_id).copied().unwrap_or_else(|| self.new_key()),
            };
            came.push(message.clone());
            match &before {
                Some(known) => log.insert_after(known, key, message),
                None if overlaps => {
                    front.push(message);
                    continue;
                }
                None => log.append(key, message),
            }
            before = Some(message_id);
        }
        for (key, message) in early {
            if message.id.as_ref().is_none_or(|id| !log.knows(id)) {
                log.append(key, message);
            }
        }
        self.logs.insert(Rc::clone(id), log);
        for (wish, message) in named {
            for changed in self.outbox.named(&wish, &message) {
                if self.leads {
                    self.save_wish(&changed);
                }
            }
        }
        self.missed(now, id, &came, fresh);
        if let Some(room) = self.rooms.get_mut(id) {
            room.behind = false;
        }
        self.after_append(now, id);
        self.close_gap(now, id, 0);
    }

    /// A log of only own messages without names has nothing that a history could overlap with.
    fn only_nameless(&self, log: &Log) -> bool {
        log.loaded()
            .flat_map(|(_, entries)| entries)
            .all(|entry| entry.message.id.is_none())
    }

    /// Messages that came with a history: who wrote them, and which of them are unread.
    fn missed(&mut self, now: Instant, id: &RoomId, came: &[Message], fresh: bool) {
        for message in came {
            self.learn_sender(now, id, message);
            if self.search.indexing {
                self.index(id, message);
            }
        }
        let last = self.logs.get(id).and_then(Log::last).map(|entry| entry.message.clone());
        if let Some(last) = &last {
            self.remember(now, id, last);
        }
        let Some(pass) = &self.pass else { return };
        let (me, name) = (Rc::clone(&pass.user), Rc::clone(&pass.name));
        let exact = self.server.exact;
        let Some(room) = self.rooms.get_mut(id) else { return };
        if exact {
            return;
        }
        match &room.read_up_to {
            None if fresh => {
                // What was there before this device came is nobody's unread mail.
                room.read_up_to = last.and_then(|last| Some((last.id?, last.time)));
            }
            Some(_) | None => {
                let since: Millis = room.read_up_to.as_ref().map_or(0, |(_, time)| *time);
                let new = came
                    .iter()
                    .filter(|message| *message.sender != *me && message.time > since && !message.deleted);
                for message in new {
                    room.unread = room.unread.saturating_add(1);
                    room.mentions = room
                        .mentions
                        .saturating_add(u32::from(mentions_me(message, &me, &name)));
                }
            }
        }
        room.touch();
    }
}

fn next_key(keys: &mut u64) -> RowKey {
    *keys += 1;
    RowKey(*keys)
}

fn unreadable_message(unreadable: &Unreadable, time: Millis) -> Message {
    Message {
        id: unreadable.id.as_deref().map(Rc::from),
        time,
        unreadable: Some(Rc::from(unreadable.why.to_string())),
        ..Message::default()
    }
}

/// The server's newer word about a message; what it does not say stays.
fn update(held: &mut Message, newer: Message) {
    let wish = held.wish.take().or_else(|| newer.wish.clone());
    // `{}` is a Map that JSON emptied: it says nothing.
    let reactions = if newer.reactions.is_empty() {
        std::mem::take(&mut held.reactions)
    } else {
        newer.reactions.clone()
    };
    let read_by = if newer.read_by.is_empty() {
        std::mem::take(&mut held.read_by)
    } else {
        newer.read_by.clone()
    };
    *held = Message {
        wish,
        reactions,
        read_by,
        name: newer.name.clone().or_else(|| held.name.take()),
        avatar: newer.avatar.clone().or_else(|| held.avatar.take()),
        deleted: newer.deleted || held.deleted,
        ..newer
    };
    if held.deleted {
        tombstone(held);
    }
}

pub(super) fn tombstone(message: &mut Message) {
    message.deleted = true;
    message.content = Rc::from("");
    message.attachments.clear();
    message.reactions.clear();
}

pub(super) fn react(message: &mut Message, reaction: &Rc<str>, user: &UserId, on: bool, count: Option<u32>) {
    let index = message
        .reactions
        .iter()
        .position(|known| known.reaction == *reaction);
    let index = match index {
        Some(index) => index,
        None if on => {
            message.reactions.push(super::log::Reaction {
                reaction: Rc::clone(reaction),
                users: Vec::new(),
                count: 0,
            });
            message.reactions.len() - 1
        }
        None => return,
    };
    if let Some(known) = message.reactions.get_mut(index) {
        let had = known.users.contains(user);
        known.users.retain(|other| other != user);
        match (had, on) {
            (false, true) => known.count = known.count.saturating_add(1),
            (true, false) => known.count = known.count.saturating_sub(1),
            (true, true) | (false, false) => {}
        }
        if on {
            known.users.push(Rc::clone(user));
        }
        let least = u32::try_from(known.users.len()).unwrap_or(u32::MAX);
        known.count = count.unwrap_or(known.count).max(least);
    }
    message.reactions.retain(|known| known.count > 0);
}
