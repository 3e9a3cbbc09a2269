//! WebRTC as values: what is asked of peer connections, and their news.

use std::time::Duration;

use wire::signal::{Candidate, Description, IceServer};

use super::PeerId;
use super::capture::{CaptureGoal, CaptureState};

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

/// A kind of track.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrackKind {
    /// Sound.
    Audio,
    /// A picture.
    Video,
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
