//! How the connection stands, in one line above the conversations; nothing while all is well.

use engine::chat::api::ChatCommand;
use engine::event::ConnectionState;
use leptos::prelude::*;

use super::times;
use crate::components::icons::icon;
use crate::stores::actions;
use crate::stores::chat::chat;
use crate::texts::{fill, text, tr};

use super::icons;

/// What there is to say.
#[derive(Debug, Clone, PartialEq)]
enum Note {
    /// Nothing.
    None,
    /// On the way.
    Connecting,
    /// No connection; so many messages wait.
    Offline(u32),
    /// The server refused for a while.
    Held(String),
    /// The server refused.
    Refused(String),
}

/// Draws it.
pub(in crate::pages) fn strip(scope: &'static str) -> AnyView {
    let note = Memo::new(move |_| note());
    (move || {
        let (words, offline) = match note.get() {
            Note::None => return ().into_any(),
            Note::Connecting => (fill(text!(chat_connecting), &[]), false),
            Note::Offline(0) => (fill(text!(chat_no_connection), &[]), true),
            Note::Offline(waiting) => (
                fill(
                    text!(chat_no_connection_waiting),
                    &[("n", &times::count(f64::from(waiting)))],
                ),
                true,
            ),
            Note::Held(until) => (fill(text!(chat_held), &[("time", &until)]), false),
            Note::Refused(why) => (fill(text!(chat_refused), &[("why", &why)]), true),
        };
        view! { class = scope,
            <div class="strip icon-s" class:warn=offline role="status" data-t="chat-strip">
                {icon(if offline { icons::WARNING } else { icons::CLOCK })}
                <span>{words}</span>
                {offline
                    .then(|| {
                        let actions = actions();
                        view! { class = scope,
                            <button
                                type="button"
                                class="again"
                                data-t="chat-reconnect"
                                on:click=move |_| actions.chat(ChatCommand::Reconnect)
                            >
                                {tr(text!(chat_reconnect))}
                            </button>
                        }
                    })}
            </div>
        }
        .into_any()
    })
    .into_any()
}

fn note() -> Note {
    let Some(connection) = chat().connection() else {
        return Note::None;
    };
    if connection.signed_out {
        return Note::None;
    }
    if let Some(until) = connection.held_until.filter(|until| *until > times::now()) {
        return Note::Held(times::clock_of(until));
    }
    match connection.state {
        ConnectionState::Connected => Note::None,
        ConnectionState::Idle | ConnectionState::Connecting => {
            if connection.stale {
                Note::Connecting
            } else {
                Note::None
            }
        }
        ConnectionState::Waiting { .. } | ConnectionState::Reconnecting { .. } => {
            Note::Offline(connection.waiting)
        }
        ConnectionState::Refused { reason } => Note::Refused(reason),
    }
}
