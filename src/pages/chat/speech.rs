//! New messages for screen readers, at the pace that the engine keeps.

use std::collections::VecDeque;

use engine::chat::api::Announcement;
use leptos::prelude::*;

use super::times;
use crate::stores::chat::chat;
use crate::texts::{fill, text, tr};

/// How many lines the log holds.
const MOST: usize = 6;

/// A log that is read and not seen.
pub(super) fn log() -> AnyView {
    let said = chat();
    let mut lines: VecDeque<(u64, String)> = VecDeque::new();
    let mut number = 0;
    let lines = move || {
        for announcement in &said.take_announcements() {
            number += 1;
            lines.push_back((number, words(announcement)));
        }
        while lines.len() > MOST {
            lines.pop_front();
        }
        lines.iter().cloned().collect::<Vec<_>>()
    };
    let lines = std::cell::RefCell::new(lines);
    let lines = leptos::__reexports::send_wrapper::SendWrapper::new(lines);
    view! {
        <div class="sr-only" role="log" aria-live="polite" aria-label=tr(text!(chat_log)) data-t="chat-log">
            <For
                each=move || (lines.borrow_mut())()
                key=|(number, _)| *number
                children=|(_, words)| view! { <p dir="auto">{words}</p> }
            />
        </div>
    }
    .into_any()
}

fn words(announcement: &Announcement) -> String {
    match announcement {
        Announcement::Message(name, message) => fill(text!(chat_said), &[("name", name), ("text", message)]),
        Announcement::More(more) => fill(text!(chat_said_more), &[("n", &times::count(f64::from(*more)))]),
    }
}
