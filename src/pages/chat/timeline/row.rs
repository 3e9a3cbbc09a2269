//! Any row of a timeline.

use engine::chat::api::{Fetching, Row, RowKey, RowKind};

use super::message::{self, Brush};
use super::pen::Pen;
use crate::browser::dom::Node;
use crate::pages::chat::times;
use crate::texts::{Text, fill, text};

/// An empty row.
pub(super) fn make(key: RowKey) -> Node {
    let row = Node::new("div", "");
    row.set("role", "listitem");
    // Only what is near the screen is in the document, and how many there are in all only the server knows.
    row.set("aria-setsize", "-1");
    row.set("data-key", &key.0.to_string());
    row
}

/// The key of the row that an element is in.
pub(super) fn key_of(node: &Node) -> Option<RowKey> {
    let row = node.closest("[data-key]")?;
    row.get("data-key")?.parse().ok().map(RowKey)
}

/// Fills a row, whatever was in it.
pub(super) fn fill_in(brush: &Brush, row: &Row, node: &Node) {
    let pen = brush.pen;
    let focused = Node::focused().filter(|focused| node.holds(focused));
    let does = focused.and_then(|focused| Some((focused.get("data-do")?, focused.get("data-arg"))));
    node.clear();
    node.set("data-t", hook(&row.kind));
    match &row.kind {
        RowKind::Message(message) => {
            node.set("tabindex", "-1");
            message::fill_in(brush, message, node);
        }
        RowKind::Beginning => {
            node.classes(&pen.classes("line note first"));
            let title = pen.with("p", "title", &brush.room);
            title.set("dir", "auto");
            node.add(&title);
            node.add(&pen.with("p", "words", &fill(text!(chat_beginning), &[])));
        }
        RowKind::Older(fetching) => {
            node.classes(&pen.classes("line note"));
            fetch(pen, fetching, ("older", text!(chat_older)), node);
        }
        RowKind::Gap(fetching) => {
            node.classes(&pen.classes("line note gap"));
            node.add(&pen.with("p", "words", &fill(text!(chat_gap), &[])));
            fetch(pen, fetching, ("newer", text!(chat_newer)), node);
        }
        RowKind::Day { day, time } => {
            node.classes(&pen.classes("line day"));
            node.add(&pen.with("span", "label", &times::of_day(*day, *time)));
        }
        RowKind::Unread => {
            node.classes(&pen.classes("line unread"));
            node.add(&pen.with("span", "label", &fill(text!(chat_unread), &[])));
        }
        RowKind::Unreadable { why } => {
            node.classes(&pen.classes("line note unreadable"));
            node.add(&pen.with("p", "words", &fill(text!(chat_unreadable), &[("why", why)])));
        }
    }
    if let Some((does, arg)) = does {
        let same = |button: &Node| button.get("data-arg") == arg;
        let again = node
            .all("[data-do]")
            .into_iter()
            .find(|button| button.get("data-do").as_deref() == Some(&does) && same(button));
        again.as_ref().unwrap_or(node).focus();
    }
}

fn hook(kind: &RowKind) -> &'static str {
    match kind {
        RowKind::Beginning => "row-beginning",
        RowKind::Older(_) => "row-older",
        RowKind::Gap(_) => "row-gap",
        RowKind::Day { .. } => "row-day",
        RowKind::Unread => "row-unread",
        RowKind::Message(_) => "msg",
        RowKind::Unreadable { .. } => "row-unreadable",
    }
}

fn fetch(pen: Pen, fetching: &Fetching, way: (&'static str, Text), into: &Node) {
    let (does, label) = way;
    match fetching {
        Fetching::Possible => {
            let button = pen.worded(does, label);
            // The keys do not stop at this row: Tab does.
            button.set("tabindex", "0");
            into.add(&button);
        }
        Fetching::UnderWay => {
            let wheel = pen.el("span", "spinner");
            into.add(&wheel);
            into.add(&pen.unseen(&fill(text!(loading), &[])));
        }
        Fetching::Offline => into.add(&pen.with("p", "words", &fill(text!(chat_fetch_offline), &[]))),
        Fetching::Impossible(None) => {
            into.add(&pen.with("p", "words", &fill(text!(chat_fetch_impossible), &[])));
        }
        Fetching::Impossible(Some(why)) => {
            into.add(&pen.with("p", "words", &fill(text!(chat_fetch_refused), &[("why", why)])));
        }
    }
}
