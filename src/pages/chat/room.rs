//! The open conversation: its head, its timeline, who is typing, the composer.

use std::rc::Rc;

use engine::chat::api::{ChatCommand, OpenRoom, Presence, RoomTrouble, RoomView};
use leptos::ev::{DragEvent, MouseEvent};
use leptos::prelude::*;

use super::desk::{Desk, Window};
use super::sign::Sign;
use super::timeline::initial;
use super::{composer, icons, presence, timeline, times, uploads};
use crate::browser::dom::Node;
use crate::browser::field;
use crate::components::dynamic::{part, part_if};
use crate::components::icons::{CALL, icon};
use crate::stores::actions;
use crate::stores::chat::chat;
use crate::texts::{fill, text, tr};

/// Draws the room that the address names.
pub(super) fn room(scope: &'static str, desk: Desk) -> AnyView {
    let dropping = RwSignal::new(false);
    let over = move |event: DragEvent| {
        if field::drags_files(&event) && chat().server_now().attachments.is_some() {
            event.prevent_default();
            dropping.set(true);
        }
    };
    let actions = actions();
    let dropped = move |event: DragEvent| {
        event.prevent_default();
        dropping.set(false);
        uploads::attach(actions, field::files(&event));
    };
    let trouble = move || chat().open().and_then(|open| open.trouble.clone());
    view! { class = scope,
        <section
            class="room-pane"
            class:dropping=move || dropping.get()
            aria-label=tr(text!(chat_conversation))
            data-t="chat-room-open"
            on:dragover=over
            on:dragleave=move |_| dropping.set(false)
            on:drop=dropped
        >
            {head(scope, desk)}
            {timeline::timeline(desk)}
            {part(move || trouble().map_or_else(|| ().into_any(), |trouble| no_room(scope, desk, &trouble)))}
            {typing(scope)}
            {part_if(move || trouble().is_none(), move || composer::composer(desk))}
        </section>
    }
    .into_any()
}

fn head(scope: &'static str, desk: Desk) -> AnyView {
    let more = move |event: MouseEvent| {
        if let Some(button) = Node::target(&event).and_then(|target| target.closest("button")) {
            desk.open(Window::Room(button.rect()));
        }
    };
    let search = move |_| {
        if let Some(open) = chat().open_now() {
            desk.open(Window::Palette(["in:", &open.room.id, " "].concat()));
        }
    };
    let room = move || chat().open().map(|open| open.room.clone());
    let ring = move |_| {
        if let Some(with) = chat().open_now().and_then(|open| open.room.with.clone()) {
            actions().chat(ChatCommand::FindCallId(with));
        }
    };
    let may_be_called =
        Memo::new(move |_| chat().server().calls && room().is_some_and(|room| callable(&room)));
    let name = move || room().map(|room| room.name.to_string()).unwrap_or_default();
    let sign = |hook, label, icon, opens| Sign {
        hook,
        class: "btn quiet square",
        label,
        icon,
        opens,
    };
    let call = part_if(
        move || may_be_called.get(),
        move || sign("chat-call", text!(call), CALL, None).view(scope, ring),
    );
    let look = sign("chat-search-room", text!(chat_search_room), icons::SEARCH, None);
    let menu = sign("chat-room-menu", text!(chat_room_menu), icons::MORE, Some("menu"));
    view! { class = scope,
        <header class="room-head">
            <a class="btn quiet square back" href="/chat" data-t="chat-back" aria-label=tr(text!(chat_back))>
                {icon(icons::BACK)}
            </a>
            <span class="room-face" aria-hidden="true">
                {move || room().map(|room| face(scope, &room))}
            </span>
            <div class="room-about">
                <h1 class="room-name" tabindex="-1" data-t="chat-room-name">
                    <bdi>{name}</bdi>
                </h1>
                <p class="room-sub">{move || room().map(|room| about(&room))}</p>
            </div>
            {call}
            {look.view(scope, search)}
            {menu.view(scope, more)}
        </header>
    }
    .into_any()
}

/// A conversation with somebody who is there and not to be left alone.
fn callable(room: &RoomView) -> bool {
    room.with.is_some()
        && matches!(
            room.presence,
            Presence::Online | Presence::Away | Presence::InCall
        )
}

fn face(scope: &'static str, room: &RoomView) -> AnyView {
    if room.with.is_none() {
        return view! { class = scope, <span class="face portrait many">{icon(icons::ROOMS)}</span> }
            .into_any();
    }
    let dot = (room.presence != Presence::Unknown).then(
        || view! { class = scope, <span class="dot presence" data-presence=presence::word(room.presence)></span> },
    );
    view! { class = scope, <span class="face portrait">{initial(&room.name)} {dot}</span> }.into_any()
}

fn about(room: &RoomView) -> String {
    if room.with.is_some() {
        return match room.presence {
            Presence::Unknown => String::new(),
            known => fill(presence::words(known), &[]),
        };
    }
    match room.members {
        Some(members) => fill(text!(chat_members), &[("n", &times::count(f64::from(members)))]),
        None => String::new(),
    }
}

/// Who is typing; its line is always there, so that nothing moves when somebody starts.
fn typing(scope: &'static str) -> AnyView {
    let words = move || {
        let open = chat().open();
        let names: &[Rc<str>] = open.as_ref().map_or(&[], |open| &open.typing);
        match names {
            [] => String::new(),
            [one] => fill(text!(chat_typing_one), &[("name", &times::isolated(one))]),
            [one, two] => fill(
                text!(chat_typing_two),
                &[("one", &times::isolated(one)), ("two", &times::isolated(two))],
            ),
            _ => fill(text!(chat_typing_many), &[]),
        }
    };
    view! { class = scope,
        <p class="typing" data-t="chat-typing">
            {words}
        </p>
    }
    .into_any()
}

fn no_room(scope: &'static str, desk: Desk, trouble: &RoomTrouble) -> AnyView {
    let (title, words) = match trouble {
        RoomTrouble::Refused(why) => (text!(chat_no_room), why.clone()),
        RoomTrouble::Offline => (text!(chat_room_offline), fill(text!(chat_room_offline_text), &[])),
    };
    view! { class = scope,
        <div class="none" role="alert" data-t="chat-trouble">
            <p class="strong">{tr(title)}</p>
            <p class="muted" dir="auto">
                {words}
            </p>
            <button type="button" class="btn" on:click=move |_| desk.leave()>
                {tr(text!(chat_back))}
            </button>
        </div>
    }
    .into_any()
}

/// Links to the room that is open, for those who are to come in.
pub(super) fn link_of(open: &OpenRoom) -> String {
    [
        crate::browser::page::origin(),
        super::desk::path_of(&open.room.id),
    ]
    .concat()
}
