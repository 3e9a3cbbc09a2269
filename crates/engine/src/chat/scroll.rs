//! Scrolling through the open room: what is in memory, on disk and with the server.

use std::rc::Rc;

use super::api::{Anchor, Fetching, MessageId, RoomId, RowKey};
use super::engine::ChatEngine;
use super::log::{Log, Tail};
use super::rest::{Direction, Purpose};
use super::screen::Window;
use super::store::{ReadFor, StorePhase};
use crate::time::Instant;

/// Blocks read at once while scrolling.
const READ: u32 = 2;
/// Blocks read at once while looking for a message.
const LOOK: u32 = 16;
/// Blocks in memory while the end is followed.
const LIVE: usize = 8;
/// Blocks in memory while one is elsewhere, at most, …
const HELD: usize = 24;
/// … and when there are more: so many on either side, and the end.
const BESIDE: u32 = 8;

impl ChatEngine {
    pub(super) fn load_older(&mut self) {
        let Some(id) = self.open_room().cloned() else {
            return;
        };
        let can_ask = self.server.rooms && self.online();
        let (Some(screen), Some(log), Some(pass)) = (&mut self.screen, self.logs.get(&id), &self.pass) else {
            return;
        };
        if screen.window.is_some() {
            return self.more_of_window(Direction::Before);
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
            // Its history is on its way, and says where to go on.
            None if can_ask => Fetching::Possible,
            Some(_) | None => Fetching::Offline,
        };
        screen.dirty = true;
    }

    pub(super) fn load_newer(&mut self) {
        let Some(id) = self.open_room().cloned() else {
            return;
        };
        if self.screen.as_ref().is_some_and(|screen| screen.window.is_some()) {
            return self.more_of_window(Direction::After);
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
            self.close_gap(&id, 0);
        }
    }

    /// Asks for what lies beyond an end of the window of history.
    fn more_of_window(&mut self, direction: Direction) {
        let can_ask = self.server.rooms && self.online();
        let (Some(screen), Some(pass)) = (&mut self.screen, &self.pass) else {
            return;
        };
        let Some(window) = &mut screen.window else { return };
        screen.dirty = true;
        let (end, more, purpose) = match direction {
            Direction::After => (window.entries.last(), window.newer, Purpose::Newer),
            Direction::Before | Direction::Around => (window.entries.first(), window.older, Purpose::Older),
        };
        let end = end.and_then(|entry| entry.message.id.clone());
        let Some(end) = end.filter(|_| more && window.fetching != Fetching::UnderWay) else {
            return;
        };
        window.fetching = if can_ask {
            let from = Some((&end, direction));
            let asked = self.rest.messages(&pass.token, &screen.room, from, purpose);
            self.out.push_back(asked);
            Fetching::UnderWay
        } else {
            Fetching::Offline
        };
    }

    /// Shows a message wherever it is: in memory, on disk, on the server.
    pub(super) fn jump(&mut self, now: Instant, message: MessageId) {
        let Some(id) = self.open_room().cloned() else {
            return;
        };
        if !self.end_is_here(&id) {
            return;
        }
        let can_ask = self.server.rooms && self.online();
        let (Some(screen), Some(log), Some(pass)) = (&mut self.screen, self.logs.get(&id), &self.pass) else {
            return;
        };
        screen.dirty = true;
        if let Some(entry) = log.find(&message) {
            screen.scroll = Some(Anchor::Highlight(entry.key));
            return;
        }
        let in_window = screen.window.as_ref().and_then(|window| {
            window
                .entries
                .iter()
                .find(|entry| entry.message.id.as_ref() == Some(&message))
        });
        if let Some(entry) = in_window {
            screen.scroll = Some(Anchor::Highlight(entry.key));
            return;
        }
        let first = log.loaded().next().map(|(number, _)| number);
        if let Some((first, last)) = first.and_then(|first| log.numbers_before(first, LOOK))
            && self
                .store
                .read(ReadFor::Jump(Rc::clone(&id)), first, last)
                .is_some()
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
        let Some(id) = self.open_room().cloned() else {
            return;
        };
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

    /// The person is there now.
    pub(super) fn place(&mut self, at: Option<RowKey>) {
        if let Some(screen) = &mut self.screen {
            screen.at = at;
        }
    }

    /// Lets go of what is on disk and far from what is on screen.
    pub(super) fn bound_memory(&mut self) {
        let stored = self.store.phase == StorePhase::Open;
        for (id, log) in &mut self.logs {
            if !stored {
                // What is let go of is lost on this device: later, and not while somebody looks for it.
                let away = self.screen.as_ref().is_some_and(|screen| screen.at.is_some());
                log.trim(if away { usize::MAX } else { HELD });
                log.forget_before_loaded();
                continue;
            }
            match self.screen.as_mut().filter(|screen| screen.room == *id) {
                None => log.trim(2),
                Some(screen) => {
                    let count = log.loaded().count();
                    match screen.at.and_then(|at| log.block_of_key(at)) {
                        Some(number) => log.trim_around(number, BESIDE, HELD),
                        None if screen.at.is_none() => log.trim(LIVE),
                        // In a window of history, or not told yet.
                        None => log.trim(HELD),
                    }
                    screen.dirty |= log.loaded().count() != count;
                }
            }
        }
    }

    /// Blocks came from the disk (or could not be had).
    pub(super) fn on_blocks(&mut self, now: Instant, read: u64, blocks: Vec<(u32, String)>) {
        let Some(what) = self.store.was_read(read) else {
            return;
        };
        if let ReadFor::Index(room) = what {
            return self.index_blocks(now, &room, &blocks);
        }
        let (ReadFor::Tail(id) | ReadFor::Older(id) | ReadFor::Newer(id) | ReadFor::Jump(id)) = &what else {
            return;
        };
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
        let end = blocks.last().map(|(number, _)| *number);
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
        let is_tail = matches!(what, ReadFor::Tail(_));
        let id = match what {
            ReadFor::Tail(id)
            | ReadFor::Older(id)
            | ReadFor::Newer(id)
            | ReadFor::Jump(id)
            | ReadFor::Index(id) => id,
        };
        // The end of a room is compared with its history.
        if let Some(end) = end.filter(|_| !is_tail) {
            self.check_read(&id, end);
        }
        self.touch_screen(&id);
    }

    /// Blocks were read in search of a message.
    fn looked(&mut self, now: Instant, id: &RoomId, blocks: Vec<(u32, String)>) {
        let Some((wanted, first)) = self
            .screen
            .as_mut()
            .filter(|screen| screen.room == *id)
            .and_then(|screen| screen.looking.take())
        else {
            return;
        };
        let found = blocks
            .iter()
            .position(|(_, text)| Log::mentions_id(text, &wanted));
        let Some(log) = self.logs.get_mut(id) else { return };
        if let Some(index) = found {
            let keys = &mut self.keys;
            let mut next = || {
                *keys += 1;
                RowKey(*keys)
            };
            let from = index.saturating_sub(1);
            let end = blocks
                .get(index + 1)
                .or(blocks.get(index))
                .map(|(number, _)| *number);
            for (number, text) in blocks.iter().skip(from).take(index + 2 - from) {
                log.insert_read(*number, text, &mut next);
            }
            if let Some(screen) = &mut self.screen {
                screen.dirty = true;
                screen.scroll = log.find(&wanted).map(|entry| Anchor::Highlight(entry.key));
            }
            if let Some(end) = end {
                self.check_read(id, end);
            }
            return;
        }
        if let Some((next_first, last)) = log.numbers_before(first, LOOK)
            && self
                .store
                .read(ReadFor::Jump(Rc::clone(id)), next_first, last)
                .is_some()
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
