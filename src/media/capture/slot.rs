//! What is wanted of a device, what is held of it, and what was said about it.

use engine::io::{DeviceChoice, DeviceProblem, DeviceState};
use wasm_bindgen::JsValue;
use web_sys::MediaStreamTrack;

use crate::browser::listener::Listener;
use crate::browser::panic::Live;
use crate::browser::{clock, js};

/// One input device.
#[derive(Default)]
pub(super) struct Slot {
    pub(super) wanted: Option<DeviceChoice>,
    /// The choice that was tried last; it is not tried again by itself, or a "no" would be asked again and again.
    pub(super) tried: Option<DeviceChoice>,
    pub(super) asking: bool,
    pub(super) held: Option<Held>,
    pub(super) problem: Option<DeviceProblem>,
    /// It was live and vanished: what is missing now was unplugged.
    pub(super) unplugged: bool,
}

/// The shared screen.
#[derive(Default)]
pub(in crate::media) struct ScreenSlot {
    pub(in crate::media) wanted: bool,
    pub(in crate::media) tried: bool,
    pub(in crate::media) held: Option<Held>,
    pub(in crate::media) mixer: Option<Box<dyn Mix>>,
    pub(in crate::media) sound: Option<Held>,
    pub(in crate::media) problem: Option<DeviceProblem>,
}

/// A live track; dropping it stops it.
pub(in crate::media) struct Held {
    pub(in crate::media) track: MediaStreamTrack,
    pub(super) since: f64,
    _ended: Option<Listener>,
    _live: Live,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.track.stop();
    }
}

/// A mix of the screen's sound with the microphone.
pub(in crate::media) trait Mix {
    /// Mixes this microphone in instead of the one before.
    fn set_microphone(&self, track: Option<&MediaStreamTrack>);
    /// The mixed track.
    fn track(&self) -> Option<MediaStreamTrack>;
}

impl Slot {
    /// Sets the goal; releases at once what is not wanted any more.
    pub(super) fn want(&mut self, wanted: Option<DeviceChoice>) {
        if wanted.is_none() {
            let asking = self.asking;
            *self = Self {
                asking,
                ..Self::default()
            };
        }
        self.wanted = wanted;
    }

    pub(super) fn track(&self) -> Option<MediaStreamTrack> {
        self.held.as_ref().map(|held| same(&held.track))
    }

    pub(super) fn state(&self) -> DeviceState {
        match (&self.wanted, &self.held, self.problem) {
            (None, _, _) => DeviceState::Off,
            (Some(_), Some(held), _) => held.state(),
            (Some(_), None, Some(problem)) if !self.asking => DeviceState::Unavailable(problem),
            (Some(_), None, _) => DeviceState::Opening,
        }
    }
}

impl ScreenSlot {
    #[must_use]
    pub(super) fn want(&mut self, wanted: bool) -> Option<Self> {
        self.wanted = wanted;
        (!wanted).then(|| std::mem::take(self))
    }

    /// Gives up what is held, and does not ask again until it is wanted anew.
    #[must_use]
    pub(super) fn release(&mut self) -> Self {
        let fresh = Self {
            wanted: self.wanted,
            tried: true,
            ..Self::default()
        };
        std::mem::replace(self, fresh)
    }

    pub(super) fn is_missing(&self) -> bool {
        self.wanted && !self.tried && self.held.is_none()
    }

    pub(super) fn state(&self) -> DeviceState {
        match (self.wanted, &self.held, self.problem) {
            (false, _, _) => DeviceState::Off,
            (true, Some(held), _) => held.state(),
            (true, None, Some(problem)) => DeviceState::Unavailable(problem),
            (true, None, None) if self.tried => DeviceState::Off,
            (true, None, None) => DeviceState::Opening,
        }
    }
}

impl Held {
    pub(in crate::media) fn new(track: MediaStreamTrack, ended: impl Fn() + 'static) -> Self {
        let listener = Listener::new(&track, "ended", move |_| ended());
        let live = Live::new(&track);
        Self {
            since: clock::monotonic(),
            _ended: Some(listener),
            _live: live,
            track,
        }
    }

    pub(super) fn state(&self) -> DeviceState {
        let settings = js::call(&self.track, "getSettings", &[]).unwrap_or(JsValue::UNDEFINED);
        DeviceState::On {
            id: js::text(&settings, "deviceId"),
            label: self.track.label(),
        }
    }
}

/// The very same track. `track.clone()` is JavaScript's own method: it makes another live track, and the device's
/// light stays on until that is stopped, too.
pub(super) fn same(track: &MediaStreamTrack) -> MediaStreamTrack {
    Clone::clone(track)
}
