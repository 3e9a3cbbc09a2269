//! What is done with fuzzed bytes: every decoder of `wire` and `engine` that reads what others send.
//!
//! A target must not panic, must not use much more memory than its input, and whatever it read must be printed so that
//! it reads the same again.

use std::time::Duration;

use engine::io::{
    Environment, HttpFailure, IdSpace, Output, Reply, RequestId, SocketCommand, SocketId, SocketInput,
};
use engine::session::socketio::{Emit, SessionOutput, Settings, SocketIo, WhenOffline};
use engine::time::Instant;
use serde_json::Value;
use wire::engineio::{Frame, MAX_PACKET, Packet, decode_payload, encode_payload};
use wire::peer_call::{ClientEvent, ServerEvent};
use wire::signal::{Message, sdp as sdp_text};
use wire::socketio::{Decoder, Limits};

/// A target's name, and what it does.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: &[Target] = &[
    ("engineio", engineio),
    ("polling_payload", polling_payload),
    ("socketio", socketio),
    ("session", session),
    ("peer_call", peer_call),
    ("signal", signal),
    ("sdp", sdp),
    ("jwt", jwt),
    ("library", library),
    ("chat", chat),
    ("config", config),
];

/// Engine.IO packets in text frames.
pub fn engineio(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let Ok(packet) = Packet::from_text(&text, MAX_PACKET) else {
        return;
    };
    match packet.clone().into_frame() {
        Frame::Text(printed) => assert_eq!(Packet::from_text(&printed, MAX_PACKET), Ok(packet)),
        Frame::Binary(_) => panic!("a text frame was read as binary"),
    }
}

/// Bodies of HTTP long-polling.
pub fn polling_payload(data: &[u8]) {
    let body = String::from_utf8_lossy(data);
    let packets: Vec<_> = decode_payload(&body, MAX_PACKET).filter_map(Result::ok).collect();
    let printed = encode_payload(&packets);
    assert!(decode_payload(&printed, MAX_PACKET).eq(packets.into_iter().map(Ok)));
}

/// Socket.IO packets with their attachments: messages are parted by NUL, and a first byte 0x01 makes one binary.
pub fn socketio(data: &[u8]) {
    let mut decoder = Decoder::new(Limits {
        text: 1 << 20,
        attachments: 8,
        attachment_bytes: 1 << 20,
    });
    for message in data.split(|byte| *byte == 0) {
        let packet = match message {
            [1, bytes @ ..] => decoder.binary(bytes.to_vec()),
            text => decoder.text(&String::from_utf8_lossy(text)),
        };
        let Ok(Some(mut packet)) = packet else {
            continue;
        };
        drop_fractions(&mut packet);
        let encoded = packet.clone().encode();
        let mut again = Decoder::default();
        let mut read = again.text(&encoded.text);
        for bytes in encoded.binary {
            read = again.binary(bytes);
        }
        assert_eq!(read, Ok(Some(packet)));
    }
}

/// serde_json reads fractions, and whole numbers beyond 64 bits, to within one unit in the last place, so these alone do
/// not come back as they were printed.
fn drop_fractions(packet: &mut wire::socketio::Packet) {
    use wire::socketio::Body;
    match &mut packet.body {
        Body::Connect(data) => data.iter_mut().for_each(drop_fraction),
        Body::Disconnect => {}
        Body::Event(event) => event.args.iter_mut().for_each(drop_fraction),
        Body::Ack(ack) => ack.args.iter_mut().for_each(drop_fraction),
        Body::ConnectError(error) => error.data.iter_mut().for_each(drop_fraction),
    }
}

fn drop_fraction(value: &mut Value) {
    match value {
        Value::Number(number) if number.is_f64() => *value = Value::from(0),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        Value::Array(list) => list.iter_mut().for_each(drop_fraction),
        Value::Object(map) => map.values_mut().for_each(drop_fraction),
    }
}

/// A whole session, of a server that says anything: messages are parted by NUL, the first byte says what each is.
pub fn session(data: &[u8]) {
    let mut session = SocketIo::new(Settings {
        base_url: "http://h".to_owned(),
        path: "/socket.io/".to_owned(),
        namespaces: vec!["/".to_owned(), "/a".to_owned()],
        auth: Value::Null,
        ids: IdSpace(0),
        seed: 1,
    });
    let (mut now, mut socket, mut request) = (Instant::default(), 0, 0);
    session.connect(now);
    for message in data.split(|byte| *byte == 0) {
        while let Some(output) = session.poll() {
            match output {
                SessionOutput::Output(Output::Socket(id, SocketCommand::Open { .. })) => socket = id.0,
                SessionOutput::Output(Output::Http(id, _)) => request = id.0,
                SessionOutput::Output(_) | SessionOutput::Event(_) => {}
            }
        }
        let Some((kind, rest)) = message.split_first() else {
            continue;
        };
        let text = String::from_utf8_lossy(rest).into_owned();
        let size = rest.len() as u64;
        match kind {
            b't' => session.handle_socket(now, SocketId(socket), SocketInput::Text(text)),
            b'b' => session.handle_socket(now, SocketId(socket), SocketInput::Binary(rest.to_vec())),
            b'o' => session.handle_socket(now, SocketId(socket), SocketInput::Opened),
            b'c' => session.handle_socket(
                now,
                SocketId(socket),
                SocketInput::Closed {
                    code: 1006,
                    reason: text,
                },
            ),
            b'h' => session.handle_http(now, RequestId(request), reply(200, text)),
            b'g' => session.handle_http(now, RequestId(request.saturating_sub(1)), reply(200, text)),
            b'4' => session.handle_http(now, RequestId(request), reply(400, text)),
            b'x' => session.handle_http(now, RequestId(request), Err(HttpFailure::Unreachable)),
            b'w' => session.watch_closely(now, size.is_multiple_of(2)),
            b'n' => session.handle_environment(now, Environment::NetworkChanged),
            b'a' => {
                now = now + Duration::from_millis(size * 500);
                session.handle_tick(now);
            }
            _ => {
                let asks = Some(Duration::from_secs(size)).filter(|_| size.is_multiple_of(2));
                let args = vec![Value::from(text)];
                session.emit(
                    now,
                    Emit {
                        namespace: "/".to_owned(),
                        event: "e".to_owned(),
                        args,
                        binary: Vec::new(),
                        ack_within: asks,
                        offline: WhenOffline::Queue,
                    },
                );
            }
        }
    }
}

fn reply(status: u16, body: String) -> Result<Reply, HttpFailure> {
    Ok(Reply {
        status,
        retry_after: None,
        body,
    })
}

/// The events of contract 1, in both directions: a JSON list of a name and arguments.
pub fn peer_call(data: &[u8]) {
    let Ok(Value::Array(mut args)) = serde_json::from_slice(data) else {
        return;
    };
    if args.is_empty() {
        return;
    }
    let Value::String(name) = args.remove(0) else {
        return;
    };
    if let Ok(Some(event)) = ServerEvent::decode(&name, &args) {
        let (printed, args) = event.clone().encode();
        assert_eq!(ServerEvent::decode(printed, &args), Ok(Some(event)));
    }
    if let Ok(Some(event)) = ClientEvent::decode(&name, &args) {
        let (printed, args) = event.clone().encode();
        assert_eq!(ClientEvent::decode(printed, &args), Ok(Some(event)));
    }
}

/// Signals of simple-peer, with what Antenna adds.
pub fn signal(data: &[u8]) {
    let Ok(value) = serde_json::from_slice::<Value>(data) else {
        return;
    };
    if let Ok(message) = Message::decode("signal", &value) {
        assert_eq!(Message::decode("signal", &message.encode()), Ok(message));
    }
}

/// SDP as far as it is looked into.
pub fn sdp(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (bare, candidates) = sdp_text::split_candidates(&text);
    let _ = sdp_text::with_candidates(&bare, &candidates);
    let _ = (
        sdp_text::ice_ufrag(&text),
        sdp_text::fingerprints(&text),
        sdp_text::trickles(&text),
    );
    for candidate in candidates {
        let _ = sdp_text::candidate_kind(&candidate.candidate);
    }
}

/// Access tokens, and their alphabet.
pub fn jwt(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let _ = wire::jwt::decode_unverified(&text);
    if let Some(bytes) = wire::jwt::from_base64url(&text) {
        assert_eq!(
            wire::jwt::from_base64url(&wire::jwt::base64url(&bytes)),
            Some(bytes)
        );
    }
}

/// Answers of account routes, and error bodies.
pub fn library(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let _ = wire::library::session("login", &text);
    let _ = wire::library::me("me", &text);
    let _ = wire::http::problem(&text);
}

/// The events of contract 5 (a JSON list of a name and arguments), and its answers.
pub fn chat(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let _ = wire::chat::page("page", &text);
    match serde_json::from_slice(data) {
        Ok(Value::Array(mut args)) if args.first().is_some_and(Value::is_string) => {
            if let Value::String(name) = args.remove(0) {
                let mut found = Vec::new();
                wire::chat::decode(&name, args, &mut found);
                for why in found.into_iter().filter_map(Result::err) {
                    assert!(!why.event.is_empty() && !why.why.is_empty(), "{why:?}");
                }
            }
        }
        Ok(value) => {
            let _ = wire::chat::room("room", value.clone());
            let _ = wire::chat::user("user", value);
        }
        Err(_) => {}
    }
}

/// `config.json`, and the address a person adds.
pub fn config(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    for base in ["https://app.test/", "http://localhost:8080"] {
        if let Err(error) = engine::config::parse(&text, base) {
            assert!(
                error.line >= 1 && error.line <= text.lines().count().max(1) + 1,
                "line {}",
                error.line
            );
        }
        let _ = engine::config::backend_from_url(&text, base);
    }
}
