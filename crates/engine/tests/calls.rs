//! Calls between two engines, or one and a classic client, through a server of contract 1: named by symptom.

mod sim;

use engine::command::{Command, Preferences};
use engine::event::{CallPhase, EndReason, Refusal};
use engine::io::{MediaCommand, PeerId, VideoSource};
use expect_test::expect;
use serde_json::json;
use sim::{Setup, World, seconds};
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
fn a_classic_client_that_calls_us_while_we_call_it_is_answered() {
    // Pages that ring, and pages that hand every signal to their one peer; crossing in mid-air or not.
    for (trickle, routes_all, gap) in [
        (false, false, 0),
        (true, false, 0),
        (false, true, 0),
        (true, true, 0),
        (false, false, 60),
        (true, true, 12),
    ] {
        let mut world = World::pair();
        let classic = world.classic(trickle);
        world.classic_mut(classic).routes_all = routes_all;
        world.call(1, classic);
        world.run(gap);
        let to = world.id(1);
        world.classic_call(classic, &to);
        world.run(1_000);
        let case = format!("trickle {trickle}, routes all {routes_all}: {}", world.phases());
        assert!(world.is_active(1), "{case}");
        assert!(world.classic_mut(classic).connected, "{case}");
        assert!(world.classic_mut(classic).destroyed.is_none(), "{case}");
        assert_eq!(world.open_pcs(1), 1);
        assert!(world.of(1).call.incoming.is_none());
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
fn an_unmodified_simple_peer_answers() {
    for trickle in [false, true] {
        let mut world = World::pair();
        let classic = world.classic(trickle);
        world.call(0, classic);
        world.run(seconds(4));
        let calls: Vec<_> = world
            .relayed
            .iter()
            .filter(|(_, name, _)| name == "callUser")
            .collect();
        assert_eq!(calls.len(), 1, "it keeps only the first signal while it rings");
        assert!(
            calls[0].2.to_string().contains("candidate:1"),
            "which must be whole: {:?}",
            calls[0]
        );
        world.classic_answer(classic);
        world.run(1_000);
        assert!(
            world.is_active(0) && world.classic_mut(classic).connected,
            "{}",
            world.phases()
        );
        assert!(world.media_flows(0, classic) && world.media_flows(classic, 0));
        world.run(seconds(60));
        assert_eq!(world.classic_mut(classic).destroyed, None);
        world.command(0, Command::HangUp);
        world.run(100);
        assert!(
            world.classic_mut(classic).destroyed.is_some(),
            "hang-up reaches it over its data channel"
        );
    }
}

#[test]
fn an_unmodified_simple_peer_calls() {
    for trickle in [false, true] {
        let mut world = World::pair();
        let classic = world.classic(trickle);
        let to = world.id(0);
        world.classic_call(classic, &to);
        world.run(1_000);
        assert_eq!(world.of(0).call.incoming.as_ref().unwrap().name, "Classic");
        assert!(!world.pcs[&(0, 1)].checked, "a connectivity check left");
        world.answer(0);
        world.run(1_000);
        assert!(
            world.is_active(0) && world.classic_mut(classic).connected,
            "{}",
            world.phases()
        );
        world.classic_text(classic, "hello");
        world.command(0, Command::SendText("hi".into()));
        world.run(50);
        assert_eq!(
            world
                .of(0)
                .texts
                .iter()
                .map(|text| text.text.as_str())
                .collect::<Vec<_>>(),
            ["hi", "hello"]
        );
        assert_eq!(
            world.classic_mut(classic).texts,
            ["hi"],
            "plain, as it was written"
        );
        world.classic_destroy(classic, "the person left");
        world.run(100);
        assert_eq!(world.end_reason(0), Some(EndReason::RemoteHungUp));
    }
}

#[test]
fn a_classic_caller_who_calls_again_rings_once() {
    let mut world = World::pair();
    let classic = world.classic(false);
    let to = world.id(0);
    world.classic_call(classic, &to);
    world.run(200);
    let first = world.of(0).call.incoming.as_ref().unwrap().call;
    world.classic_destroy(classic, "reloaded");
    world.classic_call(classic, &to);
    world.run(200);
    assert_eq!(world.of(0).call.incoming.as_ref().unwrap().call, first);
    world.answer(0);
    world.run(500);
    assert!(world.is_active(0) && world.classic_mut(classic).connected);
    assert_eq!(world.open_pcs(0), 1);
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

    let known = world.of(1).known.clone();
    world.command(
        1,
        Command::Preferences(Preferences {
            prepare_for_known: true,
            known,
            ..Preferences::default()
        }),
    );
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
    let known = world.of(1).known.clone();
    world.command(
        1,
        Command::Preferences(Preferences {
            prepare_for_known: false,
            known,
            ..Preferences::default()
        }),
    );
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
        let known = world.of(1).known.clone();
        world.command(
            1,
            Command::Preferences(Preferences {
                prepare_for_known: true,
                known,
                ..Preferences::default()
            }),
        );
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

#[test]
fn texts_and_devices_are_told_over_the_data_channel() {
    let mut world = World::in_call();
    world.command(0, Command::SendText(" hi ".into()));
    world.command(1, Command::Microphone(false));
    world.command(0, Command::Camera(false));
    world.run(100);
    assert_eq!(world.of(1).texts[0].text, "hi");
    assert!(!world.of(1).texts[0].own && world.of(0).texts[0].own);
    let says = world.talk(0).remote_says.unwrap();
    assert!(says.muted && !says.camera_off);
    assert!(world.talk(1).remote_says.unwrap().camera_off);
    world.command(0, Command::SendText("  ".into()));
    world.command(0, Command::SendText("x".repeat(10_001)));
    assert_eq!(world.of(0).refusals, [Refusal::TextNotSent, Refusal::TextNotSent]);
}

#[test]
fn the_screen_is_shared_without_renegotiation_and_ends_with_the_browsers_button() {
    let mut world = World::in_call();
    let offers = offers(&world, 0);
    world.command(0, Command::Screen(true));
    world.run(100);
    assert_eq!(world.of(0).capture.sending, VideoSource::Screen);
    assert!(world.talk(1).remote_says.unwrap().sharing);
    world.input(0, sim::media(engine::io::MediaInput::ScreenEnded));
    world.run(100);
    assert_eq!(world.of(0).capture.sending, VideoSource::Camera);
    assert!(!world.talk(1).remote_says.unwrap().sharing);
    assert_eq!(self::offers(&world, 0), offers);
    world.command(0, Command::Screen(true));
    world.run(100);
    world.command(0, Command::HangUp);
    assert_eq!(last_capture(&world, 0), Some(Default::default()));
    world.command(0, Command::Screen(true));
    assert_eq!(
        world.of(0).refusals,
        [Refusal::CallGone],
        "only a call shares a screen"
    );
}

#[test]
fn the_next_call_does_not_share_the_screen_again() {
    let mut world = World::in_call();
    world.command(0, Command::Screen(true));
    world.run(100);
    world.command(0, Command::HangUp);
    world.run(100);
    world.call(0, 1);
    world.run(100);
    world.answer(1);
    world.run(500);
    assert!(world.is_active(0));
    assert_eq!(world.of(0).capture.sending, VideoSource::Camera);
}

#[test]
fn muting_keeps_the_microphone_and_the_preview_keeps_nothing_in_the_end() {
    let mut world = World::pair();
    world.command(0, Command::Preview(true));
    world.run(50);
    assert!(last_capture(&world, 0).unwrap().microphone.is_some());
    world.call(0, 1);
    world.run(100);
    world.answer(1);
    world.command(0, Command::Preview(false));
    world.run(500);
    world.command(0, Command::Microphone(false));
    assert!(
        last_capture(&world, 0).unwrap().microphone.is_some(),
        "unmuting must be instant"
    );
    world.command(0, Command::HangUp);
    assert_eq!(last_capture(&world, 0), Some(Default::default()));
    world.command(0, Command::Preview(true));
    assert_eq!(
        last_capture(&world, 0).unwrap().microphone,
        None,
        "it was turned off"
    );
}

#[test]
fn without_any_device_one_sees_and_hears_the_other() {
    let mut world = World::pair();
    world.nets[1].no_devices = true;
    world.call(0, 1);
    world.run(100);
    world.answer(1);
    world.run(seconds(60));
    assert!(world.is_active(0) && world.is_active(1));
    assert!(world.talk(0).remote_says.unwrap().muted);
    assert!(
        !world.phases().contains("broken"),
        "silence that is due is no stall: {}",
        world.phases()
    );
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
fn an_offer_with_a_foreign_certificate_does_not_hijack_a_call() {
    let mut world = World::in_call();
    let before = commands(&world, 0, |command| {
        matches!(command, MediaCommand::RemoteDescription { .. })
    });
    let evil = json!({ "type": "offer", "sdp": "v=0\r\nm=audio 9 X\r\na=ice-ufrag:evil\r\na=fingerprint:sha-256 EE\r\n" });
    let (to, from) = (world.id(0), world.id(1));
    world.send_to(&to, "callAccepted", vec![evil.clone()]);
    world.run(50);
    let after = commands(&world, 0, |command| {
        matches!(command, MediaCommand::RemoteDescription { .. })
    });
    assert_eq!(before, after);
    assert!(!world.of(0).trouble.is_empty());
    // The same as a call knocks like any other.
    world.send_to(
        &to,
        "callUser",
        vec![json!({ "signal": evil, "from": from, "name": "x" })],
    );
    world.run(50);
    assert!(world.is_active(0) && world.of(0).call.incoming.is_some());
}

#[test]
fn a_simple_peer_that_wants_another_track_gets_an_offer() {
    let mut world = World::pair();
    let classic = world.classic(true);
    world.call(0, classic);
    world.run(100);
    world.classic_answer(classic);
    world.run(500);
    let before = offers(&world, 0);
    let to = world.id(0);
    world.send_to(&to, "callAccepted", vec![json!({ "renegotiate": true })]);
    world.run(200);
    world.send_to(
        &to,
        "callAccepted",
        vec![json!({ "transceiverRequest": { "kind": "video" } })],
    );
    world.run(200);
    assert_eq!(offers(&world, 0), before + 2);
    assert_eq!(
        commands(&world, 0, |command| matches!(
            command,
            MediaCommand::AddReceiver { .. }
        )),
        1
    );
    assert!(world.is_active(0) && world.classic_mut(classic).destroyed.is_none());
}

#[test]
fn texts_through_the_server_are_shown_where_it_has_them() {
    let mut world = World::in_call();
    let (to, from) = (world.id(0), world.id(1));
    world.send_to(
        &to,
        "receiveMessage",
        vec![json!({ "message": "hello", "from": from })],
    );
    world.send_to(
        &to,
        "receiveMessage",
        vec![json!({ "message": "spam", "from": "stranger" })],
    );
    world.run(50);
    assert_eq!(world.of(0).texts.len(), 1);
}

fn last_capture(world: &World, node: usize) -> Option<engine::io::CaptureGoal> {
    world
        .of(node)
        .media
        .iter()
        .rev()
        .find_map(|command| match command {
            MediaCommand::Capture(goal) => Some(goal.clone()),
            _ => None,
        })
}

fn offers(world: &World, node: usize) -> usize {
    commands(world, node, |command| {
        matches!(command, MediaCommand::Offer { peer: PeerId(_), .. })
    })
}

fn commands(world: &World, node: usize, which: fn(&MediaCommand) -> bool) -> usize {
    world
        .of(node)
        .media
        .iter()
        .filter(|command| which(command))
        .count()
}
