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

use std::time::Duration;

use engine::event::Path;
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use stylers_macro::style_sheet;

use super::shell::is_call_path;
use crate::browser::page;
use crate::browser::timer::Timer;
use crate::components::dynamic::idly;
use crate::stores::{PhaseKind, stores};
use crate::texts::{text, tr};

/// The first picture comes sooner than this after the path is open.
const PICTURE_WITHIN: Duration = Duration::from_millis(400);
/// Where no path opens, one is told all the same.
const SETTLES_WITHIN: Duration = Duration::from_millis(1500);

/// A page that is busy for longer than this builds the talk all the same.
const READY_WITHIN: Duration = Duration::from_secs(1);

pub(super) fn layer() -> AnyView {
    let scope = style_sheet!("style/components/call.css");
    let stores = stores();
    let path = use_location().pathname;
    let docked = Signal::derive(move || !is_call_path(&path.read()));
    let kind = Memo::new(move |_| stores.call.kind());
    let settled = Memo::new(move |_| stores.call.settled());
    settle(kind);
    // What one pressed is gone with the view it was in: the focus goes to the heading of what came.
    // A call that only rang was never on screen; its dialog gives the focus back by itself.
    let shown = StoredValue::new(false);
    let leave = move || {
        if shown.try_get_value() == Some(true) {
            page::soon(|| page::focus("#main h1"));
        }
    };
    Effect::new(move || match settled.get() {
        PhaseKind::Idle => {
            leave();
            shown.set_value(false);
        }
        PhaseKind::Dialing | PhaseKind::Talking | PhaseKind::Ended => {
            shown.set_value(true);
            if !docked.get_untracked() {
                page::soon(|| page::focus("#call h1"));
            }
        }
    });
    on_cleanup(leave);
    let there = ahead(kind);
    view! { class = scope,
        <section
            id="call"
            class="layer"
            class:docked=docked
            class:waiting=move || kind.get() == PhaseKind::Idle
            aria-label=tr(text!(call_region))
        >
            {move || match settled.get() {
                PhaseKind::Dialing => untrack(|| dialing::dialing(scope)),
                PhaseKind::Ended => untrack(|| ended::ended(scope)),
                PhaseKind::Idle | PhaseKind::Talking => ().into_any(),
            }}
            {move || there.get().then(|| untrack(|| talking::talking(scope, docked)))}
        </section>
    }
    .into_any()
}

/// Lets what an answer leaves behind go once the first picture is there: taking a view down and moving the focus make the
/// browser compute styles and layout, which a slow processor would do before the picture.
fn settle(kind: Memo<PhaseKind>) {
    let stores = stores();
    let flows = Memo::new(move |_| stores.call.talk().is_some_and(|talk| talk.path == Path::Flowing));
    let timer = StoredValue::new_local(None::<Timer>);
    Effect::new(move || {
        let within = if flows.get() {
            PICTURE_WITHIN
        } else {
            SETTLES_WITHIN
        };
        let waits = kind.get() == PhaseKind::Talking;
        timer.set_value(waits.then(|| Timer::new(within, move || stores.call.settle())));
    });
}

/// Whether the talk is built: from an answer on, and out of sight while it rings, so that the answer has only to show it.
/// Not in the moment it begins to ring: that has something to draw itself.
fn ahead(kind: Memo<PhaseKind>) -> Memo<bool> {
    let stores = stores();
    let rings = idly(READY_WITHIN, move || {
        kind.get() == PhaseKind::Dialing || stores.call.is_incoming()
    });
    Memo::new(move |_| kind.get() == PhaseKind::Talking || rings.get())
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
