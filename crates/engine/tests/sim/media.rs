//! A model of WebRTC: what would connect connects, what would break breaks, in the order browsers tell it.
//!
//! Two connections find each other when each holds the other's credentials and certificate, and one of them has a
//! candidate of the other. A path belongs to the networks of that moment: after a change of network it is dead until
//! ICE was restarted.

use engine::io::{
    CaptureState, DeviceState, MediaCommand, MediaInput, MediaStep, PeerId, PeerState, PeerStats,
    RemoteTracks, Sending, VideoSource,
};
use std::collections::BTreeMap;
use std::time::Duration;

use wire::signal::{Candidate, Description, DescriptionKind, sdp};

use super::{Action, Node, Party, World, captured, media};

/// How long a browser takes for a description, and how long gathering takes after it.
const DESCRIBE: u64 = 5;
const HOST: u64 = 3;
const GATHER: u64 = 8;
/// ICE and DTLS.
const CONNECT: u64 = 40;

#[derive(Debug, Clone, Copy)]
pub struct Net {
    pub up: bool,
    pub epoch: u32,
    /// Media does not get through although the network is up.
    pub stalled: bool,
    /// A STUN server is configured that never answers: gathering takes 10 s.
    pub dead_stun: bool,
    pub no_devices: bool,
}

impl Default for Net {
    fn default() -> Self {
        Self {
            up: true,
            epoch: 0,
            stalled: false,
            dead_stun: false,
            no_devices: false,
        }
    }
}

/// An `RTCPeerConnection`.
#[derive(Debug, Default)]
pub struct Pc {
    offerer: bool,
    generation: u32,
    /// On which network the candidates of which credentials were gathered.
    gathered: BTreeMap<String, u32>,
    local: Option<String>,
    pending: Option<String>,
    remote: Option<(String, String)>,
    pending_remote_offer: bool,
    remote_candidates: Vec<String>,
    pub with: Option<(Node, u64)>,
    established: Option<(String, String, u32, u32)>,
    connecting: bool,
    pub flows: bool,
    down_since: Option<u64>,
    told_ice: Option<PeerState>,
    pub send: Sending,
    stats_every: Option<u64>,
    stats_asked: u64,
    /// When the last packet came, and when that was read.
    came: u64,
    read: u64,
    pub packets: u64,
    responses: u64,
    waiting_data: Vec<String>,
    pub closed: bool,
    /// A connectivity check, and so an address, has left.
    pub checked: bool,
    /// Media has left.
    pub sent_media: bool,
    capture: CaptureState,
}

impl Pc {
    pub fn sends_video(&self) -> bool {
        match self.send.video {
            VideoSource::None => false,
            VideoSource::Camera => matches!(self.capture.camera, DeviceState::On { .. }),
            VideoSource::Screen => matches!(self.capture.screen, DeviceState::On { .. }),
        }
    }

    /// The network that its present candidates belong to.
    fn network(&self) -> u32 {
        self.local
            .as_ref()
            .and_then(|ufrag| self.gathered.get(ufrag))
            .copied()
            .unwrap_or_default()
    }

    fn sends(&self) -> bool {
        self.send.audio && matches!(self.capture.microphone, DeviceState::On { .. }) || self.sends_video()
    }
}

#[derive(Debug, Clone)]
pub enum Deferred {
    Describe(u64, DescriptionKind, bool),
    Connect(u64),
    Stats(u64, u64),
    /// ICE has had no answer for a while.
    Down(u64, PeerState, u64),
    Data(u64, String),
    RemoteClosed(u64),
}

fn ufrag_of(node: Node, peer: u64, generation: u32) -> String {
    format!("u{node}p{peer}g{generation}")
}

fn certificate(node: Node, peer: u64) -> String {
    format!("sha-256 {node:02x}:{peer:02x}")
}

pub fn sdp_of(node: Node, peer: u64, ufrag: &str) -> String {
    let fingerprint = certificate(node, peer);
    let section = |kind: &str, mid: u32| {
        format!(
            "m={kind} 9 UDP/TLS/RTP/SAVPF 111\r\na=ice-ufrag:{ufrag}\r\na=ice-options:trickle\r\n\
             a=fingerprint:{fingerprint}\r\na=mid:{mid}\r\n"
        )
    };
    format!("v=0\r\n{}{}", section("audio", 0), section("video", 1))
}

impl World {
    pub fn media_command(&mut self, node: Node, command: MediaCommand) {
        match command {
            MediaCommand::Capture(goal) => {
                let state = if self.nets[node].no_devices {
                    CaptureState::default()
                } else {
                    captured(&goal)
                };
                for (_, pc) in self.pcs.range_mut((node, 0)..(node + 1, 0)) {
                    pc.capture = state.clone();
                }
                self.later(15, Action::Input(node, media(MediaInput::Capture(state))));
            }
            MediaCommand::CreatePeer { peer, config } => {
                let capture = match &self.parties[node] {
                    Party::Engine(antenna) => antenna.capture.state.clone(),
                    Party::Classic(_) => full(),
                };
                let pc = Pc {
                    offerer: config.offerer,
                    capture,
                    ..Pc::default()
                };
                assert!(
                    self.pcs.insert((node, peer.0), pc).is_none(),
                    "a connection id was used twice"
                );
            }
            MediaCommand::Offer { peer, ice_restart } => {
                self.later(
                    DESCRIBE,
                    Action::Deferred(
                        node,
                        Deferred::Describe(peer.0, DescriptionKind::Offer, ice_restart),
                    ),
                );
            }
            MediaCommand::Answer { peer } => {
                self.later(
                    DESCRIBE,
                    Action::Deferred(node, Deferred::Describe(peer.0, DescriptionKind::Answer, false)),
                );
            }
            MediaCommand::RemoteDescription { peer, description } => {
                self.remote_description(node, peer.0, &description)
            }
            MediaCommand::RemoteCandidate { peer, candidate } => {
                self.remote_candidate(node, peer.0, &candidate.candidate)
            }
            MediaCommand::Send { peer, send } => {
                if let Some(pc) = self.pc(node, peer.0) {
                    pc.send = send;
                }
            }
            MediaCommand::Data { peer, text } => {
                let Some(pc) = self.pc(node, peer.0) else { return };
                let Some((to, theirs)) = pc.with else { return };
                if pc.flows {
                    self.later(10, Action::Deferred(to, Deferred::Data(theirs, text)));
                } else {
                    pc.waiting_data.push(text);
                }
            }
            MediaCommand::WatchStats { peer, every } => {
                let every = every.map(|every| every.as_millis() as u64);
                let Some(pc) = self.pc(node, peer.0) else { return };
                pc.stats_every = every;
                pc.stats_asked += 1;
                let asked = pc.stats_asked;
                if let Some(every) = every {
                    self.later(every, Action::Deferred(node, Deferred::Stats(peer.0, asked)));
                }
            }
            MediaCommand::ClosePeer { peer } => {
                let Some(pc) = self.pc(node, peer.0) else { return };
                pc.closed = true;
                let (flows, with) = (pc.flows, pc.with);
                pc.flows = false;
                if let (true, Some((to, theirs))) = (flows, with) {
                    self.later(12, Action::Deferred(to, Deferred::RemoteClosed(theirs)));
                }
            }
            MediaCommand::AddReceiver { .. } | MediaCommand::RefreshPicture { .. } => {}
        }
    }

    fn pc(&mut self, node: Node, peer: u64) -> Option<&mut Pc> {
        self.pcs.get_mut(&(node, peer)).filter(|pc| !pc.closed)
    }

    pub(super) fn deferred(&mut self, node: Node, deferred: Deferred) {
        match deferred {
            Deferred::Describe(peer, kind, restart) => self.describe(node, peer, kind, restart),
            Deferred::Connect(peer) => self.connect(node, peer),
            Deferred::Stats(peer, asked) => {
                if self.pc(node, peer).is_some_and(|pc| pc.stats_asked == asked) {
                    self.stats(node, peer);
                }
            }
            Deferred::Down(peer, state, since) => {
                if self
                    .pc(node, peer)
                    .is_some_and(|pc| !pc.flows && pc.down_since == Some(since))
                {
                    self.say_ice(node, peer, state);
                }
            }
            Deferred::Data(peer, text) => {
                if self.pc(node, peer).is_some() {
                    self.tell(
                        node,
                        MediaInput::Data {
                            peer: PeerId(peer),
                            text,
                        },
                    );
                }
            }
            Deferred::RemoteClosed(peer) => {
                if let Some(pc) = self.pc(node, peer) {
                    pc.with = None;
                    pc.flows = false;
                    self.tell(
                        node,
                        MediaInput::DataChannel {
                            peer: PeerId(peer),
                            open: false,
                        },
                    );
                }
            }
        }
    }

    fn describe(&mut self, node: Node, peer: u64, kind: DescriptionKind, restart: bool) {
        let net = self.nets[node];
        let Some(pc) = self.pc(node, peer) else { return };
        let new_credentials =
            restart || pc.generation == 0 || (kind == DescriptionKind::Answer && pc.pending_remote_offer);
        pc.generation += u32::from(new_credentials);
        let ufrag = ufrag_of(node, peer, pc.generation);
        if new_credentials {
            pc.gathered.insert(ufrag.clone(), net.epoch);
        }
        match kind {
            DescriptionKind::Offer => pc.pending = Some(ufrag.clone()),
            DescriptionKind::Answer => {
                pc.pending = None;
                pc.pending_remote_offer = false;
                pc.local = Some(ufrag.clone());
            }
        }
        let description = Description {
            kind,
            sdp: sdp_of(node, peer, &ufrag),
        };
        self.tell(
            node,
            MediaInput::LocalDescription {
                peer: PeerId(peer),
                description,
            },
        );
        let candidate = |address: u32| Candidate {
            candidate: format!(
                "candidate:{address} 1 udp 1 10.{node}.0.{address} 5000 typ host ufrag {ufrag}"
            ),
            sdp_mid: Some("0".into()),
            sdp_m_line_index: Some(0),
        };
        for (delay, address) in [(HOST, 1), (HOST + 2, 2)] {
            let input = MediaInput::Candidate {
                peer: PeerId(peer),
                candidate: Some(candidate(address)),
            };
            self.later_tell(delay, node, input);
        }
        let complete = MediaInput::Candidate {
            peer: PeerId(peer),
            candidate: None,
        };
        self.later_tell(if net.dead_stun { 10_000 } else { GATHER }, node, complete);
    }

    fn remote_description(&mut self, node: Node, peer: u64, description: &Description) {
        let Some(pc) = self.pc(node, peer) else { return };
        let ufrag = sdp::ice_ufrag(&description.sdp).unwrap_or_default().to_owned();
        let certificate = sdp::fingerprints(&description.sdp).concat();
        let (_, candidates) = sdp::split_candidates(&description.sdp);
        let wrong = match description.kind {
            DescriptionKind::Offer => false,
            DescriptionKind::Answer => pc.pending.is_none(),
        };
        if ufrag.is_empty() || wrong {
            let reason = "InvalidStateError".to_owned();
            let input = MediaInput::Failed {
                peer: PeerId(peer),
                step: MediaStep::RemoteDescription,
                reason,
            };
            self.tell(node, input);
            return;
        }
        match description.kind {
            DescriptionKind::Offer => {
                pc.pending = None;
                pc.pending_remote_offer = pc.remote.as_ref().is_none_or(|(old, _)| *old != ufrag);
            }
            DescriptionKind::Answer => pc.local = pc.pending.take(),
        }
        if pc.remote.as_ref().is_none_or(|(old, _)| *old != ufrag) {
            pc.remote_candidates.clear();
        }
        pc.remote = Some((ufrag, certificate));
        for candidate in candidates {
            self.remote_candidate(node, peer, &candidate.candidate);
        }
    }

    fn remote_candidate(&mut self, node: Node, peer: u64, candidate: &str) {
        let Some(pc) = self.pc(node, peer) else { return };
        let fits = pc
            .remote
            .as_ref()
            .is_some_and(|(ufrag, _)| candidate.ends_with(&format!("ufrag {ufrag}")));
        if fits {
            pc.remote_candidates.push(candidate.to_owned());
        } else {
            let reason = "OperationError: unknown ufrag".to_owned();
            self.tell(
                node,
                MediaInput::Failed {
                    peer: PeerId(peer),
                    step: MediaStep::RemoteCandidate,
                    reason,
                },
            );
        }
    }

    /// Looks who can reach whom now.
    pub(super) fn settle_media(&mut self) {
        let keys: Vec<(Node, u64)> = self
            .pcs
            .iter()
            .filter(|(_, pc)| !pc.closed)
            .map(|(key, _)| *key)
            .collect();
        for key in keys {
            let pc = &self.pcs[&key];
            if pc.local.is_some() && !pc.remote_candidates.is_empty() {
                self.pcs.get_mut(&key).expect("seen").checked = true;
            }
            let Some(other) = self.counterpart(key) else {
                continue;
            };
            let (mine, theirs) = (&self.pcs[&key], &self.pcs[&other]);
            let reachable = !mine.remote_candidates.is_empty() || !theirs.remote_candidates.is_empty();
            let nets = (self.nets[key.0], self.nets[other.0]);
            let wanted = (
                mine.local.clone().unwrap_or_default(),
                theirs.local.clone().unwrap_or_default(),
                nets.0.epoch,
                nets.1.epoch,
            );
            let open = nets.0.up && nets.1.up;
            let renewed = mine
                .established
                .as_ref()
                .is_none_or(|old| old.0 != wanted.0 || old.1 != wanted.1);
            if reachable && open && renewed && !mine.connecting {
                self.pcs.get_mut(&key).expect("seen").connecting = true;
                self.later(CONNECT, Action::Deferred(key.0, Deferred::Connect(key.1)));
            }
        }
        self.update_flows();
    }

    fn counterpart(&self, key: (Node, u64)) -> Option<(Node, u64)> {
        let pc = &self.pcs[&key];
        let (ufrag, fingerprint) = pc.remote.as_ref()?;
        let own = pc.local.as_ref()?;
        self.pcs.iter().find_map(|(other, candidate)| {
            let (theirs, _) = candidate.remote.as_ref()?;
            let fits = !candidate.closed
                && candidate.local.as_ref() == Some(ufrag)
                && theirs == own
                && certificate(other.0, other.1) == *fingerprint;
            fits.then_some(*other)
        })
    }

    fn connect(&mut self, node: Node, peer: u64) {
        if let Some(pc) = self.pc(node, peer) {
            pc.connecting = false;
        }
        let Some(other) = self.counterpart((node, peer)) else {
            return;
        };
        if !self.nets[node].up || !self.nets[other.0].up {
            return;
        }
        let theirs = self.pcs[&other].local.clone().unwrap_or_default();
        let epochs = (self.pcs[&(node, peer)].network(), self.pcs[&other].network());
        let Some(pc) = self.pc(node, peer) else { return };
        let first = pc.established.is_none();
        pc.established = Some((pc.local.clone().unwrap_or_default(), theirs, epochs.0, epochs.1));
        pc.with = Some(other);
        pc.down_since = None;
        self.say_ice(node, peer, PeerState::Connected);
        if first {
            self.tell(
                node,
                MediaInput::Connection {
                    peer: PeerId(peer),
                    state: PeerState::Connected,
                },
            );
            self.tell(
                node,
                MediaInput::DataChannel {
                    peer: PeerId(peer),
                    open: true,
                },
            );
        }
    }

    fn update_flows(&mut self) {
        let keys: Vec<(Node, u64)> = self.pcs.keys().copied().collect();
        for key in keys {
            let pc = &self.pcs[&key];
            let Some(other) = pc.with.filter(|_| !pc.closed) else {
                continue;
            };
            let epochs = (self.nets[key.0].epoch, self.nets[other.0].epoch);
            let both_up = self.nets[key.0].up && self.nets[other.0].up;
            let alive = self.pcs.get(&other).is_some_and(|other| !other.closed);
            let valid = pc
                .established
                .as_ref()
                .is_some_and(|(_, _, a, b)| (*a, *b) == epochs);
            let flows = both_up && valid && alive;
            let was = pc.flows;
            let now = self.now;
            let pc = self.pcs.get_mut(&key).expect("seen");
            pc.flows = flows;
            pc.sent_media |= flows && pc.sends();
            if flows && !was {
                pc.down_since = None;
                let waiting = std::mem::take(&mut pc.waiting_data);
                for text in waiting {
                    self.later(10, Action::Deferred(other.0, Deferred::Data(other.1, text)));
                }
                self.say_ice(key.0, key.1, PeerState::Connected);
            } else if !flows && was {
                pc.down_since = Some(now);
                for (after, state) in [(6_000, PeerState::Disconnected), (16_000, PeerState::Failed)] {
                    self.later(after, Action::Deferred(key.0, Deferred::Down(key.1, state, now)));
                }
            }
        }
    }

    fn say_ice(&mut self, node: Node, peer: u64, state: PeerState) {
        let Some(pc) = self.pc(node, peer) else { return };
        if pc.told_ice.replace(state) == Some(state) {
            return;
        }
        self.tell(
            node,
            MediaInput::Ice {
                peer: PeerId(peer),
                state,
            },
        );
    }

    /// Packets come all the time: takes note of when the last one did.
    pub(super) fn note_media(&mut self) {
        let comes = |(key, pc): (&(Node, u64), &Pc)| {
            let other = pc.with.and_then(|with| self.pcs.get(&with));
            let comes = pc.flows && !self.nets[key.0].stalled && other.is_some_and(Pc::sends);
            comes.then_some(*key)
        };
        let keys: Vec<_> = self.pcs.iter().filter_map(comes).collect();
        for key in keys {
            if let Some(pc) = self.pcs.get_mut(&key) {
                pc.came = self.now;
            }
        }
    }

    fn stats(&mut self, node: Node, peer: u64) {
        let stalled = self.nets[node].stalled;
        let Some(pc) = self.pcs.get(&(node, peer)).filter(|pc| !pc.closed) else {
            return;
        };
        let Some(every) = pc.stats_every else { return };
        let before = pc.stats_asked;
        let comes = pc.flows && !stalled;
        let other = pc.with.and_then(|with| self.pcs.get(&with));
        let video = other.is_some_and(Pc::sends_video);
        self.note_media();
        let now = self.now;
        let pc = self.pcs.get_mut(&(node, peer)).expect("seen");
        pc.packets += if pc.came > pc.read { 25 } else { 0 };
        pc.read = pc.came;
        pc.responses += u64::from(comes);
        let stats = PeerStats {
            audio_packets_received: pc.packets,
            responses_received: pc.responses,
            silent: Duration::from_millis(now.saturating_sub(pc.came)),
            ..PeerStats::default()
        };
        let tracks = RemoteTracks { audio: true, video };
        self.tell(
            node,
            MediaInput::Remote {
                peer: PeerId(peer),
                tracks,
            },
        );
        self.tell(
            node,
            MediaInput::Stats {
                peer: PeerId(peer),
                stats,
            },
        );
        let asked = self.pcs[&(node, peer)].stats_asked;
        let every = self.pcs[&(node, peer)].stats_every.unwrap_or(every);
        if asked == before {
            self.later(every, Action::Deferred(node, Deferred::Stats(peer, asked)));
        }
    }

    fn tell(&mut self, node: Node, input: MediaInput) {
        match &self.parties[node] {
            Party::Engine(_) => self.input(node, media(input)),
            Party::Classic(_) => self.classic_media(node, input),
        }
    }

    fn later_tell(&mut self, delay: u64, node: Node, input: MediaInput) {
        // A classic client's inputs take the same way.
        self.later(delay, Action::Input(node, media(input)));
    }
}

fn full() -> CaptureState {
    let on = || DeviceState::On {
        id: "x".into(),
        label: String::new(),
    };
    CaptureState {
        microphone: on(),
        camera: on(),
        screen: DeviceState::Off,
    }
}
