//! Chat and people: which of the two screens of their chunk an address means, and the quiet banner above all pages.

use std::any::Any;
use std::rc::Rc;

use engine::chat::api::Notification;
use leptos::mount::mount_to;
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use stylers_macro::style_sheet;

use super::{chat, people};
use crate::browser::{js, page};
use crate::components::icons::{CLOSE, icon};
use crate::stores::chat as store;
use crate::texts::{text, tr};

/// The screen of the present address; made anew by the shell when that goes from one to the other.
pub(crate) fn screen() -> AnyView {
    // The router's: the browser hears of a new address only after it is drawn.
    if use_location().pathname.read_untracked().as_str() == "/people" {
        people::screen()
    } else {
        chat::screen()
    }
}

/// Puts the banner above the router and all pages, for as long as what is given back is kept.
pub(crate) fn mount_banner() -> Option<Box<dyn Any>> {
    let body = js::document()?.body()?;
    Some(Box::new(mount_to(body, banner)))
}

/// The quiet banner: a message came while another page is on screen.
fn banner() -> AnyView {
    let scope = style_sheet!("style/components/talk.css");
    let shown = move || store::chat().banner().map(|notice| note(scope, &notice));
    view! { class = scope,
        <div class="place" role="status">
            {shown}
        </div>
    }
    .into_any()
}

fn note(scope: &'static str, notice: &Rc<Notification>) -> AnyView {
    let path = ["/chat/", &page::encoded(&notice.room)].concat();
    let room = (!notice.direct).then(|| notice.room_name.to_string());
    view! { class = scope,
        <div class="note" data-t="chat-news">
            <a class="link" href=path on:click=|_| store::close_banner()>
                <span class="who">
                    <strong dir="auto">{notice.from.to_string()}</strong>
                    {room.map(|room| view! { class = scope, <bdi class="room">{room}</bdi> })}
                </span>
                <span class="text" dir="auto">
                    {notice.text.to_string()}
                </span>
            </a>
            <button
                type="button"
                class="btn quiet square"
                data-t="chat-news-close"
                aria-label=tr(text!(close))
                on:click=|_| store::close_banner()
            >
                {icon(CLOSE)}
            </button>
        </div>
    }
    .into_any()
}
