//! Long-polling, and the change to WebSocket.

use super::*;
use expect_test::expect;

#[test]
fn one_get_and_one_post_at_a_time() {
    let mut sim = Sim::polled(OPEN);
    sim.emit("a");
    sim.emit("b");
    sim.emit("c");
    let post = sim.last_request("POST");
    sim.answer(post, "ok");
    sim.check(expect![[r#"
        0      POST #6 <- 42["a"]
        0      POST #7 <- 42["b"]␞42["c"]
    "#]]);
}

#[test]
fn bytes_travel_as_base64() {
    let mut sim = Sim::polled(OPEN);
    let args = vec![wire::socketio::placeholder(0)];
    sim.act(|session, now| {
        session.emit(
            now,
            Emit {
                args,
                binary: vec![vec![1, 2, 3, 4]],
                ..plain("file")
            },
        )
    });
    sim.answer(
        5,
        "451-[\"file\",{\"_placeholder\":true,\"num\":0}]\u{1e}bAQIDBA==",
    );
    sim.check(expect![[r#"
        0      POST #6 <- 451-["file",{"_placeholder":true,"num":0}]␞bAQIDBA==
        0      GET #7 http://h/socket.io/?EIO=4&transport=polling&sid=E&t=7
        0      event / file [{"_placeholder":true,"num":0}] [[1, 2, 3, 4]]
    "#]]);
}

#[test]
fn a_post_that_was_refused_is_sent_again_after_the_next_connect() {
    let mut sim = Sim::polled(OPEN);
    sim.emit("a");
    let post = sim.last_request("POST");
    sim.emit("b");
    let cancelled = sim.emit("c");
    sim.act(|session, _| session.cancel(cancelled));
    sim.status(post, 400, r#"{"code":1,"message":"Session ID unknown"}"#);
    sim.check(expect![[r#"
        0      POST #6 <- 42["a"]
        0      abort #5
        0      lost: the server answered with status 400
        0      waiting for attempt 1 at 781: the server answered with status 400
    "#]]);
    sim.advance(1_000);
    let opening = sim.last_request("GET");
    sim.answer(opening, OPEN);
    let (post, get) = (sim.last_request("POST"), sim.last_request("GET"));
    sim.answer(post, "ok");
    sim.log.clear();
    sim.answer(get, r#"40{"sid":"S"}"#);
    assert_eq!(sim.sent(), [r#"42["a"]␞42["b"]"#]);
}

#[test]
fn a_post_without_an_answer_may_have_arrived_and_is_not_sent_again() {
    let mut sim = Sim::polled(OPEN);
    sim.emit("unknown");
    let post = sim.last_request("POST");
    sim.emit("certain");
    sim.unreachable(post);
    sim.advance(1_000);
    let opening = sim.last_request("GET");
    sim.answer(opening, OPEN);
    let (post, get) = (sim.last_request("POST"), sim.last_request("GET"));
    sim.answer(post, "ok");
    sim.log.clear();
    sim.answer(get, r#"40{"sid":"S"}"#);
    assert_eq!(sim.sent(), [r#"42["certain"]"#]);
}

#[test]
fn a_session_changes_to_websocket_when_that_works() {
    let mut sim = Sim::new();
    sim.act(SocketIo::connect);
    sim.closed(1);
    sim.answer(2, OPEN_UPGRADABLE);
    sim.socket(3, SocketInput::Opened);
    sim.text(3, "3probe");
    sim.emit("waits for the change");
    let (post, get) = (sim.last_request("POST"), sim.last_request("GET"));
    sim.answer(post, "ok");
    sim.answer(get, "40{\"sid\":\"S\"}\u{1e}6");
    sim.text(3, "2");
    sim.check(expect![[r#"
        0      open #1 ws://h/socket.io/?EIO=4&transport=websocket
        0      connecting
        0      GET #2 http://h/socket.io/?EIO=4&transport=polling&t=2
        0      open #3 ws://h/socket.io/?EIO=4&transport=websocket&sid=E
        0      GET #4 http://h/socket.io/?EIO=4&transport=polling&sid=E&t=4
        0      POST #5 <- 40
        0      #3 <- 2probe
        0      #3 <- 5
        0      connected
        0      joined / as S
        0      #3 <- 42["waits for the change"]
        0      #3 <- 3
    "#]]);
}

#[test]
fn a_websocket_that_fails_the_probe_leaves_polling_as_it_was() {
    for how in ["closes", "says nonsense", "is silent", "dies while draining"] {
        let mut sim = Sim::new();
        sim.act(SocketIo::connect);
        sim.closed(1);
        sim.answer(2, OPEN_UPGRADABLE);
        let (post, get) = (sim.last_request("POST"), sim.last_request("GET"));
        sim.answer(post, "ok");
        sim.answer(get, r#"40{"sid":"S"}"#);
        sim.socket(3, SocketInput::Opened);
        match how {
            "closes" => sim.closed(3),
            "says nonsense" => sim.text(3, "4hello"),
            "dies while draining" => {
                sim.text(3, "3probe");
                sim.emit("kept");
                assert!(!sim.said("kept"));
                sim.closed(3);
                let get = sim.last_request("GET");
                sim.answer(get, "6");
            }
            _ => {
                let get = sim.last_request("GET");
                sim.answer(get, "6");
                sim.advance(10_000);
            }
        }
        sim.emit("goes on");
        assert!(sim.said("goes on") || sim.said("kept"), "{how}: {:#?}", sim.log);
        assert_eq!(sim.session.state(), ConnectionState::Connected, "{how}");
    }
}

#[test]
fn a_close_packet_ends_the_session_and_nothing_after_it_counts() {
    let mut sim = Sim::polled(OPEN);
    sim.answer(5, "1\u{1e}42[\"too late\"]");
    sim.check(expect![[r#"
        0      lost: closed by the server
        0      waiting for attempt 1 at 781: closed by the server
    "#]]);
}

#[test]
fn where_websocket_was_blocked_polling_comes_first_until_the_network_changes() {
    let mut sim = Sim::polled(OPEN);
    sim.unreachable(5);
    sim.advance(1_000);
    assert!(sim.said("GET") && !sim.said("open #"), "{:#?}", sim.log);
    let opening = sim.last_request("GET");
    sim.unreachable(opening);
    sim.environment(Environment::NetworkChanged);
    assert!(sim.said("open #"), "{:#?}", sim.log);
}

#[test]
fn emits_are_split_where_the_server_takes_little() {
    let mut sim = Sim::polled(r#"0{"sid":"E","upgrades":[],"maxPayload":30}"#);
    for name in ["one", "two", "three", "four"] {
        sim.emit(name);
    }
    for _ in 0..3 {
        let post = sim.last_request("POST");
        sim.answer(post, "ok");
    }
    assert!(
        sim.log
            .iter()
            .filter_map(|line| line.split_once("<- "))
            .all(|(_, body)| body.len() <= 34),
        "{:#?}",
        sim.log
    );
    sim.check(expect![[r#"
        0      POST #6 <- 42["one"]
        0      POST #7 <- 42["two"]␞42["three"]
        0      POST #8 <- 42["four"]
    "#]]);
    sim.emit("much too long for this server");
    sim.check(expect![[r#"
        0      unreadable: much too long for this server: is longer than the server takes, and was not sent
    "#]]);
}
