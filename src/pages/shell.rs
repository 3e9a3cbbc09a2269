//! The frame around all screens: navigation, banners, the call above the routes, the incoming call, the live region.

use std::cell::Cell;

use leptos::prelude::*;
use leptos_router::components::{FlatRoutes, Route};
use leptos_router::hooks::use_location;
use leptos_router::path;
use stylers_macro::style_sheet;

use super::chunks::{Chunk, Chunks, lazy, quiet};
use super::{home, not_found};
use crate::browser::page;
use crate::components::dynamic::{attribute, flag, part_if, words};
use crate::components::icons::{self, Icon, icon};
use crate::stores::{PhaseKind, stores};
use crate::texts::{Text, text, tr};

/// The frame and the screen of the present address. Inside of a router.
pub(crate) fn shell() -> AnyView {
    let scope = style_sheet!("style/components/shell.css");
    let stores = stores();
    let path = use_location().pathname;
    let called = Memo::new(move |_| stores.call.kind() != PhaseKind::Idle);
    let covered = Signal::derive(move || stores.call.kind() != PhaseKind::Idle && is_call_path(&path.read()));
    let backend = words(move || stores.connection.backend_id());
    let connection = attribute(move || Some(stores.connection.state_word()));
    let phase = attribute(move || Some(stores.call.phase_word()));
    let chunks: Chunks = expect_context();
    Effect::new(move || {
        // Where it could not be had ahead of time, it is asked for again when it matters.
        if stores.call.incoming().is_some() {
            chunks.want(Chunk::Incoming);
        }
    });
    let skip = |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        page::focus("#main");
    };
    view! { class = scope,
        <div class="shell" data-t="app" data-backend=backend data-conn=connection data-phase=phase>
            <a class="skip" href="#main" on:click=skip>
                {tr(text!(skip))}
            </a>
            {nav(scope, path)}
            <main id="main" class="main" tabindex="-1" class:covered=flag(move || covered.get()) prop:inert=flag(move || covered.get())>
                {quiet(Chunk::Banners)}
                {routes()}
            </main>
            {part_if(move || called.get(), || lazy(Chunk::Call))}
            {quiet(Chunk::Incoming)}
            <div class="sr-only" data-t="live" role="status" aria-live="polite">
                {words(move || stores.ui.live())}
            </div>
        </div>
    }
    .into_any()
}

/// Whether the call is drawn in full on this path; elsewhere it is a small panel.
pub(crate) fn is_call_path(path: &str) -> bool {
    path == "/" || path.starts_with("/call/")
}

/// Names the page, and puts the focus on its heading when one comes from another page.
pub(crate) fn enter(title: Text) {
    let name = tr(title);
    Effect::new(move || {
        let mut words = String::from(name());
        words.push_str(" · Antenna");
        page::set_title(&words);
    });
    if VISITED.replace(true) {
        page::soon(|| {
            page::scroll_to_top();
            page::focus("#main h1");
        });
    }
}

thread_local! {
    /// A page was shown before: the first one leaves the focus where the browser puts it.
    static VISITED: Cell<bool> = const { Cell::new(false) };
}

type Screen = fn() -> AnyView;

fn routes() -> AnyView {
    // One type for all screens, so that the router's code is there once.
    let (home, asked): (Screen, Screen) = (home::home, home::asked);
    let settings: Screen = || lazy(Chunk::Settings);
    let account: Screen = || lazy(Chunk::Account);
    let lost: Screen = not_found::not_found;
    view! {
        <FlatRoutes fallback=lost>
            <Route path=path!("/") view=home />
            <Route path=path!("/call/:id") view=asked />
            <Route path=path!("/settings") view=settings />
            <Route path=path!("/account") view=account />
            <Route path=path!("/signin") view=account />
            <Route path=path!("/signup") view=account />
        </FlatRoutes>
    }
    .into_any()
}

struct Place {
    hook: &'static str,
    href: &'static str,
    label: Text,
    icon: Icon,
    here: fn(&str) -> bool,
}

fn nav(scope: &'static str, path: Memo<String>) -> AnyView {
    let stores = stores();
    let call = Place {
        hook: "nav-call",
        href: "/",
        label: text!(nav_call),
        icon: icons::CALL,
        here: is_call_path,
    };
    let settings = Place {
        hook: "nav-settings",
        href: "/settings",
        label: text!(nav_settings),
        icon: icons::SETTINGS,
        here: |path| path == "/settings",
    };
    let accounts = Memo::new(move |_| stores.connection.capabilities().accounts);
    view! { class = scope,
        <nav class="nav" aria-label=tr(text!(nav))>
            <span class="logo">{icon(icons::LOGO)}</span>
            {link(scope, path, call)}
            {link(scope, path, settings)}
            {part_if(move || accounts.get(), move || link(scope, path, account_place()))}
        </nav>
    }
    .into_any()
}

fn account_place() -> Place {
    Place {
        hook: "nav-account",
        href: "/account",
        label: text!(nav_account),
        icon: icons::PERSON,
        here: |path| matches!(path, "/account" | "/signin" | "/signup"),
    }
}

fn link(scope: &'static str, path: Memo<String>, place: Place) -> AnyView {
    let Place {
        hook,
        href,
        label,
        icon: picture,
        here,
    } = place;
    view! { class = scope,
        <a class="link" data-t=hook href=href aria-current=attribute(move || here(&path.read()).then_some("page"))>
            {icon(picture)}
            <span>{tr(label)}</span>
        </a>
    }
    .into_any()
}
