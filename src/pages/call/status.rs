//! Who one talks to, for how long, and how the path stands.

use std::time::Duration;

use engine::event::{Path, Talk};
use leptos::prelude::*;

use crate::browser::timer::Interval;
use crate::components::button::Button;
use crate::components::icons;
use crate::local::LocalCommand;
use crate::pages::home::dial::refusal;
use crate::pages::home::problems::problems;
use crate::stores::{actions, seconds, stores};
use crate::texts::{Text, fill, text, tr};

pub(super) fn status(scope: &'static str) -> AnyView {
    let stores = stores();
    let talk = Memo::new(move |_| stores.call.talk());
    let name = move || talk.read().as_ref().map(|talk| talk.name.clone());
    let path = move || talk.read().as_ref().map(|talk| path_word(talk.path));
    let delay = Memo::new(move |shown: Option<&Option<u128>>| {
        let flows = talk
            .read()
            .as_ref()
            .is_some_and(|talk| talk.path == Path::Flowing && talk.since.is_some());
        let now = stores.stream.stats().round_trip.filter(|_| flows)?.as_millis();
        // Every change is a frame to draw; what changes less than this tells nobody anything.
        let same = |shown: &u128| shown.abs_diff(now) < 5.max(now / 5);
        Some(shown.copied().flatten().filter(same).unwrap_or(now))
    });
    let delay = move || {
        delay
            .get()
            .map(|millis| [" · ", &millis.to_string(), " ms"].concat())
    };
    let trouble = move || {
        talk.read()
            .as_ref()
            .is_some_and(|talk| matches!(talk.path, Path::Broken { .. }))
    };
    view! { class = scope,
        <div class="top">
            <h1 class="who" data-t="call-name" tabindex="-1" dir="auto">
                {name}
            </h1>
            <p class="facts">
                <span data-t="call-timer" role="timer" aria-live="off">
                    {timer(talk)}
                </span>
                <span class="state" class:bad=trouble data-t="call-status" data-path=path>
                    {move || talk.read().as_ref().map(words)}
                    {delay}
                </span>
                {move || remote_says(scope, talk)}
            </p>
            <div class="notes">{sound()}{problems()}{screen_problem()}{refusal()}</div>
        </div>
    }
    .into_any()
}

fn timer(talk: Memo<Option<Talk>>) -> AnyView {
    let actions = actions();
    let clock = RwSignal::new(actions.now());
    let ticking = Interval::new(Duration::from_secs(1), move || {
        clock.try_set(actions.now());
    });
    let _ticking = StoredValue::new_local(ticking);
    (move || {
        talk.read()
            .as_ref()
            .and_then(|talk| talk.since)
            .map(|since| time(clock.get().since(since)))
    })
    .into_any()
}

/// A duration as `m:ss` or `h:mm:ss`.
pub(super) fn time(time: Duration) -> String {
    let all = time.as_secs();
    let (hours, minutes, seconds) = (all / 3600, all / 60 % 60, all % 60);
    let two = |number: u64| {
        if number < 10 {
            ["0", &number.to_string()].concat()
        } else {
            number.to_string()
        }
    };
    if hours == 0 {
        return [&minutes.to_string(), ":", &two(seconds)].concat();
    }
    [&hours.to_string(), ":", &two(minutes), ":", &two(seconds)].concat()
}

fn path_word(path: Path) -> &'static str {
    match path {
        Path::Opening => "opening",
        Path::Flowing => "flowing",
        Path::Broken { .. } => "broken",
    }
}

fn words(talk: &Talk) -> String {
    match (talk.path, talk.healed_after) {
        (Path::Opening, _) => fill(text!(path_opening), &[]),
        (Path::Broken { .. }, _) => fill(text!(path_broken), &[]),
        (Path::Flowing, Some(took)) => fill(text!(path_healed), &[("seconds", &seconds(took))]),
        (Path::Flowing, None) if !talk.signaling => fill(text!(signaling_lost), &[]),
        (Path::Flowing, None) => fill(text!(path_flowing), &[]),
    }
}

fn remote_says(scope: &'static str, talk: Memo<Option<Talk>>) -> AnyView {
    let says = talk
        .read()
        .as_ref()
        .and_then(|talk| talk.remote_says)
        .unwrap_or_default();
    let facts: [(bool, Text); 3] = [
        (says.muted, text!(remote_muted)),
        (says.camera_off && !says.sharing, text!(remote_camera_off)),
        (says.sharing, text!(remote_sharing)),
    ];
    facts
        .into_iter()
        .filter(|(so, _)| *so)
        .map(|(_, words)| view! { class = scope, <span class="fact">{tr(words)}</span> }.into_any())
        .collect::<Vec<_>>()
        .into_any()
}

fn sound() -> AnyView {
    let (stores, actions) = (stores(), actions());
    let button = move || {
        Button::new("unblock", text!(sound_blocked), move || {
            actions.local(LocalCommand::Unblock)
        })
        .class("btn primary")
        .icon(icons::SPEAKER)
        .view()
    };
    (move || stores.stream.is_sound_blocked().then(button)).into_any()
}

fn screen_problem() -> AnyView {
    use engine::io::DeviceProblem::{Busy, Denied, Dismissed, Missing, Unplugged, Unsupported};
    let stores = stores();
    (move || {
        let words = match stores.capture.screen_problem()? {
            // Closing the browser's question is an answer, not a problem.
            Dismissed => return None,
            Denied => text!(screen_denied),
            Missing | Busy | Unplugged | Unsupported => text!(screen_failed),
        };
        Some(view! { <p class="error">{tr(words)}</p> }.into_any())
    })
    .into_any()
}
