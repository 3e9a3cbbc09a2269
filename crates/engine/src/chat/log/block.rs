//! A block in memory: what it holds, what of it is on disk, and whether it still looks as it did.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};

use super::BLOCK;
use super::entry::{self, Entry};

/// The same as long as a block has the same to show; no two blocks ever have the same one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Version(u64);

impl Version {
    fn next() -> Self {
        static GIVEN: AtomicU64 = AtomicU64::new(0);
        Self(GIVEN.fetch_add(1, Ordering::Relaxed))
    }
}

#[derive(Debug)]
pub(super) struct Block {
    /// Taken out and put in only with [`changed`](Self::changed).
    pub(super) entries: Vec<Entry>,
    dirty: bool,
    version: Cell<Version>,
    /// The text of the first so many: what comes at the end of a block costs its own line, and not the block's.
    text: String,
    lines: usize,
}

impl Default for Block {
    fn default() -> Self {
        Self {
            entries: Vec::new(),
            dirty: false,
            version: Cell::new(Version::next()),
            text: String::new(),
            lines: 0,
        }
    }
}

impl Block {
    /// As it was on disk.
    pub(super) fn read(entries: Vec<Entry>) -> Self {
        Self {
            entries,
            ..Self::default()
        }
    }

    pub(super) fn append(&mut self, entry: Entry) {
        self.entries.push(entry);
        self.dirty = true;
        self.looks_else();
    }

    /// Something in it is not as it was.
    pub(super) fn changed(&mut self) {
        self.dirty = true;
        self.lines = 0;
        self.text = String::new();
        self.looks_else();
    }

    /// Rows of it are to be made anew.
    pub(super) fn looks_else(&self) {
        self.version.set(Version::next());
    }

    pub(super) fn version(&self) -> Version {
        self.version.get()
    }

    pub(super) fn is_dirty(&self) -> bool {
        self.dirty
    }

    /// It is not written by this tab.
    pub(super) fn forget_dirt(&mut self) {
        self.dirty = false;
    }

    /// What is to be written, if anything is.
    pub(super) fn take_text(&mut self) -> Option<String> {
        if !std::mem::take(&mut self.dirty) {
            return None;
        }
        for entry in self.entries.iter().skip(self.lines) {
            entry::push_line(&mut self.text, &entry.message);
        }
        self.lines = self.entries.len();
        if self.entries.len() < BLOCK {
            return Some(self.text.clone());
        }
        // Nothing comes after it any more.
        self.lines = 0;
        Some(std::mem::take(&mut self.text))
    }
}
