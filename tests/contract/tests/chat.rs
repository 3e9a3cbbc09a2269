//! Contract 5: the chat engine against the unmodified socket.io in all its flavours, and against the embedded backend.

use std::io;
use std::rc::Rc;
use std::time::Duration;

use contract::{ChatClient, ChatServer, Disk, Flavour, Group, Network, Relay};
use engine::chat::api::{ChatCommand, ChatEvent, ChatInput, Delivery, Pass, Presence, RowKind};
use serde_json::{Value, json};

/// Makes a test for each server of each function.
macro_rules! on_every_server {
    ($($name:ident)*) => {
        on_every_server! { @ echo_joined, true, false, false: $($name)* }
        on_every_server! { @ echo_joined_recovery, true, false, true: $($name)* }
        on_every_server! { @ echo_split, true, true, false: $($name)* }
        on_every_server! { @ echo_split_recovery, true, true, true: $($name)* }
        on_every_server! { @ silent_joined, false, false, false: $($name)* }
        on_every_server! { @ silent_joined_recovery, false, false, true: $($name)* }
        on_every_server! { @ silent_split, false, true, false: $($name)* }
        on_every_server! { @ silent_split_recovery, false, true, true: $($name)* }
        mod embedded {
            $(#[tokio::test] async fn $name() -> std::io::Result<()> {
                super::$name(contract::Flavour::Embedded).await
            })*
        }
    };
    (@ $module:ident, $echo:literal, $split:literal, $recovery:literal: $($name:ident)*) => {
        mod $module {
            const FLAVOUR: contract::Flavour = contract::Flavour::Plain {
                echo: $echo,
                split: $split,
                recovery: $recovery,
            };
            $(#[tokio::test] async fn $name() -> std::io::Result<()> { super::$name(FLAVOUR).await })*
        }
    };
}

on_every_server! {
    what_one_writes_both_read_once
    the_same_text_twice_is_two_messages
    what_happens_to_messages_is_seen_by_both
    typing_and_presence_are_seen_and_end
    what_was_written_offline_outlives_the_page_and_arrives_in_order
    a_server_killed_while_both_write_loses_nothing
    a_dropped_connection_misses_nothing
    a_token_that_is_refused_is_asked_for_anew
    a_refusal_for_a_while_is_waited_for
    more_than_a_history_holds_is_fetched_or_said_to_be_missing
}

type Outcome = io::Result<()>;

/// Two people in one room.
struct Scene {
    server: ChatServer,
    room: Rc<str>,
    group: Group<2>,
}

impl Scene {
    async fn new(flavour: Flavour) -> io::Result<Self> {
        let server = ChatServer::start(flavour).await?;
        Self::on(server).await
    }

    async fn on(server: ChatServer) -> io::Result<Self> {
        let (ada, bob) = (server.sign_up("ada").await?, server.sign_up("bob").await?);
        let room = server.make_room(&ada, "general").await?;
        let url = server.url();
        let clients = [ada, bob].map(|pass| ChatClient::new(&url, pass, Disk::new()));
        let mut scene = Self {
            server,
            room,
            group: Group(clients),
        };
        for client in &mut scene.group.0 {
            client.command(ChatCommand::Join(Rc::clone(&scene.room)));
            client.command(ChatCommand::Open(Rc::clone(&scene.room)));
        }
        scene.ready().await?;
        Ok(scene)
    }

    /// Waits until both are in the room.
    async fn ready(&mut self) -> Outcome {
        let in_room = |client: &ChatClient| {
            client.is_connected()
                && client.server.known
                && client.open.as_ref().is_some_and(|open| open.room.joined)
        };
        self.group
            .until("both in the room", |clients| clients.iter().all(in_room))
            .await?;
        // Both have been heard by each other, so both are in.
        let [ada, bob] = &mut self.group.0;
        ada.send("hello from ada");
        bob.send("hello from bob");
        self.until_texts(&["hello from ada", "hello from bob"]).await
    }

    /// Waits until these are on both screens, in whatever order, and have arrived.
    async fn until_texts(&mut self, texts: &[&str]) -> Outcome {
        let all = |client: &ChatClient| texts.iter().all(|text| client.has_sent(text));
        self.group
            .until(&format!("{texts:?}"), |clients| clients.iter().all(all))
            .await
    }

    /// Waits until nothing waits.
    async fn until_sent(&mut self) -> Outcome {
        let idle = |client: &ChatClient| client.is_connected() && client.waiting() == 0;
        self.group
            .until("empty outboxes", |clients| clients.iter().all(idle))
            .await
    }

    async fn contents(&self) -> io::Result<Vec<(String, String)>> {
        let [ada, _] = &self.group.0;
        self.server.contents(&ada.pass, &self.room).await
    }
}

async fn what_one_writes_both_read_once(flavour: Flavour) -> Outcome {
    let mut scene = Scene::new(flavour).await?;
    let [ada, bob] = &mut scene.group.0;
    ada.send("one");
    assert!(ada.find("one").is_some(), "shown at once");
    bob.send("two <b>& \u{202e}three</b>");
    scene.until_texts(&["one", "two <b>& \u{202e}three</b>"]).await?;
    scene.until_sent().await?;
    // Whatever comes late must not show anything twice.
    scene.group.run_for(Duration::from_millis(300)).await;
    let stored = scene.contents().await?;
    assert_eq!(stored.len(), 4, "{stored:?}");
    for client in &scene.group.0 {
        let mut texts = client.texts();
        let mut there: Vec<String> = stored.iter().map(|(_, text)| text.clone()).collect();
        texts.sort();
        there.sort();
        assert_eq!(texts, there, "{}", client.pass.name);
        for (_, message) in client.messages() {
            assert_eq!(message.own, *message.sender == *client.pass.user);
        }
    }
    Ok(())
}

async fn the_same_text_twice_is_two_messages(flavour: Flavour) -> Outcome {
    let mut scene = Scene::new(flavour).await?;
    let [ada, bob] = &mut scene.group.0;
    ada.send("again");
    ada.send("again");
    bob.send("again");
    let three = |client: &ChatClient| {
        let sent = client
            .messages()
            .filter(|(_, message)| &*message.content == "again" && message.delivery == Delivery::Sent);
        sent.count() == 3
    };
    scene
        .group
        .until("three of them", |clients| clients.iter().all(three))
        .await?;
    scene.group.run_for(Duration::from_millis(300)).await;
    assert!(scene.group.0.iter().all(three));
    assert_eq!(
        scene
            .contents()
            .await?
            .iter()
            .filter(|(_, text)| text == "again")
            .count(),
        3
    );
    Ok(())
}

async fn what_happens_to_messages_is_seen_by_both(flavour: Flavour) -> Outcome {
    let mut scene = Scene::new(flavour).await?;
    let [ada, _] = &mut scene.group.0;
    ada.send("first");
    ada.send("second");
    scene.until_texts(&["first", "second"]).await?;
    scene.until_sent().await?;

    let row = |client: &ChatClient, text: &str| {
        let found = client.find(text).map(|(row, _)| row);
        found.ok_or_else(|| io::Error::other(format!("no {text:?} in {:?}", client.texts())))
    };
    let [ada, bob] = &mut scene.group.0;
    bob.command(ChatCommand::Seen(row(bob, "second")?));
    bob.command(ChatCommand::React {
        row: row(bob, "first")?,
        reaction: Rc::from("👍"),
    });
    ada.command(ChatCommand::Edit {
        row: row(ada, "second")?,
        content: "second, better".to_owned(),
    });
    let reacted = |client: &ChatClient| {
        let reactions = client
            .find("first")
            .map(|(_, message)| message.reactions.clone())
            .unwrap_or_default();
        let own = &*client.pass.name == "bob";
        reactions
            .iter()
            .map(|one| (&*one.reaction, one.count, one.own))
            .collect::<Vec<_>>()
            == [("👍", 1, own)]
    };
    let edited = |client: &ChatClient| {
        client
            .find("second, better")
            .is_some_and(|(_, message)| message.edited.is_some())
    };
    scene
        .group
        .until("reaction and edit", |clients| {
            clients.iter().all(|client| reacted(client) && edited(client))
        })
        .await?;
    let seen = |clients: &[ChatClient; 2]| {
        let [ada, _] = clients;
        ada.find("second, better")
            .is_some_and(|(_, message)| message.seen_by.iter().any(|name| &**name == "bob"))
    };
    scene.group.until("ada sees that bob has read", seen).await?;
    scene.until_sent().await?;

    let [ada, bob] = &mut scene.group.0;
    ada.command(ChatCommand::Delete(row(ada, "first")?));
    bob.command(ChatCommand::React {
        row: row(bob, "second, better")?,
        reaction: Rc::from("🎈"),
    });
    let deleted = |client: &ChatClient| client.find("first").is_none();
    let balloon = |client: &ChatClient| {
        client
            .find("second, better")
            .is_some_and(|(_, message)| message.reactions.len() == 1)
    };
    scene
        .group
        .until("the deletion", |clients| {
            clients.iter().all(|client| deleted(client) && balloon(client))
        })
        .await?;
    scene.until_sent().await?;
    let texts: Vec<String> = scene
        .contents()
        .await?
        .into_iter()
        .map(|(_, text)| text)
        .collect();
    assert!(!texts.contains(&"first".to_owned()), "{texts:?}");
    assert!(texts.contains(&"second, better".to_owned()), "{texts:?}");
    Ok(())
}

async fn typing_and_presence_are_seen_and_end(flavour: Flavour) -> Outcome {
    let mut scene = Scene::new(flavour).await?;
    let [ada, _] = &mut scene.group.0;
    ada.command(ChatCommand::Typing(true));
    let typing = |clients: &[ChatClient; 2]| {
        let [_, bob] = clients;
        bob.open
            .as_ref()
            .is_some_and(|open| open.typing.iter().any(|name| &**name == "ada"))
    };
    scene.group.until("ada types", typing).await?;
    let [ada, _] = &mut scene.group.0;
    ada.command(ChatCommand::Typing(false));
    scene
        .group
        .until("ada has stopped", |clients| !typing(clients))
        .await?;

    let ada_is = |clients: &[ChatClient; 2], wanted: Presence| {
        let [ada, bob] = clients;
        bob.people
            .iter()
            .any(|person| person.id == ada.pass.user && person.presence == wanted)
    };
    scene
        .group
        .until("ada is there", |clients| ada_is(clients, Presence::Online))
        .await?;
    // Ada's page dies; after the server's grace she is gone.
    let room = Rc::clone(&scene.room);
    let [ada, bob] = scene.group.0;
    let (url, pass) = (scene.server.url(), ada.pass.clone());
    drop(ada.crash());
    let mut alone = Group([bob]);
    let gone = |clients: &[ChatClient; 1]| {
        let [bob] = clients;
        bob.people
            .iter()
            .any(|person| person.id == pass.user && person.presence == Presence::Offline)
    };
    alone.until("ada is gone", gone).await?;
    // And comes back.
    let Group([bob]) = alone;
    let mut ada = ChatClient::new(&url, pass, Disk::new());
    ada.command(ChatCommand::Open(room));
    let mut both = Group([ada, bob]);
    both.until("ada is back", |clients| ada_is(clients, Presence::Online))
        .await
}

async fn what_was_written_offline_outlives_the_page_and_arrives_in_order(flavour: Flavour) -> Outcome {
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
    let stored: Vec<String> = scene
        .contents()
        .await?
        .into_iter()
        .map(|(_, text)| text)
        .collect();
    let offline: Vec<&String> = stored.iter().filter(|text| text.starts_with("offline")).collect();
    assert_eq!(offline, ["offline 1", "offline 2", "offline 3"]);
    Ok(())
}

async fn a_server_killed_while_both_write_loses_nothing(flavour: Flavour) -> Outcome {
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
async fn a_dropped_connection_misses_nothing(flavour: Flavour) -> Outcome {
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

async fn a_token_that_is_refused_is_asked_for_anew(flavour: Flavour) -> Outcome {
    let server = ChatServer::start(flavour).await?;
    let good = server.sign_up("ada").await?;
    let room = server.make_room(&good, "general").await?;
    let bad = Pass {
        token: Rc::from("eyJhbGciOiJIUzI1NiJ9.e30.AAAA"),
        ..good.clone()
    };
    let mut client = ChatClient::new(&server.url(), bad.clone(), Disk::new());
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

async fn a_refusal_for_a_while_is_waited_for(flavour: Flavour) -> Outcome {
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
    let stored: Vec<String> = scene
        .contents()
        .await?
        .into_iter()
        .map(|(_, text)| text)
        .collect();
    let flood: Vec<&String> = stored.iter().filter(|text| text.starts_with("flood")).collect();
    assert_eq!(flood, texts.iter().collect::<Vec<_>>(), "once and in order");
    Ok(())
}

/// Bob is away for more messages than `join-room` brings.
async fn more_than_a_history_holds_is_fetched_or_said_to_be_missing(flavour: Flavour) -> Outcome {
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

/// What a server says that is wrong, strange or hostile.
#[tokio::test]
async fn what_cannot_be_read_is_a_line_and_nothing_else_breaks() -> Outcome {
    let mut scene = Scene::new(Flavour::Plain {
        echo: true,
        split: false,
        recovery: false,
    })
    .await?;
    let room = Value::from(&*scene.room);
    let huge = "x".repeat(1_000_000);
    let nameless = json!({ "id": 991, "roomId": room, "senderId": 5, "content": "from nobody known", "timestamp": "2026-11-21T12:00:00.000Z" });
    for (event, data) in [
        (
            "new-message",
            json!({ "id": "bad", "roomId": room, "senderId": "u" }),
        ),
        ("new-message", json!("not even an object")),
        ("new-message", nameless),
        (
            "new-message",
            json!({ "id": "huge", "roomId": room, "senderId": "u", "content": huge }),
        ),
        (
            "new-message",
            json!({ "id": "odd", "roomId": room, "senderId": "u", "senderName": "<img src=x onerror=alert(1)>\u{202e}", "content": "odd",
                "reactions": [{ "reaction": "a", "users": {} }], "readBy": 7, "attachments": { "0": 1 }, "replyTo": [] }),
        ),
        ("brand-new-event", json!([[[[]]]])),
        (
            "message-edited",
            json!({ "messageId": "nowhere", "roomId": room, "newContent": "x" }),
        ),
        ("message-deleted", json!(null)),
        ("typing-update", json!({ "userId": {}, "roomId": room })),
        (
            "presence-update",
            json!({ "userId": "u", "status": "levitating" }),
        ),
        (
            "batched-messages",
            json!({ "messages": [
                { "event": "new-message", "data": { "id": "b1", "roomId": room, "senderId": "u", "content": "batched" } },
                { "event": "message-reaction-updated", "data": { "messageId": "b1", "roomId": room, "reaction": "👍", "userId": "u", "hasReacted": true } },
                { "event": "new-message", "data": 5 }, null,
                { "event": "user-typing", "data": { "userId": "u", "roomId": room } }
            ] }),
        ),
        ("room-joined", json!({ "room": [] })),
        ("error", json!({})),
    ] {
        scene
            .server
            .hook("say", &json!({ "event": event, "data": data }))
            .await?;
    }
    let [ada, _] = &mut scene.group.0;
    ada.send("and on it goes");
    scene
        .until_texts(&["and on it goes", "from nobody known", "odd", "batched", &huge])
        .await?;
    for client in &scene.group.0 {
        let unreadable = client
            .rows
            .iter()
            .filter(|row| matches!(row.kind, RowKind::Unreadable { .. }))
            .count();
        assert!(unreadable >= 1, "{:?}", client.texts().len());
        let told = client
            .events
            .iter()
            .filter(|event| matches!(event, ChatEvent::Trouble(_)))
            .count();
        assert!(told >= 5, "{told}");
        let reactions = client.find("batched").map(|(_, message)| message.reactions.len());
        assert_eq!(reactions, Some(1));
    }
    Ok(())
}

/// Every shape that servers of this vocabulary send messages in, over batches, with pages of history.
#[tokio::test]
async fn odd_shapes_and_batches_are_the_same_conversation() -> Outcome {
    let flavour = Flavour::Plain {
        echo: true,
        split: true,
        recovery: false,
    };
    for shapes in [
        &[
            "--reactions",
            "empty",
            "--read-by",
            "empty",
            "--numeric-ids",
            "--iso",
        ][..],
        &["--reactions", "array", "--no-names", "--batch", "50"][..],
        &["--reactions", "map", "--batch", "20", "--numeric-ids", "--rest"][..],
    ] {
        let off = [
            "--messages-per-minute",
            "0",
            "--joins-per-minute",
            "0",
            "--connections-per-hour",
            "0",
        ];
        let options: Vec<&str> = off.iter().chain(shapes).copied().collect();
        let mut scene = Scene::on(ChatServer::start_with(flavour, &options).await?).await?;
        let [ada, bob] = &mut scene.group.0;
        ada.send("one");
        bob.send("two");
        scene.until_texts(&["one", "two"]).await?;
        let [_, bob] = &mut scene.group.0;
        let row = bob
            .find("one")
            .map(|(row, _)| row)
            .ok_or_else(|| io::Error::other("no row"))?;
        bob.command(ChatCommand::React {
            row,
            reaction: Rc::from("👍"),
        });
        let reacted = |client: &ChatClient| {
            client
                .find("one")
                .is_some_and(|(_, message)| message.reactions.len() == 1)
        };
        scene
            .group
            .until("the reaction", |clients| clients.iter().all(reacted))
            .await?;
        scene.until_sent().await?;
        scene.group.run_for(Duration::from_millis(200)).await;
        for client in &scene.group.0 {
            assert_eq!(client.texts().len(), 4, "{shapes:?} {:?}", client.texts());
        }
    }
    Ok(())
}
