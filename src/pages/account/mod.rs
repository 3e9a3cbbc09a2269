//! Sign-in, sign-up, and the account.

mod form;
mod profile;

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};
use stylers_macro::style_sheet;

use super::shell::enter;
use crate::browser::page;
use crate::components::notice::loading;
use crate::stores::stores;
use crate::texts::{text, tr};

#[derive(Clone, Copy, PartialEq)]
enum Screen {
    None,
    SignIn,
    SignUp,
    Wait,
    Profile,
}

pub(super) fn screen() -> AnyView {
    let scope = style_sheet!("style/components/account.css");
    let stores = stores();
    let path = use_location().pathname;
    let screen = Memo::new(move |_| {
        let accounts = stores.connection.capabilities().accounts;
        match path.read().as_str() {
            _ if !accounts && stores.connection.is_settled() => Screen::None,
            _ if !accounts => Screen::Wait,
            "/signin" => Screen::SignIn,
            "/signup" => Screen::SignUp,
            _ if stores.auth.is_signed_in() => Screen::Profile,
            _ => Screen::Wait,
        }
    });
    keep_place();
    (move || match screen.get() {
        Screen::None => untrack(|| none(scope)),
        Screen::SignIn => untrack(|| form::form(scope, form::Kind::SignIn)),
        Screen::SignUp => untrack(|| form::form(scope, form::Kind::SignUp)),
        Screen::Wait => untrack(loading),
        Screen::Profile => untrack(|| profile::profile(scope)),
    })
    .into_any()
}

/// Sends guests to sign-in and remembers where they wanted to go, and brings them there afterwards.
fn keep_place() {
    let stores = stores();
    let location = use_location();
    let navigate = use_navigate();
    Effect::new(move || {
        let forms = matches!(location.pathname.read().as_str(), "/signin" | "/signup");
        let protected = location.pathname.read().as_str() == "/account";
        let options = NavigateOptions {
            replace: true,
            ..NavigateOptions::default()
        };
        if forms && stores.auth.is_signed_in() {
            navigate(&wanted(location.query.read_untracked().get_str("next")), options);
        } else if protected
            && stores.connection.capabilities().accounts
            && !stores.auth.is_signed_in()
            && !stores.auth.is_unknown()
            && !stores.auth.is_working()
        {
            navigate("/signin?next=/account", options);
        }
    });
}

/// A place inside of this app, or the account: an address from outside must not lead elsewhere.
fn wanted(next: Option<&str>) -> String {
    let next = next.map(page::decoded).unwrap_or_default();
    if next.starts_with('/') && !next.starts_with("//") && !next.contains('\\') {
        next
    } else {
        "/account".into()
    }
}

fn none(scope: &'static str) -> AnyView {
    enter(text!(account));
    view! { class = scope,
        <div class="page">
            <h1 tabindex="-1">{tr(text!(account))}</h1>
            <p class="muted">{tr(text!(no_accounts))}</p>
        </div>
    }
    .into_any()
}
