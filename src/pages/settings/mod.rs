//! Settings.

mod appearance;
mod backends;
mod device;
mod privacy;

use leptos::prelude::*;
use leptos::wasm_split::SplitLoaderError;
use stylers_macro::style_sheet;

use super::chunks::View;
use super::home::pickers;
use super::shell::enter;
use crate::texts::{Text, text, tr};

/// Fetches the chunk.
///
/// # Errors
/// Where it cannot be had.
#[leptos::wasm_split::wasm_split(settings, wasm_split_path = ::leptos::wasm_split, fallible)]
pub(crate) fn chunk() -> Result<View, SplitLoaderError> {
    Ok(screen)
}

fn screen() -> AnyView {
    let scope = style_sheet!("style/components/settings.css");
    enter(text!(settings));
    let devices =
        view! { class = scope, <p class="muted">{tr(text!(devices_hint))}</p> {pickers::pickers()} };
    view! { class = scope,
        <div class="page">
            <h1 tabindex="-1">{tr(text!(settings))}</h1>
            {section(scope, text!(appearance), appearance::appearance())}
            {section(scope, text!(backends), backends::backends(scope))}
            {section(scope, text!(devices), devices.into_any())}
            {section(scope, text!(privacy), privacy::privacy())}
            {section(scope, text!(notifications), device::notifications())}
            {section(scope, text!(app_section), device::app(scope))}
        </div>
    }
    .into_any()
}

fn section(scope: &'static str, title: Text, inside: AnyView) -> AnyView {
    view! { class = scope,
        <section class="card section">
            <h2>{tr(title)}</h2>
            {inside}
        </section>
    }
    .into_any()
}
