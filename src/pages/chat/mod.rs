//! Conversations: the list, the open room, search. All of it is in a wasm chunk of its own.

pub(super) mod banner;
mod completion;
mod composer;
mod desk;
mod dialogs;
mod directory;
pub(super) mod icons;
mod keys;
mod list;
mod palette;
mod palette_rows;
pub(super) mod presence;
mod query;
mod room;
mod rows;
mod sign;
mod speech;
pub(super) mod status;
mod timeline;
pub(super) mod times;
mod uploads;
mod windows;

use std::time::Duration;

use engine::chat::api::{ChatCommand, RoomId};
use leptos::prelude::*;
use stylers_macro::style_sheet;

use self::desk::{Desk, path_of};
use super::shell::enter;
use crate::browser::page;
use crate::browser::timer::Interval;
use crate::components::dynamic::{follow, is, part};
use crate::components::icons::{CHAT, icon};
use crate::components::notice::loading;
use crate::stores::chat::chat;
use crate::stores::{actions, stores};
use crate::texts::{text, tr};

#[derive(Clone, Copy, PartialEq)]
enum Screen {
    /// It is not known yet who is there.
    Wait,
    /// This backend has no chat.
    None,
    /// Chat is for people with an account.
    SignedOut,
    /// The conversations.
    Chat,
}

/// The page.
pub(super) fn screen() -> AnyView {
    let scope = style_sheet!("style/components/chat.css");
    enter(text!(chat));
    let desk = Desk::new();
    let stores = stores();
    let screen = Memo::new(move |_| {
        let capabilities = stores.connection.capabilities();
        if !stores.connection.is_settled() {
            Screen::Wait
        } else if !capabilities.chat {
            Screen::None
        } else if stores.auth.is_signed_in() || stores.auth.is_unknown() && chat().is_somebody() {
            Screen::Chat
        } else if stores.auth.is_unknown() || stores.auth.is_working() {
            Screen::Wait
        } else {
            Screen::SignedOut
        }
    });
    part(move || match screen.get() {
        Screen::Wait => untrack(loading),
        Screen::None => untrack(|| none(scope)),
        Screen::SignedOut => untrack(|| sign_in(scope, desk)),
        Screen::Chat => untrack(|| conversations(scope, desk)),
    })
}

fn none(scope: &'static str) -> AnyView {
    view! { class = scope,
        <div class="gate icon-l" data-t="chat-none-here">
            {icon(CHAT)}
            <h1 tabindex="-1">{tr(text!(chat))}</h1>
            <p class="muted">{tr(text!(chat_not_here))}</p>
        </div>
    }
    .into_any()
}

fn sign_in(scope: &'static str, desk: Desk) -> AnyView {
    let go = move |_| {
        let back = desk
            .room
            .get_untracked()
            .map_or_else(|| "/chat".to_owned(), |room| path_of(&room));
        desk.visit(&["/signin?next=", &page::encoded(&back)].concat());
    };
    view! { class = scope,
        <div class="gate icon-l" data-t="chat-signed-out">
            {icon(CHAT)}
            <h1 tabindex="-1">{tr(text!(chat_sign_in))}</h1>
            <p class="muted">{tr(text!(chat_sign_in_text))}</p>
            <button type="button" class="btn primary" data-t="chat-sign-in" on:click=go>
                {tr(text!(sign_in))}
            </button>
        </div>
    }
    .into_any()
}

fn conversations(scope: &'static str, desk: Desk) -> AnyView {
    let (chat, actions) = (chat(), actions());
    follow(move || {
        let Some(room) = desk.room.get() else {
            return actions.chat(ChatCommand::Close);
        };
        actions.chat(ChatCommand::Open(RoomId::from(room.as_str())));
        let target = desk.target.get_untracked().filter(|(of, _)| **of == *room);
        if let Some((_, message)) = target {
            desk.target.set(None);
            actions.chat(ChatCommand::JumpTo(message));
        }
    });
    on_cleanup(move || actions.chat(ChatCommand::Close));
    let mut went = untrack(|| chat.going().0);
    follow(move || {
        let (number, room) = chat.going();
        if let Some(room) = room.filter(|_| number != went) {
            went = number;
            desk.show(&room);
        }
    });
    let tick = Interval::new(Duration::from_secs(30), move || {
        desk.minute.update(|minute| *minute = minute.wrapping_add(1));
    });
    let shortcut = keys::watch(desk);
    let kept = StoredValue::new_local((tick, shortcut));
    on_cleanup(move || kept.dispose());
    let in_room = is(move || desk.room.read().is_some());
    let right = part(move || {
        if in_room.get() {
            untrack(|| room::room(scope, desk))
        } else {
            nothing(scope)
        }
    });
    view! { class = scope,
        <div
            class="chat-frame"
            data-t="chat"
            class:in-room=move || in_room.get()
            data-room=move || desk.room.get()
        >
            {status::strip(scope)}
            <div class="panes" class:one=move || in_room.get() class:idle=move || !in_room.get()>
                {list::list(scope, desk)}
                {right}
            </div>
            {speech::log()}
            {windows::windows(desk)}
        </div>
    }
    .into_any()
}

fn nothing(scope: &'static str) -> AnyView {
    view! { class = scope,
        <div class="nothing icon-l">
            {icon(CHAT)}
            <p class="muted">{tr(text!(chat_choose))}</p>
        </div>
    }
    .into_any()
}
