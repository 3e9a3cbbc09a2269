//! Asking the browser for a camera, a microphone or the screen, and what its refusals mean.

use engine::io::{DeviceChoice, DeviceProblem};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::MediaStream;

use super::devices::media_devices;
use crate::browser::{js, promise};

/// A kind of input device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The microphone.
    Microphone,
    /// The camera.
    Camera,
}

impl Kind {
    /// The name in the Permissions API.
    const fn permission(self) -> &'static str {
        match self {
            Self::Microphone => "microphone",
            Self::Camera => "camera",
        }
    }

    const fn constraint(self) -> &'static str {
        match self {
            Self::Microphone => "audio",
            Self::Camera => "video",
        }
    }
}

/// Why a device was not given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refused {
    /// A problem that the person is told of.
    Problem(DeviceProblem),
    /// The very device that was asked for is not there: another one may be.
    NotThisOne,
}

/// Opens these devices with one question to the person.
pub(super) async fn open(wanted: &[(Kind, DeviceChoice)]) -> Result<MediaStream, JsValue> {
    let constraints = js::object(&[]);
    for (kind, choice) in wanted {
        js::set(&constraints, kind.constraint(), &constraint(*kind, choice));
    }
    ask("getUserMedia", &constraints).await
}

/// Opens the screen, with its sound where there is any; the browser asks which one.
pub(super) async fn open_screen() -> Result<MediaStream, JsValue> {
    let video = js::object(&[("frameRate", &js::object(&[("ideal", &30.into())]))]);
    // What is played on this device is music to the other side, not noise to be cancelled.
    let off = JsValue::FALSE;
    let audio = js::object(&[
        ("echoCancellation", &off),
        ("noiseSuppression", &off),
        ("autoGainControl", &off),
    ]);
    let constraints = js::object(&[
        ("video", &video),
        ("audio", &audio),
        ("systemAudio", &"include".into()),
        ("surfaceSwitching", &"include".into()),
        ("selfBrowserSurface", &"exclude".into()),
    ]);
    ask("getDisplayMedia", &constraints).await
}

async fn ask(method: &str, constraints: &JsValue) -> Result<MediaStream, JsValue> {
    promise::call(&media_devices(), method, &[constraints])
        .await
        .map(JsCast::unchecked_into)
}

/// What a refusal of `kind` means.
pub(super) async fn explain(kind: Kind, error: &JsValue) -> Refused {
    match js::error_name(error).as_str() {
        "NotFoundError" | "DevicesNotFoundError" => Refused::Problem(DeviceProblem::Missing),
        "OverconstrainedError" => Refused::NotThisOne,
        "NotReadableError" | "AbortError" | "TrackStartError" => Refused::Problem(DeviceProblem::Busy),
        "NotAllowedError" | "SecurityError" => Refused::Problem(denied_or_dismissed(kind, error).await),
        _ => Refused::Problem(DeviceProblem::Unsupported),
    }
}

/// What a refusal of the screen means. Browsers do not tell a closed question from a "no".
pub(super) fn explain_screen(error: &JsValue) -> DeviceProblem {
    match js::error_name(error).as_str() {
        "NotAllowedError" => DeviceProblem::Dismissed,
        "NotFoundError" => DeviceProblem::Missing,
        "NotReadableError" | "AbortError" => DeviceProblem::Busy,
        _ => DeviceProblem::Unsupported,
    }
}

/// Both have one error name: the Permissions API knows, and where it does not, Chromium's message does.
async fn denied_or_dismissed(kind: Kind, error: &JsValue) -> DeviceProblem {
    let status = permission(kind).await;
    match status.map(|status| js::text(&status, "state")).as_deref() {
        Some("prompt") => DeviceProblem::Dismissed,
        Some(_) => DeviceProblem::Denied,
        None if js::text(error, "message").contains("dismissed") => DeviceProblem::Dismissed,
        None => DeviceProblem::Denied,
    }
}

/// The `PermissionStatus` of `kind`, where the browser has one.
pub(super) async fn permission(kind: Kind) -> Option<JsValue> {
    let query = js::object(&[("name", &kind.permission().into())]);
    promise::call(&js::get(&js::navigator(), "permissions"), "query", &[&query])
        .await
        .ok()
}

fn constraint(kind: Kind, choice: &DeviceChoice) -> JsValue {
    let wanted = match kind {
        Kind::Microphone => js::object(&[
            ("echoCancellation", &JsValue::TRUE),
            ("noiseSuppression", &JsValue::TRUE),
            ("autoGainControl", &JsValue::TRUE),
        ]),
        Kind::Camera => js::object(&[
            ("width", &ideal(1280.into())),
            ("height", &ideal(720.into())),
            (
                "frameRate",
                &js::object(&[("ideal", &30.into()), ("max", &30.into())]),
            ),
        ]),
    };
    match (&choice.id, kind) {
        (Some(id), _) => js::set(
            &wanted,
            "deviceId",
            &js::object(&[("exact", &id.as_str().into())]),
        ),
        (None, Kind::Camera) => {
            let facing = if choice.facing_away { "environment" } else { "user" };
            js::set(&wanted, "facingMode", &ideal(facing.into()));
        }
        (None, Kind::Microphone) => {}
    }
    wanted
}

fn ideal(value: JsValue) -> JsValue {
    js::object(&[("ideal", &value)])
}
