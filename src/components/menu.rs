//! A menu: a few things to do, by pointer or by arrow keys.

use leptos::html::Div;
use leptos::prelude::*;
use stylers_macro::style_sheet;

use super::icons::{Icon, icon};
use super::popup::Close;
use crate::browser::dom::{Node, Step};
use crate::browser::page;
use crate::texts::{Text, tr};

/// One thing to do.
pub(crate) struct Item {
    /// Its `data-t`.
    pub(crate) hook: &'static str,
    /// What it is called.
    pub(crate) label: Text,
    /// Its picture.
    pub(crate) icon: Icon,
    /// It takes something away.
    pub(crate) danger: bool,
    /// One of a few of which one is chosen, and whether it is.
    pub(crate) chosen: Option<bool>,
    /// Do it.
    pub(crate) press: Box<dyn Fn()>,
}

impl Item {
    /// A plain one.
    pub(crate) fn new(hook: &'static str, label: Text, icon: Icon, press: impl Fn() + 'static) -> Self {
        Self {
            hook,
            label,
            icon,
            danger: false,
            chosen: None,
            press: Box::new(press),
        }
    }

    /// One that takes something away.
    pub(crate) fn danger(mut self) -> Self {
        self.danger = true;
        self
    }

    /// One of a few of which one is chosen.
    pub(crate) fn chosen(mut self, chosen: bool) -> Self {
        self.chosen = Some(chosen);
        self
    }
}

/// Draws the items of a menu that is in a [`Popup`](super::popup::Popup); a press closes it first, so that the focus is
/// back where it was before something else takes it.
pub(crate) fn menu(label: Text, items: Vec<Item>, close: Close) -> AnyView {
    let scope = style_sheet!("style/components/menu.css");
    let list = NodeRef::<Div>::new();
    let move_focus = move |event: leptos::ev::KeyboardEvent| {
        let step = match event.key().as_str() {
            "ArrowDown" => Step::Next,
            "ArrowUp" => Step::Previous,
            "Home" => Step::First,
            "End" => Step::Last,
            _ => return,
        };
        event.prevent_default();
        if let Some(list) = list.get_untracked().and_then(|list| Node::of(&list)) {
            list.step("[role^=menuitem]", step);
        }
    };
    let items: Vec<_> = items
        .into_iter()
        .map(|item| row(scope, item, close.clone()))
        .collect();
    view! { class = scope,
        <div class="menu" role="menu" aria-label=tr(label) node_ref=list on:keydown=move_focus>
            {items}
        </div>
    }
    .into_any()
}

fn row(scope: &'static str, item: Item, close: Close) -> AnyView {
    let Item {
        hook,
        label,
        icon: picture,
        danger,
        chosen,
        press,
    } = item;
    let role = if chosen.is_some() {
        "menuitemradio"
    } else {
        "menuitem"
    };
    let press: std::rc::Rc<dyn Fn()> = press.into();
    let pressed = move |_| {
        close();
        let press = press.clone();
        page::soon(move || press());
    };
    view! { class = scope,
        <button
            type="button"
            class="item icon-s"
            class:danger=danger
            class:chosen=chosen == Some(true)
            role=role
            aria-checked=chosen.map(|chosen| if chosen { "true" } else { "false" })
            data-t=hook
            on:click=pressed
        >
            {icon(picture)}
            <span>{tr(label)}</span>
        </button>
    }
    .into_any()
}
