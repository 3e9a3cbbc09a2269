//! Somebody calls: an alert above whatever is on screen.

use std::time::Duration;

use engine::command::Command;
use engine::event::Incoming;
use leptos::html::Dialog;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use stylers_macro::style_sheet;

use super::shell::is_call_path;
use crate::browser::alert::Alert;
use crate::browser::dom::Node;
use crate::browser::page;
use crate::components::button::Button;
use crate::components::dynamic::idly;
use crate::components::icons;
use crate::stores::{PhaseKind, actions, stores};
use crate::texts::{fill, text};

/// A page that is busy for longer than this builds what is asked all the same.
const BUILT_WITHIN: Duration = Duration::from_secs(5);

/// The alert; it stays mounted, so that it only has to be shown when it rings.
pub(crate) fn alert() -> AnyView {
    let scope = style_sheet!("style/components/incoming.css");
    let stores = stores();
    let node = NodeRef::<Dialog>::new();
    let incoming = Memo::new(move |_| stores.call.incoming());
    let rings = Memo::new(move |_| incoming.read().is_some());
    let call = move || incoming.read().as_ref().map(|incoming| incoming.call.to_string());
    // Who called last stays written there, out of sight: just after an answer there is better to do.
    let asked = Memo::new(move |before: Option<&Option<Incoming>>| {
        incoming.get().or_else(|| before.cloned().flatten())
    });
    // Before anybody calls, so that only the name is to be filled in when it rings.
    let ahead = idly(BUILT_WITHIN, || true);
    let built = Memo::new(move |_| ahead.get() || asked.read().is_some());
    let alert = StoredValue::new_local(None::<Alert>);
    Effect::new(move || {
        let surface = node.get().and_then(|element| Node::of(&element));
        // The one before is down before another is up.
        alert.set_value(None);
        alert.set_value(
            surface
                .filter(|_| rings.get())
                .map(|surface| Alert::raise(&surface)),
        );
    });
    view! { class = scope,
        // Esc must not close it: it would ring on without anything to press.
        <dialog
            class="incoming"
            data-t=move || rings.get().then_some("incoming")
            data-call=call
            role="alertdialog"
            aria-modal="true"
            aria-labelledby="incoming-title"
            aria-describedby="incoming-who"
            tabindex="-1"
            node_ref=node
            on:cancel=|event: leptos::ev::Event| event.prevent_default()
        >
            {move || built.get().then(|| untrack(|| ask(scope, asked, rings)))}
        </dialog>
    }
    .into_any()
}

fn ask(scope: &'static str, asked: Memo<Option<Incoming>>, rings: Memo<bool>) -> AnyView {
    let (stores, actions, navigate) = (stores(), actions(), use_navigate());
    let of = move |say: fn(&Incoming) -> String| asked.read().as_ref().map(say).unwrap_or_default();
    let initial = move || {
        of(|incoming| {
            let first = incoming.name.chars().next().unwrap_or('?');
            first.to_uppercase().to_string()
        })
    };
    let title = move || of(|incoming| fill(text!(incoming_title), &[("name", &incoming.name)]));
    let who = move || {
        of(|incoming| {
            if incoming.known {
                fill(text!(incoming_known), &[])
            } else {
                fill(text!(incoming_stranger), &[("id", &incoming.from)])
            }
        })
    };
    let busy = Memo::new(move |_| rings.get() && stores.call.kind() == PhaseKind::Talking);
    let busy = move || busy.get().then(|| fill(text!(incoming_busy), &[]));
    let call = move || asked.with_untracked(|asked| asked.as_ref().map(|incoming| incoming.call));
    let answer = move |video| {
        if let Some(call) = call() {
            actions.send(Command::Answer { call, video });
        }
        // Where one is already, there is nothing to go to, nor to come back from.
        if !is_call_path(&page::path()) {
            navigate(
                "/",
                NavigateOptions {
                    scroll: false,
                    ..NavigateOptions::default()
                },
            );
        }
    };
    let decline = move || {
        if let Some(call) = call() {
            actions.send(Command::Decline { call });
        }
    };
    let without = answer.clone();
    let buttons = [
        Button::new("answer-video", text!(answer_video), move || answer(true))
            .class("btn go wide")
            .icon(icons::CAMERA),
        Button::new("answer-audio", text!(answer_audio), move || without(false))
            .class("btn wide")
            .icon(icons::CALL),
        Button::new("decline", text!(decline), decline)
            .class("btn stop wide")
            .icon(icons::HANG_UP),
    ];
    view! { class = scope,
        <div class="ask">
            <span class="face" aria-hidden="true">
                {initial}
            </span>
            <h2 class="title" id="incoming-title">
                {title}
            </h2>
            <p class="muted" id="incoming-who">{who}</p>
            <p class="muted">{busy}</p>
            {buttons.map(Button::view).into_iter().collect::<Vec<_>>()}
        </div>
    }
    .into_any()
}
