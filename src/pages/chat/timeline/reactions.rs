//! Reactions below a message: a press puts one's own or takes it back.

use engine::chat::api::ReactionView;
use stylers_macro::style_sheet;

use super::pen::Pen;
use crate::browser::dom::Node;
use crate::pages::chat::{icons, times};
use crate::texts::{fill, text};

/// Draws them, and the button for another one.
pub(super) fn list(reactions: &[ReactionView]) -> Node {
    let pen = Pen::new(style_sheet!("style/components/reactions.css"));
    let list = pen.el("div", "reactions");
    for reaction in reactions {
        list.add(&chip(pen, reaction));
    }
    list.add(&pen.pictured("chip more", "emoji", (icons::SMILE, text!(chat_react))));
    list
}

fn chip(pen: Pen, reaction: &ReactionView) -> Node {
    let chip = pen.button(if reaction.own { "chip mine" } else { "chip" }, "react");
    chip.set("data-arg", &reaction.reaction);
    chip.set("aria-pressed", if reaction.own { "true" } else { "false" });
    let count = times::count(f64::from(reaction.count));
    let names = times::names(&reaction.who);
    let words = if names.is_empty() {
        fill(
            text!(chat_reacted_count),
            &[("emoji", &reaction.reaction), ("n", &count)],
        )
    } else {
        fill(
            text!(chat_reacted_by),
            &[("emoji", &reaction.reaction), ("names", &names)],
        )
    };
    chip.set("title", &words);
    chip.add(&pen.with("span", "sign", &reaction.reaction));
    chip.add(&pen.with("span", "count", &count));
    if !names.is_empty() {
        chip.add(&pen.unseen(&[" ", &names].concat()));
    }
    chip
}
