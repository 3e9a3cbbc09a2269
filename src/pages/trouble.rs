//! The screen for a configuration that is broken or not to be had.

use engine::config::ConfigError;
use leptos::prelude::*;

use crate::browser::{page, storage_use};
use crate::components::button::Button;
use crate::components::icons;
use crate::components::notice::{Notice, notice};
use crate::config::Trouble;
use crate::stores::Slot;
use crate::texts::{fill, text};

/// Says what is wrong with the configuration.
pub(super) fn trouble() -> AnyView {
    let found: Slot<Option<Trouble>> = expect_context();
    page::set_title("Antenna");
    let body = Box::new(move || found.with(|found| found.as_ref().map(words).unwrap_or_default()));
    let screen = notice(Notice {
        hook: "config-error",
        title: text!(config_title),
        body,
        button: Some(
            Button::new("config-retry", text!(retry), storage_use::reload)
                .class("btn primary")
                .icon(icons::FLIP),
        ),
    });
    view! { <main>{screen}</main> }.into_any()
}

fn words(trouble: &Trouble) -> String {
    match trouble {
        Trouble::Unreachable => fill(text!(config_unreachable), &[]),
        Trouble::Broken(ConfigError { line, field, message }) => {
            let line = line.to_string();
            let holes = [
                ("line", line.as_str()),
                ("field", field.as_str()),
                ("why", message.as_str()),
            ];
            let mut said = fill(
                if field.is_empty() {
                    text!(config_text_no_field)
                } else {
                    text!(config_text)
                },
                &holes,
            );
            said.push_str(". ");
            said.push_str(&fill(text!(config_help), &[]));
            said
        }
    }
}
