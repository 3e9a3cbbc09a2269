//! Where callbacks put what happened, and when it is taken out: in the next microtask, so that a press or a single
//! message is acted on at once; but what a server sends is taken out once a frame at most, in a flood once in a few.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::{Rc, Weak};
use std::time::Duration;

use ::engine::chat::api::ChatInput;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};

use super::Letter;
use crate::browser::timer::Timer;
use crate::browser::{clock, js, visibility};

/// About a frame, in milliseconds.
const FRAME: f64 = 16.0;
/// So many letters at a time are a flood.
const FLOOD: u32 = 8;
/// In a flood, letters wait this long: to wait for a frame makes the browser draw one.
const FLOOD_EVERY: Duration = Duration::from_millis(50);
/// So long the next frame is waited for, in milliseconds: on a busy page it is late.
const LATE: f64 = 100.0;

/// The chat's inbox.
pub(super) struct Inbox {
    letters: RefCell<VecDeque<Letter>>,
    taken: Cell<f64>,
    /// How many letters the last run took.
    many: Cell<u32>,
    soon: Cell<bool>,
    framed: RefCell<Option<Frame>>,
    run: Closure<dyn FnMut()>,
    on_frame: Closure<dyn FnMut(JsValue)>,
}

/// What comes before the next frame: in hidden tabs there are none, and timers are late, but what comes later than a
/// frame's time is taken out at once there, too.
enum Frame {
    Drawn(JsValue),
    Timed(#[expect(dead_code, reason = "dropping it would stop it")] Timer),
}

impl Drop for Frame {
    fn drop(&mut self) {
        if let Self::Drawn(id) = self {
            let _ = js::call(&js::window(), "cancelAnimationFrame", &[id]);
        }
    }
}

impl Inbox {
    /// An inbox that runs `pump`.
    pub(super) fn new(pump: impl Fn() + Clone + 'static) -> Rc<Self> {
        Rc::new_cyclic(|weak: &Weak<Self>| {
            let (inbox, pump_now) = (weak.clone(), pump.clone());
            let run = Closure::wrap(Box::new(move || run(&inbox, &pump_now)) as Box<dyn FnMut()>);
            let inbox = weak.clone();
            let on_frame =
                Closure::wrap(Box::new(move |_| run_frame(&inbox, &pump)) as Box<dyn FnMut(JsValue)>);
            Self {
                letters: RefCell::default(),
                taken: Cell::new(0.0),
                many: Cell::new(0),
                soon: Cell::new(false),
                framed: RefCell::new(None),
                run,
                on_frame,
            }
        })
    }

    /// Puts a letter in.
    pub(super) fn post(self: &Rc<Self>, letter: Letter) {
        let can_wait = matches!(
            letter,
            Letter::Input(ChatInput::Socket(..) | ChatInput::Tab(_) | ChatInput::Store(_))
        );
        self.letters.borrow_mut().push_back(letter);
        let patience = if self.framed.borrow().is_some() {
            LATE
        } else {
            FRAME
        };
        if can_wait && clock::monotonic() - self.taken.get() < patience {
            self.schedule_frame();
        } else {
            self.schedule();
        }
    }

    /// The oldest letter.
    pub(super) fn take(&self) -> Option<Letter> {
        self.many.set(self.many.get() + 1);
        self.letters.borrow_mut().pop_front()
    }

    /// Throws away what is in it.
    pub(super) fn clear(&self) {
        let letters = self.letters.take();
        drop(letters);
    }

    /// Makes the pump run in the next microtask.
    pub(super) fn schedule(&self) {
        if !self.soon.replace(true) {
            let _ = js::call(
                &js::window(),
                "queueMicrotask",
                &[self.run.as_ref().unchecked_ref()],
            );
        }
    }

    /// Makes the pump run before the next frame is drawn.
    pub(super) fn schedule_frame(self: &Rc<Self>) {
        if self.soon.get() || self.framed.borrow().is_some() {
            return;
        }
        let frame = if self.many.get() > FLOOD {
            Some(self.timed(FLOOD_EVERY))
        } else {
            self.drawn_frame()
        };
        let frame = frame.unwrap_or_else(|| self.timed(Duration::from_millis(FRAME as u64)));
        self.framed.replace(Some(frame));
    }

    /// Makes the pump run again soon, after whatever else waits for its turn: there was more than fits at a time.
    pub(super) fn schedule_rest(self: &Rc<Self>) {
        if !self.soon.get() && self.framed.borrow().is_none() {
            self.framed.replace(Some(self.timed(Duration::ZERO)));
        }
    }

    fn timed(self: &Rc<Self>, after: Duration) -> Frame {
        let inbox = Rc::downgrade(self);
        Frame::Timed(Timer::new(after, move || {
            if let Some(inbox) = inbox.upgrade() {
                inbox.framed.take();
                inbox.schedule();
            }
        }))
    }

    fn drawn_frame(&self) -> Option<Frame> {
        if !visibility::visible() {
            return None;
        }
        let id = js::call(&js::window(), "requestAnimationFrame", &[self.on_frame.as_ref()]);
        id.ok().map(Frame::Drawn)
    }
}

fn run(inbox: &Weak<Inbox>, pump: &impl Fn()) {
    // It may have been dropped with its driver while the microtask waited.
    let Some(inbox) = inbox.upgrade() else { return };
    inbox.soon.set(false);
    drop(inbox.framed.take());
    inbox.many.set(0);
    pump();
    inbox.taken.set(clock::monotonic());
}

fn run_frame(inbox: &Weak<Inbox>, pump: &impl Fn()) {
    run(inbox, pump);
}
