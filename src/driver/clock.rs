//! The engine's clock.

use std::cell::Cell;
use std::time::Duration;

use ::engine::time::Instant;

use crate::browser::clock::{SleepWatch, monotonic};
use crate::browser::visibility;

thread_local! {
    static WATCH: SleepWatch = SleepWatch::new();
    static LAST: Cell<u64> = const { Cell::new(0) };
}

/// Now: the browser's monotonic clock, with the sleep it missed added, and never earlier than what was said before.
pub(crate) fn now() -> Instant {
    let millis = (monotonic() + WATCH.with(SleepWatch::slept)).max(0.0) as u64;
    let millis = millis.max(LAST.get());
    LAST.set(millis);
    Instant::from_millis(millis)
}

/// How long time stood still since the last look, if it did.
pub(super) fn slept() -> Option<Duration> {
    WATCH.with(|watch| watch.look(visibility::visible()))
}
