//! Who is there: others ([`People`]) and oneself ([`Me`]).

mod me;
mod people;

use std::rc::Rc;

pub(super) use self::me::Me;
pub(super) use self::people::People;
use super::api::{LastSeen, Millis, Presence};
use crate::time::Instant;

/// Both clocks at once.
#[derive(Debug, Clone, Copy)]
pub(super) struct Now {
    /// The engine's.
    pub(super) at: Instant,
    /// The time of day, in the server's clock as well as it is known.
    pub(super) wall: Millis,
}

impl Now {
    /// When the time of day will be `wall`.
    fn instant_of(self, wall: Millis) -> Instant {
        self.at + std::time::Duration::from_millis(wall.saturating_sub(self.wall))
    }
}

/// What a server said of somebody, in an event or a list; `None`: it said nothing of that.
#[derive(Debug, Clone, Default)]
pub(super) struct News {
    /// Their name.
    pub(super) name: Option<Rc<str>>,
    /// Their picture, an absolute `http(s)` address.
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
pub(super) fn presence_of(word: &str) -> Option<Presence> {
    let word: String = word
        .chars()
        .take(40)
        .filter(|c| !matches!(c, ' ' | '-' | '_'))
        .map(|c| c.to_ascii_lowercase())
        .collect();
    Some(match word.as_str() {
        "online" | "active" | "available" => Presence::Online,
        "away" | "idle" | "inactive" | "afk" => Presence::Away,
        "dnd" | "donotdisturb" | "busy" => Presence::DoNotDisturb,
        "incall" | "oncall" | "inacall" => Presence::InCall,
        "offline" | "invisible" | "disconnected" => Presence::Offline,
        _ => return None,
    })
}

/// How a status is written.
pub(super) fn word_of(presence: Presence) -> &'static str {
    match presence {
        Presence::Online | Presence::Unknown => "online",
        Presence::Away => "away",
        Presence::DoNotDisturb => "dnd",
        Presence::InCall => "in-call",
        Presence::Offline => "offline",
    }
}

/// When a status text ends by contract 5 where nothing else was said: after 24 h, with an emoji after 7 days.
fn usual_end(wall: Millis, emoji: &str) -> Millis {
    const DAY: Millis = 86_400_000;
    wall.saturating_add(if emoji.is_empty() { DAY } else { 7 * DAY })
}

/// An emoji of a status: short, and nothing else than what can stand in a line.
fn short(emoji: &str) -> Rc<str> {
    Rc::from(
        super::markdown::neutral(emoji)
            .chars()
            .take(12)
            .collect::<String>(),
    )
}

#[cfg(test)]
mod tests;
