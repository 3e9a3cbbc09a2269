//! The packets of socket.io-protocol revision 5, and everything else that may come instead.

use expect_test::{Expect, expect};
use proptest::prelude::*;
use serde_json::{Value, json};
use wire::socketio::{
    Ack, Body, ConnectError, Decoder, Encoded, Event, Limits, Packet, is_reserved, placeholder,
    placeholder_of,
};

fn event(name: &str, args: Vec<Value>) -> Event {
    Event {
        name: name.to_owned(),
        args,
        ..Event::default()
    }
}

/// Printed and read again, with the attachments in between.
fn check(packet: Packet, text: &str, binary: &[&[u8]]) {
    let encoded = packet.clone().encode();
    assert_eq!(
        encoded,
        Encoded {
            text: text.to_owned(),
            binary: binary.iter().map(|bytes| bytes.to_vec()).collect()
        }
    );
    assert_eq!(read(text, binary), Ok(Some(packet)));
}

fn read(text: &str, binary: &[&[u8]]) -> Result<Option<Packet>, String> {
    let mut decoder = Decoder::default();
    let mut packet = decoder.text(text);
    for bytes in binary {
        assert_eq!(packet, Ok(None), "it was complete before its attachments");
        packet = decoder.binary(bytes.to_vec());
    }
    packet.map_err(|error| error.to_string())
}

/// From the protocol's text: every packet type.
#[test]
fn published_packets() {
    let root = |body| Packet::new("/", body);
    let admin = |body| Packet::new("/admin", body);
    check(root(Body::Connect(None)), "0", &[]);
    check(admin(Body::Connect(None)), "0/admin,", &[]);
    check(
        root(Body::Connect(Some(json!({"token": "123"})))),
        r#"0{"token":"123"}"#,
        &[],
    );
    check(
        admin(Body::Connect(Some(json!({"sid": "oSO0OpakMV_3jnilAAAA"})))),
        r#"0/admin,{"sid":"oSO0OpakMV_3jnilAAAA"}"#,
        &[],
    );
    check(
        root(Body::ConnectError(ConnectError {
            message: "Not authorized".to_owned(),
            data: None,
        })),
        r#"4{"message":"Not authorized"}"#,
        &[],
    );
    check(root(Body::Disconnect), "1", &[]);
    check(admin(Body::Disconnect), "1/admin,", &[]);
    check(root(Body::Event(event("foo", vec![]))), r#"2["foo"]"#, &[]);
    check(
        admin(Body::Event(event("bar", vec![]))),
        r#"2/admin,["bar"]"#,
        &[],
    );
    let asking = Event {
        ack: Some(12),
        ..event("foo", vec![])
    };
    check(root(Body::Event(asking)), r#"212["foo"]"#, &[]);
    check(
        admin(Body::Ack(Ack {
            id: 13,
            args: vec![json!("bar")],
            binary: vec![],
        })),
        r#"3/admin,13["bar"]"#,
        &[],
    );
    check(
        root(Body::Event(Event {
            binary: vec![vec![1, 2, 3, 4]],
            ..event("baz", vec![placeholder(0)])
        })),
        r#"51-["baz",{"_placeholder":true,"num":0}]"#,
        &[&[1, 2, 3, 4]],
    );
    check(
        admin(Body::Event(Event {
            binary: vec![vec![1, 2], vec![3, 4]],
            ..event("baz", vec![placeholder(0), placeholder(1)])
        })),
        r#"52-/admin,["baz",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]"#,
        &[&[1, 2], &[3, 4]],
    );
    check(
        root(Body::Ack(Ack {
            id: 15,
            args: vec![json!("bar"), placeholder(0)],
            binary: vec![vec![1, 2, 3, 4]],
        })),
        r#"61-15["bar",{"_placeholder":true,"num":0}]"#,
        &[&[1, 2, 3, 4]],
    );
}

#[test]
fn shapes_that_servers_vary_are_accepted() {
    let namespaces = |text| read(text, &[]).map(|packet| packet.map(|packet| packet.namespace));
    assert_eq!(
        namespaces("0/admin"),
        Ok(Some("/admin".to_owned())),
        "without the comma"
    );
    assert_eq!(
        namespaces("0/ns?token=1,"),
        Ok(Some("/ns?token=1".to_owned())),
        "with a query"
    );
    let plain = ConnectError {
        message: "no".to_owned(),
        data: None,
    };
    assert_eq!(
        read(r#"4"no""#, &[]),
        Ok(Some(Packet::new("/", Body::ConnectError(plain)))),
        "a bare message"
    );
    let numbered = Packet::new("/", Body::Event(event("7", vec![json!(true)])));
    assert_eq!(read("2[7,true]", &[]), Ok(Some(numbered)), "a numeric name");
}

#[test]
fn a_placeholder_counts_only_where_there_are_attachments() {
    let value = json!({"_placeholder": true, "num": 9});
    let packet = Packet::new("/", Body::Event(event("x", vec![value.clone()])));
    assert_eq!(
        read(r#"2["x",{"_placeholder":true,"num":9}]"#, &[]),
        Ok(Some(packet))
    );
    assert_eq!(placeholder_of(&value), Some(9));
    assert_eq!(placeholder_of(&json!({"_placeholder": false, "num": 9})), None);
    assert_eq!(placeholder_of(&json!({"_placeholder": true, "num": -1})), None);
}

fn refused(text: &str, binary: &[&[u8]], why: Expect) {
    match read(text, binary) {
        Ok(packet) => panic!("{text:?} was taken for {packet:?}"),
        Err(error) => why.assert_eq(&error),
    }
}

#[test]
fn what_is_no_packet_is_named() {
    refused("", &[], expect!["socket.io packet: is empty"]);
    refused("7", &[], expect!["socket.io packet.type: is unknown"]);
    refused("é", &[], expect!["socket.io packet.type: is unknown"]);
    refused("2", &[], expect!["socket.io packet.data: is missing"]);
    refused("2[]", &[], expect!["socket.io packet.data: has no event name"]);
    refused(
        "2{}",
        &[],
        expect!["socket.io packet.data: expected a list, got an object"],
    );
    refused(
        "2[null]",
        &[],
        expect!["socket.io packet.name: expected a text, got null"],
    );
    refused(
        r#"2["connect"]"#,
        &[],
        expect!["socket.io packet.name: is reserved"],
    );
    refused(
        r#"2["a""#,
        &[],
        expect!["socket.io packet.data: is no JSON, or nested too deeply"],
    );
    refused(
        r#"299999999999999999999["a"]"#,
        &[],
        expect!["socket.io packet.id: is too large"],
    );
    refused("3[]", &[], expect!["socket.io packet.id: is missing"]);
    refused("31", &[], expect!["socket.io packet.data: is missing"]);
    refused(
        "0[]",
        &[],
        expect!["socket.io packet.data: expected an object, got a list"],
    );
    refused(
        "1[]",
        &[],
        expect!["socket.io packet.data: does not belong to a DISCONNECT"],
    );
    refused("4", &[], expect!["socket.io packet.data: is missing"]);
    refused(
        "4[]",
        &[],
        expect!["socket.io packet.data: expected an object, got a list"],
    );
    refused(
        r#"4{"message":[]}"#,
        &[],
        expect!["socket.io packet.message: expected a text, got a list"],
    );
    refused(
        r#"5["a"]"#,
        &[],
        expect!["socket.io packet.attachments: have no count"],
    );
    refused(
        r#"50-["a"]"#,
        &[],
        expect!["socket.io packet.attachments: have no count"],
    );
    refused(
        r#"5999-["a"]"#,
        &[],
        expect!["socket.io packet.attachments: are too many"],
    );
    refused(
        r#"51-["a",[{"_placeholder":true,"num":1}]]"#,
        &[&[1]],
        expect!["socket.io packet.attachments: lack one that the packet refers to"],
    );
    refused(
        r#"51-["a",{"_placeholder":true}]"#,
        &[&[1]],
        expect!["socket.io packet.attachments: lack one that the packet refers to"],
    );
    let deep = ["2[\"a\",", &"[".repeat(10_000), &"]".repeat(10_000), "]"].concat();
    refused(
        &deep,
        &[],
        expect!["socket.io packet.data: is no JSON, or nested too deeply"],
    );
    refused(
        &["0/", &"n".repeat(2000), ","].concat(),
        &[],
        expect!["socket.io packet.namespace: is too long"],
    );
}

#[test]
fn limits_hold() {
    let mut decoder = Decoder::new(Limits {
        text: 40,
        attachments: 2,
        attachment_bytes: 10,
    });
    assert!(
        decoder.text(&["2[\"", &"x".repeat(40), "\"]"].concat()).is_err(),
        "text"
    );
    assert!(decoder.text(r#"53-["a"]"#).is_err(), "attachments");
    assert_eq!(decoder.text(r#"52-["a"]"#), Ok(None));
    assert_eq!(decoder.binary(vec![0; 6]), Ok(None));
    assert!(decoder.binary(vec![0; 6]).is_err(), "bytes of attachments");
}

#[test]
fn after_an_error_the_next_packet_is_read() {
    let mut decoder = Decoder::default();
    assert!(decoder.binary(vec![1]).is_err(), "an attachment of nothing");
    assert_eq!(
        decoder.text(r#"51-["a",{"_placeholder":true,"num":0}]"#),
        Ok(None)
    );
    assert!(
        decoder.text(r#"2["b"]"#).is_err(),
        "a text instead of the attachment"
    );
    assert!(decoder.binary(vec![1]).is_err(), "the attachment came too late");
    assert!(matches!(decoder.text(r#"2["c"]"#), Ok(Some(_))));
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec(("[a-z]{1,6}", inner), 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// Arguments, and as many attachments as placeholders.
fn arguments() -> impl Strategy<Value = (Vec<Value>, Vec<Vec<u8>>)> {
    (
        prop::collection::vec(value(), 0..4),
        prop::collection::vec(any::<Vec<u8>>(), 0..4),
    )
        .prop_map(|(mut args, binary)| {
            args.extend((0..binary.len()).map(placeholder));
            (args, binary)
        })
}

fn packet() -> impl Strategy<Value = Packet> {
    let object = prop::option::of(
        prop::collection::vec(("[a-z]{1,6}", value()), 0..3)
            .prop_map(|fields| Value::Object(fields.into_iter().collect())),
    );
    let name = ".{0,12}".prop_filter("reserved", |name| !is_reserved(name));
    let body = prop_oneof![
        object.prop_map(Body::Connect),
        Just(Body::Disconnect),
        (name, arguments(), prop::option::of(any::<u64>())).prop_map(|(name, (args, binary), ack)| {
            Body::Event(Event {
                name,
                args,
                binary,
                ack,
            })
        }),
        (any::<u64>(), arguments()).prop_map(|(id, (args, binary))| Body::Ack(Ack { id, args, binary })),
        (
            ".{0,12}",
            prop::option::of(value().prop_filter("null is nothing", |value| !value.is_null()))
        )
            .prop_map(|(message, data)| Body::ConnectError(ConnectError { message, data })),
    ];
    ("/[a-z0-9_?=-]{0,12}", body).prop_map(|(namespace, body)| Packet { namespace, body })
}

proptest! {
    #[test]
    fn packets_round_trip(packet in packet()) {
        let Encoded { text, binary } = packet.clone().encode();
        let mut decoder = Decoder::default();
        let mut read = decoder.text(&text);
        for bytes in binary {
            prop_assert_eq!(&read, &Ok(None));
            read = decoder.binary(bytes);
        }
        prop_assert_eq!(read, Ok(Some(packet)));
    }

    #[test]
    fn anything_may_come(messages in prop::collection::vec("\\PC{0,40}|[0-6/,\\-\\[\\]{}\":a_0-9]{0,40}", 0..8)) {
        let mut decoder = Decoder::default();
        for (index, text) in messages.iter().enumerate() {
            let _ = decoder.text(text);
            if index % 2 == 0 {
                let _ = decoder.binary(text.clone().into_bytes());
            }
        }
    }
}
