//! Chat: what plain servers refuse, and say of it too late, to nobody, or not at all.

mod chat_sim;

use chat_sim::server::{Flavour, PLAIN, SILENT, SPLIT};
use chat_sim::{World, ada, expected};
use engine::chat::api::*;
use serde_json::json;

/// One message of Ada's that has an id, on a server that tells of refusals after their proof.
fn one_message(flavour: Flavour) -> World {
    let mut world = ada(flavour);
    world.server.late_errors = true;
    world.send(0, "one");
    world.run(10_000);
    world.cut(0);
    world.run(10_000);
    assert!(world.tabs[0].messages()[0].id.is_some(), "{flavour:?}");
    world
}

fn only(world: &World) -> MessageRow {
    let messages = world.tabs[0].messages();
    assert_eq!(messages.len(), 1);
    messages[0].clone()
}

fn failed(why: &str) -> Delivery {
    Delivery::Failed(why.into())
}

#[test]
fn an_error_about_nobody_shows_no_message_twice() {
    for words in [json!({}), json!({ "message": "the database was busy" })] {
        let mut world = ada(PLAIN);
        world.send(0, "earlier");
        world.run(5_000);
        // It is on its way back when the message has left.
        world.say(0, "error", &words);
        world.send(0, "and on it goes");
        world.run(60_000);
        assert_eq!(
            world.server.contents("r"),
            expected(&["earlier", "and on it goes"])
        );
        assert_eq!(world.tabs[0].texts(), ["earlier", "and on it goes"], "{words}");
        assert_eq!(
            world.tabs[0].delivery_of("and on it goes"),
            Delivery::Sent,
            "{words}"
        );
    }
}

#[test]
fn a_refusal_without_words_has_some() {
    let mut world = ada(PLAIN);
    world.server.refuse_next = vec![String::new()];
    world.send(0, "one");
    world.run(20_000);
    let delivery = world.tabs[0].delivery_of("one");
    assert!(
        matches!(&delivery, Delivery::Failed(why) if !why.is_empty()),
        "{delivery:?}"
    );
}

#[test]
fn a_deletion_that_is_refused_late_is_taken_back_and_said() {
    for flavour in [PLAIN, SILENT, SPLIT] {
        let mut world = one_message(flavour);
        world.server.refused_events.insert("delete-message".into());
        let row = world.tabs[0].row_of("one");
        world.command(0, ChatCommand::Delete(row));
        world.run(30_000);
        let message = only(&world);
        assert!(!message.deleted, "{flavour:?}");
        assert_eq!(message.delivery, failed("Not you"), "{flavour:?}");
        // Once more, and now it is let through.
        world.server.refused_events.clear();
        world.command(0, ChatCommand::Delete(row));
        world.run(30_000);
        assert!(only(&world).deleted, "{flavour:?}");
        assert_eq!(world.server.rooms["r"][0]["deleted"], true, "{flavour:?}");
    }
}

#[test]
fn an_edit_that_is_refused_late_is_said_and_can_be_given_up() {
    for flavour in [PLAIN, SILENT, SPLIT] {
        let mut world = one_message(flavour);
        world.server.refused_events.insert("edit-message".into());
        let row = world.tabs[0].row_of("one");
        let content = "two".to_owned();
        world.command(0, ChatCommand::Edit { row, content });
        world.run(30_000);
        assert_eq!(only(&world).delivery, failed("Not you"), "{flavour:?}");
        world.command(0, ChatCommand::Cancel(row));
        world.run(1_000);
        assert_eq!(world.tabs[0].texts(), ["one"], "{flavour:?}");
        assert_eq!(only(&world).delivery, Delivery::Sent, "{flavour:?}");
    }
}

#[test]
fn a_reaction_that_is_refused_late_is_taken_back_and_said() {
    for flavour in [PLAIN, SILENT, SPLIT] {
        let mut world = one_message(flavour);
        world.server.refused_events.insert("react-to-message".into());
        let row = world.tabs[0].row_of("one");
        let react = ChatCommand::React {
            row,
            reaction: "x".into(),
        };
        world.command(0, react.clone());
        world.run(30_000);
        assert_eq!(only(&world).reactions.len(), 0, "{flavour:?}");
        assert_eq!(only(&world).delivery, failed("Not you"), "{flavour:?}");
        world.server.refused_events.clear();
        world.command(0, react);
        world.run(30_000);
        assert_eq!(
            world.server.rooms["r"][0]["reactions"],
            json!({ "x": ["ada"] }),
            "{flavour:?}"
        );
        assert_eq!(only(&world).delivery, Delivery::Sent, "{flavour:?}");
    }
}

#[test]
fn a_reaction_under_way_when_the_link_is_cut_is_not_toggled_back() {
    for flavour in [PLAIN, SILENT, SPLIT] {
        for after in [5, 25, 45, 65] {
            let mut world = one_message(flavour);
            let row = world.tabs[0].row_of("one");
            let reaction = "x".into();
            world.command(0, ChatCommand::React { row, reaction });
            world.run(after);
            world.cut(0);
            world.run(60_000);
            let there = &world.server.rooms["r"][0]["reactions"];
            assert_eq!(*there, json!({ "x": ["ada"] }), "{flavour:?}, {after} ms");
            let shown = only(&world).reactions;
            assert!(
                shown.len() == 1 && shown[0].own && shown[0].count == 1,
                "{flavour:?}, {after} ms"
            );
        }
    }
}

#[test]
fn a_deletion_under_way_when_the_link_is_cut_is_a_deletion() {
    for flavour in [PLAIN, SILENT, SPLIT] {
        for after in [5_005, 5_025, 5_045, 5_065] {
            let mut world = one_message(flavour);
            let row = world.tabs[0].row_of("one");
            world.command(0, ChatCommand::Delete(row));
            world.run(after);
            world.cut(0);
            world.run(60_000);
            assert_eq!(
                world.server.rooms["r"][0]["deleted"], true,
                "{flavour:?}, {after} ms"
            );
            assert!(only(&world).deleted, "{flavour:?}, {after} ms");
            assert_eq!(only(&world).delivery, Delivery::Sent, "{flavour:?}, {after} ms");
        }
    }
}
