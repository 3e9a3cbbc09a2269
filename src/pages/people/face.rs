//! Somebody's picture, or the beginning of their name, and a dot that says how they are there.

use leptos::prelude::*;

use super::words::Line;
use crate::pages::chat::presence;

/// Draws it; what the dot says is to be written beside it.
pub(super) fn face(scope: &'static str, line: &Line) -> AnyView {
    let initial: String = line
        .name
        .chars()
        .find(|c| c.is_alphanumeric())
        .map(|c| c.to_uppercase().collect())
        .unwrap_or_default();
    let missing = RwSignal::new(false);
    let picture = line.avatar.clone().map(|avatar| {
        view! { class = scope,
            <img
                class="picture"
                class:missing=move || missing.get()
                src=avatar
                alt=""
                loading="lazy"
                decoding="async"
                referrerpolicy="no-referrer"
                on:error=move |_| missing.set(true)
            />
        }
    });
    view! { class = scope,
        <span class="face portrait" aria-hidden="true">
            {initial}
            {picture}
            <span class="dot presence" data-presence=presence::word(line.presence)></span>
        </span>
    }
    .into_any()
}
