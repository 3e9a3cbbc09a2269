//! Picture-in-picture of a `<video>`.

use wasm_bindgen::JsValue;

use super::listener::Listener;
use super::{js, promise};

/// Whether this browser has it (Firefox offers its own button instead).
pub fn available() -> bool {
    js::get(&document(), "pictureInPictureEnabled").is_truthy()
}

/// Whether a video is shown in picture now.
pub fn active() -> bool {
    js::has(&document(), "pictureInPictureElement")
}

/// Takes `video` out into its own small window, or back; only from a press, and once it has a picture.
pub fn toggle(video: &web_sys::Element) {
    if active() {
        leave();
    } else {
        promise::ignore(js::call(video, "requestPictureInPicture", &[]));
    }
}

/// Closes the small window, where there is one.
pub fn leave() {
    if active() {
        promise::ignore(js::call(&document(), "exitPictureInPicture", &[]));
    }
}

/// Calls `changed` with whether `video` is in its own window, whenever that changes.
pub fn watch(video: &web_sys::Element, changed: impl FnMut(bool) + Clone + 'static) -> [Listener; 2] {
    let (mut enter, mut left) = (changed.clone(), changed);
    [
        Listener::new(video, "enterpictureinpicture", move |_| enter(true)),
        Listener::new(video, "leavepictureinpicture", move |_| left(false)),
    ]
}

fn document() -> JsValue {
    js::get(&js::window(), "document")
}
