//! Everybody else: who is there first, with a field to search.

use std::time::Duration;

use engine::chat::api::{ChatCommand, Presence};
use leptos::prelude::*;

use super::face::face;
use super::words::Line;
use super::{Hall, Window};
use crate::browser::timer::Timer;
use crate::components::dynamic::part;
use crate::components::icons::{CHAT, icon};
use crate::pages::chat::{icons, times};
use crate::stores::actions;
use crate::stores::chat::chat;
use crate::texts::{Text, fill, text, tr};

/// Rows drawn at first, and more at each press.
const ROWS: usize = 100;
/// The server is asked when nobody has typed for so long.
const PAUSE: Duration = Duration::from_millis(250);

/// What is shown.
#[derive(Clone, Copy)]
struct Shown {
    /// Everybody who matches, who is there first.
    lines: Memo<Vec<Line>>,
    /// How many of them are drawn.
    most: RwSignal<usize>,
}

impl Shown {
    fn part(self, there: bool) -> Vec<Line> {
        let most = self.most.get();
        let lines = self.lines.read();
        let drawn = lines.iter().take(most);
        drawn.filter(|line| line.is_there() == there).cloned().collect()
    }

    fn count(self, there: bool) -> usize {
        let lines = self.lines.read();
        lines.iter().filter(|line| line.is_there() == there).count()
    }
}

/// Draws the list.
pub(super) fn list(scope: &'static str, hall: Hall) -> AnyView {
    let (chat, actions) = (chat(), actions());
    actions.chat(ChatCommand::FindPeople(String::new()));
    let query = RwSignal::new(String::new());
    let shown = Shown {
        lines: Memo::new(move |_| matching(&query.read())),
        most: RwSignal::new(ROWS),
    };
    let asking = StoredValue::new_local(None::<Timer>);
    let typed = move |event| {
        let words = event_target_value(&event).trim().to_owned();
        query.set(words.clone());
        shown.most.set(ROWS);
        let ask = move || actions.chat(ChatCommand::FindPeople(words.clone()));
        asking.set_value(Some(Timer::new(PAUSE, ask)));
    };
    on_cleanup(move || asking.dispose());
    let some = Memo::new(move |_| !shown.lines.read().is_empty());
    let body = part(move || {
        if some.get() {
            untrack(|| groups(scope, hall, shown))
        } else {
            empty(scope, query, chat.is_ready())
        }
    });
    let partial = part(move || {
        let server = chat.server();
        if server.known && !server.people {
            view! { class = scope, <p class="muted hint">{tr(text!(people_partial))}</p> }.into_any()
        } else {
            ().into_any()
        }
    });
    view! { class = scope,
        <section class="list" aria-label=tr(text!(people_others))>
            <label class="search">
                {icon(icons::SEARCH)}
                <input
                    type="search"
                    dir="auto"
                    autocomplete="off"
                    data-t="people-search"
                    aria-label=tr(text!(people_search))
                    placeholder=tr(text!(people_search))
                    on:input=typed
                />
            </label>
            <p class="sr-only" role="status">
                {move || fill(text!(people_found), &[("n", &times::count(shown.lines.read().len() as f64))])}
            </p>
            {body}
            {partial}
        </section>
    }
    .into_any()
}

/// Who matches what was typed, in the order in which they are shown.
fn matching(query: &str) -> Vec<Line> {
    let query = query.to_lowercase();
    let mut lines: Vec<Line> = chat()
        .people()
        .iter()
        .map(|person| Line::of(person))
        .filter(|line| {
            query.is_empty()
                || line.name.to_lowercase().contains(&query)
                || line.status.to_lowercase().contains(&query)
        })
        .collect();
    // By name they are already, and the sort keeps that.
    lines.sort_by_key(|line| rank(line.presence));
    lines
}

fn rank(presence: Presence) -> u8 {
    match presence {
        Presence::Online => 0,
        Presence::InCall | Presence::DoNotDisturb => 1,
        Presence::Away => 2,
        Presence::Offline | Presence::Unknown => 3,
    }
}

fn groups(scope: &'static str, hall: Hall, shown: Shown) -> AnyView {
    let left = move || shown.lines.read().len().saturating_sub(shown.most.get());
    let more = part(move || match left() {
        0 => ().into_any(),
        left => {
            let words = move || fill(text!(people_more), &[("n", &times::count(left as f64))]);
            view! { class = scope,
                <button
                    type="button"
                    class="btn more"
                    data-t="people-more"
                    on:click=move |_| shown.most.update(|most| *most += ROWS)
                >
                    {words}
                </button>
            }
            .into_any()
        }
    });
    view! { class = scope,
        {group(scope, hall, shown, true)}
        {group(scope, hall, shown, false)}
        {more}
    }
    .into_any()
}

fn group(scope: &'static str, hall: Hall, shown: Shown, there: bool) -> AnyView {
    let title: Text = if there {
        text!(people_there)
    } else {
        text!(people_not_there)
    };
    let hook = if there { "people-there" } else { "people-not-there" };
    let count = Memo::new(move |_| shown.count(there));
    let rows = move || {
        view! { class = scope,
            <For each=move || shown.part(there) key=|line| line.id.clone() let:line>
                {row(scope, hall, shown, line)}
            </For>
        }
    };
    view! { class = scope,
        <div class="group" class:none=move || count.get() == 0>
            <h2 class="title">
                {tr(title)} " "
                <span class="count">{move || times::count(count.get() as f64)}</span>
            </h2>
            <ul class="rows" role="list" data-t=hook>
                {rows()}
            </ul>
        </div>
    }
    .into_any()
}

fn row(scope: &'static str, hall: Hall, shown: Shown, first: Line) -> AnyView {
    let id = StoredValue::new(first.id.clone());
    // Drawn anew only when this person changed, so that the focus stays where it is for all others.
    let line = Memo::new(move |_| {
        let lines = shown.lines.read();
        id.with_value(|id| lines.iter().find(|line| line.id == *id).cloned())
            .unwrap_or_else(|| first.clone())
    });
    let open = move |_| hall.open(Window::Card(id.with_value(|id| id.as_str().into())));
    let message = move |_| actions().chat(ChatCommand::Direct(id.with_value(|id| id.as_str().into())));
    let direct = move || {
        chat().server().direct.then(|| {
            view! { class = scope,
                <button
                    type="button"
                    class="btn quiet square"
                    data-t="people-message"
                    aria-label=move || fill(text!(people_message_to), &[("name", &line.read().name)])
                    title=tr(text!(people_message))
                    on:click=message
                >
                    {icon(CHAT)}
                </button>
            }
        })
    };
    let face = part(move || face(scope, &line.read()));
    view! { class = scope,
        <li class="row" data-t="people-row" data-user=move || line.read().id.clone()>
            <button type="button" class="one" data-t="people-open" on:click=open>
                {face}
                <span class="words">
                    <span class="name">
                        <bdi>{move || line.read().name.clone()}</bdi>
                    </span>
                    <span class="sub">{move || sub(&line.read())}</span>
                </span>
            </button>
            {direct}
        </li>
    }
    .into_any()
}

/// The second line of a row: presence, and what there is to add to it.
fn sub(line: &Line) -> String {
    let more = if line.status.is_empty() {
        line.last_seen_words()
    } else {
        Some(isolated(&line.status))
    };
    match more {
        Some(more) => fill(
            text!(people_sub),
            &[("presence", &line.presence_words()), ("more", &more)],
        ),
        None => line.presence_words(),
    }
}

/// A text of whatever direction within a sentence of the app's.
fn isolated(text: &str) -> String {
    ["\u{2068}", text, "\u{2069}"].concat()
}

/// Nobody: still loading, nobody of this name, or nobody at all.
fn empty(scope: &'static str, query: RwSignal<String>, ready: bool) -> AnyView {
    if !ready {
        return view! { class = scope,
            <div class="nobody">
                <span class="spinner" role="status" aria-label=tr(text!(loading))></span>
            </div>
        }
        .into_any();
    }
    let searched = !query.read().is_empty();
    let words: Text = if searched {
        text!(people_nobody_found)
    } else {
        text!(people_nobody)
    };
    view! { class = scope,
        <div class="nobody" data-t="people-nobody">
            {icon(crate::components::icons::PERSON)}
            <p class="muted">{tr(words)}</p>
        </div>
    }
    .into_any()
}
