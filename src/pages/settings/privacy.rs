//! Who learns this device's address.

use engine::command::{Command, Preferences};
use leptos::prelude::*;

use crate::components::toggle::Toggle;
use crate::stores::{actions, stores};
use crate::texts::text;

pub(super) fn privacy() -> AnyView {
    let (stores, actions) = (stores(), actions());
    let change = move |change: &dyn Fn(&mut Preferences)| {
        actions.send(Command::Preferences(stores.ui.set_preferences(change)));
    };
    let relay = Toggle {
        hook: "relay-only",
        label: text!(relay_only),
        hint: text!(relay_only_hint),
        on: Signal::derive(move || stores.ui.preferences().relay_only),
        switch: Box::new(move |on| change(&|preferences| preferences.relay_only = on)),
    };
    let prepare = Toggle {
        hook: "prepare-for-known",
        label: text!(prepare),
        hint: text!(prepare_hint),
        on: Signal::derive(move || stores.ui.preferences().prepare_for_known),
        switch: Box::new(move |on| change(&|preferences| preferences.prepare_for_known = on)),
    };
    view! {
        {relay.view()}
        {prepare.view()}
    }
    .into_any()
}
