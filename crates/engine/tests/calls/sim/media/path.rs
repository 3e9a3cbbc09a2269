//! Who can reach whom, and what flows between them.

use std::time::Duration;

use engine::io::{MediaInput, PeerId, PeerState, PeerStats, RemoteTracks};

use super::{CONNECT, Deferred, Pc, certificate};
use crate::sim::{Action, Node, World};

impl World {
    /// Looks who can reach whom now.
    pub(in crate::sim) fn settle_media(&mut self) {
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

    pub(super) fn connect(&mut self, node: Node, peer: u64) {
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

    pub(super) fn say_ice(&mut self, node: Node, peer: u64, state: PeerState) {
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
    pub(in crate::sim) fn note_media(&mut self) {
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

    pub(super) fn stats(&mut self, node: Node, peer: u64) {
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
}
