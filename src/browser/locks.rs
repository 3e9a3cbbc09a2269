//! Web Locks: of all tabs of this app, one at a time.

use std::cell::Cell;
use std::rc::Rc;

use js_sys::{Function, Promise};
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};

use super::{js, promise};

/// A lock that is waited for or held; dropping it gives it up.
#[must_use = "a dropped lock is given up"]
pub(crate) struct Lock {
    release: Option<Function>,
    abort: Option<web_sys::AbortController>,
    _granted: Closure<dyn FnMut(JsValue) -> JsValue>,
}

impl Lock {
    /// Waits for the lock `name`; `granted` is called once it is held. In browsers without Web Locks that is at once:
    /// two tabs there do everything twice, which the engine bears.
    pub(crate) fn take(name: &str, granted: impl FnOnce() + 'static) -> Self {
        let (release, held) = open_promise();
        let granted = Cell::new(Some(granted));
        let granted = Rc::new(move || {
            if let Some(granted) = granted.take() {
                granted();
            }
        });
        let now = granted.clone();
        let callback = Closure::wrap(Box::new(move |_: JsValue| {
            now();
            held.clone()
        }) as Box<dyn FnMut(JsValue) -> JsValue>);
        let abort = web_sys::AbortController::new().ok();
        let options = js::object(&[]);
        if let Some(abort) = &abort {
            js::set(&options, "signal", &abort.signal());
        }
        let locks = js::get(&js::navigator(), "locks");
        match js::call(&locks, "request", &[&name.into(), &options, callback.as_ref()]) {
            Ok(waiting) => promise::ignore(Ok(waiting)),
            Err(_) => granted(),
        }
        Self {
            release,
            abort,
            _granted: callback,
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        if let Some(release) = &self.release {
            let _ = release.call0(&JsValue::UNDEFINED);
        }
        if let Some(abort) = &self.abort {
            abort.abort();
        }
    }
}

/// A promise and what fulfils it.
fn open_promise() -> (Option<Function>, JsValue) {
    let mut release = None;
    let promise = Promise::new(&mut |resolve, _| release = Some(resolve.unchecked_into()));
    (release, promise.into())
}
