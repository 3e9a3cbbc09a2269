//! WebRTC and capture as a device: commands in, news out. It decides nothing; `engine::io` says what each does.

pub(crate) mod registry;

mod acquire;
mod capture;
mod channel;
mod devices;
mod meter;
mod mixer;
mod negotiation;
mod output;
mod peer;
mod remote;
mod stats;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use engine::io::{MediaCommand, MediaInput, MediaStep, PeerConfig, PeerId, Sending, VideoSource};
use web_sys::MediaStreamTrack;

use crate::browser::{js, promise};
use crate::local::LocalEvent;
use capture::{Capture, Tracks};
use output::Output;
use peer::{Links, Peer};

/// Where the media layer says what happened.
type Tell<T> = Rc<dyn Fn(T)>;

/// The media layer; dropping it closes every connection and releases every device.
pub(crate) struct Media {
    inner: Rc<Inner>,
}

struct Inner {
    tell: Tell<MediaInput>,
    output: Rc<Output>,
    capture: Rc<Capture>,
    peers: RefCell<BTreeMap<PeerId, Rc<Peer>>>,
    distribute: Rc<dyn Fn()>,
}

impl Media {
    /// A media layer that says what happens through `tell` and `local`. Both must only enqueue.
    pub(crate) fn new(tell: Tell<MediaInput>, local: Tell<LocalEvent>) -> Self {
        let drawn = tell.clone();
        registry::on_frame(Rc::new(move |peer| drawn(MediaInput::FrameDrawn { peer })));
        let inner = Rc::new_cyclic(|weak: &std::rc::Weak<Inner>| {
            let weak = weak.clone();
            let distribute: Rc<dyn Fn()> = Rc::new(move || {
                if let Some(inner) = weak.upgrade() {
                    inner.distribute();
                }
            });
            Inner {
                output: Output::new(local.clone()),
                capture: Capture::new(tell.clone(), local, distribute.clone()),
                distribute,
                peers: RefCell::default(),
                tell,
            }
        });
        Self { inner }
    }

    /// Executes one command.
    pub(crate) fn execute(&self, command: MediaCommand) {
        let inner = &self.inner;
        match command {
            MediaCommand::Capture(goal) => inner.capture.set_goal(goal),
            MediaCommand::CreatePeer { peer, config } => inner.create(peer, &config),
            MediaCommand::AddReceiver { peer, kind } => inner.with(peer, |it| it.add_receiver(kind)),
            MediaCommand::Offer { peer, ice_restart } => {
                inner.with(peer, |it| it.negotiate(negotiation::Step::Offer { ice_restart }));
            }
            MediaCommand::Answer { peer } => inner.with(peer, |it| it.negotiate(negotiation::Step::Answer)),
            MediaCommand::RemoteDescription { peer, description } => {
                inner.with(peer, |it| it.negotiate(negotiation::Step::Remote(description)));
            }
            MediaCommand::RemoteCandidate { peer, candidate } => {
                inner.with(peer, |it| it.negotiate(negotiation::Step::Candidate(candidate)));
            }
            MediaCommand::Send { peer, send } => {
                inner.with(peer, |it| it.set_sending(send));
                inner.distribute();
            }
            MediaCommand::Data { peer, text } => inner.with(peer, |it| it.send_text(&text)),
            MediaCommand::WatchStats { peer, every } => inner.with(peer, |it| it.watch_stats(every)),
            MediaCommand::ClosePeer { peer } => {
                let closed = inner.peers.borrow_mut().remove(&peer);
                if let Some(closed) = closed {
                    closed.close();
                }
                inner.distribute();
            }
        }
    }

    /// Plays the other side through this speaker (`None`: the default).
    pub(crate) fn choose_speaker(&self, id: Option<String>) {
        self.inner.output.choose(id);
    }

    /// Plays what the browser blocked; only from a press.
    pub(crate) fn unblock(&self) {
        self.inner.output.unblock();
    }
}

/// Lets the browser start what its first connection needs (threads, codecs, a certificate) while nobody waits for it.
/// Nothing is applied, so nothing is gathered, and nobody learns of it.
pub(crate) fn warm_up() {
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

impl Drop for Media {
    fn drop(&mut self) {
        for peer in self.inner.peers.take().into_values() {
            peer.close();
        }
    }
}

impl Inner {
    fn create(&self, id: PeerId, config: &PeerConfig) {
        let links = Links {
            tell: self.tell.clone(),
            output: self.output.clone(),
            distribute: self.distribute.clone(),
        };
        match Peer::new(id, config, links) {
            Ok(peer) => {
                let before = self.peers.borrow_mut().insert(id, peer);
                drop(before);
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
        let peer = self.peers.borrow().get(&id).cloned();
        if let Some(peer) = peer {
            act(&peer);
        }
    }

    /// Gives every connection the tracks it is to send.
    fn distribute(&self) {
        let tracks = self.capture.tracks();
        let peers: Vec<_> = self.peers.borrow().values().cloned().collect();
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
