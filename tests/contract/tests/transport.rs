//! Contract 0 against the unmodified socket.io of both majors.

use std::io;
use std::time::Duration;

use contract::{Client, Network, Node, Relay, Sio, plain, settings};
use engine::event::ConnectionState;
use engine::io::Environment;
use engine::session::socketio::{Emit, SessionEvent, Settings, SocketIo};
use serde_json::{Value, json};
use wire::socketio::placeholder;

/// Makes a test for each major of each function.
macro_rules! on_both_majors {
    ($($name:ident)*) => {
        mod v4 { $(#[tokio::test] async fn $name() -> std::io::Result<()> { super::$name(contract::Sio::V4).await })* }
        mod v3 { $(#[tokio::test] async fn $name() -> std::io::Result<()> { super::$name(contract::Sio::V3).await })* }
    };
}

on_both_majors! {
    websocket_comes_first_and_alone
    a_server_without_websocket_is_polled
    a_polling_session_changes_to_websocket_without_losing_or_reordering
    a_proxy_that_refuses_websockets_leaves_polling
    a_proxy_that_swallows_websockets_leaves_polling
    acks_answer_and_time_out
    bytes_travel_both_ways_over_websocket
    bytes_travel_both_ways_over_polling
    namespaces_are_separate
    a_refused_namespace_leaves_the_others_alone
    a_refused_token_is_told_and_a_new_one_lets_in
    the_server_may_ask_too
    goodbye_of_the_server_is_not_retried
    goodbye_of_the_client_reaches_the_server
    goodbye_over_polling_reaches_the_server
    a_closed_transport_heals_by_itself
    heartbeats_keep_an_idle_link
    a_missed_heartbeat_is_a_loss
    a_missed_heartbeat_is_a_loss_over_polling
    a_dead_link_is_noticed_in_a_call_long_before_the_heartbeat
    a_dead_link_is_noticed_in_a_call_over_polling
    a_server_that_admits_everybody_can_be_asked_too
    a_server_killed_under_load_gets_each_queued_emit_once_and_in_order
    a_server_killed_under_load_gets_each_queued_emit_once_over_polling
    coming_online_ends_the_wait
    what_is_too_long_is_not_sent_and_breaks_nothing
    many_small_emits_are_split_over_polls
    without_recovery_the_session_is_another
}

const SCRIPT: &str = "socket-io.mjs";
type Outcome = io::Result<()>;

async fn websocket_comes_first_and_alone(sio: Sio) -> Outcome {
    let server = Node::start(SCRIPT, sio, &[]).await?;
    let mut client = Client::new(&server.url());
    let sid = client.connect().await?;
    server
        .until_printed("joined ", |lines| lines == [format!("/ {sid} websocket")])
        .await?;
    assert_eq!(client.opened, ["websocket"]);
    assert_eq!(client.state(), ConnectionState::Connected);
    Ok(())
}

async fn a_server_without_websocket_is_polled(sio: Sio) -> Outcome {
    let server = Node::start(SCRIPT, sio, &["--transports", "polling"]).await?;
    let mut client = Client::new(&server.url());
    let sid = client.connect().await?;
    server
        .until_printed("joined ", |lines| lines == [format!("/ {sid} polling")])
        .await?;
    assert_eq!(
        client.ask("echo", vec![json!("ünïcode 🎈")]).await?,
        [json!("ünïcode 🎈")]
    );
    assert_eq!(
        client.opened.iter().filter(|kind| *kind == "websocket").count(),
        1,
        "no upgrade where none is offered"
    );
    Ok(())
}

async fn a_polling_session_changes_to_websocket_without_losing_or_reordering(sio: Sio) -> Outcome {
    const COUNT: usize = 300;
    let server = Node::start(SCRIPT, sio, &[]).await?;
    let relay = Relay::start(server.port(), Network::RefusesWebSocket).await?;
    let mut client = Client::new(&relay.url());
    client.act(SocketIo::connect);
    client.until_opened("Get", 1).await?;
    relay.set(Network::Works);
    let (sid, _) = client.until_connected().await?;
    // Acks keep events going in both directions while the transport changes.
    for number in 0..COUNT {
        assert_eq!(client.ask("record", vec![json!(number)]).await?, [json!(number)]);
    }
    server
        .until_printed("upgraded ", |lines| lines == [format!("{sid} websocket")])
        .await?;
    let wanted: Vec<_> = (0..COUNT).map(|number| number.to_string()).collect();
    server.until_printed("got ", |lines| lines == wanted).await?;
    let gets = client.opened.iter().filter(|kind| *kind == "Get").count();
    client.ask("echo", vec![json!("more")]).await?;
    assert_eq!(
        client.opened.iter().filter(|kind| *kind == "Get").count(),
        gets,
        "polling goes on after the change"
    );
    Ok(())
}

async fn a_proxy_that_refuses_websockets_leaves_polling(sio: Sio) -> Outcome {
    let server = Node::start(SCRIPT, sio, &[]).await?;
    let relay = Relay::start(server.port(), Network::RefusesWebSocket).await?;
    let mut client = Client::new(&relay.url());
    client.connect().await?;
    assert_eq!(
        client.ask("echo", vec![json!([1, {"a": null}])]).await?,
        [json!([1, {"a": null}])]
    );
    assert_eq!(server.printed("upgraded "), Vec::<String>::new());
    Ok(())
}

async fn a_proxy_that_swallows_websockets_leaves_polling(sio: Sio) -> Outcome {
    let server = Node::start(SCRIPT, sio, &[]).await?;
    let relay = Relay::start(server.port(), Network::SwallowsWebSocket).await?;
    let mut client = Client::new(&relay.url());
    client.connect().await?;
    client.ask("echo", vec![json!("hi")]).await?;
    // What is known to be blocked is not waited for again.
    relay.set(Network::Cut);
    client
        .until("the loss", |event| {
            matches!(event, SessionEvent::Lost { .. }).then_some(())
        })
        .await?;
    let opened = client.opened.len();
    relay.set(Network::SwallowsWebSocket);
    client.until_connected().await?;
    assert_eq!(
        client.opened.get(opened).map(String::as_str),
        Some("Get"),
        "{:?}",
        client.opened
    );
    Ok(())
}

async fn acks_answer_and_time_out(sio: Sio) -> Outcome {
    let server = Node::start(SCRIPT, sio, &[]).await?;
    let mut client = Client::new(&server.url());
    client.connect().await?;
    assert_eq!(
        client.ask("echo", vec![json!(1), json!("two")]).await?,
        [json!(1), json!("two")]
    );
    let question = Emit {
        ack_within: Some(Duration::from_millis(50)),
        ..plain("silence", vec![])
    };
    let asked = client.act(|session, now| session.emit(now, question));
    client
        .until("the time-out", |event| {
            (*event == SessionEvent::AckTimedOut { emit: asked }).then_some(())
        })
        .await?;
    assert_eq!(client.ask("echo", vec![]).await?, Vec::<Value>::new());
    Ok(())
}

async fn bytes_travel_both_ways_over_websocket(sio: Sio) -> Outcome {
    bytes_travel(
        &mut Client::new(&Node::start(SCRIPT, sio, &[]).await?.url()),
        sio,
        &[],
    )
    .await
}

async fn bytes_travel_both_ways_over_polling(sio: Sio) -> Outcome {
    bytes_travel(&mut Client::new(""), sio, &["--transports", "polling"]).await
}

async fn bytes_travel(client: &mut Client, sio: Sio, options: &[&str]) -> Outcome {
    let server = Node::start(SCRIPT, sio, options).await?;
    *client = Client::new(&server.url());
    client.connect().await?;
    let binary = vec![vec![0, 1, 255], Vec::new(), (0..=255).collect::<Vec<u8>>()];
    let args = vec![
        json!("text"),
        json!({"first": placeholder(0), "list": [placeholder(2)]}),
        placeholder(1),
    ];
    let emit = Emit {
        binary: binary.clone(),
        ..plain("echo", args.clone())
    };
    client.act(|session, now| session.emit(now, emit));
    assert_eq!(client.until_event("echo").await?.1.len(), 3);

    let describe = Emit {
        binary: vec![vec![0, 171]],
        ack_within: Some(contract::GENEROUS),
        ..plain("describe", vec![placeholder(0), json!("x")])
    };
    let asked = client.act(|session, now| session.emit(now, describe));
    let answer = client
        .until("the ack", |event| match event {
            SessionEvent::Acked { emit, args } if *emit == asked => Some(args.clone()),
            _ => None,
        })
        .await?;
    assert_eq!(answer, [json!("bytes 00ab | \"x\"")]);
    Ok(())
}

async fn namespaces_are_separate(sio: Sio) -> Outcome {
    let server = Node::start(SCRIPT, sio, &[]).await?;
    let namespaces = vec!["/".to_owned(), "/second".to_owned()];
    let mut client = Client::with(Settings {
        namespaces,
        ..settings(&server.url())
    });
    client.act(SocketIo::connect);
    let second = |event: &SessionEvent| match event {
        SessionEvent::Event {
            namespace,
            name,
            args,
            ..
        } if namespace == "/second" && name == "echo" => Some(args.clone()),
        _ => None,
    };
    let emit = Emit {
        namespace: "/second".to_owned(),
        ..plain("echo", vec![json!("over there")])
    };
    client.act(|session, now| session.emit(now, emit));
    assert_eq!(
        client.until("the echo of /second", second).await?,
        [json!("over there")]
    );
    server
        .until_printed("joined ", |lines| {
            lines.len() == 2
                && lines.iter().any(|l| l.starts_with("/ "))
                && lines.iter().any(|l| l.starts_with("/second "))
        })
        .await?;
    Ok(())
}

async fn a_refused_namespace_leaves_the_others_alone(sio: Sio) -> Outcome {
    let server = Node::start(SCRIPT, sio, &[]).await?;
    let namespaces = vec!["/private".to_owned(), "/".to_owned(), "/nowhere".to_owned()];
    let mut client = Client::with(Settings {
        namespaces,
        ..settings(&server.url())
    });
    client.connect().await?;
    assert_eq!(client.ask("echo", vec![json!(1)]).await?, [json!(1)]);
    let mut refused: Vec<_> = client
        .log
        .iter()
        .filter_map(|(_, event)| match event {
            SessionEvent::Refused {
                namespace, message, ..
            } => Some(format!("{namespace}: {message}")),
            _ => None,
        })
        .collect();
    refused.sort();
    assert_eq!(refused, ["/nowhere: Invalid namespace", "/private: members only"]);
    assert_eq!(client.state(), ConnectionState::Connected);
    Ok(())
}

async fn a_refused_token_is_told_and_a_new_one_lets_in(sio: Sio) -> Outcome {
    let server = Node::start(SCRIPT, sio, &[]).await?;
    let mut client = Client::with(Settings {
        auth: json!({"token": "bad"}),
        ..settings(&server.url())
    });
    client.act(SocketIo::connect);
    let (message, data) = client
        .until("the refusal", |event| match event {
            SessionEvent::Refused { message, data, .. } => Some((message.clone(), data.clone())),
            _ => None,
        })
        .await?;
    assert_eq!(
        (message.as_str(), data),
        ("Authentication failed", Some(json!({"code": "bad-token"})))
    );
    assert_eq!(
        client.state(),
        ConnectionState::Refused {
            reason: "Authentication failed".to_owned()
        }
    );
    let opened = client.opened.len();
    client.run_for(Duration::from_secs(2)).await;
    assert_eq!(
        client.opened.len(),
        opened,
        "it was tried again without being asked for"
    );

    client.act(|session, _| session.set_auth(json!({"token": "good"})));
    client.connect().await?;
    let (args, _) = client.until_event("hello").await?;
    assert_eq!(args[0]["auth"]["token"], "good");
    Ok(())
}

async fn the_server_may_ask_too(sio: Sio) -> Outcome {
    let server = Node::start(SCRIPT, sio, &[]).await?;
    let mut client = Client::new(&server.url());
    client.connect().await?;
    client.emit("ask-me", vec![]);
    let (args, ack) = client
        .until("the question", |event| match event {
            SessionEvent::Event { name, args, ack, .. } if name == "question" => Some((args.clone(), *ack)),
            _ => None,
        })
        .await?;
    assert_eq!(args, [json!(6), json!(7)]);
    let ack = ack.ok_or_else(|| io::Error::other("it wants no answer"))?;
    client.act(|session, now| session.reply(now, "/", ack, vec![json!(42)]));
    assert_eq!(client.until_event("answered").await?.0.first(), Some(&json!(42)));
    Ok(())
}

async fn goodbye_of_the_server_is_not_retried(sio: Sio) -> Outcome {
    let server = Node::start(SCRIPT, sio, &[]).await?;
    let mut client = Client::new(&server.url());
    let first = client.connect().await?;
    client.emit("leave", vec![]);
    let message = client
        .until("the goodbye", |event| match event {
            SessionEvent::Refused { message, .. } => Some(message.clone()),
            _ => None,
        })
        .await?;
    assert_eq!(message, "io server disconnect");
    client.run_for(Duration::from_secs(2)).await;
    assert_eq!(
        client.opened,
        ["websocket"],
        "it was tried again without being asked for"
    );
    assert_ne!(client.connect().await?, first);
    Ok(())
}

async fn goodbye_of_the_client_reaches_the_server(sio: Sio) -> Outcome {
    goodbye(sio, &[], "client namespace disconnect").await
}

async fn goodbye_over_polling_reaches_the_server(sio: Sio) -> Outcome {
    // The server reads DISCONNECT and close from one request, and acts on the close first.
    goodbye(sio, &["--transports", "polling"], "transport close").await
}

async fn goodbye(sio: Sio, options: &[&str], reason: &str) -> Outcome {
    let server = Node::start(SCRIPT, sio, options).await?;
    let mut client = Client::new(&server.url());
    let sid = client.connect().await?;
    client.ask("echo", vec![]).await?;
    client.act(SocketIo::disconnect);
    assert_eq!(client.state(), ConnectionState::Idle);
    server
        .until_printed("left ", |lines| lines == [format!("/ {sid} {reason}")])
        .await?;
    Ok(())
}

async fn a_closed_transport_heals_by_itself(sio: Sio) -> Outcome {
    let server = Node::start(SCRIPT, sio, &[]).await?;
    let mut client = Client::new(&server.url());
    let first = client.connect().await?;
    client.emit("drop", vec![]);
    client
        .until("the loss", |event| {
            matches!(event, SessionEvent::Lost { .. }).then_some(())
        })
        .await?;
    assert!(
        matches!(client.state(), ConnectionState::Waiting { attempt: 1, .. }),
        "{:?}",
        client.state()
    );
    let (second, recovered) = client.until_connected().await?;
    assert!(second != first && !recovered);
    Ok(())
}

async fn heartbeats_keep_an_idle_link(sio: Sio) -> Outcome {
    let server = Node::start(SCRIPT, sio, &["--ping-interval", "100", "--ping-timeout", "2000"]).await?;
    let mut client = Client::new(&server.url());
    let sid = client.connect().await?;
    // The server ends a link whose pongs are missing, the client one whose pings are.
    client.run_for(Duration::from_secs(4)).await;
    assert_eq!(server.printed("left "), Vec::<String>::new());
    assert_eq!(client.opened, ["websocket"], "{sid} was lost");
    Ok(())
}

const QUICK_PINGS: [&str; 4] = ["--ping-interval", "500", "--ping-timeout", "500"];

async fn a_missed_heartbeat_is_a_loss(sio: Sio) -> Outcome {
    missed_heartbeat(sio, &QUICK_PINGS).await
}

async fn a_missed_heartbeat_is_a_loss_over_polling(sio: Sio) -> Outcome {
    missed_heartbeat(sio, &[&QUICK_PINGS[..], &["--transports", "polling"]].concat()).await
}

async fn missed_heartbeat(sio: Sio, options: &[&str]) -> Outcome {
    let server = Node::start(SCRIPT, sio, options).await?;
    let relay = Relay::start(server.port(), Network::Works).await?;
    let mut client = Client::new(&relay.url());
    client.connect().await?;
    relay.set(Network::Frozen);
    assert_eq!(lost(&mut client).await?, "ping timeout");
    relay.set(Network::Works);
    client.until_connected().await?;
    Ok(())
}

async fn a_dead_link_is_noticed_in_a_call_long_before_the_heartbeat(sio: Sio) -> Outcome {
    dead_link_in_a_call(sio, &[]).await
}

async fn a_dead_link_is_noticed_in_a_call_over_polling(sio: Sio) -> Outcome {
    dead_link_in_a_call(sio, &["--transports", "polling"]).await
}

async fn dead_link_in_a_call(sio: Sio, options: &[&str]) -> Outcome {
    let server = Node::start(SCRIPT, sio, options).await?;
    let relay = Relay::start(server.port(), Network::Works).await?;
    let mut client = Client::new(&relay.url());
    client.connect().await?;
    client.act(|session, now| session.watch_closely(now, true));
    // Long enough for several questions, all of which the unmodified server answers.
    client.run_for(Duration::from_secs(7)).await;
    assert_eq!(client.state(), ConnectionState::Connected, "{:#?}", client.log);
    relay.set(Network::Frozen);
    // This server pings every 25 s, so only a question of our own can find out.
    assert_eq!(lost(&mut client).await?, "the server stopped answering");
    relay.set(Network::Works);
    client.until_connected().await?;
    Ok(())
}

async fn a_server_that_admits_everybody_can_be_asked_too(sio: Sio) -> Outcome {
    let server = Node::start(SCRIPT, sio, &["--admit-all"]).await?;
    let mut client = Client::new(&server.url());
    client.connect().await?;
    client.act(|session, now| session.watch_closely(now, true));
    client.run_for(Duration::from_secs(7)).await;
    let probes = |lines: &[String]| {
        lines
            .iter()
            .filter(|line| line.starts_with("/antenna-probe "))
            .count()
    };
    assert!(
        probes(
            &server
                .until_printed("joined ", |lines| probes(lines) >= 3)
                .await?
        ) >= 3
    );
    server.until_printed("left ", |lines| probes(lines) >= 3).await?;
    assert_eq!(client.opened, ["websocket"]);
    assert_eq!(client.state(), ConnectionState::Connected);
    Ok(())
}

async fn a_server_killed_under_load_gets_each_queued_emit_once_and_in_order(sio: Sio) -> Outcome {
    killed_under_load(sio, &[]).await
}

async fn a_server_killed_under_load_gets_each_queued_emit_once_over_polling(sio: Sio) -> Outcome {
    killed_under_load(sio, &["--transports", "polling"]).await
}

/// Three times: emit without pause, kill the server in the middle of it, go on emitting, start it again.
async fn killed_under_load(sio: Sio, options: &[&str]) -> Outcome {
    let mut server = Node::start(SCRIPT, sio, options).await?;
    let mut client = Client::new(&server.url());
    client.connect().await?;
    let mut next = 0_usize;
    let mut must_arrive = Vec::new();
    for round in 0..3 {
        let load = |client: &mut Client, next: &mut usize| {
            let number = *next;
            *next += 1;
            client.emit("record", vec![json!(number)]);
            number
        };
        for _ in 0..50 {
            load(&mut client, &mut next);
            client.run_for(Duration::from_millis(1)).await;
        }
        // These have been answered, so they must have been taken.
        let acked = client
            .ask("record", vec![json!(format!("acked {round}"))])
            .await?;
        assert_eq!(acked, [json!(format!("acked {round}"))]);
        for _ in 0..20 {
            load(&mut client, &mut next);
        }
        server.kill().await?;
        for _ in 0..20 {
            load(&mut client, &mut next);
        }
        lost(&mut client).await?;
        // From here on they are queued, and the contract promises them.
        for _ in 0..100 {
            must_arrive.push(load(&mut client, &mut next));
        }
        server.restart().await?;
        client.until_connected().await?;
    }
    client.ask("record", vec![json!("end")]).await?;
    let got = server
        .until_printed("got ", |lines| lines.last().is_some_and(|line| line == "end"))
        .await?;
    let numbers: Vec<usize> = got.iter().filter_map(|line| line.parse().ok()).collect();
    assert!(
        numbers.is_sorted_by(|a, b| a < b),
        "out of order or twice: {numbers:?}"
    );
    let missing: Vec<_> = must_arrive
        .iter()
        .filter(|number| !numbers.contains(number))
        .collect();
    assert!(missing.is_empty(), "queued, but never sent: {missing:?}");
    Ok(())
}

async fn coming_online_ends_the_wait(sio: Sio) -> Outcome {
    let mut server = Node::start(SCRIPT, sio, &[]).await?;
    let mut client = Client::new(&server.url());
    client.connect().await?;
    server.kill().await?;
    // A few failed attempts make the next wait long.
    client
        .until("the fourth attempt", |event| match event {
            SessionEvent::State(ConnectionState::Waiting { attempt: 4, .. }) => Some(()),
            _ => None,
        })
        .await?;
    server.restart().await?;
    client.environment(Environment::Online);
    assert!(
        matches!(client.state(), ConnectionState::Reconnecting { .. }),
        "{:?}",
        client.state()
    );
    client.until_connected().await?;
    Ok(())
}

async fn what_is_too_long_is_not_sent_and_breaks_nothing(sio: Sio) -> Outcome {
    // Servers of 3.x do not say what they take, so there it is their default that counts.
    let server = Node::start(SCRIPT, sio, if sio == Sio::V4 { &["--max", "5000"] } else { &[] }).await?;
    let mut client = Client::new(&server.url());
    client.connect().await?;
    let long = if sio == Sio::V4 { 6000 } else { 1_100_000 };
    client.emit("record", vec![json!("x".repeat(long))]);
    client
        .until("the refusal", |event| match event {
            SessionEvent::Unreadable(error) if error.event == "record" => Some(()),
            _ => None,
        })
        .await?;
    assert_eq!(
        client.ask("record", vec![json!("short")]).await?,
        [json!("short")]
    );
    assert_eq!(client.opened, ["websocket"]);
    Ok(())
}

async fn many_small_emits_are_split_over_polls(sio: Sio) -> Outcome {
    let max = if sio == Sio::V4 {
        &["--transports", "polling", "--max", "2000"][..]
    } else {
        &["--transports", "polling"]
    };
    let server = Node::start(SCRIPT, sio, max).await?;
    let mut client = Client::new(&server.url());
    client.connect().await?;
    let (count, pad) = if sio == Sio::V4 { (100, 300) } else { (100, 30_000) };
    let wanted: Vec<_> = (0..count)
        .map(|number| format!("{number}{}", "x".repeat(pad)))
        .collect();
    for text in &wanted {
        client.emit("record", vec![json!(text)]);
    }
    client.ask("echo", vec![]).await?;
    server.until_printed("got ", |lines| lines == wanted).await?;
    assert_eq!(server.printed("left "), Vec::<String>::new());
    Ok(())
}

async fn without_recovery_the_session_is_another(sio: Sio) -> Outcome {
    let server = Node::start(SCRIPT, sio, &[]).await?;
    let relay = Relay::start(server.port(), Network::Works).await?;
    let mut client = Client::new(&relay.url());
    let first = client.connect().await?;
    relay.set(Network::Cut);
    lost(&mut client).await?;
    relay.set(Network::Works);
    let (second, recovered) = client.until_connected().await?;
    assert!(second != first && !recovered);
    Ok(())
}

/// Socket.IO 4.6 and later.
#[tokio::test]
async fn recovery_keeps_the_session_and_brings_what_was_missed() -> Outcome {
    let server = Node::start(SCRIPT, Sio::V4, &["--recovery"]).await?;
    let relay = Relay::start(server.port(), Network::Works).await?;
    let mut client = Client::new(&relay.url());
    let first = client.connect().await?;
    let mut other = Client::new(&server.url());
    other.connect().await?;
    other.emit("say", vec![json!("news"), json!("before")]);
    client.until_event("news").await?;
    relay.set(Network::Cut);
    lost(&mut client).await?;
    for word in ["one", "two"] {
        other.emit("say", vec![json!("news"), json!(word)]);
    }
    other.until_event("news").await?;
    relay.set(Network::Works);
    let (second, recovered) = client.until_connected().await?;
    assert_eq!((second, recovered), (first, true));
    for word in ["one", "two"] {
        assert_eq!(client.until_event("news").await?.0.first(), Some(&json!(word)));
    }
    Ok(())
}

async fn lost(client: &mut Client) -> io::Result<String> {
    client
        .until("the loss", |event| match event {
            SessionEvent::Lost { reason } => Some(reason.clone()),
            _ => None,
        })
        .await
}
