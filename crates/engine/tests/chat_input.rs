//! What bad servers send: nothing panics, nothing is executed, what cannot be read is a line that says so.

mod chat_sim;

use chat_sim::ada;
use chat_sim::server::PLAIN;
use engine::chat::api::*;
use engine::io::{SocketId, SocketInput};
use serde_json::{Value, json};

fn message(id: Value) -> Value {
    json!({ "id": id, "roomId": "r", "senderId": "bob", "content": "x", "timestamp": 1_700_000_005_000u64 })
}

#[test]
fn a_message_without_a_senders_name_shows_the_id() {
    let mut world = ada(PLAIN);
    world.say(0, "new-message", &message(json!("m1")));
    world.run(1_000);
    assert_eq!(&*world.tabs[0].messages()[0].name, "bob");
}

#[test]
fn ids_may_be_numbers() {
    let mut world = ada(PLAIN);
    let mut odd = message(json!(17));
    odd["senderId"] = json!(4);
    world.say(0, "new-message", &odd);
    world.say(0, "new-message", &odd);
    world.run(1_000);
    let messages = world.tabs[0].messages();
    assert_eq!(messages.len(), 1, "the same one twice is one");
    assert_eq!(messages[0].id.as_deref(), Some("17"));
    assert_eq!(&*messages[0].sender, "4");
}

#[test]
fn reactions_and_readers_come_in_every_shape() {
    let mut world = ada(PLAIN);
    let shapes = [
        (json!({}), 0),
        (json!({ "👍": ["ada", "bob"] }), 2),
        (json!([{ "reaction": "👍", "count": 3, "users": ["bob"] }]), 3),
        (json!(null), 0),
        (json!("nonsense"), 0),
        (json!([1, null, { "reaction": [] }]), 0),
    ];
    for (index, (reactions, count)) in shapes.iter().enumerate() {
        let mut odd = message(json!(format!("m{index}")));
        odd["reactions"] = reactions.clone();
        odd["readBy"] = [json!({}), json!(["bob"]), json!(7)][index % 3].clone();
        world.say(0, "new-message", &odd);
        world.run(100);
        let messages = world.tabs[0].messages();
        let shown = messages.last().map(|message| {
            message
                .reactions
                .iter()
                .map(|reaction| reaction.count)
                .sum::<u32>()
        });
        assert_eq!(shown, Some(*count), "{reactions}");
    }
}

#[test]
fn a_message_that_cannot_be_read_is_a_line_that_says_so() {
    let mut world = ada(PLAIN);
    world.say(
        0,
        "new-message",
        &json!({ "id": "m1", "roomId": "r", "senderId": "bob", "content": { "no": 1 } }),
    );
    world.run(1_000);
    let line = world.tabs[0].rows.iter().find_map(|row| match &row.kind {
        RowKind::Unreadable { why } => Some(why.to_string()),
        _ => None,
    });
    assert!(
        line.is_some_and(|why| why.contains("content")),
        "{:?}",
        world.tabs[0].rows
    );
}

#[test]
fn a_mixed_batch_is_taken_in_order() {
    let mut world = ada(PLAIN);
    let batch = json!({ "messages": [
        { "event": "new-message", "data": message(json!("m1")), "timestamp": 1 },
        { "event": "message-edited", "data": { "messageId": "m1", "roomId": "r", "newContent": "y", "editedAt": 5 }, "timestamp": 1 },
        { "event": "nobody-knows-this", "data": 7 },
        { "event": 9 },
        17,
        { "event": "new-message", "data": message(json!("m2")), "timestamp": 1 },
        { "event": "user-typing", "data": { "userId": "bob", "roomId": "r" } },
    ], "count": 7, "timestamp": 1 });
    world.say(0, "batched-messages", &batch);
    world.run(1_000);
    assert_eq!(world.tabs[0].texts(), ["y", "x"]);
    assert_eq!(world.tabs[0].open.as_ref().map(|open| open.typing.len()), Some(1));
}

#[test]
fn a_megabyte_is_a_message() {
    let mut world = ada(PLAIN);
    let mut long = message(json!("m1"));
    long["content"] = json!("<img src=x onerror=alert(1)>".repeat(40_000));
    world.say(0, "new-message", &long);
    world.run(1_000);
    assert_eq!(world.tabs[0].texts()[0].len(), 1_120_000);
    let excerpt = world.tabs[0]
        .room("r")
        .and_then(|room| room.last.clone())
        .expect("in the list");
    assert!(excerpt.text.len() < 1_000);
}

#[test]
fn nothing_that_comes_panics() {
    let odd = [
        json!(null),
        json!(7),
        json!("text"),
        json!([]),
        json!({}),
        json!([[[[]]]]),
        json!({ "roomId": "r" }),
        json!({ "roomId": "r", "messageId": "nobody" }),
        json!({ "roomId": 3, "messageId": {} }),
        json!({ "room": { "id": "r" }, "messages": "none" }),
        json!({ "roomId": "r", "messages": [1, null, {}, { "id": "z" }] }),
        json!({ "id": "m", "roomId": "r", "senderId": "ada", "content": "\u{202e}", "timestamp": -5, "replyTo": { "id": [] } }),
        json!({ "userId": "bob", "status": "\u{0}", "timestamp": 1e300 }),
        json!({ "message": "Rate limit exceeded. Try again in 99999999999999999999 seconds" }),
        json!({ "data": { "rooms": {} } }),
        json!({ "id": "m9", "roomId": "other", "senderId": "", "content": "" }),
    ];
    let events = [
        "room-joined",
        "room-history",
        "user-joined",
        "user-left",
        "new-message",
        "message-edited",
        "message-deleted",
        "message-reaction-updated",
        "message-read",
        "user-typing",
        "user-stopped-typing",
        "batched-messages",
        "error",
        "ping",
        "notification",
        "presence-update",
        "status-change",
        "status-update",
        "custom-status-change",
        "typing-update",
        "chat-hello",
        "room-added",
        "room-updated",
        "room-removed",
        "__proto__",
    ];
    for event in events {
        let mut world = ada(PLAIN);
        let second = world.tab(0, "ada");
        world.open(second, "r");
        world.send(0, "mine");
        for data in &odd {
            world.say(0, event, data);
            world.run(50);
        }
        world.run(10_000);
    }
}

#[test]
fn records_of_others_on_the_disk_and_words_of_other_tabs_do_no_harm() {
    let mut world = ada(PLAIN);
    let texts = [
        "",
        "null",
        "[]",
        "{}",
        "[1,2,3]",
        "{\"log\":\"{\\\"runs\\\":[[5,1,true],[1,4294967295,false]]}\"}",
        "{\"do\":\"send\"}",
        "\u{0}",
    ];
    for text in texts {
        let words = [
            TabWord::State(text.into()),
            TabWord::Note(text.into()),
            TabWord::Wish(WishId("x".into()), Some(text.into())),
            TabWord::Heard {
                event: "new-message".into(),
                args: text.into(),
            },
            TabWord::Wish(WishId("x".into()), None),
        ];
        for word in words {
            world.input(0, ChatInput::Tab(word));
        }
        world.input(
            0,
            ChatInput::Store(StoreInput::Blocks {
                read: 99,
                blocks: vec![(1, text.into())],
            }),
        );
        world.input(
            0,
            ChatInput::Socket(SocketId(999), SocketInput::Text(text.into())),
        );
        let held = Held {
            rooms: vec![("r".into(), text.into()), ("s".into(), text.into())],
            wishes: vec![(WishId("y".into()), text.into())],
            meta: vec![
                ("me".into(), text.into()),
                ("draft/r".into(), text.into()),
                ("server".into(), text.into()),
            ],
        };
        world.input(0, ChatInput::Pass(None));
        world.sign_in(0, "token-of-ada");
        world.input(0, ChatInput::Store(StoreInput::Opened(Box::new(held))));
        world.open(0, "s");
        world.run(5_000);
    }
}
