//! A setting that is on or off, with a sentence about it.

use leptos::prelude::*;

use crate::texts::{Text, tr};

/// A setting that is on or off.
pub(crate) struct Toggle {
    /// Its `data-t`.
    pub(crate) hook: &'static str,
    /// Its name.
    pub(crate) label: Text,
    /// What it does.
    pub(crate) hint: Text,
    /// Whether it is on.
    pub(crate) on: Signal<bool>,
    /// Switch.
    pub(crate) switch: Box<dyn Fn(bool)>,
}

impl Toggle {
    /// Draws it.
    pub(crate) fn view(self) -> AnyView {
        let Self {
            hook,
            label,
            hint,
            on,
            switch,
        } = self;
        view! {
            <label class="toggle">
                <input
                    type="checkbox"
                    data-t=hook
                    prop:checked=move || on.get()
                    on:change=move |event| switch(event_target_checked(&event))
                />
                <span>
                    <strong>{tr(label)}</strong>
                    <span class="muted">{tr(hint)}</span>
                </span>
            </label>
        }
        .into_any()
    }
}
