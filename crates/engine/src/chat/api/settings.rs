//! What a chat engine starts with, and what a person chooses.

use std::rc::Rc;

use super::ids::{Millis, RoomId, UserId};
use crate::io::IdSpace;

/// What a chat engine starts with.
#[derive(Debug, Clone)]
pub struct ChatSettings {
    /// The backend's id in the configuration: part of the name of everything stored.
    pub backend_id: String,
    /// `http(s)://host[:port]` of the chat server, without a trailing slash.
    pub base_url: String,
    /// The Engine.IO path.
    pub socket_path: String,
    /// Calls go over the same server.
    pub calls: bool,
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
/// [`Server::hides_presence`](super::Server::hides_presence) says whether it does.
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
