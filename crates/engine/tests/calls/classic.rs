//! Calls between an engine and a classic client, an unmodified simple-peer page: named by symptom.

use crate::sim::{World, seconds};
use crate::{broken, commands, offers};
use engine::command::Command;
use engine::event::{EndReason, Path};
use engine::io::{Environment, MediaCommand};
use serde_json::json;

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

#[test]
fn a_classic_page_that_stops_its_tracks_is_not_lost() {
    let mut world = World::pair();
    let classic = world.classic(false);
    world.call(0, classic);
    world.run(100);
    world.classic_answer(classic);
    world.run(seconds(3));
    world.pcs.get_mut(&(classic, 1)).unwrap().send = Default::default();
    world.run(seconds(120));
    assert!(
        world.is_active(0) && world.path(0) == Path::Flowing,
        "{}",
        world.phases()
    );
}

#[test]
fn a_classic_client_is_kept_through_a_change_of_network() {
    for (trickle, we_call) in [(false, true), (true, true), (false, false), (true, false)] {
        let mut world = World::pair();
        let classic = world.classic(trickle);
        if we_call {
            world.call(0, classic);
            world.run(100);
            world.classic_answer(classic);
        } else {
            let to = world.id(0);
            world.classic_call(classic, &to);
            world.run(100);
            world.answer(0);
        }
        world.run(seconds(3));
        // Its id stays: a classic client cannot be told another one.
        world.nets[0].up = false;
        world.run(seconds(3));
        world.nets[0].up = true;
        world.nets[0].epoch += 1;
        world.environment(0, Environment::NetworkChanged);
        world.run(seconds(2));
        let case = format!("trickle {trickle}, we call {we_call}: {}", world.phases());
        assert_eq!(world.classic_mut(classic).destroyed, None, "{case}");
        assert!(
            world.media_flows(0, classic) && world.media_flows(classic, 0),
            "{case}"
        );
        assert_eq!(world.path(0), Path::Flowing, "{case}");
        world.run(seconds(60));
        assert!(world.is_active(0), "{case}");
    }
}

#[test]
fn a_hint_ends_a_dead_classic_call_sooner_and_a_living_one_never() {
    let mut world = World::pair();
    let classic = world.classic(false);
    world.call(0, classic);
    world.run(100);
    world.classic_answer(classic);
    world.run(seconds(5));
    world.nets[classic].up = false;
    world.stranger_leaves();
    world.run(seconds(1));
    assert!(broken(&world, 0), "with a hint, less silence is enough");
    world.run(seconds(13));
    assert_eq!(world.end_reason(0), Some(EndReason::ConnectionLost));
}

#[test]
fn a_classic_client_answers_a_caller_whose_id_changed_while_it_rang() {
    let mut world = World::pair();
    let classic = world.classic(false);
    world.classic_mut(classic).overwrites = true;
    world.call(0, classic);
    world.run(200);
    world.kill_sockets(0);
    world.run(seconds(5));
    world.classic_answer(classic);
    world.run(seconds(1));
    assert!(world.is_active(0), "{}", world.phases());
}
