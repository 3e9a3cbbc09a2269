//! Before a call: one's own picture, one's own id, and whom to call.

pub(crate) mod dial;
mod own_id;
pub(crate) mod pickers;
pub(crate) mod preview;

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use stylers_macro::style_sheet;

use super::chunks::{Chunk, quiet};
use super::shell::enter;
use crate::components::dynamic::part_if;
use crate::stores::{PhaseKind, stores};
use crate::texts::{text, tr};

/// `/`
pub(crate) fn home() -> AnyView {
    screen(None)
}

/// `/call/:id`: asks, then dials.
pub(crate) fn asked() -> AnyView {
    let id = use_params_map().read_untracked().get("id").unwrap_or_default();
    screen((!id.is_empty()).then_some(id))
}

fn screen(ask: Option<String>) -> AnyView {
    let scope = style_sheet!("style/components/home.css");
    let stores = stores();
    let idle = Memo::new(move |_| stores.call.kind() == PhaseKind::Idle);
    enter(text!(home_title));
    view! { class = scope,
        <div class="home">
            <div class="head">
                <h1 tabindex="-1">{tr(text!(home_title))}</h1>
            </div>
            // A call has its own picture: the preview makes room for it, and gives the devices back after it.
            <div class="stage">{part_if(move || idle.get(), preview::preview)}</div>
            <div class="side">
                {dial::dial(scope, ask)}
                {own_id::own_id(scope)}
            </div>
            <div class="devices">{part_if(move || idle.get(), || quiet(Chunk::Pickers))}</div>
        </div>
    }
    .into_any()
}
