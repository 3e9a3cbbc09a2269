//! A small window above the page: a menu beside what it belongs to, or a sheet. Built on `<dialog>`, so that the
//! browser keeps the focus in it, makes the rest inert, closes it on Escape and gives the focus back.

use std::cell::Cell;
use std::rc::Rc;

use leptos::html::Dialog;
use leptos::prelude::*;
use stylers_macro::style_sheet;
use wasm_bindgen::JsValue;

use super::dynamic::follow;
use crate::browser::dom::{Node, Rect};
use crate::browser::{js, page};
use crate::texts::{Text, tr};

/// Where it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Place {
    /// Beside this place on screen; on phones at the lower edge.
    Beside(Rect),
    /// In the middle; on phones at the lower edge.
    Middle,
    /// At the top; on phones the whole screen.
    Top,
}

/// Where the press began whose end is a click.
#[derive(Debug, Clone, Copy, Default)]
enum Began {
    /// Before the window was there: a finger that rests opens it, and is lifted above it.
    #[default]
    Elsewhere,
    Inside,
    Backdrop,
}

/// Closes the window that it was given by.
pub(crate) type Close = Rc<dyn Fn()>;

/// A small window.
pub(crate) struct Popup {
    /// Its `data-t`.
    pub(crate) hook: &'static str,
    /// Its name.
    pub(crate) label: Text,
    /// Where it is.
    pub(crate) place: Place,
    /// It was closed: take it out.
    pub(crate) closed: Box<dyn Fn()>,
}

impl Popup {
    /// Draws it, open.
    pub(crate) fn view(self, inside: impl FnOnce(Close) -> AnyView) -> AnyView {
        let scope = style_sheet!("style/components/popup.css");
        let Self {
            hook,
            label,
            place,
            closed,
        } = self;
        let node = NodeRef::<Dialog>::new();
        let close: Close = Rc::new(move || {
            if let Some(dialog) = node.try_get_untracked().flatten() {
                page::show_modal(&page::value_of(&dialog), false);
            }
        });
        follow(move || {
            if let Some(dialog) = node.get() {
                // Not in the document yet while it is made.
                page::soon(move || {
                    page::show_modal(&page::value_of(&dialog), true);
                    if let Some(dialog) = Node::of(&dialog) {
                        put(&dialog, place);
                    }
                });
            }
        });
        let outside = close.clone();
        let began: Rc<Cell<Began>> = Rc::default();
        // Only the backdrop has the dialog itself as its target: all of its inside is covered by a child.
        let on_backdrop = move |event: &JsValue| {
            let own = node
                .try_get_untracked()
                .flatten()
                .and_then(|dialog| Node::of(&dialog));
            own.is_some() && Node::target(event) == own
        };
        let down = {
            let began = began.clone();
            move |event: leptos::ev::PointerEvent| {
                began.set(if on_backdrop(&event) {
                    Began::Backdrop
                } else {
                    Began::Inside
                });
            }
        };
        // Before its target hears it: what is under the finger that opened this window is not meant by it.
        let pressed = move |event: leptos::ev::MouseEvent| {
            // Keys, scripts and helpers press without a pointer.
            let by_pointer = js::get(&event, "detail")
                .as_f64()
                .is_some_and(|presses| presses > 0.0);
            match began.get() {
                Began::Elsewhere if by_pointer => {
                    let _ = js::call(&event, "stopPropagation", &[]);
                }
                // Not the end of a selection that was drawn out of the window.
                Began::Backdrop if on_backdrop(&event) => outside(),
                Began::Elsewhere | Began::Inside | Began::Backdrop => {}
            }
        };
        let class = match place {
            Place::Beside(_) => "popup beside",
            Place::Middle => "popup middle",
            Place::Top => "popup over",
        };
        view! { class = scope,
            <dialog
                class=class
                data-t=hook
                aria-label=tr(label)
                node_ref=node
                on:close=move |_| closed()
                on:pointerdown=down
                on:click:capture=pressed
            >
                <div class="inside">{inside(close)}</div>
            </dialog>
        }
        .into_any()
    }
}

/// Below what it belongs to, or above where there is no room; always within the screen.
fn put(dialog: &Node, place: Place) {
    let Place::Beside(anchor) = place else {
        return;
    };
    let own = dialog.rect();
    let screen = page::size();
    let room = |wanted: f64, size: f64, whole: f64| wanted.min(whole - size - 8.0).max(8.0);
    let below = anchor.top + anchor.height + 4.0;
    let top = if below + own.height > screen.1 - 8.0 {
        anchor.top - own.height - 4.0
    } else {
        below
    };
    // In the direction of reading it would be one edge or the other: the end of what it belongs to is always in sight.
    let left = anchor.left + anchor.width - own.width;
    let (left, top) = (room(left, own.width, screen.0), room(top, own.height, screen.1));
    dialog.style("--x", &[&left.to_string(), "px"].concat());
    dialog.style("--y", &[&top.to_string(), "px"].concat());
}
