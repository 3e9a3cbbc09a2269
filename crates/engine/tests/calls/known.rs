//! People who talked before: named by symptom.

use crate::sim::{World, seconds};
use engine::command::{Command, Preferences};
use engine::event::{CallPhase, EndReason};

/// The second one has the people of their calls by heart, and prepares an answer for them or not.
fn prefer(world: &mut World, prepare_for_known: bool) {
    let preferences = Preferences {
        prepare_for_known,
        known: world.of(1).known.clone(),
        ..Preferences::default()
    };
    world.command(1, Command::Preferences(preferences));
}

#[test]
fn people_who_talked_before_are_connected_while_it_rings() {
    let mut world = World::in_call();
    world.command(0, Command::HangUp);
    world.run(100);
    assert_eq!(world.of(0).known.len(), 1);
    assert_eq!(world.of(0).known[0].secret, world.of(1).known[0].secret);
    assert_eq!(
        (
            world.of(0).known[0].name.as_str(),
            world.of(1).known[0].name.as_str()
        ),
        ("Person 1", "Person 0")
    );

    prefer(&mut world, true);
    world.call(0, 1);
    world.run(200);
    assert!(world.of(1).call.incoming.as_ref().unwrap().known);
    assert!(
        matches!(world.of(0).call.phase, CallPhase::Dialing { .. }),
        "an early answer is no consent"
    );
    assert!(world.pcs[&(1, 2)].flows, "the path is up");
    world.run(seconds(2));
    assert!(
        !world.pcs[&(0, 2)].sent_media && !world.pcs[&(1, 2)].sent_media,
        "media left before consent"
    );
    assert!(matches!(world.of(0).call.phase, CallPhase::Dialing { .. }));
    world.answer(1);
    world.run(25);
    assert!(world.is_active(0) && world.is_active(1), "{}", world.phases());
    world.run(seconds(5));
    assert!(world.media_flows(0, 1) && world.media_flows(1, 0));
    assert_eq!(
        world.of(0).known.len(),
        2,
        "said again, so that the list stays in order"
    );
    assert_eq!(world.of(0).known[0].secret, world.of(0).known[1].secret);
}

#[test]
fn a_known_caller_learns_no_address_when_that_is_turned_off() {
    let mut world = World::in_call();
    world.command(0, Command::HangUp);
    world.run(100);
    prefer(&mut world, false);
    world.call(0, 1);
    world.run(seconds(2));
    assert!(world.of(1).call.incoming.as_ref().unwrap().known);
    assert!(!world.pcs[&(1, 2)].checked);
}

#[test]
fn an_early_answer_is_declined_or_cancelled_like_any_other() {
    for decline in [true, false] {
        let mut world = World::in_call();
        world.command(0, Command::HangUp);
        world.run(100);
        prefer(&mut world, true);
        world.call(0, 1);
        world.run(500);
        if decline {
            world.decline(1);
        } else {
            world.command(0, Command::HangUp);
        }
        world.run(100);
        let expected = if decline {
            EndReason::Declined
        } else {
            EndReason::HungUp
        };
        assert_eq!(world.end_reason(0), Some(expected));
        assert!(world.of(1).call.incoming.is_none());
        assert_eq!((world.open_pcs(0), world.open_pcs(1)), (0, 0));
        assert!(!world.pcs[&(0, 2)].sent_media && !world.pcs[&(1, 2)].sent_media);
    }
}
