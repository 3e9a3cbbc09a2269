//! A small world over virtual time: engines, classic clients, one server of contract 1 that is spoken to in Socket.IO
//! texts, and a model of WebRTC that connects what would connect. Nothing in it sleeps, and two runs are the same.

#![allow(unreachable_pub, reason = "a test binary has no outside")]

use std::collections::BTreeMap;
use std::time::Duration;

use engine::command::{Command, Preferences};
use engine::config::{Backend, Config, Kind};
use engine::event::{
    CallPhase, CallText, CallView, CaptureView, ConnectionView, EndReason, Event, Path, Refusal, Talk,
};
use engine::io::{CaptureState, DeviceState, Environment, Input, MediaCommand, MediaInput, Output};
use engine::time::Instant;
use engine::{Engine, Settings};
use serde_json::Value;
use wire::signal::IceServer;

mod classic;
mod media;
mod server;

pub use classic::Classic;
pub use media::Pc;

/// A party: an engine or a classic client.
pub type Node = usize;

/// One way through the server.
const LATENCY: u64 = 10;

pub enum Party {
    Engine(Box<Antenna>),
    Classic(Box<Classic>),
}

/// An engine and what it told.
pub struct Antenna {
    pub engine: Engine,
    pub call: CallView,
    pub connection: ConnectionView,
    pub capture: CaptureView,
    pub texts: Vec<CallText>,
    pub known: Vec<engine::command::KnownPeer>,
    pub refusals: Vec<Refusal>,
    pub trouble: Vec<String>,
    /// Every change of the phase, as words.
    pub phases: Vec<String>,
    pub sockets: Vec<u64>,
    pub media: Vec<MediaCommand>,
}

#[derive(Debug, Clone)]
pub enum Action {
    Input(Node, Input),
    /// A Socket.IO text from a party reaches the server.
    Server(Node, u64, String),
    /// An event of the server reaches a classic client.
    Classic(Node, String, Vec<Value>),
    Deferred(Node, media::Deferred),
    Ping(Node, u64),
}

pub struct World {
    pub now: u64,
    sequence: u64,
    queue: BTreeMap<(u64, u64), Action>,
    pub parties: Vec<Party>,
    pub pcs: BTreeMap<(Node, u64), Pc>,
    pub server: server::Server,
    pub nets: Vec<media::Net>,
    /// How many `callUser` events went through the server, by sender.
    pub relayed: Vec<(Node, String, Value)>,
}

/// What an engine of the world starts with.
#[derive(Clone, Default)]
pub struct Setup {
    pub preferences: Preferences,
    pub ice_servers: Vec<IceServer>,
}

impl World {
    pub fn new() -> Self {
        Self {
            now: 0,
            sequence: 0,
            queue: BTreeMap::new(),
            parties: Vec::new(),
            pcs: BTreeMap::new(),
            server: server::Server::default(),
            nets: Vec::new(),
            relayed: Vec::new(),
        }
    }

    /// Two Antennas that are connected: 0 and 1.
    pub fn pair() -> Self {
        let mut world = Self::new();
        world.antenna(Setup::default());
        world.antenna(Setup::default());
        world.run(200);
        world
    }

    /// In a call: 0 called, 1 answered.
    pub fn in_call() -> Self {
        let mut world = Self::pair();
        world.call(0, 1);
        world.run(100);
        world.answer(1);
        world.run(3_000);
        assert!(world.is_active(0) && world.is_active(1), "{:?}", world.phases());
        world
    }

    pub fn antenna(&mut self, setup: Setup) -> Node {
        let node = self.parties.len();
        let backend = Backend {
            id: "here".into(),
            name: "Here".into(),
            kind: Kind::PeerCall,
            url: "http://server".into(),
            socket_path: "/socket.io/".into(),
            accounts: false,
            chat: None,
            ice_servers: setup.ice_servers,
        };
        let settings = Settings {
            config: Config {
                backends: vec![backend],
            },
            backend: None,
            guest_name: format!("Person {node}"),
            preferences: setup.preferences,
            sessions_expected: Vec::new(),
            seed: 1000 + node as u64,
        };
        let engine = Engine::new(Instant::from_millis(self.now), settings);
        self.parties.push(Party::Engine(Box::new(Antenna {
            engine,
            call: CallView::default(),
            connection: ConnectionView::default(),
            capture: CaptureView::default(),
            texts: Vec::new(),
            known: Vec::new(),
            refusals: Vec::new(),
            trouble: Vec::new(),
            phases: Vec::new(),
            sockets: Vec::new(),
            media: Vec::new(),
        })));
        self.nets.push(media::Net::default());
        self.drain(node);
        node
    }

    pub fn classic(&mut self, trickle: bool) -> Node {
        let node = self.parties.len();
        self.parties.push(Party::Classic(Box::new(Classic::new(trickle))));
        self.nets.push(media::Net::default());
        self.server.join_classic(node);
        node
    }

    // Acting

    pub fn command(&mut self, node: Node, command: Command) {
        let now = Instant::from_millis(self.now);
        self.of_mut(node).engine.command(now, command);
        self.drain(node);
    }

    pub fn call(&mut self, from: Node, to: Node) {
        let to = self.id(to);
        self.command(from, Command::Call { to });
    }

    pub fn answer(&mut self, node: Node) {
        let incoming = self.of(node).call.incoming.as_ref();
        let call = incoming
            .unwrap_or_else(|| panic!("nobody knocks at {node}: {}", self.phases()))
            .call;
        self.command(node, Command::Answer { call, video: true });
    }

    pub fn decline(&mut self, node: Node) {
        let call = self.of(node).call.incoming.as_ref().expect("nobody knocks").call;
        self.command(node, Command::Decline { call });
    }

    pub fn input(&mut self, node: Node, input: Input) {
        let now = Instant::from_millis(self.now);
        self.of_mut(node).engine.handle(now, input);
        self.drain(node);
    }

    pub fn environment(&mut self, node: Node, news: Environment) {
        self.input(node, Input::Environment(news));
    }

    /// The network of one party goes away: its sockets are dead without a word, and so is its media.
    pub fn unplug(&mut self, node: Node) {
        self.nets[node].up = false;
        self.environment(node, Environment::Offline);
    }

    /// It comes back, with another address.
    pub fn plug(&mut self, node: Node) {
        self.nets[node].up = true;
        self.nets[node].epoch += 1;
        self.kill_sockets(node);
        self.environment(node, Environment::Online);
    }

    pub fn kill_sockets(&mut self, node: Node) {
        for socket in std::mem::take(&mut self.of_mut(node).sockets) {
            self.server.drop_socket(node, socket);
            let closed = engine::io::SocketInput::Closed {
                code: 1006,
                reason: String::new(),
            };
            self.input(node, Input::Socket(engine::io::SocketId(socket), closed));
        }
    }

    /// Everything that happens within the next `millis`.
    pub fn run(&mut self, millis: u64) {
        let end = self.now + millis;
        loop {
            let queued = self.queue.keys().next().map(|(at, _)| *at);
            let ticks = (0..self.parties.len()).filter_map(|node| match &self.parties[node] {
                Party::Engine(antenna) => antenna.engine.deadline().map(|at| (at.as_millis(), node)),
                Party::Classic(_) => None,
            });
            let tick = ticks.min();
            let next = queued
                .into_iter()
                .chain(tick.map(|(at, _)| at))
                .min()
                .unwrap_or(u64::MAX);
            if next > end {
                break;
            }
            self.now = self.now.max(next);
            if queued.is_some_and(|at| at <= next) {
                let (_, action) = self.queue.pop_first().expect("just seen");
                self.act(action);
            } else if let Some((_, node)) = tick {
                let before = self.of(node).engine.deadline();
                self.input(node, Input::Tick);
                let after = self.of(node).engine.deadline();
                assert!(
                    after != before || after.is_none_or(|at| at.as_millis() > self.now),
                    "tick loops at {before:?}"
                );
            }
            self.settle_media();
        }
        self.now = end;
        self.note_media();
    }

    pub fn later(&mut self, delay: u64, action: Action) {
        self.sequence += 1;
        self.queue.insert((self.now + delay, self.sequence), action);
    }

    fn act(&mut self, action: Action) {
        match action {
            Action::Input(node, input) if self.is_classic(node) => self.classic_input(node, input),
            Action::Input(node, input) => self.input(node, input),
            Action::Server(node, socket, text) => self.server_text(node, socket, &text),
            Action::Classic(node, name, args) => self.classic_event(node, &name, &args),
            Action::Deferred(node, deferred) => self.deferred(node, deferred),
            Action::Ping(node, socket) => self.ping(node, socket),
        }
    }

    fn drain(&mut self, node: Node) {
        while let Some(output) = self.of_mut(node).engine.poll() {
            match output {
                Output::Socket(socket, command) => self.socket_command(node, socket.0, command),
                Output::Media(command) => {
                    self.of_mut(node).media.push(command.clone());
                    self.media_command(node, command);
                }
                Output::Event(event) => self.of_mut(node).take(event),
                Output::Http(id, _) => {
                    let failed = Err(engine::io::HttpFailure::Unreachable);
                    self.later(5, Action::Input(node, Input::Http(id, failed)));
                }
                Output::AbortHttp(_) | Output::Tab(_) => {}
            }
        }
    }

    // Looking

    pub fn of(&self, node: Node) -> &Antenna {
        match &self.parties[node] {
            Party::Engine(antenna) => antenna,
            Party::Classic(_) => panic!("{node} is a classic client"),
        }
    }

    pub fn of_mut(&mut self, node: Node) -> &mut Antenna {
        match &mut self.parties[node] {
            Party::Engine(antenna) => antenna,
            Party::Classic(_) => panic!("{node} is a classic client"),
        }
    }

    pub fn classic_mut(&mut self, node: Node) -> &mut Classic {
        match &mut self.parties[node] {
            Party::Classic(classic) => classic,
            Party::Engine(_) => panic!("{node} is an Antenna"),
        }
    }

    pub fn id(&self, node: Node) -> String {
        self.server.id_of(node).expect("not connected")
    }

    pub fn talk(&self, node: Node) -> &Talk {
        match &self.of(node).call.phase {
            CallPhase::Active(talk) | CallPhase::Connecting(talk) => talk,
            other => panic!("{node} does not talk: {other:?}"),
        }
    }

    pub fn path(&self, node: Node) -> Path {
        self.talk(node).path
    }

    pub fn is_active(&self, node: Node) -> bool {
        matches!(self.of(node).call.phase, CallPhase::Active(_))
    }

    pub fn end_reason(&self, node: Node) -> Option<EndReason> {
        match &self.of(node).call.phase {
            CallPhase::Ended(ended) => Some(ended.reason.clone()),
            _ => None,
        }
    }

    pub fn phases(&self) -> String {
        let of = |party: &Party| match party {
            Party::Engine(antenna) => antenna.phases.join(" > "),
            Party::Classic(classic) => format!("classic {classic:?}"),
        };
        self.parties
            .iter()
            .enumerate()
            .map(|(node, party)| format!("{node}: {}\n", of(party)))
            .collect()
    }

    /// Open connections of a party.
    pub fn open_pcs(&self, node: Node) -> usize {
        self.pcs
            .range((node, 0)..(node + 1, 0))
            .filter(|(_, pc)| !pc.closed)
            .count()
    }

    /// Whether media goes from one party to the other.
    pub fn media_flows(&self, from: Node, to: Node) -> bool {
        self.pcs.range((from, 0)..(from + 1, 0)).any(|(_, pc)| {
            !pc.closed
                && pc.flows
                && pc.with.is_some_and(|(node, _)| node == to)
                && (pc.send.audio || pc.sends_video())
        })
    }
}

impl Antenna {
    fn take(&mut self, event: Event) {
        match event {
            Event::Call(view) => {
                let word = match (&view.phase, &view.incoming) {
                    (CallPhase::Idle, Some(incoming)) => format!("incoming {}", incoming.name),
                    (CallPhase::Idle, None) => "idle".into(),
                    (CallPhase::Dialing { ringing, .. }, _) => {
                        if *ringing { "ringing" } else { "dialing" }.into()
                    }
                    (CallPhase::Connecting(_), _) => "connecting".into(),
                    (CallPhase::Active(talk), _) => match talk.path {
                        Path::Broken { .. } => "broken".into(),
                        Path::Opening | Path::Flowing => "active".into(),
                    },
                    (CallPhase::Ended(ended), _) => format!("ended {:?}", ended.reason),
                };
                if self.phases.last() != Some(&word) {
                    self.phases.push(word);
                }
                self.call = view;
            }
            Event::Connection(view) => self.connection = view,
            Event::Capture(view) => self.capture = view,
            Event::CallText(text) => self.texts.push(text),
            Event::Known(known) => self.known.push(known),
            Event::Refused(refusal) => self.refusals.push(refusal),
            Event::Trouble(trouble) => self.trouble.push(trouble),
            Event::Backend(_) | Event::Account(_) | Event::CallStats(_) => {}
        }
    }
}

/// Devices that give what the goal asks for.
pub fn captured(goal: &engine::io::CaptureGoal) -> CaptureState {
    let on = |wanted: bool, id: &str| match wanted {
        true => DeviceState::On {
            id: id.into(),
            label: id.into(),
        },
        false => DeviceState::Off,
    };
    CaptureState {
        microphone: on(goal.microphone.is_some(), "mic"),
        camera: on(goal.camera.is_some(), "cam"),
        screen: on(goal.screen, "screen"),
    }
}

pub fn media(input: MediaInput) -> Input {
    Input::Media(input)
}

pub const fn seconds(seconds: u64) -> u64 {
    seconds * 1000
}

pub fn duration(millis: u64) -> Duration {
    Duration::from_millis(millis)
}
