//! How a call ended.

use engine::command::Command;
use leptos::prelude::*;

use super::face;
use super::status::time;
use crate::components::button::Button;
use crate::components::icons;
use crate::pages::home::dial::refusal;
use crate::stores::{actions, ended_words, reason_word, stores};
use crate::texts::{fill, text, tr};

pub(super) fn ended(scope: &'static str) -> AnyView {
    let (stores, actions) = (stores(), actions());
    let Some(ended) = stores.call.ended() else {
        return ().into_any();
    };
    let (reason, with, lasted) = (reason_word(&ended.reason), ended.with.clone(), ended.duration);
    let picture = face(scope, &ended.name);
    let words = move || ended_words(&ended, fill);
    let length = move || lasted.map(|lasted| fill(text!(ended_lasted), &[("time", &time(lasted))]));
    let again = Button::new("call-again", text!(call_again), move || {
        actions.send(Command::Call { to: with.clone() });
    })
    .class("btn go")
    .icon(icons::CALL)
    .view();
    let done = Button::new("dismiss", text!(done), move || actions.send(Command::Dismiss)).view();
    view! { class = scope,
        <div class="dial" data-t="ended" data-reason=reason>
            <div class="center">
                {picture}
                <h1 class="name" tabindex="-1">
                    {tr(text!(ended_title))}
                </h1>
                <p class="soft">{words}</p>
                <p class="soft">{length}</p>
                {refusal()}
                <div class="row">{again}{done}</div>
            </div>
        </div>
    }
    .into_any()
}
