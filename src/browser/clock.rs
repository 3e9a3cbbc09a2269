//! Time as this device tells it.

use std::cell::Cell;
use std::time::Duration;

use super::js;

/// `performance.now()` in milliseconds; some systems stop it while they sleep.
pub(crate) fn monotonic() -> f64 {
    web_sys::window()
        .and_then(|window| window.performance())
        .map_or_else(js_sys::Date::now, |clock| clock.now())
}

/// `Date.now()` in milliseconds; goes on during sleep, and jumps when somebody sets the clock.
pub(crate) fn wall() -> f64 {
    js_sys::Date::now()
}

/// Notices that time stood still for this page: a closed laptop lid, a frozen tab.
///
/// Two signs count: the wall clock ran ahead of the monotonic one (the system slept and stopped the latter), or the
/// watch itself was called far too late (the page was frozen).
#[derive(Debug)]
pub(crate) struct SleepWatch {
    monotonic: Cell<f64>,
    wall: Cell<f64>,
    slept: Cell<f64>,
}

/// How late a look may be before it counts as sleep, beyond the period. Hidden tabs are woken once a minute at worst.
const LATE: f64 = 10_000.0;
const LATE_HIDDEN: f64 = 75_000.0;

impl SleepWatch {
    /// How often [`look`](Self::look) is to be called.
    pub(crate) const PERIOD: Duration = Duration::from_secs(5);

    /// Starts to watch.
    pub(crate) fn new() -> Self {
        Self {
            monotonic: Cell::new(monotonic()),
            wall: Cell::new(wall()),
            slept: Cell::new(0.0),
        }
    }

    /// Milliseconds that [`monotonic`] missed so far, to be added to it.
    pub(crate) fn slept(&self) -> f64 {
        self.slept.get()
    }

    /// How long time stood still since the last look, if it did.
    pub(crate) fn look(&self, visible: bool) -> Option<Duration> {
        let (monotonic, wall) = (monotonic(), wall());
        let ran = monotonic - self.monotonic.replace(monotonic);
        let passed = wall - self.wall.replace(wall);
        let ahead = passed - ran;
        if ahead > 2_000.0 {
            self.slept.set(self.slept.get() + ahead);
            return Some(millis(passed));
        }
        let late = if visible { LATE } else { LATE_HIDDEN };
        (ran > late + Self::PERIOD.as_millis() as f64).then(|| millis(ran))
    }
}

fn millis(of: f64) -> Duration {
    Duration::from_millis(of.max(0.0) as u64)
}

/// Runs `then` when the page has nothing better to do, or after `within` at the latest.
pub(crate) fn when_idle(within: Duration, then: impl FnOnce() + 'static) {
    use wasm_bindgen::JsCast;
    let once = wasm_bindgen::prelude::Closure::once_into_js(then);
    let window = js::window();
    let options = js::object(&[("timeout", &(within.as_millis() as f64).into())]);
    if js::call(&window, "requestIdleCallback", &[&once, &options]).is_err() {
        // Safari has no idle callback: soon is good enough there.
        if let Some(window) = web_sys::window() {
            let _ = window.set_timeout_with_callback_and_timeout_and_arguments_0(once.unchecked_ref(), 200);
        }
    }
}
