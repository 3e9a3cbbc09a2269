//! The index over everything that is held on this device.

use std::rc::Rc;

use super::api::{MessageId, Millis, RoomId, SearchHit, SearchQuery, UserId};

/// A message as the index takes it.
#[derive(Debug, Clone)]
pub(super) struct Document {
    /// Its room.
    pub(super) room: RoomId,
    /// Its id.
    pub(super) id: MessageId,
    /// Who wrote it.
    pub(super) sender: UserId,
    /// Their name.
    pub(super) name: Rc<str>,
    /// When.
    pub(super) time: Millis,
    /// Its text; held by the index too.
    pub(super) content: Rc<str>,
}

/// The index.
#[derive(Debug, Default)]
pub(super) struct Index {}

impl Index {
    /// Takes a message in, or its new text after an edit. A few µs each: a block of 256 is one slice.
    pub(super) fn put(&mut self, _document: Document) {}

    /// Forgets a message: it was deleted, or its block evicted.
    pub(super) fn remove(&mut self, _room: &RoomId, _id: &MessageId) {}

    /// Forgets a room.
    pub(super) fn remove_room(&mut self, _room: &RoomId) {}

    /// Forgets everything.
    pub(super) fn clear(&mut self) {}

    /// How many messages are in it.
    pub(super) fn len(&self) -> usize {
        0
    }

    /// What matches, newest first, 100 at most. `room_name` names a room.
    pub(super) fn search(
        &self,
        _query: &SearchQuery,
        _room_name: impl Fn(&RoomId) -> Rc<str>,
    ) -> Vec<SearchHit> {
        Vec::new()
    }
}

/// A hit for a message that was found elsewhere (by the server): its excerpt, and what matches in it.
pub(super) fn hit(document: &Document, _query: &SearchQuery, room_name: Rc<str>) -> SearchHit {
    SearchHit {
        room: document.room.clone(),
        room_name,
        message: document.id.clone(),
        name: document.name.clone(),
        time: document.time,
        excerpt: Rc::from(""),
        matches: Vec::new(),
    }
}

/// Whether there is anything to look for: a word of 3 letters, or a filter.
pub(super) fn is_empty(query: &SearchQuery) -> bool {
    query.words.is_empty()
}
