//! The timeline, told in splices, against what it should be: rules that hold after every change, and the server's
//! history when everything is quiet. Two people write, answer, change, delete and react at random while links are cut
//! and pages are loaded again.

#[path = "../tests/chat_sim/mod.rs"]
mod chat_sim;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use chat_sim::World;
use chat_sim::server::{EXACT, Flavour, PLAIN, SPLIT};
use engine::chat::api::*;
use proptest::prelude::*;
use serde_json::{Value, json};

const DAY: u64 = 86_400_000;
const GROUP: u64 = 300_000;
const ADA: usize = 0;
const BOB: usize = 1;

#[derive(Debug, Clone)]
enum Step {
    Send { who: usize, reply: bool },
    Edit { who: usize, pick: usize },
    Delete { who: usize, pick: usize, undo: bool },
    React { who: usize, pick: usize, with: usize },
    Read { pick: usize },
    Burst { count: usize },
    Again { pick: usize },
    Unreadable,
    Cut { who: usize },
    Offline { who: usize, on: bool },
    Reload { who: usize },
    Reopen { who: usize },
    Older { who: usize },
    Jump { who: usize, pick: usize },
    Live { who: usize },
    Run { millis: u64 },
}

fn steps(most: usize) -> impl Strategy<Value = Vec<Step>> {
    let who = 0..2usize;
    let pick = any::<usize>();
    let step = prop_oneof![
        8 => (who.clone(), any::<bool>()).prop_map(|(who, reply)| Step::Send { who, reply }),
        3 => (who.clone(), pick).prop_map(|(who, pick)| Step::Edit { who, pick }),
        2 => (who.clone(), pick, any::<bool>()).prop_map(|(who, pick, undo)| Step::Delete { who, pick, undo }),
        4 => (who.clone(), pick, 0..3usize).prop_map(|(who, pick, with)| Step::React { who, pick, with }),
        3 => pick.prop_map(|pick| Step::Read { pick }),
        2 => (1..90usize).prop_map(|count| Step::Burst { count }),
        1 => pick.prop_map(|pick| Step::Again { pick }),
        1 => Just(Step::Unreadable),
        1 => who.clone().prop_map(|who| Step::Cut { who }),
        1 => (who.clone(), any::<bool>()).prop_map(|(who, on)| Step::Offline { who, on }),
        1 => who.clone().prop_map(|who| Step::Reload { who }),
        1 => who.clone().prop_map(|who| Step::Reopen { who }),
        2 => who.clone().prop_map(|who| Step::Older { who }),
        1 => (who.clone(), pick).prop_map(|(who, pick)| Step::Jump { who, pick }),
        1 => who.prop_map(|who| Step::Live { who }),
        6 => prop_oneof![1..200u64, 200..8_000u64, 250_000..400_000u64, Just(DAY / 3)]
            .prop_map(|millis| Step::Run { millis }),
    ];
    prop::collection::vec(step, 1..most)
}

/// Two people on two devices in room `r`.
struct Play {
    world: World,
    written: u64,
    /// Keys of rows by text, since the room was last opened there.
    keys: [BTreeMap<String, RowKey>; 2],
}

impl Play {
    fn new(flavour: Flavour) -> Self {
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

    fn play(&mut self, step: &Step) {
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
                // A server that tells of a message twice.
                let list = &self.world.server.rooms["r"];
                if let Some(message) = pick
                    .checked_rem(list.len())
                    .and_then(|pick| list.get(pick))
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
    fn check(&mut self) -> Result<(), TestCaseError> {
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
    fn rest(&mut self) {
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

    /// At rest, the timeline is the end of what the server holds.
    fn compare(&self, flavour: Flavour) -> Result<(), TestCaseError> {
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
            for (row, message) in pairs {
                // What has no name yet cannot be told of, either.
                if told(message) && (row.id.is_some() || message["reactions"] == json!({})) {
                    prop_assert_eq!(
                        plain(row),
                        from_server(message, me),
                        "{}: {:?} for {:?}",
                        me,
                        texts,
                        held
                    );
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

/// Days, groups, keys and the rows that are no messages, by the rules of the contract between engine and screens.
fn well_formed(rows: &[Rc<Row>]) -> Result<(), TestCaseError> {
    let mut keys = BTreeSet::new();
    let mut ids = BTreeSet::new();
    let mut day = None;
    let mut group: Option<(UserId, Millis)> = None;
    let mut last_waiting = false;
    for (at, row) in rows.iter().enumerate() {
        prop_assert!(keys.insert(row.key), "two rows have the key {:?}", row.key);
        let next = rows.get(at + 1).map(|row| &row.kind);
        let is_message =
            |kind: Option<&RowKind>| matches!(kind, Some(RowKind::Message(_) | RowKind::Unreadable { .. }));
        match &row.kind {
            RowKind::Beginning | RowKind::Older(_) => prop_assert_eq!(at, 0),
            RowKind::Gap(_) => {
                prop_assert!(at > 0);
                group = None;
            }
            RowKind::Day { day: this, time } => {
                prop_assert_eq!(u64::try_from(*this).unwrap_or_default(), time / DAY);
                prop_assert!(day != Some(*this), "the day {} is said twice", this);
                prop_assert!(
                    is_message(next) || matches!(next, Some(RowKind::Unread)),
                    "a day of nothing"
                );
                day = Some(*this);
                group = None;
            }
            RowKind::Unread => {
                prop_assert!(is_message(next), "nothing is unread");
                group = None;
            }
            RowKind::Unreadable { why } => {
                prop_assert!(!why.is_empty());
                group = None;
            }
            RowKind::Message(message) => {
                prop_assert_eq!(
                    day.map(|day| u64::try_from(day).unwrap_or_default()),
                    Some(message.time / DAY),
                    "the day of {:?}",
                    message.content
                );
                let head = group.as_ref().is_none_or(|(sender, time)| {
                    *sender != message.sender || time.abs_diff(message.time) >= GROUP
                });
                prop_assert_eq!(message.head, head, "the head of {:?}", message.content);
                group = Some((message.sender.clone(), message.time));
                if let Some(id) = &message.id {
                    prop_assert!(ids.insert(id.clone()), "{} is shown twice", id);
                }
                // One that is stored and has no name yet may wait with its edit.
                let waiting = matches!(message.delivery, Delivery::Waiting | Delivery::Failed(_))
                    && message.id.is_none()
                    && message.edited.is_none();
                prop_assert!(
                    message.id.is_none() || !last_waiting,
                    "{:?} is behind what waits",
                    message.content
                );
                last_waiting = waiting;
            }
        }
    }
    Ok(())
}

fn whole(flavour: Flavour, steps: &[Step]) -> Result<(), TestCaseError> {
    let mut play = Play::new(flavour);
    for step in steps {
        play.play(step);
        play.check()?;
    }
    play.rest();
    play.check()?;
    play.compare(flavour)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, max_shrink_iters: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_timeline_is_what_the_server_holds_exact(steps in steps(60)) {
        whole(EXACT, &steps)?;
    }

    #[test]
    fn the_timeline_is_what_the_server_holds_plain(steps in steps(40)) {
        whole(PLAIN, &steps)?;
    }

}

/// One person in a room that holds so many messages, all read.
fn ada(flavour: Flavour, messages: usize) -> World {
    let mut world = World::new(flavour, 1);
    world.server.rooms.insert("r".into(), Vec::new());
    for index in 0..messages {
        world.post("r", "bob", &index.to_string());
    }
    let device = world.device();
    let tab = world.tab(device, "ada");
    world.run(1_000);
    world.open(tab, "r");
    world.run(5_000);
    world
}

/// The splices told since.
fn told(world: &mut World) -> Vec<(usize, usize, usize)> {
    std::mem::take(&mut world.tabs[ADA].events)
        .into_iter()
        .filter_map(|event| match event {
            ChatEvent::Timeline(TimelineChange::Splice { at, remove, insert }) => {
                Some((at, remove, insert.len()))
            }
            ChatEvent::Timeline(TimelineChange::Reset { rows, .. }) => Some((0, usize::MAX, rows.len())),
            _ => None,
        })
        .collect()
}

#[test]
fn a_reaction_tells_one_row_and_a_hundred_messages_one_splice() {
    let mut world = ada(EXACT, 40);
    let end = world.tabs[ADA].rows.len();
    told(&mut world);
    let row = world.tabs[ADA].row_of("20");
    let at = world.tabs[ADA].rows.iter().position(|known| known.key == row);
    world.command(
        ADA,
        ChatCommand::React {
            row,
            reaction: "👍".into(),
        },
    );
    world.run(2_000);
    let reacted = told(&mut world);
    assert!(!reacted.is_empty());
    assert!(
        reacted
            .iter()
            .all(|splice| Some(splice.0) == at && splice.1 == 1 && splice.2 == 1),
        "{reacted:?}"
    );
    let messages: Vec<Value> = (0..100)
        .map(|index| {
            let data = json!({ "id": format!("b{index}"), "roomId": "r", "senderId": "bob", "senderName": "Bob",
                "content": "x", "attachments": [], "timestamp": 1_700_000_000_000u64 + world.now, "seq": 41 + index });
            json!({ "event": "new-message", "data": data, "timestamp": 1 })
        })
        .collect();
    world.say(
        ADA,
        "batched-messages",
        &json!({ "messages": messages, "count": 100, "timestamp": 1 }),
    );
    world.run(1_000);
    assert_eq!(told(&mut world), [(end, 0, 100)]);
}

#[test]
fn new_messages_never_land_in_the_middle_of_the_past() {
    let mut world = ada(EXACT, 900);
    let old = world.server.rooms["r"][100]["id"]
        .as_str()
        .map(Rc::from)
        .expect("an id");
    world.command(ADA, ChatCommand::JumpTo(old));
    world.run(3_000);
    let anchor = world.tabs[ADA].anchor;
    assert_eq!(anchor, Some(Anchor::Highlight(world.tabs[ADA].row_of("100"))));
    let gap = |world: &World| {
        world.tabs[ADA]
            .rows
            .iter()
            .position(|row| matches!(row.kind, RowKind::Gap(_)))
    };
    let texts = world.tabs[ADA].texts();
    assert!(texts.contains(&"899".to_owned()), "the live tail is still there");
    let before = gap(&world).expect("what lies between is said to be missing");
    world.post("r", "bob", "new");
    world.run(1_000);
    assert_eq!(gap(&world), Some(before));
    assert_eq!(world.tabs[ADA].texts().last().map(String::as_str), Some("new"));
    // On and on, and the window meets the tail.
    for _ in 0..40 {
        if gap(&world).is_none() {
            break;
        }
        world.command(ADA, ChatCommand::LoadNewer);
        world.run(2_000);
    }
    assert_eq!(gap(&world), None);
    let numbers: Vec<u32> = world.tabs[ADA]
        .texts()
        .iter()
        .filter_map(|text| text.parse().ok())
        .collect();
    assert!(
        numbers.contains(&100) && numbers.windows(2).all(|pair| pair[0] + 1 == pair[1]),
        "{numbers:?}"
    );
}

#[test]
fn older_pages_come_above_and_move_nothing_else() {
    for flavour in [EXACT, SPLIT] {
        let mut world = ada(flavour, 400);
        told(&mut world);
        let before: Vec<RowKey> = world.tabs[ADA].rows.iter().skip(2).map(|row| row.key).collect();
        for _ in 0..10 {
            world.command(ADA, ChatCommand::LoadOlder);
            world.run(2_000);
        }
        let after: Vec<RowKey> = world.tabs[ADA].rows.iter().map(|row| row.key).collect();
        assert!(after.ends_with(&before), "{flavour:?}");
        if flavour.exact {
            assert_eq!(world.tabs[ADA].messages().len(), 400);
            assert_eq!(
                world.tabs[ADA].rows.first().map(|row| &row.kind),
                Some(&RowKind::Beginning)
            );
        } else {
            assert_eq!(world.tabs[ADA].messages().len(), 50);
            assert!(
                matches!(
                    world.tabs[ADA].rows.first().map(|row| &row.kind),
                    Some(RowKind::Older(Fetching::Impossible(_)))
                ),
                "{:?}",
                world.tabs[ADA].rows.first()
            );
        }
    }
}

#[test]
fn the_live_tail_stays_small_for_who_is_at_its_end() {
    let mut world = ada(EXACT, 0);
    for index in 0..6_000 {
        world.post("r", "bob", &index.to_string());
        if index % 20 == 0 {
            world.run(20);
            if let Some(last) = world.tabs[ADA].rows.last().map(|row| row.key) {
                world.command(ADA, ChatCommand::Seen(last));
            }
        }
    }
    world.run(5_000);
    assert!(
        world.tabs[ADA].rows.len() < 2_800,
        "{} rows",
        world.tabs[ADA].rows.len()
    );
    assert_eq!(world.tabs[ADA].texts().last().map(String::as_str), Some("5999"));
}
