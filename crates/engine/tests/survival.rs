//! What a running call survives: named by symptom.

mod sim;

use engine::command::Command;
use engine::event::{EndReason, Path};
use engine::io::{Environment, MediaCommand};
use proptest::prelude::*;
use serde_json::{Value, json};
use sim::{World, duration, seconds};

fn broken(world: &World, node: usize) -> bool {
    matches!(world.path(node), Path::Broken { .. })
}

fn restarts(world: &World, node: usize) -> usize {
    let restart = |command: &&MediaCommand| {
        matches!(
            command,
            MediaCommand::Offer {
                ice_restart: true,
                ..
            }
        )
    };
    world.of(node).media.iter().filter(restart).count()
}

fn refreshed(world: &World, node: usize) -> usize {
    let refresh = |command: &&MediaCommand| matches!(command, MediaCommand::RefreshPicture { .. });
    world.of(node).media.iter().filter(refresh).count()
}

/// Until media flows both ways again, and how long that took.
fn until_healed(world: &mut World, limit: u64) -> u64 {
    let start = world.now;
    while world.now < start + limit {
        world.run(10);
        let both = world.media_flows(0, 1) && world.media_flows(1, 0);
        if both && world.path(0) == Path::Flowing && world.path(1) == Path::Flowing {
            return world.now - start;
        }
    }
    panic!("not healed within {limit} ms: {}", world.phases());
}

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

fn garbage() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        Just("offer".to_owned()),
        Just("answer".to_owned()),
        Just("candidate".to_owned()),
        Just("v=0\r\nm=audio\r\na=ice-ufrag:x\r\na=fingerprint:y\r\na=candidate:1 typ host".to_owned()),
        Just("bye".to_owned()),
        Just("accept".to_owned()),
        Just("ringing".to_owned()),
        Just("id0001".to_owned()),
        Just("id0002".to_owned()),
        ".{0,12}",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        text.prop_map(Value::from),
    ];
    let key = prop::sample::select(vec![
        "type",
        "sdp",
        "candidate",
        "antenna",
        "signal",
        "from",
        "name",
        "word",
        "why",
        "call",
        "n",
        "re",
        "early",
        "proofs",
        "devices",
        "half",
        "text",
        "renegotiate",
        "transceiverRequest",
        "kind",
        "caps",
    ]);
    leaf.prop_recursive(4, 24, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..6).prop_map(|members| members
                .into_iter()
                .map(|(key, value)| (key.to_owned(), value))
                .collect()),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn no_signal_panics_and_a_call_is_possible_afterwards(
        letters in prop::collection::vec((0..5_usize, garbage(), 0..4_u64, any::<bool>()), 1..24),
        phase in 0..4_u8,
    ) {
        let mut world = World::pair();
        if phase > 0 {
            world.call(usize::from(phase == 3), 1 - usize::from(phase == 3));
            world.run(100);
        }
        if phase == 2 {
            world.answer(1);
            world.run(500);
        }
        for (kind, garbage, pause, to_first) in letters {
            let node = usize::from(!to_first);
            let to = world.id(node);
            match kind {
                0 => world.send_to(&to, "callUser", vec![json!({ "signal": garbage, "from": "id0001", "name": "x" })]),
                1 => world.send_to(&to, "callUser", vec![garbage]),
                2 => world.send_to(&to, "callAccepted", vec![garbage]),
                3 => world.send_to(&to, "callDeclined", vec![garbage]),
                _ => {
                    let peer = engine::io::PeerId(1);
                    let text = garbage.to_string();
                    world.input(node, sim::media(engine::io::MediaInput::Data { peer, text }));
                }
            }
            world.run(pause * 20);
        }
        world.run(seconds(70));
        for node in [0, 1] {
            world.command(node, Command::HangUp);
            world.command(node, Command::Dismiss);
            while let Some(incoming) = world.of(node).call.incoming.clone() {
                world.command(node, Command::Decline { call: incoming.call });
            }
        }
        world.run(seconds(1));
        prop_assert_eq!((world.open_pcs(0), world.open_pcs(1)), (0, 0));
        world.call(0, 1);
        world.run(200);
        world.answer(1);
        world.run(seconds(2));
        prop_assert!(world.is_active(0) && world.is_active(1), "{}", world.phases());
    }
}
