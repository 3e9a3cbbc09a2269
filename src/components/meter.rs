//! The microphone's level, as a bar that moves.

use leptos::prelude::*;
use stylers_macro::style_sheet;

use super::element::el;
use crate::texts::Text;

/// A level from 0 to 1.
pub(crate) struct Meter<F: Fn() -> f32 + Copy + 'static> {
    /// Its `data-t`.
    pub(crate) hook: &'static str,
    /// Its name.
    pub(crate) label: Text,
    /// The level.
    pub(crate) level: F,
}

/// Draws a meter.
pub(crate) fn meter(meter: Meter<impl Fn() -> f32 + Copy + 'static>) -> AnyView {
    let scope = style_sheet!("style/components/meter.css");
    let Meter { hook, label, level } = meter;
    let level = move || percent(level());
    el("div", &[scope, "meter"])
        .attrs(&[
            ("role", "meter"),
            ("data-t", hook),
            ("aria-valuemin", "0"),
            ("aria-valuemax", "100"),
        ])
        .named("aria-label", label)
        .said("aria-valuenow", level)
        .style("--level", move || level() + "%")
        .with(el("span", &[scope, "level"]))
        .view()
}

/// Ears judge loudness by its logarithm; the root is near enough for a bar.
fn percent(level: f32) -> String {
    ((level.clamp(0.0, 1.0).sqrt() * 100.0) as u32).to_string()
}
