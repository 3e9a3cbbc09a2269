//! Camera, microphone and screen as they stand.

use engine::event::CaptureView;
use engine::io::{DeviceProblem, DeviceState, VideoSource};

use super::Slot;
use crate::local::Devices;

/// Camera, microphone and screen as they stand.
#[derive(Clone, Copy)]
pub(crate) struct CaptureStore {
    view: Slot<CaptureView>,
    devices: Slot<Devices>,
    level: Slot<f32>,
}

impl CaptureStore {
    pub(super) fn new() -> Self {
        Self {
            view: Slot::new(CaptureView::default()),
            devices: Slot::new(Devices::default()),
            level: Slot::new(0.0),
        }
    }

    /// Returns what was before.
    pub(super) fn set_view(&self, view: &CaptureView) -> CaptureView {
        let before = self.view.get_untracked();
        self.view.set(view.clone());
        before
    }

    pub(super) fn set_devices(&self, devices: &Devices) {
        self.devices.set(devices.clone());
    }

    pub(super) fn set_level(&self, level: f32) {
        self.level.put(level);
    }

    /// The person wants to be heard.
    pub(crate) fn microphone_on(&self) -> bool {
        self.view.with(|view| view.microphone_on)
    }

    /// The person wants to be seen.
    pub(crate) fn camera_on(&self) -> bool {
        self.view.with(|view| view.camera_on)
    }

    /// As [`Self::microphone_on`], not tracked.
    pub(crate) fn microphone_wanted(&self) -> bool {
        self.view.with_untracked(|view| view.microphone_on)
    }

    /// As [`Self::camera_on`], not tracked.
    pub(crate) fn camera_wanted(&self) -> bool {
        self.view.with_untracked(|view| view.camera_on)
    }

    /// The screen is being shared.
    pub(crate) fn sharing(&self) -> bool {
        self.view.with(|view| view.sending == VideoSource::Screen)
    }

    /// The camera's picture is live.
    pub(crate) fn camera_live(&self) -> bool {
        self.view
            .with(|view| matches!(view.state.camera, DeviceState::On { .. }))
    }

    /// The camera is being opened.
    pub(crate) fn camera_opening(&self) -> bool {
        self.view
            .with(|view| matches!(view.state.camera, DeviceState::Opening))
    }

    /// Why there is no camera.
    pub(crate) fn camera_problem(&self) -> Option<DeviceProblem> {
        self.view.with(|view| problem(&view.state.camera))
    }

    /// Why there is no microphone.
    pub(crate) fn microphone_problem(&self) -> Option<DeviceProblem> {
        self.view.with(|view| problem(&view.state.microphone))
    }

    /// Why the screen is not shared.
    pub(crate) fn screen_problem(&self) -> Option<DeviceProblem> {
        self.view.with(|view| problem(&view.state.screen))
    }

    /// The id of the microphone in use, empty where none is.
    pub(crate) fn microphone_id(&self) -> String {
        self.view.with(|view| id(&view.state.microphone))
    }

    /// The id of the camera in use, empty where none is.
    pub(crate) fn camera_id(&self) -> String {
        self.view.with(|view| id(&view.state.camera))
    }

    /// The devices there are.
    pub(crate) fn devices(&self) -> Devices {
        self.devices.get()
    }

    /// The microphone's level, 0 to 1.
    pub(crate) fn level(&self) -> f32 {
        self.level.get()
    }
}

fn problem(state: &DeviceState) -> Option<DeviceProblem> {
    match state {
        DeviceState::Unavailable(problem) => Some(*problem),
        DeviceState::Off | DeviceState::Opening | DeviceState::On { .. } => None,
    }
}

fn id(state: &DeviceState) -> String {
    match state {
        DeviceState::On { id, .. } => id.clone(),
        DeviceState::Off | DeviceState::Opening | DeviceState::Unavailable(_) => String::new(),
    }
}
