//! A message, in all the shapes that servers send it in.

use serde_json::Value;

use super::read::{Taken, text_of};
use crate::lenient::DecodeError;

/// A message (contract 5).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Message {
    /// Its id.
    pub id: String,
    /// The room, where the message says it.
    pub room_id: Option<String>,
    /// Who wrote it.
    pub sender_id: String,
    /// Their name.
    pub sender_name: Option<String>,
    /// Their picture.
    pub sender_avatar: Option<String>,
    /// The text; empty for a tombstone.
    pub content: String,
    /// The id of the message it answers.
    pub reply_to: Option<String>,
    /// What is attached.
    pub attachments: Vec<Attachment>,
    /// When, in milliseconds since the epoch.
    pub timestamp: Option<u64>,
    /// It was edited.
    pub edited: bool,
    /// When, if the server says so.
    pub edited_at: Option<u64>,
    /// Reactions, in the server's order.
    pub reactions: Vec<Reaction>,
    /// Who has read it.
    pub read_by: Vec<String>,
    /// The room's counter (an addition).
    pub seq: Option<u64>,
    /// The sender's own name for it (an addition).
    pub client_id: Option<String>,
    /// It was deleted (an addition).
    pub deleted: bool,
    /// Whom it mentions (an addition).
    pub mentions: Option<Vec<String>>,
}

/// A reaction and who has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reaction {
    /// The emoji, or whatever the server takes.
    pub reaction: String,
    /// Who, as far as the server says.
    pub users: Vec<String>,
    /// How many; at least as many as `users`.
    pub count: u32,
}

/// Something attached to a message.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Attachment {
    /// Its address, maybe relative to the server.
    pub url: String,
    /// Its name.
    pub name: Option<String>,
    /// Its MIME type.
    pub mime: Option<String>,
    /// Its size in bytes.
    pub size: Option<u64>,
    /// Width in pixels.
    pub width: Option<u32>,
    /// Height in pixels.
    pub height: Option<u32>,
}

/// A message that could not be read: a line that says so stands in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// Its id, if that could be read.
    pub id: Option<String>,
    /// What was wrong.
    pub why: DecodeError,
}

/// The messages of a list, each for itself.
pub fn messages(event: &str, list: Vec<Value>) -> Vec<Result<Message, Unreadable>> {
    list.into_iter().map(|value| message(event, value)).collect()
}

/// One message of `event`.
///
/// # Errors
/// When it is no object, or lacks an id, a sender or a text.
pub fn message(event: &str, value: Value) -> Result<Message, Unreadable> {
    let mut fields = Taken::of(event, value).map_err(|why| Unreadable { id: None, why })?;
    let id = fields
        .text(&["id", "messageId", "message_id", "_id"])
        .map_err(|why| Unreadable { id: None, why })?;
    if id.is_empty() {
        let why = fields.error(&["id"], "is empty");
        return Err(Unreadable { id: None, why });
    }
    rest_of(&mut fields, id.clone()).map_err(|why| Unreadable { id: Some(id), why })
}

fn rest_of(fields: &mut Taken<'_>, id: String) -> Result<Message, DecodeError> {
    let (sender_id, name, avatar) = sender(fields)?;
    let deleted = fields.lenient_bool(&["deleted", "isDeleted"]).unwrap_or_default();
    let content = match fields.maybe_text(&["content", "message", "text"])? {
        Some(content) => content,
        None if deleted => String::new(),
        None => return Err(fields.error(&["content"], "is missing")),
    };
    let edited_at = fields.time(&["editedAt", "edited_at"]);
    Ok(Message {
        id,
        room_id: fields.lenient_text(&["roomId", "room_id", "room"]),
        sender_id,
        sender_name: fields.lenient_text(&["senderName", "username"]).or(name),
        sender_avatar: fields.lenient_text(&["senderAvatar", "avatar"]).or(avatar),
        content,
        reply_to: fields
            .any(&["replyTo", "reply_to"])
            .and_then(|value| match value {
                Value::Object(mut object) => text_of(object.remove("id").or(object.remove("_id"))?).ok(),
                other => text_of(other).ok(),
            })
            .filter(|id| !id.is_empty()),
        attachments: attachments(fields.list(&["attachments"])),
        timestamp: fields.time(&["timestamp", "createdAt", "sent_at", "created_at"]),
        edited: fields
            .lenient_bool(&["edited", "isEdited"])
            .unwrap_or(edited_at.is_some()),
        edited_at,
        reactions: reactions(fields.any(&["reactions"])),
        read_by: people(fields.any(&["readBy", "read_by"])),
        seq: fields.lenient_number(&["seq"]),
        client_id: fields.lenient_text(&["clientId"]),
        deleted,
        mentions: match fields.any(&["mentions"]) {
            Some(Value::Array(list)) => Some(list.into_iter().filter_map(person).collect()),
            _ => None,
        },
    })
}

/// Servers that join tables send the sender as an object.
fn sender(fields: &mut Taken<'_>) -> Result<(String, Option<String>, Option<String>), DecodeError> {
    if let Some(id) = fields.maybe_text(&["senderId", "sender_id", "userId", "user_id"])? {
        return Ok((id, None, None));
    }
    match fields.any(&["sender", "user", "author"]) {
        Some(Value::Object(mut sender)) => {
            let mut text = |name: &str| sender.remove(name).and_then(|value| text_of(value).ok());
            let id = text("id").or_else(|| text("_id")).or_else(|| text("userId"));
            let id = id.ok_or_else(|| fields.error(&["sender.id"], "is missing"))?;
            Ok((id, text("name").or_else(|| text("username")), text("avatar")))
        }
        Some(other) => match text_of(other) {
            Ok(id) => Ok((id, None, None)),
            Err(_) => Err(fields.error(&["senderId"], "is missing")),
        },
        None => Err(fields.error(&["senderId"], "is missing")),
    }
}

fn attachments(list: Vec<Value>) -> Vec<Attachment> {
    list.into_iter().filter_map(attachment).collect()
}

/// One attachment; `None` where there is no address.
pub(super) fn attachment(value: Value) -> Option<Attachment> {
    let mut fields = match value {
        Value::String(url) => {
            return Some(Attachment {
                url,
                ..Attachment::default()
            });
        }
        other => Taken::of("attachment", other).ok()?,
    };
    let pixels = |number: Option<u64>| number.and_then(|number| u32::try_from(number).ok());
    Some(Attachment {
        url: fields.lenient_text(&["url", "href", "path", "src"])?,
        name: fields.lenient_text(&["name", "filename", "fileName", "originalName"]),
        mime: fields.lenient_text(&["type", "mimeType", "mimetype", "mime"]),
        size: fields.lenient_number(&["size", "fileSize"]),
        width: pixels(fields.lenient_number(&["width"])),
        height: pixels(fields.lenient_number(&["height"])),
    })
}

/// `{}`, `{reaction: [userId]}`, `{reaction: count}` or `[{reaction, count, users}]`.
fn reactions(value: Option<Value>) -> Vec<Reaction> {
    match value {
        Some(Value::Object(map)) => map
            .into_iter()
            .filter_map(|(reaction, who)| {
                let (users, count) = who_and_count(Some(who), None);
                (count > 0).then_some(Reaction {
                    reaction,
                    users,
                    count,
                })
            })
            .collect(),
        Some(Value::Array(list)) => list
            .into_iter()
            .filter_map(|value| {
                let mut fields = Taken::of("reaction", value).ok()?;
                let reaction = fields.lenient_text(&["reaction", "emoji"])?;
                let count = fields.lenient_number(&["count", "reactionCount"]);
                let (users, count) = who_and_count(fields.any(&["users", "userIds"]), count);
                (count > 0).then_some(Reaction {
                    reaction,
                    users,
                    count,
                })
            })
            .collect(),
        _ => Vec::new(),
    }
}

fn who_and_count(who: Option<Value>, count: Option<u64>) -> (Vec<String>, u32) {
    let count = count.or_else(|| who.as_ref().and_then(Value::as_u64));
    let users = people(who);
    let count = count.unwrap_or_default().max(users.len() as u64);
    (users, u32::try_from(count).unwrap_or(u32::MAX))
}

/// `{}`, `[userId]`, `[{userId|id}]` or `{userId: when}`.
fn people(value: Option<Value>) -> Vec<String> {
    match value {
        Some(Value::Array(list)) => list.into_iter().filter_map(person).collect(),
        Some(Value::Object(map)) => map.into_iter().map(|(id, _)| id).collect(),
        _ => Vec::new(),
    }
}

fn person(value: Value) -> Option<String> {
    match value {
        Value::Object(mut map) => {
            let id = ["userId", "id", "_id", "readerId"]
                .iter()
                .find_map(|name| map.remove(*name))?;
            text_of(id).ok()
        }
        other => text_of(other).ok(),
    }
}
