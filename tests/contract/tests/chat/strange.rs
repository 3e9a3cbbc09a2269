//! What servers say that is wrong, strange or hostile.

use std::io;
use std::rc::Rc;
use std::time::Duration;

use contract::{ChatClient, ChatServer, Flavour};
use engine::chat::api::{ChatCommand, ChatEvent, RowKind};
use serde_json::{Value, json};

use crate::scene::{Outcome, Scene};

/// What a server says that is wrong, strange or hostile.
#[tokio::test]
async fn what_cannot_be_read_is_a_line_and_nothing_else_breaks() -> Outcome {
    let mut scene = Scene::new(Flavour::Plain {
        echo: true,
        split: false,
        recovery: false,
    })
    .await?;
    let room = Value::from(&*scene.room);
    let huge = "x".repeat(1_000_000);
    let nameless = json!({ "id": 991, "roomId": room, "senderId": 5, "content": "from nobody known", "timestamp": "2026-11-21T12:00:00.000Z" });
    for (event, data) in [
        (
            "new-message",
            json!({ "id": "bad", "roomId": room, "senderId": "u" }),
        ),
        ("new-message", json!("not even an object")),
        ("new-message", nameless),
        (
            "new-message",
            json!({ "id": "huge", "roomId": room, "senderId": "u", "content": huge }),
        ),
        (
            "new-message",
            json!({ "id": "odd", "roomId": room, "senderId": "u", "senderName": "<img src=x onerror=alert(1)>\u{202e}", "content": "odd",
                "reactions": [{ "reaction": "a", "users": {} }], "readBy": 7, "attachments": { "0": 1 }, "replyTo": [] }),
        ),
        ("brand-new-event", json!([[[[]]]])),
        (
            "message-edited",
            json!({ "messageId": "nowhere", "roomId": room, "newContent": "x" }),
        ),
        ("message-deleted", json!(null)),
        ("typing-update", json!({ "userId": {}, "roomId": room })),
        (
            "presence-update",
            json!({ "userId": "u", "status": "levitating" }),
        ),
        (
            "batched-messages",
            json!({ "messages": [
                { "event": "new-message", "data": { "id": "b1", "roomId": room, "senderId": "u", "content": "batched" } },
                { "event": "message-reaction-updated", "data": { "messageId": "b1", "roomId": room, "reaction": "👍", "userId": "u", "hasReacted": true } },
                { "event": "new-message", "data": 5 }, null,
                { "event": "user-typing", "data": { "userId": "u", "roomId": room } }
            ] }),
        ),
        ("room-joined", json!({ "room": [] })),
        ("error", json!({})),
    ] {
        scene
            .server
            .hook("say", &json!({ "event": event, "data": data }))
            .await?;
    }
    let [ada, _] = &mut scene.group.0;
    ada.send("and on it goes");
    scene
        .until_texts(&["and on it goes", "from nobody known", "odd", "batched", &huge])
        .await?;
    for client in &scene.group.0 {
        let unreadable = client
            .rows
            .iter()
            .filter(|row| matches!(row.kind, RowKind::Unreadable { .. }))
            .count();
        assert!(unreadable >= 1, "{:?}", client.texts().len());
        let told = client
            .events
            .iter()
            .filter(|event| matches!(event, ChatEvent::Trouble(_)))
            .count();
        assert!(told >= 5, "{told}");
        let reactions = client.find("batched").map(|(_, message)| message.reactions.len());
        assert_eq!(reactions, Some(1));
    }
    Ok(())
}

/// Every shape that servers of this vocabulary send messages in, over batches, with pages of history.
#[tokio::test]
async fn odd_shapes_and_batches_are_the_same_conversation() -> Outcome {
    let flavour = Flavour::Plain {
        echo: true,
        split: true,
        recovery: false,
    };
    for shapes in [
        &[
            "--reactions",
            "empty",
            "--read-by",
            "empty",
            "--numeric-ids",
            "--iso",
        ][..],
        &["--reactions", "array", "--no-names", "--batch", "50"][..],
        &["--reactions", "map", "--batch", "20", "--numeric-ids", "--rest"][..],
    ] {
        let off = [
            "--messages-per-minute",
            "0",
            "--joins-per-minute",
            "0",
            "--connections-per-hour",
            "0",
        ];
        let options: Vec<&str> = off.iter().chain(shapes).copied().collect();
        let mut scene = Scene::on(ChatServer::start_with(flavour, &options).await?).await?;
        let [ada, bob] = &mut scene.group.0;
        ada.send("one");
        bob.send("two");
        scene.until_texts(&["one", "two"]).await?;
        let [_, bob] = &mut scene.group.0;
        let row = bob
            .find("one")
            .map(|(row, _)| row)
            .ok_or_else(|| io::Error::other("no row"))?;
        bob.command(ChatCommand::React {
            row,
            reaction: Rc::from("👍"),
        });
        let reacted = |client: &ChatClient| {
            client
                .find("one")
                .is_some_and(|(_, message)| message.reactions.len() == 1)
        };
        scene
            .group
            .until("the reaction", |clients| clients.iter().all(reacted))
            .await?;
        scene.until_sent().await?;
        scene.group.run_for(Duration::from_millis(200)).await;
        for client in &scene.group.0 {
            assert_eq!(client.texts().len(), 4, "{shapes:?} {:?}", client.texts());
        }
    }
    Ok(())
}
