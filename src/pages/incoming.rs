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
use crate::browser::{clock, page};
use crate::components::button::Button;
use crate::components::icons;
use crate::stores::{PhaseKind, actions, stores};
use crate::texts::{fill, text};

/// A page that is busy for longer than this takes down what was asked all the same.
const GONE_WITHIN: Duration = Duration::from_secs(2);

/// The alert; it stays mounted, so that it only has to be shown when it rings.
pub(crate) fn alert() -> AnyView {
    let scope = style_sheet!("style/components/incoming.css");
    let stores = stores();
    let node = NodeRef::<Dialog>::new();
    let incoming = Memo::new(move |_| stores.call.incoming());
    let call = move || incoming.read().as_ref().map(|incoming| incoming.call.to_string());
    // What is asked stays in the closed dialog until the page has nothing better to do: just after an answer it has.
    let over = RwSignal::new(true);
    let asked = Memo::new(move |before: Option<&Option<Incoming>>| {
        let over = over.get();
        incoming
            .get()
            .or_else(|| before.filter(|_| !over).cloned().flatten())
    });
    let rings = Memo::new(move |_| incoming.read().is_some());
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
    Effect::new(move || {
        if rings.get() {
            over.set(false);
        } else {
            clock::when_idle(GONE_WITHIN, move || {
                if rings.try_get_untracked() == Some(false) {
                    over.try_set(true);
                }
            });
        }
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
            tabindex="-1"
            node_ref=node
            on:cancel=|event: leptos::ev::Event| event.prevent_default()
        >
            {move || asked.get().map(|incoming| untrack(|| ask(scope, incoming)))}
        </dialog>
    }
    .into_any()
}

fn ask(scope: &'static str, incoming: Incoming) -> AnyView {
    let (stores, actions, navigate) = (stores(), actions(), use_navigate());
    let Incoming {
        call,
        from,
        name,
        known,
        ..
    } = incoming;
    let initial = name.chars().next().unwrap_or('?').to_uppercase().to_string();
    let title = move || fill(text!(incoming_title), &[("name", &name)]);
    let who = move || {
        if known {
            fill(text!(incoming_known), &[])
        } else {
            fill(text!(incoming_stranger), &[("id", &from)])
        }
    };
    let busy = move || (stores.call.kind() == PhaseKind::Talking).then(|| fill(text!(incoming_busy), &[]));
    let answer = move |video| {
        actions.send(Command::Answer { call, video });
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
    let without = answer.clone();
    let buttons = [
        Button::new("answer-video", text!(answer_video), move || answer(true))
            .class("btn go wide")
            .icon(icons::CAMERA),
        Button::new("answer-audio", text!(answer_audio), move || without(false))
            .class("btn wide")
            .icon(icons::CALL),
        Button::new("decline", text!(decline), move || {
            actions.send(Command::Decline { call })
        })
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
            <p class="muted">{who}</p>
            <p class="muted">{busy}</p>
            {buttons.map(Button::view).into_iter().collect::<Vec<_>>()}
        </div>
    }
    .into_any()
}
