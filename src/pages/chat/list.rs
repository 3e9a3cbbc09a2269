//! The conversations: who wrote last, what was not read, what waits.

use std::rc::Rc;

use engine::chat::api::{NotifyLevel, Presence, RoomView};
use leptos::html::Ul;
use leptos::prelude::*;

use super::desk::{Desk, Window, path_of};
use super::presence;
use super::rows::Rows;
use super::sign::Sign;
use super::timeline::Pen;
use super::{icons, times};
use crate::browser::dom::Node;
use crate::components::dynamic::{follow, part_if};
use crate::components::icons::icon;
use crate::stores::chat::chat;
use crate::texts::{self, fill, text, tr};

/// Draws the list and what is above it.
pub(super) fn list(scope: &'static str, desk: Desk) -> AnyView {
    let chat = chat();
    let new = move |event: leptos::ev::MouseEvent| {
        if let Some(button) = Node::target(&event).and_then(|target| target.closest("button")) {
            desk.open(Window::New(button.rect()));
        }
    };
    let find = move |_| desk.open(Window::Palette(String::new()));
    let some = move || !chat.rooms().is_empty();
    let plus = Sign {
        hook: "chat-new",
        class: "btn quiet square",
        label: text!(chat_new),
        icon: icons::PLUS,
        opens: Some("menu"),
    };
    view! { class = scope,
        <section class="list" aria-label=tr(text!(chat_conversations)) data-t="chat-list">
            <header class="head">
                <h1 tabindex="-1">{tr(text!(chat))}</h1>
                {plus.view(scope, new)}
            </header>
            <button type="button" class="find icon-s" data-t="chat-find" on:click=find>
                {icon(icons::SEARCH)}
                <span>{tr(text!(chat_find))}</span>
                <kbd class="keys" aria-hidden="true">
                    {if crate::browser::page::is_apple() { "⌘ K" } else { "Ctrl K" }}
                </kbd>
            </button>
            {rooms(scope, desk)}
            {part_if(move || !some(), move || empty(scope, desk))}
        </section>
    }
    .into_any()
}

fn rooms(scope: &'static str, desk: Desk) -> AnyView {
    let chat = chat();
    let node = NodeRef::<Ul>::new();
    let mut rows = None::<Rows<Rc<str>, RoomView>>;
    let mut shown = None;
    follow(move || {
        let Some(parent) = node.get().and_then(|list| Node::of(&list)) else {
            return;
        };
        let rows = rows.get_or_insert_with(|| Rows::new(parent));
        let rooms = chat.rooms();
        let wanted: Vec<_> = rooms.iter().map(|room| (room.id.clone(), room.clone())).collect();
        let pen = Pen::new(scope);
        let open = desk.room.get();
        let look = (texts::code(texts::locale()), desk.minute.get(), open.clone());
        let paint = |room: &RoomView, node: &Node| draw(pen, room, open.as_deref(), node);
        rows.sync(&wanted, |_| make(pen), paint);
        if shown.as_ref() != Some(&look) {
            rows.refresh(paint);
            shown = Some(look);
        }
    });
    view! { class = scope, <ul class="rooms" role="list" node_ref=node></ul> }.into_any()
}

fn make(pen: Pen) -> Node {
    let item = pen.el("li", "item");
    let link = pen.el("a", "room");
    item.add(&link);
    item
}

fn draw(pen: Pen, room: &RoomView, open: Option<&str>, item: &Node) {
    let Some(link) = item.find("a") else { return };
    link.clear();
    link.set("href", &path_of(&room.id));
    link.set("data-t", "chat-room");
    link.set("data-room", &room.id);
    link.set("data-unread", &room.unread.to_string());
    link.class("fresh", room.unread > 0 && room.notify != NotifyLevel::None);
    if open == Some(&*room.id) {
        link.set("aria-current", "page");
    } else {
        link.unset("aria-current");
    }
    link.add(&face(pen, room));
    let lines = pen.el("span", "lines");
    let top = pen.el("span", "top");
    let name = pen.el("span", "name");
    let words = Node::new("bdi", "");
    words.say(&room.name);
    name.add(&words);
    top.add(&name);
    if let Some(last) = &room.last {
        let time = pen.with("time", "time", &times::short(last.time));
        time.set("title", &times::full(last.time));
        top.add(&time);
    }
    lines.add(&top);
    let bottom = pen.el("span", "bottom");
    bottom.add(&preview(pen, room));
    marks(pen, room, &bottom);
    lines.add(&bottom);
    link.add(&lines);
}

fn face(pen: Pen, room: &RoomView) -> Node {
    let face = pen.el(
        "span",
        if room.with.is_some() {
            "face portrait"
        } else {
            "face portrait many"
        },
    );
    if room.with.is_some() {
        face.say(&super::timeline::initial(&room.name));
        if room.presence != Presence::Unknown {
            let dot = pen.el("span", "dot presence");
            dot.set("data-presence", presence::word(room.presence));
            dot.set("title", &fill(presence::words(room.presence), &[]));
            face.add(&dot);
        }
    } else {
        face.add(&pen.icon(icons::ROOMS));
    }
    face.set("aria-hidden", "true");
    face
}

fn preview(pen: Pen, room: &RoomView) -> Node {
    let line = pen.el("span", "preview");
    line.set("dir", "auto");
    if room.draft {
        line.add(&pen.with("span", "draft", &fill(text!(chat_draft), &[])));
        line.text(" ");
    }
    let Some(last) = &room.last else {
        line.text(&fill(text!(chat_no_messages), &[]));
        return line;
    };
    if last.text.is_empty() {
        // Nothing but files, or deleted.
        line.text(&fill(text!(chat_no_text), &[]));
        return line;
    }
    let words = match &last.from {
        None => fill(text!(chat_by_me), &[("text", &last.text)]),
        Some(_) if room.with.is_some() => last.text.to_string(),
        Some(from) => fill(
            text!(chat_by),
            &[("name", &times::isolated(from)), ("text", &last.text)],
        ),
    };
    let text = pen.with("bdi", "", &words);
    line.add(&text);
    line
}

fn marks(pen: Pen, room: &RoomView, into: &Node) {
    if room.with.is_some() && room.presence != Presence::Unknown {
        into.add(&pen.unseen(&fill(presence::words(room.presence), &[])));
    }
    if room.waiting {
        let mark = pen.el("span", "mark");
        let words = fill(text!(chat_waiting), &[]);
        mark.set("title", &words);
        mark.add(&pen.icon(icons::CLOCK));
        mark.add(&pen.unseen(&words));
        into.add(&mark);
    }
    if room.notify == NotifyLevel::None {
        let mark = pen.el("span", "mark");
        let words = fill(text!(chat_muted), &[]);
        mark.set("title", &words);
        mark.add(&pen.icon(icons::BELL_OFF));
        mark.add(&pen.unseen(&words));
        into.add(&mark);
    }
    if room.mentions > 0 {
        let mark = pen.with("span", "badge at", "@");
        mark.set(
            "title",
            &fill(text!(chat_mentions), &[("n", &room.mentions.to_string())]),
        );
        mark.set("aria-hidden", "true");
        into.add(&mark);
        into.add(&pen.unseen(&fill(text!(chat_mentions), &[("n", &room.mentions.to_string())])));
    }
    if room.unread > 0 {
        let shown = if room.unread > 999 {
            "999+".to_owned()
        } else {
            room.unread.to_string()
        };
        let badge = pen.with("span", "badge", &shown);
        badge.set("data-t", "chat-unread");
        badge.set("aria-hidden", "true");
        into.add(&badge);
        into.add(&pen.unseen(&fill(text!(chat_unread_n), &[("n", &shown)])));
    }
}

/// Nothing in the list: it is on its way, or there is none yet.
fn empty(scope: &'static str, desk: Desk) -> AnyView {
    let chat = chat();
    let ready = move || chat.is_ready();
    let server = move || chat.server();
    view! { class = scope,
        <div class="none" data-t="chat-none">
            {move || {
                if !ready() {
                    return view! { class = scope,
                        <span class="spinner" role="status" aria-label=tr(text!(loading))></span>
                    }
                    .into_any();
                }
                view! { class = scope,
                    <p class="strong">{tr(text!(chat_none))}</p>
                    <p class="muted">{tr(text!(chat_none_hint))}</p>
                    {server()
                        .rooms
                        .then(|| {
                            view! { class = scope,
                                <button type="button" class="btn primary" on:click=move |_| desk.open(Window::Create)>
                                    {tr(text!(chat_create))}
                                </button>
                                <button type="button" class="btn" on:click=move |_| desk.open(Window::Directory)>
                                    {tr(text!(chat_directory))}
                                </button>
                            }
                        })}
                    <button type="button" class="btn quiet" on:click=move |_| desk.open(Window::Join)>
                        {tr(text!(chat_join))}
                    </button>
                }
                .into_any()
            }}
        </div>
    }
    .into_any()
}
