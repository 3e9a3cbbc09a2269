//! Calls between two engines until somebody has answered: named by symptom.

use crate::last_capture;
use crate::sim::{Setup, World, seconds};
use engine::command::Command;
use engine::event::{CallPhase, EndReason, Refusal};
use expect_test::expect;
use wire::signal::IceServer;

#[test]
fn one_calls_the_other_answers_and_hangs_up() {
    let mut world = World::pair();
    world.call(0, 1);
    world.run(100);
    assert_eq!(world.of(1).call.incoming.as_ref().unwrap().name, "Person 0");
    world.answer(1);
    world.run(2_000);
    assert!(
        world.media_flows(0, 1) && world.media_flows(1, 0),
        "{}",
        world.phases()
    );
    assert_eq!(world.talk(0).name, "Person 1", "the caller learns the name");
    world.command(1, Command::HangUp);
    world.run(100);
    assert_eq!(
        (world.open_pcs(0), world.open_pcs(1)),
        (0, 0),
        "a connection is left"
    );
    for node in [0, 1] {
        assert_eq!(
            last_capture(&world, node),
            Some(Default::default()),
            "a light stays on"
        );
        world.command(node, Command::Dismiss);
    }
    expect![[r#"
        0: idle > dialing > ringing > connecting > active > ended RemoteHungUp > idle
        1: idle > incoming Person 0 > connecting > active > ended HungUp > idle
    "#]]
    .assert_eq(&world.phases());
}

#[test]
fn nothing_of_the_callee_leaves_before_consent() {
    let mut world = World::pair();
    world.call(0, 1);
    world.run(seconds(5));
    assert!(
        world.pcs.contains_key(&(1, 1)),
        "the answer is prepared while it rings"
    );
    assert!(!world.pcs[&(1, 1)].checked, "a connectivity check left");
    assert!(
        !world
            .relayed
            .iter()
            .any(|(node, _, payload)| *node == 1 && payload.to_string().contains("sdp"))
    );
    assert_eq!(last_capture(&world, 1), None, "the camera runs while it rings");
    assert!(!world.pcs[&(0, 1)].sent_media);
    world.answer(1);
    world.run(100);
    assert!(
        world.is_active(0) && world.is_active(1),
        "the press on Answer has little left to do"
    );
}

#[test]
fn declined_is_said_at_once() {
    let mut world = World::pair();
    world.call(0, 1);
    world.run(100);
    world.decline(1);
    world.run(50);
    assert_eq!(world.end_reason(0), Some(EndReason::Declined));
    assert_eq!(world.of(1).call.phase, CallPhase::Idle);
    assert_eq!((world.open_pcs(0), world.open_pcs(1)), (0, 0));
}

#[test]
fn nobody_answers_for_thirty_seconds() {
    let mut world = World::pair();
    world.call(0, 1);
    world.run(29_900);
    assert!(matches!(
        world.of(0).call.phase,
        CallPhase::Dialing { ringing: true, .. }
    ));
    world.run(300);
    assert_eq!(world.end_reason(0), Some(EndReason::NoAnswer));
    assert_eq!(world.end_reason(1), Some(EndReason::Missed));
    assert_eq!(world.of(1).call.incoming, None);
    assert_eq!((world.open_pcs(0), world.open_pcs(1)), (0, 0));
}

#[test]
fn a_cancelled_call_stops_ringing_at_once() {
    let mut world = World::pair();
    world.call(0, 1);
    world.run(100);
    world.command(0, Command::HangUp);
    world.run(50);
    assert_eq!(world.of(1).call.incoming, None);
    assert_eq!(world.end_reason(1), Some(EndReason::Missed));
}

#[test]
fn cancelling_before_the_first_word_came_back_stops_it_too() {
    let mut world = World::pair();
    world.call(0, 1);
    world.run(20);
    assert!(world.relayed.is_empty() && world.of(1).call.incoming.is_none());
    world.run(15);
    world.command(0, Command::HangUp);
    world.run(100);
    assert_eq!(
        world.of(1).call.incoming,
        None,
        "it rings on for nobody: {}",
        world.phases()
    );
}

#[test]
fn a_second_caller_is_told_busy_or_answered_instead() {
    let mut world = World::in_call();
    let third = world.antenna(Setup::default());
    world.run(100);
    world.call(third, 1);
    world.run(100);
    assert!(world.is_active(1) && world.of(1).call.incoming.is_some());
    world.decline(1);
    world.run(100);
    assert_eq!(world.end_reason(third), Some(EndReason::Busy));
    assert!(world.is_active(0) && world.is_active(1));

    world.call(third, 1);
    world.run(100);
    world.answer(1);
    world.run(500);
    assert!(world.is_active(third) && world.is_active(1));
    assert_eq!(world.end_reason(0), Some(EndReason::RemoteHungUp));
    assert_eq!(world.open_pcs(1), 1);
}

#[test]
fn a_third_caller_is_told_busy_while_one_knocks() {
    let mut world = World::pair();
    let (third, classic) = (world.antenna(Setup::default()), world.classic(false));
    world.run(100);
    world.call(0, 1);
    world.run(100);
    world.call(third, 1);
    let to = world.id(1);
    world.classic_call(classic, &to);
    world.run(200);
    assert_eq!(world.end_reason(third), Some(EndReason::Busy));
    assert!(
        world.relayed.iter().any(|(_, name, _)| name == "callDeclined"),
        "a classic one where the server can"
    );
    assert_eq!(world.of(1).call.incoming.as_ref().unwrap().name, "Person 0");
}

#[test]
fn both_call_each_other_at_once_and_one_call_remains() {
    for (first, gap) in [
        (0, 0),
        (0, 3),
        (1, 3),
        (0, 15),
        (1, 15),
        (0, 45),
        (1, 45),
        (0, 80),
        (1, 80),
    ] {
        let mut world = World::pair();
        world.call(first, 1 - first);
        world.run(gap);
        world.call(1 - first, first);
        world.run(1_000);
        let case = format!("{first} first by {gap} ms\n{}", world.phases());
        assert!(world.is_active(0) && world.is_active(1), "{case}");
        assert_eq!((world.open_pcs(0), world.open_pcs(1)), (1, 1), "{case}");
        assert!(world.media_flows(0, 1) && world.media_flows(1, 0), "{case}");
        assert!(
            world.of(0).call.incoming.is_none() && world.of(1).call.incoming.is_none(),
            "{case}"
        );
        world.run(seconds(40));
        assert!(world.is_active(0) && world.is_active(1), "{case}");
    }
}

#[test]
fn a_strangers_call_ended_ends_nothing() {
    let mut world = World::pair();
    world.call(0, 1);
    world.run(100);
    world.stranger_leaves();
    assert!(
        world.of(1).call.incoming.is_some() && matches!(world.of(0).call.phase, CallPhase::Dialing { .. })
    );
    world.answer(1);
    world.stranger_leaves();
    world.run(1_000);
    for _ in 0..20 {
        world.stranger_leaves();
        world.run(seconds(1));
        assert!(world.is_active(0) && world.is_active(1));
    }
    assert!(!world.phases().contains("broken"), "{}", world.phases());
}

#[test]
fn a_dead_stun_server_costs_nothing_noticeable() {
    let mut world = World::new();
    let stun = IceServer {
        urls: vec!["stun:dead".into()],
        username: None,
        credential: None,
    };
    world.antenna(Setup {
        ice_servers: vec![stun],
        ..Setup::default()
    });
    let classic = world.classic(false);
    world.run(100);
    world.nets[0].dead_stun = true;
    world.call(0, classic);
    world.run(250);
    assert_eq!(world.classic_mut(classic).rings, 1);
    world.classic_answer(classic);
    world.run(200);
    assert!(world.is_active(0));
}

#[test]
fn without_servers_the_offer_leaves_within_a_moment() {
    let mut world = World::pair();
    world.call(0, 1);
    world.run(40);
    assert!(world.of(1).call.incoming.is_some(), "{}", world.phases());
}

#[test]
fn impossible_wishes_are_refused() {
    let mut world = World::pair();
    let own = world.id(0);
    for to in [own.as_str(), "", " ", "a b", &"x".repeat(300)] {
        world.command(0, Command::Call { to: to.into() });
    }
    world.command(0, Command::HangUp);
    world.command(0, Command::Answer { call: 7, video: true });
    world.command(0, Command::UseBackend("nowhere".into()));
    world.command(0, Command::SignOut);
    world.call(0, 1);
    world.call(0, 1);
    expect![[r#"[OwnId, NotAnId, NotAnId, NotAnId, NotAnId, CallGone, CallGone, UnknownBackend("nowhere"), NotOffered, AlreadyInCall]"#]].assert_eq(&format!("{:?}", world.of(0).refusals));
    world.kill_server();
    world.command(1, Command::Call { to: "id9".into() });
    assert_eq!(world.of(1).refusals, [Refusal::NotConnected]);
}

#[test]
fn fifty_calls_leave_nothing_behind() {
    let mut world = World::pair();
    for round in 0..50 {
        let (from, to) = (round % 2, 1 - round % 2);
        world.call(from, to);
        world.run(100);
        world.answer(to);
        world.run(1_000);
        assert!(world.is_active(0) && world.is_active(1), "call {round}");
        world.command(round / 2 % 2, Command::HangUp);
        world.run(100);
        assert_eq!((world.open_pcs(0), world.open_pcs(1)), (0, 0));
    }
    let secrets: std::collections::BTreeSet<_> = world.of(0).known.iter().map(|known| known.secret).collect();
    assert!(secrets.len() <= 50);
}
