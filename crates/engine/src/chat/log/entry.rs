//! One message as it is held: in memory, and as a line of a block.

use std::rc::Rc;

use serde::Serialize;
use serde_json::{Value, json};
use wire::chat as wire_chat;

use super::super::api::{AttachmentView, MessageId, Millis, RowKey, UserId, WishId};
use super::RowCache;

/// A message in memory.
#[derive(Debug)]
pub(in super::super) struct Entry {
    pub(in super::super) key: RowKey,
    pub(in super::super) message: Message,
    /// Its row as it was last made.
    pub(in super::super) row: RowCache,
}

impl Entry {
    pub(in super::super) fn new(key: RowKey, message: Message) -> Self {
        Self {
            key,
            message,
            row: RowCache::default(),
        }
    }
}

/// A message.
#[derive(Debug, Clone, PartialEq, Default)]
pub(in super::super) struct Message {
    pub(in super::super) id: Option<MessageId>,
    /// The wish it came from, for own ones of this device.
    pub(in super::super) wish: Option<WishId>,
    pub(in super::super) sender: UserId,
    pub(in super::super) name: Option<Rc<str>>,
    pub(in super::super) avatar: Option<Rc<str>>,
    pub(in super::super) time: Millis,
    pub(in super::super) content: Rc<str>,
    pub(in super::super) reply_to: Option<MessageId>,
    pub(in super::super) attachments: Vec<AttachmentView>,
    pub(in super::super) seq: Option<u64>,
    pub(in super::super) edited: Option<Millis>,
    pub(in super::super) deleted: bool,
    pub(in super::super) reactions: Vec<Reaction>,
    pub(in super::super) read_by: Vec<UserId>,
    /// Whom it mentions, where the server says it.
    pub(in super::super) mentions: Option<Vec<UserId>>,
    /// It could not be read, and why.
    pub(in super::super) unreadable: Option<Rc<str>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Reaction {
    pub(in super::super) reaction: Rc<str>,
    pub(in super::super) users: Vec<UserId>,
    pub(in super::super) count: u32,
}

/// A message of the wire; `base` completes relative addresses.
pub(in super::super) fn message_of(message: wire_chat::Message, now: Millis, base: &str) -> Message {
    let text = |text: String| Rc::<str>::from(text);
    let time = message.timestamp.unwrap_or(now);
    Message {
        id: Some(text(message.id)),
        wish: message.client_id.map(|id| WishId(Rc::from(id))),
        sender: text(message.sender_id),
        name: message.sender_name.map(text),
        avatar: message.sender_avatar.map(text),
        time,
        content: text(message.content),
        reply_to: message.reply_to.map(text),
        attachments: message
            .attachments
            .into_iter()
            .filter_map(|attachment| attachment_of(attachment, base))
            .collect(),
        seq: message.seq,
        edited: message.edited.then(|| message.edited_at.unwrap_or(time)),
        deleted: message.deleted,
        reactions: message
            .reactions
            .into_iter()
            .map(|reaction| Reaction {
                reaction: text(reaction.reaction),
                users: reaction.users.into_iter().map(text).collect(),
                count: reaction.count,
            })
            .collect(),
        read_by: message.read_by.into_iter().map(text).collect(),
        mentions: message
            .mentions
            .map(|mentions| mentions.into_iter().map(text).collect()),
        unreadable: None,
    }
}

/// An attachment as a server described it when it was uploaded.
pub(in super::super) fn attachment_value(value: &Value, base: &str) -> Option<AttachmentView> {
    let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    let pixels = |name: &str| {
        let number = value.get(name)?.as_u64()?;
        u32::try_from(number).ok()
    };
    let attachment = wire_chat::Attachment {
        url: text("url")?,
        name: text("name"),
        mime: text("type"),
        size: value.get("size").and_then(Value::as_u64),
        width: pixels("width"),
        height: pixels("height"),
    };
    attachment_of(attachment, base)
}

/// Only http(s) addresses are shown; relative ones stand below the server.
pub(in super::super) fn attachment_of(
    attachment: wire_chat::Attachment,
    base: &str,
) -> Option<AttachmentView> {
    let url = attachment.url;
    let lower = url.to_ascii_lowercase();
    let absolute = if lower.starts_with("https://") || lower.starts_with("http://") {
        url
    } else if url.starts_with('/') && !url.starts_with("//") {
        [base, &url].concat()
    } else if lower.contains(':') || url.starts_with("//") {
        return None;
    } else {
        [base, "/", &url].concat()
    };
    let name = attachment
        .name
        .unwrap_or_else(|| absolute.rsplit('/').next().unwrap_or_default().to_owned());
    Some(AttachmentView {
        url: Rc::from(absolute),
        name: Rc::from(name),
        mime: Rc::from(attachment.mime.unwrap_or_default()),
        size: attachment.size,
        pixels: attachment.width.zip(attachment.height),
    })
}

pub(super) fn read_block(text: &str, keys: &mut dyn FnMut() -> RowKey) -> Vec<Entry> {
    text.lines()
        .filter_map(read_line)
        .map(|message| Entry::new(keys(), message))
        .collect()
}

/// What a line says beside id, sender, time and text.
#[derive(Serialize)]
struct Rest<'a> {
    #[serde(rename = "w", skip_serializing_if = "Option::is_none")]
    wish: Option<&'a str>,
    #[serde(rename = "n", skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(rename = "v", skip_serializing_if = "Option::is_none")]
    avatar: Option<&'a str>,
    #[serde(rename = "r", skip_serializing_if = "Option::is_none")]
    reply_to: Option<&'a str>,
    #[serde(rename = "s", skip_serializing_if = "Option::is_none")]
    seq: Option<u64>,
    #[serde(rename = "e", skip_serializing_if = "Option::is_none")]
    edited: Option<Millis>,
    #[serde(rename = "d", skip_serializing_if = "Option::is_none")]
    deleted: Option<bool>,
    #[serde(rename = "u", skip_serializing_if = "Option::is_none")]
    unreadable: Option<&'a str>,
    #[serde(rename = "m", skip_serializing_if = "Option::is_none")]
    mentions: Option<Vec<&'a str>>,
    #[serde(rename = "b", skip_serializing_if = "Vec::is_empty")]
    read_by: Vec<&'a str>,
    #[serde(rename = "a", skip_serializing_if = "Vec::is_empty")]
    attachments: Vec<Value>,
    #[serde(rename = "x", skip_serializing_if = "Vec::is_empty")]
    reactions: Vec<Value>,
}

/// Adds the line of a message to a block as stored: a line a message.
pub(super) fn push_line(block: &mut String, message: &Message) {
    fn list(users: &[UserId]) -> Vec<&str> {
        users.iter().map(|user| &**user).collect()
    }
    let attachment = |a: &AttachmentView| json!([&*a.url, &*a.name, &*a.mime, a.size, a.pixels]);
    let reaction = |r: &Reaction| json!([&*r.reaction, r.count, list(&r.users)]);
    let rest = Rest {
        wish: message.wish.as_ref().map(|wish| &*wish.0),
        name: message.name.as_deref(),
        avatar: message.avatar.as_deref(),
        reply_to: message.reply_to.as_deref(),
        seq: message.seq,
        edited: message.edited,
        deleted: message.deleted.then_some(true),
        unreadable: message.unreadable.as_deref(),
        mentions: message.mentions.as_deref().map(list),
        read_by: list(&message.read_by),
        attachments: message.attachments.iter().map(attachment).collect(),
        reactions: message.reactions.iter().map(reaction).collect(),
    };
    let (id, sender, content) = (message.id.as_deref(), &*message.sender, &*message.content);
    // Texts and numbers: there is nothing that could fail.
    let line = serde_json::to_string(&(id, sender, message.time, content, rest)).unwrap_or_default();
    block.push_str(&line);
    block.push('\n');
}

fn read_line(line: &str) -> Option<Message> {
    let value: Value = serde_json::from_str(line).ok()?;
    let text = |value: &Value| value.as_str().map(Rc::<str>::from);
    let users = |value: &Value| -> Vec<UserId> {
        let list = value.as_array().map(Vec::as_slice).unwrap_or_default();
        list.iter().filter_map(text).collect()
    };
    let rest = value.get(4)?;
    let of = |name: &str| rest.get(name);
    Some(Message {
        id: text(value.get(0)?),
        wish: of("w").and_then(text).map(WishId),
        sender: text(value.get(1)?)?,
        name: of("n").and_then(text),
        avatar: of("v").and_then(text),
        time: value.get(2)?.as_u64()?,
        content: text(value.get(3)?)?,
        reply_to: of("r").and_then(text),
        attachments: of("a")
            .and_then(Value::as_array)
            .map(|list| list.iter().filter_map(read_attachment).collect())
            .unwrap_or_default(),
        seq: of("s").and_then(Value::as_u64),
        edited: of("e").and_then(Value::as_u64),
        deleted: of("d").and_then(Value::as_bool).unwrap_or_default(),
        reactions: of("x")
            .and_then(Value::as_array)
            .map(|list| {
                let reaction = |value: &Value| {
                    Some(Reaction {
                        reaction: text(value.get(0)?)?,
                        count: u32::try_from(value.get(1)?.as_u64()?).ok()?,
                        users: users(value.get(2)?),
                    })
                };
                list.iter().filter_map(reaction).collect()
            })
            .unwrap_or_default(),
        read_by: of("b").map(users).unwrap_or_default(),
        mentions: of("m").map(users),
        unreadable: of("u").and_then(text),
    })
}

fn read_attachment(value: &Value) -> Option<AttachmentView> {
    let text = |index: usize| value.get(index).and_then(Value::as_str).map(Rc::<str>::from);
    let pixel = |index: usize| {
        let number = value.get(4)?.get(index)?.as_u64()?;
        u32::try_from(number).ok()
    };
    Some(AttachmentView {
        url: text(0)?,
        name: text(1)?,
        mime: text(2)?,
        size: value.get(3).and_then(Value::as_u64),
        pixels: pixel(0).zip(pixel(1)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_survives_the_disk() {
        let message = Message {
            id: Some(Rc::from("m1")),
            wish: Some(WishId(Rc::from("1-a"))),
            sender: Rc::from("u"),
            name: Some(Rc::from("Ada \u{202e}\"x\"")),
            avatar: Some(Rc::from("https://x/y")),
            time: 17,
            content: Rc::from("two\nlines <b>"),
            reply_to: Some(Rc::from("m0")),
            attachments: vec![AttachmentView {
                url: Rc::from("https://x/a"),
                name: Rc::from("a"),
                mime: Rc::from(""),
                size: Some(3),
                pixels: Some((4, 5)),
            }],
            seq: Some(9),
            edited: Some(18),
            deleted: true,
            reactions: vec![Reaction {
                reaction: Rc::from("👍"),
                users: vec![Rc::from("u2")],
                count: 2,
            }],
            read_by: vec![Rc::from("u3")],
            mentions: Some(Vec::new()),
            unreadable: None,
        };
        let plain = Message {
            sender: Rc::from("u"),
            ..Message::default()
        };
        let mut next = 0;
        let mut keys = || {
            next += 1;
            RowKey(next)
        };
        let entries = [message, plain].map(|message| Entry::new(keys(), message));
        let mut text = String::new();
        for entry in &entries {
            push_line(&mut text, &entry.message);
        }
        let read = read_block(&text, &mut keys);
        assert_eq!(read.len(), 2);
        for (before, after) in entries.iter().zip(&read) {
            assert_eq!(before.message, after.message);
        }
        assert!(read_block("nonsense\n[1]\n[]\n\n", &mut keys).is_empty());
    }

    #[test]
    fn only_addresses_of_the_web_are_kept() {
        let of = |url: &str| {
            let attachment = wire_chat::Attachment {
                url: url.to_owned(),
                ..wire_chat::Attachment::default()
            };
            attachment_of(attachment, "https://server").map(|view| view.url.to_string())
        };
        assert_eq!(of("/a/b").as_deref(), Some("https://server/a/b"));
        assert_eq!(of("HTTPS://x/y").as_deref(), Some("HTTPS://x/y"));
        for bad in ["javascript:alert(1)", "data:text/html,x", "//evil/x", "blob:x"] {
            assert_eq!(of(bad), None, "{bad}");
        }
    }
}
