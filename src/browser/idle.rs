//! The IdleDetector (Chromium): whether the person is away from the whole device, not only from this page.

use js_sys::{Array, Function, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use super::listener::Listener;
use super::{js, promise};
use crate::local::PermissionState;

/// The shortest time that browsers allow, in milliseconds.
const AFTER: f64 = 60_000.0;

/// Asks for the right to know; only from a press.
pub(crate) async fn ask() -> PermissionState {
    let api = js::get(&js::window(), "IdleDetector");
    if api.is_undefined() {
        return PermissionState::Unsupported;
    }
    match promise::call(&api, "requestPermission", &[]).await {
        Ok(answer) if answer.as_string().as_deref() == Some("granted") => PermissionState::Granted,
        Ok(_) | Err(_) => PermissionState::Denied,
    }
}

/// A detector that runs; dropping it stops it.
pub(crate) struct Idle {
    abort: web_sys::AbortController,
    _change: Listener,
}

impl Idle {
    /// Starts; `changed` gets whether the person is idle or the screen locked. `None` where the browser has none; where
    /// it is not allowed, nothing is ever heard.
    pub(crate) fn start(changed: impl Fn(bool) + 'static) -> Option<Self> {
        let make: Function = js::get(&js::window(), "IdleDetector").dyn_into().ok()?;
        let detector = Reflect::construct(&make, &Array::new()).ok()?;
        let abort = web_sys::AbortController::new().ok()?;
        let state = detector.clone();
        let change = Listener::new(&detector, "change", move |_| {
            changed(js::text(&state, "userState") == "idle" || js::text(&state, "screenState") == "locked");
        });
        let options = js::object(&[
            ("threshold", &AFTER.into()),
            ("signal", &JsValue::from(abort.signal())),
        ]);
        promise::ignore(js::call(&detector, "start", &[&options]));
        Some(Self {
            abort,
            _change: change,
        })
    }
}

impl Drop for Idle {
    fn drop(&mut self) {
        self.abort.abort();
    }
}
