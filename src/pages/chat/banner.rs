//! What stands above and below the field: what is answered or edited, and what is in the way.

use engine::chat::api::ChatRefusal;
use leptos::prelude::*;

use super::desk::Desk;
use super::sign::Sign;
use super::{icons, times};
use crate::components::icons::{CLOSE, icon};
use crate::stores::chat::chat;
use crate::texts::{fill, text};

/// What is answered or edited.
pub(super) fn banner(scope: &'static str, desk: Desk) -> AnyView {
    let draw = move || {
        if desk.editing.with(Option::is_some) {
            let words = fill(text!(chat_editing), &[]);
            let close = move || desk.editing.set(None);
            return shown(scope, icons::EDIT, (words, String::new()), close);
        }
        match desk.answer.get() {
            Some(answer) => {
                let words = fill(text!(chat_answering), &[("name", &times::isolated(&answer.name))]);
                shown(scope, icons::REPLY, (words, answer.excerpt), move || {
                    desk.answer.set(None)
                })
            }
            None => ().into_any(),
        }
    };
    draw.into_any()
}

fn shown(
    scope: &'static str,
    picture: crate::components::icons::Icon,
    (title, excerpt): (String, String),
    close: impl Fn() + 'static,
) -> AnyView {
    let away = Sign {
        hook: "chat-banner-close",
        class: "act",
        label: text!(cancel),
        icon: CLOSE,
        opens: None,
    };
    view! { class = scope,
        <div class="banner icon-s" data-t="chat-banner">
            {icon(picture)}
            <span class="words">
                <strong dir="auto">{title}</strong>
                <span class="excerpt" dir="auto">
                    {excerpt}
                </span>
            </span>
            {away.view(scope, move |_| close())}
        </div>
    }
    .into_any()
}

/// Why the last wish was not granted.
pub(super) fn note(scope: &'static str) -> AnyView {
    let words = move || {
        let refusal = chat().refusal()?;
        Some(refusal_words(&refusal))
    };
    view! { class = scope,
        <p class="note" role="alert" data-t="chat-refusal" dir="auto">
            {words}
        </p>
    }
    .into_any()
}

/// A refusal in words.
pub(in crate::pages) fn refusal_words(refusal: &ChatRefusal) -> String {
    match refusal {
        ChatRefusal::SignedOut => fill(text!(chat_refused_signed_out), &[]),
        ChatRefusal::Offline => fill(text!(chat_refused_offline), &[]),
        ChatRefusal::NotOffered => fill(text!(chat_refused_not_offered), &[]),
        ChatRefusal::NotThere => fill(text!(chat_refused_not_there), &[]),
        ChatRefusal::TooLong => fill(text!(chat_refused_too_long), &[]),
        ChatRefusal::Server(why) => fill(text!(chat_refused), &[("why", why)]),
        ChatRefusal::Storage(why) => fill(text!(chat_refused_storage), &[("why", why)]),
    }
}
