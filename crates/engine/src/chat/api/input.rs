//! What goes in: what happened outside, and what the person wants.

use std::rc::Rc;

use super::ids::{MessageId, Millis, RoomId, RowKey, UserId};
use super::settings::{NotifyLevel, Pass, Privacy};
use super::storage::StoreInput;
use super::tab::TabWord;
use super::views::{UploadId, UploadNews};
use crate::io::{Environment, HttpFailure, Reply, RequestId, SocketId, SocketInput};

/// Something that happened outside.
#[derive(Debug)]
pub enum ChatInput {
    /// [`ChatEngine::deadline`](crate::chat::ChatEngine::deadline) has passed.
    Tick,
    /// News of the device and its network.
    Environment(Environment),
    /// News of a WebSocket of ours.
    Socket(SocketId, SocketInput),
    /// The end of a request of ours.
    Http(RequestId, Result<Reply, HttpFailure>),
    /// Who chats now, and with which token; `None` after sign-out. A new token for the same account changes nothing else.
    Pass(Option<Pass>),
    /// An answer of the storage device.
    Store(StoreInput),
    /// Another tab of this app said something.
    Tab(TabWord),
    /// This tab now holds the Web Lock of this backend and account, so it is the one that connects, sends and writes
    /// what is received. Never taken back while the tab lives.
    Leading,
    /// A call runs on this device, or ended.
    InCall(bool),
    /// The person touched keyboard, pointer or screen (throttled by the driver to once in 5 s), or the IdleDetector says
    /// they are idle.
    Activity(Activity),
    /// An upload's progress or end.
    Upload(UploadId, UploadNews),
}

/// Whether somebody is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activity {
    /// A sign of life.
    Active,
    /// The IdleDetector says idle or locked.
    Idle,
}

/// What the person wants.
#[derive(Debug, Clone, PartialEq)]
pub enum ChatCommand {
    /// Show a room: its timeline is told by [`ChatEvent::Timeline`](super::ChatEvent::Timeline) from now on.
    Open(RoomId),
    /// No room is on screen.
    Close,
    /// Older rows are wanted above the first loaded one of the segment on screen.
    LoadOlder,
    /// Newer rows are wanted below the last one of a window of history.
    LoadNewer,
    /// Show the surroundings of a message, in a window of history of its own if it is not in the live tail.
    JumpTo(MessageId),
    /// Leave the window of history.
    JumpToLive,
    /// Send a message into the open room.
    Send(Draft),
    /// Change an own message. One that still waits is changed before it leaves.
    Edit {
        /// Which.
        row: RowKey,
        /// What it says now.
        content: String,
    },
    /// Delete a message; sent after 5 s unless undone.
    Delete(RowKey),
    /// Take a deletion back within its 5 s.
    UndoDelete(RowKey),
    /// Put a reaction to a message, or take it back.
    React {
        /// Which.
        row: RowKey,
        /// The emoji.
        reaction: Rc<str>,
    },
    /// Try a failed wish again, now.
    Retry(RowKey),
    /// Take a message that has not left out of the outbox.
    Cancel(RowKey),
    /// These rows, up to this one, were really on screen.
    Seen(RowKey),
    /// The person is at this row of the open room, or follows its end (`None`): what is far from there need not stay in
    /// memory.
    Place(Option<RowKey>),
    /// The person typed (`true`, at every key) or emptied the field (`false`).
    Typing(bool),
    /// Keep what stands in the field of a room; empty forgets it.
    KeepDraft {
        /// Which room.
        room: RoomId,
        /// What stands there.
        text: String,
        /// The message it answers.
        reply_to: Option<MessageId>,
    },
    /// Upload a file for the open room's next message; the driver reads it when told by [`ChatOutput::Upload`](super::ChatOutput::Upload).
    Attach {
        /// The driver's handle of the file.
        upload: UploadId,
        /// Its name.
        name: String,
        /// Its MIME type, maybe empty.
        mime: String,
        /// Its size in bytes.
        size: u64,
    },
    /// Give an upload up.
    Detach(UploadId),
    /// Make a room and open it.
    CreateRoom {
        /// Its name.
        name: String,
    },
    /// Join a room by its id (a link) and open it.
    Join(RoomId),
    /// Leave a room for good.
    Leave(RoomId),
    /// Open the direct conversation with somebody.
    Direct(UserId),
    /// Ask where somebody can be called, answered by [`ChatEvent::Callable`](super::ChatEvent::Callable).
    FindCallId(UserId),
    /// Look for messages; an empty query ends the search. Answered by [`ChatEvent::Search`](super::ChatEvent::Search), more than once.
    Search(SearchQuery),
    /// Ask for rooms one could join, answered by [`ChatEvent::Directory`](super::ChatEvent::Directory).
    FindRooms(String),
    /// Ask for people, answered by [`ChatEvent::People`](super::ChatEvent::People); empty: everybody.
    FindPeople(String),
    /// Set presence and status in one action.
    SetPresence(OwnPresence),
    /// Change what others may see.
    SetPrivacy(Privacy),
    /// How a room notifies.
    SetNotify {
        /// Which room.
        room: RoomId,
        /// How.
        level: NotifyLevel,
    },
    /// When nothing is notified.
    SetQuietHours(Option<(u16, u16)>),
    /// Use the IdleDetector or not.
    SetIdleDetector(bool),
    /// Connect now instead of waiting.
    Reconnect,
}

/// A message to be sent.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Draft {
    /// Its text.
    pub content: String,
    /// The message it answers.
    pub reply_to: Option<MessageId>,
    /// Uploads that are done, and others: the message waits for them.
    pub attachments: Vec<UploadId>,
}

/// What the person shows of themselves.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OwnPresence {
    /// What they chose; `Online` follows activity (away by itself).
    pub status: Presence,
    /// Status text, empty for none.
    pub text: Rc<str>,
    /// Its emoji, empty for none.
    pub emoji: Rc<str>,
    /// When the text ends; `None`: the server's own end (contract 5: 24 h, custom 7 days).
    pub until: Option<Millis>,
}

/// How somebody is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Presence {
    /// There.
    #[default]
    Online,
    /// There, but not at the device.
    Away,
    /// Do not disturb.
    DoNotDisturb,
    /// In a call.
    InCall,
    /// Not there, or hidden.
    Offline,
    /// The server has said nothing.
    Unknown,
}

/// What is searched for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SearchQuery {
    /// Words of 3 letters and more; all must match, the last one as a prefix.
    pub words: String,
    /// Only in this room.
    pub room: Option<RoomId>,
    /// Only of this sender.
    pub sender: Option<UserId>,
    /// Not before.
    pub from: Option<Millis>,
    /// Not after.
    pub to: Option<Millis>,
}
