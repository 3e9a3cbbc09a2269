//! Chat: pages of history on a network that fails.

mod chat_sim;

use chat_sim::server::EXACT;
use chat_sim::{World, ada};
use engine::chat::api::*;

/// A room of 300 messages, of which Ada's device has the last ones.
fn long_room() -> World {
    let mut world = ada(EXACT);
    for number in 0..300 {
        world.server.post(world.now, "s", "bob", &number.to_string());
    }
    world.open(0, "s");
    world
}

/// What the first row says.
fn top(world: &World) -> Option<&RowKind> {
    world.tabs[0].rows.first().map(|row| &row.kind)
}

/// What a person does who stays at the upper edge: asks where there is more.
fn look_up(world: &mut World, seconds: u64) {
    for _ in 0..seconds * 10 {
        if top(world) == Some(&RowKind::Older(Fetching::Possible)) {
            world.command(0, ChatCommand::LoadOlder);
        }
        world.run(100);
    }
}

fn pages_asked_for(world: &World) -> usize {
    let asked = |url: &&String| url.contains("/s/messages");
    world.tabs[0].requests.iter().filter(asked).count()
}

#[test]
fn a_page_that_fails_while_connected_is_asked_for_again() {
    let mut world = long_room();
    world.run(1_000);
    world.tabs[0].network = false;
    world.command(0, ChatCommand::LoadOlder);
    world.run(100);
    assert_eq!(top(&world), Some(&RowKind::Older(Fetching::UnderWay)));
    world.run(8_000);
    assert!(world.tabs[0].connected());
    world.tabs[0].network = true;
    look_up(&mut world, 40);
    assert_eq!(top(&world), Some(&RowKind::Beginning));
    assert_eq!(world.tabs[0].messages().len(), 300);
}

#[test]
fn a_server_that_fails_is_not_asked_without_a_pause() {
    let mut world = long_room();
    world.run(1_000);
    world.tabs[0].network = false;
    look_up(&mut world, 120);
    assert_eq!(top(&world), Some(&RowKind::Older(Fetching::Offline)));
    let asked = pages_asked_for(&world);
    assert!((5..15).contains(&asked), "{asked}");
}

#[test]
fn nothing_older_is_asked_for_before_the_history_is_here() {
    let mut world = long_room();
    world.command(0, ChatCommand::LoadOlder);
    assert_eq!(top(&world), Some(&RowKind::Older(Fetching::Possible)));
    look_up(&mut world, 10);
    assert_eq!(world.tabs[0].messages().len(), 300);
}

#[test]
fn a_page_that_a_lost_connection_takes_along_comes_after_it() {
    let mut world = long_room();
    world.run(1_000);
    world.command(0, ChatCommand::LoadOlder);
    world.cut(0);
    world.run(1);
    assert_eq!(top(&world), Some(&RowKind::Older(Fetching::Offline)));
    look_up(&mut world, 40);
    assert_eq!(world.tabs[0].messages().len(), 300);
}

#[test]
fn a_window_of_history_waits_for_the_connection() {
    let mut world = long_room();
    world.run(1_000);
    let message = world.server.rooms["s"][100]["id"].as_str().map(std::rc::Rc::from);
    world.command(0, ChatCommand::JumpTo(message.expect("an id")));
    world.run(1_000);
    world.tabs[0].network = false;
    world.cut(0);
    world.run(100);
    let asked = pages_asked_for(&world);
    look_up(&mut world, 60);
    assert_eq!(pages_asked_for(&world), asked);
    assert_eq!(top(&world), Some(&RowKind::Older(Fetching::Offline)));
    world.tabs[0].network = true;
    look_up(&mut world, 60);
    assert_eq!(top(&world), Some(&RowKind::Beginning));
}

#[test]
fn another_tab_learns_that_there_is_a_connection_again() {
    let mut world = long_room();
    let second = world.tab(0, "ada");
    world.open(second, "s");
    world.run(2_000);
    world.tabs[0].network = false;
    world.cut(0);
    world.run(100);
    world.command(second, ChatCommand::LoadOlder);
    world.run(1_000);
    let older = |world: &World| world.tabs[second].rows.first().map(|row| row.kind.clone());
    assert_eq!(older(&world), Some(RowKind::Older(Fetching::Offline)));
    world.tabs[0].network = true;
    world.run(60_000);
    assert_eq!(older(&world), Some(RowKind::Older(Fetching::Possible)));
}
