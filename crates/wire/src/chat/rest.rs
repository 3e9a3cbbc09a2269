//! Answers of a chat server's REST part: pages, rooms, people.

use serde_json::Value;

use super::event::PresenceNews;
use super::message::{Message, message};
use super::read::Taken;
use crate::lenient::{DecodeError, expected};

/// One page, in any of contract 5's envelopes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Page {
    /// What is on it.
    pub data: Vec<Value>,
    /// There is more before (older), where the server says so.
    pub has_previous: Option<bool>,
    /// There is more after (newer; the next page), where the server says so.
    pub has_next: Option<bool>,
    /// Cursor of the first.
    pub start: Option<String>,
    /// Cursor of the last.
    pub end: Option<String>,
    /// How many there are in all.
    pub total: Option<u64>,
}

/// A room (docs/chat-additions.md; plain servers say less of it).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Room {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: Option<String>,
    /// What it is about.
    pub topic: Option<String>,
    /// A direct conversation.
    pub direct: bool,
    /// How many are in it.
    pub members: Option<u32>,
    /// We are a member, where the server says so.
    pub joined: Option<bool>,
    /// `owner`, `moderator`, `member`.
    pub role: Option<String>,
    /// Messages we have not read.
    pub unread: Option<u32>,
    /// Of them, those that mention us.
    pub mentions: Option<u32>,
    /// The last message we have read.
    pub last_read: Option<String>,
    /// Its last message, if that can be read.
    pub last: Option<Box<Message>>,
    /// The other one of a direct conversation.
    pub with: Option<Box<User>>,
}

/// A person (docs/chat-additions.md; plain servers say less).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct User {
    /// Their id.
    pub id: String,
    /// Their name.
    pub name: Option<String>,
    /// Their picture.
    pub avatar: Option<String>,
    /// How they are there, as far as said; `user` is their id.
    pub presence: PresenceNews,
    /// When they were last there.
    pub last_seen: Option<LastSeen>,
}

/// When somebody was last there, as exactly as they allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LastSeen {
    /// Milliseconds since the epoch.
    Exact(u64),
    /// Today.
    Today,
    /// This week.
    Week,
    /// Before.
    Earlier,
}

/// Under which id somebody can be called (`{data: {callId}}`, an addition); `None` where they cannot be.
///
/// # Errors
/// When it is no JSON, or says neither.
pub fn call_id(body: &str) -> Result<Option<String>, DecodeError> {
    let name = "call-id";
    let value: Value = serde_json::from_str(body)
        .map_err(|why| DecodeError::new(name, "", &format!("is no JSON: {why}")))?;
    let mut fields = Taken::of(name, value)?;
    let mut data = Taken::of(name, fields.any(&["data"]).unwrap_or_default())?;
    match data.any(&["callId"]) {
        Some(Value::String(id)) if !id.is_empty() => Ok(Some(id)),
        Some(Value::Null) | None => Ok(None),
        Some(other) => Err(DecodeError::new(name, "callId", &expected("an id", &other))),
    }
}

/// A page from an answer's body.
///
/// # Errors
/// When it is no JSON, or holds no list.
pub fn page(name: &str, body: &str) -> Result<Page, DecodeError> {
    let value: Value = serde_json::from_str(body)
        .map_err(|why| DecodeError::new(name, "", &format!("is no JSON: {why}")))?;
    if let Value::Array(data) = value {
        return Ok(Page {
            data,
            ..Page::default()
        });
    }
    let mut fields = Taken::of(name, value)?;
    let data = match fields.any(&["data", "items", "results", "messages", "rooms", "users"]) {
        Some(Value::Array(data)) => data,
        Some(other) => return Err(DecodeError::new(name, "data", &expected("a list", &other))),
        None => return Err(DecodeError::new(name, "data", "is missing")),
    };
    let mut page = Page {
        data,
        ..Page::default()
    };
    if let Some(info @ Value::Object(_)) = fields.any(&["pageInfo", "page_info"]) {
        let mut info = Taken::of(name, info)?;
        page.has_next = info.lenient_bool(&["hasNextPage"]);
        page.has_previous = info.lenient_bool(&["hasPreviousPage"]);
        page.start = info.lenient_text(&["startCursor"]);
        page.end = info.lenient_text(&["endCursor"]);
    }
    if let Some(info @ Value::Object(_)) = fields.any(&["pagination"]) {
        let mut info = Taken::of(name, info)?;
        let number = info.lenient_number(&["page"]);
        let pages = info.lenient_number(&["pages", "totalPages"]);
        page.total = info.lenient_number(&["total"]);
        page.has_next = info
            .lenient_bool(&["hasNext"])
            .or_else(|| Some(number? < pages?))
            .or(page.has_next);
        page.has_previous = info
            .lenient_bool(&["hasPrev"])
            .or_else(|| Some(number? > 1))
            .or(page.has_previous);
    }
    if page.has_next.is_none()
        && let Some(links @ Value::Object(_)) = fields.any(&["links"])
    {
        let mut links = Taken::of(name, links)?;
        page.has_next = Some(links.any(&["next"]).is_some());
    }
    Ok(page)
}

/// One room; `{"data": room}` too.
///
/// # Errors
/// When it is no object or has no id.
pub fn room(name: &str, value: Value) -> Result<Room, DecodeError> {
    let mut fields = unwrapped(name, value)?;
    let count = |number: Option<u64>| number.map(|count| u32::try_from(count).unwrap_or(u32::MAX));
    Ok(Room {
        id: fields.text(&["id", "roomId", "_id"])?,
        name: fields.lenient_text(&["name", "title"]),
        topic: fields.lenient_text(&["topic", "description"]),
        direct: fields
            .lenient_text(&["kind", "type"])
            .is_some_and(|kind| kind == "direct"),
        members: count(fields.lenient_number(&["memberCount", "membersCount"])),
        joined: fields.lenient_bool(&["joined", "isMember"]),
        role: fields.lenient_text(&["role"]),
        unread: count(fields.lenient_number(&["unreadCount"])),
        mentions: count(fields.lenient_number(&["mentionCount"])),
        last_read: fields.lenient_text(&["lastReadId"]),
        last: fields
            .any(&["lastMessage"])
            .and_then(|value| message(name, value).ok())
            .map(Box::new),
        with: fields
            .any(&["with"])
            .and_then(|value| user(name, value).ok())
            .map(Box::new),
    })
}

/// One person; `{"data": user}` too.
///
/// # Errors
/// When it is no object or has no id.
pub fn user(name: &str, value: Value) -> Result<User, DecodeError> {
    let mut fields = unwrapped(name, value)?;
    let id = fields.text(&["id", "userId", "_id"])?;
    let mut found = User {
        name: fields.lenient_text(&["name", "username", "displayName"]),
        avatar: fields.lenient_text(&["avatar"]),
        presence: PresenceNews {
            user: id.clone(),
            ..PresenceNews::default()
        },
        id,
        last_seen: None,
    };
    let last_seen = fields.any(&["lastSeen", "last_seen"]);
    match fields.any(&["presence"]) {
        Some(presence @ Value::Object(_)) => {
            let mut presence = Taken::of(name, presence)?;
            found.presence.status = presence.lenient_text(&["status"]);
            found.presence.message = presence.lenient_text(&["message", "customStatus"]);
            found.presence.emoji = presence.lenient_text(&["emoji"]);
            found.presence.until = presence.time(&["until"]);
            found.last_seen = presence
                .any(&["lastSeen", "last_seen"])
                .or(last_seen)
                .and_then(seen);
        }
        Some(Value::String(status)) => {
            found.presence.status = Some(status);
            found.last_seen = last_seen.and_then(seen);
        }
        _ => {
            found.presence.status = fields.lenient_text(&["status"]);
            found.last_seen = last_seen.and_then(seen);
        }
    }
    Ok(found)
}

fn seen(value: Value) -> Option<LastSeen> {
    match value {
        Value::Object(map) => {
            let mut fields = Taken::of("lastSeen", Value::Object(map)).ok()?;
            if let Some(at) = fields.time(&["exact", "at"]) {
                return Some(LastSeen::Exact(at));
            }
            about(&fields.lenient_text(&["about"])?)
        }
        Value::String(text) => about(&text).or_else(|| super::read::millis(&text).map(LastSeen::Exact)),
        other => other.as_u64().map(LastSeen::Exact),
    }
}

fn about(text: &str) -> Option<LastSeen> {
    match text {
        "today" => Some(LastSeen::Today),
        "week" => Some(LastSeen::Week),
        "earlier" => Some(LastSeen::Earlier),
        _ => None,
    }
}

/// The object itself, or what `data` holds.
fn unwrapped(name: &str, value: Value) -> Result<Taken<'_>, DecodeError> {
    let mut fields = Taken::of(name, value)?;
    match fields.any(&["data"]) {
        Some(data @ Value::Object(_)) => Taken::of(name, data),
        _ => Ok(fields),
    }
}
