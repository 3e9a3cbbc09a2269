//! Keys that work wherever the focus is.

use super::desk::{Desk, Window};
use crate::browser::js;
use crate::browser::listener::Listener;
use crate::browser::page;
use leptos::prelude::*;

/// Ctrl K, or ⌘ K: jump and search.
pub(super) fn watch(desk: Desk) -> Listener {
    let document = js::get(&js::window(), "document");
    Listener::new(&document, "keydown", move |event| {
        let held = |name| js::get(&event, name).is_truthy();
        let letter = js::text(&event, "key").to_lowercase();
        if letter != "k" || held("altKey") || held("shiftKey") || !(held("ctrlKey") || held("metaKey")) {
            return;
        }
        page::prevent(&event);
        if !desk
            .window
            .with_untracked(|(_, open)| matches!(open, Some(Window::Palette(_))))
        {
            desk.open(Window::Palette(String::new()));
        }
    })
}
