//! Chat engines, their storage, their tabs and a server, in virtual time.

#![allow(
    dead_code,
    unreachable_pub,
    reason = "every test file uses another part of it"
)]

pub mod server;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use engine::chat::ChatEngine;
use engine::chat::api::*;
use engine::event::ConnectionState;
use engine::io::{IdSpace, Reply, SocketCommand, SocketId, SocketInput};
use engine::time::Instant;
use serde_json::Value;

use server::{Client, Flavour, Server};

/// One way.
pub const LATENCY: u64 = 20;
/// Until the disk has it.
pub const DISK: u64 = 3;

pub struct Tab {
    pub engine: ChatEngine,
    generation: u64,
    pub user: String,
    pub device: usize,
    pub alive: bool,
    pub network: bool,
    scope: String,
    sockets: BTreeSet<u64>,
    pub rows: Vec<Rc<Row>>,
    pub anchor: Option<Anchor>,
    pub connection: Option<ChatConnection>,
    pub server: Server_,
    pub rooms: Vec<Rc<RoomView>>,
    pub open: Option<Rc<OpenRoom>>,
    pub events: Vec<ChatEvent>,
    pub notified: Vec<Notification>,
    pub badge: u32,
    pub refused_tokens: Vec<Rc<str>>,
    /// Sockets opened, to find storms.
    pub opened: Vec<u64>,
    pub requests: Vec<String>,
    pub uploads: Vec<UploadId>,
}

pub type Server_ = engine::chat::api::Server;

#[derive(Default)]
pub struct Device {
    pub disk: BTreeMap<(String, StoreKey), String>,
    leader: Option<usize>,
    /// Every command fails.
    pub broken: bool,
}

enum Action {
    Input(usize, u64, ChatInput),
    Packet(Client, String),
    Disk(usize, u64, StoreCommand),
}

pub struct World {
    pub now: u64,
    seq: u64,
    queue: BTreeMap<(u64, u64), Action>,
    pub server: Server,
    pub server_down: bool,
    pub devices: Vec<Device>,
    pub tabs: Vec<Tab>,
    generations: u64,
    random: u64,
}

impl World {
    pub fn new(flavour: Flavour, seed: u64) -> Self {
        Self {
            now: 1_000,
            seq: 0,
            queue: BTreeMap::new(),
            server: Server::new(flavour),
            server_down: false,
            devices: Vec::new(),
            tabs: Vec::new(),
            generations: 0,
            random: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1,
        }
    }

    pub fn random(&mut self, below: u64) -> u64 {
        self.random ^= self.random >> 12;
        self.random ^= self.random << 25;
        self.random ^= self.random >> 27;
        (self.random.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % below.max(1)
    }

    pub fn device(&mut self) -> usize {
        self.devices.push(Device::default());
        self.devices.len() - 1
    }

    /// A new tab of somebody on a device, signed in; it leads if nobody else does there.
    pub fn tab(&mut self, device: usize, user: &str) -> usize {
        let index = self.tabs.len();
        let engine = self.engine();
        self.generations += 1;
        self.tabs.push(Tab {
            engine,
            generation: self.generations,
            user: user.to_owned(),
            device,
            alive: true,
            network: true,
            scope: String::new(),
            sockets: BTreeSet::new(),
            rows: Vec::new(),
            anchor: None,
            connection: None,
            server: Server_::default(),
            rooms: Vec::new(),
            open: None,
            events: Vec::new(),
            notified: Vec::new(),
            badge: 0,
            refused_tokens: Vec::new(),
            opened: Vec::new(),
            requests: Vec::new(),
            uploads: Vec::new(),
        });
        self.sign_in(index, &format!("token-of-{user}"));
        self.lead(device);
        index
    }

    fn engine(&mut self) -> ChatEngine {
        let seed = self.random(u64::MAX);
        ChatEngine::new(
            Instant::from_millis(self.now),
            ChatSettings {
                backend_id: "b".into(),
                base_url: "http://server".into(),
                socket_path: "/socket.io/".into(),
                ids: IdSpace(7),
                seed,
                wall_clock: 1_700_000_000_000 + self.now,
                local_day: |time| i32::try_from(time / 86_400_000).unwrap_or(0),
                choices: Choices::default(),
            },
        )
    }

    pub fn pass(user: &str, token: &str) -> Pass {
        Pass {
            user: Rc::from(user),
            name: Rc::from(format!("Name of {user}")),
            avatar: None,
            role: None,
            token: Rc::from(token),
        }
    }

    pub fn sign_in(&mut self, tab: usize, token: &str) {
        let user = self.tabs[tab].user.clone();
        self.input(tab, ChatInput::Pass(Some(Self::pass(&user, token))));
    }

    fn lead(&mut self, device: usize) {
        let leader = self.devices[device].leader;
        if leader.is_some_and(|leader| self.tabs[leader].alive) {
            return;
        }
        let next = (0..self.tabs.len()).find(|tab| self.tabs[*tab].device == device && self.tabs[*tab].alive);
        self.devices[device].leader = next;
        if let Some(next) = next {
            self.input(next, ChatInput::Leading);
        }
    }

    /// The page dies: what it had in flight to the disk and to the server is lost or not, as chance has it.
    pub fn crash(&mut self, tab: usize) {
        let kept = self.random(2) == 0;
        self.tabs[tab].alive = false;
        let generation = self.tabs[tab].generation;
        self.queue.retain(|_, action| match action {
            Action::Input(of, _, _) => *of != tab,
            Action::Disk(of, of_generation, _) => *of != tab || *of_generation != generation,
            Action::Packet(client, _) => client.0 != tab || kept,
        });
        for socket in std::mem::take(&mut self.tabs[tab].sockets) {
            self.later(LATENCY + 1, Action::Packet((tab, socket), String::new()));
        }
        self.lead(self.tabs[tab].device);
    }

    /// The page is loaded again, in the same place.
    pub fn reload(&mut self, tab: usize, room: Option<&str>) {
        let engine = self.engine();
        self.generations += 1;
        let it = &mut self.tabs[tab];
        it.engine = engine;
        it.generation = self.generations;
        it.alive = true;
        it.rows.clear();
        it.connection = None;
        it.rooms.clear();
        let token = format!("token-of-{}", it.user);
        self.sign_in(tab, &token);
        self.lead(self.tabs[tab].device);
        if let Some(room) = room {
            self.command(tab, ChatCommand::Open(Rc::from(room)));
        }
    }

    /// The link is cut. What was on its way to the server arrives or not, as chance has it; nothing comes back.
    pub fn cut(&mut self, tab: usize) {
        let kept = self.random(2) == 0;
        self.queue.retain(|_, action| match action {
            Action::Input(of, _, ChatInput::Socket(..)) => *of != tab,
            Action::Packet(client, _) => client.0 != tab || kept,
            Action::Input(..) | Action::Disk(..) => true,
        });
        let generation = self.tabs[tab].generation;
        for socket in std::mem::take(&mut self.tabs[tab].sockets) {
            self.later(LATENCY + 1, Action::Packet((tab, socket), String::new()));
            self.later(0, Action::Input(tab, generation, closed(socket)));
        }
    }

    pub fn kill_server(&mut self) {
        self.server_down = true;
        self.server.sessions.clear();
        self.queue
            .retain(|_, action| !matches!(action, Action::Packet(..)));
        for tab in 0..self.tabs.len() {
            self.cut(tab);
        }
        self.queue
            .retain(|_, action| !matches!(action, Action::Packet(..)));
    }

    pub fn input(&mut self, tab: usize, input: ChatInput) {
        if std::env::var_os("CHAT_LOG").is_some() {
            println!("{} tab {tab} ◀ {input:?}", self.now);
        }
        self.tabs[tab]
            .engine
            .handle(Instant::from_millis(self.now), input);
        self.drain(tab);
    }

    pub fn command(&mut self, tab: usize, command: ChatCommand) {
        self.tabs[tab]
            .engine
            .command(Instant::from_millis(self.now), command);
        self.drain(tab);
    }

    pub fn open(&mut self, tab: usize, room: &str) {
        self.command(tab, ChatCommand::Open(Rc::from(room)));
    }

    pub fn send(&mut self, tab: usize, content: &str) {
        let draft = Draft {
            content: content.to_owned(),
            ..Draft::default()
        };
        self.command(tab, ChatCommand::Send(draft));
    }

    /// Something that a server sends to a tab's newest socket: an event with one argument.
    pub fn say(&mut self, tab: usize, event: &str, data: &Value) {
        let Some(socket) = self.tabs[tab].sockets.iter().next_back().copied() else {
            return;
        };
        let text = server::event_text(event, data);
        self.deliver(vec![((tab, socket), text)]);
    }

    pub fn post(&mut self, room: &str, user: &str, content: &str) {
        let say = self.server.post(self.now, room, user, content);
        self.deliver(say);
    }

    fn later(&mut self, delay: u64, action: Action) {
        self.seq += 1;
        self.queue.insert((self.now + delay, self.seq), action);
    }

    fn deliver(&mut self, say: Vec<(Client, String)>) {
        for ((tab, socket), text) in say {
            if self.tabs[tab].sockets.contains(&socket) {
                let generation = self.tabs[tab].generation;
                let input = ChatInput::Socket(SocketId(socket), SocketInput::Text(text));
                self.later(LATENCY, Action::Input(tab, generation, input));
            }
        }
    }

    /// Lets so many milliseconds pass.
    pub fn run(&mut self, millis: u64) {
        let end = self.now + millis;
        let mut busy = (0, 0);
        loop {
            let action = self.queue.keys().next().map(|(at, _)| *at);
            let tick = (0..self.tabs.len())
                .filter(|tab| self.tabs[*tab].alive)
                .filter_map(|tab| Some((self.tabs[tab].engine.deadline()?.as_millis(), tab)))
                .min();
            let at = match (action, tick) {
                (Some(action), Some((tick, _))) => action.min(tick),
                (Some(at), None) | (None, Some((at, _))) => at,
                (None, None) => break,
            };
            if at > end {
                break;
            }
            self.now = self.now.max(at);
            busy = if busy.0 == self.now {
                (busy.0, busy.1 + 1)
            } else {
                (self.now, 0)
            };
            assert!(busy.1 < 50_000, "the engine is busy for ever at {}", self.now);
            if action == Some(at) {
                if let Some((_, action)) = self.queue.pop_first() {
                    self.act(action);
                }
            } else if let Some((_, tab)) = tick {
                self.input(tab, ChatInput::Tick);
            }
        }
        self.now = end;
    }

    fn act(&mut self, action: Action) {
        match action {
            Action::Input(tab, generation, input) => {
                if self.tabs[tab].alive && self.tabs[tab].generation == generation {
                    self.input(tab, input);
                }
            }
            Action::Packet(client, text) if text.is_empty() => {
                self.server.sessions.remove(&client);
            }
            Action::Packet(client, text) => {
                if self.server_down {
                    return;
                }
                if let Some(text) = text.strip_prefix('4') {
                    let say = self.server.packet(self.now, client, text);
                    self.deliver(say);
                }
            }
            Action::Disk(tab, generation, command) => self.disk(tab, generation, command),
        }
    }

    fn disk(&mut self, tab: usize, generation: u64, command: StoreCommand) {
        let device = &mut self.devices[self.tabs[tab].device];
        let scope = self.tabs[tab].scope.clone();
        let failed = |of: Option<u64>| StoreInput::Failed {
            of,
            reason: "broken".into(),
            full: false,
        };
        let answer = match command {
            StoreCommand::Open { scope } => {
                self.tabs[tab].scope = scope.clone();
                let mut held = Held::default();
                for ((of, key), value) in &device.disk {
                    if *of != scope {
                        continue;
                    }
                    match key {
                        StoreKey::Room(room) => held.rooms.push((room.clone(), value.clone())),
                        StoreKey::Wish(wish) => held.wishes.push((wish.clone(), value.clone())),
                        StoreKey::Meta(name) => held.meta.push((name.clone(), value.clone())),
                        StoreKey::Block(..) => {}
                    }
                }
                if device.broken {
                    failed(None)
                } else {
                    StoreInput::Opened(Box::new(held))
                }
            }
            StoreCommand::Read {
                read,
                room,
                first,
                last,
            } => {
                let block = |number| {
                    let value = device
                        .disk
                        .get(&(scope.clone(), StoreKey::Block(room.clone(), number)))?;
                    Some((number, value.clone()))
                };
                StoreInput::Blocks {
                    read,
                    blocks: (first..=last).filter_map(block).collect(),
                }
            }
            StoreCommand::Commit { commit, .. } if device.broken => failed(Some(commit)),
            StoreCommand::Commit { commit, writes, .. } => {
                for write in writes {
                    match write {
                        Write::Put(key, value) => device.disk.insert((scope.clone(), key), value),
                        Write::Delete(key) => device.disk.remove(&(scope.clone(), key)),
                    };
                }
                StoreInput::Committed { commit }
            }
            StoreCommand::Forget => {
                device.disk.retain(|(of, _), _| *of != scope);
                return;
            }
        };
        self.later(0, Action::Input(tab, generation, ChatInput::Store(answer)));
    }

    fn drain(&mut self, tab: usize) {
        let generation = self.tabs[tab].generation;
        while let Some(output) = self.tabs[tab].engine.poll() {
            if std::env::var_os("CHAT_LOG").is_some() {
                println!("{} tab {tab} ▶ {output:?}", self.now);
            }
            match output {
                ChatOutput::Socket(SocketId(id), command) => self.socket(tab, id, command),
                ChatOutput::Http(id, request) => {
                    self.tabs[tab].requests.push(request.url.clone());
                    let token = request.headers.iter().find(|(name, _)| name == "authorization");
                    let token = token.and_then(|(_, value)| value.strip_prefix("Bearer "));
                    let url = request.url.replace("http://server/api/v1/", "");
                    let method = format!("{:?}", request.method).to_uppercase();
                    let result = if self.server_down || !self.tabs[tab].network || url.contains("socket.io") {
                        Err(engine::io::HttpFailure::Unreachable)
                    } else {
                        let (status, body) = self.server.rest(&method, &url, token);
                        Ok(Reply {
                            status,
                            retry_after: None,
                            body: body.to_string(),
                        })
                    };
                    self.later(
                        2 * LATENCY,
                        Action::Input(tab, generation, ChatInput::Http(id, result)),
                    );
                }
                ChatOutput::Store(command) => self.later(DISK, Action::Disk(tab, generation, command)),
                ChatOutput::Tab(word) => {
                    let (device, user) = (self.tabs[tab].device, self.tabs[tab].user.clone());
                    for other in 0..self.tabs.len() {
                        let it = &self.tabs[other];
                        if other != tab && it.alive && it.device == device && it.user == user {
                            let action = Action::Input(other, it.generation, ChatInput::Tab(word.clone()));
                            self.later(1, action);
                        }
                    }
                }
                ChatOutput::TokenRefused(token) => self.tabs[tab].refused_tokens.push(token),
                ChatOutput::Notify(notification) => self.tabs[tab].notified.push(notification),
                ChatOutput::Badge(number) => self.tabs[tab].badge = number,
                ChatOutput::Event(event) => self.apply(tab, event),
                ChatOutput::Upload(id, _) => self.tabs[tab].uploads.push(id),
                ChatOutput::AbortHttp(_)
                | ChatOutput::AbortUpload(_)
                | ChatOutput::IdleDetector(_)
                | ChatOutput::KeepChoices(_) => {}
            }
        }
    }

    fn socket(&mut self, tab: usize, id: u64, command: SocketCommand) {
        let generation = self.tabs[tab].generation;
        match command {
            SocketCommand::Open { .. } => {
                self.tabs[tab].opened.push(self.now);
                if self.server_down || !self.tabs[tab].network {
                    return self.later(LATENCY, Action::Input(tab, generation, closed(id)));
                }
                self.tabs[tab].sockets.insert(id);
                let open = r#"0{"sid":"e","upgrades":[],"pingInterval":25000000,"pingTimeout":20000,"maxPayload":2000000}"#;
                for input in [SocketInput::Opened, SocketInput::Text(open.into())] {
                    self.later(
                        LATENCY,
                        Action::Input(tab, generation, ChatInput::Socket(SocketId(id), input)),
                    );
                }
            }
            SocketCommand::Text(text) => {
                if self.tabs[tab].sockets.contains(&id) {
                    self.later(LATENCY, Action::Packet((tab, id), text));
                }
            }
            SocketCommand::Binary(_) => {}
            SocketCommand::Close => {
                self.tabs[tab].sockets.remove(&id);
                self.later(LATENCY, Action::Packet((tab, id), String::new()));
            }
        }
    }

    fn apply(&mut self, tab: usize, event: ChatEvent) {
        let it = &mut self.tabs[tab];
        match &event {
            ChatEvent::Timeline(TimelineChange::Reset { rows, anchor }) => {
                it.rows = rows.clone();
                it.anchor = Some(*anchor);
            }
            ChatEvent::Timeline(TimelineChange::Splice { at, remove, insert }) => {
                it.rows.splice(*at..*at + *remove, insert.iter().cloned());
            }
            ChatEvent::Timeline(TimelineChange::Scroll(anchor)) => it.anchor = Some(*anchor),
            ChatEvent::Connection(connection) => it.connection = Some(connection.clone()),
            ChatEvent::Server(server) => it.server = *server,
            ChatEvent::Rooms(rooms) => it.rooms = rooms.to_vec(),
            ChatEvent::OpenRoom(open) => it.open = open.clone(),
            _ => {}
        }
        it.events.push(event);
    }
}

impl Tab {
    pub fn messages(&self) -> Vec<&MessageRow> {
        self.rows
            .iter()
            .filter_map(|row| match &row.kind {
                RowKind::Message(message) => Some(&**message),
                _ => None,
            })
            .collect()
    }

    pub fn texts(&self) -> Vec<String> {
        self.messages()
            .iter()
            .map(|message| message.content.to_string())
            .collect()
    }

    pub fn row_of(&self, content: &str) -> RowKey {
        let of =
            |row: &&Rc<Row>| matches!(&row.kind, RowKind::Message(message) if &*message.content == content);
        self.rows
            .iter()
            .find(of)
            .map(|row| row.key)
            .unwrap_or_else(|| panic!("no row of {content:?}: {:?}", self.texts()))
    }

    pub fn delivery_of(&self, content: &str) -> Delivery {
        let of = |message: &&&MessageRow| &*message.content == content;
        self.messages()
            .iter()
            .find(of)
            .map(|message| message.delivery.clone())
            .unwrap_or_else(|| panic!("no row of {content:?}: {:?}", self.texts()))
    }

    pub fn waiting(&self) -> u32 {
        self.connection
            .as_ref()
            .map_or(0, |connection| connection.waiting)
    }

    pub fn connected(&self) -> bool {
        self.connection
            .as_ref()
            .is_some_and(|connection| connection.state == ConnectionState::Connected)
    }

    pub fn room(&self, id: &str) -> Option<&RoomView> {
        self.rooms.iter().find(|room| &*room.id == id).map(|room| &**room)
    }
}

fn closed(socket: u64) -> ChatInput {
    ChatInput::Socket(
        SocketId(socket),
        SocketInput::Closed {
            code: 1006,
            reason: String::new(),
        },
    )
}
