//! Values behind one signal type.

use std::cell::RefCell;

use leptos::prelude::*;

/// A value and its revision.
pub(super) struct Value<T> {
    pub(super) value: RefCell<T>,
    revision: ArcRwSignal<u32>,
}

impl<T> Value<T> {
    pub(super) fn new(value: T) -> Self {
        Self {
            value: RefCell::new(value),
            revision: ArcRwSignal::new(0),
        }
    }

    pub(super) fn track(&self) {
        track(&self.revision);
    }

    pub(super) fn tell(&self) {
        tell(&self.revision);
    }

    pub(super) fn with<R>(&self, read: impl FnOnce(&T) -> R) -> R {
        self.track();
        read(&self.value.borrow())
    }

    pub(super) fn set(&self, value: T) {
        let old = self.value.replace(value);
        drop(old);
        self.tell();
    }

    pub(super) fn update(&self, change: impl FnOnce(&mut T)) {
        change(&mut self.value.borrow_mut());
        self.tell();
    }
}

impl<T: PartialEq> Value<T> {
    /// Sets the value, and tells nobody when nothing changed.
    pub(super) fn put(&self, value: T) {
        if *self.value.borrow() != value {
            self.set(value);
        }
    }
}

impl<T: Clone> Value<T> {
    pub(super) fn get(&self) -> T {
        self.with(T::clone)
    }

    pub(super) fn now(&self) -> T {
        self.value.borrow().clone()
    }
}

fn track(revision: &ArcRwSignal<u32>) {
    revision.track();
}

fn tell(revision: &ArcRwSignal<u32>) {
    revision.update(|revision| *revision = revision.wrapping_add(1));
}
