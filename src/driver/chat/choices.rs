//! What a person chose about chat on this device, kept between visits.

use ::engine::chat::api::{Choices, LastSeenPrivacy, NotifyLevel, Privacy};
use serde_json::{Value, json};

use crate::browser::storage;

/// What was kept for this scope; what is missing or unreadable takes its default.
pub(super) fn load(scope: &str) -> Choices {
    let kept: Value = storage::read(&key(scope))
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or(Value::Null);
    let rooms = kept["rooms"].as_array().map(Vec::as_slice).unwrap_or_default();
    let privacy = &kept["privacy"];
    let shown = |name: &str| privacy[name].as_bool().unwrap_or(true);
    Choices {
        notify: rooms
            .iter()
            .filter_map(|room| Some((room[0].as_str()?.into(), level_of(room[1].as_str()?))))
            .collect(),
        quiet_hours: minutes(&kept["quiet"][0]).zip(minutes(&kept["quiet"][1])),
        idle_detector: kept["idle"].as_bool().unwrap_or(false),
        privacy: Privacy {
            online: shown("online"),
            last_seen: match privacy["lastSeen"].as_str() {
                Some("today") => LastSeenPrivacy::Today,
                Some("week") => LastSeenPrivacy::Week,
                Some("hidden") => LastSeenPrivacy::Hidden,
                Some(_) | None => LastSeenPrivacy::Exact,
            },
            typing: shown("typing"),
            read_receipts: shown("read"),
        },
    }
}

/// Keeps them.
pub(super) fn keep(scope: &str, choices: &Choices) {
    let rooms: Vec<Value> = choices
        .notify
        .iter()
        .map(|(room, level)| json!([&**room, word(*level)]))
        .collect();
    let privacy = choices.privacy;
    let kept = json!({
        "rooms": rooms,
        "quiet": choices.quiet_hours.map(|(from, to)| [from, to]),
        "idle": choices.idle_detector,
        "privacy": {
            "online": privacy.online,
            "lastSeen": match privacy.last_seen {
                LastSeenPrivacy::Exact => "exact",
                LastSeenPrivacy::Today => "today",
                LastSeenPrivacy::Week => "week",
                LastSeenPrivacy::Hidden => "hidden",
            },
            "typing": privacy.typing,
            "read": privacy.read_receipts,
        },
    });
    storage::write(&key(scope), &kept.to_string());
}

fn key(scope: &str) -> String {
    ["antenna.chat.choices/", scope].concat()
}

fn minutes(value: &Value) -> Option<u16> {
    value
        .as_u64()
        .filter(|minutes| *minutes < 24 * 60)
        .map(|minutes| minutes as u16)
}

fn word(level: NotifyLevel) -> &'static str {
    match level {
        NotifyLevel::All => "all",
        NotifyLevel::Mentions => "mentions",
        NotifyLevel::None => "none",
    }
}

fn level_of(word: &str) -> NotifyLevel {
    match word {
        "all" => NotifyLevel::All,
        "none" => NotifyLevel::None,
        _ => NotifyLevel::Mentions,
    }
}
