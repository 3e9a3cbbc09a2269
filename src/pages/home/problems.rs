//! Why camera or microphone are not to be had, and what to do.

use engine::io::DeviceProblem;
use leptos::prelude::*;

use crate::components::dynamic::part;
use crate::components::element::el;
use crate::stores::stores;
use crate::texts::{Text, text};

/// What is wrong with camera and microphone, and what to do.
pub(crate) fn problems() -> AnyView {
    let capture = stores().capture;
    let camera = move || found(capture.camera_problem(), camera_text);
    let microphone = move || found(capture.microphone_problem(), microphone_text);
    [part(camera), part(microphone)].into_any()
}

fn found(problem: Option<DeviceProblem>, words: fn(DeviceProblem) -> Text) -> AnyView {
    let Some(problem) = problem else {
        return ().into_any();
    };
    el("p", &["error"])
        .attrs(&[
            ("data-t", "preview-problem"),
            ("data-problem", problem_word(problem)),
        ])
        .text(words(problem))
        .view()
}

fn problem_word(found: DeviceProblem) -> &'static str {
    match found {
        DeviceProblem::Denied => "denied",
        DeviceProblem::Dismissed => "dismissed",
        DeviceProblem::Missing => "missing",
        DeviceProblem::Busy => "busy",
        DeviceProblem::Unplugged => "unplugged",
        DeviceProblem::Unsupported => "unsupported",
    }
}

/// What to do about a camera that is not to be had.
fn camera_text(found: DeviceProblem) -> Text {
    match found {
        DeviceProblem::Denied => text!(camera_denied),
        DeviceProblem::Dismissed => text!(camera_dismissed),
        DeviceProblem::Missing => text!(camera_missing),
        DeviceProblem::Busy => text!(camera_busy),
        DeviceProblem::Unplugged => text!(camera_unplugged),
        DeviceProblem::Unsupported => text!(camera_unsupported),
    }
}

/// What to do about a microphone that is not to be had.
fn microphone_text(found: DeviceProblem) -> Text {
    match found {
        DeviceProblem::Denied => text!(mic_denied),
        DeviceProblem::Dismissed => text!(mic_dismissed),
        DeviceProblem::Missing => text!(mic_missing),
        DeviceProblem::Busy => text!(mic_busy),
        DeviceProblem::Unplugged => text!(mic_unplugged),
        DeviceProblem::Unsupported => text!(mic_unsupported),
    }
}
