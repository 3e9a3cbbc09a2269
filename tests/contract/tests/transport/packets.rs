//! What a connection carries.

use std::io;
use std::time::Duration;

use contract::{Client, Node, Sio, plain};
use engine::session::socketio::{Emit, SessionEvent};
use serde_json::{Value, json};
use wire::socketio::placeholder;

use crate::{Outcome, SCRIPT};

pub(crate) async fn acks_answer_and_time_out(sio: Sio) -> Outcome {
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

pub(crate) async fn bytes_travel_both_ways_over_websocket(sio: Sio) -> Outcome {
    bytes_travel(
        &mut Client::new(&Node::start(SCRIPT, sio, &[]).await?.url()),
        sio,
        &[],
    )
    .await
}

pub(crate) async fn bytes_travel_both_ways_over_polling(sio: Sio) -> Outcome {
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

pub(crate) async fn the_server_may_ask_too(sio: Sio) -> Outcome {
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

pub(crate) async fn what_is_too_long_is_not_sent_and_breaks_nothing(sio: Sio) -> Outcome {
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

pub(crate) async fn many_small_emits_are_split_over_polls(sio: Sio) -> Outcome {
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
