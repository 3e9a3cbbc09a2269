//! How a connection heals, and when it does not.

use super::*;
use expect_test::expect;

#[test]
fn attempts_back_off_and_go_on_for_ever() {
    let mut sim = Sim::connected();
    sim.advance(60_000 - 45_000);
    sim.closed(1);
    for _ in 0..8 {
        while !sim.said("open #") {
            sim.advance(1_000);
        }
        let line = sim
            .log
            .iter()
            .find_map(|line| line.split_once("open #"))
            .map(|(_, rest)| rest.to_owned());
        let id: u64 = line
            .and_then(|rest| rest.split(' ').next()?.parse().ok())
            .expect("an id");
        sim.closed(id);
        sim.unreachable(id + 1);
        sim.log.retain(|line| !line.contains("open #"));
    }
    sim.log
        .retain(|line| line.contains("waiting") || line.contains("lost"));
    sim.check(expect![[r#"
        15000  lost: the connection broke
        15000  waiting for attempt 1 at 15781: the connection broke
        16000  waiting for attempt 2 at 17448: the server cannot be reached
        18000  waiting for attempt 3 at 20735: the server cannot be reached
        21000  waiting for attempt 4 at 25091: the server cannot be reached
        26000  waiting for attempt 5 at 35398: the server cannot be reached
        36000  waiting for attempt 6 at 59395: the server cannot be reached
        60000  waiting for attempt 7 at 87173: the server cannot be reached
        88000  waiting for attempt 8 at 111480: the server cannot be reached
        112000 waiting for attempt 9 at 140882: the server cannot be reached
    "#]]);
}

#[test]
fn a_server_that_drops_everybody_at_once_is_not_hammered() {
    let mut sim = Sim::connected();
    let mut socket = 1;
    for _ in 0..6 {
        sim.closed(socket);
        while !sim.said("open #") {
            sim.advance(500);
        }
        socket += 1;
        sim.open_socket(socket);
        sim.text(socket, r#"40{"sid":"S"}"#);
        sim.log.retain(|line| !line.contains("open #"));
    }
    sim.log.retain(|line| line.contains("waiting"));
    sim.check(expect![[r#"
        0      waiting for attempt 1 at 781: the connection broke
        1000   waiting for attempt 2 at 2448: the connection broke
        2500   waiting for attempt 3 at 5235: the connection broke
        5500   waiting for attempt 4 at 9591: the connection broke
        10000  waiting for attempt 5 at 19398: the connection broke
        19500  waiting for attempt 6 at 42895: the connection broke
    "#]]);
}

#[test]
fn a_server_that_names_a_time_is_left_alone_for_that_long() {
    let mut sim = Sim::new();
    sim.act(SocketIo::connect);
    sim.closed(1);
    let busy = Reply {
        status: 503,
        retry_after: Some(Duration::from_secs(20)),
        body: String::new(),
    };
    sim.act(|session, now| session.handle_http(now, RequestId(2), Ok(busy)));
    assert!(sim.said("waiting for attempt 1 at 20000"), "{:#?}", sim.log);
}

#[test]
fn hints_end_the_wait() {
    for news in [
        Environment::Online,
        Environment::NetworkChanged,
        Environment::Resumed(Duration::from_secs(60)),
        Environment::Visible(true),
    ] {
        let mut sim = Sim::connected();
        sim.closed(1);
        sim.environment(Environment::Visible(false));
        sim.environment(Environment::Offline);
        assert!(!sim.said("open #"), "{:#?}", sim.log);
        sim.environment(news);
        assert!(sim.said("open #2"), "{news:?}: {:#?}", sim.log);
        // They come in swarms, and one attempt is enough.
        sim.environment(Environment::Online);
        sim.environment(Environment::NetworkChanged);
        assert!(!sim.said("open #3"));
    }
}

#[test]
fn an_attempt_that_hangs_is_begun_anew_on_another_network() {
    let mut sim = Sim::new();
    sim.act(SocketIo::connect);
    sim.advance(1_500);
    sim.environment(Environment::Visible(true));
    assert!(
        !sim.said("open #2"),
        "seeing the page says nothing about the network"
    );
    sim.environment(Environment::NetworkChanged);
    assert!(sim.said("close #1") && sim.said("open #2"), "{:#?}", sim.log);
}

#[test]
fn hints_never_end_a_live_link() {
    let mut sim = Sim::connected();
    for news in [
        Environment::Offline,
        Environment::Online,
        Environment::NetworkChanged,
        Environment::Visible(false),
        Environment::Visible(true),
        Environment::Resumed(Duration::from_secs(60)),
    ] {
        sim.environment(news);
        sim.text(1, r#"44/antenna-probe,{"message":"Invalid namespace"}"#);
        sim.advance(4_000);
    }
    assert!(!sim.said("close") && !sim.said("open"), "{:#?}", sim.log);
    assert_eq!(sim.session.state(), ConnectionState::Connected);
}

#[test]
fn goodbye_of_the_server_is_no_loss() {
    let mut sim = Sim::connected();
    sim.text(1, "41");
    sim.closed(1);
    sim.advance(3_600_000);
    sim.check(expect![[r#"
        0      refused /: io server disconnect null
        0      close #1
        0      refused { reason: "io server disconnect" }
    "#]]);
}

#[test]
fn a_session_is_recovered_with_the_last_offset() {
    let mut sim = Sim::with(&["/"], json!({"token": "T"}));
    sim.act(SocketIo::connect);
    sim.open_socket(1);
    sim.text(1, r#"40{"sid":"S","pid":"P"}"#);
    sim.text(1, r#"42["news",{"a":1},"offset-1"]"#);
    sim.text(1, r#"427["question","no offset: it wants an answer"]"#);
    sim.closed(1);
    sim.advance(2_000);
    sim.log.clear();
    sim.open_socket(2);
    sim.text(2, r#"40{"sid":"S","pid":"P"}"#);
    sim.check(expect![[r#"
        2000   #2 <- 40{"offset":"offset-1","pid":"P","token":"T"}
        2000   connected
        2000   joined / as S, recovered
    "#]]);
    // The next server does not know the session.
    sim.closed(2);
    sim.advance(4_000);
    sim.log.clear();
    sim.open_socket(3);
    sim.text(3, r#"40{"sid":"S2","pid":"P2"}"#);
    sim.check(expect![[r#"
        6000   #3 <- 40{"offset":"offset-1","pid":"P","token":"T"}
        6000   connected
        6000   joined / as S2
    "#]]);
}

#[test]
fn one_namespace_may_fall_while_the_other_stands() {
    let mut sim = Sim::with(&["/", "/chat"], Value::Null);
    sim.act(SocketIo::connect);
    sim.open_socket(1);
    sim.text(1, r#"40{"sid":"S"}"#);
    sim.text(1, r#"40/chat,{"sid":"C"}"#);
    sim.log.clear();
    sim.text(1, "41/chat,");
    sim.act(|session, now| {
        session.emit(
            now,
            Emit {
                namespace: "/chat".to_owned(),
                ..plain("later")
            },
        )
    });
    sim.emit("now");
    sim.act(SocketIo::connect);
    sim.text(1, r#"40/chat,{"sid":"C2"}"#);
    sim.check(expect![[r#"
        0      refused /chat: io server disconnect null
        0      #1 <- 42["now"]
        0      #1 <- 40/chat,
        0      joined /chat as C2
        0      #1 <- 42/chat,["later"]
    "#]]);
}
