//! What a running call survives of its network: named by symptom.

use crate::sim::{World, duration, seconds};
use crate::{broken, refreshed, restarts, until_healed};
use engine::command::Command;
use engine::event::EndReason;
use engine::io::{Environment, MediaCommand};

#[test]
fn media_is_back_within_a_second_after_the_network_was_away_for_three() {
    for node in [0, 1] {
        let mut world = World::in_call();
        world.unplug(node);
        world.run(seconds(3));
        assert!(
            broken(&world, 0) && broken(&world, 1),
            "silence for 1.5 s is a break: {}",
            world.phases()
        );
        world.plug(node);
        let took = until_healed(&mut world, seconds(10));
        assert!(took <= 1_000, "{node}: {took} ms");
        assert_eq!(
            (refreshed(&world, 0), refreshed(&world, 1)),
            (1, 1),
            "a picture would wait for a key frame"
        );
        world.run(seconds(5));
        assert_eq!(
            restarts(&world, 0),
            1,
            "a word that waited in the data channel renews the path again"
        );
        let said = world
            .talk(node)
            .healed_after
            .expect("the screen says how long it took");
        assert!(said > duration(1_000) && said < duration(5_000), "{said:?}");
        world.run(seconds(20));
        assert_eq!(world.talk(node).healed_after, None);
        assert!(world.is_active(0) && world.is_active(1));
    }
}

#[test]
fn another_network_is_followed_before_anything_breaks() {
    let mut world = World::in_call();
    world.nets[0].epoch += 1;
    world.environment(0, Environment::NetworkChanged);
    until_healed(&mut world, seconds(3));
    world.run(seconds(5));
    assert!(!world.phases().contains("broken"), "{}", world.phases());
    assert_eq!(restarts(&world, 0), 1);
}

#[test]
fn both_change_their_network_at_once() {
    let mut world = World::in_call();
    for node in [0, 1] {
        world.nets[node].epoch += 1;
    }
    world.environment(0, Environment::NetworkChanged);
    world.environment(1, Environment::NetworkChanged);
    until_healed(&mut world, seconds(5));
    world.run(seconds(10));
    assert!(world.is_active(0) && world.is_active(1));
}

#[test]
fn both_lose_their_network_and_come_back_one_after_the_other() {
    let mut world = World::in_call();
    world.unplug(0);
    world.unplug(1);
    world.run(seconds(8));
    world.plug(1);
    world.run(seconds(4));
    world.plug(0);
    // Both ids are new and no data channel tells them: only an id that the server recovers could be found, so the
    // call may end here, but it must end with a reason and leave nothing.
    world.run(seconds(90));
    for node in [0, 1] {
        assert!(world.is_active(node) || world.end_reason(node) == Some(EndReason::ConnectionLost));
    }
}

#[test]
fn a_silent_stall_counts_as_loss_though_ice_says_connected() {
    let mut world = World::in_call();
    world.nets[0].stalled = true;
    world.run(900);
    assert!(!broken(&world, 0));
    world.run(1_200);
    assert!(broken(&world, 0));
    assert_eq!(restarts(&world, 0), 1);
    world.nets[0].stalled = false;
    until_healed(&mut world, seconds(2));
}

#[test]
fn a_stall_is_noticed_after_a_second_and_a_half_whenever_it_begins() {
    for offset in [0, 130, 400, 510, 777, 990] {
        let mut world = World::in_call();
        let last = |world: &World| {
            let media = world.of(0).media.iter().rev();
            media
                .filter_map(|command| match command {
                    MediaCommand::WatchStats { every, .. } => *every,
                    _ => None,
                })
                .next()
        };
        assert_eq!(
            last(&world),
            Some(duration(1_000)),
            "each reading costs the main thread some milliseconds"
        );
        world.run(offset);
        world.nets[0].stalled = true;
        let start = world.now;
        while !broken(&world, 0) {
            world.run(10);
        }
        let took = world.now - start;
        assert!((1_500..=1_760).contains(&took), "{took} ms after {offset} ms");
    }
}

#[test]
fn someone_who_mutes_everything_is_not_lost() {
    let mut world = World::in_call();
    world.command(1, Command::Microphone(false));
    world.command(1, Command::Camera(false));
    world.run(seconds(30));
    // A packet that was long on its way is no promise of more.
    world.pcs.get_mut(&(0, 1)).unwrap().packets += 1;
    world.run(seconds(30));
    world.command(1, Command::Microphone(true));
    world.run(seconds(10));
    assert!(!world.phases().contains("broken"), "{}", world.phases());
    world.nets[0].stalled = true;
    world.run(seconds(3));
    assert!(broken(&world, 0), "and is missed again when the sound stops");
}

#[test]
fn what_cannot_be_mended_ends_with_a_reason() {
    let mut world = World::in_call();
    world.nets[1].up = false;
    world.run(seconds(30));
    assert!(world.is_active(0));
    world.run(seconds(5));
    assert_eq!(world.end_reason(0), Some(EndReason::ConnectionLost));
    assert_eq!(world.open_pcs(0), 0);
}

#[test]
fn a_device_without_network_is_waited_for_longer() {
    let mut world = World::in_call();
    world.unplug(0);
    world.run(seconds(58));
    assert!(world.is_active(0));
    world.run(seconds(6));
    assert_eq!(world.end_reason(0), Some(EndReason::ConnectionLost));
}

#[test]
fn a_closed_lid_is_not_a_lost_call() {
    for said in [true, false] {
        let mut world = World::in_call();
        // Nothing of this device runs for ten minutes; then all its timers are late at once.
        world.now += seconds(600);
        if said {
            world.environment(0, Environment::Resumed(duration(600_000)));
            world.environment(1, Environment::Resumed(duration(600_000)));
        }
        world.run(seconds(5));
        assert!(world.is_active(0) && world.is_active(1), "{}", world.phases());
        assert!(!world.phases().contains("broken"), "{}", world.phases());
    }
}

#[test]
fn a_lid_that_opens_on_slow_media_is_not_a_break() {
    let mut world = World::in_call();
    world.now += seconds(600);
    for node in [0, 1] {
        world.nets[node].stalled = true;
        world.environment(node, Environment::Resumed(duration(600_000)));
    }
    world.run(seconds(1));
    world.nets[0].stalled = false;
    world.nets[1].stalled = false;
    world.run(seconds(5));
    assert!(!world.phases().contains("broken"), "{}", world.phases());
}

#[test]
fn a_lid_closed_over_a_broken_call_gives_it_its_time_again() {
    let mut world = World::in_call();
    world.nets[1].up = false;
    world.run(seconds(4));
    assert!(broken(&world, 0));
    world.now += seconds(600);
    for node in [0, 1] {
        world.environment(node, Environment::Resumed(duration(600_000)));
    }
    world.run(seconds(2));
    world.plug(1);
    until_healed(&mut world, seconds(10));
}

#[test]
fn an_offer_made_on_the_old_network_is_not_said_again_on_the_new_one() {
    let mut world = World::in_call();
    // The browser says nothing of the loss, so a restart is tried on the network that is going.
    world.nets[0].up = false;
    world.run(seconds(3));
    assert!(restarts(&world, 0) >= 1);
    world.plug(0);
    let took = until_healed(&mut world, seconds(10));
    assert!(took <= 1_000, "{took} ms");
}

#[test]
fn a_call_of_two_hours_with_three_cuts() {
    let mut world = World::in_call();
    for (minutes, node, cut) in [(30, 0, 3), (40, 1, 7), (45, 0, 12)] {
        world.run(seconds(minutes * 60));
        world.unplug(node);
        world.run(seconds(cut));
        world.plug(node);
        until_healed(&mut world, seconds(10));
    }
    world.run(seconds(300));
    assert!(world.is_active(0) && world.is_active(1));
    let breaks = |node: usize| {
        world
            .of(node)
            .phases
            .iter()
            .filter(|phase| *phase == "broken")
            .count()
    };
    assert_eq!((breaks(0), breaks(1)), (3, 3), "{}", world.phases());
    assert_eq!((world.open_pcs(0), world.open_pcs(1)), (1, 1));
}
