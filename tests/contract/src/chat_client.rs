//! A `ChatEngine` on real wires, with a storage device in memory.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::rc::Rc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use engine::chat::ChatEngine;
use engine::chat::api::{
    ChatCommand, ChatConnection, ChatEvent, ChatInput, ChatOutput, ChatSettings, Choices, Delivery, Draft,
    MessageRow, OpenRoom, Pass, Person, Row, RowKey, RowKind, Server, TimelineChange, UploadId, UploadNews,
};
use engine::chat::memory::Memory;
use engine::event::ConnectionState;
use engine::io::{Body, IdSpace, Input, Output, RequestId};
use engine::time::Instant;

use crate::{GENEROUS, Wires};

/// A page with chat: the engine, its network, its storage, and what its stores know.
#[derive(Debug)]
pub struct ChatClient {
    engine: ChatEngine,
    wires: Wires,
    disk: Memory,
    scope: String,
    inbox: VecDeque<ChatInput>,
    /// Who chats here.
    pub pass: Pass,
    /// The rows of the open room.
    pub rows: Vec<Rc<Row>>,
    /// How the connection stands.
    pub connection: Option<ChatConnection>,
    /// What the server can do.
    pub server: Server,
    /// The open room beside its rows.
    pub open: Option<Rc<OpenRoom>>,
    /// Everybody known.
    pub people: Vec<Rc<Person>>,
    /// Everything else that was told, in order.
    pub events: Vec<ChatEvent>,
    /// Tokens the server refused.
    pub refused_tokens: Vec<Rc<str>>,
    /// Files that may be uploaded, by their handle.
    pub files: BTreeMap<UploadId, String>,
}

/// Requests of uploads have ids of their own, far from the engine's.
const UPLOADS: IdSpace = IdSpace(u16::MAX);

impl ChatClient {
    /// A page that begins with what `disk` holds, signed in, leading.
    #[must_use]
    pub fn new(url: &str, pass: Pass, disk: Memory) -> Self {
        let wires = Wires::default();
        let wall_clock = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let millis = u64::try_from(wall_clock.as_millis()).unwrap_or(0);
        let settings = ChatSettings {
            backend_id: "b".to_owned(),
            base_url: url.to_owned(),
            calls: true,
            socket_path: "/socket.io/".to_owned(),
            ids: IdSpace(1),
            // Another one for every page, as a browser's random source would give.
            seed: u64::try_from(wall_clock.as_nanos()).unwrap_or(millis),
            wall_clock: millis,
            local_day: |time| i32::try_from(time / 86_400_000).unwrap_or(0),
            choices: Choices::default(),
        };
        let mut client = Self {
            engine: ChatEngine::new(wires.now(), settings),
            wires,
            disk,
            scope: String::new(),
            inbox: VecDeque::new(),
            pass: pass.clone(),
            rows: Vec::new(),
            connection: None,
            server: Server::default(),
            open: None,
            people: Vec::new(),
            events: Vec::new(),
            refused_tokens: Vec::new(),
            files: BTreeMap::new(),
        };
        client.take(ChatInput::Pass(Some(pass)));
        client.take(ChatInput::Leading);
        client
    }

    /// The page dies; what it had written stays.
    #[must_use]
    pub fn crash(self) -> Memory {
        self.disk
    }

    /// Wishes something.
    pub fn command(&mut self, command: ChatCommand) {
        self.engine.command(self.wires.now(), command);
        self.drain();
    }

    /// Writes into the open room.
    pub fn send(&mut self, content: &str) {
        let draft = Draft {
            content: content.to_owned(),
            ..Draft::default()
        };
        self.command(ChatCommand::Send(draft));
    }

    /// Hands an input over, and performs what comes of it.
    pub fn take(&mut self, input: ChatInput) {
        self.engine.handle(self.wires.now(), input);
        self.drain();
    }

    /// Waits for the next thing to happen outside. Nothing is lost when this is dropped.
    pub async fn next(&mut self) -> ChatInput {
        if let Some(input) = self.inbox.pop_front() {
            return input;
        }
        loop {
            match self.wires.next(self.engine.deadline()).await {
                Input::Tick => return ChatInput::Tick,
                Input::Environment(news) => return ChatInput::Environment(news),
                Input::Socket(id, news) => return ChatInput::Socket(id, news),
                Input::Http(RequestId(id), result) if UPLOADS.owns(id) => {
                    let upload = UploadId(u32::try_from(id & u64::from(u32::MAX)).unwrap_or(0));
                    return ChatInput::Upload(upload, UploadNews::Ended(result));
                }
                Input::Http(id, result) => return ChatInput::Http(id, result),
                Input::Media(_) | Input::Tab(_) => {}
            }
        }
    }

    /// Messages on screen.
    pub fn messages(&self) -> impl Iterator<Item = (RowKey, &MessageRow)> {
        self.rows.iter().filter_map(|row| match &row.kind {
            RowKind::Message(message) => Some((row.key, &**message)),
            RowKind::Beginning
            | RowKind::Older(_)
            | RowKind::Gap(_)
            | RowKind::Day { .. }
            | RowKind::Unread
            | RowKind::Unreadable { .. } => None,
        })
    }

    /// The texts on screen, top to bottom; deleted ones are `†`.
    #[must_use]
    pub fn texts(&self) -> Vec<String> {
        let text = |message: &MessageRow| {
            if message.deleted {
                "†".to_owned()
            } else {
                message.content.to_string()
            }
        };
        self.messages().map(|(_, message)| text(message)).collect()
    }

    /// The first message with this text.
    #[must_use]
    pub fn find(&self, content: &str) -> Option<(RowKey, &MessageRow)> {
        self.messages()
            .find(|(_, message)| &*message.content == content && !message.deleted)
    }

    /// This text is on screen, and the server has it.
    #[must_use]
    pub fn has_sent(&self, content: &str) -> bool {
        self.find(content)
            .is_some_and(|(_, message)| message.delivery == Delivery::Sent)
    }

    /// The server has let this client in.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.connection
            .as_ref()
            .is_some_and(|connection| connection.state == ConnectionState::Connected)
    }

    /// Wishes that have not been granted.
    #[must_use]
    pub fn waiting(&self) -> u32 {
        self.connection
            .as_ref()
            .map_or(0, |connection| connection.waiting + connection.failed)
    }

    /// The clock of the engine.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.wires.now()
    }

    fn drain(&mut self) {
        while let Some(output) = self.engine.poll() {
            match output {
                ChatOutput::Socket(id, command) => drop(self.wires.perform(Output::Socket(id, command))),
                ChatOutput::Http(id, request) => drop(self.wires.perform(Output::Http(id, request))),
                ChatOutput::AbortHttp(id) => drop(self.wires.perform(Output::AbortHttp(id))),
                ChatOutput::Store(command) => {
                    let answer = self.disk.perform(&mut self.scope, command);
                    self.inbox.push_back(ChatInput::Store(answer));
                }
                ChatOutput::TokenRefused(token) => self.refused_tokens.push(token),
                ChatOutput::Event(event) => self.apply(event),
                ChatOutput::Upload(upload, mut request) => {
                    request.body = Body::Text(self.files.get(&upload).cloned().unwrap_or_default());
                    let id = RequestId(UPLOADS.id(upload.0));
                    drop(self.wires.perform(Output::Http(id, request)));
                }
                ChatOutput::AbortUpload(upload) => {
                    drop(
                        self.wires
                            .perform(Output::AbortHttp(RequestId(UPLOADS.id(upload.0)))),
                    );
                }
                // There is one tab, and nobody to notify.
                ChatOutput::Tab(_)
                | ChatOutput::Notify(_)
                | ChatOutput::Badge(_)
                | ChatOutput::IdleDetector(_)
                | ChatOutput::KeepChoices(_) => {}
            }
        }
    }

    fn apply(&mut self, event: ChatEvent) {
        match event {
            ChatEvent::Timeline(TimelineChange::Reset { rows, .. }) => self.rows = rows,
            ChatEvent::Timeline(TimelineChange::Splice { at, remove, insert }) => {
                self.rows.splice(at..at + remove, insert);
            }
            ChatEvent::Connection(connection) => self.connection = Some(connection),
            ChatEvent::Server(server) => self.server = server,
            ChatEvent::OpenRoom(open) => self.open = open,
            ChatEvent::People(people) => self.people = people.to_vec(),
            other => self.events.push(other),
        }
    }
}

/// Several pages that live at the same time.
#[derive(Debug)]
pub struct Group<const N: usize>(pub [ChatClient; N]);

impl<const N: usize> Group<N> {
    /// Lets all of them live until `done`.
    ///
    /// # Errors
    /// With what each shows, when that does not come to pass within a generous time.
    pub async fn until(&mut self, what: &str, done: impl Fn(&[ChatClient; N]) -> bool) -> io::Result<()> {
        let give_up = tokio::time::Instant::now() + GENEROUS;
        while !done(&self.0) {
            if tokio::time::timeout_at(give_up, self.step()).await.is_err() {
                let shown: Vec<String> = self.0.iter().map(describe).collect();
                return Err(io::Error::other(format!(
                    "waited in vain for {what}:\n{}",
                    shown.join("\n")
                )));
            }
        }
        Ok(())
    }

    /// Lets all of them live for a while.
    pub async fn run_for(&mut self, time: Duration) {
        let end = tokio::time::Instant::now() + time;
        while tokio::time::timeout_at(end, self.step()).await.is_ok() {}
    }

    async fn step(&mut self) {
        let waits = self.0.iter_mut().enumerate().map(|(index, client)| {
            Box::pin(async move {
                let input = client.next().await;
                (index, input)
            })
        });
        let ((index, input), _, _) = futures_util::future::select_all(waits).await;
        if let Some(client) = self.0.get_mut(index) {
            client.take(input);
        }
    }
}

fn describe(client: &ChatClient) -> String {
    let rows = client.messages().map(|(_, message)| {
        let id = message.id.as_deref().unwrap_or("-");
        format!(
            "  {} {:?} {id} {:?}",
            message.name, message.content, message.delivery
        )
    });
    let last = client
        .events
        .iter()
        .rev()
        .take(5)
        .map(|event| format!("  {event:?}"));
    let open = client.open.as_ref().map(|open| (&open.trouble, &open.typing));
    let people: Vec<_> = client
        .people
        .iter()
        .map(|person| (&person.name, person.presence))
        .collect();
    let head = format!(
        "{}: {:?} open: {open:?} people: {people:?} refused tokens: {}",
        client.pass.name,
        client.connection,
        client.refused_tokens.len()
    );
    std::iter::once(head)
        .chain(rows)
        .chain(last)
        .collect::<Vec<_>>()
        .join("\n")
}
