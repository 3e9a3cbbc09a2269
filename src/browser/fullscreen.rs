//! Full screen.

use wasm_bindgen::JsValue;

use super::{js, promise};

/// Whether this browser can show an element on the full screen (iPhones cannot).
pub(crate) fn available() -> bool {
    js::get(&document(), "fullscreenEnabled").is_truthy()
}

/// Whether something is shown on the full screen now.
pub(crate) fn active() -> bool {
    js::has(&document(), "fullscreenElement")
}

/// Shows `element` on the full screen, or leaves it; only from a press.
pub(crate) fn toggle(element: &web_sys::Element) {
    if active() {
        leave();
    } else {
        promise::ignore(js::call(element, "requestFullscreen", &[]));
    }
}

/// Leaves the full screen, where it is in use.
pub(crate) fn leave() {
    if active() {
        promise::ignore(js::call(&document(), "exitFullscreen", &[]));
    }
}

fn document() -> JsValue {
    js::get(&js::window(), "document")
}
