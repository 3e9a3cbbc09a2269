//! Camera, microphone and screen as values: what shall be captured, and how that stands.

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
