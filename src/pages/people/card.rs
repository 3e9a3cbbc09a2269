//! Somebody's profile.
//!
//! A button to call is there where the server tells under which id of contract 1 somebody can be called: by the contract
//! alone such ids come and go and belong to no account.

use engine::chat::api::{ChatCommand, UserId};
use leptos::prelude::*;
use stylers_macro::style_sheet;

use super::face::face;
use super::words::Line;
use crate::components::dynamic::part;
use crate::components::icons::{CALL, CHAT, icon};
use crate::components::popup::Close;
use crate::stores::actions;
use crate::stores::chat::chat;
use crate::texts::{text, tr};

/// Draws it, in a window.
pub(super) fn card(user: UserId, close: Close) -> AnyView {
    let scope = style_sheet!("style/components/person.css");
    let id = StoredValue::new(user.to_string());
    let line = Memo::new(move |last: Option<&Option<Line>>| {
        let people = chat().people();
        let now = id.with_value(|id| {
            people
                .iter()
                .find(|person| *person.id == **id)
                .map(|person| Line::of(person))
        });
        // Somebody who is not listed any more (another search) keeps the card as it is.
        now.or_else(|| last.cloned().flatten())
    });
    let close = StoredValue::new_local(close);
    let message = move |_| {
        close.with_value(|close| close());
        actions().chat(ChatCommand::Direct(id.with_value(|id| id.as_str().into())));
    };
    let about = part(move || match line.get() {
        Some(line) => about(scope, &line),
        None => ().into_any(),
    });
    let call = move |_| {
        close.with_value(|close| close());
        actions().chat(ChatCommand::FindCallId(id.with_value(|id| id.as_str().into())));
    };
    let may_be_called = Memo::new(move |_| line.with(|line| line.as_ref().is_some_and(Line::may_be_called)));
    let ring = move || {
        chat().server().calls.then(|| {
            view! { class = scope,
                <button
                    type="button"
                    class="btn go"
                    data-t="people-card-call"
                    disabled=move || !may_be_called.get()
                    on:click=call
                >
                    {icon(CALL)}
                    <span>{tr(text!(call))}</span>
                </button>
            }
        })
    };
    let direct = move || {
        let server = chat().server();
        if server.direct {
            view! { class = scope,
                <button type="button" class="btn primary" autofocus data-t="people-card-message" on:click=message>
                    {icon(CHAT)}
                    <span>{tr(text!(people_message))}</span>
                </button>
            }
            .into_any()
        } else {
            view! { class = scope, <p class="muted">{tr(text!(people_no_direct))}</p> }.into_any()
        }
    };
    view! { class = scope,
        <div class="dialog" data-t="people-card">
            {about}
            <div class="ends">
                <button
                    type="button"
                    class="btn quiet"
                    data-t="people-card-close"
                    on:click=move |_| close.with_value(|close| close())
                >
                    {tr(text!(close))}
                </button>
                {ring}
                {direct}
            </div>
        </div>
    }
    .into_any()
}

fn about(scope: &'static str, line: &Line) -> AnyView {
    let (seen, is_there) = (line.clone(), line.clone());
    let status = (!line.status.is_empty()).then(|| {
        view! { class = scope,
            <p class="text">
                <bdi data-t="people-card-status">{line.status.clone()}</bdi>
            </p>
        }
    });
    view! { class = scope,
        <div class="who">
            {face(scope, line)}
            <div class="words">
                <h2 class="title">
                    <bdi>{line.name.clone()}</bdi>
                </h2>
                <p class="muted">{move || is_there.presence_words()}</p>
                <p class="muted">{move || seen.last_seen_words()}</p>
            </div>
        </div>
        {status}
    }
    .into_any()
}
