//! Timers that stop when their value is dropped.
//!
//! Browsers slow timers down in hidden tabs (to one a second, after five minutes to one a minute unless the page has a
//! live connection). Nothing here fights that: whoever owns a deadline also looks at the clock on every other occasion.

use std::time::Duration;

use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;

/// A single shot after a while.
#[must_use = "a dropped timer never fires"]
pub(crate) struct Timer {
    id: i32,
    _closure: Closure<dyn FnMut()>,
}

impl Timer {
    /// Runs `then` once, `after` from now (at most 24 days, the longest a browser can wait).
    pub(crate) fn new(after: Duration, then: impl FnMut() + 'static) -> Self {
        let closure = Closure::wrap(Box::new(then) as Box<dyn FnMut()>);
        let id = web_sys::window()
            .and_then(|window| {
                window
                    .set_timeout_with_callback_and_timeout_and_arguments_0(
                        closure.as_ref().unchecked_ref(),
                        millis(after),
                    )
                    .ok()
            })
            .unwrap_or(0);
        Self {
            id,
            _closure: closure,
        }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        if let Some(window) = web_sys::window() {
            window.clear_timeout_with_handle(self.id);
        }
    }
}

/// A shot again and again.
#[must_use = "a dropped interval never fires"]
pub(crate) struct Interval {
    id: i32,
    _closure: Closure<dyn FnMut()>,
}

impl Interval {
    /// Runs `then` every `every`.
    pub(crate) fn new(every: Duration, then: impl FnMut() + 'static) -> Self {
        let closure = Closure::wrap(Box::new(then) as Box<dyn FnMut()>);
        let id = web_sys::window()
            .and_then(|window| {
                window
                    .set_interval_with_callback_and_timeout_and_arguments_0(
                        closure.as_ref().unchecked_ref(),
                        millis(every),
                    )
                    .ok()
            })
            .unwrap_or(0);
        Self {
            id,
            _closure: closure,
        }
    }
}

impl Drop for Interval {
    fn drop(&mut self) {
        if let Some(window) = web_sys::window() {
            window.clear_interval_with_handle(self.id);
        }
    }
}

fn millis(of: Duration) -> i32 {
    i32::try_from(of.as_millis()).unwrap_or(i32::MAX)
}
