//! What presses in the timeline do: one listener for all rows, which reads what was pressed from the element.

use std::rc::Rc;

use engine::chat::api::{ChatCommand, MessageId, MessageRow, Row, RowKey, RowKind};
use wasm_bindgen::JsValue;

use super::row::key_of;
use crate::browser::dom::Node;
use crate::pages::chat::desk::{Answer, Desk, Window};
use crate::stores::Actions;
use crate::stores::chat::chat;

/// Does what the pressed element stands for.
pub(super) fn press(desk: Desk, actions: Actions, event: &JsValue) {
    let Some(pressed) = Node::target(event).and_then(|target| target.closest("[data-do]")) else {
        return;
    };
    let (Some(does), Some(row)) = (pressed.get("data-do"), key_of(&pressed)) else {
        return;
    };
    let arg = pressed.get("data-arg");
    match does.as_str() {
        "older" => actions.chat(ChatCommand::LoadOlder),
        "newer" => actions.chat(ChatCommand::LoadNewer),
        "retry" => actions.chat(ChatCommand::Retry(row)),
        "cancel" => actions.chat(ChatCommand::Cancel(row)),
        "undo" => actions.chat(ChatCommand::UndoDelete(row)),
        "jump" => {
            if let Some(id) = arg {
                actions.chat(ChatCommand::JumpTo(MessageId::from(id)));
            }
        }
        "react" => {
            if let Some(reaction) = arg {
                actions.chat(ChatCommand::React {
                    row,
                    reaction: Rc::from(reaction),
                });
            }
        }
        "emoji" => desk.open(Window::React(row, pressed.rect())),
        "reply" => answer(desk, row),
        "more" => desk.open(Window::Message(row, pressed.rect())),
        _ => {}
    }
}

/// Opens the menu of a row, beside it, if it has one.
pub(super) fn menu(desk: Desk, node: &Node) {
    if let Some(key) = key_of(node)
        && has_menu(key)
    {
        desk.open(Window::Message(key, node.rect()));
    }
}

fn has_menu(key: RowKey) -> bool {
    chat()
        .row(key)
        .is_some_and(|row| message_of(&row).is_some_and(|message| !message.deleted))
}

fn answer(desk: Desk, key: RowKey) {
    let Some(row) = chat().row(key) else { return };
    if let Some(message) = message_of(&row)
        && let Some(id) = message.id.clone()
    {
        desk.answer_to(Answer::to(id, message));
    }
}

/// The message of a row.
pub(super) fn message_of(row: &Row) -> Option<&MessageRow> {
    match &row.kind {
        RowKind::Message(message) => Some(message),
        RowKind::Beginning
        | RowKind::Older(_)
        | RowKind::Gap(_)
        | RowKind::Day { .. }
        | RowKind::Unread
        | RowKind::Unreadable { .. } => None,
    }
}
