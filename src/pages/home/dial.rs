//! Whom to call, and under which name.

use engine::command::Command;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::browser::page;
use crate::components::dynamic::{flag, part, part_if, words};
use crate::components::icons::{self, icon};
use crate::stores::{Actions, actions, stores};
use crate::texts::{fill, text, tr};

/// The form: a name, and an id or link to call. A link `/call/<id>` fills the id in and asks.
pub(super) fn dial(scope: &'static str, ask: Option<String>) -> AnyView {
    let (stores, actions) = (stores(), actions());
    let to = RwSignal::new(ask.clone().unwrap_or_default());
    stores.ui.clear_refusal();
    let guest = Memo::new(move |_| stores.connection.capabilities().guests && !stores.auth.is_signed_in());
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        call(actions, &to.get_untracked());
    };
    let closed = Memo::new(move |_| {
        let can = stores.connection.capabilities();
        can.accounts && !can.guests && !stores.auth.is_signed_in()
    });
    let form = view! { class = scope,
        <form class="card stack" on:submit=submit>
            {ask.map(question)}
            {part_if(move || guest.get(), name)}
            <div class="field">
                <label for="call-to">{tr(text!(call_to))}</label>
                <div class="join">
                    <input
                        id="call-to"
                        data-t="call-to"
                        type="text"
                        dir="auto"
                        autocomplete="off"
                        autocapitalize="off"
                        spellcheck="false"
                        placeholder=tr(text!(call_to_hint))
                        prop:value=to.get_untracked()
                        on:input=move |event| {
                            stores.ui.clear_refusal();
                            to.set(event_target_value(&event));
                        }
                    />
                    <button class="btn go" data-t="call" type="submit">
                        {icon(icons::CALL)}
                        <span>{tr(text!(call))}</span>
                    </button>
                </div>
                {refusal()}
            </div>
        </form>
    };
    view! {
        <div hidden=flag(move || closed.get())>{form}</div>
        {part_if(move || closed.get(), sign_in)}
    }
    .into_any()
}

/// For a backend without guests: the way to sign in, and back to this place.
fn sign_in() -> AnyView {
    let path = use_location().pathname;
    let href = words(move || ["/signin?next=", &page::encoded(&path.read())].concat());
    view! {
        <div class="card stack">
            <p>{tr(text!(sign_in_to_call))}</p>
            <a class="btn primary" href=href>
                {tr(text!(sign_in))}
            </a>
        </div>
    }
    .into_any()
}

fn question(id: String) -> AnyView {
    view! {
        <div>
            <h2>{words(move || fill(text!(home_ask), &[("id", &id)]))}</h2>
            <p class="muted">{tr(text!(home_ask_note))}</p>
        </div>
    }
    .into_any()
}

fn name() -> AnyView {
    let (stores, actions) = (stores(), actions());
    let keep = move |event| {
        let name = event_target_value(&event);
        stores.ui.set_guest_name(name.trim());
        actions.send(Command::SetGuestName(name.trim().to_owned()));
    };
    view! {
        <label class="field">
            <span>{tr(text!(your_name))}</span>
            <input
                data-t="guest-name"
                type="text"
                dir="auto"
                maxlength="80"
                autocomplete="nickname"
                placeholder=tr(text!(your_name_hint))
                prop:value=stores.ui.guest_name()
                on:input=keep
            />
        </label>
    }
    .into_any()
}

/// Why the last wish was refused.
pub(crate) fn refusal() -> AnyView {
    let stores = stores();
    part(move || match stores.ui.refusal() {
        None => ().into_any(),
        Some(words) => view! { <p class="error">{tr(words)}</p> }.into_any(),
    })
}

/// Dials what was typed or pasted: an id, or a link that ends in one.
fn call(actions: Actions, typed: &str) {
    actions.send(Command::Call { to: id_of(typed) });
}

fn id_of(typed: &str) -> String {
    let typed = typed.trim();
    let id = typed.rsplit_once("/call/").map_or(typed, |(_, id)| id);
    let id = id.split(['?', '#', '/']).next().unwrap_or(id);
    page::decoded(id)
}
