//! Chat engines, their storage, their tabs and a server, in virtual time.

#![allow(
    dead_code,
    unreachable_pub,
    reason = "every test file uses another part of it"
)]

mod device;
pub mod server;
mod tab;

pub use tab::{Server_, Tab};

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use engine::chat::ChatEngine;
use engine::chat::api::*;
use engine::chat::memory::Memory;
use engine::io::{IdSpace, SocketId, SocketInput};
use engine::time::Instant;
use serde_json::Value;

use device::closed;
use server::{Client, Flavour, Server};

/// One way.
pub const LATENCY: u64 = 20;
/// Until the disk has it.
pub const DISK: u64 = 3;

#[derive(Default)]
pub struct Device {
    pub disk: Memory,
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
                calls: true,
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
}

/// A world with one tab of Ada's in room `r`, connected.
pub fn ada(flavour: Flavour) -> World {
    let mut world = World::new(flavour, 1);
    world.server.rooms.insert("r".into(), Vec::new());
    let device = world.device();
    let tab = world.tab(device, "ada");
    world.run(1_000);
    world.open(tab, "r");
    world.run(1_000);
    world
}

/// What a server holds that has these texts of Ada's.
pub fn expected(texts: &[&str]) -> Vec<(String, String)> {
    texts
        .iter()
        .map(|text| ("ada".to_owned(), (*text).to_owned()))
        .collect()
}
