//! What becomes of emits and acks.

use super::*;
use expect_test::expect;

#[test]
fn queued_emits_are_sent_once_and_in_order_after_the_next_connect() {
    let mut sim = Sim::new();
    sim.emit("before anything");
    sim.act(SocketIo::connect);
    sim.emit("while connecting");
    sim.open_socket(1);
    sim.log.clear();
    sim.text(1, r#"40{"sid":"S"}"#);
    assert_eq!(
        sim.sent(),
        [r#"42["before anything"]"#, r#"42["while connecting"]"#]
    );
    sim.closed(1);
    sim.emit("a");
    sim.act(|session, now| {
        session.emit(
            now,
            Emit {
                offline: WhenOffline::Drop,
                ..plain("dropped")
            },
        )
    });
    sim.emit("b");
    sim.advance(1_000);
    sim.open_socket(2);
    sim.log.clear();
    sim.text(2, r#"40{"sid":"S"}"#);
    assert_eq!(sim.sent(), [r#"42["a"]"#, r#"42["b"]"#]);
    sim.closed(2);
    sim.advance(4_000);
    sim.open_socket(3);
    sim.log.clear();
    sim.text(3, r#"40{"sid":"S"}"#);
    assert_eq!(sim.sent(), Vec::<String>::new(), "sent twice");
}

#[test]
fn acks_find_their_emit() {
    let mut sim = Sim::connected();
    let (a, b) = sim.act(|session, now| {
        (
            session.emit(now, asking("a", 9_000)),
            session.emit(now, asking("b", 9_000)),
        )
    });
    sim.text(1, &format!("43{}[2]", b.0));
    sim.text(1, &format!("43{}[1]", a.0));
    sim.text(1, &format!("43{}[1]", a.0));
    sim.text(1, "43999[]");
    sim.check(expect![[r#"
        0      #1 <- 421["a"]
        0      #1 <- 422["b"]
        0      acked 2 [2]
        0      acked 1 [1]
    "#]]);
    assert_eq!(
        sim.session.deadline(),
        Some(Instant::from_millis(45_000)),
        "only the heartbeat is left"
    );
}

#[test]
fn an_ack_that_does_not_come_is_told_and_a_late_one_is_ignored() {
    let mut sim = Sim::connected();
    let asked = sim.act(|session, now| session.emit(now, asking("a", 300)));
    sim.advance(300);
    sim.text(1, &format!("43{}[1]", asked.0));
    sim.check(expect![[r#"
        0      #1 <- 421["a"]
        300    no ack 1
    "#]]);
}

#[test]
fn a_queued_emit_whose_ack_timed_out_is_not_sent_later() {
    let mut sim = Sim::new();
    sim.act(|session, now| session.emit(now, asking("a", 300)));
    sim.advance(300);
    assert!(sim.said("no ack 1"));
    sim.act(SocketIo::connect);
    sim.open_socket(1);
    sim.log.clear();
    sim.text(1, r#"40{"sid":"S"}"#);
    assert_eq!(sim.sent(), Vec::<String>::new());
}

#[test]
fn a_loss_answers_all_acks_that_cannot_come_any_more() {
    let mut sim = Sim::connected();
    sim.act(|session, now| session.emit(now, asking("sent", 60_000)));
    sim.closed(1);
    sim.act(|session, now| session.emit(now, asking("queued", 60_000)));
    sim.act(|session, now| {
        session.emit(
            now,
            Emit {
                offline: WhenOffline::Drop,
                ..asking("dropped", 60_000)
            },
        )
    });
    sim.check(expect![[r#"
        0      #1 <- 421["sent"]
        0      lost: the connection broke
        0      no ack 1
        0      waiting for attempt 1 at 781: the connection broke
        0      no ack 3
    "#]]);
}

#[test]
fn what_is_cancelled_is_neither_sent_nor_answered() {
    let mut sim = Sim::new();
    let queued = sim.emit("queued");
    sim.act(|session, _| session.cancel(queued));
    sim.act(SocketIo::connect);
    sim.open_socket(1);
    sim.text(1, r#"40{"sid":"S"}"#);
    let asked = sim.act(|session, now| session.emit(now, asking("asked", 300)));
    sim.act(|session, _| session.cancel(asked));
    sim.log.clear();
    sim.text(1, &format!("43{}[1]", asked.0));
    sim.advance(1_000);
    sim.check(expect![[""]]);
}

#[test]
fn bytes_follow_their_event_and_come_back() {
    let mut sim = Sim::connected();
    let args = vec![json!({"data": wire::socketio::placeholder(0)})];
    sim.act(|session, now| {
        session.emit(
            now,
            Emit {
                args,
                binary: vec![vec![1, 2]],
                ..plain("file")
            },
        )
    });
    sim.text(1, r#"451-["file",{"_placeholder":true,"num":0}]"#);
    sim.socket(1, SocketInput::Binary(vec![3, 4]));
    sim.check(expect![[r#"
        0      #1 <- 451-["file",{"data":{"_placeholder":true,"num":0}}]
        0      #1 <- [1, 2]
        0      event / file [{"_placeholder":true,"num":0}] [[3, 4]]
    "#]]);
}

#[test]
fn an_answer_goes_to_the_link_that_asked_or_nowhere() {
    let mut sim = Sim::new();
    sim.act(SocketIo::connect);
    sim.open_socket(1);
    sim.text(1, r#"40{"sid":"S"}"#);
    let mut asked = None;
    sim.session.handle_socket(
        sim.now,
        SocketId(1),
        SocketInput::Text(r#"427["question"]"#.to_owned()),
    );
    while let Some(output) = sim.session.poll() {
        if let SessionOutput::Event(SessionEvent::Event { ack, .. }) = output {
            asked = ack;
        }
    }
    let asked = asked.expect("a number to answer with");
    sim.log.clear();
    sim.act(|session, now| session.reply(now, "/", asked, vec![json!("yes")]));
    assert_eq!(sim.sent(), [r#"437["yes"]"#]);
    sim.closed(1);
    sim.advance(1_000);
    sim.open_socket(2);
    sim.text(2, r#"40{"sid":"S"}"#);
    sim.log.clear();
    sim.act(|session, now| session.reply(now, "/", asked, vec![json!("too late")]));
    assert_eq!(sim.sent(), Vec::<String>::new());
}

#[test]
fn what_cannot_be_read_is_told_and_the_rest_goes_on() {
    let mut sim = Sim::connected();
    for bad in [
        "",
        "9",
        "4",
        "49",
        r#"42{"no":"list"}"#,
        "42/elsewhere,[\"x\"]",
        r#"42["ok"]"#,
    ] {
        sim.text(1, bad);
    }
    sim.socket(1, SocketInput::Binary(vec![1]));
    sim.check(expect![[r#"
        0      unreadable: engine.io packet: is empty
        0      unreadable: engine.io packet: is of an unknown type
        0      unreadable: socket.io packet: is empty
        0      unreadable: socket.io packet.type: is unknown
        0      unreadable: socket.io packet.data: expected a list, got an object
        0      unreadable: socket.io packet.namespace: was never asked for
        0      event / ok [] []
        0      unreadable: socket.io packet: is an attachment of nothing
    "#]]);
}
