//! One's own picture before a call, with everything to set right.

use engine::command::Command;
use leptos::html::Video;
use leptos::prelude::*;
use stylers_macro::style_sheet;

use crate::browser::{page, promise};
use crate::components::button::Button;
use crate::components::dynamic::{is, part};
use crate::components::element::{Element, el};
use crate::components::icons;
use crate::components::meter::{Meter, meter};
use crate::components::video::{Source, Stream, video};
use crate::pages::chunks::{self, Chunk};
use crate::stores::{actions, stores};
use crate::texts::{fill, text};

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
    let picture = video(Stream {
        hook: "preview",
        class: "mirror",
        label: Box::new(|| fill(text!(preview_label), &[])),
        source: Box::new(move || {
            stores.stream.track_own();
            Some(Source::Own)
        }),
        node: NodeRef::<Video>::new(),
    });
    let opening = is(move || capture.camera_opening());
    let empty = part(move || match (running.get(), opening.get()) {
        (false, _) => ask(scope, start),
        (true, opening) => quiet(opening),
    });
    let live = is(move || capture.camera_live());
    let classes = move || {
        let mut classes = String::from(scope);
        classes.push_str(if live.get() { " frame live" } else { " frame" });
        classes
    };
    let frame = el("div", &[])
        .said("class", classes)
        .child(picture)
        .with(el("div", &[scope, "empty"]).child(empty))
        .with(tools(scope, running, start));
    [frame.view(), chunks::quiet(Chunk::Problems)].into_any()
}

fn ask(scope: &'static str, start: impl Fn() + 'static) -> AnyView {
    let button = Button::new("preview-start", text!(preview_ask_button), start).class("btn primary");
    let line = |text| el("p", &[scope]).text(text);
    let inside = el("div", &["contents"])
        .with(el("h2", &[scope]).text(text!(preview_ask_title)))
        .with(line(text!(preview_ask)))
        .child(button.view())
        .with(line(text!(preview_without)));
    inside.view()
}

fn quiet(opening: bool) -> AnyView {
    let words = if opening {
        text!(preview_opening)
    } else {
        text!(preview_off)
    };
    el("p", &[]).text(words).view()
}

fn tools(scope: &'static str, running: RwSignal<bool>, start: impl Fn() + Copy + 'static) -> Element {
    let (stores, actions) = (stores(), actions());
    let capture = stores.capture;
    // Before the first preview the engine's wishes say nothing of what is seen: both are off then.
    let microphone = move || running.get() && capture.microphone_on();
    let camera = move || running.get() && capture.camera_on();
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
        .toggles(microphone, Some(icons::MIC_OFF));
    let cam = Button::new("camera-toggle", text!(camera), toggle_camera)
        .class("btn round tool")
        .icon(icons::CAMERA)
        .bare()
        .toggles(camera, Some(icons::CAMERA_OFF));
    let bar = meter(Meter {
        hook: "mic-meter",
        label: text!(mic_level),
        level: move || capture.level(),
    });
    el("div", &[scope, "tools"])
        .child(mic.view())
        .child(bar)
        .child(cam.view())
}
