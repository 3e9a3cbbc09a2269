//! Two people who write, answer, change, delete and react.

use std::collections::BTreeMap;
use std::rc::Rc;

use engine::chat::api::*;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::chat_sim::World;
use crate::chat_sim::server::Flavour;
use crate::rules::well_formed;
use crate::steps::Step;
use crate::{ADA, BOB};

/// Two people on two devices in room `r`.
pub(crate) struct Play {
    pub(crate) world: World,
    written: u64,
    /// Keys of rows by text, since the room was last opened there.
    keys: [BTreeMap<String, RowKey>; 2],
}

impl Play {
    pub(crate) fn new(flavour: Flavour) -> Self {
        let mut world = World::new(flavour, 5);
        world.server.rooms.insert("r".into(), Vec::new());
        for user in ["ada", "bob"] {
            let device = world.device();
            world.tab(device, user);
        }
        world.run(1_000);
        world.open(ADA, "r");
        world.open(BOB, "r");
        world.run(1_000);
        Self {
            world,
            written: 0,
            keys: Default::default(),
        }
    }

    fn text(&mut self) -> String {
        self.written += 1;
        format!("text {}", self.written)
    }

    /// A message on the screen of somebody that suits.
    fn pick(
        &self,
        who: usize,
        pick: usize,
        suits: impl Fn(&MessageRow) -> bool,
    ) -> Option<(RowKey, MessageRow)> {
        let all: Vec<(RowKey, &MessageRow)> = self.world.tabs[who]
            .rows
            .iter()
            .filter_map(|row| match &row.kind {
                RowKind::Message(message) if suits(message) => Some((row.key, &**message)),
                _ => None,
            })
            .collect();
        let (key, message) = all.get(pick.checked_rem(all.len())?)?;
        Some((*key, (*message).clone()))
    }

    pub(crate) fn play(&mut self, step: &Step) {
        match *step {
            Step::Send { who, reply } => {
                let content = self.text();
                let reply_to = reply
                    .then(|| {
                        self.pick(who, content.len() * 7, |message| message.id.is_some())?
                            .1
                            .id
                    })
                    .flatten();
                let draft = Draft {
                    content,
                    reply_to,
                    attachments: Vec::new(),
                };
                self.world.command(who, ChatCommand::Send(draft));
            }
            Step::Edit { who, pick } => {
                let content = self.text();
                if let Some((row, _)) = self.pick(who, pick, |message| message.may_edit) {
                    self.keys[who].clear();
                    self.world.command(who, ChatCommand::Edit { row, content });
                }
            }
            Step::Delete { who, pick, undo } => {
                if let Some((row, _)) =
                    self.pick(who, pick, |message| message.may_delete && message.id.is_some())
                {
                    self.world.command(who, ChatCommand::Delete(row));
                    if undo {
                        self.world.run(1_000);
                        self.world.command(who, ChatCommand::UndoDelete(row));
                    }
                }
            }
            Step::React { who, pick, with } => {
                if let Some((row, _)) =
                    self.pick(who, pick, |message| message.id.is_some() && !message.deleted)
                {
                    let reaction = Rc::from(["👍", "🎉", "x"][with]);
                    self.world.command(who, ChatCommand::React { row, reaction });
                }
            }
            Step::Read { pick } => self.read(pick),
            Step::Burst { count } => {
                for _ in 0..count {
                    let text = self.text();
                    self.world.post("r", "cai", &text);
                }
            }
            Step::Again { pick } => {
                // A server that tells of a message twice; a young one cannot be told from one of a clock behind.
                let list = &self.world.server.rooms["r"];
                let time = |message: &Value| message["timestamp"].as_u64().unwrap_or_default();
                let old = time(list.last().unwrap_or(&Value::Null)).saturating_sub(2_001);
                if let Some(message) = pick
                    .checked_rem(list.len())
                    .and_then(|pick| list.get(pick))
                    .filter(|message| time(message) < old)
                    .filter(|message| self.world.server.flavour.echo || message["senderId"] != "ada")
                    .cloned()
                {
                    self.world.say(ADA, "new-message", &message);
                }
            }
            Step::Unreadable => self.world.say(
                BOB,
                "new-message",
                &json!({ "id": "odd", "roomId": "r", "content": {} }),
            ),
            Step::Cut { who } => self.cut(who),
            Step::Offline { who, on } => {
                self.world.tabs[who].network = on;
                if !on {
                    self.cut(who);
                }
            }
            Step::Reload { who } => {
                // On disk by now: what was not, nobody promised.
                self.world.run(2_000);
                self.world.crash(who);
                self.world.reload(who, Some("r"));
                self.keys[who].clear();
            }
            Step::Reopen { who } => {
                self.world.command(who, ChatCommand::Close);
                self.world.tabs[who].rows.clear();
                self.world.open(who, "r");
                self.keys[who].clear();
            }
            Step::Older { who } => self.world.command(who, ChatCommand::LoadOlder),
            Step::Jump { who, pick } => {
                let list = &self.world.server.rooms["r"];
                let id = pick
                    .checked_rem(list.len())
                    .and_then(|pick| Some(Rc::from(list.get(pick)?["id"].as_str()?)));
                if let Some(id) = id {
                    self.keys[who].clear();
                    self.world.command(who, ChatCommand::JumpTo(id));
                }
            }
            Step::Live { who } => {
                self.keys[who].clear();
                self.world.command(who, ChatCommand::JumpToLive);
            }
            Step::Run { millis } => self.world.run(millis),
        }
    }

    /// The link is cut, and the page hears of it.
    fn cut(&mut self, who: usize) {
        self.world.cut(who);
        self.world.run(1);
    }

    /// Bob has read one of Ada's messages: her server says so.
    fn read(&mut self, pick: usize) {
        let now = self.world.now;
        let Some(list) = self.world.server.rooms.get_mut("r") else {
            return;
        };
        let own: Vec<usize> = (0..list.len())
            .filter(|at| list[*at]["senderId"] == "ada")
            .collect();
        let Some(at) = pick.checked_rem(own.len()).and_then(|pick| own.get(pick)) else {
            return;
        };
        let message = &mut list[*at];
        if let Some(readers) = message["readBy"].as_array_mut()
            && !readers.contains(&json!("bob"))
        {
            readers.push(json!("bob"));
        }
        let news = json!({ "messageId": message["id"], "roomId": "r", "readerId": "bob", "timestamp": now });
        self.world.say(ADA, "message-read", &news);
    }

    /// What holds at any time.
    pub(crate) fn check(&mut self) -> Result<(), TestCaseError> {
        for who in [ADA, BOB] {
            let rows = &self.world.tabs[who].rows;
            well_formed(rows)?;
            let texts: BTreeMap<String, RowKey> = rows
                .iter()
                .filter_map(|row| match &row.kind {
                    RowKind::Message(message) if !message.deleted => {
                        Some((message.content.to_string(), row.key))
                    }
                    _ => None,
                })
                .collect();
            // A message keeps its key when its echo gives it an id.
            for (text, key) in &texts {
                if let Some(before) = self.keys[who].get(text) {
                    prop_assert_eq!(before, key, "{} has another key now", text);
                }
            }
            self.keys[who] = texts;
        }
        Ok(())
    }

    /// Everything comes to rest.
    pub(crate) fn rest(&mut self) {
        for who in [ADA, BOB] {
            self.world.tabs[who].network = true;
            self.keys[who].clear();
        }
        self.world.run(400_000);
        for who in [ADA, BOB] {
            self.world.command(who, ChatCommand::JumpToLive);
        }
        self.world.run(100_000);
    }
}
