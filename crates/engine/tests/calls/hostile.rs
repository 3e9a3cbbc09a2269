//! Signals that nobody should send: named by symptom.

use crate::sim::{World, seconds};
use crate::{commands, sim};
use engine::command::Command;
use engine::io::MediaCommand;
use proptest::prelude::*;
use serde_json::{Value, json};

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
