//! How a connection begins.

use super::*;
use expect_test::expect;

#[test]
fn websocket_first_and_nothing_before_it() {
    let mut sim = Sim::with(&["/"], json!({"token": "T"}));
    sim.act(SocketIo::connect);
    sim.check(expect![[r#"
        0      open #1 ws://h/socket.io/?EIO=4&transport=websocket
        0      connecting
    "#]]);
    sim.open_socket(1);
    sim.text(1, r#"40{"sid":"S"}"#);
    sim.text(1, r#"42["me","S"]"#);
    sim.check(expect![[r#"
        0      #1 <- 40{"token":"T"}
        0      connected
        0      joined / as S
        0      event / me ["S"] []
    "#]]);
}

#[test]
fn a_websocket_that_closes_before_the_handshake_is_followed_by_polling_at_once() {
    let mut sim = Sim::new();
    sim.act(SocketIo::connect);
    sim.closed(1);
    sim.answer(2, OPEN);
    sim.check(expect![[r#"
        0      open #1 ws://h/socket.io/?EIO=4&transport=websocket
        0      connecting
        0      GET #2 http://h/socket.io/?EIO=4&transport=polling&t=2
        0      GET #3 http://h/socket.io/?EIO=4&transport=polling&sid=E&t=3
        0      POST #4 <- 40
    "#]]);
}

#[test]
fn a_silent_websocket_is_followed_by_polling_after_five_seconds() {
    let mut sim = Sim::new();
    sim.act(SocketIo::connect);
    sim.advance(4_999);
    assert!(!sim.said("GET"));
    sim.advance(1);
    sim.check(expect![[r#"
        0      open #1 ws://h/socket.io/?EIO=4&transport=websocket
        0      connecting
        5000   close #1
        5000   GET #2 http://h/socket.io/?EIO=4&transport=polling&t=2
    "#]]);
}

#[test]
fn an_open_websocket_without_a_handshake_counts_as_silent() {
    let mut sim = Sim::new();
    sim.act(SocketIo::connect);
    sim.socket(1, SocketInput::Opened);
    sim.advance(5_000);
    assert!(sim.said("GET"));
}

#[test]
fn a_page_instead_of_a_server_is_no_handshake() {
    let mut sim = Sim::new();
    sim.act(SocketIo::connect);
    sim.closed(1);
    sim.answer(2, "<!doctype html>");
    sim.check(expect![[r#"
        0      open #1 ws://h/socket.io/?EIO=4&transport=websocket
        0      connecting
        0      GET #2 http://h/socket.io/?EIO=4&transport=polling&t=2
        0      waiting for attempt 1 at 781: engine.io packet: is of an unknown type
    "#]]);
}

#[test]
fn connecting_twice_opens_once() {
    let mut sim = Sim::new();
    sim.act(SocketIo::connect);
    sim.act(SocketIo::connect);
    sim.open_socket(1);
    sim.act(SocketIo::connect);
    sim.text(1, r#"40{"sid":"S"}"#);
    sim.act(SocketIo::connect);
    assert_eq!(sim.log.iter().filter(|line| line.contains("open #")).count(), 1);
    assert_eq!(sim.sent(), ["40"]);
}

#[test]
fn a_refusal_of_the_only_namespace_ends_it_until_somebody_connects_again() {
    let mut sim = Sim::with(&["/"], json!({"token": "old"}));
    sim.act(SocketIo::connect);
    sim.open_socket(1);
    sim.text(1, r#"44{"message":"Authentication failed","data":{"code":401}}"#);
    sim.advance(3_600_000);
    for news in [
        Environment::Online,
        Environment::NetworkChanged,
        Environment::Visible(true),
    ] {
        sim.environment(news);
    }
    sim.act(|session, _| session.set_auth(json!({"token": "new"})));
    sim.act(SocketIo::connect);
    sim.open_socket(2);
    sim.check(expect![[r#"
        0      open #1 ws://h/socket.io/?EIO=4&transport=websocket
        0      connecting
        0      #1 <- 40{"token":"old"}
        0      refused /: Authentication failed {"code":401}
        0      close #1
        0      refused { reason: "authentication failed" }
        3600000 open #2 ws://h/socket.io/?EIO=4&transport=websocket
        3600000 connecting
        3600000 #2 <- 40{"token":"new"}
    "#]]);
}

#[test]
fn a_server_that_lets_nobody_join_is_left_and_tried_again() {
    let mut sim = Sim::new();
    sim.act(SocketIo::connect);
    sim.open_socket(1);
    sim.advance(20_000);
    assert!(sim.said("does not let anybody join"), "{:#?}", sim.log);
    assert!(sim.said("close #1"));
}

#[test]
fn an_event_that_overtakes_the_join_is_kept_for_after_it() {
    let mut sim = Sim::new();
    sim.act(SocketIo::connect);
    sim.open_socket(1);
    sim.log.clear();
    sim.text(1, r#"42["me","S"]"#);
    assert!(!sim.said("event"));
    sim.text(1, r#"40{"sid":"S"}"#);
    sim.check(expect![[r#"
        0      connected
        0      joined / as S
        0      event / me ["S"] []
    "#]]);
}

#[test]
fn leaving_says_goodbye_and_stays_away() {
    let mut sim = Sim::connected();
    sim.emit("last");
    sim.act(SocketIo::disconnect);
    sim.closed(1);
    sim.advance(3_600_000);
    sim.environment(Environment::Online);
    sim.check(expect![[r#"
        0      #1 <- 42["last"]
        0      #1 <- 41
        0      close #1
        0      idle
    "#]]);
    assert_eq!(sim.session.deadline(), None);
}
