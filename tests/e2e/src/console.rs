//! What browsers complain about.

use std::sync::{Mutex, PoisonError};

/// Everything a browser's console said, and which complaints a test expects.
#[derive(Default)]
pub(crate) struct Console {
    entries: Mutex<Vec<Entry>>,
    tolerated: Mutex<Vec<String>>,
}

/// One message.
pub(crate) struct Entry {
    /// It is an error: a panic, an uncaught exception, a violated policy, a resource that did not load.
    pub(crate) severe: bool,
    /// When, in ms since the epoch, where the browser says so.
    pub(crate) at: Option<i64>,
    /// Its text.
    pub(crate) text: String,
}

impl Console {
    pub(crate) fn add(&self, entry: Entry) {
        lock(&self.entries).push(entry);
    }

    pub(crate) fn tolerate(&self, pattern: &str) {
        lock(&self.tolerated).push(pattern.to_owned());
    }

    /// Severe entries before `end` that no pattern expects.
    pub(crate) fn complaints(&self, end: i64) -> Vec<String> {
        let tolerated = lock(&self.tolerated);
        lock(&self.entries)
            .iter()
            .filter(|entry| {
                entry.severe
                    && entry.at.is_none_or(|at| at < end)
                    && !tolerated.iter().any(|pattern| entry.text.contains(pattern))
            })
            .map(|entry| entry.text.clone())
            .collect()
    }

    pub(crate) fn transcript(&self) -> String {
        lock(&self.entries)
            .iter()
            .map(|entry| {
                format!(
                    "{} {}\n",
                    if entry.severe { "ERROR" } else { "     " },
                    entry.text
                )
            })
            .collect()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
