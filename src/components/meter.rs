//! The microphone's level, as a bar that moves.

use leptos::prelude::*;
use stylers_macro::style_sheet;

use super::dynamic::words;
use crate::texts::{Text, tr};

/// A level from 0 to 1.
pub(crate) struct Meter {
    /// Its `data-t`.
    pub(crate) hook: &'static str,
    /// Its name.
    pub(crate) label: Text,
    /// The level.
    pub(crate) level: Signal<f32>,
}

/// Draws a meter.
pub(crate) fn meter(meter: Meter) -> AnyView {
    let scope = style_sheet!("style/components/meter.css");
    let Meter { hook, label, level } = meter;
    // Ears judge loudness by its logarithm; the root is near enough for a bar.
    let percent = move || ((level.get().clamp(0.0, 1.0).sqrt() * 100.0) as u32).to_string();
    view! { class = scope,
        <div
            class="meter"
            role="meter"
            data-t=hook
            aria-label=tr(label)
            aria-valuemin="0"
            aria-valuemax="100"
            aria-valuenow=words(percent)
            style:--level=words(move || percent() + "%")
        >
            <span class="level"></span>
        </div>
    }
    .into_any()
}
