//! [`ChatEngine`]: what goes where.

use std::collections::VecDeque;

use super::api::{
    ChatCommand, ChatConnection, ChatEvent, ChatInput, ChatOutput, ChatSettings, Choices, Pass, Server,
    StoreInput,
};
use super::clock::Clock;
use super::link::{Link, LinkEvent};
use super::outbox::Outbox;
use super::rest::Rest;
use super::store::{Store, StorePhase};
use crate::io::Environment;
use crate::time::{Instant, earliest};

/// Chat with one backend as one person: rooms, messages, people. See the [module](super).
#[derive(Debug)]
pub struct ChatEngine {
    pub(super) settings: ChatSettings,
    pub(super) choices: Choices,
    pub(super) clock: Clock,
    pub(super) pass: Option<Pass>,
    /// This tab connects, sends and writes.
    pub(super) leads: bool,
    pub(super) visible: bool,
    pub(super) link: Link,
    pub(super) server: Server,
    pub(super) store: Store,
    pub(super) rest: Rest,
    pub(super) outbox: Outbox,
    pub(super) told: Told,
    pub(super) out: VecDeque<ChatOutput>,
}

/// What the stores know already.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub(super) connection: Option<ChatConnection>,
    pub(super) server: Option<Server>,
}

impl ChatEngine {
    /// An engine without anybody: [`ChatInput::Pass`] says who chats, [`ChatInput::Leading`] lets it connect.
    pub fn new(now: Instant, settings: ChatSettings) -> Self {
        Self {
            choices: settings.choices.clone(),
            clock: Clock::new(now, settings.wall_clock),
            pass: None,
            leads: false,
            visible: true,
            link: Link::new(&settings),
            server: Server::default(),
            store: Store::default(),
            rest: Rest::new(&settings.base_url, settings.ids),
            outbox: Outbox::new(settings.seed),
            told: Told::default(),
            out: VecDeque::new(),
            settings,
        }
    }

    /// Takes one thing that happened outside.
    pub fn handle(&mut self, now: Instant, input: ChatInput) {
        match input {
            ChatInput::Tick => self.link.handle_tick(now),
            ChatInput::Environment(news) => {
                if let Environment::Visible(visible) = news {
                    self.visible = visible;
                }
                self.link.handle_environment(now, news);
            }
            ChatInput::Socket(id, news) => self.link.handle_socket(now, id, news),
            ChatInput::Http(id, result) => self.link.handle_http(now, id, result),
            ChatInput::Pass(pass) => self.set_pass(now, pass),
            ChatInput::Store(news) => self.on_store(now, news),
            ChatInput::Tab(_word) => {}
            ChatInput::Leading => {
                self.leads = true;
                if self.store.phase != StorePhase::Opening {
                    self.link.lead(now);
                }
            }
            ChatInput::InCall(_in_call) => {}
            ChatInput::Activity(_activity) => {}
            ChatInput::Upload(_upload, _news) => {}
        }
        self.settle(now);
    }

    /// Takes one wish of the person.
    pub fn command(&mut self, now: Instant, command: ChatCommand) {
        if command == ChatCommand::Reconnect {
            self.link.reconnect(now);
        }
        self.settle(now);
    }

    /// The next thing to do; drain it after every `handle` and `command`, or after several.
    pub fn poll(&mut self) -> Option<ChatOutput> {
        if self.out.is_empty() {
            self.tell();
        }
        self.out.pop_front()
    }

    /// When [`ChatInput::Tick`] is due.
    pub fn deadline(&self) -> Option<Instant> {
        earliest(self.link.deadline(), None)
    }

    fn set_pass(&mut self, now: Instant, pass: Option<Pass>) {
        let before = self.pass.as_ref().map(|pass| pass.user.clone());
        let token = pass.as_ref().map(|pass| pass.token.clone());
        let user = pass.as_ref().map(|pass| pass.user.clone());
        self.pass = pass;
        if before != user {
            self.link.set_token(now, None);
            self.store.close();
            if let Some(user) = &user {
                self.store.open(format!("{}/{user}", self.settings.backend_id));
            }
        }
        self.link.set_token(now, token);
    }

    fn on_store(&mut self, now: Instant, news: StoreInput) {
        match news {
            StoreInput::Opened(_held) => self.store.phase = StorePhase::Open,
            StoreInput::Failed { of: None, .. } => self.store.phase = StorePhase::Broken,
            StoreInput::Failed { .. } | StoreInput::Blocks { .. } | StoreInput::Committed { .. } => {}
        }
        if self.leads {
            self.link.lead(now);
        }
    }

    fn settle(&mut self, _now: Instant) {
        while let Some(event) = self.link.poll_event() {
            if let LinkEvent::Trouble(words) = event {
                self.out.push_back(ChatOutput::Event(ChatEvent::Trouble(words)));
            }
        }
        while let Some(output) = self.link.poll_output() {
            self.out.push_back(output);
        }
        while let Some(command) = self.store.poll() {
            self.out.push_back(ChatOutput::Store(command));
        }
    }

    fn tell(&mut self) {
        let (waiting, failed) = self.outbox.counts();
        let connection = ChatConnection {
            state: self.link.state(),
            held_until: None,
            waiting,
            failed,
            stale: !self.link.is_up(),
            signed_out: self.pass.is_none(),
        };
        if self.told.connection.as_ref() != Some(&connection) {
            self.told.connection = Some(connection.clone());
            self.out
                .push_back(ChatOutput::Event(ChatEvent::Connection(connection)));
        }
        if self.told.server != Some(self.server) {
            self.told.server = Some(self.server);
            self.out
                .push_back(ChatOutput::Event(ChatEvent::Server(self.server)));
        }
    }
}
