//! What passes between the engine and the storage device.

use std::rc::Rc;

use super::ids::{RoomId, WishId};

/// The storage device: IndexedDB in a browser, a map in tests. Every record belongs to a *scope* (`<backend>/<user>`);
/// values are text that only the engine reads. Commands are executed in order; each `Read…` and `Commit` is answered
/// once, in order.
///
/// Records: `room` (key: room id): a summary. `block` (key: room id and block number): up to 256 messages, oldest first.
/// `wish` (key: wish id): an entry of the outbox. `meta` (key: name): drafts, people, places.
#[derive(Debug, Clone, PartialEq)]
pub enum StoreCommand {
    /// Open the database for this scope, and read what the first screen needs in one transaction: every `room`, `wish`
    /// and `meta` record. Answered by [`StoreInput::Opened`].
    Open {
        /// `<backend>/<user>`
        scope: String,
    },
    /// Read the blocks of a room from `first` to `last`, both included. Answered by [`StoreInput::Blocks`].
    Read {
        /// Names the answer.
        read: u64,
        /// Which room.
        room: RoomId,
        /// Block numbers.
        first: u32,
        /// Block numbers.
        last: u32,
    },
    /// Write and delete, all or nothing. Answered by [`StoreInput::Committed`].
    Commit {
        /// Names the answer.
        commit: u64,
        /// What.
        writes: Vec<Write>,
        /// Others depend on it being on disk (`durability: "strict"`): the outbox.
        strict: bool,
    },
}

/// One change of a transaction.
#[derive(Debug, Clone, PartialEq)]
pub enum Write {
    /// Put a record.
    Put(StoreKey, String),
    /// Delete a record.
    Delete(StoreKey),
}

/// Names a record of the scope.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum StoreKey {
    /// A room's summary.
    Room(RoomId),
    /// A block of messages.
    Block(RoomId, u32),
    /// An entry of the outbox.
    Wish(WishId),
    /// Anything else, by name.
    Meta(Rc<str>),
}

/// News of the storage device.
#[derive(Debug)]
pub enum StoreInput {
    /// What is held.
    Opened(Box<Held>),
    /// The blocks that were asked for: those that exist, in order.
    Blocks {
        /// The command's name.
        read: u64,
        /// Number and value.
        blocks: Vec<(u32, String)>,
    },
    /// A transaction is done.
    Committed {
        /// The command's name.
        commit: u64,
    },
    /// Something failed (quota, a private window, a broken database); the engine goes on without what it asked for.
    Failed {
        /// The `read` or `commit` concerned; `None`: opening.
        of: Option<u64>,
        /// The browser's words.
        reason: String,
        /// There is no more room.
        full: bool,
    },
}

/// What is held for a scope.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Held {
    /// Every room's summary.
    pub rooms: Vec<(RoomId, String)>,
    /// The outbox.
    pub wishes: Vec<(WishId, String)>,
    /// The rest.
    pub meta: Vec<(Rc<str>, String)>,
}
