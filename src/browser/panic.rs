//! What is left when the app has panicked: camera, microphone and connections stop, and js/start.js says what happened,
//! since the wasm is not to be trusted any more.

use std::cell::{Cell, RefCell};

use wasm_bindgen::JsValue;

use super::js;

thread_local! {
    static LIVE: RefCell<Option<js_sys::Set>> = const { RefCell::new(None) };
    static DEAD: Cell<bool> = const { Cell::new(false) };
}

/// Something that must stop when the app panics: a track (`stop`) or a connection (`close`). Forgotten when dropped.
pub(crate) struct Live(JsValue);

impl Live {
    /// Remembers it.
    pub(crate) fn new(value: &JsValue) -> Self {
        LIVE.with_borrow_mut(|set| {
            set.get_or_insert_with(|| js_sys::Set::new(&JsValue::UNDEFINED))
                .add(value);
        });
        Self(value.clone())
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        LIVE.with_borrow(|set| {
            if let Some(set) = set {
                set.delete(&self.0);
            }
        });
    }
}

/// Whether the app has panicked: whatever still gets called by the browser does nothing then.
pub(crate) fn dead() -> bool {
    DEAD.get()
}

/// Shows the screen instead of a dead page from now on.
pub(crate) fn install() {
    std::panic::set_hook(Box::new(|info| {
        if DEAD.replace(true) {
            return;
        }
        stop_everything();
        let mut what = String::from("Antenna ");
        what.push_str(env!("CARGO_PKG_VERSION"));
        what.push('\n');
        what.push_str(&info.to_string());
        let _ = js::call(&js::window(), "antennaCrashed", &[&what.as_str().into()]);
    }));
}

fn stop_everything() {
    // The panic may have come while the set was borrowed.
    LIVE.with(|live| {
        let Ok(live) = live.try_borrow() else { return };
        let Some(set) = live.as_ref() else { return };
        set.for_each(&mut |value, _, _| {
            let _ = js::call(&value, "stop", &[]);
            let _ = js::call(&value, "close", &[]);
        });
    });
}
