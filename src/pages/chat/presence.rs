//! How somebody is there, in words.

use engine::chat::api::Presence;

use crate::texts::{Text, text};

/// A word for style and tests.
pub(in crate::pages) const fn word(presence: Presence) -> &'static str {
    match presence {
        Presence::Online => "online",
        Presence::Away => "away",
        Presence::DoNotDisturb => "dnd",
        Presence::InCall => "in-call",
        Presence::Offline => "offline",
        Presence::Unknown => "unknown",
    }
}

/// Words for people.
pub(in crate::pages) fn words(presence: Presence) -> Text {
    match presence {
        Presence::Online => text!(chat_online),
        Presence::Away => text!(chat_away),
        Presence::DoNotDisturb => text!(chat_dnd),
        Presence::InCall => text!(chat_in_call),
        Presence::Offline => text!(chat_offline),
        Presence::Unknown => text!(chat_presence_unknown),
    }
}
