//! What comes and goes in a view, behind a few boxed types: leptos makes its code anew for each closure type it is given, about a
//! kilobyte of wasm each time. A box costs one allocation when the view is built.

use std::time::Duration;

use leptos::prelude::*;

use crate::browser::clock;

type Part = Box<dyn Fn() -> AnyView + Send>;

/// A part of a view that is drawn anew whenever what `draw` reads changes.
pub(crate) fn part(draw: impl Fn() -> AnyView + Send + 'static) -> AnyView {
    let draw: Part = Box::new(draw);
    draw.into_any()
}

/// A part of a view that is not always there; what it reads while it is drawn makes no new one.
pub(crate) fn part_if(
    is_there: impl Fn() -> bool + Send + Sync + 'static,
    draw: impl Fn() -> AnyView + Send + 'static,
) -> AnyView {
    let there = is(is_there);
    part(move || {
        if there.get() {
            untrack(&draw)
        } else {
            ().into_any()
        }
    })
}

/// Whether something is so, which notifies only when that changes.
pub(crate) fn is(read: impl Fn() -> bool + Send + Sync + 'static) -> Memo<bool> {
    let read: Box<dyn Fn() -> bool + Send + Sync> = Box::new(read);
    Memo::new(move |_| read())
}

/// What waits for an idle page: as [`is`], but it becomes so only when the page has nothing better to do, `within` at the
/// latest. It ends at once.
pub(crate) fn idly(within: Duration, read: impl Fn() -> bool + Send + Sync + 'static) -> Memo<bool> {
    let (so, idle) = (is(read), RwSignal::new(false));
    follow(move || {
        idle.set(false);
        if so.get() {
            clock::when_idle(within, move || {
                if so.try_get_untracked() == Some(true) {
                    idle.try_set(true);
                }
            });
        }
    });
    is(move || so.get() && idle.get())
}

/// Runs `run` now and whenever what it reads changes.
pub(crate) fn follow(run: impl FnMut() + 'static) {
    let run: Box<dyn FnMut()> = Box::new(run);
    Effect::new(run);
}
