//! How somebody is there, and when they were, in words.

use engine::chat::api::{LastSeen, Person, Presence};

use crate::pages::chat::{presence, times};
use crate::texts::{fill, text};

/// Somebody as a view needs them: plain values that any closure may hold.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    /// Their id.
    pub(super) id: String,
    /// Their name.
    pub(super) name: String,
    /// Their picture.
    pub(super) avatar: Option<String>,
    /// How they are there.
    pub(super) presence: Presence,
    /// Emoji and text of their status; maybe empty.
    pub(super) status: String,
    /// When they were last there.
    pub(super) last_seen: Option<LastSeen>,
}

impl Line {
    /// Of this person.
    pub(super) fn of(person: &Person) -> Self {
        Self {
            id: person.id.to_string(),
            name: person.name.to_string(),
            avatar: person.avatar.as_ref().map(ToString::to_string),
            presence: person.presence,
            status: status(&person.emoji, &person.text),
            last_seen: person.last_seen,
        }
    }

    /// Whether they are there in some way.
    pub(super) fn is_there(&self) -> bool {
        is_there(self.presence)
    }

    /// How they are there, in the words of the app's language; tracked.
    pub(super) fn presence_words(&self) -> String {
        fill(presence::words(self.presence), &[])
    }

    /// They are there and not to be left alone.
    pub(super) fn may_be_called(&self) -> bool {
        self.is_there() && self.presence != Presence::DoNotDisturb
    }

    /// When they were last there, if they are not, and it is known; tracked.
    pub(super) fn last_seen_words(&self) -> Option<String> {
        if self.is_there() {
            return None;
        }
        Some(match self.last_seen? {
            LastSeen::At(time) => fill(text!(people_seen_at), &[("when", &times::short(time))]),
            LastSeen::Today => fill(text!(people_seen_today), &[]),
            LastSeen::ThisWeek => fill(text!(people_seen_week), &[]),
            LastSeen::Earlier => fill(text!(people_seen_earlier), &[]),
        })
    }
}

/// Whether that is a way to be there.
pub(super) fn is_there(presence: Presence) -> bool {
    match presence {
        Presence::Online | Presence::Away | Presence::DoNotDisturb | Presence::InCall => true,
        Presence::Offline | Presence::Unknown => false,
    }
}

/// Emoji and text in one line.
pub(super) fn status(emoji: &str, text: &str) -> String {
    [emoji, text].join(" ").trim().to_owned()
}
