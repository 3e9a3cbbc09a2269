//! Whether the page can be seen.

use super::js;
use super::listener::Listener;

/// Whether the page is visible now.
pub(crate) fn visible() -> bool {
    js::text(&js::get(&js::window(), "document"), "visibilityState") != "hidden"
}

/// Calls `changed` with the new visibility whenever it changes.
pub(crate) fn watch(mut changed: impl FnMut(bool) + 'static) -> Listener {
    let document = js::get(&js::window(), "document");
    Listener::new(&document, "visibilitychange", move |_| changed(visible()))
}
