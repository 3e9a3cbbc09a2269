//! What the embedded backend adds to contract 5 (docs/chat-additions.md), through the chat engine.

use std::io;
use std::rc::Rc;
use std::time::Duration;

use contract::{ChatClient, ChatServer, Flavour, Group};
use engine::chat::api::{
    ChatCommand, ChatEvent, Draft, Fetching, LastSeenPrivacy, OwnPresence, Person, Presence, Privacy, RoomId,
    SearchQuery, UploadId,
};
use engine::chat::memory::Memory;

type Outcome = io::Result<()>;

/// Ada and Bob, connected, in no room.
async fn two() -> io::Result<(ChatServer, Group<2>)> {
    let server = ChatServer::start(Flavour::Embedded).await?;
    let passes = [server.sign_up("ada").await?, server.sign_up("bob").await?];
    let mut group = Group(passes.map(|pass| ChatClient::new(&server.url(), pass, Memory::default())));
    let ready = |client: &ChatClient| client.is_connected() && client.server.exact;
    group
        .until("both connected", |clients| clients.iter().all(ready))
        .await?;
    Ok((server, group))
}

/// The room this client was last told to go to.
fn gone_to(client: &ChatClient) -> Option<RoomId> {
    client.events.iter().rev().find_map(|event| match event {
        ChatEvent::GoTo(room) => Some(Rc::clone(room)),
        _ => None,
    })
}

/// Somebody as this client sees them.
fn as_seen<'a>(client: &'a ChatClient, name: &str) -> Option<&'a Person> {
    client
        .people
        .iter()
        .find(|person| &*person.name == name)
        .map(|person| &**person)
}

#[tokio::test]
async fn a_direct_conversation_with_a_file_that_search_finds() -> Outcome {
    let (_server, mut group) = two().await?;
    let [ada, bob] = &mut group.0;
    let bob_id = Rc::clone(&bob.pass.user);
    ada.command(ChatCommand::Direct(bob_id));
    group
        .until("ada goes to the conversation", |[ada, _]| gone_to(ada).is_some())
        .await?;
    let [ada, _] = &mut group.0;
    let room = gone_to(ada).unwrap_or_else(|| Rc::from(""));
    ada.command(ChatCommand::Open(Rc::clone(&room)));
    let upload = UploadId(1);
    let text = "the minutes of the meeting";
    ada.files.insert(upload, text.to_owned());
    ada.command(ChatCommand::Attach {
        upload,
        name: "minutes ü.txt".to_owned(),
        mime: "text/plain".to_owned(),
        size: text.len() as u64,
    });
    // Not waited for: the message waits itself.
    ada.command(ChatCommand::Send(Draft {
        content: "zebra crossing minutes".to_owned(),
        reply_to: None,
        attachments: vec![upload],
    }));
    let known = |client: &ChatClient| {
        client
            .events
            .iter()
            .any(|event| matches!(event, ChatEvent::Rooms(rooms) if rooms.iter().any(|one| one.id == room)))
    };
    group
        .until("bob has the conversation", |[_, bob]| known(bob))
        .await?;
    let [_, bob] = &mut group.0;
    bob.command(ChatCommand::Open(Rc::clone(&room)));
    let there = |client: &ChatClient| client.has_sent("zebra crossing minutes");
    group
        .until("the message", |clients| clients.iter().all(there))
        .await?;
    let [ada, bob] = &group.0;
    let attached = bob
        .find("zebra crossing minutes")
        .map(|(_, message)| message.attachments.clone())
        .unwrap_or_default();
    let [file] = &attached[..] else {
        return Err(io::Error::other(format!("{attached:?}")));
    };
    assert_eq!(
        (&*file.name, &*file.mime, file.size),
        ("minutes ü.txt", "text/plain", Some(26))
    );
    let direct = bob
        .open
        .as_ref()
        .is_some_and(|open| open.room.with.as_ref() == Some(&ada.pass.user));
    assert!(direct);

    let [_, bob] = &mut group.0;
    let query = SearchQuery {
        words: "crossing zeb".to_owned(),
        ..SearchQuery::default()
    };
    bob.command(ChatCommand::Search(query.clone()));
    let found = |client: &ChatClient| {
        client.events.iter().rev().find_map(|event| match event {
            ChatEvent::Search(view)
                if view.query == query
                    && matches!(view.server, Fetching::Impossible(_) | Fetching::Possible) =>
            {
                Some(view.hits.len())
            }
            _ => None,
        })
    };
    group
        .until("the search is answered", |[_, bob]| found(bob) == Some(1))
        .await
}

#[tokio::test]
async fn status_is_seen_and_what_is_hidden_is_not_sent() -> Outcome {
    let (server, mut group) = two().await?;
    let [ada, bob] = &mut group.0;
    let room = server.make_room(&ada.pass, "general").await?;
    for client in [ada, bob] {
        client.command(ChatCommand::Join(Rc::clone(&room)));
    }
    let sees = |clients: &[ChatClient; 2], presence: Presence| {
        let [_, bob] = clients;
        as_seen(bob, "ada").is_some_and(|ada| ada.presence == presence)
    };
    group
        .until("bob sees ada", |clients| sees(clients, Presence::Online))
        .await?;
    let [ada, _] = &mut group.0;
    ada.command(ChatCommand::SetPresence(OwnPresence {
        status: Presence::DoNotDisturb,
        text: Rc::from("writing"),
        emoji: Rc::from("✍️"),
        until: None,
    }));
    let status = |[_, bob]: &[ChatClient; 2]| {
        as_seen(bob, "ada").is_some_and(|ada| {
            ada.presence == Presence::DoNotDisturb && &*ada.text == "writing" && &*ada.emoji == "✍️"
        })
    };
    group.until("bob sees the status", status).await?;
    let [ada, _] = &mut group.0;
    ada.command(ChatCommand::SetPrivacy(Privacy {
        online: false,
        last_seen: LastSeenPrivacy::Hidden,
        typing: false,
        read_receipts: false,
    }));
    group
        .until("ada is hidden", |clients| sees(clients, Presence::Offline))
        .await?;
    let [ada, bob] = &mut group.0;
    for client in [&mut *ada, bob] {
        client.command(ChatCommand::Open(Rc::clone(&room)));
    }
    group
        .until("both in the room", |clients| {
            clients.iter().all(|client| client.open.is_some())
        })
        .await?;
    let [ada, _] = &mut group.0;
    ada.command(ChatCommand::Typing(true));
    // Seen for 5 s, if it is seen.
    group.run_for(Duration::from_millis(700)).await;
    let [ada, bob] = &mut group.0;
    assert!(
        bob.open.as_ref().is_some_and(|open| open.typing.is_empty()),
        "what is hidden was sent"
    );
    ada.send("typed unseen");
    group
        .until("the message", |[_, bob]| bob.has_sent("typed unseen"))
        .await?;
    let [_, bob] = &group.0;
    let ada = as_seen(bob, "ada").ok_or_else(|| io::Error::other("nobody"))?;
    assert_eq!((ada.presence, ada.last_seen), (Presence::Offline, None));
    Ok(())
}

#[tokio::test]
async fn rooms_are_made_found_joined_and_left() -> Outcome {
    let (_server, mut group) = two().await?;
    let [ada, _] = &mut group.0;
    ada.command(ChatCommand::CreateRoom {
        name: "Gardening".to_owned(),
    });
    group
        .until("ada goes there", |[ada, _]| gone_to(ada).is_some())
        .await?;
    let [_, bob] = &mut group.0;
    bob.command(ChatCommand::FindRooms("garden".to_owned()));
    let listed = |client: &ChatClient| {
        client.events.iter().rev().find_map(|event| match event {
            ChatEvent::Directory(rooms) => rooms
                .iter()
                .find(|room| &*room.name == "Gardening")
                .map(|room| Rc::clone(&room.id)),
            _ => None,
        })
    };
    group
        .until("bob finds it", |[_, bob]| listed(bob).is_some())
        .await?;
    let [ada, bob] = &mut group.0;
    let room = listed(bob).unwrap_or_else(|| Rc::from(""));
    assert_eq!(gone_to(ada), Some(Rc::clone(&room)));
    ada.command(ChatCommand::Open(Rc::clone(&room)));
    bob.command(ChatCommand::Join(Rc::clone(&room)));
    bob.command(ChatCommand::Open(Rc::clone(&room)));
    bob.send("tomatoes");
    group
        .until("both see it", |clients| {
            clients.iter().all(|client| client.has_sent("tomatoes"))
        })
        .await?;
    let [_, bob] = &mut group.0;
    bob.command(ChatCommand::Leave(Rc::clone(&room)));
    let members = |client: &ChatClient| client.open.as_ref().and_then(|open| open.room.members);
    group
        .until("ada is alone", |[ada, _]| members(ada) == Some(1))
        .await
}
