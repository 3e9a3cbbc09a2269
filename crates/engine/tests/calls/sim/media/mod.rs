//! A model of WebRTC: what would connect connects, what would break breaks, in the order browsers tell it.
//!
//! Two connections find each other when each holds the other's credentials and certificate, and one of them has a
//! candidate of the other. A path belongs to the networks of that moment: after a change of network it is dead until
//! ICE was restarted.

mod path;

use engine::io::{
    CaptureState, DeviceState, MediaCommand, MediaInput, MediaStep, PeerId, PeerState, Sending, VideoSource,
};
use std::collections::BTreeMap;

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
            MediaCommand::CreatePeer { peer, .. } => {
                let capture = match &self.parties[node] {
                    Party::Engine(antenna) => antenna.capture.state.clone(),
                    Party::Classic(_) => full(),
                };
                let pc = Pc {
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
