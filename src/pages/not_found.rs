//! An address with nothing behind it.

use leptos::prelude::*;
use stylers_macro::style_sheet;

use super::shell::enter;
use crate::texts::{text, tr};

/// An address with nothing behind it.
pub(super) fn not_found() -> AnyView {
    let scope = style_sheet!("style/components/not_found.css");
    enter(text!(not_found));
    view! { class = scope,
        <div class="lost" data-t="not-found">
            <h1 tabindex="-1">{tr(text!(not_found))}</h1>
            <p class="muted">{tr(text!(not_found_text))}</p>
            <a class="btn primary" href="/">
                {tr(text!(to_home))}
            </a>
        </div>
    }
    .into_any()
}
