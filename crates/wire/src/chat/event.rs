//! What a chat server tells its clients.

use serde_json::Value;

use super::message::{Message, Unreadable, message, messages};
use super::read::{Taken, text_of};
use super::rest::{Room, room};
use crate::lenient::{DecodeError, expected};

/// Batches inside of batches are read this deep.
const DEPTH: u8 = 2;

/// What a server tells a client (contract 5 without the dashboard, and the additions).
#[derive(Debug, Clone, PartialEq)]
pub enum ServerEvent {
    /// `chat-hello` (an addition): what this server can do.
    Hello(Hello),
    /// `room-joined` or `room-history`: the last messages of a room.
    History {
        /// The room.
        room: String,
        /// Its name, in `room-joined`.
        name: Option<String>,
        /// How many are in it, in `room-joined`.
        members: Option<u32>,
        /// Each message for itself, oldest first.
        messages: Vec<Result<Message, Unreadable>>,
        /// The event was `room-joined`: the server confirms that we are in.
        joined: bool,
    },
    /// `new-message`.
    NewMessage(Box<Result<Message, Unreadable>>),
    /// `message-edited`.
    Edited {
        /// The room, where the event says it.
        room: Option<String>,
        /// The message.
        message: String,
        /// What it says now.
        content: String,
        /// When.
        at: Option<u64>,
    },
    /// `message-deleted`.
    Deleted {
        /// The room, where the event says it.
        room: Option<String>,
        /// The message.
        message: String,
        /// By whom.
        by: Option<String>,
    },
    /// `message-reaction-updated`.
    Reacted {
        /// The room, where the event says it.
        room: Option<String>,
        /// The message.
        message: String,
        /// The reaction.
        reaction: String,
        /// Who put it or took it back.
        user: String,
        /// It is there now.
        has: bool,
        /// How many have it now.
        count: Option<u32>,
    },
    /// `message-read`: somebody has read a message of ours.
    Read {
        /// The room, where the event says it.
        room: Option<String>,
        /// The message.
        message: String,
        /// Who.
        reader: String,
        /// When.
        at: Option<u64>,
    },
    /// `user-joined` (`true`) or `user-left`.
    Member {
        /// The room; without one it is about the server as a whole.
        room: Option<String>,
        /// Who.
        user: String,
        /// Their name.
        name: Option<String>,
        /// Their picture.
        avatar: Option<String>,
        /// They came.
        joined: bool,
    },
    /// `user-typing`, `user-stopped-typing`, `typing-update`.
    Typing(Typing),
    /// `presence-update`, `status-change`, `status-update`, `custom-status-change`.
    Presence(PresenceNews),
    /// `error`: something was refused, and nothing says what but maybe a request id.
    Error {
        /// The server's words.
        message: String,
        /// The request, where it had an id.
        request: Option<String>,
    },
    /// `ping`: to be answered by `pong` with the same value.
    Ping(Value),
    /// `notification`: somebody mentioned us.
    Mentioned {
        /// Who, by name or id.
        from: String,
        /// The text.
        message: String,
        /// Where.
        room: Option<String>,
        /// When.
        at: Option<u64>,
    },
    /// `room-added`, `room-updated` (additions): a room of ours, as it is now.
    Room(Box<Room>),
    /// `room-removed` (an addition): no room of ours any more.
    RoomRemoved(String),
}

/// What a server with the additions says of itself.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Hello {
    /// Who we are to it.
    pub user: Option<String>,
    /// Its clock, milliseconds since the epoch.
    pub server_time: Option<u64>,
    /// It takes client ids.
    pub client_ids: bool,
    /// It answers with acks.
    pub acks: bool,
    /// It searches.
    pub search: bool,
    /// It lists and makes rooms.
    pub rooms: bool,
    /// It has direct conversations.
    pub direct: bool,
    /// It takes attachments.
    pub attachments: bool,
    /// It hides what a person wants hidden.
    pub privacy: bool,
    /// It tells under which id of contract 1 a person can be called.
    pub calls: bool,
    /// The longest message in bytes.
    pub message_bytes: Option<u64>,
    /// The largest attachment in bytes.
    pub attachment_bytes: Option<u64>,
    /// Messages a minute.
    pub messages_per_minute: Option<u64>,
}

/// Somebody types, or has stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Typing {
    /// Where.
    pub room: String,
    /// Who.
    pub user: String,
    /// Their name.
    pub name: Option<String>,
    /// They type now.
    pub typing: bool,
}

/// News of how somebody is there. What an event does not say is `None`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PresenceNews {
    /// Who.
    pub user: String,
    /// `online`, `away`, `offline`, and whatever else servers say.
    pub status: Option<String>,
    /// The status text; empty: cleared.
    pub message: Option<String>,
    /// Its emoji; empty: cleared.
    pub emoji: Option<String>,
    /// When the text ends.
    pub until: Option<u64>,
    /// When it happened.
    pub at: Option<u64>,
}

/// Reads one event into what it holds: one thing, or, of `batched-messages`, each in its order. Unknown events hold
/// nothing. What cannot be read is an error in its place; the others of its batch are read all the same.
pub fn decode(name: &str, args: Vec<Value>, out: &mut Vec<Result<ServerEvent, DecodeError>>) {
    decode_within(name, args.into_iter().next().unwrap_or(Value::Null), DEPTH, out);
}

fn decode_within(name: &str, value: Value, depth: u8, out: &mut Vec<Result<ServerEvent, DecodeError>>) {
    if name == "batched-messages" {
        batch(value, depth, out);
        return;
    }
    match one(name, value) {
        Ok(Some(event)) => out.push(Ok(event)),
        Ok(None) => {}
        Err(why) => out.push(Err(why)),
    }
}

fn batch(value: Value, depth: u8, out: &mut Vec<Result<ServerEvent, DecodeError>>) {
    const NAME: &str = "batched-messages";
    let Some(depth) = depth.checked_sub(1) else {
        out.push(Err(DecodeError::new(NAME, "messages", "is nested too deep")));
        return;
    };
    let list = match value {
        Value::Array(list) => list,
        other => match Taken::of(NAME, other) {
            Ok(mut fields) => match fields.any(&["messages"]) {
                Some(Value::Array(list)) => list,
                other => {
                    let got = other.unwrap_or(Value::Null);
                    out.push(Err(DecodeError::new(NAME, "messages", &expected("a list", &got))));
                    return;
                }
            },
            Err(why) => {
                out.push(Err(why));
                return;
            }
        },
    };
    for (index, entry) in list.into_iter().enumerate() {
        let entry = Taken::of(NAME, entry).and_then(|mut fields| {
            let event = fields.text(&["event"])?;
            Ok((event, fields.any(&["data"]).unwrap_or(Value::Null)))
        });
        match entry {
            Ok((event, data)) => decode_within(&event, data, depth, out),
            Err(mut why) => {
                let dot = if why.field.is_empty() { "" } else { "." };
                why.field = format!("messages[{index}]{dot}{}", why.field);
                out.push(Err(why));
            }
        }
    }
}

fn one(name: &str, value: Value) -> Result<Option<ServerEvent>, DecodeError> {
    Ok(Some(match name {
        "new-message" => ServerEvent::NewMessage(Box::new(message(name, value))),
        "room-joined" | "room-history" => history(name, value)?,
        "message-edited" => {
            let mut fields = Taken::of(name, value)?;
            ServerEvent::Edited {
                room: fields.lenient_text(&["roomId"]),
                message: fields.text(&["messageId", "id"])?,
                content: fields.text(&["newContent", "content"])?,
                at: fields.time(&["editedAt"]).or_else(|| fields.time(&["timestamp"])),
            }
        }
        "message-deleted" => {
            let mut fields = Taken::of(name, value)?;
            ServerEvent::Deleted {
                room: fields.lenient_text(&["roomId"]),
                message: fields.text(&["messageId", "id"])?,
                by: fields.lenient_text(&["deletedBy"]),
            }
        }
        "message-reaction-updated" => {
            let mut fields = Taken::of(name, value)?;
            ServerEvent::Reacted {
                room: fields.lenient_text(&["roomId"]),
                message: fields.text(&["messageId", "id"])?,
                reaction: fields.text(&["reaction"])?,
                user: fields.text(&["userId"])?,
                has: fields
                    .lenient_bool(&["hasReacted"])
                    .ok_or_else(|| fields.error(&["hasReacted"], "is missing"))?,
                count: fields
                    .lenient_number(&["reactionCount", "count"])
                    .map(|count| u32::try_from(count).unwrap_or(u32::MAX)),
            }
        }
        "message-read" => {
            let mut fields = Taken::of(name, value)?;
            ServerEvent::Read {
                room: fields.lenient_text(&["roomId"]),
                message: fields.text(&["messageId", "id"])?,
                reader: fields.text(&["readerId", "userId"])?,
                at: fields.time(&["timestamp"]),
            }
        }
        "user-joined" | "user-left" => {
            let mut fields = Taken::of(name, value)?;
            ServerEvent::Member {
                room: fields.lenient_text(&["roomId"]),
                user: fields.text(&["userId", "id"])?,
                name: fields.lenient_text(&["username", "name"]),
                avatar: fields.lenient_text(&["avatar"]),
                joined: name == "user-joined",
            }
        }
        "user-typing" | "user-stopped-typing" | "typing-update" => {
            let mut fields = Taken::of(name, value)?;
            ServerEvent::Typing(Typing {
                room: fields.text(&["roomId"])?,
                user: fields.text(&["userId"])?,
                name: fields.lenient_text(&["username", "name"]),
                typing: match name {
                    "user-typing" => true,
                    "user-stopped-typing" => false,
                    _ => fields
                        .lenient_bool(&["isTyping"])
                        .ok_or_else(|| fields.error(&["isTyping"], "is missing"))?,
                },
            })
        }
        "presence-update" | "status-change" | "status-update" | "custom-status-change" => {
            presence(name, value)?
        }
        "error" => error(value),
        "ping" => ServerEvent::Ping(value),
        "notification" => {
            let mut fields = Taken::of(name, value)?;
            if fields
                .lenient_text(&["type"])
                .is_some_and(|of| of != "chat-mention")
            {
                return Ok(None);
            }
            ServerEvent::Mentioned {
                from: match fields.any(&["from"]) {
                    Some(Value::Object(mut from)) => ["username", "name", "userId", "id"]
                        .iter()
                        .find_map(|name| text_of(from.remove(*name)?).ok()),
                    Some(other) => text_of(other).ok(),
                    None => None,
                }
                .ok_or_else(|| fields.error(&["from"], "is missing"))?,
                message: fields.lenient_text(&["message"]).unwrap_or_default(),
                room: fields.lenient_text(&["roomId"]),
                at: fields.time(&["timestamp"]),
            }
        }
        "chat-hello" => hello(name, value)?,
        "room-added" | "room-updated" => {
            let mut fields = Taken::of(name, value)?;
            let value = fields
                .any(&["room"])
                .ok_or_else(|| fields.error(&["room"], "is missing"))?;
            ServerEvent::Room(Box::new(room(name, value)?))
        }
        "room-removed" => ServerEvent::RoomRemoved(match value {
            Value::Object(_) => Taken::of(name, value)?.text(&["roomId"])?,
            other => {
                text_of(other).map_err(|other| DecodeError::new(name, "", &expected("a text", &other)))?
            }
        }),
        _ => return Ok(None),
    }))
}

fn history(name: &str, value: Value) -> Result<ServerEvent, DecodeError> {
    let mut fields = Taken::of(name, value)?;
    let list = fields.list(&["messages"]);
    let (room, title, members) = match fields.any(&["room"]) {
        Some(Value::Object(room)) => {
            let mut room = Taken::of(name, Value::Object(room))?;
            let members = room.lenient_number(&["memberCount"]);
            (
                room.text(&["id", "roomId", "_id"])?,
                room.lenient_text(&["name"]),
                members.map(|count| u32::try_from(count).unwrap_or(u32::MAX)),
            )
        }
        Some(other) => match text_of(other) {
            Ok(id) => (id, None, None),
            Err(other) => return Err(DecodeError::new(name, "room", &expected("an object", &other))),
        },
        None => (fields.text(&["roomId"])?, None, None),
    };
    Ok(ServerEvent::History {
        room,
        name: title,
        members,
        messages: messages(name, list),
        joined: name == "room-joined",
    })
}

fn presence(name: &str, value: Value) -> Result<ServerEvent, DecodeError> {
    let mut fields = Taken::of(name, value)?;
    let custom = name == "custom-status-change";
    let news = PresenceNews {
        user: fields.text(&["userId", "id"])?,
        status: if custom {
            None
        } else {
            fields.lenient_text(&["status"])
        },
        message: fields.lenient_text(if custom {
            &["customStatus", "message"]
        } else {
            &["message", "customStatus"]
        }),
        emoji: fields.lenient_text(&["emoji"]),
        until: fields.time(&["until", "expiresAt"]),
        at: fields.time(&["timestamp"]),
    };
    if news.status.is_none() && news.message.is_none() && news.emoji.is_none() {
        return Err(fields.error(&[if custom { "customStatus" } else { "status" }], "is missing"));
    }
    Ok(ServerEvent::Presence(news))
}

/// Some servers send the words alone.
fn error(value: Value) -> ServerEvent {
    let (message, request) = match value {
        Value::Object(mut map) => {
            let request = map.remove("requestId").and_then(|id| text_of(id).ok());
            let message = map.remove("message").or_else(|| map.remove("error"));
            (message.and_then(|message| text_of(message).ok()), request)
        }
        other => (text_of(other).ok(), None),
    };
    ServerEvent::Error {
        message: message.unwrap_or_default(),
        request,
    }
}

fn hello(name: &str, value: Value) -> Result<ServerEvent, DecodeError> {
    let mut fields = Taken::of(name, value)?;
    let mut hello = Hello {
        user: fields.lenient_text(&["userId"]),
        server_time: fields.time(&["serverTime"]),
        ..Hello::default()
    };
    for (field, name) in [
        (&mut hello.client_ids, "clientIds"),
        (&mut hello.acks, "acks"),
        (&mut hello.search, "search"),
        (&mut hello.rooms, "rooms"),
        (&mut hello.direct, "direct"),
        (&mut hello.attachments, "attachments"),
        (&mut hello.privacy, "privacy"),
        (&mut hello.calls, "calls"),
    ] {
        *field = fields.lenient_bool(&[name]).unwrap_or_default();
    }
    if let Some(limits @ Value::Object(_)) = fields.any(&["limits"]) {
        let mut limits = Taken::of(name, limits)?;
        hello.message_bytes = limits.lenient_number(&["messageBytes"]);
        hello.attachment_bytes = limits.lenient_number(&["attachmentBytes"]);
        hello.messages_per_minute = limits.lenient_number(&["messagesPerMinute"]);
    }
    Ok(ServerEvent::Hello(hello))
}
