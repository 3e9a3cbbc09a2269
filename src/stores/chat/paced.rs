//! When the list of rooms follows.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use engine::chat::api::RoomView;

use super::read;
use super::value::Value;
use crate::browser::clock;
use crate::browser::timer::Timer;

/// The list of rooms says what was written last: in a busy room that changes faster than anybody reads, and each change
/// has the browser draw a frame. So it follows a little later than all else: what the person does, such as sending a
/// message, is painted before it. The first list is shown at once.
#[derive(Default)]
pub(super) struct Paced {
    shown: Cell<f64>,
    waiting: RefCell<Option<Rc<Vec<Rc<RoomView>>>>>,
    timer: RefCell<Option<Timer>>,
}

impl Paced {
    /// Milliseconds between two changes.
    const EVERY: f64 = 300.0;
    /// Milliseconds until a change is shown, at least: a few frames.
    const BEHIND: f64 = 60.0;

    pub(super) fn give(&self, rooms: Rc<Vec<Rc<RoomView>>>, to: &Value<Rc<Vec<Rc<RoomView>>>>) {
        let now = clock::monotonic();
        if to.value.borrow().is_empty() {
            self.clear();
            self.shown.set(now);
            return to.set(rooms);
        }
        let left = (self.shown.get() + Self::EVERY - now).max(Self::BEHIND);
        self.waiting.replace(Some(rooms));
        if self.timer.borrow().is_none() {
            let timer = Timer::new(Duration::from_millis(left.ceil() as u64), || {
                read(|state| {
                    let waiting = state.list.waiting.take();
                    state.list.clear();
                    if let Some(rooms) = waiting {
                        state.list.shown.set(clock::monotonic());
                        state.rooms.set(rooms);
                    }
                });
            });
            self.timer.replace(Some(timer));
        }
    }

    pub(super) fn clear(&self) {
        let (waiting, timer) = (self.waiting.take(), self.timer.take());
        drop((waiting, timer));
    }
}
