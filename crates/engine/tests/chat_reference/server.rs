//! What a timeline at rest should be: the end of what the server holds.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use engine::chat::api::*;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::chat_sim::server::Flavour;
use crate::play::Play;
use crate::{ADA, BOB};

impl Play {
    /// At rest, the timeline is the end of what the server holds.
    pub(crate) fn compare(&self, flavour: Flavour) -> Result<(), TestCaseError> {
        let list = &self.world.server.rooms["r"];
        for (who, me) in [(ADA, "ada"), (BOB, "bob")] {
            let tab = &self.world.tabs[who];
            let shown = of_the_end(&tab.rows);
            prop_assert!(
                shown.len() >= list.len().min(50),
                "{me}: {} of {} are shown",
                shown.len(),
                list.len()
            );
            prop_assert!(
                shown.len() <= list.len(),
                "{me}: {} of {} are shown",
                shown.len(),
                list.len()
            );
            let expected = &list[list.len() - shown.len()..];
            if std::env::var_os("CHAT_LOG").is_some() {
                let ids: Vec<_> = shown.iter().map(|m| m.id.as_deref().unwrap_or("-")).collect();
                println!("{me} shows {ids:?}");
                println!(
                    "{me} server {:?}",
                    expected.iter().map(|m| m["id"].as_str()).collect::<Vec<_>>()
                );
            }
            let texts: Vec<&str> = shown.iter().map(|message| &*message.content).collect();
            let held: Vec<&str> = expected
                .iter()
                .filter_map(|message| message["content"].as_str())
                .collect();
            let known: BTreeSet<&str> = shown.iter().filter_map(|message| message.id.as_deref()).collect();
            let bob_wrote = shown.iter().any(|message| &*message.sender == "bob");
            let read = |message: &&Value| message["senderId"] == me && message["readBy"] != json!([]);
            let last_read = list
                .iter()
                .rev()
                .find(read)
                .and_then(|message| message["id"].as_str());
            let mut pairs: Vec<(&MessageRow, &Value)> = shown.into_iter().zip(expected).collect();
            if !flavour.echo {
                // Nobody said where own ones are among those of others: order is kept per sender.
                let (mut rows, mut messages): (Vec<_>, Vec<_>) = pairs.into_iter().unzip();
                rows.sort_by_key(|row| row.sender.clone());
                messages.sort_by_key(|message| message["senderId"].to_string());
                pairs = rows.into_iter().zip(messages).collect();
            }
            // Nobody tells again what happened meanwhile to messages above the history that comes with a room.
            let told = |message: &Value| list.iter().rev().take(50).any(|known| known == message);
            let reactions_told = list
                .iter()
                .rev()
                .take(50)
                .any(|known| known["reactions"] != json!({}));
            for (row, message) in pairs {
                // What has no name yet cannot be told of, either.
                if told(message) && (row.id.is_some() || message["reactions"] == json!({})) {
                    let mut row_said = plain(row);
                    let said = from_server(message, me);
                    // `{}` may be a Map that JSON emptied.
                    if !flavour.exact && said.5.is_empty() && !reactions_told {
                        row_said.5.clear();
                    }
                    prop_assert_eq!(row_said, said, "{}: {:?} for {:?}", me, texts, held);
                    prop_assert_eq!(
                        row.edited.is_some(),
                        message["edited"] == true,
                        "{}: edited {:?}",
                        me,
                        row
                    );
                }
                if flavour.echo {
                    prop_assert_eq!(row.id.as_deref(), message["id"].as_str(), "{}", me);
                }
                prop_assert_eq!(&row.delivery, &Delivery::Sent);
                if let Some(reply) = &row.reply {
                    prop_assert_eq!(Some(&*reply.id), message["replyTo"].as_str());
                    if known.contains(&*reply.id) {
                        let target = list
                            .iter()
                            .find(|message| message["id"] == *reply.id)
                            .unwrap_or(&Value::Null);
                        if !told(target) {
                            continue;
                        }
                        prop_assert_eq!(
                            &*reply.excerpt,
                            target["content"].as_str().unwrap_or_default(),
                            "what {:?} answers",
                            row.id
                        );
                        prop_assert_eq!(reply.name.as_deref(), target["senderName"].as_str());
                    }
                }
                if last_read.is_some_and(|id| !list.iter().rev().take(50).any(|known| known["id"] == id)) {
                    // Nobody tells again who has read what is that old.
                    continue;
                }
                let seen = row.id.is_some() && row.id.as_deref() == last_read;
                let names: Vec<&str> = row.seen_by.iter().map(|name| &**name).collect();
                match (me, seen) {
                    // Bob's name is known here once he has written something.
                    ("ada", true) if bob_wrote => prop_assert_eq!(names, ["Name of bob"]),
                    ("ada", true) => {
                        prop_assert!(names == ["Name of bob"] || names == ["bob"], "{:?}", names)
                    }
                    // An earlier one may still show it until the room is opened again, where a history said that it moved on.
                    _ => {}
                }
            }
        }
        Ok(())
    }
}

/// What lies behind the last gap.
fn of_the_end(rows: &[Rc<Row>]) -> Vec<&MessageRow> {
    let mut out = Vec::new();
    for row in rows {
        match &row.kind {
            RowKind::Gap(_) => out.clear(),
            RowKind::Message(message) => out.push(&**message),
            _ => {}
        }
    }
    out
}

/// Sender, name, text, deleted, answered, reactions with count and whether one is own.
type Plain = (String, String, String, bool, bool, BTreeMap<String, (u32, bool)>);

fn plain(row: &MessageRow) -> Plain {
    let reactions = row
        .reactions
        .iter()
        .map(|known| (known.reaction.to_string(), (known.count, known.own)))
        .collect();
    let content = if row.deleted {
        String::new()
    } else {
        row.content.to_string()
    };
    (
        row.sender.to_string(),
        row.name.to_string(),
        content,
        row.deleted,
        row.reply.is_some(),
        if row.deleted { BTreeMap::new() } else { reactions },
    )
}

fn from_server(message: &Value, me: &str) -> Plain {
    let text = |name: &str| message[name].as_str().unwrap_or_default().to_owned();
    let deleted = message["deleted"] == true;
    let reactions = message["reactions"]
        .as_object()
        .into_iter()
        .flatten()
        .filter_map(|(reaction, users)| {
            let users = users.as_array()?;
            let count = u32::try_from(users.len()).ok()?;
            (count > 0).then(|| (reaction.clone(), (count, users.contains(&json!(me)))))
        })
        .collect();
    (
        text("senderId"),
        text("senderName"),
        text("content"),
        deleted,
        message["replyTo"].is_string(),
        if deleted { BTreeMap::new() } else { reactions },
    )
}
