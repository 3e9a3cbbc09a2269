//! The room on screen: opening it, scrolling through it, what was seen of it.

use std::rc::Rc;

use super::api::{
    Anchor, ChatEvent, Fetching, MessageId, RoomId, RowKey, WishId,
};
use super::engine::ChatEngine;
use super::log::{Log, Tail};
use super::rest::{Direction, Purpose};
use super::rooms::{Membership, Room};
use super::screen::{Screen, Surroundings, Window, mentions_me};
use super::store::ReadFor;
use super::tabs::Note;
use super::wish::{Target, What};
use crate::time::Instant;

/// Blocks read at once while scrolling.
const READ: u32 = 2;
/// Blocks read at once while looking for a message.
const LOOK: u32 = 16;
/// Blocks of the live tail kept while the person is at its end.
const LIVE_BLOCKS: usize = 8;
/// Rows from the end that count as the end.
const AT_END: usize = 8;

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
        self.rooms.entry(Rc::clone(&id)).or_insert_with(Room::default);
        self.draft_when_opened = self.drafts.get(&id).cloned();
        self.announcer.forget();
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
        let Some(id) = self.open_room().cloned() else { return };
        if !self.end_is_here(&id) {
            return;
        }
        let (read, unread) = match self.rooms.get(&id) {
            Some(room) => (room.read_up_to.clone(), room.unread),
            None => return,
        };
        let me = self.pass.as_ref().map(|pass| Rc::clone(&pass.user));
        let place = self.places.get(&id).cloned();
        let (Some(screen), Some(log)) = (&mut self.screen, self.logs.get(&id)) else { return };
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

    pub(super) fn load_older(&mut self, now: Instant) {
        let Some(id) = self.open_room().cloned() else { return };
        let can_ask = self.server.rooms && self.online();
        let (Some(screen), Some(log), Some(pass)) = (&mut self.screen, self.logs.get(&id), &self.pass) else { return };
        if let Some(window) = &mut screen.window {
            let first = window.entries.first().and_then(|entry| entry.message.id.clone());
            if let Some(first) = first.filter(|_| window.older && !window.fetching) {
                window.fetching = true;
                let from = Some((&first, Direction::Before));
                let asked = self.rest.messages(&pass.token, &id, from, Purpose::Older);
                self.out.push_back(asked);
            }
            screen.dirty = true;
            return;
        }
        if screen.older == Fetching::UnderWay {
            return;
        }
        let first = log.loaded().next().map(|(number, _)| number);
        let numbers = first.and_then(|first| log.numbers_before(first, READ));
        if let Some((first, last)) = numbers {
            let read = self.store.read(ReadFor::Older(Rc::clone(&id)), first, last);
            if read.is_some() {
                screen.older = Fetching::UnderWay;
                return;
            }
        }
        if log.begins {
            return;
        }
        let oldest = log.first().and_then(|entry| entry.message.id.clone());
        screen.older = match oldest {
            Some(oldest) if can_ask => {
                let from = Some((&oldest, Direction::Before));
                let asked = self.rest.messages(&pass.token, &id, from, Purpose::Older);
                self.out.push_back(asked);
                Fetching::UnderWay
            }
            Some(_) | None if self.server.known && !self.server.rooms => Fetching::Impossible(None),
            Some(_) | None => Fetching::Offline,
        };
        screen.dirty = true;
        let _ = now;
    }

    pub(super) fn load_newer(&mut self, now: Instant) {
        let Some(id) = self.open_room().cloned() else { return };
        let (Some(screen), Some(pass)) = (&mut self.screen, &self.pass) else { return };
        if let Some(window) = &mut screen.window {
            let last = window.entries.last().and_then(|entry| entry.message.id.clone());
            if let Some(last) = last.filter(|_| window.newer && !window.fetching) {
                window.fetching = true;
                let from = Some((&last, Direction::After));
                let asked = self.rest.messages(&pass.token, &id, from, Purpose::Newer);
                self.out.push_back(asked);
            }
            screen.dirty = true;
            return;
        }
        let Some(log) = self.logs.get(&id) else { return };
        // The end of a cluster around a message: where the next block in memory is not the next on disk.
        let numbers: Vec<u32> = log.loaded().map(|(number, _)| number).collect();
        let hole = numbers.windows(2).find_map(|pair| match pair {
            [a, b] if log.between(*a, *b) == super::log::Between::Disk => Some((*a, *b)),
            _ => None,
        });
        if let Some((before, after)) = hole
            && let Some((first, last)) = log.numbers_after(before, READ)
        {
            let last = last.min(after.saturating_sub(1)).max(first);
            self.store.read(ReadFor::Newer(id), first, last);
        } else {
            self.close_gap(now, &id, 0);
        }
    }

    /// Shows a message wherever it is: in memory, on disk, on the server.
    pub(super) fn jump(&mut self, now: Instant, message: MessageId) {
        let Some(id) = self.open_room().cloned() else { return };
        if !self.end_is_here(&id) {
            return;
        }
        let can_ask = self.server.rooms && self.online();
        let (Some(screen), Some(log), Some(pass)) = (&mut self.screen, self.logs.get(&id), &self.pass) else { return };
        screen.dirty = true;
        if let Some(entry) = log.find(&message) {
            screen.scroll = Some(Anchor::Highlight(entry.key));
            return;
        }
        let in_window = screen
            .window
            .as_ref()
            .and_then(|window| window.entries.iter().find(|entry| entry.message.id.as_ref() == Some(&message)));
        if let Some(entry) = in_window {
            screen.scroll = Some(Anchor::Highlight(entry.key));
            return;
        }
        let first = log.loaded().next().map(|(number, _)| number);
        if let Some((first, last)) = first.and_then(|first| log.numbers_before(first, LOOK))
            && self.store.read(ReadFor::Jump(Rc::clone(&id)), first, last).is_some()
        {
            screen.looking = Some((message, first));
            return;
        }
        if can_ask {
            let from = Some((&message, Direction::Around));
            let asked = self
                .rest
                .messages(&pass.token, &id, from, Purpose::Around(Rc::clone(&message)));
            self.out.push_back(asked);
        } else {
            let refusal = if self.online() {
                super::api::ChatRefusal::NotOffered
            } else {
                super::api::ChatRefusal::Offline
            };
            self.refuse(refusal);
        }
        let _ = now;
    }

    pub(super) fn jump_to_live(&mut self, now: Instant) {
        let Some(id) = self.open_room().cloned() else { return };
        let Some(screen) = &mut self.screen else { return };
        screen.window = None;
        screen.looking = None;
        screen.dirty = true;
        screen.scroll = Some(Anchor::Bottom);
        if let Some(log) = self.logs.get_mut(&id) {
            log.drop_clusters();
        }
        let _ = now;
    }

    /// Blocks came from the disk (or could not be had).
    pub(super) fn on_blocks(&mut self, now: Instant, read: u64, blocks: Vec<(u32, String)>) {
        let Some(what) = self.store.was_read(read) else { return };
        if let ReadFor::Index(room) = what {
            return self.index_blocks(now, &room, &blocks);
        }
        let (ReadFor::Tail(id) | ReadFor::Older(id) | ReadFor::Newer(id) | ReadFor::Jump(id)) = &what else { return };
        let Some(log) = self.logs.get_mut(id) else { return };
        let keys = &mut self.keys;
        let mut next = || {
            *keys += 1;
            RowKey(*keys)
        };
        if let ReadFor::Jump(id) = &what {
            let id = Rc::clone(id);
            return self.looked(now, &id, blocks);
        }
        let nothing = blocks.is_empty();
        for (number, text) in blocks {
            log.insert_read(number, &text, &mut next);
        }
        match &what {
            ReadFor::Tail(id) => {
                log.tail = Tail::Here;
                let id = Rc::clone(id);
                self.end_came(now, &id);
                if self.open_room() == Some(&id) {
                    self.settle_screen(now);
                    self.dirty.open = true;
                }
            }
            ReadFor::Older(id) => {
                let id = Rc::clone(id);
                if nothing {
                    log.forget_before_loaded();
                }
                if let Some(screen) = &mut self.screen
                    && screen.room == id
                {
                    screen.older = Fetching::Possible;
                    screen.dirty = true;
                }
            }
            ReadFor::Newer(_) | ReadFor::Jump(_) | ReadFor::Index(_) => {}
        }
        let id = match what {
            ReadFor::Tail(id) | ReadFor::Older(id) | ReadFor::Newer(id) | ReadFor::Jump(id) | ReadFor::Index(id) => id,
        };
        self.touch_screen(&id);
    }

    /// Blocks were read in search of a message.
    fn looked(&mut self, now: Instant, id: &RoomId, blocks: Vec<(u32, String)>) {
        let Some((wanted, first)) = self.screen.as_mut().filter(|screen| screen.room == *id).and_then(|screen| screen.looking.take())
        else {
            return;
        };
        let found = blocks.iter().position(|(_, text)| Log::mentions_id(text, &wanted));
        let Some(log) = self.logs.get_mut(id) else { return };
        if let Some(index) = found {
            let keys = &mut self.keys;
            let mut next = || {
                *keys += 1;
                RowKey(*keys)
            };
            let from = index.saturating_sub(1);
            for (number, text) in blocks.iter().skip(from).take(index + 2 - from) {
                log.insert_read(*number, text, &mut next);
            }
            if let Some(screen) = &mut self.screen {
                screen.dirty = true;
                screen.scroll = log.find(&wanted).map(|entry| Anchor::Highlight(entry.key));
            }
            return;
        }
        if let Some((next_first, last)) = log.numbers_before(first, LOOK)
            && self.store.read(ReadFor::Jump(Rc::clone(id)), next_first, last).is_some()
        {
            if let Some(screen) = &mut self.screen {
                screen.looking = Some((wanted, next_first));
            }
            return;
        }
        if self.server.rooms
            && self.online()
            && let Some(pass) = &self.pass
        {
            let purpose = Purpose::Around(Rc::clone(&wanted));
            let asked = self
                .rest
                .messages(&pass.token, id, Some((&wanted, Direction::Around)), purpose);
            self.out.push_back(asked);
        } else {
            self.refuse(super::api::ChatRefusal::NotOffered);
        }
        let _ = now;
    }

    /// The server (as this tab or the leader knows it) is there.
    pub(super) fn online(&self) -> bool {
        match &self.heard_state {
            Some(state) if !self.leads => state.up,
            Some(_) | None => self.link.is_up(),
        }
    }

    /// These rows, up to this one, were really on screen.
    pub(super) fn seen(&mut self, now: Instant, row: RowKey) {
        let Some(id) = self.open_room().cloned() else { return };
        self.last_seen = Some((Rc::clone(&id), row));
        let Some(pass) = &self.pass else { return };
        let (me, name) = (Rc::clone(&pass.user), Rc::clone(&pass.name));
        let Some(log) = self.logs.get_mut(&id) else { return };
        let Some(room) = self.rooms.get_mut(&id) else { return };
        let behind = self.screen.as_ref().and_then(|screen| screen.rows_behind(row));
        if behind.is_some_and(|behind| behind < AT_END) {
            log.trim(LIVE_BLOCKS);
        }
        let Some(upmost) = self.screen.as_ref().and_then(|screen| screen.message_at(row)) else { return };
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
        let Some((Some(message), time, own)) = seen else { return };
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
            self.reads_due.get_or_insert(now + super::account::WRITE_EVERY / 2);
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
        let Some(target) = self.target_of(row) else { return Vec::new() };
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
            .is_some_and(|row| row.reactions.iter().any(|known| *known.reaction == *reaction && known.own))
    }

    /// Tells the rows that changed.
    pub(super) fn tell_timeline(&mut self, now: Instant) {
        let Some(id) = self.open_room().cloned() else { return };
        let settled = self.screen.as_ref().is_some_and(|screen| screen.settled);
        let (Some(pass), true) = (&self.pass, settled) else { return };
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

    /// A window of history of the server.
    pub(super) fn show_window(&mut self, window: Window, wanted: &MessageId) {
        let Some(screen) = &mut self.screen else { return };
        let entry = window
            .entries
            .iter()
            .find(|entry| entry.message.id.as_ref() == Some(wanted));
        screen.scroll = entry.map(|entry| Anchor::Highlight(entry.key));
        screen.window = Some(window);
        screen.dirty = true;
    }
}
