use expect_test::expect;
use proptest::prelude::*;

use super::*;

fn decode(text: &str) -> Result<Message, String> {
    Message::decode("callUser", &serde_json::from_str(text).unwrap()).map_err(|error| error.to_string())
}

#[test]
fn every_signal_of_simple_peer_survives_decoding_and_printing() {
    for text in [
        r#"{"type":"offer","sdp":"v=0\r\n"}"#,
        r#"{"type":"answer","sdp":"v=0\r\n"}"#,
        r#"{"type":"candidate","candidate":{"candidate":"candidate:1 1 udp 1 1.2.3.4 5 typ host","sdpMLineIndex":0,"sdpMid":"0"}}"#,
        r#"{"type":"renegotiate","renegotiate":true}"#,
        r#"{"type":"transceiverRequest","transceiverRequest":{"kind":"video"}}"#,
    ] {
        let expected: Value = serde_json::from_str(text).unwrap();
        assert_eq!(decode(text).unwrap().encode(), expected);
        assert_eq!(
            Message::decode("e", &Value::String(text.into()))
                .unwrap()
                .encode(),
            expected,
            "as a text"
        );
    }
}

#[test]
fn a_candidate_without_a_type_or_as_a_bare_text_is_read() {
    let bare = decode(r#"{"candidate":{"candidate":"candidate:1","sdpMid":0}}"#).unwrap();
    assert!(matches!(&bare.signal, Some(Signal::Candidate(c)) if c.sdp_mid.as_deref() == Some("0")));
    let flat = decode(r#"{"candidate":"candidate:1","sdpMLineIndex":1}"#).unwrap();
    assert!(matches!(&flat.signal, Some(Signal::Candidate(c)) if c.sdp_m_line_index == Some(1)));
}

#[test]
fn what_is_no_signal_is_refused_with_event_and_field() {
    let complaints: Vec<String> = [
        "{}",
        "7",
        r#"{"type":"offer"}"#,
        r#"{"type":"hello","sdp":"v=0"}"#,
        r#"{"sdp":{"a":1},"type":"offer"}"#,
        r#"{"candidate":7}"#,
        r#"{"transceiverRequest":{"kind":"smell"}}"#,
        r#"{"antenna":"x"}"#,
        r#""{not json""#,
    ]
    .iter()
    .map(|text| decode(text).unwrap_err())
    .collect();
    expect![[r#"
        callUser.signal: is none that simple-peer knows
        callUser: expected an object, got a number
        callUser.signal: is none that simple-peer knows
        callUser.type: is neither offer nor answer
        callUser.sdp: expected a text, got an object
        callUser.candidate: expected an object, got a number
        callUser.transceiverRequest.kind: is neither audio nor video
        callUser.antenna: expected an object, got a text
        callUser.signal: is a text that is no JSON object"#]]
    .assert_eq(&complaints.join("\n"));
}

#[test]
fn what_antenna_adds_survives_and_stays_small() {
    let message = Message {
        signal: None,
        antenna: Some(Extension {
            call: Some("c1".into()),
            from: Some("me".into()),
            name: Some("Ada".into()),
            trickle: true,
            early_answers: true,
            early: true,
            proofs: vec![[1; 16], [255; 16]],
            proved: Some([1; 16]),
            offer: Some(3),
            answers: Some(2),
            word: Some(Word::Bye(Bye::Busy)),
            devices: Some(DeviceNote {
                muted: true,
                camera_off: false,
                sharing: true,
            }),
            text: Some("hi".into()),
            half: Some([9; 16]),
            signal: Some(Box::new(Message {
                signal: Some(Signal::Renegotiate),
                antenna: None,
            })),
        }),
    };
    let encoded = message.encode();
    assert_eq!(Message::decode("data", &encoded).unwrap(), message);
    expect![[r#"{"antenna":{"call":"c1","caps":["trickle","early"],"devices":{"cameraOff":false,"muted":true,"sharing":true},"early":true,"from":"me","half":"09090909090909090909090909090909","n":3,"name":"Ada","proofs":["01010101010101010101010101010101","ffffffffffffffffffffffffffffffff"],"proved":"01010101010101010101010101010101","re":2,"signal":{"renegotiate":true,"type":"renegotiate"},"text":"hi","v":1,"why":"busy","word":"bye"}}"#]]
    .assert_eq(&encoded.to_string());
}

#[test]
fn a_later_versions_words_and_members_are_ignored() {
    let message =
        decode(r#"{"antenna":{"v":9,"word":"levitate","caps":["x",7],"proofs":[1,"zz"],"new":{}}}"#).unwrap();
    assert_eq!(message.antenna, Some(Extension::default()));
}

const SDP: &str = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\na=group:BUNDLE 0 1\r\n\
m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\n\
a=candidate:1 1 udp 2122260223 10.0.0.1 50000 typ host\r\na=ice-ufrag:abcd\r\na=ice-options:trickle\r\n\
a=fingerprint:sha-256 AA:BB\r\na=mid:0\r\na=end-of-candidates\r\n\
m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=ice-ufrag:abcd\r\na=fingerprint:sha-256 aa:bb\r\na=mid:1\r\n";

#[test]
fn candidates_are_taken_out_and_put_back() {
    let (stripped, candidates) = sdp::split_candidates(SDP);
    assert!(!stripped.contains("candidate"), "{stripped}");
    assert_eq!(candidates.len(), 1);
    assert_eq!(candidates[0].sdp_mid.as_deref(), Some("0"));
    assert_eq!(candidates[0].sdp_m_line_index, Some(0));
    let whole = sdp::with_candidates(&stripped, &candidates);
    assert_eq!(sdp::split_candidates(&whole), (stripped, candidates.clone()));
    assert_eq!(sdp::with_candidates(&whole, &candidates), whole, "none twice");
}

#[test]
fn a_candidate_cannot_smuggle_a_line_into_the_sdp() {
    let evil = Candidate {
        candidate: "candidate:1 1 udp 1 1.1.1.1 1 typ host\r\na=fingerprint:sha-256 EE".into(),
        sdp_mid: Some("1".into()),
        sdp_m_line_index: None,
    };
    let whole = sdp::with_candidates(SDP, &[evil]);
    assert_eq!(sdp::fingerprints(&whole), ["sha-256 aa:bb"]);
}

#[test]
fn credentials_trickling_and_kinds_are_read() {
    assert_eq!(sdp::ice_ufrag(SDP), Some("abcd"));
    assert!(sdp::trickles(SDP));
    assert!(
        !sdp::trickles(&SDP.replace("a=ice-options:trickle\r\n", "")),
        "simple-peer with trickle: false"
    );
    let kind = |typ: &str| sdp::candidate_kind(&format!("candidate:1 1 udp 1 1.2.3.4 5 typ {typ} x"));
    assert_eq!(kind("host"), Some(sdp::CandidateKind::Host));
    assert_eq!(kind("srflx"), Some(sdp::CandidateKind::Reflexive));
    assert_eq!(kind("relay"), Some(sdp::CandidateKind::Relayed));
    assert_eq!(sdp::candidate_kind("candidate:1 typ"), None);
}

proptest! {
    #[test]
    fn no_text_breaks_the_sdp_helpers(lines in prop::collection::vec(
        prop_oneof![Just("m=audio".to_owned()), Just("a=candidate:1 typ host".to_owned()), Just("a=mid:0".to_owned()),
            Just("\r".to_owned()), "a=[a-z:]{0,12}", ".{0,20}"], 0..30), mid in ".{0,4}", index in any::<Option<u16>>()) {
        let sdp = lines.join("\n");
        let (stripped, mut candidates) = sdp::split_candidates(&sdp);
        prop_assert!(sdp::split_candidates(&stripped).1.is_empty());
        candidates.push(Candidate { candidate: mid.clone(), sdp_mid: Some(mid), sdp_m_line_index: index });
        let _ = (sdp::with_candidates(&sdp, &candidates), sdp::ice_ufrag(&sdp), sdp::fingerprints(&sdp), sdp::trickles(&sdp));
    }
}
