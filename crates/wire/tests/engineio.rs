//! The packets of engine.io-protocol revision 4, and everything else that may come instead.

use std::time::Duration;

use expect_test::{Expect, expect};
use proptest::prelude::*;
use wire::engineio::{
    Frame, MAX_PACKET, Open, Packet, Purpose, decode_payload, encode_payload, polling_length,
};

fn handshake() -> Open {
    Open {
        sid: "lv_VI97HAXpY6yYWAAAC".to_owned(),
        upgrades: vec!["websocket".to_owned()],
        ping_interval: Duration::from_secs(25),
        ping_timeout: Duration::from_secs(20),
        max_payload: 1_000_000,
    }
}

/// From the protocol's text: every packet type as a frame.
#[test]
fn published_frames() {
    let open = r#"0{"sid":"lv_VI97HAXpY6yYWAAAC","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}"#;
    for (text, packet) in [
        (open, Packet::Open(handshake())),
        ("1", Packet::Close),
        ("2", Packet::Ping(Purpose::Heartbeat)),
        ("2probe", Packet::Ping(Purpose::Probe)),
        ("3", Packet::Pong(Purpose::Heartbeat)),
        ("3probe", Packet::Pong(Purpose::Probe)),
        ("4hello", Packet::Message("hello".to_owned())),
        ("4€€€€", Packet::Message("€€€€".to_owned())),
        ("4", Packet::Message(String::new())),
        ("5", Packet::Upgrade),
        ("6", Packet::Noop),
    ] {
        assert_eq!(
            Packet::from_text(text, MAX_PACKET).as_ref(),
            Ok(&packet),
            "{text}"
        );
        if !matches!(packet, Packet::Open(_)) {
            assert_eq!(packet.into_frame(), Frame::Text(text.to_owned()));
        }
    }
    assert_eq!(
        Packet::Binary(vec![1, 2, 3, 4]).into_frame(),
        Frame::Binary(vec![1, 2, 3, 4])
    );
}

#[test]
fn the_handshake_as_printed() {
    expect![[r#"{"maxPayload":1000000,"pingInterval":25000,"pingTimeout":20000,"sid":"lv_VI97HAXpY6yYWAAAC","upgrades":["websocket"]}"#]]
        .assert_eq(&handshake().to_json());
}

/// From the protocol's text: `4hello`, `2`, `4world` in one payload, and a binary packet in one.
#[test]
fn published_payloads() {
    let hello = Packet::Message("hello".to_owned());
    for (body, packets) in [
        (
            "4hello\u{1e}2\u{1e}4world",
            vec![
                hello.clone(),
                Packet::Ping(Purpose::Heartbeat),
                Packet::Message("world".to_owned()),
            ],
        ),
        (
            "4hello\u{1e}bAQIDBA==",
            vec![hello, Packet::Binary(vec![1, 2, 3, 4])],
        ),
        ("2", vec![Packet::Ping(Purpose::Heartbeat)]),
        ("6\u{1e}1", vec![Packet::Noop, Packet::Close]),
        ("", vec![]),
    ] {
        let read: Result<Vec<_>, _> = decode_payload(body, MAX_PACKET).collect();
        assert_eq!(read.as_ref(), Ok(&packets), "{body:?}");
        assert_eq!(encode_payload(&packets), body);
    }
}

#[test]
fn a_server_of_socket_io_3_says_less() {
    let open = Open::from_json(r#"{"sid":"x","upgrades":[],"pingInterval":25000,"pingTimeout":5000}"#);
    assert_eq!(open.map(|open| open.max_payload), Ok(1_000_000));
}

fn refused(text: &str, why: Expect) {
    match Packet::from_text(text, 64) {
        Ok(packet) => panic!("{text:?} was taken for {packet:?}"),
        Err(error) => why.assert_eq(&error.to_string()),
    }
}

#[test]
fn what_is_no_packet_is_named() {
    refused("", expect!["engine.io packet: is empty"]);
    refused("7", expect!["engine.io packet: is of an unknown type"]);
    refused("bAQID", expect!["engine.io packet: is of an unknown type"]);
    refused("é", expect!["engine.io packet: is of an unknown type"]);
    refused(
        "2pro",
        expect!["engine.io packet: is a ping or pong with an unknown payload"],
    );
    refused("0", expect!["engine.io open: is no JSON"]);
    refused("0[]", expect!["engine.io open: expected an object, got a list"]);
    refused("0{}", expect!["engine.io open.sid: is missing"]);
    refused(
        r#"0{"sid":""}"#,
        expect!["engine.io open.sid: is empty or too long"],
    );
    refused(
        r#"0{"sid":"x","pingInterval":-1}"#,
        expect!["engine.io open.pingInterval: expected a whole number, got a number"],
    );
    refused(
        &["4", &"x".repeat(64)].concat(),
        expect!["engine.io packet: is too long"],
    );
}

#[test]
fn one_bad_packet_does_not_spoil_a_payload() {
    let read: Vec<_> = decode_payload("4a\u{1e}\u{1e}b!\u{1e}9\u{1e}4b", MAX_PACKET)
        .map(|packet| packet.ok())
        .collect();
    let message = |text: &str| Some(Packet::Message(text.to_owned()));
    assert_eq!(read, [message("a"), None, None, None, message("b")]);
}

fn packet() -> impl Strategy<Value = Packet> {
    let text = "[^\u{1e}]{0,40}";
    let open = (text, any::<u32>(), any::<u32>(), any::<u32>()).prop_map(|(sid, interval, timeout, max)| {
        Packet::Open(Open {
            sid: ["s", &sid].concat(),
            upgrades: vec!["websocket".to_owned()],
            ping_interval: Duration::from_millis(interval.into()),
            ping_timeout: Duration::from_millis(timeout.into()),
            max_payload: max as usize,
        })
    });
    let purpose = prop_oneof![Just(Purpose::Heartbeat), Just(Purpose::Probe)];
    prop_oneof![
        open,
        Just(Packet::Close),
        purpose.clone().prop_map(Packet::Ping),
        purpose.prop_map(Packet::Pong),
        text.prop_map(Packet::Message),
        any::<Vec<u8>>().prop_map(Packet::Binary),
        Just(Packet::Upgrade),
        Just(Packet::Noop),
    ]
}

proptest! {
    #[test]
    fn payloads_round_trip(packets in prop::collection::vec(packet(), 0..8)) {
        let body = encode_payload(&packets);
        let lengths: usize = packets.iter().map(polling_length).sum();
        prop_assert!(body.len() <= lengths, "a packet is longer than was reckoned");
        let read: Result<Vec<_>, _> = decode_payload(&body, MAX_PACKET).collect();
        prop_assert_eq!(read, Ok(packets));
    }

    #[test]
    fn frames_round_trip(packet in packet()) {
        match packet.clone().into_frame() {
            Frame::Text(text) => prop_assert_eq!(Packet::from_text(&text, MAX_PACKET), Ok(packet)),
            Frame::Binary(bytes) => prop_assert_eq!(Packet::Binary(bytes), packet),
        }
    }

    #[test]
    fn anything_may_come(text in "\\PC{0,60}|[0-9b\u{1e}\\[\\]{}\":,=/]{0,60}") {
        let _ = Packet::from_text(&text, MAX_PACKET);
        prop_assert!(decode_payload(&text, MAX_PACKET).count() <= text.len() + 1);
    }
}
