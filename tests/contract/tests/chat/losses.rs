//! Losses of servers, links, pages and tokens.

use std::rc::Rc;
use std::time::Duration;

use contract::{ChatClient, ChatServer, Flavour, Group, Network, Relay};
use engine::chat::api::{ChatCommand, ChatInput, Pass, RowKind};
use engine::chat::memory::Memory;
use serde_json::json;

use crate::scene::{Outcome, Scene};

pub(crate) async fn what_was_written_offline_outlives_the_page_and_arrives_in_order(
    flavour: Flavour,
) -> Outcome {
    let Scene {
        mut server,
        room,
        group,
    } = Scene::new(flavour).await?;
    server.kill().await?;
    let [mut ada, bob] = group.0;
    for number in 1..=3 {
        ada.send(&format!("offline {number}"));
    }
    // What was shown is on disk once the page has lived on for a moment.
    let mut both = Group([ada, bob]);
    both.run_for(Duration::from_millis(200)).await;
    let [ada, bob] = &both.0;
    // The greeting may still be waiting for certainty where nothing is echoed.
    assert!(ada.waiting() >= 3, "{:?}", ada.connection);
    assert!(!bob.is_connected());
    let Group([ada, bob]) = both;
    let pass = ada.pass.clone();
    let disk = ada.crash();
    server.restart().await?;
    let mut ada = ChatClient::new(&server.url(), pass, disk);
    ada.command(ChatCommand::Open(Rc::clone(&room)));
    let mut scene = Scene {
        server,
        room,
        group: Group([ada, bob]),
    };
    let [_, bob] = &mut scene.group.0;
    bob.command(ChatCommand::Reconnect);
    scene
        .until_texts(&["offline 1", "offline 2", "offline 3"])
        .await?;
    scene.until_sent().await?;
    let stored = scene.texts().await?;
    let offline: Vec<&String> = stored.iter().filter(|text| text.starts_with("offline")).collect();
    assert_eq!(offline, ["offline 1", "offline 2", "offline 3"]);
    Ok(())
}

pub(crate) async fn a_server_killed_while_both_write_loses_nothing(flavour: Flavour) -> Outcome {
    const EACH: u64 = 5;
    // More of them find more: ANTENNA_KILLS=200.
    let rounds: u64 = std::env::var("ANTENNA_KILLS")
        .ok()
        .and_then(|kills| kills.parse().ok())
        .unwrap_or(4);
    let mut scene = Scene::new(flavour).await?;
    for round in 0..rounds {
        for number in 0..EACH {
            for client in &mut scene.group.0 {
                let text = format!("{} {round}.{number}", client.pass.name);
                client.send(&text);
            }
            // At another point of the exchange in every round, without a random number.
            scene
                .group
                .run_for(Duration::from_millis((round * 7 + number * 3) % 16))
                .await;
        }
        scene.server.kill().await?;
        scene.group.run_for(Duration::from_millis(50)).await;
        scene.server.restart().await?;
        for client in &mut scene.group.0 {
            client.command(ChatCommand::Reconnect);
        }
    }
    scene.until_sent().await?;
    let stored = scene.contents().await?;
    for client in &scene.group.0 {
        let own: Vec<&String> = stored
            .iter()
            .filter(|(sender, _)| **sender == *client.pass.user)
            .map(|(_, text)| text)
            .collect();
        let wanted: Vec<String> = (0..rounds)
            .flat_map(|round| (0..EACH).map(move |number| (round, number)))
            .map(|(round, number)| format!("{} {round}.{number}", client.pass.name))
            .collect();
        let lost: Vec<&String> = wanted.iter().filter(|text| !own.contains(text)).collect();
        assert!(lost.is_empty(), "lost {lost:?} of {own:?}");
        if flavour == Flavour::Embedded {
            let greeting = format!("hello from {}", client.pass.name);
            let all: Vec<&String> = std::iter::once(&greeting).chain(&wanted).collect();
            assert_eq!(own, all, "doubled, or not in order");
        }
    }
    let mut there: Vec<String> = stored.into_iter().map(|(_, text)| text).collect();
    there.sort();
    let same = |client: &ChatClient| {
        let mut texts = client.texts();
        texts.sort();
        texts == there
    };
    scene
        .group
        .until("both screens show what the server has", |clients| {
            clients.iter().all(same)
        })
        .await
}

/// Bob's link is cut while Ada writes; with recovery the server sends what he missed, without it the room's history has it.
pub(crate) async fn a_dropped_connection_misses_nothing(flavour: Flavour) -> Outcome {
    let Scene { server, room, group } = Scene::new(flavour).await?;
    let [ada, bob] = group.0;
    let (pass, disk) = (bob.pass.clone(), bob.crash());
    let relay = Relay::start(server.port(), Network::Works).await?;
    let mut bob = ChatClient::new(&relay.url(), pass, disk);
    bob.command(ChatCommand::Open(Rc::clone(&room)));
    let mut scene = Scene {
        server,
        room,
        group: Group([ada, bob]),
    };
    let [ada, bob] = &mut scene.group.0;
    ada.send("while all is well");
    bob.send("behind a relay");
    scene
        .until_texts(&["while all is well", "behind a relay"])
        .await?;
    relay.set(Network::Cut);
    scene
        .group
        .until("bob's loss", |[_, bob]| !bob.is_connected())
        .await?;
    let texts: Vec<String> = (1..=5).map(|number| format!("missed {number}")).collect();
    let [ada, bob] = &mut scene.group.0;
    texts.iter().for_each(|text| ada.send(text));
    bob.send("written in a tunnel");
    scene
        .group
        .until("ada's are sent", |[ada, _]| {
            texts.iter().all(|text| ada.has_sent(text))
        })
        .await?;
    relay.set(Network::Works);
    let [_, bob] = &mut scene.group.0;
    bob.command(ChatCommand::Reconnect);
    let all: Vec<&str> = texts
        .iter()
        .map(String::as_str)
        .chain(["written in a tunnel"])
        .collect();
    scene.until_texts(&all).await?;
    scene.until_sent().await?;
    let [_, bob] = &scene.group.0;
    let missed: Vec<String> = bob
        .texts()
        .into_iter()
        .filter(|text| text.starts_with("missed"))
        .collect();
    assert_eq!(missed, texts, "once and in order");
    Ok(())
}

pub(crate) async fn a_token_that_is_refused_is_asked_for_anew(flavour: Flavour) -> Outcome {
    let server = ChatServer::start(flavour).await?;
    let good = server.sign_up("ada").await?;
    let room = server.make_room(&good, "general").await?;
    let bad = Pass {
        token: Rc::from("eyJhbGciOiJIUzI1NiJ9.e30.AAAA"),
        ..good.clone()
    };
    let mut client = ChatClient::new(&server.url(), bad.clone(), Memory::default());
    client.command(ChatCommand::Open(Rc::clone(&room)));
    client.send("patience");
    let mut alone = Group([client]);
    alone
        .until("the refusal", |[client]| !client.refused_tokens.is_empty())
        .await?;
    let [client] = &mut alone.0;
    assert_eq!(client.refused_tokens, [bad.token]);
    client.take(ChatInput::Pass(Some(good)));
    client.command(ChatCommand::Join(room));
    alone
        .until("the message", |[client]| client.has_sent("patience"))
        .await
}

pub(crate) async fn a_refusal_for_a_while_is_waited_for(flavour: Flavour) -> Outcome {
    let limits = match flavour {
        Flavour::Plain { .. } => &[
            "--messages-per-minute",
            "3",
            "--minute",
            "2",
            "--joins-per-minute",
            "0",
            "--connections-per-hour",
            "0",
        ][..],
        Flavour::Embedded => &["--limit", "all=off", "--limit", "messages=3/2"][..],
    };
    let mut scene = Scene::on(ChatServer::start_with(flavour, limits).await?).await?;
    let texts: Vec<String> = (1..=6).map(|number| format!("flood {number}")).collect();
    let [ada, _] = &mut scene.group.0;
    texts.iter().for_each(|text| ada.send(text));
    let all: Vec<&str> = texts.iter().map(String::as_str).collect();
    scene.until_texts(&all).await?;
    scene.until_sent().await?;
    let stored = scene.texts().await?;
    let flood: Vec<&String> = stored.iter().filter(|text| text.starts_with("flood")).collect();
    assert_eq!(flood, texts.iter().collect::<Vec<_>>(), "once and in order");
    Ok(())
}

/// Bob is away for more messages than `join-room` brings.
pub(crate) async fn more_than_a_history_holds_is_fetched_or_said_to_be_missing(flavour: Flavour) -> Outcome {
    const MANY: usize = 70;
    let Scene { server, room, group } = Scene::new(flavour).await?;
    let [ada, bob] = group.0;
    // What was received is on disk after a second at most.
    let mut before = Group([bob]);
    before.run_for(Duration::from_millis(1500)).await;
    let Group([bob]) = before;
    let (pass, disk) = (bob.pass.clone(), bob.crash());
    let texts: Vec<String> = (0..MANY).map(|number| format!("many {number:02}")).collect();
    let mut alone = Group([ada]);
    match flavour {
        // Written by others, since an engine that waits for certainty on a silent server takes its time.
        Flavour::Plain { .. } => {
            let [ada] = &alone.0;
            for text in &texts {
                let message = json!({ "roomId": &*room, "userId": &*ada.pass.user, "content": text });
                server.hook("post", &message).await?;
            }
        }
        Flavour::Embedded => {
            let [ada] = &mut alone.0;
            texts.iter().for_each(|text| ada.send(text));
        }
    }
    alone
        .until("the last one", |[ada]| {
            texts.last().is_some_and(|text| ada.has_sent(text))
        })
        .await?;
    let Group([ada]) = alone;
    let mut bob = ChatClient::new(&server.url(), pass, disk);
    bob.command(ChatCommand::Open(Rc::clone(&room)));
    let mut both = Group([ada, bob]);
    both.until("bob has the last one", |[_, bob]| {
        texts.last().is_some_and(|text| bob.has_sent(text))
    })
    .await?;
    match flavour {
        // These servers keep no pages: what `join-room` did not bring cannot be had, and is not passed off as complete.
        Flavour::Plain { .. } => {
            let gap = |bob: &ChatClient| bob.rows.iter().any(|row| matches!(row.kind, RowKind::Gap(_)));
            both.until("bob sees that something is missing", |[_, bob]| gap(bob))
                .await?;
            let [_, bob] = &both.0;
            let shown: Vec<String> = bob
                .texts()
                .into_iter()
                .filter(|text| text.starts_with("many"))
                .collect();
            assert_eq!(shown.last(), texts.last());
            assert_eq!(shown.len(), 50);
        }
        Flavour::Embedded => {
            let all = |bob: &ChatClient| {
                bob.texts()
                    .into_iter()
                    .filter(|text| text.starts_with("many"))
                    .eq(texts.iter().cloned())
            };
            both.until("bob has all of them, in order", |[_, bob]| all(bob))
                .await?;
            let [_, bob] = &both.0;
            assert!(!bob.rows.iter().any(|row| matches!(row.kind, RowKind::Gap(_))));
        }
    }
    Ok(())
}
