//! Chat: own messages on servers that do not send them back, which have no id until a history comes.

mod chat_sim;

use chat_sim::server::SILENT;
use chat_sim::{World, ada};
use engine::chat::api::*;
use serde_json::{Value, json};

/// Bob on another device, in the room as Ada is.
fn with_bob() -> World {
    let mut world = ada(SILENT);
    let device = world.device();
    let bob = world.tab(device, "bob");
    world.run(1_000);
    world.open(bob, "r");
    world.run(1_000);
    world
}

fn joins(world: &World) -> usize {
    let join = |(user, event): &&(String, String)| user == "ada" && event == "join-room";
    world.server.log.iter().filter(join).count()
}

#[test]
fn what_others_do_with_an_own_message_is_shown() {
    // As soon as it is read by the server, and when its time is over.
    for after in [50, 10_000] {
        let mut world = with_bob();
        world.send(0, "one");
        world.run(after);
        let row = world.tabs[1].row_of("one");
        let reaction = "x".into();
        world.command(1, ChatCommand::React { row, reaction });
        world.run(2_000);
        let message = world.tabs[0].messages()[0].clone();
        assert!(message.id.is_some(), "after {after} ms");
        assert_eq!(message.reactions.len(), 1, "after {after} ms");
        assert_eq!(joins(&world), 2);
    }
}

#[test]
fn a_change_is_shown_though_the_history_does_not_tell_of_it() {
    let mut world = with_bob();
    world.send(0, "one");
    world.run(10_000);
    let id = world.server.rooms["r"][0]["id"].clone();
    // Servers whose histories have no reactions.
    let news =
        json!({ "messageId": id, "roomId": "r", "reaction": "x", "userId": "bob", "hasReacted": true });
    world.say(0, "message-reaction-updated", &news);
    let seen = json!({ "messageId": id, "roomId": "r", "readerId": "bob" });
    world.say(0, "message-read", &seen);
    world.run(2_000);
    let message = world.tabs[0].messages()[0].clone();
    assert_eq!(message.reactions.len(), 1);
    assert_eq!(message.seen_by.len(), 1);
}

#[test]
fn an_answer_to_an_own_message_quotes_it() {
    let mut world = with_bob();
    world.send(0, "one");
    world.run(10_000);
    let answer = Draft {
        content: "two".to_owned(),
        reply_to: world.tabs[1].messages()[0].id.clone(),
        attachments: Vec::new(),
    };
    world.command(1, ChatCommand::Send(answer));
    world.run(2_000);
    let messages = world.tabs[0].messages();
    let reply = messages[1].reply.as_ref().expect("it answers");
    assert_eq!(&*reply.excerpt, "one");
}

#[test]
fn a_room_is_not_asked_for_again_and_again() {
    let mut world = with_bob();
    world.send(0, "one");
    world.run(10_000);
    let told = |world: &mut World, id: Value| {
        let news =
            json!({ "messageId": id, "roomId": "r", "reaction": "x", "userId": "bob", "hasReacted": true });
        world.say(0, "message-reaction-updated", &news);
        world.run(100);
    };
    // Of messages that nobody knows, while the own one never gets a name.
    world.server.rooms.insert("r".into(), Vec::new());
    for number in 0..600 {
        told(&mut world, json!(format!("unknown {number}")));
    }
    assert!(joins(&world) < 8, "{}", joins(&world));
    // And what is sent meanwhile is not held up.
    world.send(0, "two");
    world.run(1_000);
    assert_eq!(world.server.contents("r").len(), 1);
}
