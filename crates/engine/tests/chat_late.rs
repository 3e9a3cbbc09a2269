//! Chat: what comes later than it should, or before what it needs.

mod chat_sim;

use chat_sim::server::{EXACT, Flavour, PLAIN, SILENT, SPLIT};
use chat_sim::{World, ada, expected};
use engine::chat::api::*;
use serde_json::json;

#[test]
fn a_refusal_that_comes_after_its_proof_loses_nothing() {
    for flavour in [PLAIN, SILENT, SPLIT] {
        let mut world = ada(Flavour { limit: 3, ..flavour });
        world.server.late_errors = true;
        let texts = ["1", "2", "3", "4", "5", "6", "7"];
        for text in texts {
            world.send(0, text);
        }
        world.run(400_000);
        assert_eq!(world.server.contents("r"), expected(&texts), "{flavour:?}");
        assert_eq!(world.tabs[0].texts(), texts, "{flavour:?}");
    }
}

#[test]
fn a_message_that_is_refused_after_its_proof_is_the_one_that_failed() {
    for flavour in [PLAIN, SILENT, SPLIT] {
        let mut world = ada(flavour);
        world.server.late_errors = true;
        world.server.rude.extend(["bad".to_owned(), "worse".to_owned()]);
        for text in ["fine", "bad", "worse", "good", "better"] {
            world.send(0, text);
        }
        world.run(100_000);
        assert_eq!(
            world.server.contents("r"),
            expected(&["fine", "good", "better"]),
            "{flavour:?}"
        );
        let failed = world.tabs[0]
            .rows
            .iter()
            .filter(|row| format!("{row:?}").contains("Too rude"))
            .count();
        assert_eq!(failed, 2, "{flavour:?}");
    }
}

#[test]
fn who_was_first_heard_of_by_presence_gets_a_name_with_a_message() {
    let mut world = ada(PLAIN);
    world.say(
        0,
        "presence-update",
        &json!({ "userId": "bob", "status": "online" }),
    );
    world.run(100);
    world.post("r", "bob", "hello");
    world.run(100);
    world.say(0, "typing-start", &json!({ "roomId": "r", "userId": "bob" }));
    world.say(
        0,
        "user-typing",
        &json!({ "roomId": "r", "userId": "bob", "isTyping": true }),
    );
    world.run(100);
    let open = format!("{:?}", world.tabs[0].open);
    assert!(open.contains("Name of bob"), "{open}");
}

#[test]
fn a_history_moves_who_has_seen_to_the_later_message() {
    for flavour in [PLAIN, SPLIT, EXACT] {
        let mut world = ada(flavour);
        world.send(0, "one");
        world.run(1_000);
        // More than a history holds.
        for number in 0..60 {
            world.post("r", "carl", &number.to_string());
        }
        world.send(0, "two");
        world.run(5_000);
        let ids: Vec<String> = world.server.rooms["r"]
            .iter()
            .filter_map(|message| message["id"].as_str().map(str::to_owned))
            .collect();
        let receipt = json!({ "messageId": ids[0], "roomId": "r", "userId": "bob" });
        world.say(0, "message-read", &receipt);
        world.run(100);
        let seen = |world: &World| -> Vec<usize> {
            let message = |row: &std::rc::Rc<Row>| match &row.kind {
                RowKind::Message(message) if ["one", "two"].contains(&&*message.content) => {
                    Some(message.seen_by.len())
                }
                _ => None,
            };
            world.tabs[0].rows.iter().filter_map(message).collect()
        };
        assert_eq!(seen(&world), [1, 0], "{flavour:?}");
        world.cut(0);
        if let Some(list) = world.server.rooms.get_mut("r") {
            for message in list {
                message["readBy"] = json!(["bob"]);
            }
        }
        world.run(20_000);
        assert_eq!(seen(&world), [0, 1], "{flavour:?}");
    }
}

#[test]
fn a_connect_confirms_nothing_on_servers_with_acks() {
    let mut world = ada(EXACT);
    world.send(0, "one");
    world.send(0, "two");
    world.run(3);
    world.cut(0);
    world.run(19);
    for number in 0..50 {
        world.post("r", "carl", &number.to_string());
    }
    world.run(30_000);
    let own = world.tabs[0].messages();
    let unnamed = own.iter().filter(|message| message.id.is_none()).count();
    assert_eq!(unnamed, 0, "the server named them in its acks");
}

#[test]
fn an_old_message_told_again_is_not_at_the_end() {
    for flavour in [PLAIN, SPLIT] {
        let mut world = World::new(flavour, 1);
        world.server.rooms.insert("r".into(), Vec::new());
        for number in 0..120 {
            world.post("r", "carl", &number.to_string());
            world.run(1_000);
        }
        let device = world.device();
        let tab = world.tab(device, "ada");
        world.run(1_000);
        world.open(tab, "r");
        world.run(1_000);
        let before = world.tabs[0].texts();
        let list = world.server.rooms["r"].clone();
        for old in [&list[10], &list[100]] {
            world.say(0, "new-message", old);
            world.run(5_000);
            assert_eq!(world.tabs[0].texts(), before, "{flavour:?}");
        }
        // Before its history, too.
        world.cut(0);
        for number in 120..200 {
            world.post("r", "carl", &number.to_string());
        }
        while !world.tabs[0].connected() {
            world.run(1);
        }
        world.say(0, "new-message", &list[11]);
        world.run(20_000);
        let texts = world.tabs[0].texts();
        assert_eq!(texts.last().map(String::as_str), Some("199"), "{flavour:?}");
        assert!(!texts.contains(&"11".to_owned()), "{flavour:?}");
    }
}

#[test]
fn a_reaction_taken_back_while_away_is_gone_where_the_server_tells_of_any() {
    let mut world = ada(PLAIN);
    for text in ["one", "two"] {
        world.post("r", "carl", text);
    }
    world.run(1_000);
    let set = |world: &mut World, at: usize, reactions: serde_json::Value| {
        if let Some(list) = world.server.rooms.get_mut("r") {
            list[at]["reactions"] = reactions;
        }
    };
    set(&mut world, 0, json!({ "x": ["carl"] }));
    set(&mut world, 1, json!({ "x": ["carl"] }));
    world.cut(0);
    world.run(20_000);
    let count = |world: &World| -> Vec<usize> {
        let messages = world.tabs[0].messages();
        messages.iter().map(|message| message.reactions.len()).collect()
    };
    assert_eq!(count(&world), [1, 1]);
    set(&mut world, 0, json!({}));
    world.cut(0);
    world.run(20_000);
    assert_eq!(count(&world), [0, 1]);
}

/// Ada's device holds 900 messages; she was away while the one at `at` was changed.
fn back_after_a_change(at: usize) -> World {
    let mut world = ada(EXACT);
    for number in 0..900 {
        world.post("r", "carl", &number.to_string());
        world.run(1);
    }
    world.run(5_000);
    world.crash(0);
    if let Some(list) = world.server.rooms.get_mut("r") {
        list[at]["content"] = json!("changed");
        list[at]["edited"] = json!(true);
    }
    world.reload(0, Some("r"));
    world.run(5_000);
    world
}

#[test]
fn what_was_changed_while_away_is_picked_up_where_one_scrolls() {
    let mut world = back_after_a_change(100);
    for _ in 0..6 {
        world.command(0, ChatCommand::LoadOlder);
        world.run(3_000);
    }
    let texts = world.tabs[0].texts();
    assert!(texts.contains(&"99".to_owned()));
    assert!(texts.contains(&"changed".to_owned()) && !texts.contains(&"100".to_owned()));
}

#[test]
fn what_was_changed_while_away_is_picked_up_where_one_jumps() {
    let mut world = back_after_a_change(100);
    let id = world.server.rooms["r"][101]["id"].as_str().map(std::rc::Rc::from);
    world.command(0, ChatCommand::JumpTo(id.expect("an id")));
    world.run(5_000);
    let texts = world.tabs[0].texts();
    assert!(texts.contains(&"101".to_owned()));
    assert!(texts.contains(&"changed".to_owned()) && !texts.contains(&"100".to_owned()));
}

#[test]
fn a_new_message_of_a_clock_far_behind_is_shown_where_everything_is_held() {
    for flavour in [PLAIN, SPLIT] {
        let mut world = ada(flavour);
        world.post("r", "carl", "first");
        world.run(1_000);
        let late = json!({ "id": "odd", "roomId": "r", "senderId": "carl", "content": "late", "timestamp": 1_600_000_000_000u64 });
        world.say(0, "new-message", &late);
        world.run(20_000);
        assert_eq!(world.tabs[0].texts(), ["first", "late"], "{flavour:?}");
        world.cut(0);
        world.run(20_000);
        assert_eq!(world.tabs[0].texts().len(), 2, "{flavour:?}");
    }
}
