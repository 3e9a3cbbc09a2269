//! What one may do with a message, in its corner while one points at it or has the focus in it: one set of buttons,
//! moved to where it is wanted.

use engine::chat::api::RowKey;

use super::pen::Pen;
use super::press::message_of;
use crate::browser::dom::Node;
use crate::components::emoji_data::QUICK;
use crate::pages::chat::icons;
use crate::stores::chat::chat;
use crate::texts::{fill, text};

/// The buttons, and where they are.
pub(super) struct Tools {
    pen: Pen,
    at: Option<RowKey>,
    node: Option<Node>,
}

impl Tools {
    pub(super) fn new(pen: Pen) -> Self {
        Self {
            pen,
            at: None,
            node: None,
        }
    }

    /// Puts the buttons into this row, or takes them out of the document.
    pub(super) fn show(&mut self, at: Option<(RowKey, &Node)>) {
        if self.at == at.map(|(key, _)| key) {
            return;
        }
        self.hide();
        let Some((key, row)) = at else { return };
        self.at = Some(key);
        if let Some(node) = self.made(key) {
            row.add(&node);
            self.node = Some(node);
        }
    }

    /// A row was filled anew: what was in it is gone.
    pub(super) fn refilled(&mut self, key: RowKey, row: &Node) {
        if self.at == Some(key) {
            self.at = None;
            self.show(Some((key, row)));
        }
    }

    fn hide(&mut self) {
        self.at = None;
        if let Some(node) = self.node.take() {
            node.remove();
        }
    }

    fn made(&self, key: RowKey) -> Option<Node> {
        let row = chat().row(key)?;
        let message = message_of(&row)?;
        if message.deleted || message.undo_until.is_some() {
            return None;
        }
        let pen = self.pen;
        let tools = pen.el("div", "tools");
        tools.set("role", "group");
        tools.set("aria-label", &fill(text!(chat_message_menu), &[]));
        if message.id.is_some() {
            for emoji in QUICK.iter().take(3) {
                let quick = pen.button("tool quick", "react");
                quick.set("data-arg", emoji);
                quick.set("aria-label", &fill(text!(chat_react_with), &[("emoji", emoji)]));
                quick.say(emoji);
                tools.add(&quick);
            }
            tools.add(&pen.pictured("tool", "emoji", (icons::SMILE, text!(chat_react))));
            tools.add(&pen.pictured("tool", "reply", (icons::REPLY, text!(chat_reply))));
        }
        tools.add(&pen.pictured("tool", "more", (icons::MORE, text!(chat_message_menu))));
        Some(tools)
    }
}
