//! The connections to other sides: everything of WebRTC that the first screen does not need.

use std::cell::RefCell;
use std::rc::Rc;

use engine::io::{MediaCommand, MediaInput, MediaStep, PeerConfig, PeerId, Sending, VideoSource};
use web_sys::MediaStreamTrack;

use super::capture::{Capture, Tracks};
use super::negotiation::Step;
use super::output::Output;
use super::peer::{Links, Peer};
use super::{Connecting, Needs, Tell, screen};
use crate::browser::{js, promise};

/// All connections; dropping them closes every one.
struct Connections {
    tell: Tell<MediaInput>,
    output: Rc<Output>,
    distribute: Rc<dyn Fn()>,
    capture: Rc<Capture>,
    peers: RefCell<Vec<(PeerId, Rc<Peer>)>>,
}

/// Makes them, and lets capture open the screen from now on.
pub(crate) fn make(needs: Needs) -> Rc<dyn Connecting> {
    needs.capture.install_screen(screen::open);
    let output = Output::new(needs.local);
    if needs.speaker.is_some() {
        output.choose(needs.speaker);
    }
    Rc::new(Connections {
        tell: needs.tell,
        output,
        distribute: needs.distribute,
        capture: needs.capture,
        peers: RefCell::default(),
    })
}

impl Connecting for Connections {
    fn execute(&self, command: MediaCommand) {
        match command {
            MediaCommand::Capture(goal) => self.capture.set_goal(goal),
            MediaCommand::CreatePeer { peer, config } => self.create(peer, &config),
            MediaCommand::AddReceiver { peer, kind } => self.with(peer, |it| it.add_receiver(kind)),
            MediaCommand::Offer { peer, ice_restart } => {
                self.with(peer, |it| it.negotiate(Step::Offer { ice_restart }));
            }
            MediaCommand::Answer { peer } => self.with(peer, |it| it.negotiate(Step::Answer)),
            MediaCommand::RemoteDescription { peer, description } => {
                self.with(peer, |it| it.negotiate(Step::Remote(description)));
            }
            MediaCommand::RemoteCandidate { peer, candidate } => {
                self.with(peer, |it| it.negotiate(Step::Candidate(candidate)));
            }
            MediaCommand::Send { peer, send } => {
                self.with(peer, |it| it.set_sending(send));
                self.distribute();
            }
            MediaCommand::RefreshPicture { peer } => self.with(peer, Peer::refresh_picture),
            MediaCommand::Data { peer, text } => self.with(peer, |it| it.send_text(&text)),
            MediaCommand::WatchStats { peer, every } => self.with(peer, |it| it.watch_stats(every)),
            MediaCommand::ClosePeer { peer } => {
                if let Some(closed) = self.remove(peer) {
                    closed.close();
                }
                self.distribute();
            }
        }
    }

    fn distribute(&self) {
        let tracks = self.capture.tracks();
        let peers: Vec<_> = self.peers.borrow().iter().map(|(_, peer)| peer.clone()).collect();
        let told = || peers.iter().filter_map(|peer| peer.sending());
        let heard = told().any(|sending| sending.audio);
        if let Some(microphone) = &tracks.microphone {
            // Muted is disabled, not stopped: the press on "unmute" has nothing to open. Without any call the track is
            // on, for the meter of the preview.
            microphone.set_enabled(heard || told().next().is_none());
        }
        self.capture.in_call(told().next().is_some());
        for peer in &peers {
            if let Some(sending) = peer.sending() {
                peer.send_tracks(audio_for(sending, &tracks, heard), video_for(sending, &tracks));
            }
        }
    }

    fn choose_speaker(&self, id: Option<String>) {
        self.output.choose(id);
    }

    fn unblock(&self) {
        self.output.unblock();
    }

    /// Threads, codecs, a certificate. Nothing is applied, so nothing is gathered, and nobody learns of it. A connection
    /// that the engine keeps ready does the same.
    fn warm_up(&self) {
        if !self.peers.borrow().is_empty() {
            return;
        }
        let Ok(connection) = web_sys::RtcPeerConnection::new() else {
            return;
        };
        for kind in ["audio", "video"] {
            let _ = js::call(&connection, "addTransceiver", &[&kind.into()]);
        }
        let offer = js::call(&connection, "createOffer", &[]);
        promise::detach(async move {
            if let Ok(offer) = offer {
                let _ = promise::settled(offer).await;
            }
            connection.close();
        });
    }
}

impl Drop for Connections {
    fn drop(&mut self) {
        for (_, peer) in self.peers.take() {
            peer.close();
        }
    }
}

impl Connections {
    fn create(&self, id: PeerId, config: &PeerConfig) {
        let links = Links {
            tell: self.tell.clone(),
            output: self.output.clone(),
            distribute: self.distribute.clone(),
        };
        match Peer::new(id, config, links) {
            Ok(peer) => {
                let before = self.remove(id);
                drop(before);
                self.peers.borrow_mut().push((id, peer));
            }
            Err(error) => {
                let reason = js::error_text(&error);
                (self.tell)(MediaInput::Failed {
                    peer: id,
                    step: MediaStep::Create,
                    reason,
                });
            }
        }
    }

    fn with(&self, id: PeerId, act: impl FnOnce(&Rc<Peer>)) {
        let found = |(of, _): &&(PeerId, Rc<Peer>)| *of == id;
        let peer = self
            .peers
            .borrow()
            .iter()
            .find(found)
            .map(|(_, peer)| peer.clone());
        if let Some(peer) = peer {
            act(&peer);
        }
    }

    fn remove(&self, id: PeerId) -> Option<Rc<Peer>> {
        let mut peers = self.peers.borrow_mut();
        let at = peers.iter().position(|(of, _)| *of == id)?;
        Some(peers.swap_remove(at).1)
    }
}

fn audio_for(sending: Sending, tracks: &Tracks, heard: bool) -> Option<&MediaStreamTrack> {
    if sending.video == VideoSource::Screen && tracks.mixed.is_some() {
        return tracks.mixed.as_ref();
    }
    // The one microphone track cannot be on for one connection and off for another: then the other gets none.
    tracks.microphone.as_ref().filter(|_| sending.audio || !heard)
}

fn video_for(sending: Sending, tracks: &Tracks) -> Option<&MediaStreamTrack> {
    match sending.video {
        VideoSource::None => None,
        VideoSource::Camera => tracks.camera.as_ref(),
        VideoSource::Screen => tracks.screen.as_ref(),
    }
}
