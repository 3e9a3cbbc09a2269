//! What a person asks for.

use crate::config::Backend;
use crate::io::DeviceChoice;

/// One wish of the person in front of the screen. A wish that cannot be had is answered by a
/// [`Refusal`](crate::event::Refusal), never by silence.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Talk to this backend from now on (an id of the configuration). Ends a call of the one before.
    UseBackend(String),
    /// Take this backend, which the person added, into the configuration; one of the same id is replaced. It is not
    /// used before [`Command::UseBackend`].
    AddBackend(Backend),
    /// Try now instead of waiting for the next attempt.
    Reconnect,

    /// Create an account on the current backend and sign in.
    SignUp {
        /// E-mail address.
        email: String,
        /// Display name.
        name: String,
        /// Password.
        password: String,
    },
    /// Sign in.
    SignIn {
        /// E-mail address.
        email: String,
        /// Password.
        password: String,
    },
    /// Sign out here and in all tabs.
    SignOut,
    /// Change name or avatar (a small image as a data URL; `Some(None)` removes it).
    UpdateProfile {
        /// New display name.
        name: Option<String>,
        /// New avatar.
        avatar: Option<Option<String>>,
    },
    /// The name a guest calls under.
    SetGuestName(String),

    /// The preview of camera and microphone is on screen (`true`) or left.
    Preview(bool),
    /// Have the microphone on or off: captured in preview, unmuted in a call.
    Microphone(bool),
    /// Have the camera on or off.
    Camera(bool),
    /// Share the screen or stop.
    Screen(bool),
    /// Use this microphone.
    ChooseMicrophone(DeviceChoice),
    /// Use this camera.
    ChooseCamera(DeviceChoice),

    /// The person is about to call somebody: an id is being written, or a link was opened.
    Prepare,
    /// Call this id.
    Call {
        /// The other side's id, as typed, scanned or from a link.
        to: String,
    },
    /// Answer the incoming call with this `call` number (ends the present one, if any).
    Answer {
        /// Which incoming call.
        call: u64,
        /// With the camera on.
        video: bool,
    },
    /// Decline the incoming call with this number.
    Decline {
        /// Which incoming call.
        call: u64,
    },
    /// Cancel the attempt, or end the call.
    HangUp,
    /// Take note of how the last call ended: the screen is free again.
    Dismiss,
    /// Send a text to the other side of the call.
    SendText(String),

    /// Choices that decisions depend on.
    Preferences(Preferences),
}

/// Choices of the person that decisions depend on; kept by the app, told to the engine at start and on change.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Preferences {
    /// Use only relayed candidates, so that the other side never learns this device's address.
    pub relay_only: bool,
    /// Prepare the connection while it rings even before consent, for people in `known`. Off: nobody learns an address
    /// before the press on Answer.
    pub prepare_for_known: bool,
    /// People this person has talked to before, most recent first.
    pub known: Vec<KnownPeer>,
}

/// Somebody talked to before. Ids of contract 1 change with every connection and names can be made up, so in a call
/// both ends agree on a secret over the (end-to-end encrypted) data channel, and the next offer carries proof of it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct KnownPeer {
    /// The secret of this pair.
    pub secret: [u8; 16],
    /// The name they called under.
    pub name: String,
}
