//! Buttons: one view for all of them, so that the wasm holds it once.

use leptos::prelude::*;

use super::dynamic::{attribute, flag};
use super::icons::{Icon, icon};
use crate::texts::{Text, tr};

/// What a press does.
pub(crate) type Press = Box<dyn Fn()>;

/// A button.
pub(crate) struct Button {
    /// Its `data-t`.
    pub(crate) hook: &'static str,
    /// Its name.
    pub(crate) label: Text,
    /// Its picture.
    pub(crate) icon: Option<Icon>,
    /// The picture while it is not pressed, for one that stays pressed.
    pub(crate) icon_off: Option<Icon>,
    /// Its classes: `btn` and how it looks; `bare` hides the label from eyes.
    pub(crate) class: &'static str,
    /// The name is read and shown as a tip, not written.
    pub(crate) bare: bool,
    /// Whether it stays pressed, and is.
    pub(crate) pressed: Option<Signal<bool>>,
    /// Whether it can be pressed.
    pub(crate) disabled: Option<Signal<bool>>,
    /// What a press does.
    pub(crate) press: Press,
}

impl Button {
    /// A plain button with a label.
    pub(crate) fn new(hook: &'static str, label: Text, press: impl Fn() + 'static) -> Self {
        Self {
            hook,
            label,
            icon: None,
            icon_off: None,
            class: "btn",
            bare: false,
            pressed: None,
            disabled: None,
            press: Box::new(press),
        }
    }

    /// With this look.
    pub(crate) fn class(mut self, class: &'static str) -> Self {
        self.class = class;
        self
    }

    /// With this picture.
    pub(crate) fn icon(mut self, icon: Icon) -> Self {
        self.icon = Some(icon);
        self
    }

    /// With the picture alone.
    pub(crate) fn bare(mut self) -> Self {
        self.bare = true;
        self
    }

    /// One that stays pressed, with another picture while it is not.
    pub(crate) fn toggles(mut self, pressed: Signal<bool>, icon_off: Option<Icon>) -> Self {
        self.pressed = Some(pressed);
        self.icon_off = icon_off;
        self
    }

    /// One that cannot always be pressed.
    pub(crate) fn disabled(mut self, disabled: Signal<bool>) -> Self {
        self.disabled = Some(disabled);
        self
    }

    /// Draws it.
    pub(crate) fn view(self) -> AnyView {
        let Self {
            hook,
            label,
            icon: on,
            icon_off: off,
            class,
            bare,
            pressed,
            disabled,
            press,
        } = self;
        let is_pressed =
            attribute(move || pressed.map(|pressed| if pressed.get() { "true" } else { "false" }));
        let is_disabled = flag(move || disabled.is_some_and(|disabled| disabled.get()));
        let name = tr(label);
        view! {
            <button
                type="button"
                class=class
                data-t=hook
                aria-pressed=is_pressed
                aria-label=attribute(move || bare.then(name))
                title=attribute(move || bare.then(name))
                disabled=is_disabled
                on:click=move |_| press()
            >
                {on.map(|path| picture(path, if off.is_some() { "when-on" } else { "" }))}
                {off.map(|path| picture(path, "when-off"))}
                {(!bare).then_some(name)}
            </button>
        }
        .into_any()
    }
}

fn picture(path: Icon, when: &'static str) -> AnyView {
    view! { <span class=when>{icon(path)}</span> }.into_any()
}
