//! Files for the next message: chosen, pasted or dropped, with their progress.

use engine::chat::api::{ChatCommand, UploadState, UploadView};
use leptos::prelude::*;
use wasm_bindgen::JsValue;

use super::sign::Sign;
use super::{banner, icons, times};
use crate::browser::{field, page};
use crate::components::icons::{CLOSE, icon};
use crate::stores::chat::chat;
use crate::stores::{Actions, actions};
use crate::texts::{fill, text, tr};

/// The button that files are chosen with.
pub(super) fn button(scope: &'static str) -> AnyView {
    let actions = actions();
    let chosen = move |event: leptos::ev::Event| {
        attach(actions, field::files(&event));
        if let Some(input) = crate::browser::dom::Node::target(&event) {
            page::clear_input(input.value());
        }
    };
    view! { class = scope,
        <label class="act clip" title=tr(text!(chat_attach))>
            {icon(icons::CLIP)}
            <input
                type="file"
                class="sr-only"
                multiple
                data-t="chat-attach"
                aria-label=tr(text!(chat_attach))
                on:change=chosen
            />
        </label>
    }
    .into_any()
}

/// Takes files for the next message; false where the server takes none.
pub(super) fn attach(actions: Actions, files: Vec<JsValue>) -> bool {
    if chat().server_now().attachments.is_none() {
        return false;
    }
    for file in files {
        actions.attach(file);
    }
    true
}

/// Draws the files that wait for the message.
pub(super) fn list(scope: &'static str) -> AnyView {
    let rows = move || {
        let uploads = chat().uploads();
        if uploads.is_empty() {
            return ().into_any();
        }
        let rows: Vec<_> = uploads.iter().map(|upload| one(scope, upload)).collect();
        view! { class = scope,
            <ul class="uploads" role="list" aria-label=tr(text!(chat_files))>
                {rows}
            </ul>
        }
        .into_any()
    };
    rows.into_any()
}

fn one(scope: &'static str, upload: &UploadView) -> AnyView {
    let actions = actions();
    let id = upload.upload;
    let share = upload.sent.saturating_mul(100).checked_div(upload.size);
    let share = share.unwrap_or(100).min(100);
    let (words, failed) = match &upload.state {
        UploadState::UnderWay => (
            fill(
                text!(chat_uploading),
                &[
                    ("n", &times::count(share as f64)),
                    ("size", &times::size(upload.size)),
                ],
            ),
            false,
        ),
        UploadState::Done | UploadState::Gone => (times::size(upload.size), false),
        UploadState::Failed(why) => (banner::refusal_words(why), true),
    };
    let bar = (upload.state == UploadState::UnderWay).then(|| {
        view! { class = scope, <progress class="bar" max="100" value=share.to_string()></progress> }
    });
    let away = Sign {
        hook: "chat-upload-remove",
        class: "act",
        label: text!(chat_remove_file),
        icon: CLOSE,
        opens: None,
    };
    view! { class = scope,
        <li class="upload icon-s" class:bad=failed data-t="chat-upload">
            {icon(icons::FILE)}
            <span class="words">
                <bdi class="file">{upload.name.to_string()}</bdi>
                <span class="size">{words}</span>
                {bar}
            </span>
            {away.view(scope, move |_| actions.chat(ChatCommand::Detach(id)))}
        </li>
    }
    .into_any()
}
