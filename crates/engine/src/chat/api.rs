//! What goes into a [`ChatEngine`](super::ChatEngine) and what comes out of it: plain values, as everywhere in the engine.

use std::rc::Rc;
use std::time::Duration;

use crate::event::ConnectionState;
use crate::io::{
    Environment, HttpFailure, IdSpace, Reply, Request, RequestId, SocketCommand, SocketId, SocketInput,
};

/// Milliseconds since the epoch, in the server's or this device's clock as the field says.
pub type Millis = u64;

/// A room's id, as its server spells it.
pub type RoomId = Rc<str>;
/// A message's id, as its server spells it.
pub type MessageId = Rc<str>;
/// A person's id, as its server spells it.
pub type UserId = Rc<str>;

/// Names one row of a timeline on this device, for as long as the engine lives. A message keeps its key when its echo
/// gives it an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowKey(pub u64);

/// Names one wish in the outbox: unique among all tabs of this device, ordered by the time it was made.
/// Printed as `<milliseconds, 13 digits>-<16 hex digits>`; it is the client id on servers that take one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WishId(pub Rc<str>);

/// What a chat engine starts with.
#[derive(Debug, Clone)]
pub struct ChatSettings {
    /// The backend's id in the configuration: part of the name of everything stored.
    pub backend_id: String,
    /// `http(s)://host[:port]` of the chat server, without a trailing slash.
    pub base_url: String,
    /// The Engine.IO path.
    pub socket_path: String,
    /// Where the ids of sockets and requests are taken from.
    pub ids: IdSpace,
    /// From a cryptographic random source.
    pub seed: u64,
    /// This device's clock at the engine's start, to turn `Instant` into a time of day.
    pub wall_clock: Millis,
    /// The local calendar day of a time: days since 1970-01-01 in the person's time zone.
    pub local_day: fn(Millis) -> i32,
    /// The person's choices about this device.
    pub choices: Choices,
}

/// Who chats. Comes from the accounts; the token is in memory only, and never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Pass {
    /// The account's id.
    pub user: UserId,
    /// Its name.
    pub name: Rc<str>,
    /// Its picture's URL.
    pub avatar: Option<Rc<str>>,
    /// The role of contract 4, where the server has them (`admin` may moderate).
    pub role: Option<Rc<str>>,
    /// The access token.
    pub token: Rc<str>,
}

impl std::fmt::Debug for Pass {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pass")
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

/// What a person chooses about this device and keeps on it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Choices {
    /// Per room, in order of choice; rooms that are not named follow `Mentions` for rooms and `All` for direct messages.
    pub notify: Vec<(RoomId, NotifyLevel)>,
    /// Minutes since local midnight between which nothing is notified; may wrap.
    pub quiet_hours: Option<(u16, u16)>,
    /// Use the browser's IdleDetector.
    pub idle_detector: bool,
    /// What others may see.
    pub privacy: Privacy,
}

/// Which messages of a room are notified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NotifyLevel {
    /// Every one.
    All,
    /// Those that mention this person.
    #[default]
    Mentions,
    /// None.
    None,
}

/// What others may see. What is hidden is not sent at all; where only the server could hide it,
/// [`Server::hides_presence`] says whether it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Privacy {
    /// That one is online.
    pub online: bool,
    /// When one was last there.
    pub last_seen: LastSeenPrivacy,
    /// That one is typing.
    pub typing: bool,
    /// What one has read.
    pub read_receipts: bool,
}

impl Default for Privacy {
    fn default() -> Self {
        Self {
            online: true,
            last_seen: LastSeenPrivacy::Exact,
            typing: true,
            read_receipts: true,
        }
    }
}

/// How exactly others see when one was last there (contract 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LastSeenPrivacy {
    /// To the minute.
    #[default]
    Exact,
    /// Only whether it was today.
    Today,
    /// Only whether it was this week.
    Week,
    /// Not at all.
    Hidden,
}

// ---------------------------------------------------------------------------------------------------- what goes in

/// Something that happened outside.
#[derive(Debug)]
pub enum ChatInput {
    /// [`ChatEngine::deadline`](super::ChatEngine::deadline) has passed.
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
    /// Show a room: its timeline is told by [`ChatEvent::Timeline`] from now on.
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
    /// Upload a file for the open room's next message; the driver reads it when told by [`ChatOutput::Upload`].
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
    /// Look for messages; an empty query ends the search. Answered by [`ChatEvent::Search`], more than once.
    Search(SearchQuery),
    /// Ask for rooms one could join, answered by [`ChatEvent::Directory`].
    FindRooms(String),
    /// Ask for people, answered by [`ChatEvent::People`]; empty: everybody.
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

// ---------------------------------------------------------------------------------------------------- what comes out

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
    /// The server refused this token: get a new one; [`ChatInput::Pass`] follows, `None` if there is none to be had.
    TokenRefused(Rc<str>),
    /// Upload a file with this request, its body being the file; answered by [`ChatInput::Upload`].
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

/// A conversation in the list.
#[derive(Debug, Clone, PartialEq)]
pub struct RoomView {
    /// Its id.
    pub id: RoomId,
    /// Its name; of a direct conversation the other's name.
    pub name: Rc<str>,
    /// The other one of a direct conversation.
    pub with: Option<UserId>,
    /// How the other one is there.
    pub presence: Presence,
    /// How many are in it, where the server says so.
    pub members: Option<u32>,
    /// Messages not read.
    pub unread: u32,
    /// Of them, those that mention this person.
    pub mentions: u32,
    /// The last message: who, what (plain text), when.
    pub last: Option<Rc<LastMessage>>,
    /// A draft is kept.
    pub draft: bool,
    /// Messages wait or failed in it.
    pub waiting: bool,
    /// How it notifies.
    pub notify: NotifyLevel,
    /// This person is a member.
    pub joined: bool,
}

/// The last message of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastMessage {
    /// Who wrote it; `None`: oneself.
    pub from: Option<Rc<str>>,
    /// An excerpt, plain text, one line.
    pub text: Rc<str>,
    /// When.
    pub time: Millis,
}

/// The open room beside its rows.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenRoom {
    /// As in the list.
    pub room: Rc<RoomView>,
    /// This person may delete others' messages.
    pub moderates: bool,
    /// Who is typing, by name.
    pub typing: Vec<Rc<str>>,
    /// The draft kept for it, told when it was opened.
    pub draft: Rc<str>,
    /// The message that draft answers.
    pub draft_reply: Option<MessageId>,
    /// People to mention: the members, or else those who wrote.
    pub people: Rc<Vec<Rc<Person>>>,
    /// Opening failed, and why.
    pub trouble: Option<RoomTrouble>,
}

/// Why a room cannot be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoomTrouble {
    /// There is none of this id, or it is not for this person; in the server's words.
    Refused(String),
    /// It is not held here and there is no connection.
    Offline,
}

/// How the open room's list of rows changed: apply in order.
#[derive(Debug, Clone, PartialEq)]
pub enum TimelineChange {
    /// Another room, or everything anew. `anchor`: where to be.
    Reset {
        /// All rows, oldest first.
        rows: Vec<Rc<Row>>,
        /// Where to be.
        anchor: Anchor,
    },
    /// `remove` rows at `at` give way to `insert`.
    Splice {
        /// Index of the first row concerned.
        at: usize,
        /// How many go.
        remove: usize,
        /// What comes.
        insert: Vec<Rc<Row>>,
    },
    /// Be there now: after a jump whose rows have been told.
    Scroll(Anchor),
}

/// A place in the timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// The end, and stay there.
    Bottom,
    /// This row at the top of the screen (the first unread, or where one was).
    Top(RowKey),
    /// This row in the middle, marked for a moment.
    Highlight(RowKey),
}

/// One row of a timeline.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its name on this device.
    pub key: RowKey,
    /// What it is.
    pub kind: RowKind,
}

/// What a row is.
#[derive(Debug, Clone, PartialEq)]
pub enum RowKind {
    /// The room's very first message follows.
    Beginning,
    /// Older messages are being fetched, or can be (scrolling here asks for them), or cannot be had.
    Older(Fetching),
    /// Between a window of history (above) and the live tail: what lies between has not been fetched.
    Gap(Fetching),
    /// Another day begins: days since 1970-01-01, and a time in it.
    Day {
        /// The local calendar day.
        day: i32,
        /// A time in it.
        time: Millis,
    },
    /// What follows was not read when the room was opened.
    Unread,
    /// A message.
    Message(Box<MessageRow>),
    /// Something came that cannot be shown: a line that says so.
    Unreadable {
        /// What was wrong, naming the field.
        why: Rc<str>,
    },
}

/// How fetching stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fetching {
    /// There is more to be had.
    Possible,
    /// Under way.
    UnderWay,
    /// Not to be had now: no connection.
    Offline,
    /// Not to be had at all: this server keeps nothing more, or refused in these words.
    Impossible(Option<Rc<str>>),
}

/// A message on screen.
#[derive(Debug, Clone, PartialEq)]
pub struct MessageRow {
    /// The server's id, once there is one.
    pub id: Option<MessageId>,
    /// Who wrote it.
    pub sender: UserId,
    /// Their name, or their id where the server gave none.
    pub name: Rc<str>,
    /// Their picture.
    pub avatar: Option<Rc<str>>,
    /// This person wrote it.
    pub own: bool,
    /// When, in the server's clock (own waiting ones: this device's).
    pub time: Millis,
    /// The first of a group of one sender: name and picture are shown.
    pub head: bool,
    /// Its text, as sent (Markdown subset).
    pub content: Rc<str>,
    /// It was edited, and when if known.
    pub edited: Option<Millis>,
    /// It was deleted: a placeholder.
    pub deleted: bool,
    /// Its deletion is sent unless undone until then, in this device's clock.
    pub undo_until: Option<Millis>,
    /// What it answers.
    pub reply: Option<ReplyView>,
    /// Files, pictures, links.
    pub attachments: Vec<AttachmentView>,
    /// Reactions, in the order they first came.
    pub reactions: Vec<ReactionView>,
    /// Who has seen it, by name, without oneself; only on the last own message each has seen.
    pub seen_by: Vec<Rc<str>>,
    /// It mentions this person.
    pub mentions_me: bool,
    /// Where it is.
    pub delivery: Delivery,
    /// What one may do with it.
    pub may_edit: bool,
    /// What one may do with it.
    pub may_delete: bool,
}

/// What a message answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplyView {
    /// That message.
    pub id: MessageId,
    /// Who wrote it, if it is known here.
    pub name: Option<Rc<str>>,
    /// An excerpt, plain text; empty if it is not known here or was deleted.
    pub excerpt: Rc<str>,
}

/// A reaction to a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReactionView {
    /// The emoji.
    pub reaction: Rc<str>,
    /// How many.
    pub count: u32,
    /// One of them is oneself.
    pub own: bool,
    /// Who, by name, as far as known.
    pub who: Vec<Rc<str>>,
}

/// Something attached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachmentView {
    /// Its address, absolute, http(s) only.
    pub url: Rc<str>,
    /// Its name.
    pub name: Rc<str>,
    /// Its MIME type, maybe empty.
    pub mime: Rc<str>,
    /// Its size in bytes.
    pub size: Option<u64>,
    /// Width and height in pixels, of a picture whose size is known.
    pub pixels: Option<(u32, u32)>,
}

/// Where a message is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// The server has it.
    Sent,
    /// In the outbox: no connection, or others are first.
    Waiting,
    /// On its way, and not confirmed.
    Sending,
    /// It was refused, in these words; retry or cancel.
    Failed(Rc<str>),
}

/// A person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Their id.
    pub id: UserId,
    /// Their name, or their id.
    pub name: Rc<str>,
    /// Their picture.
    pub avatar: Option<Rc<str>>,
    /// How they are there.
    pub presence: Presence,
    /// Status text.
    pub text: Rc<str>,
    /// Its emoji.
    pub emoji: Rc<str>,
    /// When they were last there.
    pub last_seen: Option<LastSeen>,
}

/// When somebody was last there, as exactly as they allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LastSeen {
    /// Then.
    At(Millis),
    /// Today.
    Today,
    /// This week.
    ThisWeek,
    /// Before.
    Earlier,
}

/// Oneself.
#[derive(Debug, Clone, PartialEq)]
pub struct MeView {
    /// As others would see this person now: what is hidden is absent.
    pub seen_as: Person,
    /// What was chosen.
    pub chosen: OwnPresence,
    /// What others may see.
    pub privacy: Privacy,
    /// When nothing is notified.
    pub quiet_hours: Option<(u16, u16)>,
    /// The IdleDetector is wanted.
    pub idle_detector: bool,
}

/// What a search found so far.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchView {
    /// For this.
    pub query: SearchQuery,
    /// Newest first, 100 at most.
    pub hits: Vec<SearchHit>,
    /// The device has been searched through.
    pub device_done: bool,
    /// The server answered, is being asked, or is not asked.
    pub server: Fetching,
}

/// A message that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchHit {
    /// Where.
    pub room: RoomId,
    /// The room's name.
    pub room_name: Rc<str>,
    /// Which.
    pub message: MessageId,
    /// Who wrote it.
    pub name: Rc<str>,
    /// When.
    pub time: Millis,
    /// An excerpt, plain text.
    pub excerpt: Rc<str>,
    /// Byte ranges of `excerpt` that match.
    pub matches: Vec<(u32, u32)>,
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
    /// The server's words.
    Server(String),
    /// The device's storage cannot take it: it is not kept over a reload.
    Storage(String),
}

/// A file that the person attached, named by the driver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UploadId(pub u32);

/// News of an upload.
#[derive(Debug)]
pub enum UploadNews {
    /// So many bytes are out.
    Progress(u64),
    /// It ended.
    Ended(Result<Reply, HttpFailure>),
}

/// An upload on screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadView {
    /// Which.
    pub upload: UploadId,
    /// The file's name.
    pub name: Rc<str>,
    /// Bytes.
    pub size: u64,
    /// Bytes that are out.
    pub sent: u64,
    /// How it stands.
    pub state: UploadState,
}

/// How an upload stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UploadState {
    /// Under way.
    UnderWay,
    /// Done.
    Done,
    /// It failed: why.
    Failed(ChatRefusal),
    /// It was given up, or its message left: forget it.
    Gone,
}

// ---------------------------------------------------------------------------------------------------- storage

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
    /// Delete everything of this scope: never on sign-out, only when the person asks for it.
    Forget,
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

// ---------------------------------------------------------------------------------------------------- tabs

/// What tabs of one backend and account tell each other (`BroadcastChannel`, one channel a scope). No token travels.
///
/// One tab leads (it holds the Web Lock): it alone connects, sends the outbox and writes what is received. The others
/// hear from it what came, as if it had come to themselves, and tell it what the person wants.
#[derive(Debug, Clone, PartialEq)]
pub enum TabWord {
    /// A tab came, or took the lead: say what there is to say.
    Hello {
        /// It leads.
        leads: bool,
    },
    /// The leader's connection and server, as text that only the engine reads.
    State(String),
    /// An event came from the server: its name and its arguments as a JSON array. Replayed history too.
    Heard {
        /// The name.
        event: String,
        /// A JSON array.
        args: String,
    },
    /// A wish is in the outbox, or changed: its id and its record as stored (`None`: it is done or cancelled).
    Wish(WishId, Option<String>),
    /// A room is open in this tab (join it), or a page of history was fetched, drafts, places: as text that only the
    /// engine reads.
    Note(String),
    /// The person is active in this tab.
    Active,
}

/// Time spans the engine keeps to; in one place, since tests and texts need them.
pub mod spans {
    use super::Duration;

    /// A deletion can be undone for so long.
    pub const UNDO: Duration = Duration::from_secs(5);
    /// Typing is said at most so often.
    pub const TYPING_EVERY: Duration = Duration::from_secs(3);
    /// Somebody's typing expires after so long without news (contract 5: 3 to 5 s).
    pub const TYPING_EXPIRES: Duration = Duration::from_secs(5);
    /// Away after so long without activity (contract 5).
    pub const AWAY_AFTER: Duration = Duration::from_secs(30);
    /// Messages of one sender closer than this are one group.
    pub const GROUP_WITHIN: Duration = Duration::from_secs(300);
}
