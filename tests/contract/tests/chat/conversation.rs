//! What two people do with a conversation.

use std::io;
use std::rc::Rc;
use std::time::Duration;

use contract::{ChatClient, Flavour, Group};
use engine::chat::api::{ChatCommand, Delivery, Presence};
use engine::chat::memory::Memory;

use crate::scene::{Outcome, Scene};

pub(crate) async fn what_one_writes_both_read_once(flavour: Flavour) -> Outcome {
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

pub(crate) async fn the_same_text_twice_is_two_messages(flavour: Flavour) -> Outcome {
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

pub(crate) async fn what_happens_to_messages_is_seen_by_both(flavour: Flavour) -> Outcome {
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
    let texts = scene.texts().await?;
    assert!(!texts.contains(&"first".to_owned()), "{texts:?}");
    assert!(texts.contains(&"second, better".to_owned()), "{texts:?}");
    Ok(())
}

pub(crate) async fn typing_and_presence_are_seen_and_end(flavour: Flavour) -> Outcome {
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
    let mut ada = ChatClient::new(&url, pass, Memory::default());
    ada.command(ChatCommand::Open(room));
    let mut both = Group([ada, bob]);
    both.until("ada is back", |clients| ada_is(clients, Presence::Online))
        .await
}
