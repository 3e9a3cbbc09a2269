//! What screens show of rooms, people, searches, uploads.

use std::rc::Rc;

use super::ids::{MessageId, Millis, RoomId, UserId};
use super::input::{OwnPresence, Presence, SearchQuery};
use super::output::ChatRefusal;
use super::row::Fetching;
use super::settings::{NotifyLevel, Privacy};
use crate::io::{HttpFailure, Reply};

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
