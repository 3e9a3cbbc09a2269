//! Texts over the call's data channel.

use engine::command::Command;
use leptos::html::{Input, Ul};
use leptos::prelude::*;

use crate::browser::page;
use crate::components::button::Button;
use crate::components::icons::{self, icon};
use crate::stores::{CallStore, actions, stores};
use crate::texts::{text, tr};

pub(super) fn chat(scope: &'static str) -> AnyView {
    let (stores, actions) = (stores(), actions());
    let (field, list) = (NodeRef::<Input>::new(), NodeRef::<Ul>::new());
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Some(field) = field.get_untracked() else {
            return;
        };
        let text = field.value();
        if !text.trim().is_empty() {
            actions.send(Command::SendText(text));
            field.set_value("");
        }
    };
    let close = Button::new("chat-close", text!(close), move || {
        stores.call.show_chat(false);
        page::focus("[data-t=chat-toggle]");
    })
    .class("btn quiet square")
    .icon(icons::CLOSE)
    .bare()
    .view();
    let numbers = Memo::new(move |_| stores.call.text_numbers());
    Effect::new(move || {
        numbers.track();
        if let Some(list) = list.get() {
            list.set_scroll_top(list.scroll_height());
        }
    });
    page::soon(|| page::focus("[data-t=call-chat-input]"));
    view! { class = scope,
        <div class="chat" data-t="call-chat" role="group" aria-label=tr(text!(messages))>
            <div class="bar">
                <h2>{tr(text!(messages))}</h2>
                {close}
            </div>
            <ul class="texts" node_ref=list tabindex="0" aria-label=tr(text!(messages))>
                {move || numbers.read().is_empty().then(|| none(scope))}
                <For each=move || numbers.get() key=|number| *number children=move |number| one(scope, stores.call, number) />
            </ul>
            <form class="write" on:submit=send>
                <input
                    type="text"
                    dir="auto"
                    maxlength="10000"
                    autocomplete="off"
                    data-t="call-chat-input"
                    aria-label=tr(text!(message_hint))
                    placeholder=tr(text!(message_hint))
                    node_ref=field
                />
                <button
                    class="btn primary square"
                    type="submit"
                    data-t="call-chat-send"
                    aria-label=tr(text!(send))
                    title=tr(text!(send))
                >
                    {icon(icons::SEND)}
                </button>
            </form>
        </div>
    }
    .into_any()
}

fn none(scope: &'static str) -> AnyView {
    view! { class = scope, <li class="none">{tr(text!(messages_none))}</li> }.into_any()
}

fn one(scope: &'static str, call: CallStore, number: u64) -> AnyView {
    let Some(text) = call.text(number) else {
        return ().into_any();
    };
    let own = if text.own { "true" } else { "false" };
    let whose = text
        .own
        .then(|| view! { <span class="sr-only">{tr(text!(messages_own))}": "</span> });
    view! { class = scope,
        <li class="text" class:mine=text.own data-t="call-text" data-own=own dir="auto">
            {whose}
            {text.text}
        </li>
    }
    .into_any()
}
