//! What the stores are told, and through them the screen.
//!
//! Views of small things are whole snapshots (a store keeps the last one); what grows, such as texts, comes one by one.

use std::time::Duration;

use crate::command::KnownPeer;
use crate::io::{CaptureState, PeerId, PeerStats, RemoteTracks, VideoSource};
use crate::time::Instant;

/// One piece of news for the stores.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The backend in use changed.
    Backend(BackendView),
    /// How the connection to it stands.
    Connection(ConnectionView),
    /// Who is signed in.
    Account(AccountView),
    /// How the call stands, if there is one.
    Call(CallView),
    /// A text of the call.
    CallText(CallText),
    /// A new reading of the call's statistics (at most 2 a second).
    CallStats(PeerStats),
    /// Somebody was talked to; keep them for [`Preferences::known`](crate::command::Preferences::known).
    Known(KnownPeer),
    /// How capture stands.
    Capture(CaptureView),
    /// A wish that could not be had.
    Refused(Refusal),
    /// Something worth a quiet note: what a server sent that could not be read, and the like. English, for developers.
    Trouble(String),
}

/// The backend in use, and what it can do. The screen offers nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BackendView {
    /// Its id in the configuration.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// What it can do.
    pub capabilities: Capabilities,
}

/// What a backend can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Capabilities {
    /// One-to-one calls (contract 1).
    pub calls: bool,
    /// Accounts (contract 4, the sign-in part).
    pub accounts: bool,
    /// Works without an account.
    pub guests: bool,
    /// Chat and presence (contract 5).
    pub chat: bool,
}

/// How the connection to the backend stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ConnectionView {
    /// Its state.
    pub state: ConnectionState,
    /// The id under which others reach this person here (contract 1's `me`); `None` until the server has said it.
    pub my_id: Option<String>,
    /// Whether the browser says that there is no network at all.
    pub device_offline: bool,
}

/// The state of a connection that heals by itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ConnectionState {
    /// Nothing was tried yet.
    #[default]
    Idle,
    /// The first attempt is under way.
    Connecting,
    /// Connected.
    Connected,
    /// Lost, or not reached yet; the next attempt is at `next`, the attempt number counts from 1.
    Waiting {
        /// How many attempts failed.
        attempt: u32,
        /// When the next one starts.
        next: Instant,
        /// What went wrong, in the words of the transport.
        reason: String,
    },
    /// An attempt after a loss is under way.
    Reconnecting {
        /// Which attempt.
        attempt: u32,
    },
    /// The server said no, and trying again by ourselves would not help.
    Refused {
        /// Its words.
        reason: String,
    },
}

/// Who is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum AccountView {
    /// Not known yet: a session may come back from its cookie.
    #[default]
    Unknown,
    /// This backend has no accounts, or nobody is signed in.
    Guest,
    /// A request is under way.
    Working,
    /// Signed in.
    SignedIn(Profile),
    /// Sign-up or sign-in failed; still a guest.
    Failed(AccountProblem),
}

/// The person who is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Profile {
    /// Account id.
    pub id: String,
    /// E-mail address.
    pub email: String,
    /// Display name.
    pub name: String,
    /// Avatar as a URL or data URL.
    pub avatar: Option<String>,
    /// `viewer`, `editor` or `admin`, or what the server calls it.
    pub role: String,
    /// A change of it is on its way to the server.
    pub saving: bool,
    /// Why the last change was refused; `None` again once one succeeded or the next is on its way.
    pub problem: Option<AccountProblem>,
}

/// Why an account request failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AccountProblem {
    /// Wrong e-mail address or password.
    WrongCredentials,
    /// The server named fields and what is wrong with each.
    Fields(Vec<FieldProblem>),
    /// Too many attempts; try again after this long.
    TooMany(Option<Duration>),
    /// No connection to the server.
    Unreachable,
    /// The session ended (revoked, expired): sign in again.
    SessionEnded,
    /// Anything else, in the server's words.
    Other(String),
}

/// What is wrong with one field of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldProblem {
    /// The field's name on the wire.
    pub field: String,
    /// What is wrong, in the server's words.
    pub message: String,
}

/// How calling stands: at most one call is current, and one more may be knocking.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CallView {
    /// The current call's state.
    pub phase: CallPhase,
    /// Somebody who calls: answer, decline, or let them wait until they give up.
    pub incoming: Option<Incoming>,
}

/// An incoming call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incoming {
    /// Its number, for `Command::Answer` and `Command::Decline`.
    pub call: u64,
    /// The other side's id.
    pub from: String,
    /// The name they give; never empty (`from` stands in), control characters removed, at most 80 characters.
    pub name: String,
    /// This person has talked to them before, and they proved it.
    pub known: bool,
    /// When it began to ring.
    pub since: Instant,
}

/// The state of the current call.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum CallPhase {
    /// No call.
    #[default]
    Idle,
    /// Calling; `ringing` once the offer is with the server.
    Dialing {
        /// Whom.
        to: String,
        /// The offer has left.
        ringing: bool,
        /// Since when.
        since: Instant,
    },
    /// Answered by either side; media not there yet.
    Connecting(Talk),
    /// Media flows, or has flowed and is being mended.
    Active(Talk),
    /// Over; stays until dismissed or the next call begins.
    Ended(Ended),
}

/// A call that was answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Talk {
    /// The connection whose remote stream the video tile shows.
    pub peer: PeerId,
    /// The other side's id.
    pub with: String,
    /// Their name.
    pub name: String,
    /// When media first flowed.
    pub since: Option<Instant>,
    /// The path.
    pub path: Path,
    /// Signaling is up: where it is not, the call goes on and heals what it can.
    pub signaling: bool,
    /// What there is of the other side.
    pub remote: RemoteTracks,
    /// What they say of their microphone and camera, where they say it (`None`: they cannot).
    pub remote_says: Option<RemoteSays>,
    /// The text chat is open.
    pub texts: bool,
    /// How long the last break took to heal, shown for a while after.
    pub healed_after: Option<Duration>,
}

/// What the other side says of itself over the data channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RemoteSays {
    /// Microphone muted.
    pub muted: bool,
    /// Camera off.
    pub camera_off: bool,
    /// The picture is their screen.
    pub sharing: bool,
}

/// The state of the media path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Path {
    /// Being set up for the first time.
    #[default]
    Opening,
    /// Media flows.
    Flowing,
    /// Broken since then, and being mended.
    Broken {
        /// Since when.
        since: Instant,
    },
}

/// How a call ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// With whom (name, else id).
    pub name: String,
    /// Their id, to call again.
    pub with: String,
    /// Why.
    pub reason: EndReason,
    /// How long it was.
    pub duration: Option<Duration>,
}

/// Why a call ended or an attempt failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EndReason {
    /// This side hung up or cancelled.
    HungUp,
    /// The other side hung up.
    RemoteHungUp,
    /// The other side declined.
    Declined,
    /// The other side is in another call.
    Busy,
    /// Nobody answered within 30 s.
    NoAnswer,
    /// The caller gave up before it was answered.
    Missed,
    /// The path broke and could not be mended in time.
    ConnectionLost,
    /// No path was found at all: another network or a TURN server would help.
    NoPath,
    /// The browser or the other side failed in a way that is named here.
    Failed(String),
}

/// A text of the call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallText {
    /// Counts up within one call.
    pub number: u64,
    /// Written by this side.
    pub own: bool,
    /// The text, at most 10 000 characters.
    pub text: String,
    /// When.
    pub at: Instant,
}

/// Capture as the screen shows it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CaptureView {
    /// The devices.
    pub state: CaptureState,
    /// The person wants to be heard.
    pub microphone_on: bool,
    /// The person wants to be seen.
    pub camera_on: bool,
    /// What the call sends as its picture now.
    pub sending: VideoSource,
}

/// A wish that could not be had, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// There is no such backend.
    UnknownBackend(String),
    /// Not connected, so nobody can be called.
    NotConnected,
    /// That is this person's own id.
    OwnId,
    /// That is no id.
    NotAnId,
    /// Already in a call or calling.
    AlreadyInCall,
    /// That call is over.
    CallGone,
    /// The text is empty, too long, or the other side cannot get texts.
    TextNotSent,
    /// This backend does not do that.
    NotOffered,
}
