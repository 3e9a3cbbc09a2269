//! The list of conversations, named by symptom.

mod chat_sim;

use chat_sim::server::{EXACT, Flavour, PLAIN, SILENT, SPLIT};
use chat_sim::{World, ada};
use engine::chat::api::*;
use serde_json::json;

const FLAVOURS: [Flavour; 4] = [PLAIN, SILENT, SPLIT, EXACT];

/// Long enough for a deletion that can be undone, and for the list to follow.
const A_WHILE: u64 = 30_000;

/// What the list says of room `r`: by whom (`None`: oneself) and what.
fn line(world: &World) -> (Option<String>, String) {
    let room = world.tabs[0].room("r").expect("a room");
    let last = room.last.as_ref().expect("a last message");
    (last.from.as_deref().map(str::to_owned), last.text.to_string())
}

fn own(text: &str) -> (Option<String>, String) {
    (None, text.to_owned())
}

fn of_bob(text: &str) -> (Option<String>, String) {
    (Some("Name of bob".to_owned()), text.to_owned())
}

/// How often the list was told.
fn tellings(world: &World) -> usize {
    let told = |event: &&ChatEvent| matches!(event, ChatEvent::Rooms(_));
    world.tabs[0].events.iter().filter(told).count()
}

#[test]
fn the_list_says_what_this_person_wrote_changed_and_deleted() {
    for flavour in FLAVOURS {
        let mut world = ada(flavour);
        world.send(0, "**first** thing");
        world.run(A_WHILE);
        assert_eq!(line(&world), own("first thing"), "{flavour:?}");
        let row = world.tabs[0].row_of("**first** thing");
        let content = "`second` thing".to_owned();
        world.command(0, ChatCommand::Edit { row, content });
        world.run(A_WHILE);
        assert_eq!(line(&world), own("second thing"), "{flavour:?}: edited");
        let row = world.tabs[0].row_of("`second` thing");
        world.command(0, ChatCommand::Delete(row));
        world.run(A_WHILE);
        assert_eq!(line(&world), own(""), "{flavour:?}: deleted");
    }
}

#[test]
fn the_list_says_what_this_person_did_where_no_server_tells_of_it() {
    for flavour in [PLAIN, SILENT, EXACT] {
        let mut world = ada(flavour);
        world.server.tells_changes = false;
        world.post("r", "bob", "before");
        world.run(1_000);
        world.send(0, "_mine_");
        world.run(A_WHILE);
        assert_eq!(line(&world), own("mine"), "{flavour:?}");
        let row = world.tabs[0].row_of("_mine_");
        let content = "__still__ mine".to_owned();
        world.command(0, ChatCommand::Edit { row, content });
        world.run(A_WHILE);
        assert_eq!(line(&world), own("still mine"), "{flavour:?}: edited");
        let row = world.tabs[0].row_of("__still__ mine");
        world.command(0, ChatCommand::Delete(row));
        world.run(A_WHILE);
        assert_eq!(line(&world), own(""), "{flavour:?}: deleted");
    }
}

#[test]
fn the_list_follows_what_happens_to_the_newest_message() {
    for flavour in FLAVOURS {
        let mut world = ada(flavour);
        world.post("r", "bob", "older");
        world.post("r", "bob", "*new*");
        world.run(1_000);
        assert_eq!(line(&world), of_bob("new"), "{flavour:?}");
        let change = |world: &mut World, event: &str, id: &str, more: serde_json::Value| {
            let mut data = json!({ "messageId": id, "roomId": "r", "timestamp": 1_700_000_009_000_u64 });
            for (name, value) in more.as_object().into_iter().flatten() {
                data[name.as_str()] = value.clone();
            }
            world.say(0, event, &data);
            world.run(1_000);
        };
        let edit = |content: &str| json!({ "newContent": content, "editedAt": 1_700_000_009_000_u64 });
        change(&mut world, "message-edited", "m1", edit("other"));
        assert_eq!(
            line(&world),
            of_bob("new"),
            "{flavour:?}: an older one was edited"
        );
        change(&mut world, "message-edited", "m2", edit("> changed"));
        assert_eq!(line(&world), of_bob("changed"), "{flavour:?}: edited");
        let reaction = json!({ "reaction": "👍", "userId": "bob", "hasReacted": true, "reactionCount": 1 });
        change(&mut world, "message-reaction-updated", "m2", reaction);
        assert_eq!(line(&world), of_bob("changed"), "{flavour:?}: reacted to");
        change(&mut world, "message-deleted", "m2", json!({ "deletedBy": "bob" }));
        assert_eq!(line(&world), of_bob(""), "{flavour:?}: deleted");
    }
}

#[test]
fn a_message_told_again_with_other_words_is_in_the_list_as_it_is_now() {
    for flavour in FLAVOURS {
        let mut world = ada(flavour);
        world.post("r", "bob", "before");
        world.run(1_000);
        let mut again = world.server.rooms["r"].last().cloned().expect("a message");
        again["content"] = json!("after");
        world.say(0, "new-message", &again);
        world.run(1_000);
        assert_eq!(world.tabs[0].texts(), ["after"], "{flavour:?}");
        assert_eq!(line(&world), of_bob("after"), "{flavour:?}");
    }
}

#[test]
fn a_message_of_files_alone_is_called_by_the_first() {
    for flavour in FLAVOURS {
        let mut world = ada(flavour);
        let file = |name: &str| json!({ "url": format!("/files/{name}"), "name": name });
        let message = json!({
            "id": "x1", "roomId": "r", "senderId": "bob", "senderName": "Name of bob", "content": "",
            "attachments": [file("*plan*.pdf"), file("b.png")], "timestamp": 1_700_000_009_000_u64,
        });
        world.say(0, "new-message", &message);
        world.run(1_000);
        assert_eq!(line(&world), of_bob("*plan*.pdf"), "{flavour:?}");
    }
}

#[test]
fn after_a_burst_the_list_says_the_last_message_of_it() {
    for flavour in FLAVOURS {
        let mut world = ada(flavour);
        world.run(1_000);
        let before = tellings(&world);
        for index in 0..400 {
            world.post("r", "bob", &format!("_message_ {index}"));
            world.run(5);
        }
        let told = tellings(&world) - before;
        assert!(
            (2..20).contains(&told),
            "{flavour:?}: told {told} times in two seconds"
        );
        world.run(1_000);
        assert_eq!(line(&world), of_bob("message 399"), "{flavour:?}");
        assert_eq!(
            world.tabs[0].room("r").map(|room| room.unread),
            Some(400),
            "{flavour:?}"
        );
        let rest = tellings(&world);
        world.run(10_000);
        assert_eq!(tellings(&world), rest, "{flavour:?}: nothing changed since");
    }
}

#[test]
fn the_list_says_the_same_after_a_reload_without_a_network() {
    for flavour in FLAVOURS {
        let mut world = ada(flavour);
        world.post("r", "bob", "~~one~~ two");
        world.run(5_000);
        world.tabs[0].network = false;
        world.cut(0);
        world.crash(0);
        world.reload(0, None);
        world.run(1_000);
        assert_eq!(line(&world), of_bob("one two"), "{flavour:?}");
    }
}
