//! Pages of history: closing gaps, scrolling up, windows around a message.

use std::rc::Rc;

use wire::chat::{self as wire_chat, Page};

use super::api::{ChatRefusal, Fetching, MessageId, RoomId, RowKey};
use super::engine::ChatEngine;
use super::log::{Entry, Message, replace};
use super::rest::{Direction, Failure, Purpose};
use super::screen::{Again, Window};
use crate::time::{Instant, earliest};

/// A gap of more pages than this is not closed by itself.
const GAP_PAGES: u32 = 100;

impl ChatEngine {
    /// Asks for what is missing before the last run, where the server has pages; says so where it has none.
    pub(super) fn close_gap(&mut self, id: &RoomId, pages: u32) {
        let Some(log) = self.logs.get(id) else { return };
        if !log.has_gap() {
            return;
        }
        let under_way = self.rest.under_way(
            |asked| matches!(asked, super::rest::Asked::Messages { room, purpose: Purpose::Gap { .. } } if room == id),
        );
        if under_way {
            return;
        }
        let cursor = log.first_of_last_run().and_then(|entry| entry.message.id.clone());
        let state = match (cursor, &self.pass) {
            (Some(cursor), Some(pass)) if self.server.rooms && self.online() && pages < GAP_PAGES => {
                let from = Some((&cursor, Direction::Before));
                let asked = self.rest.messages(&pass.token, id, from, Purpose::Gap { pages });
                self.out.push_back(asked);
                Fetching::UnderWay
            }
            _ if self.server.known && !self.server.rooms => Fetching::Impossible(None),
            _ if self.online() && self.server.known => Fetching::Possible,
            _ => Fetching::Offline,
        };
        self.set_gap(id, state);
    }

    fn set_gap(&mut self, id: &RoomId, state: Fetching) {
        if let Some(screen) = &mut self.screen
            && screen.room == *id
        {
            screen.gap = state;
            screen.dirty = true;
        }
    }

    pub(super) fn page_came(&mut self, now: Instant, id: &RoomId, purpose: Purpose, page: Page) {
        self.page_backoff.reset();
        let (older, newer) = (page.has_previous, page.has_next);
        let full = page.data.len() >= super::rest::PAGE;
        let messages = wire_chat::messages("messages", page.data);
        let mut messages = self.messages_of(now, messages);
        messages.retain(|message| message.id.is_some());
        match purpose {
            Purpose::Gap { pages } => self.gap_page(now, id, messages, older.unwrap_or(full), pages),
            Purpose::Refresh => self.refreshed(now, id, messages),
            Purpose::Older => self.older_page(now, id, messages, older.unwrap_or(full)),
            Purpose::Newer => self.newer_page(id, messages, newer.unwrap_or(full)),
            Purpose::Around(wanted) => {
                if self.open_room() != Some(id) {
                    return;
                }
                if self.logs.get(id).is_some_and(|log| log.knows(&wanted)) {
                    // It came meanwhile.
                    return self.jump(now, wanted);
                }
                let meets = messages.iter().any(|message| {
                    let log = self.logs.get(id);
                    log.zip(message.id.as_ref())
                        .is_some_and(|(log, id)| log.knows(id))
                });
                let window = Window {
                    entries: self.entries(messages),
                    older: older.unwrap_or(true),
                    newer: newer.unwrap_or(true) && !meets,
                    fetching: Fetching::Possible,
                };
                if !window
                    .entries
                    .iter()
                    .any(|entry| entry.message.id.as_ref() == Some(&wanted))
                {
                    return self.refuse(ChatRefusal::NotOffered);
                }
                self.show_window(window, &wanted);
            }
        }
    }

    /// After a connect, changes of messages above the history that are in memory are asked for, where the server has
    /// pages: nobody tells them again.
    pub(super) fn refresh(&mut self, id: &RoomId, oldest: Option<&MessageId>) {
        let Some(log) = self.logs.get(id).filter(|log| !log.has_gap()) else {
            return;
        };
        let above = log
            .loaded()
            .flat_map(|(_, entries)| entries)
            .next()
            .and_then(|entry| entry.message.id.as_ref());
        if let (Some(oldest), Some(pass), true) = (oldest, &self.pass, self.server.rooms)
            && above != Some(oldest)
        {
            let from = Some((oldest, Direction::Before));
            let asked = self.rest.messages(&pass.token, id, from, Purpose::Refresh);
            self.out.push_back(asked);
        }
    }

    /// Blocks came from the disk. Nobody told of changes to them while they were there, so they are asked for, where the
    /// server has pages; elsewhere what was changed meanwhile cannot be known.
    pub(super) fn check_read(&mut self, id: &RoomId, last: u32) {
        let waiting = self.rest.under_way(
            |asked| matches!(asked, super::rest::Asked::Messages { room, purpose: Purpose::Refresh } if room == id),
        );
        if waiting || !self.online() {
            // The one under way goes on to the first block in memory.
            return;
        }
        let Some(log) = self.logs.get(id) else { return };
        let named = |entries: &[Entry]| entries.iter().find_map(|entry| entry.message.id.clone());
        let below = log.loaded().find(|(number, _)| *number > last);
        let cursor = below.and_then(|(_, entries)| named(entries)).or_else(|| {
            let entries = log.loaded().rev().flat_map(|(_, entries)| entries.iter().rev());
            entries.filter_map(|entry| entry.message.id.clone()).next()
        });
        self.refresh(id, cursor.as_ref());
    }

    /// A window of history is not held, so nobody told of changes to it while the link was gone.
    fn refresh_window(&mut self, from: Option<(&MessageId, Direction)>) {
        if let (Some(from), Some(pass), Some(screen), true) =
            (from, &self.pass, &self.screen, self.server.rooms)
        {
            let asked = self
                .rest
                .messages(&pass.token, &screen.room, Some(from), Purpose::Refresh);
            self.out.push_back(asked);
        }
    }

    fn refreshed(&mut self, now: Instant, id: &RoomId, messages: Vec<Message>) {
        let oldest = messages.first().and_then(|message| message.id.clone());
        let mut any = false;
        let mut of_window = false;
        let window = self.screen.as_mut().filter(|screen| screen.room == *id);
        if let Some(window) = window.and_then(|screen| screen.window.as_mut()) {
            for entry in &mut window.entries {
                let newer = messages.iter().find(|newer| newer.id == entry.message.id);
                if let Some(newer) = newer.filter(|newer| newer.id.is_some()) {
                    replace(&mut entry.message, newer.clone());
                    entry.row.take();
                    of_window = true;
                }
            }
            let first = window.entries.first().and_then(|entry| entry.message.id.as_ref());
            of_window &= !messages.iter().any(|message| message.id.as_ref() == first);
        }
        if of_window {
            let from = oldest.as_ref().map(|oldest| (oldest, Direction::Before));
            self.refresh_window(from);
        }
        if let Some(log) = self.logs.get_mut(id) {
            for message in messages {
                if let Some(known) = message.id.clone().filter(|id| log.knows(id)) {
                    any = true;
                    log.change(&known, |held| replace(held, message));
                }
            }
        }
        self.touch_screen(id);
        self.something_to_write(now);
        if any {
            self.refresh(id, oldest.as_ref());
        }
    }

    fn entries(&mut self, messages: Vec<Message>) -> Vec<Entry> {
        messages
            .into_iter()
            .map(|message| Entry::new(self.new_key(), message))
            .collect()
    }

    /// Own ones keep the key that they had while they waited.
    fn keyed(&mut self, room: &RoomId, messages: Vec<Message>) -> Vec<(RowKey, Message)> {
        let mut all = Vec::with_capacity(messages.len());
        for message in messages {
            let key = match &message.wish {
                Some(wish) => self.key_of_wish(room, wish),
                None => self.new_key(),
            };
            all.push((key, message));
        }
        all
    }

    fn gap_page(&mut self, now: Instant, id: &RoomId, mut messages: Vec<Message>, more: bool, pages: u32) {
        let Some(log) = self.logs.get(id) else { return };
        if !log.has_gap() {
            return;
        }
        let known = |message: &Message| message.id.as_ref().is_some_and(|id| log.knows(id));
        let overlap = messages.iter().rposition(known);
        let joined = overlap.is_some() || !more || messages.is_empty();
        if let Some(overlap) = overlap {
            messages.drain(..=overlap);
        }
        self.search_in(id, &messages);
        let messages = self.keyed(id, messages);
        if let Some(log) = self.logs.get_mut(id) {
            log.fill_gap(messages, joined);
        }
        self.touch_screen(id);
        self.something_to_write(now);
        if joined {
            self.set_gap(id, Fetching::Possible);
        } else {
            self.close_gap(id, pages + 1);
        }
    }

    fn older_page(&mut self, now: Instant, id: &RoomId, messages: Vec<Message>, more: bool) {
        let in_window = self
            .screen
            .as_ref()
            .is_some_and(|screen| screen.room == *id && screen.window.is_some());
        if in_window {
            let mut entries = self.entries(messages);
            if let Some(window) = self.screen.as_mut().and_then(|screen| screen.window.as_mut()) {
                window.fetching = Fetching::Possible;
                window.older = more;
                entries.append(&mut window.entries);
                window.entries = entries;
            }
            return self.touch_screen(id);
        }
        let unknown: Vec<Message> = match self.logs.get(id) {
            Some(log) => messages
                .into_iter()
                .filter(|message| message.id.as_ref().is_some_and(|id| !log.knows(id)))
                .collect(),
            None => return,
        };
        self.search_in(id, &unknown);
        let keyed = self.keyed(id, unknown);
        if let Some(log) = self.logs.get_mut(id) {
            log.prepend_oldest(keyed);
            log.begins = !more;
        }
        if let Some(screen) = &mut self.screen
            && screen.room == *id
        {
            screen.older = Fetching::Possible;
            screen.dirty = true;
        }
        self.something_to_write(now);
    }

    fn newer_page(&mut self, id: &RoomId, messages: Vec<Message>, more: bool) {
        let Some(log) = self.logs.get(id) else { return };
        let known = |message: &Message| message.id.as_ref().is_some_and(|id: &MessageId| log.knows(id));
        let meets = messages.iter().any(known);
        let unknown: Vec<Message> = messages.into_iter().filter(|message| !known(message)).collect();
        let mut entries = self.entries(unknown);
        if let Some(window) = self.screen.as_mut().and_then(|screen| screen.window.as_mut()) {
            window.fetching = Fetching::Possible;
            window.newer = more && !meets;
            window.entries.append(&mut entries);
        }
        self.touch_screen(id);
    }

    pub(super) fn page_failed(&mut self, now: Instant, id: &RoomId, purpose: Purpose, failure: &Failure) {
        let online = self.online();
        let screen = self.screen.as_mut().filter(|screen| screen.room == *id);
        match (purpose, screen) {
            (Purpose::Around(_), _) => self.refuse(match &failure.words {
                Some(words) => ChatRefusal::Server(words.clone()),
                None => ChatRefusal::Offline,
            }),
            // Who opens the room or scrolls there asks anew.
            (Purpose::Refresh, _) | (_, None) => {}
            (purpose, Some(screen)) => {
                screen.dirty = true;
                let at_first = self.page_backoff.attempt() == 0;
                let asks_again = online && failure.passing;
                if asks_again {
                    match purpose {
                        Purpose::Gap { pages } => screen.again.gap = Some(pages),
                        _ => screen.again.older = true,
                    }
                    let due = now + self.page_backoff.next_delay();
                    screen.again.due = earliest(screen.again.due, Some(due));
                }
                if asks_again && at_first {
                    // It still shows that it is being fetched: mostly it comes now.
                    return;
                }
                let state = failure.fetching();
                match (purpose, &mut screen.window) {
                    (Purpose::Gap { .. }, _) => screen.gap = state,
                    (_, Some(window)) => window.fetching = state,
                    (_, None) => screen.older = state,
                }
            }
        }
    }

    /// When pages that could not be had are asked for again.
    pub(super) fn pages_deadline(&self) -> Option<Instant> {
        self.screen.as_ref()?.again.due
    }

    pub(super) fn tick_pages(&mut self, now: Instant) {
        let Some(screen) = &mut self.screen else { return };
        if screen.again.due.is_none_or(|due| due > now) {
            return;
        }
        let again = std::mem::take(&mut screen.again);
        if again.older {
            // Who looks there asks.
            match &mut screen.window {
                Some(window) => window.fetching = Fetching::Possible,
                None => screen.older = Fetching::Possible,
            }
        }
        screen.dirty = true;
        let id = Rc::clone(&screen.room);
        if let Some(pages) = again.gap {
            self.close_gap(&id, pages);
        }
    }

    /// The connection is gone: nothing can be fetched.
    pub(super) fn fetching_stopped(&mut self) {
        let aborted = self.rest.abort_pages();
        self.out.extend(aborted);
        if let Some(screen) = &mut self.screen {
            screen.again = Again::default();
            let window = screen.window.as_mut().map(|window| &mut window.fetching);
            for state in [&mut screen.gap].into_iter().chain(window) {
                if matches!(state, Fetching::UnderWay | Fetching::Possible) {
                    *state = Fetching::Offline;
                }
            }
            // The disk may have some.
            if screen.older == Fetching::UnderWay {
                screen.older = Fetching::Offline;
            }
            screen.dirty = true;
        }
    }

    /// There is a connection: what could not be had before may be.
    pub(super) fn fetching_possible(&mut self) {
        self.page_backoff.reset();
        if let Some(screen) = &mut self.screen {
            screen.again = Again::default();
            let window = screen.window.as_mut().map(|window| &mut window.fetching);
            for state in [&mut screen.older].into_iter().chain(window) {
                if matches!(state, Fetching::Offline | Fetching::Impossible(_)) {
                    *state = Fetching::Possible;
                }
            }
            screen.dirty = true;
        }
        let window = self.screen.as_ref().and_then(|screen| screen.window.as_ref());
        let last = window.and_then(|window| window.entries.last()?.message.id.clone());
        self.refresh_window(last.as_ref().map(|last| (last, Direction::Around)));
        let rooms: Vec<RoomId> = self
            .logs
            .iter()
            .filter(|(_, log)| log.has_gap())
            .map(|(id, _)| Rc::clone(id))
            .collect();
        for id in rooms {
            self.close_gap(&id, 0);
        }
    }
}
