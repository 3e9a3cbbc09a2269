//! The engine's border: what the driver feeds in ([`Input`]) and what it is asked to do ([`Output`]).
//!
//! The driver calls `Engine::handle` with one input, then drains `Engine::poll`, executes every output in order,
//! and arms one timer for `Engine::deadline`. Every id below is chosen by the engine; a reply that carries an id the
//! engine has given up is ignored, so the driver never needs to know whether an answer is still wanted.

use std::time::Duration;

use wire::signal::{Candidate, Description, IceServer};

use crate::event::Event;

/// One thing that happened outside.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// The deadline has passed.
    Tick,
    /// Something about the network or the device that is not tied to one connection.
    Environment(Environment),
    /// A WebSocket that the engine asked for has news.
    Socket(SocketId, SocketInput),
    /// A request that the engine asked for has ended.
    Http(RequestId, Result<Reply, HttpFailure>),
    /// WebRTC and capture have news.
    Media(MediaInput),
    /// Another tab of this app, same origin and same profile, said something.
    Tab(TabMessage),
}

/// News of the device and its network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Environment {
    /// The browser's `online` event.
    Online,
    /// The browser's `offline` event.
    Offline,
    /// The device moved to another network (`NetworkInformation` change) while online.
    NetworkChanged,
    /// The page became visible (`true`) or hidden.
    Visible(bool),
    /// Timers stood still for about this long (a closed laptop lid, a frozen tab). Not a lost connection by itself.
    Resumed(Duration),
}

/// One thing the driver shall do.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// Act on a WebSocket.
    Socket(SocketId, SocketCommand),
    /// Send a request; exactly one [`Input::Http`] with this id answers it, unless it is aborted.
    Http(RequestId, Request),
    /// Forget a request.
    AbortHttp(RequestId),
    /// Act on WebRTC or capture.
    Media(MediaCommand),
    /// Tell the other tabs.
    Tab(TabMessage),
    /// Tell the stores, and through them the screen.
    Event(Event),
}

/// A range of ids that one part of the engine chooses from, so that a reply finds its way back without a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdSpace(pub u16);

impl IdSpace {
    /// The `counter`-th id of this space.
    pub const fn id(self, counter: u32) -> u64 {
        ((self.0 as u64) << 32) | counter as u64
    }

    /// Whether `id` was chosen by this part.
    pub const fn owns(self, id: u64) -> bool {
        id >> 32 == self.0 as u64
    }
}

/// A WebSocket's handle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SocketId(pub u64);

/// An HTTP request's handle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(pub u64);

/// A peer connection's handle; new for every `RTCPeerConnection`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeerId(pub u64);

/// News of one WebSocket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SocketInput {
    /// It is open.
    Opened,
    /// A text frame came.
    Text(String),
    /// A binary frame came.
    Binary(Vec<u8>),
    /// It closed or never opened; nothing follows.
    Closed {
        /// RFC 6455 close code, 1006 where there was none.
        code: u16,
        /// The close reason, often empty.
        reason: String,
    },
}

/// What to do with one WebSocket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SocketCommand {
    /// Open it. The URL is absolute (`ws:` or `wss:`).
    Open {
        /// Where to.
        url: String,
    },
    /// Send a text frame.
    Text(String),
    /// Send a binary frame.
    Binary(Vec<u8>),
    /// Close it; no further input is wanted.
    Close,
}

/// An HTTP request as a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// Absolute URL.
    pub url: String,
    /// Header names and values, besides what the browser adds.
    pub headers: Vec<(String, String)>,
    /// The body, if any.
    pub body: Body,
    /// Whether cookies travel (`credentials: "include"`) or not (`"omit"`).
    pub credentials: bool,
    /// Give up after this long; the reply is then [`HttpFailure::TimedOut`].
    pub timeout: Duration,
}

/// An HTTP method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// GET
    Get,
    /// POST
    Post,
    /// PUT
    Put,
    /// PATCH
    Patch,
    /// DELETE
    Delete,
}

/// A request's body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// None.
    Empty,
    /// Text; its type stands in the headers.
    Text(String),
}

/// An HTTP answer of any status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The status code.
    pub status: u16,
    /// `Retry-After` in seconds, where the server sent one.
    pub retry_after: Option<Duration>,
    /// The body as text (UTF-8, replacement characters where it was not).
    pub body: String,
}

/// Why there is no HTTP answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HttpFailure {
    /// No connection, blocked, CORS: browsers do not tell which.
    Unreachable,
    /// `Request::timeout` passed.
    TimedOut,
}

/// What to do with WebRTC and capture. Commands of one peer are executed strictly in order, each after the one
/// before has finished.
#[derive(Debug, Clone, PartialEq)]
pub enum MediaCommand {
    /// Make camera, microphone and screen as wanted. The media layer reconciles: it is told the goal again whenever it
    /// changes, and does only what is missing. Releasing a device stops its track, so that its light goes off.
    Capture(CaptureGoal),
    /// Create an `RTCPeerConnection`. Transceivers for audio and video are made at once where this side offers.
    CreatePeer {
        /// Its handle.
        peer: PeerId,
        /// How.
        config: PeerConfig,
    },
    /// Make room for one more of the other side's tracks (`addTransceiver(kind, recvonly)`); an `Offer` follows.
    AddReceiver {
        /// Which connection.
        peer: PeerId,
        /// Of which kind.
        kind: TrackKind,
    },
    /// Create an offer and apply it locally; answered by [`MediaInput::LocalDescription`] or [`MediaInput::Failed`].
    Offer {
        /// Which connection.
        peer: PeerId,
        /// Gather anew, with new credentials (RFC 8839).
        ice_restart: bool,
    },
    /// Create an answer to the remote offer and apply it locally; answered as `Offer` is.
    Answer {
        /// Which connection.
        peer: PeerId,
    },
    /// Apply the other side's description. A pending local offer is rolled back first, as browsers do by themselves.
    RemoteDescription {
        /// Which connection.
        peer: PeerId,
        /// The description.
        description: Description,
    },
    /// Add one of the other side's candidates; `None` is the end of candidates.
    RemoteCandidate {
        /// Which connection.
        peer: PeerId,
        /// The candidate.
        candidate: Candidate,
    },
    /// What of the captured media this connection sends: a goal that stands until the next one. Until it is told, the
    /// connection sends nothing. A track that is not captured yet is put in as soon as it is; tracks are put in and
    /// taken out with `replaceTrack`, so no renegotiation follows. `audio: false` may leave the track in, disabled.
    Send {
        /// Which connection.
        peer: PeerId,
        /// What it sends.
        send: Sending,
    },
    /// The path is back after a break: the picture goes on with a key frame, since the other side misses what the next
    /// one would build on, and would ask for one only after seconds.
    RefreshPicture {
        /// Which connection.
        peer: PeerId,
    },
    /// Send a text over the data channel; dropped when it is not open.
    Data {
        /// Which connection.
        peer: PeerId,
        /// The text.
        text: String,
    },
    /// Start (interval) or stop (`None`) reading this connection's statistics: each reading is a
    /// [`MediaInput::Stats`].
    WatchStats {
        /// Which connection.
        peer: PeerId,
        /// How often.
        every: Option<Duration>,
    },
    /// Close it and drop everything of it: listeners, tracks, its remote stream.
    ClosePeer {
        /// Which connection.
        peer: PeerId,
    },
}

/// A kind of track.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrackKind {
    /// Sound.
    Audio,
    /// A picture.
    Video,
}

/// How to create a peer connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerConfig {
    /// STUN and TURN servers.
    pub ice_servers: Vec<IceServer>,
    /// Only relayed candidates (`iceTransportPolicy: "relay"`).
    pub relay_only: bool,
    /// This side makes the offer: it creates the data channel and both transceivers.
    pub offerer: bool,
}

/// What shall be captured.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CaptureGoal {
    /// A microphone, and which (`None` inside: the default one).
    pub microphone: Option<DeviceChoice>,
    /// A camera, and which.
    pub camera: Option<DeviceChoice>,
    /// The screen, with its sound where the browser gives it. The browser asks the person.
    pub screen: bool,
}

/// Which device.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DeviceChoice {
    /// The browser's device id; `None` leaves the choice to the browser.
    pub id: Option<String>,
    /// For cameras on phones: the one that faces away from the person.
    pub facing_away: bool,
}

/// What a connection sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sending {
    /// The microphone's sound. A muted microphone stays captured, its track disabled.
    pub audio: bool,
    /// Which picture.
    pub video: VideoSource,
}

/// The picture a connection sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum VideoSource {
    /// None.
    #[default]
    None,
    /// The camera's.
    Camera,
    /// The screen's (and its sound, mixed into the audio).
    Screen,
}

/// News of WebRTC and capture.
#[derive(Debug, Clone, PartialEq)]
pub enum MediaInput {
    /// How capture stands now; sent whenever it changes.
    Capture(CaptureState),
    /// A local description was created and applied.
    LocalDescription {
        /// Which connection.
        peer: PeerId,
        /// The description, with the candidates gathered so far.
        description: Description,
    },
    /// A remote description was applied.
    RemoteDescriptionSet {
        /// Which connection.
        peer: PeerId,
    },
    /// A command for this connection failed.
    Failed {
        /// Which connection.
        peer: PeerId,
        /// What was tried.
        step: MediaStep,
        /// The browser's words.
        reason: String,
    },
    /// A local candidate was gathered; `None`: gathering is complete.
    Candidate {
        /// Which connection.
        peer: PeerId,
        /// The candidate.
        candidate: Option<Candidate>,
    },
    /// `connectionState` changed.
    Connection {
        /// Which connection.
        peer: PeerId,
        /// To what.
        state: PeerState,
    },
    /// `iceConnectionState` changed.
    Ice {
        /// Which connection.
        peer: PeerId,
        /// To what.
        state: PeerState,
    },
    /// The data channel opened (`true`) or closed.
    DataChannel {
        /// Which connection.
        peer: PeerId,
        /// Whether it is open.
        open: bool,
    },
    /// A text came over the data channel.
    Data {
        /// Which connection.
        peer: PeerId,
        /// The text.
        text: String,
    },
    /// A remote track came, went, was muted or unmuted by the browser.
    Remote {
        /// Which connection.
        peer: PeerId,
        /// What there is of the other side now.
        tracks: RemoteTracks,
    },
    /// The first remote frame, or the first after a break, was drawn.
    FrameDrawn {
        /// Which connection.
        peer: PeerId,
    },
    /// A reading of the statistics.
    Stats {
        /// Which connection.
        peer: PeerId,
        /// The reading.
        stats: PeerStats,
    },
    /// The person ended the screen share with the browser's own button.
    ScreenEnded,
}

/// What the media layer was doing when it failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaStep {
    /// Creating the connection.
    Create,
    /// Creating or applying a local offer.
    Offer,
    /// Creating or applying a local answer.
    Answer,
    /// Applying a remote description.
    RemoteDescription,
    /// Adding a remote candidate.
    RemoteCandidate,
}

/// `RTCPeerConnectionState` and `RTCIceConnectionState` in one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PeerState {
    /// new
    New,
    /// connecting or checking
    Connecting,
    /// connected or completed
    Connected,
    /// disconnected
    Disconnected,
    /// failed
    Failed,
    /// closed
    Closed,
}

/// The other side's live tracks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RemoteTracks {
    /// There is a live audio track.
    pub audio: bool,
    /// There is a live video track that is not muted.
    pub video: bool,
}

/// A reading of `RTCPeerConnection.getStats`, reduced to what decisions and the screen need. Counters are totals.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct PeerStats {
    /// RTP packets received, audio.
    pub audio_packets_received: u64,
    /// RTP packets received, video.
    pub video_packets_received: u64,
    /// How long before the reading the last of them came; zero where the browser does not tell.
    pub silent: Duration,
    /// RTP packets lost on the way here.
    pub packets_lost: u64,
    /// Bytes sent on the chosen pair.
    pub bytes_sent: u64,
    /// Bytes received on the chosen pair.
    pub bytes_received: u64,
    /// Round-trip time of the chosen pair.
    pub round_trip: Option<Duration>,
    /// STUN responses received on the chosen pair: grows while the path lives, even when both sides are silent.
    pub responses_received: u64,
    /// The chosen local candidate is a relayed one.
    pub relayed: bool,
    /// The level of the sound received, 0 to 1.
    pub remote_audio_level: f64,
}

/// How capture stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CaptureState {
    /// The microphone.
    pub microphone: DeviceState,
    /// The camera.
    pub camera: DeviceState,
    /// The screen.
    pub screen: DeviceState,
}

/// How one device stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum DeviceState {
    /// Not asked for.
    #[default]
    Off,
    /// Being opened; the browser may be asking the person.
    Opening,
    /// Live.
    On {
        /// Its device id.
        id: String,
        /// Its name for people, maybe empty.
        label: String,
    },
    /// Asked for, and not to be had.
    Unavailable(DeviceProblem),
}

/// Why a device is not to be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceProblem {
    /// The person or a policy said no (`NotAllowedError`).
    Denied,
    /// The person closed the browser's question without an answer, or the page is not secure.
    Dismissed,
    /// There is none (`NotFoundError`).
    Missing,
    /// Another program holds it (`NotReadableError`).
    Busy,
    /// It was unplugged while in use; capture goes on as soon as it, or another one, is there.
    Unplugged,
    /// This browser or this (insecure) page has no capture at all.
    Unsupported,
}

/// What tabs of one app tell each other (`BroadcastChannel`). No token ever travels here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TabMessage {
    /// Somebody signed in, as this account id, on this backend.
    SignedIn {
        /// The backend's id in the configuration.
        backend: String,
        /// The account.
        user: String,
    },
    /// The session of this backend ended.
    SignedOut {
        /// The backend's id in the configuration.
        backend: String,
    },
}
