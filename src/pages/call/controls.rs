//! The controls of a call.

use engine::command::Command;
use engine::io::DeviceChoice;
use leptos::html::{Div, Video};
use leptos::prelude::*;

use crate::browser::{fullscreen, page, pip};
use crate::components::button::Button;
use crate::components::icons;
use crate::pages::home::pickers;
use crate::stores::{actions, stores};
use crate::texts::{fill, text, tr};

pub(super) fn controls(scope: &'static str, video: NodeRef<Video>, frame: NodeRef<Div>) -> AnyView {
    let stores = stores();
    let devices = RwSignal::new(false);
    let texts = Memo::new(move |_| stores.call.talk().is_some_and(|talk| talk.texts));
    let cameras = Memo::new(move |_| stores.capture.devices().cameras.len() > 1);
    view! { class = scope,
        {move || devices.get().then(|| untrack(|| panel(scope, devices)))}
        <div class="controls">
            {microphone()}
            {camera()}
            <span class="full-only">
                {page::can_share_screen().then(screen)}
                {move || cameras.get().then(flip)}
                {move || texts.get().then(|| untrack(|| chat(scope)))}
                {gear(devices)}
                {pip::available().then(|| picture(video))}
                {fullscreen::available().then(|| full(frame))}
            </span>
            <a class="btn round tool dock-only" href="/" aria-label=tr(text!(call_open)) title=tr(text!(call_open))>
                {icons::icon(icons::FULLSCREEN)}
            </a>
            {hang_up()}
        </div>
    }
    .into_any()
}

pub(super) fn microphone() -> AnyView {
    let (stores, actions) = (stores(), actions());
    Button::new("mic-toggle", text!(microphone), move || {
        actions.send(Command::Microphone(!stores.capture.microphone_wanted()));
    })
    .class("btn round tool")
    .icon(icons::MIC)
    .bare()
    .toggles(move || stores.capture.microphone_on(), Some(icons::MIC_OFF))
    .view()
}

pub(super) fn camera() -> AnyView {
    let (stores, actions) = (stores(), actions());
    Button::new("camera-toggle", text!(camera), move || {
        actions.send(Command::Camera(!stores.capture.camera_wanted()));
    })
    .class("btn round tool")
    .icon(icons::CAMERA)
    .bare()
    .toggles(move || stores.capture.camera_on(), Some(icons::CAMERA_OFF))
    .view()
}

fn screen() -> AnyView {
    let (stores, actions) = (stores(), actions());
    let sharing = Signal::derive(move || stores.capture.sharing());
    Button::new("screen-toggle", text!(share_screen), move || {
        actions.send(Command::Screen(!sharing.get_untracked()));
    })
    .class("btn round tool option")
    .icon(icons::SCREEN)
    .bare()
    .toggles(move || sharing.get(), None)
    .view()
}

fn flip() -> AnyView {
    let actions = actions();
    let away = RwSignal::new(false);
    Button::new("flip-camera", text!(flip_camera), move || {
        away.update(|away| *away = !*away);
        actions.send(Command::ChooseCamera(DeviceChoice {
            id: None,
            facing_away: away.get_untracked(),
        }));
    })
    .class("btn round tool")
    .icon(icons::FLIP)
    .bare()
    .view()
}

fn chat(scope: &'static str) -> AnyView {
    let stores = stores();
    let open = Signal::derive(move || stores.call.is_chat_open());
    let button = Button::new("chat-toggle", text!(messages), move || {
        stores.call.show_chat(!open.get_untracked());
    })
    .class("btn round tool option")
    .icon(icons::CHAT)
    .bare()
    .toggles(move || open.get(), None)
    .view();
    let unread = move || {
        Some(stores.call.unread())
            .filter(|unread| *unread > 0)
            .map(|unread| unread.to_string())
    };
    view! { class = scope,
        <span class="counted">
            {button}
            <span class="count" aria-hidden="true">
                {unread}
            </span>
        </span>
    }
    .into_any()
}

fn gear(open: RwSignal<bool>) -> AnyView {
    Button::new("devices-toggle", text!(devices), move || {
        open.update(|open| *open = !*open)
    })
    .class("btn round tool option")
    .icon(icons::SETTINGS)
    .bare()
    .toggles(move || open.get(), None)
    .view()
}

fn panel(scope: &'static str, open: RwSignal<bool>) -> AnyView {
    let close = Button::new("devices-close", text!(close), move || open.set(false))
        .class("btn quiet square")
        .icon(icons::CLOSE)
        .bare()
        .view();
    view! { class = scope,
        <div class="devices" role="group" aria-label=tr(text!(devices))>
            <div class="bar">
                <h2>{move || fill(text!(devices), &[])}</h2>
                {close}
            </div>
            {pickers::pickers()}
        </div>
    }
    .into_any()
}

fn picture(video: NodeRef<Video>) -> AnyView {
    Button::new("pip", text!(pip), move || {
        if let Some(video) = video.get_untracked() {
            pip::toggle(&video);
        }
    })
    .class("btn round tool")
    .icon(icons::PIP)
    .bare()
    .view()
}

fn full(frame: NodeRef<Div>) -> AnyView {
    Button::new("fullscreen", text!(fullscreen), move || {
        if let Some(frame) = frame.get_untracked() {
            fullscreen::toggle(&frame);
        }
    })
    .class("btn round tool")
    .icon(icons::FULLSCREEN)
    .bare()
    .view()
}

fn hang_up() -> AnyView {
    let actions = actions();
    Button::new("hangup", text!(hang_up), move || actions.send(Command::HangUp))
        .class("btn stop round tool")
        .icon(icons::HANG_UP)
        .bare()
        .view()
}
