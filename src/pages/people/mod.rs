//! People: who is there, and how one is there oneself. Part of the chunk of chat.

mod card;
mod editor;
mod face;
mod list;
mod me;
mod privacy;
mod quiet;
mod words;

use engine::chat::api::UserId;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use stylers_macro::style_sheet;

use super::chat::banner::refusal_words;
use super::chat::status;
use super::shell::enter;
use crate::browser::page;
use crate::components::button::Button;
use crate::components::dynamic::{follow, part};
use crate::components::notice::{Notice, loading, notice};
use crate::components::popup::{Place, Popup};
use crate::stores::chat::chat;
use crate::stores::stores;
use crate::texts::{fill, text, tr};

#[derive(Clone, Copy, PartialEq)]
enum Screen {
    /// It is not known yet who looks.
    Wait,
    /// This backend has no chat, and so no people.
    None,
    /// Others are shown to people with an account.
    SignedOut,
    /// The people.
    People,
}

/// A window above the page.
#[derive(Debug, Clone, PartialEq)]
enum Window {
    /// Somebody's profile.
    Card(UserId),
    /// The own status.
    Status,
}

/// Shows another page of the app.
type Go = Box<dyn Fn(&str)>;

/// What the parts of the page share; a cheap copy.
#[derive(Clone, Copy)]
struct Hall {
    window: RwSignal<(u32, Option<Window>), LocalStorage>,
    go: StoredValue<Go, LocalStorage>,
}

/// The page.
pub(crate) fn screen() -> AnyView {
    enter(text!(people));
    let stores = stores();
    let screen = Memo::new(move |_| {
        if !stores.connection.is_settled() {
            Screen::Wait
        } else if !stores.connection.capabilities().chat {
            Screen::None
        } else if stores.auth.is_signed_in() || stores.auth.is_unknown() && chat().is_somebody() {
            Screen::People
        } else if stores.auth.is_unknown() || stores.auth.is_working() {
            Screen::Wait
        } else {
            Screen::SignedOut
        }
    });
    let navigate = use_navigate();
    let place = Hall {
        window: RwSignal::new_local((0, None)),
        go: StoredValue::new_local(Box::new(move |path| navigate(path, NavigateOptions::default()))),
    };
    part(move || match screen.get() {
        Screen::Wait => untrack(loading),
        Screen::None => untrack(|| {
            notice(Notice {
                hook: "people-none-here",
                title: text!(people),
                body: Box::new(|| fill(text!(people_not_here), &[])),
                button: None,
            })
        }),
        Screen::SignedOut => untrack(|| {
            let go = move || place.visit("/signin?next=%2Fpeople");
            notice(Notice {
                hook: "people-signed-out",
                title: text!(people),
                body: Box::new(|| fill(text!(people_sign_in), &[])),
                button: Some(Button::new("people-sign-in", text!(sign_in), go).class("btn primary")),
            })
        }),
        Screen::People => untrack(|| people(place)),
    })
}

impl Hall {
    fn open(self, window: Window) {
        self.window.update(|(number, open)| {
            *number = number.wrapping_add(1);
            *open = Some(window);
        });
    }

    fn visit(self, path: &str) {
        self.go.with_value(|go| go(path));
    }
}

fn people(place: Hall) -> AnyView {
    let scope = style_sheet!("style/components/people.css");
    let bar = style_sheet!("style/components/chat.css");
    // A message to somebody opens their conversation.
    let mut went = untrack(|| chat().going().0);
    follow(move || {
        let (number, room) = chat().going();
        if let Some(room) = room.filter(|_| number != went) {
            went = number;
            place.visit(&["/chat/", &page::encoded(&room)].concat());
        }
    });
    view! { class = scope,
        <div class="people" data-t="people">
            {status::strip(bar)}
            <div class="columns">
                <header class="top">
                    <h1 tabindex="-1">{tr(text!(people))}</h1>
                    {refusal(scope)}
                    {me::me(scope, place)}
                </header>
                {list::list(scope, place)}
                <aside class="own" aria-label=tr(text!(people_own))>
                    {privacy::privacy(scope)}
                    {quiet::quiet(scope)}
                </aside>
            </div>
            {windows(place)}
        </div>
    }
    .into_any()
}

/// Why the last wish was not granted, until it is read.
fn refusal(scope: &'static str) -> AnyView {
    part(move || {
        let Some(refusal) = chat().refusal() else {
            return ().into_any();
        };
        let words = refusal_words(&refusal);
        view! { class = scope,
            <p class="refusal" role="alert" data-t="people-refusal">
                <span>{words}</span>
                <button type="button" class="btn quiet" on:click=move |_| chat().clear_refusal()>
                    {tr(text!(close))}
                </button>
            </p>
        }
        .into_any()
    })
}

fn windows(place: Hall) -> AnyView {
    part(move || {
        let (number, window) = place.window.get();
        match window {
            Some(window) => untrack(|| draw(place, number, window)),
            None => ().into_any(),
        }
    })
}

fn draw(place: Hall, number: u32, window: Window) -> AnyView {
    let closed = move || {
        if place.window.with_untracked(|(now, _)| *now == number) {
            place.window.update(|(_, open)| *open = None);
        }
    };
    let (hook, label) = match &window {
        Window::Card(_) => ("people-card-window", text!(people_card)),
        Window::Status => ("status-window", text!(status_edit)),
    };
    let popup = Popup {
        hook,
        label,
        place: Place::Middle,
        closed: Box::new(closed),
    };
    popup.view(move |close| match window {
        Window::Card(user) => card::card(user, close),
        Window::Status => editor::editor(close),
    })
}
