//! When a busy list is drawn. Whoever gets a thousand messages a second reads none of them: drawing them all would only
//! take the time that everything else on the page needs. So drawing takes a small share of the time, however slow the
//! device and however busy the room; a list that was left alone for a moment is drawn at once.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use crate::browser::clock;
use crate::browser::timer::Timer;

/// After a draw, the list rests for so many times what it took (the browser's painting, which it cannot see, comes on
/// top of that)…
const REST: f64 = 20.0;
/// … but never longer than this, in milliseconds.
const LONGEST: f64 = 1000.0;

/// Says when the list may be drawn again.
#[derive(Default)]
pub(super) struct Pace {
    /// Until then it rests.
    rests: f64,
    /// There is something to be drawn.
    stale: bool,
    waiting: Rc<Cell<bool>>,
    timer: Option<Timer>,
}

impl Pace {
    /// There is something to be drawn; true: now.
    pub(super) fn changed(&mut self) -> bool {
        self.stale = true;
        clock::monotonic() >= self.rests
    }

    /// Whether something is still to be drawn.
    pub(super) fn is_stale(&self) -> bool {
        self.stale
    }

    /// Everything is drawn; it `began` then.
    pub(super) fn drawn(&mut self, began: f64) {
        let now = clock::monotonic();
        self.stale = false;
        self.rests = now + ((now - began) * REST).clamp(0.0, LONGEST);
    }

    /// Runs `draw` after the rest, unless it will anyway.
    pub(super) fn later(&mut self, draw: impl Fn() + 'static) {
        if self.waiting.replace(true) {
            return;
        }
        let wait = (self.rests - clock::monotonic()).clamp(0.0, LONGEST);
        let waiting = self.waiting.clone();
        self.timer = Some(Timer::new(Duration::from_millis(wait.ceil() as u64), move || {
            waiting.set(false);
            draw();
        }));
    }
}
