//! Where callbacks put what happened, and the microtask that takes it out.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;

use super::Letter;
use crate::browser::js;
use crate::browser::timer::Timer;

/// The driver's inbox.
pub(super) struct Inbox {
    letters: RefCell<VecDeque<Letter>>,
    scheduled: Cell<bool>,
    late: RefCell<Option<Timer>>,
    run: Closure<dyn FnMut()>,
}

impl Inbox {
    /// An inbox whose microtask runs `pump`.
    pub(super) fn new(pump: impl Fn() + 'static) -> Rc<Self> {
        Rc::new_cyclic(|weak: &std::rc::Weak<Self>| {
            let inbox = weak.clone();
            let run = Closure::wrap(Box::new(move || {
                // The inbox may have been dropped with its driver while the microtask waited.
                if let Some(inbox) = inbox.upgrade() {
                    inbox.scheduled.set(false);
                    pump();
                }
            }) as Box<dyn FnMut()>);
            Self {
                letters: RefCell::default(),
                scheduled: Cell::new(false),
                late: RefCell::new(None),
                run,
            }
        })
    }

    /// Puts a letter in; the pump runs in the next microtask.
    pub(super) fn post(&self, letter: Letter) {
        self.letters.borrow_mut().push_back(letter);
        self.schedule();
    }

    /// Puts a letter in, to be taken after the browser had its turn.
    pub(super) fn post_later(self: &Rc<Self>, letter: Letter) {
        let inbox = Rc::downgrade(self);
        let mut letter = Some(letter);
        self.late.replace(Some(Timer::new(Duration::ZERO, move || {
            if let (Some(inbox), Some(letter)) = (inbox.upgrade(), letter.take()) {
                inbox.post(letter);
            }
        })));
    }

    /// The oldest letter.
    pub(super) fn take(&self) -> Option<Letter> {
        self.letters.borrow_mut().pop_front()
    }

    /// Makes the pump run in the next microtask.
    pub(super) fn schedule(&self) {
        if !self.scheduled.replace(true) {
            let _ = js::call(
                &js::window(),
                "queueMicrotask",
                &[self.run.as_ref().unchecked_ref()],
            );
        }
    }
}
