//! In a call: the other side large, one's own picture small, controls that step back. It is built while it rings, out of
//! sight, and holds nothing of the call that it does not follow.

use std::time::Duration;

use leptos::html::{Div, Video};
use leptos::prelude::*;

use super::{chat, controls, face, keys, own, status};
use crate::browser::timer::Timer;
use crate::components::video::{Source, Stream, video};
use crate::stores::{PhaseKind, stores};
use crate::texts::{fill, text, tr};

/// How long the controls stay after the last movement.
const AWAKE: Duration = Duration::from_millis(3500);

pub(super) fn talking(scope: &'static str, docked: Signal<bool>) -> AnyView {
    let stores = stores();
    let peer = Memo::new(move |_| stores.call.peer());
    let name = Memo::new(move |_| stores.call.talk().map(|talk| talk.name).unwrap_or_default());
    let picture = Memo::new(move |_| {
        stores
            .call
            .talk()
            .is_some_and(|talk| talk.remote.video && !says_off(&talk))
    });
    let sharing = Memo::new(move |_| {
        stores
            .call
            .talk()
            .and_then(|talk| talk.remote_says)
            .is_some_and(|says| says.sharing)
    });
    let source = Box::new(move || {
        stores.stream.track_remote();
        peer.get().map(Source::Remote)
    });
    let label = Box::new(move || fill(text!(remote_video), &[("name", &name.read())]));
    let (node, frame) = (NodeRef::<Video>::new(), NodeRef::<Div>::new());
    let remote = video(Stream {
        hook: "remote-video",
        class: "remote",
        label,
        source,
        node,
    });
    let awake = RwSignal::new(true);
    let wake = waker(awake);
    keys::listen();
    wake();
    let quiet = move || !awake.get() && picture.get() && !docked.get() && !stores.call.is_chat_open();
    view! { class = scope,
        <div
            class="talk"
            class:waiting=move || stores.call.kind() != PhaseKind::Talking
            class:quiet=quiet
            class:whole=move || sharing.get()
            class:chatting=move || stores.call.is_chat_open() && !docked.get()
            node_ref=frame
            on:pointermove=move |_| wake()
            on:pointerdown=move |_| wake()
            on:focusin=move |_| wake()
        >
            {remote}
            {move || (!picture.get()).then(|| no_picture(scope, &name.get()))}
            {status::status(scope)}
            {own::own(scope, frame)}
            {controls::controls(scope, node, frame)}
            {move || stores.call.is_chat_open().then(|| untrack(|| chat::chat(scope)))}
        </div>
    }
    .into_any()
}

fn says_off(talk: &engine::event::Talk) -> bool {
    talk.remote_says
        .is_some_and(|says| says.camera_off && !says.sharing)
}

fn no_picture(scope: &'static str, name: &str) -> AnyView {
    let picture = face(scope, name);
    view! { class = scope,
        <div class="center">{picture}<p class="soft">{tr(text!(remote_no_video))}</p></div>
    }
    .into_any()
}

/// Shows the controls, and lets them go after a while.
fn waker(awake: RwSignal<bool>) -> impl Fn() + Copy + 'static {
    let timer = StoredValue::new_local(None::<Timer>);
    move || {
        if !awake.get_untracked() {
            awake.set(true);
        }
        timer.set_value(Some(Timer::new(AWAKE, move || {
            awake.try_set(false);
        })));
    }
}
