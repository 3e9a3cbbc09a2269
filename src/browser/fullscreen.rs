//! Full screen.

use wasm_bindgen::JsValue;

use super::listener::Listener;
use super::{js, promise};

/// Whether this browser can show an element on the full screen (iPhones cannot).
pub fn available() -> bool {
    js::get(&document(), "fullscreenEnabled").is_truthy()
}

/// Whether something is shown on the full screen now.
pub fn active() -> bool {
    js::has(&document(), "fullscreenElement")
}

/// Shows `element` on the full screen, or leaves it; only from a press.
pub fn toggle(element: &web_sys::Element) {
    if active() {
        leave();
    } else {
        promise::ignore(js::call(element, "requestFullscreen", &[]));
    }
}

/// Leaves the full screen, where it is in use.
pub fn leave() {
    if active() {
        promise::ignore(js::call(&document(), "exitFullscreen", &[]));
    }
}

/// Calls `changed` with whether the full screen is in use, whenever that changes.
pub fn watch(mut changed: impl FnMut(bool) + 'static) -> Listener {
    Listener::new(&document(), "fullscreenchange", move |_| changed(active()))
}

fn document() -> JsValue {
    js::get(&js::window(), "document")
}
