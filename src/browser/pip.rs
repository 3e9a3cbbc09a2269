//! Picture-in-picture of a `<video>`.

use wasm_bindgen::JsValue;

use super::{js, promise};

/// Whether this browser has it (Firefox offers its own button instead).
pub(crate) fn available() -> bool {
    js::get(&document(), "pictureInPictureEnabled").is_truthy()
}

/// Whether a video is shown in picture now.
pub(crate) fn active() -> bool {
    js::has(&document(), "pictureInPictureElement")
}

/// Takes `video` out into its own small window, or back; only from a press, and once it has a picture.
pub(crate) fn toggle(video: &web_sys::Element) {
    if active() {
        leave();
    } else {
        promise::ignore(js::call(video, "requestPictureInPicture", &[]));
    }
}

/// Closes the small window, where there is one.
pub(crate) fn leave() {
    if active() {
        promise::ignore(js::call(&document(), "exitPictureInPicture", &[]));
    }
}

fn document() -> JsValue {
    js::get(&js::window(), "document")
}
