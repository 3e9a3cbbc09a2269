//! Rooms one could join.

use std::rc::Rc;

use engine::chat::api::{ChatCommand, RoomView};
use leptos::html::Input;
use leptos::prelude::*;
use stylers_macro::style_sheet;

use super::times;
use crate::components::icons::icon;
use crate::components::popup::Close;
use crate::stores::actions;
use crate::stores::chat::chat;
use crate::texts::{fill, text, tr};

use super::icons;

/// Draws the list, with a field to search in it.
pub(super) fn directory(close: Close) -> AnyView {
    let scope = style_sheet!("style/components/directory.css");
    let actions = actions();
    let chat = chat();
    actions.chat(ChatCommand::FindRooms(String::new()));
    let node = NodeRef::<Input>::new();
    let typed = move |_| {
        if let Some(field) = node.get_untracked() {
            actions.chat(ChatCommand::FindRooms(field.value().trim().to_owned()));
        }
    };
    let close = StoredValue::new_local(close);
    let rows = move || match chat.directory() {
        None => {
            view! { class = scope, <span class="spinner" role="status" aria-label=tr(text!(loading))></span> }
                .into_any()
        }
        Some(rooms) if rooms.is_empty() => {
            view! { class = scope, <p class="nothing">{tr(text!(chat_no_rooms))}</p> }.into_any()
        }
        Some(rooms) => {
            let rows: Vec<_> = rooms
                .iter()
                .map(|room| row(scope, room, close.get_value()))
                .collect();
            view! { class = scope,
                <ul class="found" role="list">
                    {rows}
                </ul>
            }
            .into_any()
        }
    };
    view! { class = scope,
        <div class="directory">
            <h2 class="title">{tr(text!(chat_directory))}</h2>
            <input
                type="text"
                dir="auto"
                autocomplete="off"
                autofocus
                data-t="chat-directory-search"
                aria-label=tr(text!(chat_directory_search))
                placeholder=tr(text!(chat_directory_search))
                node_ref=node
                on:input=typed
            />
            <div class="results">{rows}</div>
        </div>
    }
    .into_any()
}

fn row(scope: &'static str, room: &RoomView, close: Close) -> AnyView {
    let actions = actions();
    let id: Rc<str> = room.id.clone();
    let joined = room.joined;
    let members = room
        .members
        .map(|members| fill(text!(chat_members), &[("n", &times::count(f64::from(members)))]));
    let join = move |_| {
        close();
        actions.chat(ChatCommand::Join(id.clone()));
    };
    view! { class = scope,
        <li>
            <button type="button" class="one" data-t="chat-directory-room" on:click=join>
                <span class="face portrait icon-s" aria-hidden="true">
                    {icon(icons::ROOMS)}
                </span>
                <span class="words">
                    <bdi class="name">{room.name.to_string()}</bdi>
                    <span class="members">{members}</span>
                </span>
                <span class="does">{move || if joined { tr(text!(chat_open))() } else { tr(text!(chat_join_go))() }}</span>
            </button>
        </li>
    }
    .into_any()
}
