//! Before a call: one's own picture, one's own id, and whom to call.

pub(crate) mod dial;
mod own_id;
pub(crate) mod own_id_actions;
pub(crate) mod pickers;
mod preview;
pub(crate) mod problems;

use leptos::prelude::*;
use stylers_macro::style_sheet;

use super::chunks::{Chunk, quiet};
use super::shell::enter;
use crate::components::dynamic::part_if;
use crate::components::element::el;
use crate::stores::{PhaseKind, stores};
use crate::texts::text;

/// `/`, and `/call/:id`, which asks before it dials.
pub(crate) fn home(ask: Option<String>) -> AnyView {
    let scope = style_sheet!("style/components/home.css");
    let stores = stores();
    let idle = move || stores.call.settled() == PhaseKind::Idle;
    enter(text!(home_title));
    let title = el("h1", &[scope]).attr("tabindex", "-1").text(text!(home_title));
    el("div", &[scope, "home"])
        .with(el("div", &[scope, "head"]).with(title))
        // A call has its own picture: the preview makes room for it, and gives the devices back after it.
        .with(el("div", &[scope, "stage"]).child(part_if(idle, preview::preview)))
        .with(
            el("div", &[scope, "side"])
                .child(dial::dial(scope, ask))
                .child(own_id::own_id(scope)),
        )
        .with(el("div", &[scope, "devices"]).child(part_if(idle, || quiet(Chunk::Pickers))))
        .view()
}
