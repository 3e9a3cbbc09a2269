//! Work that waits until the changes of the moment are on screen.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::Closure;

use super::timer::Timer;
use super::{js, visibility};

/// A window that is covered by others is given no frames; nothing waits longer for one.
const NO_FRAME: Duration = Duration::from_millis(250);

/// Waits for the next frame to be painted; dropping it ends that.
#[must_use = "what is dropped never happens"]
pub(crate) struct AfterPaint {
    frame: Option<JsValue>,
    _timer: Rc<RefCell<Option<Timer>>>,
    _drawing: Closure<dyn FnMut()>,
}

impl AfterPaint {
    /// Runs `then` once. `None` where the page is hidden: nothing is painted there, and timers are late.
    pub(crate) fn new(then: impl Fn() + Clone + 'static) -> Option<Self> {
        if !visibility::visible() {
            return None;
        }
        let timer = Rc::new(RefCell::new(Some(Timer::new(NO_FRAME, then.clone()))));
        let waits = Rc::downgrade(&timer);
        // A frame's callbacks run just before it is painted, and what they put off right after.
        let drawing = Closure::wrap(Box::new(move || {
            if let Some(timer) = waits.upgrade() {
                let before = timer.replace(Some(Timer::new(Duration::ZERO, then.clone())));
                drop(before);
            }
        }) as Box<dyn FnMut()>);
        let frame = js::call(&js::window(), "requestAnimationFrame", &[drawing.as_ref()]).ok();
        Some(Self {
            frame,
            _timer: timer,
            _drawing: drawing,
        })
    }
}

impl Drop for AfterPaint {
    fn drop(&mut self) {
        if let Some(frame) = &self.frame {
            let _ = js::call(&js::window(), "cancelAnimationFrame", &[frame]);
        }
    }
}
