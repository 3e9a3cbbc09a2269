//! States of a page: loading, and something that is not to be had with a way on.

use leptos::prelude::*;
use stylers_macro::style_sheet;

use super::button::Button;
use super::dynamic::words;
use crate::texts::{Text, text, tr};

/// What is not to be had, and what to do about it.
pub(crate) struct Notice {
    /// Its `data-t`.
    pub(crate) hook: &'static str,
    /// The heading.
    pub(crate) title: Text,
    /// What happened, in a sentence.
    pub(crate) body: Signal<String>,
    /// The way on.
    pub(crate) button: Option<Button>,
}

/// Draws a notice in place of a page.
pub(crate) fn notice(notice: Notice) -> AnyView {
    let scope = style_sheet!("style/components/notice.css");
    let Notice {
        hook,
        title,
        body,
        button,
    } = notice;
    view! { class = scope,
        <div class="notice" data-t=hook>
            <h1 tabindex="-1">{tr(title)}</h1>
            <p class="muted">{words(move || body.get())}</p>
            {button.map(Button::view)}
        </div>
    }
    .into_any()
}

/// Draws that something is on its way.
pub(crate) fn loading() -> AnyView {
    let words = tr(text!(loading));
    // An expression, since leptos makes wholly static elements by innerHTML, which Trusted Types forbid.
    let spinner = "spinner";
    view! {
        <div class="page" role="status">
            <span class=spinner></span>
            <span class="sr-only">{words}</span>
        </div>
    }
    .into_any()
}
