//! Whom to call, and under which name.

use engine::command::Command;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::browser::page;
use crate::components::dynamic::{is, part, part_if};
use crate::components::element::{Element, el};
use crate::components::icons::{self, icon};
use crate::stores::{Actions, actions, stores};
use crate::texts::{fill, text};

/// The form: a name, and an id or link to call. A link `/call/<id>` fills the id in and asks.
pub(super) fn dial(scope: &'static str, ask: Option<String>) -> AnyView {
    let stores = stores();
    stores.ui.clear_refusal();
    stores.ui.set_typed(ask.clone().unwrap_or_default());
    let can = move || stores.connection.capabilities();
    let guest = move || can().guests && !stores.auth.is_signed_in();
    let closed = is(move || can().accounts && !can().guests && !stores.auth.is_signed_in());
    let actions = actions();
    let mut form = el("form", &[scope, "card", "stack"]).on("submit", move |event| {
        page::prevent(&event);
        call(actions, &stores.ui.typed());
    });
    if let Some(id) = ask {
        form = form.with(question(id));
        actions.send(Command::Prepare);
    }
    let form = form
        .child(part_if(guest, name))
        .with(whom(scope, actions).child(refusal()));
    el("div", &[])
        .with(el("div", &[]).flag("hidden", move || closed.get()).with(form))
        .child(part_if(move || closed.get(), sign_in))
        .view()
}

fn whom(scope: &'static str, actions: Actions) -> Element {
    let stores = stores();
    let typed = stores.ui.typed();
    let input = el("input", &[scope])
        .attrs(&[
            ("id", "call-to"),
            ("data-t", "call-to"),
            ("type", "text"),
            ("dir", "auto"),
            ("autocomplete", "off"),
            ("autocapitalize", "off"),
            ("spellcheck", "false"),
        ])
        .owned("value", typed)
        .named("placeholder", text!(call_to_hint))
        .on("focus", move |_| actions.send(Command::Prepare))
        .on("input", move |event| {
            actions.send(Command::Prepare);
            stores.ui.clear_refusal();
            stores.ui.set_typed(page::typed(&event));
        });
    let button = el("button", &[scope, "btn", "go"])
        .attrs(&[("data-t", "call"), ("type", "submit")])
        .child(icon(icons::CALL))
        .with(el("span", &[scope]).text(text!(call)));
    let label = el("label", &[scope]).attr("for", "call-to").text(text!(call_to));
    el("div", &[scope, "field"])
        .with(label)
        .with(el("div", &[scope, "join"]).with(input).with(button))
}

/// For a backend without guests: the way to sign in, and back to this place.
fn sign_in() -> AnyView {
    let path = use_location().pathname;
    let href = move || ["/signin?next=", &page::encoded(&path.read())].concat();
    el("div", &["card", "stack"])
        .with(el("p", &[]).text(text!(sign_in_to_call)))
        .with(
            el("a", &["btn", "primary"])
                .said("href", href)
                .text(text!(sign_in)),
        )
        .view()
}

fn question(id: String) -> Element {
    el("div", &[])
        .with(el("h2", &[]).words(move || fill(text!(home_ask), &[("id", &id)])))
        .with(el("p", &["muted"]).text(text!(home_ask_note)))
}

fn name() -> AnyView {
    let (stores, actions) = (stores(), actions());
    let input = el("input", &[])
        .attrs(&[
            ("data-t", "guest-name"),
            ("type", "text"),
            ("dir", "auto"),
            ("maxlength", "80"),
            ("autocomplete", "nickname"),
        ])
        .owned("value", stores.ui.guest_name())
        .named("placeholder", text!(your_name_hint))
        .on("input", move |event| {
            let name = page::typed(&event);
            stores.ui.set_guest_name(name.trim());
            actions.send(Command::SetGuestName(name.trim().to_owned()));
        });
    el("label", &["field"])
        .with(el("span", &[]).text(text!(your_name)))
        .with(input)
        .view()
}

/// Why the last wish was refused.
pub(crate) fn refusal() -> AnyView {
    let stores = stores();
    part(move || match stores.ui.refusal() {
        None => ().into_any(),
        Some(words) => el("p", &["error"]).text(words).view(),
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
