//! Who is there.

use std::rc::Rc;

use serde_json::Value;

use super::api::{
    Activity, Choices, LastSeen, MeView, Millis, OwnPresence, Person, Presence, Privacy, RoomId, Server,
    UserId,
};
use crate::time::Instant;

/// Both clocks at once.
#[derive(Debug, Clone, Copy)]
pub(super) struct Now {
    /// The engine's.
    pub(super) at: Instant,
    /// The time of day, in the server's clock as well as it is known.
    pub(super) wall: Millis,
}

/// What a server said of somebody, in an event or a list; `None`: it said nothing of that.
#[derive(Debug, Clone, Default)]
pub(super) struct News {
    /// Their name.
    pub(super) name: Option<Rc<str>>,
    /// Their picture.
    pub(super) avatar: Option<Rc<str>>,
    /// How they are there.
    pub(super) presence: Option<Presence>,
    /// Status text; empty: none any more.
    pub(super) text: Option<Rc<str>>,
    /// Its emoji; empty: none any more.
    pub(super) emoji: Option<Rc<str>>,
    /// When the text ends. Without it: 24 h after now, or 7 days where there is an emoji (contract 5).
    pub(super) until: Option<Millis>,
    /// When they were last there.
    pub(super) last_seen: Option<LastSeen>,
}

/// Reads a status of contract 5 (`online`, `away`, `offline`, `dnd`, `in-call`, and how others spell them); `None` for
/// any other word, which is then somebody's own status text.
pub(super) fn presence_of(_word: &str) -> Option<Presence> {
    None
}

/// Everybody this client knows of.
#[derive(Debug, Default)]
pub(super) struct People {}

impl People {
    /// Who is oneself, and so not listed as known from outside.
    pub(super) fn set_me(&mut self, _me: Option<UserId>) {}

    /// `presence-update`, `status-change`, `status-update`, `custom-status-change`, and users of REST answers and rooms.
    pub(super) fn heard(&mut self, _now: Now, _user: &UserId, _news: News) {}

    /// `user-joined`, with or without a room.
    pub(super) fn joined(&mut self, _now: Now, _user: &UserId, _room: Option<&RoomId>, _news: News) {}

    /// `user-left`, with or without a room.
    pub(super) fn left(&mut self, _now: Now, _user: &UserId, _room: Option<&RoomId>) {}

    /// There is a connection. `recovered`: nothing was missed.
    pub(super) fn connected(&mut self, _now: Now, _recovered: bool) {}

    /// Our own connection is lost: nothing that is known can be relied on for long.
    pub(super) fn lost(&mut self, _now: Now) {}

    /// Time passed.
    pub(super) fn tick(&mut self, _now: Now) {}

    /// When [`Self::tick`] is due.
    pub(super) fn deadline(&self) -> Option<Instant> {
        None
    }

    /// True once after anything shown changed.
    pub(super) fn take_changed(&mut self) -> bool {
        false
    }

    /// Somebody.
    pub(super) fn person(&self, _user: &UserId) -> Option<Rc<Person>> {
        None
    }

    /// Everybody, by name.
    pub(super) fn view(&mut self) -> Rc<Vec<Rc<Person>>> {
        Rc::default()
    }
}

/// Oneself.
#[derive(Debug, Default)]
pub(super) struct Me {}

impl Me {
    /// With the choices kept on this device.
    pub(super) fn new(_now: Instant, _choices: &Choices) -> Self {
        Self {}
    }

    /// What was kept by [`Self::take_kept`].
    pub(super) fn restore(&mut self, _now: Now, _kept: &str) {}

    /// What is to be kept (a `meta` record), when it changed.
    pub(super) fn take_kept(&mut self) -> Option<String> {
        None
    }

    /// The person chose.
    pub(super) fn choose(&mut self, _now: Now, _own: OwnPresence) {}

    /// Another device of this person chose: their own id in an event.
    pub(super) fn heard(&mut self, _now: Now, _news: &News) {}

    /// The person changed what others may see.
    pub(super) fn set_privacy(&mut self, _privacy: Privacy) {}

    /// The person switched the IdleDetector.
    pub(super) fn set_idle_detector(&mut self, _on: bool) {}

    /// A call runs or not.
    pub(super) fn set_in_call(&mut self, _in_call: bool) {}

    /// Life in this tab, or what the IdleDetector says.
    pub(super) fn activity(&mut self, _now: Instant, _activity: Activity) {}

    /// Life in another tab.
    pub(super) fn active_elsewhere(&mut self, _now: Instant) {}

    /// The page became visible or hidden.
    pub(super) fn visible(&mut self, _now: Instant, _visible: bool) {}

    /// There is a connection to such a server: it is told.
    pub(super) fn connected(&mut self, _server: Server) {}

    /// The connection is lost.
    pub(super) fn lost(&mut self) {}

    /// Time passed.
    pub(super) fn tick(&mut self, _now: Now) {}

    /// When [`Self::tick`] is due.
    pub(super) fn deadline(&self) -> Option<Instant> {
        None
    }

    /// The argument of the next `update-presence` to send, while connected.
    pub(super) fn poll(&mut self) -> Option<Value> {
        None
    }

    /// How this person is there now, hidden or not: what decides about notifications.
    pub(super) fn presence(&self) -> Presence {
        Presence::Unknown
    }

    /// What others may see.
    pub(super) fn privacy(&self) -> Privacy {
        Privacy::default()
    }

    /// For the stores. `me`: name and picture.
    pub(super) fn view(&self, now: Now, me: &Person, choices: &Choices) -> MeView {
        MeView {
            seen_as: me.clone(),
            chosen: OwnPresence::default(),
            privacy: choices.privacy,
            quiet_hours: choices.quiet_hours.filter(|_| now.wall > 0),
            idle_detector: choices.idle_detector,
        }
    }
}
