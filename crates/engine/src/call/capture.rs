//! What is captured and sent: the person's wishes, the devices' state, and what follows from both.

use wire::signal::DeviceNote;

use crate::event::CaptureView;
use crate::io::{CaptureGoal, CaptureState, DeviceChoice, DeviceProblem, DeviceState, Sending, VideoSource};

/// Wishes and devices. Capture runs while somebody looks at the preview or a call was consented to, never otherwise.
#[derive(Debug)]
pub(crate) struct Capture {
    pub(crate) preview: bool,
    pub(crate) microphone_on: bool,
    pub(crate) camera_on: bool,
    screen_on: bool,
    microphone: DeviceChoice,
    camera: DeviceChoice,
    /// The microphone was open in this call: muting keeps it, so that unmuting is instant.
    microphone_held: bool,
    in_call: bool,
    state: CaptureState,
}

impl Capture {
    pub(crate) fn new() -> Self {
        Self {
            preview: false,
            microphone_on: true,
            camera_on: true,
            screen_on: false,
            microphone: DeviceChoice::default(),
            camera: DeviceChoice::default(),
            microphone_held: false,
            in_call: false,
            state: CaptureState::default(),
        }
    }

    /// A call was consented to, or is over.
    pub(crate) fn set_in_call(&mut self, in_call: bool) {
        self.in_call = in_call;
        if !in_call {
            self.screen_on = false;
            self.microphone_held = false;
        }
    }

    pub(crate) fn want_screen(&mut self, on: bool) {
        self.screen_on = on;
    }

    pub(crate) fn choose_microphone(&mut self, choice: DeviceChoice) {
        self.microphone = choice;
    }

    pub(crate) fn choose_camera(&mut self, choice: DeviceChoice) {
        self.camera = choice;
    }

    /// The devices' state changed.
    pub(crate) fn update(&mut self, state: CaptureState) {
        let was_on = matches!(self.state.screen, DeviceState::On { .. } | DeviceState::Opening);
        let refused = matches!(state.screen, DeviceState::Unavailable(_));
        let ended = was_on && matches!(state.screen, DeviceState::Off);
        if self.screen_on && (refused || ended) {
            self.screen_on = false;
        }
        // A chosen device that is gone leaves the choice to the browser.
        if gone(&state.microphone) {
            self.microphone.id = None;
        }
        if gone(&state.camera) {
            self.camera.id = None;
        }
        self.state = state;
    }

    /// What shall be captured now.
    pub(crate) fn goal(&mut self) -> CaptureGoal {
        let wanted = self.preview || self.in_call;
        if self.in_call && self.microphone_on {
            self.microphone_held = true;
        }
        let microphone = wanted && (self.microphone_on || self.microphone_held);
        CaptureGoal {
            microphone: microphone.then(|| self.microphone.clone()),
            camera: (wanted && self.camera_on).then(|| self.camera.clone()),
            screen: self.in_call && self.screen_on,
        }
    }

    /// What a consented call shall send. The camera goes on being sent until the screen is really there.
    pub(crate) fn sending(&self) -> Sending {
        let video = match (&self.state.screen, self.camera_on) {
            (DeviceState::On { .. }, _) if self.screen_on => VideoSource::Screen,
            (_, true) => VideoSource::Camera,
            (_, false) => VideoSource::None,
        };
        Sending {
            audio: self.microphone_on,
            video,
        }
    }

    /// What the other side is told: what really comes, not what is wished.
    pub(crate) fn note(&self) -> DeviceNote {
        let source = self.source();
        DeviceNote {
            muted: !(self.microphone_on && on(&self.state.microphone)),
            camera_off: source == VideoSource::None,
            sharing: source == VideoSource::Screen,
        }
    }

    pub(crate) fn view(&self) -> CaptureView {
        CaptureView {
            state: self.state.clone(),
            microphone_on: self.microphone_on,
            camera_on: self.camera_on,
            sending: if self.in_call {
                self.source()
            } else {
                VideoSource::None
            },
        }
    }

    fn source(&self) -> VideoSource {
        match self.sending().video {
            VideoSource::Camera if !on(&self.state.camera) => VideoSource::None,
            source => source,
        }
    }
}

fn on(state: &DeviceState) -> bool {
    matches!(state, DeviceState::On { .. })
}

fn gone(state: &DeviceState) -> bool {
    matches!(
        state,
        DeviceState::Unavailable(DeviceProblem::Missing | DeviceProblem::Unplugged)
    )
}
