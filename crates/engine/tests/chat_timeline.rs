//! The timeline as it is told, named by symptom.

mod chat_sim;

use std::rc::Rc;

use chat_sim::World;
use chat_sim::server::{EXACT, Flavour, SPLIT};
use engine::chat::api::*;
use serde_json::{Value, json};

const ADA: usize = 0;

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
