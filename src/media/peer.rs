//! One `RTCPeerConnection`, from its creation to its closing.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use engine::io::{MediaInput, PeerConfig, PeerId, PeerState, Sending, TrackKind};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{MediaStream, MediaStreamTrack, RtcPeerConnection, RtcRtpSender, RtcRtpTransceiver};

use super::Tell;
use super::channel::Channel;
use super::negotiation::Step;
use super::output::Output;
use super::remote::Remote;
use super::stats::StatsWatch;
use crate::browser::listener::Listener;
use crate::browser::panic::Live;
use crate::browser::promise::{self, Task};
use crate::browser::timer::Timer;
use crate::browser::{js, random};

/// A connection to one other side.
///
/// Everything of it hangs on this value: dropping it removes listeners, stops tasks and closes the connection.
pub(super) struct Peer {
    pub(super) id: PeerId,
    pub(super) connection: RtcPeerConnection,
    pub(super) tell: Tell<MediaInput>,
    /// Gives it its tracks anew, when there are transceivers for them.
    pub(super) distribute: Rc<dyn Fn()>,
    pub(super) steps: RefCell<VecDeque<Step>>,
    pub(super) stepping: RefCell<Option<Task>>,
    pub(super) offerer: bool,
    /// Empty: it only gives what is sent a stream id in the SDP (`msid`) from the start, so that a simple-peer at the
    /// other end fires its `stream` event although tracks come later.
    outgoing: MediaStream,
    sending: Cell<Option<Sending>>,
    remote: Remote,
    channel: RefCell<Option<Channel>>,
    stats: RefCell<Option<StatsWatch>>,
    growing: RefCell<Option<Timer>>,
    listeners: RefCell<Vec<Listener>>,
    _live: Live,
}

/// What a connection needs of its surroundings.
pub(super) struct Links {
    pub(super) tell: Tell<MediaInput>,
    pub(super) output: Rc<Output>,
    pub(super) distribute: Rc<dyn Fn()>,
}

impl Peer {
    pub(super) fn new(id: PeerId, config: &PeerConfig, links: Links) -> Result<Rc<Self>, JsValue> {
        let class = js::get(&js::window(), "RTCPeerConnection")
            .dyn_into::<js_sys::Function>()
            .map_err(|_| JsValue::from_str("no WebRTC"))?;
        let made = js_sys::Reflect::construct(&class, &js_sys::Array::of1(&configuration(config)))?;
        let live = Live::new(&made);
        let connection: RtcPeerConnection = made.unchecked_into();
        let peer = Rc::new(Self {
            id,
            distribute: links.distribute,
            steps: RefCell::default(),
            stepping: RefCell::new(None),
            offerer: config.offerer,
            outgoing: MediaStream::new()?,
            sending: Cell::new(None),
            remote: Remote::new(id, links.tell.clone(), links.output)?,
            tell: links.tell,
            channel: RefCell::new(None),
            stats: RefCell::new(None),
            growing: RefCell::new(None),
            listeners: RefCell::default(),
            connection,
            _live: live,
        });
        peer.listen();
        if config.offerer {
            peer.open_channel();
            peer.add_transceiver("audio", "sendrecv")?;
            peer.add_transceiver("video", "sendrecv")?;
        }
        Ok(peer)
    }

    /// Closes it. A step under way may never end on a closed connection, and holds this value: so it is stopped here.
    pub(super) fn close(&self) {
        self.listeners.borrow_mut().clear();
        self.steps.borrow_mut().clear();
        let stopped = (
            self.stepping.take(),
            self.stats.take(),
            self.channel.take(),
            self.growing.take(),
        );
        drop(stopped);
        self.remote.clear();
        self.connection.close();
    }

    pub(super) fn set_sending(&self, sending: Sending) {
        self.sending.set(Some(sending));
    }

    /// What it sends; `None` until it was told.
    pub(super) fn sending(&self) -> Option<Sending> {
        self.sending.get()
    }

    /// Puts tracks in or takes them out. The browser itself queues `replaceTrack` behind a negotiation under way.
    pub(super) fn send_tracks(
        self: &Rc<Self>,
        audio: Option<&MediaStreamTrack>,
        video: Option<&MediaStreamTrack>,
    ) {
        for (kind, track) in [("audio", audio), ("video", video)] {
            let Some(transceiver) = self.transceiver(kind) else {
                continue;
            };
            let sender = transceiver.sender();
            if sender.track().as_ref() != track {
                if kind == "video" {
                    self.start_small(&sender, track);
                }
                let track = track.map_or(JsValue::NULL, JsValue::from);
                promise::ignore(js::call(&sender, "replaceTrack", &[&track]));
            }
        }
    }

    /// A camera's picture starts at half its size, and grows when the path had time to show what it can carry. A first
    /// key frame of 720p waits in the pacer of a path that nobody knows yet: measured on loopback, 267 ms from the press
    /// to the frame against 85 ms like this, together with [`negotiation`](super::negotiation)'s start bitrate.
    fn start_small(self: &Rc<Self>, sender: &RtcRtpSender, track: Option<&MediaStreamTrack>) {
        let camera = track.is_some_and(is_camera);
        let first = sender.track().is_none();
        if !camera || !first {
            let before = self.growing.take();
            drop(before);
            scale_down(sender, 1.0);
            return;
        }
        scale_down(sender, SMALL);
        self.grow_later(Clone::clone(sender));
    }

    /// Goes on with a key frame. There is no call for that, but a picture of another size begins with one; a small one is
    /// through sooner, besides.
    pub(super) fn refresh_picture(self: &Rc<Self>) {
        let Some(sender) = self.transceiver("video").map(|transceiver| transceiver.sender()) else {
            return;
        };
        let Some(track) = sender.track() else { return };
        let other = if is_camera(&track) { SMALL } else { SLIGHTLY_SMALL };
        if scaled_down(&sender) == other {
            scale_down(&sender, 1.0);
        } else {
            scale_down(&sender, other);
            self.grow_later(sender);
        }
    }

    fn grow_later(self: &Rc<Self>, sender: RtcRtpSender) {
        let peer = Rc::downgrade(self);
        let mut sender = Some(sender);
        let timer = Timer::new(GROW_AFTER, move || {
            let (Some(peer), Some(sender)) = (peer.upgrade(), sender.take()) else {
                return;
            };
            if js::text(&peer.connection, "connectionState") == "connected" {
                scale_down(&sender, 1.0);
            } else {
                peer.grow_later(sender);
            }
        });
        let before = self.growing.replace(Some(timer));
        drop(before);
    }

    /// Makes what the other side offered two-way, so that tracks can be put in later without another negotiation.
    pub(super) fn open_both_ways(&self) {
        for kind in ["audio", "video"] {
            if let Some(transceiver) = self.transceiver(kind) {
                js::set(&transceiver, "direction", &"sendrecv".into());
                // Missing in browsers of before 2023: there the stream has no name, and the track still plays.
                let _ = js::call(&transceiver.sender(), "setStreams", &[&self.outgoing]);
            }
        }
    }

    /// Stops transceivers that the other side's offer did not take up: a later offer would carry them.
    pub(super) fn drop_orphans(&self) {
        for transceiver in self.transceivers() {
            if transceiver.mid().is_none() {
                let _ = js::call(&transceiver, "stop", &[]);
            }
        }
    }

    /// Makes room for one more track of the other side.
    pub(super) fn add_receiver(&self, kind: TrackKind) {
        let kind = match kind {
            TrackKind::Audio => "audio",
            TrackKind::Video => "video",
        };
        // On a closed connection there is no room to make.
        let _ = self.add_transceiver(kind, "recvonly");
    }

    pub(super) fn send_text(&self, text: &str) {
        if let Some(channel) = self.channel.borrow().as_ref() {
            channel.send(text);
        }
    }

    pub(super) fn watch_stats(&self, every: Option<Duration>) {
        if let (Some(every), Some(watch)) = (every, self.stats.borrow_mut().as_mut()) {
            return watch.change(every);
        }
        let watch = every.map(|every| StatsWatch::start(self.id, &self.connection, every, self.tell.clone()));
        let before = self.stats.replace(watch);
        drop(before);
    }

    /// The transceiver that carries `kind` in both directions: the first that is negotiated, else the first there is.
    fn transceiver(&self, kind: &str) -> Option<RtcRtpTransceiver> {
        let of_kind = self.transceivers().into_iter().filter(|transceiver| {
            transceiver.receiver().track().kind() == kind && js::text(transceiver, "direction") != "stopped"
        });
        let mut fallback = None;
        for transceiver in of_kind {
            if transceiver.mid().is_some() {
                return Some(transceiver);
            }
            fallback.get_or_insert(transceiver);
        }
        fallback.filter(|_| self.offerer)
    }

    fn transceivers(&self) -> Vec<RtcRtpTransceiver> {
        self.connection
            .get_transceivers()
            .iter()
            .map(JsCast::unchecked_into)
            .collect()
    }

    fn add_transceiver(&self, kind: &str, direction: &str) -> Result<(), JsValue> {
        let streams = js_sys::Array::of1(&self.outgoing);
        let init = js::object(&[("direction", &direction.into()), ("streams", &streams)]);
        js::call(&self.connection, "addTransceiver", &[&kind.into(), &init]).map(drop)
    }

    /// simple-peer names its channel by 20 random bytes; the other side takes any name.
    fn open_channel(&self) {
        let channel = self.connection.create_data_channel(&random::hex(20));
        self.channel
            .replace(Some(Channel::new(self.id, channel, self.tell.clone())));
    }

    fn listen(self: &Rc<Self>) {
        let on = |name: &'static str, act: fn(&Rc<Self>, JsValue)| {
            let peer = Rc::downgrade(self);
            let listener = Listener::new(&self.connection, name, move |event| {
                if let Some(peer) = peer.upgrade() {
                    act(&peer, event);
                }
            });
            self.listeners.borrow_mut().push(listener);
        };
        on("icecandidate", |peer, event| {
            let candidate = js::get(&event, "candidate");
            peer.tell_candidate(&candidate);
        });
        on("connectionstatechange", |peer, _| {
            let state = state(&js::text(&peer.connection, "connectionState"));
            match state {
                PeerState::Disconnected | PeerState::Failed => super::registry::broke(peer.id),
                PeerState::New | PeerState::Connecting | PeerState::Connected | PeerState::Closed => {}
            }
            (peer.tell)(MediaInput::Connection { peer: peer.id, state });
        });
        on("iceconnectionstatechange", |peer, _| {
            let state = state(&js::text(&peer.connection, "iceConnectionState"));
            (peer.tell)(MediaInput::Ice { peer: peer.id, state });
        });
        on("track", |peer, event| {
            peer.remote.add(js::get(&event, "track").unchecked_into())
        });
        on("datachannel", |peer, event| {
            let channel = js::get(&event, "channel").unchecked_into();
            let before = peer
                .channel
                .replace(Some(Channel::new(peer.id, channel, peer.tell.clone())));
            drop(before);
        });
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.close();
    }
}

/// How long a camera's picture stays at half its size.
const GROW_AFTER: Duration = Duration::from_millis(1500);

/// How much smaller a camera's picture is at first.
const SMALL: f64 = 2.0;
/// Enough for a key frame, and letters on a shared screen can still be read.
const SLIGHTLY_SMALL: f64 = 1.1;

fn is_camera(track: &MediaStreamTrack) -> bool {
    js::text(track, "contentHint") == "motion"
}

/// Divides the sides of the picture that `sender` sends. Its parameters must go back in the same turn they were read.
fn scale_down(sender: &RtcRtpSender, by: f64) {
    let (parameters, encoding) = encoding_of(sender);
    if encoding.is_object() && scale_of(&encoding) != by {
        js::set(&encoding, "scaleResolutionDownBy", &by.into());
        promise::ignore(js::call(sender, "setParameters", &[&parameters]));
    }
}

fn scaled_down(sender: &RtcRtpSender) -> f64 {
    scale_of(&encoding_of(sender).1)
}

fn scale_of(encoding: &JsValue) -> f64 {
    js::get(encoding, "scaleResolutionDownBy").as_f64().unwrap_or(1.0)
}

/// A sender's parameters, and in them its one encoding.
fn encoding_of(sender: &RtcRtpSender) -> (JsValue, JsValue) {
    let parameters = js::call(sender, "getParameters", &[]).unwrap_or_default();
    let encoding = js::get(&js::get(&parameters, "encodings"), "0");
    (parameters, encoding)
}

fn configuration(config: &PeerConfig) -> JsValue {
    let servers = js_sys::Array::new();
    for server in &config.ice_servers {
        let urls = js_sys::Array::new();
        for url in &server.urls {
            urls.push(&url.as_str().into());
        }
        let entry = js::object(&[("urls", &urls)]);
        for (name, value) in [("username", &server.username), ("credential", &server.credential)] {
            if let Some(value) = value {
                js::set(&entry, name, &value.as_str().into());
            }
        }
        servers.push(&entry);
    }
    let policy = if config.relay_only { "relay" } else { "all" };
    js::object(&[
        ("iceServers", &servers),
        ("iceTransportPolicy", &policy.into()),
        // One path for everything: fewer candidates to gather and to check.
        ("bundlePolicy", &"max-bundle".into()),
    ])
}

fn state(name: &str) -> PeerState {
    match name {
        "connecting" | "checking" => PeerState::Connecting,
        "connected" | "completed" => PeerState::Connected,
        "disconnected" => PeerState::Disconnected,
        "failed" => PeerState::Failed,
        "closed" => PeerState::Closed,
        _ => PeerState::New,
    }
}
