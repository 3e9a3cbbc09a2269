//! The own id.

use leptos::prelude::*;

use crate::components::dynamic::part;
use crate::components::element::el;
use crate::pages::chunks::{Chunk, quiet};
use crate::stores::stores;
use crate::texts::text;

/// The card with the own id.
pub(super) fn own_id(scope: &'static str) -> AnyView {
    let stores = stores();
    let id = part(move || match stores.connection.my_id() {
        Some(id) => el("bdi", &[])
            .attr("data-t", "my-id")
            .words(move || id.clone())
            .view(),
        None => el("span", &["muted"]).text(text!(your_id_wait)).view(),
    });
    el("section", &[scope, "card", "stack"])
        .attr("aria-labelledby", "own-id")
        .with(el("h2", &[scope]).attr("id", "own-id").text(text!(your_id)))
        .with(el("p", &[scope, "id"]).child(id))
        // Its place is kept until the buttons are here.
        .with(el("div", &[scope, "uses"]).child(quiet(Chunk::IdActions)))
        .with(el("p", &[scope, "muted"]).text(text!(your_id_hint)))
        .view()
}
