//! An unmodified simple-peer (9.11) in the classic page around it: one peer, whole signals or trickled ones, destroyed
//! by a signal it does not know, by ICE `failed`, and by its data channel closing.

use engine::io::{Input, MediaCommand, MediaInput, PeerConfig, PeerId, PeerState, Sending, VideoSource};
use serde_json::{Value, json};
use wire::signal::{Candidate, Description, DescriptionKind, Message, Signal, sdp};

use super::{Node, Party, World};

#[derive(Debug, Default)]
pub struct Classic {
    pub trickle: bool,
    /// Later signals of the caller reach the peer (a page that only knows the first one does not do that).
    pub routes_all: bool,
    /// A later call takes the place of the one that rings.
    pub overwrites: bool,
    peer: Option<u64>,
    next_peer: u64,
    initiator: bool,
    /// While it rings: the first offer, and who calls. Candidates that come meanwhile.
    pub ringing: Option<(String, Value)>,
    early_candidates: Vec<Value>,
    other: String,
    local: Option<Description>,
    candidates: Vec<Candidate>,
    sent: bool,
    pub connected: bool,
    pub destroyed: Option<String>,
    pub texts: Vec<String>,
    /// How many calls rang.
    pub rings: u32,
}

impl Classic {
    pub fn new(trickle: bool) -> Self {
        Self {
            trickle,
            routes_all: true,
            ..Self::default()
        }
    }
}

impl World {
    /// The person at the classic page calls.
    pub fn classic_call(&mut self, node: Node, to: &str) {
        let peer = self.classic_peer(node, true, to);
        self.media_command(
            node,
            MediaCommand::Offer {
                peer: PeerId(peer),
                ice_restart: false,
            },
        );
    }

    /// The person at the classic page answers.
    pub fn classic_answer(&mut self, node: Node) {
        let (from, signal) = self.classic_mut(node).ringing.take().expect("nobody calls");
        self.classic_peer(node, false, &from);
        self.classic_signal(node, &signal);
        for candidate in std::mem::take(&mut self.classic_mut(node).early_candidates) {
            self.classic_signal(node, &candidate);
        }
    }

    pub fn classic_text(&mut self, node: Node, text: &str) {
        let peer = PeerId(self.classic_mut(node).peer.expect("no peer"));
        self.media_command(
            node,
            MediaCommand::Data {
                peer,
                text: text.into(),
            },
        );
    }

    /// `peer.destroy()`.
    pub fn classic_destroy(&mut self, node: Node, why: &str) {
        let classic = self.classic_mut(node);
        classic.destroyed = Some(why.into());
        if let Some(peer) = classic.peer.take() {
            self.media_command(node, MediaCommand::ClosePeer { peer: PeerId(peer) });
        }
    }

    fn classic_peer(&mut self, node: Node, initiator: bool, other: &str) -> u64 {
        let classic = self.classic_mut(node);
        classic.next_peer += 1;
        let peer = classic.next_peer;
        classic.peer = Some(peer);
        classic.initiator = initiator;
        classic.other = other.to_owned();
        classic.sent = false;
        let config = PeerConfig {
            ice_servers: vec![],
            relay_only: false,
            offerer: initiator,
        };
        self.media_command(
            node,
            MediaCommand::CreatePeer {
                peer: PeerId(peer),
                config,
            },
        );
        let send = Sending {
            audio: true,
            video: VideoSource::Camera,
        };
        self.media_command(
            node,
            MediaCommand::Send {
                peer: PeerId(peer),
                send,
            },
        );
        peer
    }

    pub(super) fn classic_event(&mut self, node: Node, name: &str, args: &[Value]) {
        match name {
            "callUser" => {
                let (from, signal) = (
                    args[0]["from"].as_str().unwrap_or_default().to_owned(),
                    args[0]["signal"].clone(),
                );
                let classic = self.classic_mut(node);
                if classic.peer.is_some() && classic.other == from {
                    if classic.routes_all {
                        self.classic_signal(node, &signal);
                    }
                } else if classic.ringing.is_none() || classic.overwrites {
                    classic.rings += 1;
                    classic.ringing = Some((from, signal));
                } else {
                    // Only the first is kept: what comes later would be lost.
                    classic.early_candidates.clear();
                }
            }
            "callAccepted" => self.classic_signal(node, &args[0]),
            _ => {}
        }
    }

    /// `peer.signal(data)`.
    fn classic_signal(&mut self, node: Node, data: &Value) {
        let Some(peer) = self.classic_mut(node).peer.map(PeerId) else {
            return;
        };
        let known = ["sdp", "candidate", "renegotiate", "transceiverRequest"]
            .iter()
            .any(|field| !data[*field].is_null());
        if !known {
            self.classic_destroy(node, "signal() called with invalid signal data");
            return;
        }
        let message = Message::decode("signal", data).expect("a signal");
        match message.signal {
            Some(Signal::Description(description)) => {
                let offer = description.kind == DescriptionKind::Offer;
                self.media_command(node, MediaCommand::RemoteDescription { peer, description });
                if offer {
                    self.classic_mut(node).sent = false;
                    self.classic_mut(node).candidates.clear();
                    self.media_command(node, MediaCommand::Answer { peer });
                }
            }
            Some(Signal::Candidate(candidate)) => {
                self.media_command(node, MediaCommand::RemoteCandidate { peer, candidate });
            }
            Some(Signal::Renegotiate | Signal::TransceiverRequest { .. }) | None => {}
        }
    }

    pub(super) fn classic_media(&mut self, node: Node, input: MediaInput) {
        let classic = self.classic_mut(node);
        match input {
            MediaInput::LocalDescription { description, .. } => {
                classic.candidates.clear();
                classic.local = Some(description.clone());
                if classic.trickle {
                    classic.sent = true;
                    let signal = json!({ "type": description.kind.as_str(), "sdp": description.sdp });
                    self.classic_emit(node, signal);
                }
            }
            MediaInput::Candidate {
                candidate: Some(candidate),
                ..
            } => {
                if classic.trickle {
                    let message = Message {
                        signal: Some(Signal::Candidate(candidate)),
                        antenna: None,
                    };
                    self.classic_emit(node, message.encode());
                } else {
                    classic.candidates.push(candidate);
                }
            }
            MediaInput::Candidate { candidate: None, .. } if !classic.trickle && !classic.sent => {
                classic.sent = true;
                if let Some(local) = &classic.local {
                    let whole = sdp::with_candidates(&local.sdp, &classic.candidates);
                    let whole = whole.replace("a=ice-options:trickle\r\n", "");
                    let signal = json!({ "type": local.kind.as_str(), "sdp": whole });
                    self.classic_emit(node, signal);
                }
            }
            MediaInput::Ice {
                state: PeerState::Failed,
                ..
            } => self.classic_destroy(node, "Ice connection failed."),
            MediaInput::Failed { reason, .. } => self.classic_destroy(node, &reason),
            MediaInput::DataChannel { open, .. } => {
                classic.connected = open;
                if !open {
                    self.classic_destroy(node, "channel closed");
                }
            }
            MediaInput::Data { text, .. } => classic.texts.push(text),
            _ => {}
        }
    }

    fn classic_emit(&mut self, node: Node, signal: Value) {
        let from = self.id(node);
        let classic = self.classic_mut(node);
        let (initiator, other) = (classic.initiator, classic.other.clone());
        if initiator {
            let payload =
                json!({ "userToCall": other, "signalData": signal, "from": from, "name": "Classic" });
            self.server_event(node, "callUser", payload);
        } else {
            self.server_event(node, "answerCall", json!({ "signal": signal, "to": other }));
        }
    }

    /// An input for a classic client that was queued.
    pub(super) fn classic_input(&mut self, node: Node, input: Input) {
        if let Input::Media(input) = input {
            self.classic_media(node, input);
        }
    }

    pub(super) fn is_classic(&self, node: Node) -> bool {
        matches!(self.parties[node], Party::Classic(_))
    }
}
