//! A call on screen: dialing, talking, the end. Drawn above the routes: in full on the call page, as a small panel
//! elsewhere, without making the videos again.

mod chat;
mod controls;
mod dialing;
mod ended;
mod keys;
mod own;
mod status;
mod talking;

use leptos::prelude::*;
use leptos::wasm_split::SplitLoaderError;
use leptos_router::hooks::use_location;
use stylers_macro::style_sheet;

use super::chunks::View;
use super::shell::is_call_path;
use crate::browser::page;
use crate::stores::{PhaseKind, stores};
use crate::texts::{text, tr};

/// Fetches the chunk.
///
/// # Errors
/// Where it cannot be had.
#[leptos::wasm_split::wasm_split(call, wasm_split_path = ::leptos::wasm_split, fallible)]
pub(crate) fn chunk() -> Result<View, SplitLoaderError> {
    Ok(layer)
}

fn layer() -> AnyView {
    let scope = style_sheet!("style/components/call.css");
    let stores = stores();
    let path = use_location().pathname;
    let docked = Signal::derive(move || !is_call_path(&path.read()));
    let kind = Memo::new(move |_| stores.call.kind());
    // What one pressed is gone with the view it was in: the focus goes to the heading of what came.
    Effect::new(move || {
        kind.track();
        if !docked.get_untracked() {
            page::soon(|| page::focus("#call h1"));
        }
    });
    on_cleanup(|| page::soon(|| page::focus("#main h1")));
    view! { class = scope,
        <section id="call" class="layer" class:docked=docked aria-label=tr(text!(call_region))>
            {move || match kind.get() {
                PhaseKind::Idle => ().into_any(),
                PhaseKind::Dialing => untrack(|| dialing::dialing(scope)),
                PhaseKind::Talking => untrack(|| talking::talking(scope, docked)),
                PhaseKind::Ended => untrack(|| ended::ended(scope)),
            }}
        </section>
    }
    .into_any()
}

/// The circle with a first letter that stands for somebody without a picture.
fn face(scope: &'static str, name: &str) -> AnyView {
    let initial: String = name
        .chars()
        .next()
        .map(|first| first.to_uppercase().collect())
        .unwrap_or_default();
    view! { class = scope,
        <span class="face" aria-hidden="true">
            {initial}
        </span>
    }
    .into_any()
}
