//! The Media Session of a call: what the lock screen, headset buttons and the browser's own controls show and do.

use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};

use super::js;

/// What the person pressed outside of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pressed {
    /// Mute or unmute.
    Microphone,
    /// Camera on or off.
    Camera,
    /// Hang up.
    HangUp,
}

/// An action's name and what it calls.
type Action = (&'static str, Closure<dyn FnMut()>);

/// The session of one call; dropping it takes the actions back.
pub(crate) struct MediaSession {
    api: JsValue,
    actions: Vec<Action>,
}

impl MediaSession {
    /// Shows `title` and offers the actions of a call.
    pub(crate) fn new(title: &str, pressed: impl Fn(Pressed) + Clone + 'static) -> Self {
        let api = js::get(&js::navigator(), "mediaSession");
        let metadata = js::object(&[("title", &title.into()), ("artist", &"Antenna".into())]);
        if let Ok(class) = js::get(&js::window(), "MediaMetadata").dyn_into::<js_sys::Function>()
            && let Ok(made) = js_sys::Reflect::construct(&class, &js_sys::Array::of1(&metadata))
        {
            js::set(&api, "metadata", &made);
        }
        let mut actions = Vec::new();
        for (name, what) in [
            ("togglemicrophone", Pressed::Microphone),
            ("togglecamera", Pressed::Camera),
            ("hangup", Pressed::HangUp),
        ] {
            let pressed = pressed.clone();
            let closure = Closure::wrap(Box::new(move || pressed(what)) as Box<dyn FnMut()>);
            // Browsers throw on actions they do not know.
            let _ = js::call(
                &api,
                "setActionHandler",
                &[&name.into(), closure.as_ref().unchecked_ref()],
            );
            actions.push((name, closure));
        }
        Self { api, actions }
    }

    /// Tells the system whether the microphone and the camera are on.
    pub(crate) fn show(&self, microphone: bool, camera: bool) {
        let _ = js::call(&self.api, "setMicrophoneActive", &[&microphone.into()]);
        let _ = js::call(&self.api, "setCameraActive", &[&camera.into()]);
    }
}

impl Drop for MediaSession {
    fn drop(&mut self) {
        for (name, _) in &self.actions {
            let _ = js::call(&self.api, "setActionHandler", &[&(*name).into(), &JsValue::NULL]);
        }
        js::set(&self.api, "metadata", &JsValue::NULL);
    }
}
