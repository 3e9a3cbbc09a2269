//! Somebody calls: a dialog above whatever is on screen.

use std::time::Duration;

use engine::command::Command;
use engine::event::Incoming;
use leptos::html::Dialog;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use stylers_macro::style_sheet;

use super::shell::is_call_path;
use crate::browser::{clock, page};
use crate::components::button::Button;
use crate::components::icons;
use crate::stores::{PhaseKind, actions, stores};
use crate::texts::{fill, text};

/// A page that is busy for longer than this takes down what was asked all the same.
const GONE_WITHIN: Duration = Duration::from_secs(2);

/// The dialog; it stays mounted, so that closing it gives the focus back.
pub(crate) fn dialog() -> AnyView {
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
    Effect::new(move || {
        let open = incoming.read().is_some();
        if open {
            over.set(false);
        } else {
            clock::when_idle(GONE_WITHIN, move || {
                if incoming.try_with_untracked(Option::is_none) == Some(true) {
                    over.try_set(true);
                }
            });
        }
        if let Some(element) = node.get() {
            page::show_modal(&page::value_of(&element), open);
        }
    });
    view! { class = scope,
        // Esc must not close it: it would ring on without anything to press.
        <dialog
            class="incoming"
            data-t=move || incoming.read().is_some().then_some("incoming")
            data-call=call
            aria-labelledby="incoming-title"
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
