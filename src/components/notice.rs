//! States of a page: loading, and something that is not to be had with a way on.

use leptos::prelude::*;
use stylers_macro::style_sheet;

use super::button::Button;
use super::element::el;
use crate::texts::{Text, text};

/// What is not to be had, and what to do about it.
pub(crate) struct Notice {
    /// Its `data-t`.
    pub(crate) hook: &'static str,
    /// The heading.
    pub(crate) title: Text,
    /// What happened, in a sentence.
    pub(crate) body: Box<dyn Fn() -> String>,
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
    let screen = el("div", &[scope, "notice"])
        .attr("data-t", hook)
        .with(el("h1", &[scope]).attr("tabindex", "-1").text(title))
        .with(el("p", &[scope, "muted"]).words(body));
    match button {
        Some(button) => screen.child(button.view()),
        None => screen,
    }
    .view()
}

/// Draws that something is on its way.
pub(crate) fn loading() -> AnyView {
    el("div", &["page"])
        .attr("role", "status")
        .with(el("span", &["spinner"]))
        .with(el("span", &["sr-only"]).text(text!(loading)))
        .view()
}
