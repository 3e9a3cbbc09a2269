//! The border between the engine and its calls: calls are a part that a front end may fetch after the first screen.
//!
//! The engine speaks to [`Calling`] alone. Until the part is there a stand-in, [`Parked`], keeps what calls would have
//! been told: a call that comes in meanwhile rings a little later, and one that the person makes is dialed then.

use std::collections::VecDeque;

use serde_json::Value;
use wire::lenient::DecodeError;
use wire::signal::{DeviceNote, IceServer};

use crate::command::Preferences;
use crate::config::Kind;
use crate::event::{CallPhase, CallView, Event, Refusal};
use crate::io::{Environment, MediaCommand, MediaInput, PeerId, Sending};
use crate::time::Instant;

/// Signals that a stand-in keeps; more of them would be a flood.
const MAX_KEPT: usize = 64;

/// The calls of one backend, whatever its dialect.
pub trait Calling {
    /// Does what the person asks for.
    ///
    /// # Errors
    /// Why it cannot be.
    fn wish(&mut self, now: Instant, wish: CallWish) -> Result<(), Refusal>;
    /// Signaling is up, and `me` is our id now.
    fn up(&mut self, now: Instant, me: &str);
    /// Signaling is down.
    fn down(&mut self);
    /// Takes an event of the dialect that is not about the connection itself.
    ///
    /// # Errors
    /// When it is one of the dialect's, and cannot be read.
    fn signal(&mut self, now: Instant, signal: Signal) -> Result<(), DecodeError>;
    /// The person's name, for the next signal.
    fn set_name(&mut self, name: &str);
    /// The person's choices, for the next call.
    fn set_preferences(&mut self, preferences: Preferences);
    /// What a consented call sends, and what is said of it.
    fn set_sending(&mut self, sending: Sending, note: DeviceNote);
    /// After everything that happened: sees to what is kept ready while the preview is on screen, or is not.
    fn settle(&mut self, _: Instant, _preview: bool) {}
    /// Whether the person consented to a call, so that capture may run for it.
    fn wants_capture(&self) -> bool;
    /// Whether both sides consented.
    fn is_talking(&self) -> bool;
    /// The highest connection id in use.
    fn last_peer(&self) -> u64;
    /// Ends everything: another backend is used from now on.
    fn leave(&mut self, now: Instant);
    /// Takes news of a connection.
    fn media(&mut self, now: Instant, peer: PeerId, input: MediaInput);
    /// Takes news of the device's network.
    fn environment(&mut self, now: Instant, news: Environment);
    /// Acts on every timer that is due.
    fn tick(&mut self, now: Instant);
    /// When [`tick`](Self::tick) is due.
    fn deadline(&self) -> Option<Instant>;
    /// The next thing to do.
    fn poll(&mut self) -> Option<CallingOutput>;
    /// How calling stands.
    fn view(&self) -> CallView;
    /// What a stand-in kept for the calls; nothing of calls that are there.
    fn kept(&mut self) -> Kept {
        Kept::default()
    }
    /// Whether something waits for the calls.
    fn waits(&self) -> bool {
        false
    }
}

/// What the person asks of calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallWish {
    /// Call somebody.
    Dial(String),
    /// Answer the call with this number; a present one ends.
    Answer(u64),
    /// Decline the call with this number.
    Decline(u64),
    /// Cancel the attempt or end the call.
    HangUp,
    /// Take note of how the last call ended.
    Dismiss,
    /// Send a text of the chat.
    SendText(String),
    /// Be ready to call somebody.
    Prepare,
}

/// An event of a dialect, as it came.
#[derive(Debug, Clone, PartialEq)]
pub struct Signal {
    /// Its name.
    pub name: String,
    /// Its arguments.
    pub args: Vec<Value>,
}

/// What calls ask for.
#[derive(Debug, Clone, PartialEq)]
pub enum CallingOutput {
    /// Act on WebRTC.
    Media(MediaCommand),
    /// Send an event of the dialect.
    Say {
        /// Its name.
        event: &'static str,
        /// Its arguments.
        args: Vec<Value>,
    },
    /// Tell the stores.
    Event(Event),
}

/// What calls are made with.
#[derive(Debug, Clone)]
pub struct CallingSettings {
    /// The dialect that carries their signals.
    pub kind: Kind,
    /// The person's choices.
    pub preferences: Preferences,
    /// The backend's STUN and TURN servers.
    pub servers: Vec<IceServer>,
    /// From the engine's random source.
    pub seed: u64,
    /// Keeps connection ids apart when a backend follows another.
    pub first_peer: u64,
}

/// Makes the calls of a backend.
pub type MakeCalling = fn(CallingSettings) -> Box<dyn Calling>;

/// What a stand-in kept.
#[derive(Debug, Default)]
pub struct Kept {
    /// Signals in their order.
    pub signals: VecDeque<Signal>,
    /// Whom the person called.
    pub dial: Option<String>,
    /// The person is about to call somebody.
    pub prepare: bool,
}

/// Stands in for calls that are not there yet.
#[derive(Debug)]
pub(crate) struct Parked {
    kept: Kept,
    since: Instant,
    up: bool,
    first_peer: u64,
}

impl Parked {
    /// A stand-in; `first_peer` is handed on.
    pub(crate) fn new(first_peer: u64) -> Self {
        Self {
            kept: Kept::default(),
            since: Instant::default(),
            up: false,
            first_peer,
        }
    }
}

impl Calling for Parked {
    fn wish(&mut self, now: Instant, wish: CallWish) -> Result<(), Refusal> {
        match wish {
            CallWish::Dial(_) if self.kept.dial.is_some() => Err(Refusal::AlreadyInCall),
            CallWish::Dial(_) if !self.up => Err(Refusal::NotConnected),
            CallWish::Dial(to) => {
                self.since = now;
                self.kept.dial = Some(to.trim().to_owned());
                Ok(())
            }
            CallWish::HangUp => self.kept.dial.take().map(drop).ok_or(Refusal::CallGone),
            CallWish::Prepare => {
                self.kept.prepare = true;
                Ok(())
            }
            CallWish::Dismiss => Ok(()),
            CallWish::Answer(_) | CallWish::Decline(_) => Err(Refusal::CallGone),
            CallWish::SendText(_) => Err(Refusal::TextNotSent),
        }
    }

    fn up(&mut self, _: Instant, _: &str) {
        self.up = true;
    }

    fn down(&mut self) {
        self.up = false;
    }

    fn signal(&mut self, _: Instant, signal: Signal) -> Result<(), DecodeError> {
        if self.kept.signals.len() < MAX_KEPT {
            self.kept.signals.push_back(signal);
        }
        Ok(())
    }

    fn set_name(&mut self, _: &str) {}

    fn set_preferences(&mut self, _: Preferences) {}

    fn set_sending(&mut self, _: Sending, _: DeviceNote) {}

    fn wants_capture(&self) -> bool {
        false
    }

    fn is_talking(&self) -> bool {
        false
    }

    fn last_peer(&self) -> u64 {
        self.first_peer
    }

    fn leave(&mut self, _: Instant) {
        self.kept = Kept::default();
    }

    fn media(&mut self, _: Instant, _: PeerId, _: MediaInput) {}

    fn environment(&mut self, _: Instant, _: Environment) {}

    fn tick(&mut self, _: Instant) {}

    fn deadline(&self) -> Option<Instant> {
        None
    }

    fn poll(&mut self) -> Option<CallingOutput> {
        None
    }

    /// A call that waits for the part is dialed as far as the person can see.
    fn view(&self) -> CallView {
        let phase = match &self.kept.dial {
            Some(to) => CallPhase::Dialing {
                to: to.clone(),
                ringing: false,
                since: self.since,
            },
            None => CallPhase::Idle,
        };
        CallView {
            phase,
            incoming: None,
        }
    }

    fn kept(&mut self) -> Kept {
        std::mem::take(&mut self.kept)
    }

    fn waits(&self) -> bool {
        self.kept.dial.is_some() || !self.kept.signals.is_empty()
    }
}
