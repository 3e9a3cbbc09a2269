//! One's own picture in a corner: dragged to another one, or moved there with the arrow keys.

use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::html::{Div, Video};
use leptos::prelude::*;

use wasm_bindgen::JsValue;

use crate::browser::page;
use crate::components::video::{Source, Stream, video};
use crate::stores::stores;
use crate::texts::{direction, fill, locale_signal, text, tr};

#[derive(Clone, Copy, PartialEq)]
struct Corner {
    /// At the end of a line: right in English, left in Arabic.
    end: bool,
    /// At the bottom.
    bottom: bool,
}

pub(super) fn own(scope: &'static str, frame: NodeRef<Div>) -> AnyView {
    let stores = stores();
    let corner = RwSignal::new(Corner {
        end: true,
        bottom: false,
    });
    // Where the pointer took hold, while it holds, and how far it went.
    let held = RwSignal::new(None::<(i32, i32)>);
    let shift = RwSignal::new((0, 0));
    let source = Box::new(move || {
        stores.stream.track_own();
        Some(Source::Own)
    });
    let shown = Memo::new(move |_| stores.capture.camera_live() || stores.capture.sharing());
    let mirrored = Memo::new(move |_| stores.capture.camera_live());
    let label = Box::new(|| fill(text!(own_video), &[]));
    let picture = video(Stream {
        hook: "own-video",
        class: "fill",
        label,
        source,
        node: NodeRef::<Video>::new(),
    });
    let take = move |event: PointerEvent| held.set(Some((event.client_x(), event.client_y())));
    let drag = move |event: PointerEvent| {
        if let Some((x, y)) = held.get_untracked() {
            shift.set((event.client_x() - x, event.client_y() - y));
        }
    };
    let drop = move |event: PointerEvent| {
        if held.get_untracked().is_some() {
            held.set(None);
            shift.set((0, 0));
            if let Some(to) = frame
                .get_untracked()
                .map(|frame| nearest(&page::value_of(&frame), &event))
            {
                corner.set(to);
            }
        }
    };
    let step = move |event: KeyboardEvent| {
        if let Some(to) = stepped(corner.get_untracked(), &event.key()) {
            event.prevent_default();
            corner.set(to);
        }
    };
    view! { class = scope,
        <div
            class="own"
            class:mirrored=mirrored
            class:away=move || !shown.get()
            class:held=move || held.get().is_some()
            class:at-end=move || corner.get().end
            class:at-bottom=move || corner.get().bottom
            style:translate=move || translate(shift.get())
            role="group"
            tabindex="0"
            aria-label=tr(text!(own_video_move))
            on:pointerdown=take
            on:pointermove=drag
            on:pointerup=drop
            on:pointerleave=drop
            on:keydown=step
        >
            {picture}
        </div>
    }
    .into_any()
}

fn translate((x, y): (i32, i32)) -> String {
    [&x.to_string(), "px ", &y.to_string(), "px"].concat()
}

fn rtl() -> bool {
    direction(locale_signal().get_untracked()) == "rtl"
}

fn nearest(frame: &JsValue, event: &PointerEvent) -> Corner {
    let (x, y) = page::middle(frame);
    let right = f64::from(event.client_x()) > x;
    Corner {
        end: right != rtl(),
        bottom: f64::from(event.client_y()) > y,
    }
}

fn stepped(from: Corner, key: &str) -> Option<Corner> {
    match key {
        "ArrowLeft" => Some(Corner { end: rtl(), ..from }),
        "ArrowRight" => Some(Corner { end: !rtl(), ..from }),
        "ArrowUp" => Some(Corner {
            bottom: false,
            ..from
        }),
        "ArrowDown" => Some(Corner { bottom: true, ..from }),
        _ => None,
    }
}
