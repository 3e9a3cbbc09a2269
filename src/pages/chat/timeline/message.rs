//! A message as a row: who, when, what, and how it fares.

use std::rc::Rc;

use engine::chat::api::{Delivery, MessageRow, Millis, ReplyView};
use engine::chat::markdown::{self, Names};

use super::pen::Pen;
use super::{attachments, markdown as paint, reactions};
use crate::browser::dom::Node;
use crate::pages::chat::{icons, times};
use crate::texts::{fill, text};

/// What rows are drawn with.
pub(super) struct Brush {
    /// Makes the elements.
    pub(super) pen: Pen,
    /// Who can be mentioned.
    pub(super) names: Names,
    /// What the room is called.
    pub(super) room: Rc<str>,
}

/// Fills the row of a message.
pub(super) fn fill_in(brush: &Brush, message: &MessageRow, row: &Node) {
    let pen = brush.pen;
    let mut classes = pen.classes("line msg");
    let flags = [
        (message.head, " head"),
        (message.own, " own"),
        (message.mentions_me && !message.deleted, " called"),
        (message.undo_until.is_some(), " going"),
        (message.delivery != Delivery::Sent, " unsent"),
    ];
    for (_, name) in flags.iter().filter(|(on, _)| *on) {
        classes.push_str(name);
    }
    row.classes(&classes);
    row.set("data-delivery", delivery_word(&message.delivery));
    match &message.id {
        Some(id) => row.set("data-id", id),
        None => row.unset("data-id"),
    }
    row.add(&gutter(pen, message));
    let body = pen.el("div", "body");
    body.add(&who(pen, message));
    if message.deleted {
        let gone = pen.el("p", "gone");
        gone.say(&fill(text!(chat_deleted), &[]));
        body.add(&gone);
        if message.undo_until.is_some() {
            let foot = pen.el("div", "foot");
            foot.add(&pen.worded("undo", text!(chat_undo)));
            body.add(&foot);
        }
    } else {
        content(brush, message, &body);
    }
    row.add(&body);
}

fn content(brush: &Brush, message: &MessageRow, body: &Node) {
    let pen = brush.pen;
    if let Some(reply) = &message.reply {
        body.add(&quoted(pen, reply));
    }
    if !message.content.is_empty() {
        // Each of its blocks has a direction of its own; where they stand is the app's.
        let words = pen.el("div", "text");
        words.set("data-t", "msg-text");
        paint::draw(&markdown::parse(&message.content, &brush.names), &words);
        if message.edited.is_some() {
            // In the last line, where that is one of text.
            let last = words.find(":scope > p:last-child");
            last.as_ref().unwrap_or(&words).add(&edited(pen, message.edited));
        }
        body.add(&words);
    }
    if !message.attachments.is_empty() {
        body.add(&attachments::list(&message.attachments));
    }
    if !message.reactions.is_empty() {
        body.add(&reactions::list(&message.reactions));
    }
    if let Some(foot) = foot(pen, message) {
        body.add(&foot);
    }
}

/// The column before a message: a face at the head of a group, the time when one looks at another of it.
fn gutter(pen: Pen, message: &MessageRow) -> Node {
    let gutter = pen.el("div", "gutter");
    if message.head {
        gutter.add(&pen.face(&message.name, message.avatar.as_deref()));
    } else {
        let time = pen.el("time", "when");
        time.set("title", &times::full(message.time));
        time.say(&times::clock_of(message.time));
        time.set("aria-hidden", "true");
        gutter.add(&time);
    }
    gutter
}

fn who(pen: Pen, message: &MessageRow) -> Node {
    let line = pen.el("div", if message.head { "who" } else { "sr-only" });
    line.add(&pen.with("bdi", "name", &message.name));
    line.text(" ");
    line.add(&time(pen, message.time));
    line
}

fn time(pen: Pen, at: Millis) -> Node {
    let time = pen.with("time", "time", &times::of_message(at));
    time.set("title", &times::full(at));
    time.set("data-time", &at.to_string());
    time
}

fn edited(pen: Pen, at: Option<Millis>) -> Node {
    let mark = pen.with("span", "edited", &fill(text!(chat_edited), &[]));
    // A server that says that and not when gives 0.
    if let Some(at) = at.filter(|at| *at > 0) {
        mark.set("title", &times::full(at));
    }
    mark
}

fn quoted(pen: Pen, reply: &ReplyView) -> Node {
    let quote = pen.button("reply", "jump");
    quote.set("data-arg", &reply.id);
    let name = match &reply.name {
        Some(name) => name.to_string(),
        None => fill(text!(chat_somebody), &[]),
    };
    quote.add(&pen.unseen(&fill(text!(chat_in_reply_to), &[])));
    quote.add(&pen.with("bdi", "name", &name));
    let excerpt = if reply.excerpt.is_empty() {
        fill(text!(chat_reply_unknown), &[])
    } else {
        reply.excerpt.to_string()
    };
    let words = pen.with("span", "excerpt", &excerpt);
    words.set("dir", "auto");
    quote.add(&words);
    quote
}

/// How it fares, where there is something to be said.
fn foot(pen: Pen, message: &MessageRow) -> Option<Node> {
    let foot = pen.el("div", "foot");
    match &message.delivery {
        Delivery::Sent => {
            if message.seen_by.is_empty() {
                return None;
            }
            let names = times::names(&message.seen_by);
            let seen = pen.with("span", "seen", &fill(text!(chat_seen_by), &[("names", &names)]));
            seen.set("data-t", "msg-seen");
            foot.add(&seen);
        }
        Delivery::Waiting => {
            let state = pen.el("span", "state");
            state.add(&pen.icon(icons::CLOCK));
            state.text(&fill(text!(chat_waiting), &[]));
            foot.add(&state);
            foot.add(&pen.worded("cancel", text!(cancel)));
        }
        Delivery::Sending => {
            foot.add(&pen.with("span", "state soon", &fill(text!(chat_sending), &[])));
        }
        Delivery::Failed(why) => {
            let state = pen.el("span", "state bad");
            state.add(&pen.icon(icons::WARNING));
            state.text(&fill(text!(chat_failed), &[("why", why)]));
            foot.add(&state);
            foot.add(&pen.worded("retry", text!(retry)));
            foot.add(&pen.worded("cancel", text!(chat_discard)));
        }
    }
    Some(foot)
}

fn delivery_word(delivery: &Delivery) -> &'static str {
    match delivery {
        Delivery::Sent => "sent",
        Delivery::Waiting => "waiting",
        Delivery::Sending => "sending",
        Delivery::Failed(_) => "failed",
    }
}
