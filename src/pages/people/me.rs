//! Oneself, at the top of the page, with the way to the own status.

use engine::chat::api::Presence;
use leptos::prelude::*;

use super::face::face;
use super::words::{Line, status};
use super::{Hall, Window};
use crate::components::dynamic::part;
use crate::pages::chat::presence;
use crate::stores::chat::chat;
use crate::texts::{fill, text, tr};

/// Draws it.
pub(super) fn me(scope: &'static str, hall: Hall) -> AnyView {
    part(move || {
        let Some(me) = chat().me() else {
            return ().into_any();
        };
        let mut line = Line::of(&me.seen_as);
        // The own text, also where this server shows it to nobody.
        line.status = status(&me.chosen.emoji, &me.chosen.text);
        let seen = me.seen_as.presence;
        let hidden = !me.privacy.online && me.chosen.status != Presence::Offline;
        let words = move || {
            if hidden {
                fill(text!(people_me_hidden), &[])
            } else {
                fill(presence::words(seen), &[])
            }
        };
        let text = (!line.status.is_empty()).then(|| {
            view! { class = scope,
                <span class="mine">
                    <bdi data-t="status-text">{line.status.clone()}</bdi>
                </span>
            }
        });
        view! { class = scope,
            <section class="me" aria-label=tr(text!(people_me)) data-t="people-me">
                {face(scope, &line)}
                <div class="words">
                    <span class="name">
                        <bdi>{line.name.clone()}</bdi>
                    </span>
                    <span class="sub" data-t="status-presence" data-presence=presence::word(line.presence)>
                        {words}
                    </span>
                    {text}
                </div>
                <button
                    type="button"
                    class="btn"
                    data-t="status-edit"
                    on:click=move |_| hall.open(Window::Status)
                >
                    {tr(text!(status_edit))}
                </button>
            </section>
        }
        .into_any()
    })
}
