//! Two people in one room.

use std::io;
use std::rc::Rc;

use contract::{ChatClient, ChatServer, Flavour, Group};
use engine::chat::api::ChatCommand;
use engine::chat::memory::Memory;

pub(crate) type Outcome = io::Result<()>;

/// Two people in one room.
pub(crate) struct Scene {
    pub(crate) server: ChatServer,
    pub(crate) room: Rc<str>,
    pub(crate) group: Group<2>,
}

impl Scene {
    pub(crate) async fn new(flavour: Flavour) -> io::Result<Self> {
        let server = ChatServer::start(flavour).await?;
        Self::on(server).await
    }

    pub(crate) async fn on(server: ChatServer) -> io::Result<Self> {
        let (ada, bob) = (server.sign_up("ada").await?, server.sign_up("bob").await?);
        let room = server.make_room(&ada, "general").await?;
        let url = server.url();
        let clients = [ada, bob].map(|pass| ChatClient::new(&url, pass, Memory::default()));
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
    pub(crate) async fn ready(&mut self) -> Outcome {
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
    pub(crate) async fn until_texts(&mut self, texts: &[&str]) -> Outcome {
        let all = |client: &ChatClient| texts.iter().all(|text| client.has_sent(text));
        self.group
            .until(&format!("{texts:?}"), |clients| clients.iter().all(all))
            .await
    }

    /// Waits until nothing waits.
    pub(crate) async fn until_sent(&mut self) -> Outcome {
        let idle = |client: &ChatClient| client.is_connected() && client.waiting() == 0;
        self.group
            .until("empty outboxes", |clients| clients.iter().all(idle))
            .await
    }

    pub(crate) async fn contents(&self) -> io::Result<Vec<(String, String)>> {
        let [ada, _] = &self.group.0;
        self.server.contents(&ada.pass, &self.room).await
    }

    /// The texts that the server has, in order.
    pub(crate) async fn texts(&self) -> io::Result<Vec<String>> {
        let contents = self.contents().await?;
        Ok(contents.into_iter().map(|(_, text)| text).collect())
    }
}
