//! How connections end, and what comes after.

use std::time::Duration;

use contract::{Client, Network, Node, Relay, Sio};
use engine::event::ConnectionState;
use engine::io::Environment;
use engine::session::socketio::{SessionEvent, SocketIo};
use serde_json::json;

use crate::{Outcome, SCRIPT, lost};

pub(crate) async fn goodbye_of_the_server_is_not_retried(sio: Sio) -> Outcome {
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

pub(crate) async fn goodbye_of_the_client_reaches_the_server(sio: Sio) -> Outcome {
    goodbye(sio, &[], "client namespace disconnect").await
}

pub(crate) async fn goodbye_over_polling_reaches_the_server(sio: Sio) -> Outcome {
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

pub(crate) async fn a_closed_transport_heals_by_itself(sio: Sio) -> Outcome {
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

pub(crate) async fn heartbeats_keep_an_idle_link(sio: Sio) -> Outcome {
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

pub(crate) async fn a_missed_heartbeat_is_a_loss(sio: Sio) -> Outcome {
    missed_heartbeat(sio, &QUICK_PINGS).await
}

pub(crate) async fn a_missed_heartbeat_is_a_loss_over_polling(sio: Sio) -> Outcome {
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

pub(crate) async fn a_dead_link_is_noticed_in_a_call_long_before_the_heartbeat(sio: Sio) -> Outcome {
    dead_link_in_a_call(sio, &[]).await
}

pub(crate) async fn a_dead_link_is_noticed_in_a_call_over_polling(sio: Sio) -> Outcome {
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

pub(crate) async fn a_server_that_admits_everybody_can_be_asked_too(sio: Sio) -> Outcome {
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

pub(crate) async fn a_server_killed_under_load_gets_each_queued_emit_once_and_in_order(sio: Sio) -> Outcome {
    killed_under_load(sio, &[]).await
}

pub(crate) async fn a_server_killed_under_load_gets_each_queued_emit_once_over_polling(sio: Sio) -> Outcome {
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

pub(crate) async fn coming_online_ends_the_wait(sio: Sio) -> Outcome {
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

pub(crate) async fn without_recovery_the_session_is_another(sio: Sio) -> Outcome {
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
