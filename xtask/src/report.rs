//! What is printed while work is done: one line a step, with its time.

use crate::Result;
use std::time::{Duration, Instant};

/// Does `work` and prints what it is, what came of it and how long it took.
pub(crate) fn step<T>(what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let start = Instant::now();
    let result = work();
    let outcome = if result.is_ok() { "✓" } else { "✗" };
    eprintln!("{outcome} {what} ({})", seconds(start.elapsed()));
    result
}

/// A line about something that needed no work.
pub(crate) fn note(what: &str) {
    eprintln!("· {what}");
}

/// A line about something that takes long and has just begun.
pub(crate) fn begin(what: &str) {
    eprintln!("… {what}");
}

pub(crate) fn failure(what: &str) {
    eprintln!("✗ {what}");
}

/// `0.4 s`, `1 min 12 s`.
pub(crate) fn seconds(time: Duration) -> String {
    let all = time.as_secs_f64();
    if all < 60.0 {
        format!("{all:.1} s")
    } else {
        format!("{} min {:.0} s", time.as_secs() / 60, all % 60.0)
    }
}
