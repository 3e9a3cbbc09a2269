//! Small windows: make a room, join one, leave one.

use engine::chat::api::{ChatCommand, RoomId};
use leptos::ev::SubmitEvent;
use leptos::html::Input;
use leptos::prelude::*;
use stylers_macro::style_sheet;

use super::desk::{Desk, room_of_link};
use crate::components::popup::Close;
use crate::stores::actions;
use crate::texts::{Text, fill, text, tr};

/// A window with one field.
struct Ask {
    hook: &'static str,
    title: Text,
    label: Text,
    hint: Text,
    go: Text,
    wrong: Text,
}

/// Make a room.
pub(super) fn create(close: Close) -> AnyView {
    let actions = actions();
    let ask = Ask {
        hook: "chat-create-name",
        title: text!(chat_create),
        label: text!(chat_room_name),
        hint: text!(chat_create_hint),
        go: text!(chat_create_go),
        wrong: text!(chat_need_name),
    };
    let create = move |typed: &str| {
        let name = typed.trim().to_owned();
        let named = !name.is_empty();
        if named {
            actions.chat(ChatCommand::CreateRoom { name });
        }
        named
    };
    field(ask, create, close)
}

/// Join a room by its link or id.
pub(super) fn join(desk: Desk, close: Close) -> AnyView {
    let actions = actions();
    let ask = Ask {
        hook: "chat-join-id",
        title: text!(chat_join),
        label: text!(chat_join_label),
        hint: text!(chat_join_hint),
        go: text!(chat_join_go),
        wrong: text!(chat_join_wrong),
    };
    let join = move |typed: &str| {
        let Some(room) = room_of_link(typed) else {
            return false;
        };
        actions.chat(ChatCommand::Join(RoomId::from(room.as_str())));
        desk.show(&room);
        true
    };
    field(ask, join, close)
}

fn field(ask: Ask, take: impl Fn(&str) -> bool + 'static, close: Close) -> AnyView {
    let scope = style_sheet!("style/components/dialogs.css");
    let wrong = RwSignal::new(false);
    let node = NodeRef::<Input>::new();
    let done = close.clone();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(field) = node.get_untracked() else {
            return;
        };
        if take(&field.value()) {
            done();
        } else {
            wrong.set(true);
        }
    };
    let Ask {
        hook,
        title,
        label,
        hint,
        go,
        wrong: why,
    } = ask;
    view! { class = scope,
        <form class="dialog" on:submit=submit>
            <h2 class="title">{tr(title)}</h2>
            <label class="field">
                <span>{tr(label)}</span>
                <input
                    type="text"
                    dir="auto"
                    autocomplete="off"
                    maxlength="200"
                    autofocus
                    data-t=hook
                    aria-invalid=move || wrong.get().then_some("true")
                    aria-describedby="chat-dialog-note"
                    node_ref=node
                />
            </label>
            <p class="hint" class:wrong=move || wrong.get() id="chat-dialog-note" role="status">
                {move || if wrong.get() { tr(why)() } else { tr(hint)() }}
            </p>
            <div class="ends">
                <button type="button" class="btn quiet" on:click=move |_| close()>
                    {tr(text!(cancel))}
                </button>
                <button type="submit" class="btn primary" data-t="chat-dialog-go">
                    {tr(go)}
                </button>
            </div>
        </form>
    }
    .into_any()
}

/// Leave a room, once that is confirmed.
pub(super) fn leave(desk: Desk, id: RoomId, name: &str, close: Close) -> AnyView {
    let scope = style_sheet!("style/components/dialogs.css");
    let actions = actions();
    let name = name.to_owned();
    let done = close.clone();
    let leave = move |_| {
        done();
        actions.chat(ChatCommand::Leave(id.clone()));
        desk.leave();
    };
    view! { class = scope,
        <div class="dialog">
            <h2 class="title" dir="auto">
                {move || fill(text!(chat_leave_ask), &[("room", &name)])}
            </h2>
            <p class="hint">{tr(text!(chat_leave_note))}</p>
            <div class="ends">
                <button type="button" class="btn quiet" autofocus on:click=move |_| close()>
                    {tr(text!(cancel))}
                </button>
                <button type="button" class="btn stop" data-t="chat-leave-go" on:click=leave>
                    {tr(text!(chat_leave))}
                </button>
            </div>
        </div>
    }
    .into_any()
}
