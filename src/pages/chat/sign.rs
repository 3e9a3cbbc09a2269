//! A button with a picture and no words on it.

use leptos::ev::MouseEvent;
use leptos::prelude::*;

use crate::components::icons::{Icon, icon};
use crate::texts::{Text, tr};

/// Such a button.
pub(super) struct Sign {
    /// Its `data-t`.
    pub(super) hook: &'static str,
    /// How it looks.
    pub(super) class: &'static str,
    /// Its name, read and shown as a tip.
    pub(super) label: Text,
    /// Its picture.
    pub(super) icon: Icon,
    /// What it opens (`aria-haspopup`).
    pub(super) opens: Option<&'static str>,
}

impl Sign {
    /// Draws it, in the look of this sheet.
    pub(super) fn view(self, scope: &'static str, press: impl Fn(MouseEvent) + 'static) -> AnyView {
        view! {
            <button
                type="button"
                class=[scope, " ", self.class].concat()
                data-t=self.hook
                aria-haspopup=self.opens
                aria-label=tr(self.label)
                title=tr(self.label)
                on:click=press
            >
                {icon(self.icon)}
            </button>
        }
        .into_any()
    }
}
