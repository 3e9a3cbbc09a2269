//! Histories: what is known is brought up to date, what was missed goes to its place.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use wire::chat::{self as wire_chat, Unreadable};

use super::api::{MessageId, Millis, RoomId, RowKey, WishId};
use super::arrive::{Late, unreadable_message};
use super::engine::ChatEngine;
use super::log::{Log, Message, Place, message_of, replace, update};
use super::screen::mentions_me;
use crate::time::Instant;

/// Contract 5: the last 50 come with a room; fewer are all there are.
const HISTORY: usize = 50;

impl ChatEngine {
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
    pub(super) fn merge(&mut self, now: Instant, id: &RoomId, messages: Vec<Message>) {
        let (mut log, mut early) = {
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
        let exact = self.server.exact;
        // `{}` may be a Map that JSON emptied, but not on a server that was seen to fill it.
        self.says.hear(&messages);
        let says = self.says;
        let oldest = messages.iter().find_map(|message| message.id.clone());
        let told: BTreeSet<MessageId> = messages.iter().filter_map(|message| message.id.clone()).collect();
        // Of a room whose whole history came, nothing older can be told again.
        let newest = messages.last().map(|message| message.time).filter(|_| !all);
        let mut named = Vec::new();
        let mut confirmed = false;
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
            let Some(message_id) = message.id.clone() else {
                continue;
            };
            if log.knows(&message_id) {
                for earlier in front.drain(..) {
                    let key = self.new_key();
                    log.insert_before(&message_id, key, earlier);
                }
                log.change(&message_id, |held| {
                    if exact {
                        replace(held, message)
                    } else {
                        says.forget(held);
                        update(held, message)
                    }
                });
                before = Some(message_id);
                continue;
            }
            let own = self.is_me(&message.sender);
            let mut message = message;
            let mut known_key = keys.get(&message_id).copied();
            let same = |(_, content): &(WishId, Rc<str>)| super::echo::same_text(content, &message.content);
            let unnamed = |(_, held): &(RowKey, Message)| {
                held.id.is_none() && super::echo::same_text(&held.content, &message.content)
            };
            if own && let Some(index) = nameless.iter().position(same) {
                // It goes where the server has it.
                let (wish, _) = nameless.remove(index);
                named.push((wish.clone(), Rc::clone(&message_id)));
                known_key = log.take_nameless(&wish);
                message.wish = Some(wish);
            } else if own && let Some(index) = early.iter().position(unnamed) {
                let (key, held) = early.remove(index);
                known_key = Some(key);
                if let Some(wish) = held.wish {
                    named.push((wish.clone(), Rc::clone(&message_id)));
                    message.wish = Some(wish);
                }
            } else if let Some((wish, key)) = self.wish_of(id, &message, false) {
                if let Some(entry) = self.outbox.remove(&wish) {
                    self.confirmed_on_disk(&entry.wish, Some(&message_id), None);
                    confirmed = true;
                }
                known_key = Some(key);
            }
            let key = known_key.unwrap_or_else(|| self.new_key());
            if !keys.contains_key(&message_id) {
                came.push(message.clone());
            }
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
                place_early(&mut log, newest, key, message);
            }
        }
        // Who has seen what stands at the last message that each has seen: another row may have lost it.
        log.untell_all();
        self.logs.insert(Rc::clone(id), log);
        let mut any = confirmed;
        for (wish, message) in named {
            any = true;
            for changed in self.outbox.named(&wish, &message) {
                if self.leads {
                    self.save_wish(&changed);
                }
            }
        }
        self.names_came(now, id, any);
        self.settle_doubts(now, id, &told);
        self.missed(now, id, &came, fresh);
        if let Some(room) = self.rooms.get_mut(id) {
            room.behind = false;
            room.settled = true;
        }
        self.after_append(now, id);
        self.close_gap(id, 0);
        if !fresh && !all {
            self.refresh(id, oldest.as_ref());
        }
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
        let last = self
            .logs
            .get(id)
            .and_then(Log::last)
            .map(|entry| entry.message.clone());
        if let Some(last) = &last {
            self.remember(id, last);
        }
        let Some(pass) = &self.pass else { return };
        let (me, name) = (Rc::clone(&pass.user), Rc::clone(&pass.name));
        let exact = self.server.exact;
        let Some(room) = self.rooms.get_mut(id) else {
            return;
        };
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

/// What this server was seen to say of messages: what it then leaves out is gone.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Says {
    reactions: bool,
    readers: bool,
}

impl Says {
    /// Histories have reactions.
    pub(super) fn reactions(self) -> bool {
        self.reactions
    }

    fn hear(&mut self, messages: &[Message]) {
        self.reactions |= messages.iter().any(|message| !message.reactions.is_empty());
        self.readers |= messages.iter().any(|message| !message.read_by.is_empty());
    }

    /// Before the server's newer word about it.
    fn forget(self, held: &mut Message) {
        if self.reactions {
            held.reactions.clear();
        }
        if self.readers {
            held.read_by.clear();
        }
    }
}

/// What came live before the history and is not in it: behind it, unless its number or its time says that it is older.
/// Some servers tell of an old message twice.
fn place_early(log: &mut Log, newest: Option<Millis>, key: RowKey, message: Message) {
    if let Some(place) = message.seq.and_then(|seq| log.place_of(seq)) {
        // Older than all that is held: it comes with its page.
        if let Place::Behind(known) = place {
            log.insert_after(&known, key, message);
        }
        return;
    }
    if message.id.is_some() && newest.is_some_and(|newest| message.time < newest) {
        if let Some(known) = log.last_before(message.time) {
            log.insert_after(&known, key, message);
        }
        return;
    }
    log.append(key, message);
}
