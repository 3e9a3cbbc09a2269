//! What a call survives of its signaling: named by symptom.

use crate::sim::{World, seconds};
use crate::until_healed;
use engine::command::Command;
use engine::event::EndReason;

#[test]
fn the_server_is_restarted_in_mid_call_and_the_call_goes_on() {
    let mut world = World::in_call();
    let old = (world.id(0), world.id(1));
    world.kill_server();
    world.run(seconds(5));
    assert!(
        world.is_active(0) && !world.talk(0).signaling,
        "the screen says that signaling is down"
    );
    assert_eq!(world.of(0).connection.my_id, None);
    world.server.down = false;
    world.run(seconds(20));
    assert!(world.talk(0).signaling && world.talk(1).signaling);
    assert_ne!((world.id(0), world.id(1)), old, "ids change on reconnect");
    assert_eq!(world.talk(0).with, world.id(1), "and the other end is told");
    assert_eq!(world.talk(1).with, world.id(0));
    assert!(!world.phases().contains("broken"), "{}", world.phases());
    // So the next restart still finds its way.
    world.unplug(0);
    world.run(seconds(3));
    world.plug(0);
    until_healed(&mut world, seconds(10));
}

#[test]
fn signaling_that_is_lost_while_it_rings_costs_nobody_the_call() {
    for (node, answer_offline) in [(0, false), (1, false), (1, true)] {
        let mut world = World::pair();
        world.call(0, 1);
        world.run(200);
        world.kill_sockets(node);
        if answer_offline {
            world.answer(1);
        }
        world.run(seconds(5));
        if !answer_offline {
            world.answer(1);
        }
        world.run(seconds(3));
        assert!(
            world.is_active(0) && world.is_active(1),
            "{node}: {}",
            world.phases()
        );
    }
}

#[test]
fn an_answer_into_a_dead_socket_is_said_again() {
    let mut world = World::pair();
    world.call(0, 1);
    world.run(200);
    // The link is dead, and nobody has noticed yet.
    world.of_mut(1).sockets.clear();
    world.answer(1);
    world.run(seconds(15));
    assert!(world.is_active(0) && world.is_active(1), "{}", world.phases());
}

#[test]
fn another_backend_ends_the_call_of_the_one_before() {
    let mut world = World::in_call();
    let mut other = engine::config::backend_from_url("http://server", "").unwrap();
    other.id = "other".into();
    world.command(0, Command::AddBackend(other));
    world.command(0, Command::UseBackend("other".into()));
    world.run(500);
    assert_eq!(world.end_reason(1), Some(EndReason::RemoteHungUp));
    assert_eq!(world.open_pcs(0), 0);
    assert!(world.of(0).connection.my_id.is_some(), "connected there");
    world.call(0, 1);
    world.run(100);
    assert!(world.of(1).call.incoming.is_some());
}
