//! What comes out: what the driver is to do, and news for the stores.

use std::rc::Rc;

use super::ids::{MessageId, Millis, RoomId};
use super::row::TimelineChange;
use super::settings::Choices;
use super::storage::StoreCommand;
use super::tab::TabWord;
use super::views::{MeView, OpenRoom, Person, RoomView, SearchView, UploadId, UploadView};
use crate::event::ConnectionState;
use crate::io::{Request, RequestId, SocketCommand, SocketId};

/// One thing for the driver to do.
#[derive(Debug)]
pub enum ChatOutput {
    /// Act on a WebSocket.
    Socket(SocketId, SocketCommand),
    /// Send a request.
    Http(RequestId, Request),
    /// Forget a request.
    AbortHttp(RequestId),
    /// Act on the storage device.
    Store(StoreCommand),
    /// Tell the other tabs.
    Tab(TabWord),
    /// The server refused this token: get a new one; [`ChatInput::Pass`](super::ChatInput::Pass) follows, `None` if there is none to be had.
    TokenRefused(Rc<str>),
    /// Upload a file with this request, its body being the file; answered by [`ChatInput::Upload`](super::ChatInput::Upload).
    Upload(UploadId, Request),
    /// Give an upload up.
    AbortUpload(UploadId),
    /// Show a notification where the page is hidden, or a quiet banner where it is not.
    Notify(Notification),
    /// The number on the app's icon; 0 clears it.
    Badge(u32),
    /// Turn the IdleDetector on or off.
    IdleDetector(bool),
    /// Keep these choices on this device.
    KeepChoices(Choices),
    /// Tell the stores.
    Event(ChatEvent),
}

/// A message worth a notification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// The room it is in.
    pub room: RoomId,
    /// The room's name.
    pub room_name: Rc<str>,
    /// Whether the room is a direct conversation.
    pub direct: bool,
    /// The message.
    pub message: Option<MessageId>,
    /// Who wrote it.
    pub from: Rc<str>,
    /// An excerpt, plain text.
    pub text: Rc<str>,
}

/// News for the stores. Lists are whole snapshots, told once a drain at most; the timeline is told in splices.
#[derive(Debug, Clone, PartialEq)]
pub enum ChatEvent {
    /// What this server can do.
    Server(Server),
    /// How the connection stands.
    Connection(ChatConnection),
    /// The conversations, most recent first, and the sum over them.
    Rooms(Rc<Vec<Rc<RoomView>>>),
    /// The open room's rows changed.
    Timeline(TimelineChange),
    /// The open room beside its rows.
    OpenRoom(Option<Rc<OpenRoom>>),
    /// Everybody this client knows of, by name.
    People(Rc<Vec<Rc<Person>>>),
    /// Rooms one could join.
    Directory(Rc<Vec<RoomView>>),
    /// What a search found so far.
    Search(Rc<SearchView>),
    /// Oneself.
    Me(Rc<MeView>),
    /// An upload of the composer.
    Upload(UploadView),
    /// New messages of the open room, for screen readers: at a bearable pace.
    Announce(Vec<Announcement>),
    /// A wish could not be granted; shown where it was made.
    Refused(ChatRefusal),
    /// Something came that could not be read; for the log.
    Trouble(String),
    /// A room was made or joined by the person's own wish: go there.
    GoTo(RoomId),
    /// Somebody can be called under this id (contract 1) of the chat's own server.
    Callable(String),
}

/// What this server can do; screens offer nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Server {
    /// It has said so (`chat-hello`), or has shown by what it did that it is plain contract 5.
    pub known: bool,
    /// Client ids and acks: exactly once.
    pub exact: bool,
    /// It lists rooms and makes new ones.
    pub rooms: bool,
    /// Direct messages.
    pub direct: bool,
    /// Search over everything.
    pub search: bool,
    /// Attachments, up to so many bytes.
    pub attachments: Option<u64>,
    /// It hides what the person wants hidden. Where it does not, others may see that one is connected.
    pub hides_presence: bool,
    /// People can be listed.
    pub people: bool,
    /// It tells under which id a person can be called, and it is the server of the calls too.
    pub calls: bool,
    /// The longest message it takes, in bytes of UTF-8, where it says so.
    pub message_bytes: Option<u64>,
}

impl Server {
    /// A message longer than this is refused at once where the server names no limit (contract 5 has none).
    const LONGEST: u64 = 1_000_000;

    /// It would refuse a message with this content.
    #[must_use]
    pub fn is_too_long(&self, content: &str) -> bool {
        content.len() as u64 > self.message_bytes.unwrap_or(Self::LONGEST)
    }
}

/// How the chat's connection stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChatConnection {
    /// The session of the leading tab.
    pub state: ConnectionState,
    /// The server refused for a while (rate limit): nothing is sent until then, in this device's clock.
    pub held_until: Option<Millis>,
    /// How many wishes wait in the outbox.
    pub waiting: u32,
    /// How many failed.
    pub failed: u32,
    /// What is on screen came from storage and has not been checked against the server.
    pub stale: bool,
    /// Nobody is signed in.
    pub signed_out: bool,
}

/// A new message, for screen readers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Announcement {
    /// Name and plain text.
    Message(Rc<str>, Rc<str>),
    /// So many more, not read out.
    More(u32),
}

/// Why a wish could not be granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChatRefusal {
    /// Nobody is signed in.
    SignedOut,
    /// There is no connection, and this cannot wait for one.
    Offline,
    /// The server does not offer this.
    NotOffered,
    /// Longer than the server takes.
    TooLong,
    /// Who was to be called is not there, or not to be disturbed.
    NotThere,
    /// The server's words.
    Server(String),
    /// The device's storage cannot take it: it is not kept over a reload.
    Storage(String),
}
