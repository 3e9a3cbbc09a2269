//! What chat clients send (contract 5 and our additions), checked field by field.

use serde_json::{Map, Value};

use super::presence::Shown;
use super::refusal::Refusal;
use super::store::marks::Reaction;
use super::store::messages::{NewMessage, Target};
use super::store::people::{LastSeen, Privacy, Status};
use super::text::is_harmless;

/// The most bytes a message may have.
pub(super) const MESSAGE_BYTES: usize = 16 * 1024;
/// The most bytes an attached file may have.
pub(super) const ATTACHMENT_BYTES: usize = 10 * 1024 * 1024;
/// The most files at one message.
const MAX_ATTACHMENTS: usize = 10;
/// Ids are shorter.
const MAX_ID: usize = 200;
/// The longest emoji (a family with skin tones) has some 40 bytes.
const MAX_REACTION: usize = 64;
/// The longest status message, in characters.
const MAX_STATUS: usize = 140;
/// How long a status message stays (contract 5).
const MESSAGE_STAYS: i64 = 24 * 3600 * 1000;
/// How long a custom status stays (contract 5), and the longest that can be asked for.
const EMOJI_STAYS: i64 = 7 * MESSAGE_STAYS;

/// Events of contract 5 that clients send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Event {
    JoinRoom,
    LeaveRoom,
    SendMessage,
    Typing,
    StopTyping,
    EditMessage,
    DeleteMessage,
    ReactToMessage,
    ReadReceipt,
    UpdatePresence,
    Pong,
}

impl Event {
    pub(super) const ALL: [Self; 11] = [
        Self::JoinRoom,
        Self::LeaveRoom,
        Self::SendMessage,
        Self::Typing,
        Self::StopTyping,
        Self::EditMessage,
        Self::DeleteMessage,
        Self::ReactToMessage,
        Self::ReadReceipt,
        Self::UpdatePresence,
        Self::Pong,
    ];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::JoinRoom => "join-room",
            Self::LeaveRoom => "leave-room",
            Self::SendMessage => "send-message",
            Self::Typing => "typing",
            Self::StopTyping => "stop-typing",
            Self::EditMessage => "edit-message",
            Self::DeleteMessage => "delete-message",
            Self::ReactToMessage => "react-to-message",
            Self::ReadReceipt => "read-receipt",
            Self::UpdatePresence => "update-presence",
            Self::Pong => "pong",
        }
    }
}

/// What a client wishes.
#[derive(Debug)]
pub(super) enum Wish {
    Join(String),
    Leave(String),
    Send(NewMessage),
    Typing { room: String, on: bool },
    Edit { target: Target, content: String },
    Delete(Target),
    React(Reaction),
    Read(Target),
    Presence(PresenceWish),
    Pong,
}

/// How somebody wishes to be seen; what is `None` stays.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct PresenceWish {
    pub(super) shown: Option<Shown>,
    pub(super) message: Option<String>,
    pub(super) emoji: Option<String>,
    pub(super) until: Option<i64>,
}

/// Reads an event of `user`.
pub(super) fn wish(event: Event, user: &str, data: &Value) -> Result<Wish, Refusal> {
    Ok(match event {
        Event::JoinRoom => Wish::Join(room(data)?),
        Event::LeaveRoom => Wish::Leave(room(data)?),
        Event::Typing | Event::StopTyping => Wish::Typing {
            room: room(data)?,
            on: event == Event::Typing,
        },
        Event::SendMessage => Wish::Send(message(object(data)?, user)?),
        Event::EditMessage => {
            let map = object(data)?;
            Wish::Edit {
                target: target(map, user)?,
                content: content(map, "newContent")?,
            }
        }
        Event::DeleteMessage => Wish::Delete(target(object(data)?, user)?),
        Event::ReadReceipt => Wish::Read(target(object(data)?, user)?),
        Event::ReactToMessage => {
            let map = object(data)?;
            Wish::React(Reaction {
                target: target(map, user)?,
                reaction: reaction(map)?,
                on: match map.get("on") {
                    None | Some(Value::Null) => None,
                    Some(Value::Bool(on)) => Some(*on),
                    Some(_) => return Err(invalid("on", "expected true or false")),
                },
            })
        }
        Event::UpdatePresence => Wish::Presence(presence(data)?),
        Event::Pong => Wish::Pong,
    })
}

const fn invalid(field: &'static str, why: &'static str) -> Refusal {
    Refusal::Invalid { field, why }
}

fn object(data: &Value) -> Result<&Map<String, Value>, Refusal> {
    data.as_object().ok_or(invalid("data", "expected an object"))
}

/// An id: a text, or a number as some clients have them.
fn id(value: Option<&Value>, field: &'static str) -> Result<String, Refusal> {
    match value {
        Some(Value::String(text)) if text.is_empty() => Err(invalid(field, "is empty")),
        Some(Value::String(text)) if text.len() > MAX_ID => Err(invalid(field, "is too long")),
        Some(Value::String(text)) => Ok(text.clone()),
        Some(Value::Number(number)) => Ok(number.to_string()),
        None | Some(Value::Null) => Err(invalid(field, "is missing")),
        Some(Value::Bool(_) | Value::Array(_) | Value::Object(_)) => Err(invalid(field, "expected an id")),
    }
}

/// The argument of `join-room` and the like: the room's id, or an object with it.
fn room(data: &Value) -> Result<String, Refusal> {
    match data {
        Value::Object(map) => id(map.get("roomId"), "roomId"),
        other => id(Some(other), "roomId"),
    }
}

fn target(map: &Map<String, Value>, user: &str) -> Result<Target, Refusal> {
    Ok(Target {
        message: id(map.get("messageId"), "messageId")?,
        room: id(map.get("roomId"), "roomId")?,
        user: user.to_owned(),
    })
}

fn optional_id(map: &Map<String, Value>, field: &'static str) -> Result<Option<String>, Refusal> {
    match map.get(field) {
        None | Some(Value::Null) => Ok(None),
        value => id(value, field).map(Some),
    }
}

fn message(map: &Map<String, Value>, user: &str) -> Result<NewMessage, Refusal> {
    let room = id(map.get("roomId"), "roomId")?;
    let attachments = attachments(map)?;
    let content = match map.get("content") {
        None | Some(Value::Null) if !attachments.is_empty() => String::new(),
        Some(Value::String(text)) if text.is_empty() && !attachments.is_empty() => String::new(),
        _ => content(map, "content")?,
    };
    Ok(NewMessage {
        room,
        sender: user.to_owned(),
        client_id: optional_id(map, "clientId")?,
        content,
        reply_to: reply(map)?,
        attachments,
    })
}

/// The id of the message that is replied to; some clients send the message itself.
fn reply(map: &Map<String, Value>) -> Result<Option<String>, Refusal> {
    match map.get("replyTo") {
        Some(Value::Object(message)) => id(message.get("id"), "replyTo").map(Some),
        _ => optional_id(map, "replyTo"),
    }
}

fn attachments(map: &Map<String, Value>) -> Result<Vec<String>, Refusal> {
    let field = "attachments";
    let list = match map.get(field) {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(list)) => list,
        Some(_) => return Err(invalid(field, "expected a list")),
    };
    if list.len() > MAX_ATTACHMENTS {
        return Err(invalid(field, "at most 10"));
    }
    list.iter()
        .map(|item| match item {
            Value::Object(map) => id(map.get("id"), field),
            other => id(Some(other), field),
        })
        .collect()
}

fn content(map: &Map<String, Value>, field: &'static str) -> Result<String, Refusal> {
    match map.get(field) {
        Some(Value::String(text)) if text.len() > MESSAGE_BYTES => Err(Refusal::TooLarge {
            field,
            limit: MESSAGE_BYTES,
        }),
        Some(Value::String(text)) if text.trim().is_empty() => Err(invalid(field, "is empty")),
        Some(Value::String(text)) => Ok(text.clone()),
        None | Some(Value::Null) => Err(invalid(field, "is missing")),
        Some(_) => Err(invalid(field, "expected a text")),
    }
}

fn reaction(map: &Map<String, Value>) -> Result<String, Refusal> {
    let field = "reaction";
    match map.get(field) {
        Some(Value::String(text)) if text.trim().is_empty() => Err(invalid(field, "is empty")),
        Some(Value::String(text)) if text.len() > MAX_REACTION => Err(Refusal::TooLarge {
            field,
            limit: MAX_REACTION,
        }),
        Some(Value::String(text)) if !text.chars().all(is_harmless) => {
            Err(invalid(field, "expected an emoji or a short text"))
        }
        Some(Value::String(text)) => Ok(text.clone()),
        None | Some(Value::Null) => Err(invalid(field, "is missing")),
        Some(_) => Err(invalid(field, "expected a text")),
    }
}

fn presence(data: &Value) -> Result<PresenceWish, Refusal> {
    let shown = |value: &Value| match value.as_str().map(Shown::of) {
        Some(Some(shown)) => Ok(shown),
        Some(None) | None => Err(invalid(
            "status",
            "expected online, away, offline, dnd or in-call",
        )),
    };
    let map = match data {
        Value::Object(map) => map,
        word => {
            return Ok(PresenceWish {
                shown: Some(shown(word)?),
                ..PresenceWish::default()
            });
        }
    };
    let given = |field: &str| map.get(field).filter(|value| !value.is_null());
    let text = |field: &'static str, max: usize| match given(field) {
        None => Ok(None),
        Some(Value::String(text)) if text.chars().count() > max => Err(invalid(field, "is too long")),
        Some(Value::String(text)) if !text.chars().all(is_harmless) => {
            Err(invalid(field, "expected one line of text"))
        }
        Some(Value::String(text)) => Ok(Some(text.trim().to_owned())),
        Some(_) => Err(invalid(field, "expected a text")),
    };
    Ok(PresenceWish {
        shown: given("status").map(shown).transpose()?,
        message: text("message", MAX_STATUS)?,
        emoji: text("emoji", MAX_REACTION / 4)?,
        until: match given("until") {
            None => None,
            Some(value) => Some(millis(value).ok_or(invalid("until", "expected milliseconds"))?),
        },
    })
}

fn millis(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| {
        let number = value.as_f64()?;
        // JSON numbers from JavaScript; beyond its whole numbers nothing is a time.
        (number.abs() < 9e15).then_some(number as i64)
    })
}

impl PresenceWish {
    /// The status after this wish; `None` when it does not change it.
    pub(super) fn status(&self, old: Status, now: i64) -> Option<Status> {
        let until = |stays: i64| self.until.unwrap_or(now + stays).min(now + EMOJI_STAYS);
        let next = |new: &Option<String>, old: Option<(String, i64)>, stays| match new {
            None => old,
            Some(text) if text.is_empty() => None,
            Some(text) => Some((text.clone(), until(stays))),
        };
        (self.message.is_some() || self.emoji.is_some()).then(|| Status {
            message: next(&self.message, old.message, MESSAGE_STAYS),
            emoji: next(&self.emoji, old.emoji, EMOJI_STAYS),
        })
    }
}

/// Reads a choice of privacy; what is missing stays as it was.
pub(super) fn privacy(data: &Value, old: Privacy) -> Result<Privacy, Refusal> {
    let map = object(data)?;
    let flag = |field: &'static str, old: bool| match map.get(field) {
        None => Ok(old),
        Some(Value::Bool(on)) => Ok(*on),
        Some(_) => Err(invalid(field, "expected true or false")),
    };
    Ok(Privacy {
        online: flag("online", old.online)?,
        last_seen: match map.get("lastSeen") {
            None => old.last_seen,
            Some(value) => value
                .as_str()
                .and_then(LastSeen::of)
                .ok_or(invalid("lastSeen", "expected exact, today, week or hidden"))?,
        },
        typing: flag("typing", old.typing)?,
        read_receipts: flag("readReceipts", old.read_receipts)?,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_event_names_what_is_wrong() {
        use Event::*;
        let long = "x".repeat(MESSAGE_BYTES + 1);
        for (event, data, expected) in [
            (JoinRoom, json!(null), "roomId: is missing"),
            (JoinRoom, json!([1]), "roomId: expected an id"),
            (LeaveRoom, json!(""), "roomId: is empty"),
            (Typing, json!({}), "roomId: is missing"),
            (StopTyping, json!("y".repeat(201)), "roomId: is too long"),
            (SendMessage, json!("hello"), "data: expected an object"),
            (SendMessage, json!({ "content": "a" }), "roomId: is missing"),
            (SendMessage, json!({ "roomId": 1 }), "content: is missing"),
            (
                SendMessage,
                json!({ "roomId": 1, "content": 7 }),
                "content: expected a text",
            ),
            (
                SendMessage,
                json!({ "roomId": 1, "content": " \n" }),
                "content: is empty",
            ),
            (
                SendMessage,
                json!({ "roomId": 1, "content": long }),
                "content: at most 16384 bytes",
            ),
            (
                SendMessage,
                json!({ "roomId": 1, "content": "a", "replyTo": [] }),
                "replyTo: expected an id",
            ),
            (
                SendMessage,
                json!({ "roomId": 1, "content": "a", "attachments": 1 }),
                "attachments: expected a list",
            ),
            (
                SendMessage,
                json!({ "roomId": 1, "content": "a", "clientId": true }),
                "clientId: expected an id",
            ),
            (
                EditMessage,
                json!({ "messageId": "m1", "roomId": 1 }),
                "newContent: is missing",
            ),
            (DeleteMessage, json!({ "roomId": 1 }), "messageId: is missing"),
            (
                ReactToMessage,
                json!({ "messageId": 1, "roomId": 1 }),
                "reaction: is missing",
            ),
            (
                ReactToMessage,
                json!({ "messageId": 1, "roomId": 1, "reaction": "x", "on": 1 }),
                "on: expected true or false",
            ),
            (ReadReceipt, json!(7), "data: expected an object"),
            (
                UpdatePresence,
                json!("asleep"),
                "status: expected online, away, offline, dnd or in-call",
            ),
            (
                UpdatePresence,
                json!({ "message": 1 }),
                "message: expected a text",
            ),
            (
                UpdatePresence,
                json!({ "message": "a\nb" }),
                "message: expected one line of text",
            ),
            (
                UpdatePresence,
                json!({ "until": "soon" }),
                "until: expected milliseconds",
            ),
        ] {
            let refusal = wish(event, "ada", &data).unwrap_err();
            assert_eq!(refusal.message(), expected, "{} {data}", event.name());
        }
    }

    #[test]
    fn statuses_have_their_ends() {
        let wish = |data| presence(&data).unwrap();
        let old = Status {
            message: Some(("old".into(), 50)),
            emoji: Some(("🌴".into(), 60)),
        };
        assert_eq!(wish(json!("dnd")).status(old.clone(), 0), None);
        let status = wish(json!({ "message": "at sea" }))
            .status(old.clone(), 10)
            .unwrap();
        assert_eq!(status.message, Some(("at sea".into(), 10 + MESSAGE_STAYS)));
        assert_eq!(status.emoji, old.emoji);
        let status = wish(json!({ "message": "", "emoji": "⛵", "until": 8e15 }))
            .status(old, 10)
            .unwrap();
        assert_eq!(
            (status.message, status.emoji),
            (None, Some(("⛵".into(), 10 + EMOJI_STAYS)))
        );
    }
}
