//! Chat: rooms are made, joined by a direct message, left; the server is searched; the oldest gives way.

mod chat_sim;

use chat_sim::server::{EXACT, PLAIN};
use chat_sim::{World, ada};
use engine::chat::api::*;
use serde_json::json;

fn went_to(world: &World) -> Option<RoomId> {
    world.tabs[0].events.iter().rev().find_map(|event| match event {
        ChatEvent::GoTo(room) => Some(room.clone()),
        _ => None,
    })
}

fn refused(world: &World) -> Vec<ChatRefusal> {
    let refusal = |event: &ChatEvent| match event {
        ChatEvent::Refused(refusal) => Some(refusal.clone()),
        _ => None,
    };
    world.tabs[0].events.iter().filter_map(refusal).collect()
}

#[test]
fn a_room_is_made_and_gone_to() {
    for flavour in [EXACT, PLAIN] {
        let mut world = ada(flavour);
        let name = "News".to_owned();
        world.command(0, ChatCommand::CreateRoom { name });
        world.run(2_000);
        let room = went_to(&world).expect("it was made");
        assert!(
            world.tabs[0].room(&room).is_some_and(|room| room.joined),
            "{flavour:?}"
        );
        world.open(0, &room);
        world.run(2_000);
        world.send(0, "first");
        world.run(20_000);
        assert_eq!(world.server.contents(&room).len(), 1, "{flavour:?}");
    }
}

#[test]
fn a_room_that_was_left_is_gone_from_the_list_and_the_disk() {
    for flavour in [EXACT, PLAIN] {
        let mut world = ada(flavour);
        world.post("r", "bob", "hi");
        world.run(5_000);
        world.command(0, ChatCommand::Leave("r".into()));
        world.run(5_000);
        assert!(world.tabs[0].room("r").is_none(), "{flavour:?}");
        let left = ("ada".to_owned(), "leave-room".to_owned());
        assert!(world.server.log.contains(&left), "{flavour:?}");
        let held = |key: &StoreKey| match key {
            StoreKey::Room(room) | StoreKey::Block(room, _) => &**room == "r",
            StoreKey::Wish(_) | StoreKey::Meta(_) => false,
        };
        assert!(
            !world.devices[0].disk.records().any(|(key, _)| held(key)),
            "{flavour:?}"
        );
    }
}

#[test]
fn leaving_without_a_connection_is_refused_and_loses_nothing() {
    let mut world = ada(EXACT);
    world.tabs[0].network = false;
    world.cut(0);
    world.run(1);
    world.command(0, ChatCommand::Leave("r".into()));
    assert_eq!(refused(&world), [ChatRefusal::Offline]);
    assert!(world.tabs[0].room("r").is_some());
}

#[test]
fn a_direct_conversation_is_opened_where_the_server_has_them() {
    let mut world = ada(EXACT);
    world.command(0, ChatCommand::Direct("bob".into()));
    world.run(2_000);
    let room = went_to(&world).expect("the conversation with bob");
    let view = world.tabs[0].room(&room).expect("in the list");
    assert_eq!(view.with.as_deref(), Some("bob"));

    let mut world = ada(PLAIN);
    world.command(0, ChatCommand::Direct("bob".into()));
    world.run(2_000);
    assert_eq!(refused(&world), [ChatRefusal::NotOffered]);
}

#[test]
fn who_is_there_can_be_called_where_the_server_says_how() {
    let mut world = ada(EXACT);
    world.command(0, ChatCommand::FindCallId("carl".into()));
    world.run(1_000);
    let callable = ChatEvent::Callable("socket-of-carl".to_owned());
    assert!(world.tabs[0].events.contains(&callable));
    world.command(0, ChatCommand::FindCallId("bob".into()));
    world.run(1_000);
    assert_eq!(refused(&world), [ChatRefusal::NotThere]);

    let mut world = ada(PLAIN);
    world.command(0, ChatCommand::FindCallId("carl".into()));
    assert_eq!(refused(&world), [ChatRefusal::NotOffered]);
}

/// A list of rooms is on its way that the server made before what it says now.
fn while_the_list_is_under_way(world: &mut World) {
    world.cut(0);
    world.tabs[0].requests.clear();
    while !world.tabs[0]
        .requests
        .iter()
        .any(|url| url.contains("rooms?member"))
    {
        world.run(1);
    }
}

#[test]
fn a_room_that_comes_before_an_older_list_stays() {
    let mut world = ada(EXACT);
    while_the_list_is_under_way(&mut world);
    let room = json!({ "id": "new", "name": "New", "joined": true });
    world.say(0, "room-added", &json!({ "room": room }));
    world.run(5_000);
    assert!(world.tabs[0].room("new").is_some_and(|room| room.joined));
    // The next list is the server's word again.
    world.cut(0);
    world.run(20_000);
    assert!(world.tabs[0].room("new").is_none_or(|room| !room.joined));
}

#[test]
fn a_room_that_goes_before_an_older_list_stays_away() {
    let mut world = ada(EXACT);
    while_the_list_is_under_way(&mut world);
    world.say(0, "room-removed", &json!({ "roomId": "r" }));
    world.run(5_000);
    assert!(world.tabs[0].room("r").is_none());
}

#[test]
fn what_only_the_server_holds_is_found_there() {
    let mut world = ada(EXACT);
    for number in 0..120 {
        world
            .server
            .post(world.now, "s", "bob", &format!("needle {number}"));
    }
    let query = SearchQuery {
        words: "needle".to_owned(),
        ..SearchQuery::default()
    };
    world.command(0, ChatCommand::Search(query));
    world.run(2_000);
    let found = world.tabs[0].events.iter().rev().find_map(|event| match event {
        ChatEvent::Search(view) => Some(view.clone()),
        _ => None,
    });
    let found = found.expect("an answer");
    assert_eq!(found.server, Fetching::Possible);
    assert_eq!(found.hits.first().map(|hit| &*hit.room), Some("s"));
}

#[test]
fn the_oldest_gives_way_when_the_disk_is_full() {
    let mut world = ada(EXACT);
    for number in 0..1_500 {
        world.post("r", "bob", &number.to_string());
        world.run(1);
    }
    world.run(5_000);
    let blocks = |world: &World| {
        let block = |(key, _): &(&StoreKey, &str)| matches!(key, StoreKey::Block(..));
        world.devices[0].disk.records().filter(block).count()
    };
    let before = blocks(&world);
    let full = StoreInput::Failed {
        of: Some(u64::MAX),
        reason: "quota".into(),
        full: true,
    };
    world.input(0, ChatInput::Store(full));
    world.run(5_000);
    assert!(
        blocks(&world) < before,
        "{before} blocks, then {}",
        blocks(&world)
    );
    assert_eq!(world.tabs[0].texts().last().map(String::as_str), Some("1499"));
    assert!(matches!(refused(&world).first(), Some(ChatRefusal::Storage(_))));
}
