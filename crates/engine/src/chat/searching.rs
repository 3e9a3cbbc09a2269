//! Search: over all that is held, filled in slices after the first question, and on the server where it offers more.

use std::collections::VecDeque;
use std::rc::Rc;

use wire::chat as wire_chat;

use super::api::{ChatEvent, ChatRefusal, Fetching, RoomId, RowKey, SearchHit, SearchQuery, SearchView};
use super::engine::ChatEngine;
use super::log::{Log, Message, message_of};
use super::search::{self, Document, Index};
use super::store::ReadFor;
use crate::time::Instant;

/// Blocks read at once for the index.
const SLICE: u32 = 4;
/// Hits told at most.
const HITS: usize = 100;
/// While the index is being filled, what was found is told every so many slices.
const TOLD_EVERY: usize = 16;

/// The search and what it is made of.
#[derive(Debug, Default)]
pub(super) struct Searching {
    pub(super) index: Index,
    /// The index is wanted: what comes is put into it.
    pub(super) indexing: bool,
    query: Option<SearchQuery>,
    to_read: VecDeque<(RoomId, u32, u32)>,
    reading: bool,
    server: Option<Fetching>,
    of_server: Vec<SearchHit>,
    dirty: bool,
}

impl Searching {
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}

impl ChatEngine {
    pub(super) fn search(&mut self, now: Instant, query: SearchQuery) {
        let aborted = self.rest.abort_searches();
        self.out.extend(aborted);
        self.search.of_server.clear();
        if search::is_empty(&query) {
            self.search.query = None;
            return;
        }
        self.search.server = Some(Fetching::Impossible(None));
        if self.server.search {
            if self.online()
                && let Some(pass) = &self.pass
            {
                let asked = self.rest.search(&pass.token, &query);
                self.out.push_back(asked);
                self.search.server = Some(Fetching::UnderWay);
            } else {
                self.search.server = Some(Fetching::Offline);
            }
        }
        self.search.query = Some(query);
        self.search.dirty = true;
        if !self.search.indexing {
            self.begin_index();
        }
        self.read_for_index(now);
    }

    fn begin_index(&mut self) {
        self.search.indexing = true;
        // What is not on disk yet is in memory.
        let loaded: Vec<(RoomId, Vec<Message>)> = self
            .logs
            .iter()
            .map(|(id, log)| {
                let messages = log.loaded().flat_map(|(_, entries)| entries);
                (
                    Rc::clone(id),
                    messages.map(|entry| entry.message.clone()).collect(),
                )
            })
            .collect();
        for (id, messages) in loaded {
            self.search_in(&id, &messages);
        }
        let mut slices = VecDeque::new();
        for (id, log) in &self.logs {
            for run in log.runs().iter().rev() {
                let mut last = run.last;
                loop {
                    let first = run.first.max((last + 1).saturating_sub(SLICE));
                    slices.push_back((Rc::clone(id), first, last));
                    if first == run.first {
                        break;
                    }
                    last = first - 1;
                }
            }
        }
        self.search.to_read = slices;
    }

    fn read_for_index(&mut self, now: Instant) {
        if self.search.reading {
            return;
        }
        while let Some((room, first, last)) = self.search.to_read.pop_front() {
            if self.store.read(ReadFor::Index(room), first, last).is_some() {
                self.search.reading = true;
                return;
            }
        }
        self.search.dirty = true;
        let _ = now;
    }

    /// A slice came.
    pub(super) fn index_blocks(&mut self, now: Instant, room: &RoomId, blocks: &[(u32, String)]) {
        self.search.reading = false;
        let mut unused = || RowKey(0);
        for (_, text) in blocks {
            let messages: Vec<Message> = Log::messages_in(text, &mut unused);
            self.search_in(room, &messages);
        }
        // Each telling is a search of its own: in between only now and then, with nearly all of them still to come.
        let left = self.search.to_read.len();
        self.search.dirty |= self.search.query.is_some() && (left == 0 || left.is_multiple_of(TOLD_EVERY));
        self.read_for_index(now);
    }

    /// Puts messages into the index, if there is one.
    pub(super) fn search_in(&mut self, room: &RoomId, messages: &[Message]) {
        if self.search.indexing {
            for message in messages {
                self.index(room, message);
            }
        }
    }

    pub(super) fn index(&mut self, room: &RoomId, message: &Message) {
        let Some(id) = message
            .id
            .as_ref()
            .filter(|_| !message.deleted && message.unreadable.is_none())
        else {
            return;
        };
        let document = self.document(room, id, message);
        self.search.index.put(document);
    }

    fn document(&self, room: &RoomId, id: &Rc<str>, message: &Message) -> Document {
        Document {
            room: Rc::clone(room),
            id: Rc::clone(id),
            sender: Rc::clone(&message.sender),
            name: self.shown_name(&message.sender, message.name.as_ref()),
            time: message.time,
            content: Rc::clone(&message.content),
        }
    }

    pub(super) fn on_server_search(
        &mut self,
        now: Instant,
        query: &SearchQuery,
        body: Option<&str>,
        refused: Option<ChatRefusal>,
    ) {
        if self.search.query.as_ref() != Some(query) {
            return;
        }
        self.search.dirty = true;
        let Some(body) = body else {
            self.search.server = Some(match refused {
                Some(ChatRefusal::Server(words)) => Fetching::Impossible(Some(Rc::from(words))),
                Some(_) | None => Fetching::Offline,
            });
            return;
        };
        self.search.server = Some(Fetching::Possible);
        let page = match wire_chat::page("search", body) {
            Ok(page) => page,
            Err(why) => return self.trouble(&why.to_string()),
        };
        let wall = self.clock.server(now);
        let mut hits = Vec::new();
        for message in wire_chat::messages("search", page.data).into_iter().flatten() {
            let Some(room) = message.room_id.as_deref().map(RoomId::from) else {
                continue;
            };
            let message = message_of(message, wall, self.rest.base());
            let Some(id) = &message.id else { continue };
            let document = self.document(&room, id, &message);
            let name = self.room_title(&room);
            hits.push(search::hit(&document, query, name));
        }
        self.search.of_server = hits;
    }

    /// What a room is called, for people.
    pub(super) fn room_title(&self, id: &RoomId) -> Rc<str> {
        self.rooms.get(id).map_or_else(
            || Rc::clone(id),
            |room| {
                let other = room.with.as_ref().and_then(|with| self.people.person(with));
                room.title(id, other.as_ref().map(|person| &person.name))
            },
        )
    }

    /// Tells what was found, when there is news.
    pub(super) fn tell_search(&mut self) {
        if !std::mem::take(&mut self.search.dirty) {
            return;
        }
        let Some(query) = self.search.query.clone() else {
            return;
        };
        let mut hits = self.search.index.search(&query, |room| self.room_title(room));
        for hit in &self.search.of_server {
            if !hits
                .iter()
                .any(|known| known.message == hit.message && known.room == hit.room)
            {
                hits.push(hit.clone());
            }
        }
        hits.sort_by_key(|hit| std::cmp::Reverse(hit.time));
        hits.truncate(HITS);
        let view = SearchView {
            query,
            hits,
            device_done: !self.search.reading && self.search.to_read.is_empty(),
            server: self.search.server.clone().unwrap_or(Fetching::Impossible(None)),
        };
        self.event(ChatEvent::Search(Rc::new(view)));
    }
}
