//! Somebody calls: a dialog above whatever is on screen.

use engine::command::Command;
use engine::event::Incoming;
use leptos::html::Dialog;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use stylers_macro::style_sheet;

use crate::browser::page;
use crate::components::button::Button;
use crate::components::icons;
use crate::stores::{PhaseKind, actions, stores};
use crate::texts::{fill, text};

/// The dialog; it stays mounted, so that closing it gives the focus back.
pub(crate) fn dialog() -> AnyView {
    let scope = style_sheet!("style/components/incoming.css");
    let stores = stores();
    let node = NodeRef::<Dialog>::new();
    let incoming = Memo::new(move |_| stores.call.incoming());
    let call = move || incoming.read().as_ref().map(|incoming| incoming.call.to_string());
    Effect::new(move || {
        let open = incoming.read().is_some();
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
            {move || incoming.get().map(|incoming| untrack(|| ask(scope, incoming)))}
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
        navigate(
            "/",
            NavigateOptions {
                scroll: false,
                ..NavigateOptions::default()
            },
        );
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
