//! One entry of the outbox: what a person wants a server to know, as it is kept on the device.

use std::rc::Rc;

use serde_json::{Map, Value, json};

use super::api::{MessageId, Millis, RoomId, UploadId, WishId};

/// What a person wants a server to know.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Wish {
    pub(super) id: WishId,
    pub(super) room: RoomId,
    /// When it was made, in this device's clock.
    pub(super) made: Millis,
    pub(super) what: What,
    /// It may have been with a server that knows no client ids: its history is looked through before it is sent again.
    pub(super) tried: bool,
    /// The server refused it, in these words.
    pub(super) failed: Option<Rc<str>>,
}

/// The kinds of wishes.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum What {
    /// A new message.
    Send {
        content: Rc<str>,
        reply_to: Option<MessageId>,
        /// As the server describes them.
        attachments: Vec<Value>,
        /// Not there yet, and their names.
        uploads: Vec<(UploadId, Rc<str>)>,
    },
    /// Another content of an own message.
    Edit { target: Target, content: Rc<str> },
    /// A deletion, sent when its time to be undone is over.
    Delete { target: Target, not_before: Millis },
    /// A reaction set or taken back.
    React {
        target: Target,
        reaction: Rc<str>,
        on: bool,
    },
    /// Everything up to this message was seen.
    Read { message: MessageId },
}

/// Which message a wish is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Target {
    /// One the server has named.
    Message(MessageId),
    /// An own one whose name is not known yet.
    Wish(WishId),
}

impl What {
    /// The message that it is about, for all but new ones and read marks.
    pub(super) fn target(&self) -> Option<&Target> {
        match self {
            Self::Edit { target, .. } | Self::Delete { target, .. } | Self::React { target, .. } => {
                Some(target)
            }
            Self::Send { .. } | Self::Read { .. } => None,
        }
    }

    pub(super) fn target_mut(&mut self) -> Option<&mut Target> {
        match self {
            Self::Edit { target, .. } | Self::Delete { target, .. } | Self::React { target, .. } => {
                Some(target)
            }
            Self::Send { .. } | Self::Read { .. } => None,
        }
    }

    /// It changes a message that is there.
    pub(super) fn is_change(&self) -> bool {
        self.target().is_some()
    }

    pub(super) fn is_send(&self) -> bool {
        matches!(self, Self::Send { .. })
    }
}

impl Wish {
    /// As stored, and as told to other tabs.
    pub(super) fn record(&self) -> String {
        let mut map = Map::new();
        let mut put = |name: &str, value: Value| map.insert(name.to_owned(), value);
        put("room", json!(&*self.room));
        put("made", json!(self.made));
        if self.tried {
            put("tried", json!(true));
        }
        if let Some(reason) = &self.failed {
            put("failed", json!(&**reason));
        }
        if let Some(target) = self.what.target() {
            match target {
                Target::Message(id) => put("message", json!(&**id)),
                Target::Wish(wish) => put("wish", json!(&*wish.0)),
            };
        }
        match &self.what {
            What::Send {
                content,
                reply_to,
                attachments,
                uploads,
            } => {
                put("do", json!("send"));
                put("content", json!(&**content));
                if let Some(id) = reply_to {
                    put("replyTo", json!(&**id));
                }
                if !attachments.is_empty() {
                    put("attachments", Value::Array(attachments.clone()));
                }
                if !uploads.is_empty() {
                    let uploads = uploads.iter().map(|(id, name)| json!([id.0, &**name]));
                    put("uploads", Value::Array(uploads.collect()));
                }
            }
            What::Edit { content, .. } => {
                put("do", json!("edit"));
                put("content", json!(&**content));
            }
            What::Delete { not_before, .. } => {
                put("do", json!("delete"));
                put("notBefore", json!(not_before));
            }
            What::React { reaction, on, .. } => {
                put("do", json!("react"));
                put("reaction", json!(&**reaction));
                put("on", json!(on));
            }
            What::Read { message } => {
                put("do", json!("read"));
                put("message", json!(&**message));
            }
        }
        Value::Object(map).to_string()
    }

    /// The event it is on the wire; `exact`: with what servers with client ids take besides.
    pub(super) fn words(&self, exact: bool) -> Option<(&'static str, Value)> {
        let room = &*self.room;
        let target = |target: &Target| match target {
            Target::Message(id) => Some(Rc::clone(id)),
            Target::Wish(_) => None,
        };
        Some(match &self.what {
            What::Send {
                content,
                reply_to,
                attachments,
                ..
            } => {
                let mut args = json!({ "roomId": room, "content": &**content });
                if let Some(id) = reply_to {
                    args["replyTo"] = json!(&**id);
                }
                if !attachments.is_empty() {
                    args["attachments"] = Value::Array(attachments.clone());
                }
                if exact {
                    args["clientId"] = json!(&*self.id.0);
                }
                ("send-message", args)
            }
            What::Edit {
                target: message,
                content,
            } => {
                let id = target(message)?;
                (
                    "edit-message",
                    json!({ "messageId": &*id, "roomId": room, "newContent": &**content }),
                )
            }
            What::Delete { target: message, .. } => {
                let id = target(message)?;
                ("delete-message", json!({ "messageId": &*id, "roomId": room }))
            }
            What::React {
                target: message,
                reaction,
                on,
            } => {
                let id = target(message)?;
                let mut args = json!({ "messageId": &*id, "roomId": room, "reaction": &**reaction });
                if exact {
                    args["on"] = json!(on);
                }
                ("react-to-message", args)
            }
            What::Read { message } => ("read-receipt", json!({ "messageId": &**message, "roomId": room })),
        })
    }

    /// Reads a record; `None` when it is none of ours.
    pub(super) fn read(id: &WishId, record: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(record).ok()?;
        let text = |name: &str| value.get(name).and_then(Value::as_str).map(Rc::<str>::from);
        let flag = |name: &str| value.get(name).and_then(Value::as_bool).unwrap_or_default();
        let number = |name: &str| value.get(name).and_then(Value::as_u64);
        let target = || {
            text("message")
                .map(Target::Message)
                .or_else(|| Some(Target::Wish(WishId(text("wish")?))))
        };
        let what = match value.get("do")?.as_str()? {
            "send" => What::Send {
                content: text("content")?,
                reply_to: text("replyTo"),
                attachments: value
                    .get("attachments")
                    .and_then(Value::as_array)
                    .cloned()
                    .unwrap_or_default(),
                uploads: value
                    .get("uploads")
                    .and_then(Value::as_array)
                    .map(|list| list.iter().filter_map(upload).collect())
                    .unwrap_or_default(),
            },
            "edit" => What::Edit {
                target: target()?,
                content: text("content")?,
            },
            "delete" => What::Delete {
                target: target()?,
                not_before: number("notBefore").unwrap_or_default(),
            },
            "react" => What::React {
                target: target()?,
                reaction: text("reaction")?,
                on: flag("on"),
            },
            "read" => What::Read {
                message: text("message")?,
            },
            _ => return None,
        };
        Some(Self {
            id: id.clone(),
            room: text("room")?,
            made: number("made")?,
            what,
            tried: flag("tried"),
            failed: text("failed"),
        })
    }
}

fn upload(value: &Value) -> Option<(UploadId, Rc<str>)> {
    let id = value.get(0)?.as_u64()?;
    let name = value.get(1)?.as_str()?;
    Some((UploadId(u32::try_from(id).ok()?), Rc::from(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_survives_the_disk() {
        let id = WishId(Rc::from("0000000000001-00000000000000aa"));
        let target = Target::Message(Rc::from("m1"));
        let kinds = [
            What::Send {
                content: Rc::from("he\"llo\n"),
                reply_to: Some(Rc::from("m0")),
                attachments: vec![json!({ "url": "https://x/y" })],
                uploads: vec![(UploadId(3), Rc::from("a.png"))],
            },
            What::Edit {
                target: Target::Wish(id.clone()),
                content: Rc::from("x"),
            },
            What::Delete {
                target: target.clone(),
                not_before: 17,
            },
            What::React {
                target,
                reaction: Rc::from("👍"),
                on: false,
            },
            What::Read {
                message: Rc::from("m9"),
            },
        ];
        for (index, what) in kinds.into_iter().enumerate() {
            let wish = Wish {
                id: id.clone(),
                room: Rc::from("r"),
                made: 12,
                what,
                tried: index % 2 == 0,
                failed: (index > 2).then(|| Rc::from("no")),
            };
            assert_eq!(Wish::read(&id, &wish.record()), Some(wish));
        }
        for bad in [
            "",
            "[]",
            "{}",
            r#"{"do":"send"}"#,
            r#"{"do":7,"room":"r","made":1}"#,
        ] {
            assert_eq!(Wish::read(&id, bad), None, "{bad}");
        }
    }
}
