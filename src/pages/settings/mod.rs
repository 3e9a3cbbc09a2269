//! Settings.

mod appearance;
mod backends;
mod device;
mod privacy;

use leptos::prelude::*;
use stylers_macro::style_sheet;

use super::home::pickers;
use super::shell::enter;
use crate::texts::{Text, text, tr};

pub(super) fn screen() -> AnyView {
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
