//! One's own picture before a call, with everything to set right.

use engine::command::Command;
use engine::io::DeviceProblem;
use leptos::html::Video;
use leptos::prelude::*;
use stylers_macro::style_sheet;

use crate::browser::{page, promise};
use crate::components::button::Button;
use crate::components::dynamic::{flag, part};
use crate::components::icons;
use crate::components::meter::{Meter, meter};
use crate::components::video::{Source, Stream, video};
use crate::stores::{CaptureStore, actions, stores};
use crate::texts::{Text, fill, text, tr};

/// The preview with its controls. It opens the devices by itself where the person allowed that before; the first time
/// it explains, and the press on the button asks.
pub(super) fn preview() -> AnyView {
    let scope = style_sheet!("style/components/preview.css");
    let (stores, actions) = (stores(), actions());
    let capture = stores.capture;
    let running = RwSignal::new(false);
    let start = move || {
        stores.ui.set_previewed();
        running.set(true);
        actions.send(Command::Preview(true));
    };
    if stores.ui.previewed() {
        start();
    } else {
        promise::detach(async move {
            if page::capture_granted().await && running.try_get_untracked() == Some(false) {
                start();
            }
        });
    }
    on_cleanup(move || actions.send(Command::Preview(false)));
    let node = NodeRef::<Video>::new();
    let source = Signal::derive(move || {
        stores.stream.track_own();
        Some(Source::Own)
    });
    let live = Signal::derive(move || capture.camera_live());
    let label = Signal::derive(|| fill(text!(preview_label), &[]));
    let picture = video(Stream {
        hook: "preview",
        class: "mirror",
        label,
        source,
        node,
    });
    view! { class = scope,
        <div class="frame" class:live=flag(move || live.get())>
            {picture}
            <div class="empty">
                {part(move || match (running.get(), capture.camera_opening()) {
                    (false, _) => ask(scope, start),
                    (true, opening) => quiet(opening),
                })}
            </div>
            {tools(scope, running, start)}
        </div>
        {problems(capture)}
    }
    .into_any()
}

fn ask(scope: &'static str, start: impl Fn() + 'static) -> AnyView {
    let button = Button::new("preview-start", text!(preview_ask_button), start)
        .class("btn primary")
        .view();
    view! { class = scope,
        <h2>{tr(text!(preview_ask_title))}</h2>
        <p>{tr(text!(preview_ask))}</p>
        {button}
        <p>{tr(text!(preview_without))}</p>
    }
    .into_any()
}

fn quiet(opening: bool) -> AnyView {
    let words = if opening {
        text!(preview_opening)
    } else {
        text!(preview_off)
    };
    view! { <p>{tr(words)}</p> }.into_any()
}

fn tools(scope: &'static str, running: RwSignal<bool>, start: impl Fn() + Copy + 'static) -> AnyView {
    let (stores, actions) = (stores(), actions());
    let capture = stores.capture;
    // Before the first preview the engine's wishes say nothing of what is seen: both are off then.
    let microphone = Signal::derive(move || running.get() && capture.microphone_on());
    let camera = Signal::derive(move || running.get() && capture.camera_on());
    let toggle_microphone = move || {
        if running.get_untracked() {
            actions.send(Command::Microphone(!capture.microphone_wanted()));
        } else {
            actions.send(Command::Camera(false));
            actions.send(Command::Microphone(true));
            start();
        }
    };
    let toggle_camera = move || {
        if running.get_untracked() {
            actions.send(Command::Camera(!capture.camera_wanted()));
        } else {
            actions.send(Command::Microphone(false));
            actions.send(Command::Camera(true));
            start();
        }
    };
    let mic = Button::new("mic-toggle", text!(microphone), toggle_microphone)
        .class("btn round tool")
        .icon(icons::MIC)
        .bare()
        .toggles(microphone, Some(icons::MIC_OFF))
        .view();
    let cam = Button::new("camera-toggle", text!(camera), toggle_camera)
        .class("btn round tool")
        .icon(icons::CAMERA)
        .bare()
        .toggles(camera, Some(icons::CAMERA_OFF))
        .view();
    let level = Signal::derive(move || capture.level());
    let bar = meter(Meter {
        hook: "mic-meter",
        label: text!(mic_level),
        level,
    });
    view! { class = scope,
        <div class="tools">{mic}{bar}{cam}</div>
    }
    .into_any()
}

/// What is wrong with camera and microphone, and what to do.
pub(crate) fn problems(capture: CaptureStore) -> AnyView {
    let microphone = Memo::new(move |_| Shown(capture.microphone_problem()));
    let camera = Memo::new(move |_| Shown(capture.camera_problem()));
    view! {
        {part(move || camera.get().0.map_or_else(none, |found| problem(found, camera_text(found))))}
        {part(move || microphone.get().0.map_or_else(none, |found| problem(found, microphone_text(found))))}
    }
    .into_any()
}

fn none() -> AnyView {
    ().into_any()
}

#[derive(Clone, Copy, PartialEq)]
struct Shown(Option<DeviceProblem>);

fn problem(found: DeviceProblem, words: Text) -> AnyView {
    view! {
        <p class="error" data-t="preview-problem" data-problem=problem_word(found)>
            {tr(words)}
        </p>
    }
    .into_any()
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
