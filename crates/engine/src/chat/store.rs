//! The storage device as the engine uses it: in order, and dispensable.

use std::collections::{BTreeMap, VecDeque};

use super::api::{RoomId, StoreCommand, Write};

/// ```text
///          open()              Opened
///  Closed ────────► Opening ─────────► Open
///                      │ Failed(None)
///                      ▼
///                   Broken (the engine works from memory)
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StorePhase {
    /// Nobody is signed in.
    Closed,
    /// The answer is awaited; nothing leaves before it.
    Opening,
    /// In use.
    Open,
    /// Not to be had: nothing is kept over a reload.
    Broken,
}

/// What a read was for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ReadFor {
    /// The tail of a room that is being opened.
    Tail(RoomId),
    /// Rows above what is loaded.
    Older(RoomId),
    /// Rows below a window of history.
    Newer(RoomId),
    /// The surroundings of a message.
    Jump(RoomId),
    /// A slice for the search index.
    Index(RoomId),
}

#[derive(Debug)]
pub(super) struct Store {
    pub(super) phase: StorePhase,
    counter: u64,
    reads: BTreeMap<u64, ReadFor>,
    out: VecDeque<StoreCommand>,
}

impl Default for Store {
    fn default() -> Self {
        Self {
            phase: StorePhase::Closed,
            counter: 0,
            reads: BTreeMap::new(),
            out: VecDeque::new(),
        }
    }
}

impl Store {
    pub(super) fn open(&mut self, scope: String) {
        self.phase = StorePhase::Opening;
        self.reads.clear();
        self.out.push_back(StoreCommand::Open { scope });
    }

    pub(super) fn close(&mut self) {
        self.phase = StorePhase::Closed;
        self.reads.clear();
    }

    /// Writes; `None` where nothing is kept, so nothing is to be waited for.
    pub(super) fn commit(&mut self, writes: Vec<Write>, strict: bool) -> Option<u64> {
        if writes.is_empty() || matches!(self.phase, StorePhase::Closed | StorePhase::Broken) {
            return None;
        }
        self.counter += 1;
        self.out.push_back(StoreCommand::Commit {
            commit: self.counter,
            writes,
            strict,
        });
        Some(self.counter)
    }

    /// Reads blocks; `None` where nothing is kept.
    pub(super) fn read(&mut self, what: ReadFor, first: u32, last: u32) -> Option<u64> {
        if self.phase != StorePhase::Open || first > last {
            return None;
        }
        let room = match &what {
            ReadFor::Tail(room)
            | ReadFor::Older(room)
            | ReadFor::Newer(room)
            | ReadFor::Jump(room)
            | ReadFor::Index(room) => RoomId::clone(room),
        };
        self.counter += 1;
        self.reads.insert(self.counter, what);
        self.out.push_back(StoreCommand::Read {
            read: self.counter,
            room,
            first,
            last,
        });
        Some(self.counter)
    }

    /// What an answered (or failed) read was for.
    pub(super) fn was_read(&mut self, read: u64) -> Option<ReadFor> {
        self.reads.remove(&read)
    }

    pub(super) fn poll(&mut self) -> Option<StoreCommand> {
        self.out.pop_front()
    }
}
