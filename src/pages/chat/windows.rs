//! The windows of chat: which one is open, and the menus.

use engine::chat::api::{ChatCommand, Delivery, NotifyLevel, RowKey, RowKind, Server};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::desk::{Answer, Desk, Editing, Window};
use super::{dialogs, directory, icons, palette, room};
use crate::browser::clipboard;
use crate::components::dynamic::part;
use crate::components::emoji;
use crate::components::icons::COPY;
use crate::components::menu::{Item, menu};
use crate::components::popup::{Close, Place, Popup};
use crate::stores::chat::chat;
use crate::stores::{Actions, actions, stores};
use crate::texts::{Text, say, text};

/// Draws the window that is open.
pub(super) fn windows(desk: Desk) -> AnyView {
    (move || {
        let (number, window) = desk.window.get();
        let window = window?;
        Some(untrack(|| draw(desk, number, window)))
    })
    .into_any()
}

fn draw(desk: Desk, number: u32, window: Window) -> AnyView {
    let (hook, label, place) = shape(&window);
    let popup = Popup {
        hook,
        label,
        place,
        closed: Box::new(move || desk.closed(number)),
    };
    popup.view(move |close| inside(desk, window, label, close))
}

fn shape(window: &Window) -> (&'static str, Text, Place) {
    match window {
        Window::Message(_, at) => ("chat-message-menu", text!(chat_message_menu), Place::Beside(*at)),
        Window::React(_, at) => ("chat-react", text!(chat_react), Place::Beside(*at)),
        Window::Emoji(at) => ("chat-emoji-window", text!(chat_emoji), Place::Beside(*at)),
        Window::Room(at) => ("chat-room-menu-window", text!(chat_room_menu), Place::Beside(*at)),
        Window::New(at) => ("chat-new-menu", text!(chat_new), Place::Beside(*at)),
        Window::Create => ("chat-create-window", text!(chat_create), Place::Middle),
        Window::Join => ("chat-join-window", text!(chat_join), Place::Middle),
        Window::Directory => ("chat-directory-window", text!(chat_directory), Place::Middle),
        Window::Leave(..) => ("chat-leave-window", text!(chat_leave), Place::Middle),
        Window::Palette(_) => ("chat-palette", text!(chat_find), Place::Top),
    }
}

fn inside(desk: Desk, window: Window, label: Text, close: Close) -> AnyView {
    let actions = actions();
    match window {
        Window::Message(row, at) => menu(label, message_items(desk, actions, row, at), close),
        Window::React(row, _) => emoji::picker(move |emoji| {
            actions.chat(ChatCommand::React {
                row,
                reaction: emoji.into(),
            });
            close();
        }),
        Window::Emoji(_) => emoji::picker(move |emoji| {
            close();
            desk.emoji.set(Some(emoji));
        }),
        Window::Room(_) => menu(label, room_items(desk, actions), close),
        // What the server can do may come a moment later than the press.
        Window::New(_) => {
            let close = StoredValue::new_local(close);
            part(move || {
                let server = chat().server();
                untrack(|| menu(label, new_items(desk, server), close.get_value()))
            })
        }
        Window::Create => dialogs::create(close),
        Window::Join => dialogs::join(desk, close),
        Window::Directory => directory::directory(close),
        Window::Leave(id, name) => dialogs::leave(desk, id, &name, close),
        Window::Palette(with) => palette::palette(desk, with, close),
    }
}

fn message_items(desk: Desk, actions: Actions, row: RowKey, at: crate::browser::dom::Rect) -> Vec<Item> {
    let Some(shown) = chat().row(row) else {
        return Vec::new();
    };
    let RowKind::Message(message) = &shown.kind else {
        return Vec::new();
    };
    let mut items = Vec::new();
    let (id, content) = (message.id.clone(), message.content.clone());
    if let Some(id) = id
        && !message.deleted
    {
        items.push(Item::new(
            "msg-menu-react",
            text!(chat_react),
            icons::SMILE,
            move || {
                desk.open(Window::React(row, at));
            },
        ));
        let answer = Answer::to(id, message);
        items.push(Item::new(
            "msg-menu-reply",
            text!(chat_reply),
            icons::REPLY,
            move || {
                desk.answer_to(answer.clone());
            },
        ));
    }
    if message.may_edit && !message.deleted {
        let content = content.clone();
        items.push(Item::new(
            "msg-menu-edit",
            text!(chat_edit),
            icons::EDIT,
            move || {
                desk.edit(Editing {
                    row,
                    content: content.clone(),
                });
            },
        ));
    }
    if !content.is_empty() && !message.deleted {
        let stores = stores();
        items.push(Item::new("msg-menu-copy", text!(chat_copy), COPY, move || {
            let content = content.clone();
            spawn_local(async move {
                if clipboard::write(&content).await {
                    stores.ui.announce(say(text!(copied), &[]));
                }
            });
        }));
    }
    let failed = matches!(message.delivery, Delivery::Failed(_));
    if failed {
        items.push(Item::new(
            "msg-menu-retry",
            text!(retry),
            icons::AGAIN,
            move || {
                actions.chat(ChatCommand::Retry(row));
            },
        ));
    }
    if failed || message.delivery == Delivery::Waiting {
        let cancel = move || actions.chat(ChatCommand::Cancel(row));
        items.push(Item::new("msg-menu-cancel", text!(chat_discard), icons::DELETE, cancel).danger());
    } else if message.may_delete && !message.deleted {
        let delete = move || actions.chat(ChatCommand::Delete(row));
        items.push(Item::new("msg-menu-delete", text!(chat_delete), icons::DELETE, delete).danger());
    }
    items
}

fn room_items(desk: Desk, actions: Actions) -> Vec<Item> {
    let Some(open) = chat().open_now() else {
        return Vec::new();
    };
    let (id, name, now) = (open.room.id.clone(), open.room.name.clone(), open.room.notify);
    let level = |hook, label, icon, level: NotifyLevel| {
        let room = id.clone();
        Item::new(hook, label, icon, move || {
            actions.chat(ChatCommand::SetNotify {
                room: room.clone(),
                level,
            });
        })
        .chosen(now == level)
    };
    let mut items = vec![
        level(
            "chat-notify-all",
            text!(chat_notify_all),
            icons::BELL,
            NotifyLevel::All,
        ),
        level(
            "chat-notify-mentions",
            text!(chat_notify_mentions),
            icons::MENTION,
            NotifyLevel::Mentions,
        ),
        level(
            "chat-notify-none",
            text!(chat_notify_none),
            icons::BELL_OFF,
            NotifyLevel::None,
        ),
    ];
    let stores = stores();
    let link = room::link_of(&open);
    items.push(Item::new(
        "chat-copy-link",
        text!(chat_copy_link),
        icons::LINK,
        move || {
            let link = link.clone();
            spawn_local(async move {
                if clipboard::write(&link).await {
                    stores.ui.announce(say(text!(copied), &[]));
                }
            });
        },
    ));
    let leave = move || desk.open(Window::Leave(id.clone(), name.clone()));
    items.push(Item::new("chat-leave", text!(chat_leave), icons::LEAVE, leave).danger());
    items
}

fn new_items(desk: Desk, server: Server) -> Vec<Item> {
    let mut items = Vec::new();
    if server.rooms {
        items.push(Item::new(
            "chat-create",
            text!(chat_create),
            icons::PLUS,
            move || {
                desk.open(Window::Create);
            },
        ));
        items.push(Item::new(
            "chat-directory",
            text!(chat_directory),
            icons::ROOMS,
            move || {
                desk.open(Window::Directory);
            },
        ));
    }
    items.push(Item::new("chat-join", text!(chat_join), icons::LINK, move || {
        desk.open(Window::Join);
    }));
    items
}
