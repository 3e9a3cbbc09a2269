//! The connection that is ready before anybody is called: named by symptom.

use crate::sim::{Setup, World, duration, media, seconds};
use engine::command::{Command, Preferences};
use engine::event::{CallPhase, EndReason};
use engine::io::{Environment, MediaCommand, MediaInput, MediaStep, PeerId};
use wire::signal::IceServer;

/// Two Antennas, the first with its preview open for a while.
fn previewing() -> World {
    let mut world = World::pair();
    world.command(0, Command::Preview(true));
    world.run(seconds(1));
    world
}

/// With a STUN server, which learns an address when candidates are gathered.
fn with_server() -> (World, usize) {
    let mut world = World::pair();
    let setup = Setup {
        ice_servers: vec![IceServer {
            urls: vec!["stun:stun.example".into()],
            username: None,
            credential: None,
        }],
        ..Setup::default()
    };
    let node = world.antenna(setup);
    world.run(200);
    (world, node)
}

fn created(world: &World, node: usize) -> usize {
    let create = |command: &&MediaCommand| matches!(command, MediaCommand::CreatePeer { .. });
    world.of(node).media.iter().filter(create).count()
}

fn call_users(world: &World, node: usize) -> usize {
    let calls = world.relayed.iter();
    calls
        .filter(|(from, name, _)| *from == node && name == "callUser")
        .count()
}

/// How long it takes from the press until it rings at the other end.
fn until_it_rings(world: &mut World, from: usize, to: usize) -> u64 {
    let start = world.now;
    world.call(from, to);
    while world.of(to).call.incoming.is_none() {
        world.run(1);
        assert!(world.now < start + 10_000, "{}", world.phases());
    }
    world.now - start
}

#[test]
fn the_press_on_call_only_sends_what_is_ready() {
    let mut world = previewing();
    assert_eq!(created(&world, 0), 1);
    assert!(world.relayed.is_empty(), "nothing leaves before the press");
    let took = until_it_rings(&mut world, 0, 1);
    assert_eq!(took, 20, "two hops through the server, and nothing else");
    assert_eq!(created(&world, 0), 1, "no other connection was made");
    world.answer(1);
    world.run(seconds(1));
    assert!(world.media_flows(0, 1) && world.media_flows(1, 0));
    world.command(0, Command::HangUp);
    world.run(100);
    assert_eq!(world.open_pcs(1), 0);
}

#[test]
fn a_classic_callee_gets_one_whole_signal_at_once() {
    for trickle in [false, true] {
        let mut world = previewing();
        let classic = world.classic(trickle);
        world.call(0, classic);
        world.run(20);
        assert_eq!(call_users(&world, 0), 1);
        let offer = world.relayed.last().map(|(_, _, payload)| payload.to_string());
        assert!(
            offer.as_ref().is_some_and(|offer| offer.contains("candidate:2")),
            "{offer:?}"
        );
        world.run(seconds(3));
        world.classic_answer(classic);
        world.run(seconds(1));
        assert!(world.is_active(0) && world.classic_mut(classic).connected);
        assert_eq!(call_users(&world, 0), 1);
    }
}

#[test]
fn a_press_while_it_is_made_waits_only_for_the_rest() {
    let mut world = World::pair();
    world.command(0, Command::Preview(true));
    world.run(2);
    let took = until_it_rings(&mut world, 0, 1);
    assert!(took < 60, "{took} ms");
    assert_eq!(created(&world, 0), 1);
    world.answer(1);
    world.run(seconds(1));
    assert!(world.is_active(0) && world.is_active(1));
}

#[test]
fn servers_are_asked_only_once_the_person_is_about_to_call() {
    let (mut world, node) = with_server();
    world.nets[node].dead_stun = true;
    world.command(node, Command::Preview(true));
    world.run(seconds(5));
    assert_eq!(created(&world, node), 0, "the STUN server learned an address");
    world.command(node, Command::Prepare);
    world.run(seconds(1));
    assert_eq!(created(&world, node), 1);
    let took = until_it_rings(&mut world, node, 1);
    assert_eq!(took, 20, "a dead server costs nothing by then");
}

#[test]
fn who_does_not_call_after_all_keeps_nothing_open() {
    let (mut world, node) = with_server();
    world.command(node, Command::Prepare);
    world.run(seconds(170));
    assert_eq!(world.open_pcs(node), 1);
    world.run(seconds(20));
    assert_eq!(world.open_pcs(node), 0);
    let before = created(&world, node);
    world.run(seconds(300));
    assert_eq!(created(&world, node), before);
}

#[test]
fn old_candidates_are_gathered_anew() {
    let mut world = previewing();
    world.run(seconds(185));
    assert_eq!((created(&world, 0), world.open_pcs(0)), (4, 1));
    world.call(0, 1);
    world.run(100);
    world.answer(1);
    world.run(seconds(1));
    assert!(world.is_active(0) && world.is_active(1));
}

#[test]
fn another_network_makes_it_worthless() {
    let mut world = previewing();
    world.unplug(0);
    assert_eq!(world.open_pcs(0), 0);
    world.run(seconds(2));
    world.plug(0);
    world.run(seconds(5));
    assert_eq!(world.open_pcs(0), 1);
    world.nets[0].epoch += 1;
    world.environment(0, Environment::NetworkChanged);
    world.run(seconds(1));
    assert_eq!((created(&world, 0), world.open_pcs(0)), (3, 1));
    world.call(0, 1);
    world.run(100);
    world.answer(1);
    world.run(seconds(1));
    assert!(
        world.media_flows(0, 1) && world.media_flows(1, 0),
        "with candidates of the present network: {}",
        world.phases()
    );
}

#[test]
fn after_a_closed_lid_it_is_made_anew() {
    let mut world = previewing();
    world.environment(0, Environment::Resumed(duration(7_200_000)));
    world.run(seconds(1));
    assert_eq!((created(&world, 0), world.open_pcs(0)), (2, 1));
}

#[test]
fn a_hidden_page_gives_it_back() {
    let mut world = previewing();
    world.environment(0, Environment::Visible(false));
    world.run(seconds(20));
    assert_eq!(world.open_pcs(0), 1, "one looks at another tab for a moment");
    world.run(seconds(200));
    assert_eq!((created(&world, 0), world.open_pcs(0)), (1, 0));
    world.environment(0, Environment::Visible(true));
    world.run(seconds(1));
    assert_eq!(world.open_pcs(0), 1);
}

#[test]
fn leaving_the_call_screen_gives_it_back() {
    let mut world = previewing();
    world.command(0, Command::Preview(false));
    world.run(10);
    assert_eq!(world.open_pcs(0), 0);
}

#[test]
fn relay_only_holds_for_it_too() {
    let mut world = previewing();
    let preferences = Preferences {
        relay_only: true,
        ..Preferences::default()
    };
    world.command(0, Command::Preferences(preferences));
    world.run(seconds(1));
    assert_eq!(world.open_pcs(0), 1);
    let last = world.of(0).media.iter().rev().find_map(|command| match command {
        MediaCommand::CreatePeer { config, .. } => Some(config.relay_only),
        _ => None,
    });
    assert_eq!(last, Some(true));
}

#[test]
fn a_browser_that_cannot_make_it_is_not_asked_again_and_again() {
    let mut world = previewing();
    let failed = MediaInput::Failed {
        peer: PeerId(1),
        step: MediaStep::Offer,
        reason: "OperationError".into(),
    };
    world.input(0, media(failed));
    world.run(seconds(20));
    assert_eq!((created(&world, 0), world.open_pcs(0)), (1, 0));
    assert_eq!(world.of(0).call.phase, CallPhase::Idle);
    world.call(0, 1);
    world.run(100);
    world.answer(1);
    world.run(seconds(1));
    assert!(world.is_active(0), "a call makes its own: {}", world.phases());
}

#[test]
fn a_call_that_comes_in_is_answered_all_the_same() {
    let mut world = previewing();
    world.call(1, 0);
    world.run(100);
    assert_eq!(world.open_pcs(0), 2);
    world.run(seconds(2));
    assert_eq!(world.open_pcs(0), 1, "the spare made room");
    world.answer(0);
    world.run(seconds(2));
    assert!(world.media_flows(0, 1) && world.media_flows(1, 0));
    world.command(1, Command::HangUp);
    world.run(seconds(1));
    assert_eq!(world.end_reason(0), Some(EndReason::RemoteHungUp));
    assert_eq!(world.open_pcs(0), 1, "and the preview has its spare again");
}

#[test]
fn both_with_a_spare_call_each_other_at_once() {
    for gap in [0, 3, 12, 25] {
        let mut world = previewing();
        world.command(1, Command::Preview(true));
        world.run(seconds(1));
        world.call(0, 1);
        world.run(gap);
        world.call(1, 0);
        // The preview gives way to the call.
        world.command(0, Command::Preview(false));
        world.command(1, Command::Preview(false));
        world.run(seconds(1));
        assert!(world.is_active(0) && world.is_active(1), "{}", world.phases());
        assert_eq!((world.open_pcs(0), world.open_pcs(1)), (1, 1));
    }
}

#[test]
fn another_backend_has_its_own() {
    let mut world = previewing();
    let backend = engine::config::Backend {
        id: "there".into(),
        name: "There".into(),
        kind: engine::config::Kind::PeerCall,
        url: "http://server".into(),
        socket_path: "/socket.io/".into(),
        accounts: false,
        chat: None,
        ice_servers: Vec::new(),
    };
    world.command(0, Command::AddBackend(backend));
    world.command(0, Command::UseBackend("there".into()));
    assert_eq!(world.open_pcs(0), 0);
    world.run(seconds(1));
    assert_eq!(world.open_pcs(0), 1);
    world.call(0, 1);
    world.run(100);
    world.answer(1);
    world.run(seconds(1));
    assert!(world.is_active(0) && world.is_active(1));
}

#[test]
fn a_hundred_calls_from_the_preview_leave_one_spare() {
    let mut world = previewing();
    for _ in 0..100 {
        world.call(0, 1);
        world.command(0, Command::Preview(false));
        world.run(100);
        world.answer(1);
        world.run(200);
        world.command(0, Command::HangUp);
        world.run(100);
        assert_eq!((world.open_pcs(0), world.open_pcs(1)), (0, 0));
        world.command(0, Command::Dismiss);
        world.command(0, Command::Preview(true));
        world.run(100);
        assert_eq!(world.open_pcs(0), 1);
    }
}
