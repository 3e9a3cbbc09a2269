//! Keeps the screen on while it is held.

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::JsValue;

use super::listener::Listener;
use super::promise::{self, Task};
use super::{js, visibility};

/// A screen wake lock. Browsers drop it whenever the page is hidden, so it is asked for again when it is seen again;
/// dropping the value lets the screen sleep.
pub(crate) struct WakeLock {
    held: Rc<Held>,
    _visible: Listener,
}

#[derive(Default)]
struct Held {
    sentinel: RefCell<Option<JsValue>>,
    asking: RefCell<Option<Task>>,
}

impl WakeLock {
    /// Asks for the lock; browsers without one are left as they are.
    #[must_use]
    pub(crate) fn new() -> Self {
        let held = Rc::new(Held::default());
        ask(&held);
        let again = Rc::downgrade(&held);
        let visible = visibility::watch(move |visible| {
            if let Some(held) = again.upgrade().filter(|_| visible) {
                ask(&held);
            }
        });
        Self {
            held,
            _visible: visible,
        }
    }
}

impl Drop for WakeLock {
    fn drop(&mut self) {
        self.held.asking.take();
        if let Some(sentinel) = self.held.sentinel.take() {
            promise::ignore(js::call(&sentinel, "release", &[]));
        }
    }
}

fn ask(held: &Rc<Held>) {
    let api = js::get(&js::navigator(), "wakeLock");
    let Ok(asked) = js::call(&api, "request", &[&"screen".into()]) else {
        return;
    };
    let target = Rc::downgrade(held);
    let task = Task::new(async move {
        let Ok(sentinel) = promise::settled(asked).await else {
            return;
        };
        if let Some(held) = target.upgrade() {
            held.sentinel.replace(Some(sentinel));
        }
    });
    held.asking.replace(Some(task));
}
