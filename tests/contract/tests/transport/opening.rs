//! How a connection comes about, and who is let in.

use std::time::Duration;

use contract::{Client, Network, Node, Relay, Sio, plain, settings};
use engine::event::ConnectionState;
use engine::session::socketio::{Emit, SessionEvent, Settings, SocketIo};
use serde_json::json;

use crate::{Outcome, SCRIPT};

pub(crate) async fn websocket_comes_first_and_alone(sio: Sio) -> Outcome {
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

pub(crate) async fn a_server_without_websocket_is_polled(sio: Sio) -> Outcome {
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

pub(crate) async fn a_polling_session_changes_to_websocket_without_losing_or_reordering(sio: Sio) -> Outcome {
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

pub(crate) async fn a_proxy_that_refuses_websockets_leaves_polling(sio: Sio) -> Outcome {
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

pub(crate) async fn a_proxy_that_swallows_websockets_leaves_polling(sio: Sio) -> Outcome {
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

pub(crate) async fn a_refused_namespace_leaves_the_others_alone(sio: Sio) -> Outcome {
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

pub(crate) async fn a_refused_token_is_told_and_a_new_one_lets_in(sio: Sio) -> Outcome {
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

pub(crate) async fn namespaces_are_separate(sio: Sio) -> Outcome {
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
