//! What tabs of one device tell each other, beside what the server said: see [`TabWord`].

use std::rc::Rc;
use std::time::Duration;

use serde_json::{Value, json};

use super::api::{MessageId, Millis, RoomId, WishId};
use crate::event::ConnectionState;
use crate::time::Instant;

/// A note between tabs.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Note {
    /// A room is open there: join it.
    Opened(RoomId),
    /// A room was left or joined for good there.
    Member(RoomId, bool),
    /// The server has this wish.
    Sent {
        wish: WishId,
        id: Option<MessageId>,
        time: Option<Millis>,
        seq: Option<u64>,
    },
    /// A draft, or a place in a room: a `meta` record.
    Meta(Rc<str>, Option<String>),
    /// Somebody types there (or stopped).
    Typing(RoomId, bool),
    /// Presence and status were chosen there; as [`super::presence::Me`] keeps them.
    Me(String),
    /// The person wants a connection now.
    Reconnect,
}

impl Note {
    pub(super) fn text(&self) -> String {
        match self {
            Self::Opened(room) => json!({ "opened": &**room }),
            Self::Member(room, joined) => json!({ "member": &**room, "joined": joined }),
            Self::Sent { wish, id, time, seq } => {
                json!({ "sent": &*wish.0, "id": id.as_deref(), "time": time, "seq": seq })
            }
            Self::Meta(name, value) => json!({ "meta": &**name, "value": value }),
            Self::Typing(room, on) => json!({ "typing": &**room, "on": on }),
            Self::Me(kept) => json!({ "me": kept }),
            Self::Reconnect => json!({ "reconnect": true }),
        }
        .to_string()
    }

    pub(super) fn read(note: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(note).ok()?;
        let text = |name: &str| value.get(name).and_then(Value::as_str);
        let flag = |name: &str| value.get(name).and_then(Value::as_bool);
        let number = |name: &str| value.get(name).and_then(Value::as_u64);
        if let Some(room) = text("opened") {
            return Some(Self::Opened(Rc::from(room)));
        }
        if let Some(room) = text("member") {
            return Some(Self::Member(Rc::from(room), flag("joined")?));
        }
        if let Some(wish) = text("sent") {
            return Some(Self::Sent {
                wish: WishId(Rc::from(wish)),
                id: text("id").map(Rc::from),
                time: number("time"),
                seq: number("seq"),
            });
        }
        if let Some(name) = text("meta") {
            return Some(Self::Meta(Rc::from(name), text("value").map(str::to_owned)));
        }
        if let Some(room) = text("typing") {
            return Some(Self::Typing(Rc::from(room), flag("on")?));
        }
        if let Some(kept) = text("me") {
            return Some(Self::Me(kept.to_owned()));
        }
        flag("reconnect").map(|_| Self::Reconnect)
    }
}

/// A connection's state for other tabs, whose clocks start elsewhere: spans instead of instants.
pub(super) fn state_value(now: Instant, state: &ConnectionState) -> Value {
    match state {
        ConnectionState::Idle => json!(["idle"]),
        ConnectionState::Connecting => json!(["connecting"]),
        ConnectionState::Connected => json!(["connected"]),
        ConnectionState::Waiting {
            attempt,
            next,
            reason,
        } => {
            let wait = u64::try_from(next.since(now).as_millis()).unwrap_or_default();
            json!(["waiting", attempt, wait, reason])
        }
        ConnectionState::Reconnecting { attempt } => json!(["reconnecting", attempt]),
        ConnectionState::Refused { reason } => json!(["refused", reason]),
    }
}

/// Reads what [`state_value`] wrote.
pub(super) fn read_state(now: Instant, value: &Value) -> Option<ConnectionState> {
    let number = |index: usize| value.get(index).and_then(Value::as_u64);
    let text = |index: usize| value.get(index).and_then(Value::as_str).map(str::to_owned);
    let attempt = || number(1).and_then(|attempt| u32::try_from(attempt).ok());
    Some(match text(0)?.as_str() {
        "idle" => ConnectionState::Idle,
        "connecting" => ConnectionState::Connecting,
        "connected" => ConnectionState::Connected,
        "waiting" => ConnectionState::Waiting {
            attempt: attempt()?,
            next: now + Duration::from_millis(number(2)?),
            reason: text(3)?,
        },
        "reconnecting" => ConnectionState::Reconnecting { attempt: attempt()? },
        "refused" => ConnectionState::Refused { reason: text(1)? },
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_note_arrives() {
        let notes = [
            Note::Opened(Rc::from("r")),
            Note::Member(Rc::from("r"), false),
            Note::Sent {
                wish: WishId(Rc::from("1-a")),
                id: Some(Rc::from("m")),
                time: Some(3),
                seq: None,
            },
            Note::Meta(Rc::from("draft/r"), None),
            Note::Meta(Rc::from("draft/r"), Some("x".to_owned())),
            Note::Typing(Rc::from("r"), true),
            Note::Me("{}".to_owned()),
            Note::Reconnect,
        ];
        for note in notes {
            assert_eq!(Note::read(&note.text()), Some(note));
        }
        assert_eq!(Note::read("{"), None);
        assert_eq!(Note::read("{}"), None);
    }

    #[test]
    fn a_state_arrives_in_another_tabs_clock() {
        let here = Instant::from_millis(1000);
        let there = Instant::from_millis(77);
        let waiting = |next| ConnectionState::Waiting {
            attempt: 2,
            next,
            reason: "x".to_owned(),
        };
        let value = state_value(here, &waiting(Instant::from_millis(1500)));
        assert_eq!(
            read_state(there, &value),
            Some(waiting(Instant::from_millis(577)))
        );
    }
}
