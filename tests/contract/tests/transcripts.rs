//! Sessions recorded with unmodified servers (tests/transcripts), played again without them; and that what is recorded
//! today can be played again.
//!
//! `UPDATE_TRANSCRIPTS=1 cargo test -p contract --test transcripts` records them anew: after an intended change of what
//! the client sends, or for another version of a server.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use contract::transcript::{Deed, replay};
use contract::{Client, Network, Node, Relay, Sio, plain};
use engine::session::socketio::{Emit, SessionEvent};
use serde_json::json;
use wire::socketio::placeholder;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../transcripts")
}

#[test]
fn recorded_sessions_go_as_they_went() -> io::Result<()> {
    let mut paths: Vec<_> = std::fs::read_dir(folder())?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    paths.sort();
    assert!(paths.len() >= 6, "transcripts are missing: {paths:?}");
    for path in paths {
        let text = std::fs::read_to_string(&path)?;
        assert!(
            text.contains("Connected {"),
            "{} records no session",
            path.display()
        );
        if let Err(difference) = replay(&text) {
            panic!("{}:\n{difference}", path.display());
        }
    }
    Ok(())
}

#[test]
fn a_transcript_that_differs_is_noticed() {
    let recorded = "[\"do\",0,\"connect\"]\n[\"out\",\"open\",4294967297,\"ws://server/elsewhere\"]\n";
    assert!(replay(recorded).is_err_and(|difference| difference.contains("elsewhere")));
}

macro_rules! record {
    ($($name:ident: $sio:expr, $network:expr, $options:expr;)*) => {
        $(#[tokio::test]
        async fn $name() -> io::Result<()> {
            record(stringify!($name), $sio, $network, &$options).await
        })*
    };
}

record! {
    v4_websocket: Sio::V4, Network::Works, [];
    v4_recovery: Sio::V4, Network::Works, ["--recovery"];
    v4_polling: Sio::V4, Network::Works, ["--transports", "polling"];
    v4_upgrade: Sio::V4, Network::RefusesWebSocket, [];
    v3_websocket: Sio::V3, Network::Works, [];
    v3_polling: Sio::V3, Network::Works, ["--transports", "polling"];
    v3_upgrade: Sio::V3, Network::RefusesWebSocket, [];
}

/// A short life: connect, ask, bytes both ways, be watched, lose the link, come back, be told goodbye.
async fn record(name: &str, sio: Sio, network: Network, options: &[&str]) -> io::Result<()> {
    let pings = ["--ping-interval", "300", "--ping-timeout", "20000"];
    let server = Node::start("socket-io.mjs", sio, &[options, &pings].concat()).await?;
    let relay = Relay::start(server.port(), network).await?;
    let mut client = Client::new(&relay.url());
    client.deed(&Deed::Connect);
    if network == Network::RefusesWebSocket {
        client.until_opened("Get", 1).await?;
        relay.set(Network::Works);
    }
    let (sid, _) = client.until_connected().await?;
    if network == Network::RefusesWebSocket {
        let upgraded = format!("{sid} websocket");
        tokio::select! {
            printed = server.until_printed("upgraded ", |lines| lines == [upgraded.clone()]) => drop(printed?),
            () = client.run_for(contract::GENEROUS) => return Err(io::Error::other("it did not change over")),
        }
    }
    client.deed(&Deed::Watch(true));
    let ask = Emit {
        ack_within: Some(contract::GENEROUS),
        ..plain("echo", vec![json!("ünï"), json!({"a": [1, null]})])
    };
    client.deed(&Deed::Emit(ask));
    client
        .until("the ack", |event| {
            matches!(event, SessionEvent::Acked { .. }).then_some(())
        })
        .await?;
    let file = Emit {
        binary: vec![vec![0, 255], vec![7]],
        ..plain("echo", vec![placeholder(1), placeholder(0)])
    };
    client.deed(&Deed::Emit(file));
    client.until_event("echo").await?;
    client.run_for(Duration::from_millis(700)).await;
    relay.set(Network::Cut);
    client
        .until("the loss", |event| {
            matches!(event, SessionEvent::Lost { .. }).then_some(())
        })
        .await?;
    client.deed(&Deed::Emit(plain("record", vec![json!("queued")])));
    relay.set(Network::Works);
    client.until_connected().await?;
    server.until_printed("got ", |_| true).await?;
    client.deed(&Deed::Emit(plain("leave", vec![])));
    client
        .until("the goodbye", |event| {
            matches!(event, SessionEvent::Refused { .. }).then_some(())
        })
        .await?;

    let text = client.transcript.join("\n") + "\n";
    replay(&text).map_err(io::Error::other)?;
    if std::env::var_os("UPDATE_TRANSCRIPTS").is_some() {
        std::fs::create_dir_all(folder())?;
        std::fs::write(folder().join([name, ".jsonl"].concat()), text)?;
    }
    Ok(())
}
