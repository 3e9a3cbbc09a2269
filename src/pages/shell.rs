//! The frame around all screens: navigation, banners, the call above the routes, the incoming call, the live region.

use std::cell::Cell;
use std::time::Duration;

use engine::event::Capabilities;
use leptos::prelude::*;
use leptos_router::WildcardSegment;
use leptos_router::components::{FlatRoutes, Route};
use leptos_router::hooks::use_location;
use stylers_macro::style_sheet;

use super::chunks::{Chunk, Chunks, lazy, quiet};
use super::home;
use crate::browser::page;
use crate::components::dynamic::{follow, idly, is, part, part_if};
use crate::components::element::{Element, el};
use crate::components::icons::{self, Icon, icon};
use crate::stores::{PhaseKind, stores};
use crate::texts::{Text, text, tr};

/// How long what nobody waits for waits for a page that is busy.
const QUIET_WITHIN: Duration = Duration::from_secs(1);

/// The frame and the screen of the present address. Inside of a router.
pub(crate) fn shell() -> AnyView {
    let scope = style_sheet!("style/components/shell.css");
    let stores = stores();
    let path = use_location().pathname;
    let called = is(move || stores.call.kind() != PhaseKind::Idle);
    // Hiding the page makes the browser compute the styles of all of it, which a call that begins does not wait for.
    let covered = idly(QUIET_WITHIN, move || called.get() && is_call_path(&path.read()));
    let classes = move || {
        let mut classes = String::from(scope);
        classes.push_str(if covered.get() { " main covered" } else { " main" });
        classes
    };
    let chunks: Chunks = expect_context();
    follow(move || {
        // Where it could not be had ahead of time, it is asked for again when it matters.
        if stores.call.is_incoming() {
            chunks.want(Chunk::Incoming);
            chunks.want(Chunk::Call);
        }
        if stores.connection.is_out() {
            chunks.want(Chunk::Banners);
        }
    });
    // While somebody calls, what an answer will show is built out of sight; first it rings.
    let ahead = idly(QUIET_WITHIN, move || {
        stores.call.is_incoming() && chunks.is_here(Chunk::Call)
    });
    let skip = el("a", &[scope, "skip"])
        .attr("href", "#main")
        .text(text!(skip))
        .on("click", |event| {
            page::prevent(&event);
            page::focus("#main");
        });
    let main = el("main", &[])
        .attrs(&[("id", "main"), ("tabindex", "-1")])
        .said("class", classes)
        .flag("inert", move || covered.get())
        .child(quiet(Chunk::Banners))
        .child(routes());
    let live = el("div", &["sr-only"])
        .attrs(&[("data-t", "live"), ("role", "status"), ("aria-live", "polite")])
        .words(move || stores.ui.live());
    el("div", &[scope, "shell"])
        .attr("data-t", "app")
        .said("data-backend", move || stores.connection.backend_id())
        .moving("data-conn", move || Some(stores.connection.state_word()))
        .moving("data-phase", move || Some(stores.call.phase_word()))
        .with(skip)
        .with(nav(scope, path))
        .with(main)
        .child(part_if(move || called.get() || ahead.get(), || lazy(Chunk::Call)))
        .child(quiet(Chunk::Incoming))
        .with(live)
        .view()
}

/// Whether the call is drawn in full on this path; elsewhere it is a small panel.
pub(crate) fn is_call_path(path: &str) -> bool {
    path == "/" || path.starts_with("/call/")
}

/// Names the page, and puts the focus on its heading when one comes from another page.
pub(crate) fn enter(title: Text) {
    let name = tr(title);
    follow(move || {
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

/// One route for all addresses: the router's code is made anew for each, and all it would do is this `match`.
fn routes() -> AnyView {
    let screen: fn() -> AnyView = screen;
    view! {
        <FlatRoutes fallback=screen>
            <Route path=WildcardSegment("path") view=screen />
        </FlatRoutes>
    }
    .into_any()
}

/// The screen of the present address.
fn screen() -> AnyView {
    let (path, stores) = (use_location().pathname, stores());
    // Going from room to room makes nothing anew: chat follows the address itself.
    let chats = is(move || {
        let path = path.read();
        is_chat_path(&path) || path.as_str() == "/" && stores.connection.is_chat_only()
    });
    let people = is(move || is_people_path(&path.read()));
    part(move || {
        if chats.get() || people.get() {
            return lazy(Chunk::Chat);
        }
        let path = path.get();
        untrack(|| screen_of(&path))
    })
}

fn screen_of(path: &str) -> AnyView {
    if let Some(id) = path.strip_prefix("/call/") {
        let id = page::decoded(id.trim_end_matches('/'));
        return home::home((!id.is_empty()).then_some(id));
    }
    match path {
        "/" => home::home(None),
        "/settings" => lazy(Chunk::Settings),
        "/account" | "/signin" | "/signup" => lazy(Chunk::Account),
        _ => lazy(Chunk::Lost),
    }
}

#[derive(Clone, Copy)]
struct Place {
    hook: &'static str,
    href: &'static str,
    label: Text,
    icon: Icon,
    here: fn(&str) -> bool,
    offered: fn(Capabilities) -> bool,
}

/// Where one can go, as far as the backend offers it.
const PLACES: [Place; 5] = [
    Place {
        hook: "nav-call",
        href: "/",
        label: text!(nav_call),
        icon: icons::CALL,
        here: is_call_path,
        offered: |can| can.calls || !can.chat,
    },
    Place {
        hook: "nav-chat",
        href: "/chat",
        label: text!(nav_chat),
        icon: icons::CHAT,
        here: is_chat_path,
        offered: |can| can.chat,
    },
    Place {
        hook: "nav-people",
        href: "/people",
        label: text!(nav_people),
        icon: icons::PEOPLE,
        here: is_people_path,
        offered: |can| can.chat,
    },
    Place {
        hook: "nav-settings",
        href: "/settings",
        label: text!(nav_settings),
        icon: icons::SETTINGS,
        here: |path| path == "/settings",
        offered: |_| true,
    },
    Place {
        hook: "nav-account",
        href: "/account",
        label: text!(nav_account),
        icon: icons::PERSON,
        here: |path| matches!(path, "/account" | "/signin" | "/signup"),
        offered: |can| can.accounts,
    },
];

fn is_chat_path(path: &str) -> bool {
    path == "/chat" || path.starts_with("/chat/")
}

fn is_people_path(path: &str) -> bool {
    path == "/people"
}

fn nav(scope: &'static str, path: Memo<String>) -> Element {
    let stores = stores();
    let mut nav = el("nav", &[scope, "nav"])
        .named("aria-label", text!(nav))
        .with(el("span", &[scope, "logo"]).child(icon(icons::LOGO)));
    for place in PLACES {
        nav = nav.child(part_if(
            move || (place.offered)(stores.connection.capabilities()),
            move || link(scope, path, place),
        ));
    }
    nav
}

fn link(scope: &'static str, path: Memo<String>, place: Place) -> AnyView {
    let Place {
        hook,
        href,
        label,
        icon: picture,
        here,
        offered: _,
    } = place;
    let unread = stores().ui;
    let count = move || match unread.unread() {
        count if count > 0 && hook == "nav-chat" => count.to_string(),
        _ => String::new(),
    };
    el("a", &[scope, "link"])
        .attrs(&[("data-t", hook), ("href", href)])
        .moving("aria-current", move || here(&path.read()).then_some("page"))
        .child(icon(picture))
        .with(el("span", &[scope]).text(label))
        .with(el("span", &["nav-count"]).words(count))
        .view()
}
