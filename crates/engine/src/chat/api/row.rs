//! What screens show of a timeline.

use std::rc::Rc;

use super::ids::{MessageId, Millis, RowKey, UserId};

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
