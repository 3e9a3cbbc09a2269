//! Buttons: one view for all of them, so that the wasm holds it once.

use leptos::prelude::*;

use super::element::el;
use super::icons::{Icon, icon};
use crate::texts::Text;

/// What a press does.
pub(crate) type Press = Box<dyn Fn()>;

type Is = Box<dyn Fn() -> bool>;

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
    pub(crate) pressed: Option<Is>,
    /// Whether it can be pressed.
    pub(crate) disabled: Option<Is>,
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
    pub(crate) fn toggles(mut self, pressed: impl Fn() -> bool + 'static, icon_off: Option<Icon>) -> Self {
        self.pressed = Some(Box::new(pressed));
        self.icon_off = icon_off;
        self
    }

    /// One that cannot always be pressed.
    pub(crate) fn disabled(mut self, disabled: impl Fn() -> bool + 'static) -> Self {
        self.disabled = Some(Box::new(disabled));
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
        let mut button = el("button", &[class])
            .attrs(&[("type", "button"), ("data-t", hook)])
            .on("click", move |_| press());
        if let Some(pressed) = pressed {
            button = button.moving("aria-pressed", move || {
                Some(if pressed() { "true" } else { "false" })
            });
        }
        if let Some(disabled) = disabled {
            button = button.flag("disabled", disabled);
        }
        if let Some(path) = on {
            let when: &[&str] = if off.is_some() { &["when-on"] } else { &[] };
            button = button.with(el("span", when).child(icon(path)));
        }
        if let Some(path) = off {
            button = button.with(el("span", &["when-off"]).child(icon(path)));
        }
        if bare {
            button.named("aria-label", label).named("title", label)
        } else {
            button.with(el("span", &[]).text(label))
        }
        .view()
    }
}
