//! A value that views follow. Leptos makes all of a signal's code anew for each type of value, some three kilobytes of
//! wasm; here only a revision is a signal, and the value lies beside it.

use std::sync::{PoisonError, RwLock};

use leptos::prelude::*;

/// A value that views follow; a cheap copy. Slots are made once, with the stores, and live as long as the page.
pub(crate) struct Slot<T: 'static> {
    value: &'static RwLock<T>,
    revision: RwSignal<u32>,
}

impl<T> Clone for Slot<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Slot<T> {}

impl<T: 'static> Slot<T> {
    /// A slot with this value.
    pub(crate) fn new(value: T) -> Self {
        Self {
            value: Box::leak(Box::new(RwLock::new(value))),
            revision: RwSignal::new(0),
        }
    }

    /// Tracks changes.
    pub(crate) fn track(self) {
        track(self.revision);
    }

    /// Reads the value; tracked.
    pub(crate) fn with<R>(self, read: impl FnOnce(&T) -> R) -> R {
        self.track();
        self.with_untracked(read)
    }

    /// Reads the value; not tracked.
    pub(crate) fn with_untracked<R>(self, read: impl FnOnce(&T) -> R) -> R {
        read(&self.value.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes the value.
    pub(crate) fn update(self, change: impl FnOnce(&mut T)) {
        change(&mut self.value.write().unwrap_or_else(PoisonError::into_inner));
        changed(self.revision);
    }

    /// Sets the value.
    pub(crate) fn set(self, value: T) {
        let old = std::mem::replace(
            &mut *self.value.write().unwrap_or_else(PoisonError::into_inner),
            value,
        );
        drop(old);
        changed(self.revision);
    }

    /// Sets the value, and tells nobody when nothing changed.
    pub(crate) fn put(self, value: T)
    where
        T: PartialEq,
    {
        if self.with_untracked(|old| *old != value) {
            self.set(value);
        }
    }
}

impl<T: Clone> Slot<T> {
    /// The value; tracked.
    pub(crate) fn get(self) -> T {
        self.with(T::clone)
    }

    /// The value; not tracked.
    pub(crate) fn get_untracked(self) -> T {
        self.with_untracked(T::clone)
    }
}

fn track(revision: RwSignal<u32>) {
    revision.track();
}

fn changed(revision: RwSignal<u32>) {
    revision.try_update(|revision| *revision = revision.wrapping_add(1));
}
