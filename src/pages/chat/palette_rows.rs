//! What the palette offers: filters as chips, rooms, people, messages.

use std::rc::Rc;

use engine::chat::api::{Fetching, Person, RoomView, SearchHit};
use leptos::prelude::*;

use super::palette::{Palette, entry_id};
use super::query::{About, Filter};
use super::timeline::initial;
use super::{icons, presence, times};
use crate::components::icons::{CLOSE, icon};
use crate::stores::chat::chat;
use crate::texts::{Text, fill, text, tr};

/// One thing to go to.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Entry {
    /// A room.
    Room(Rc<RoomView>),
    /// A person without a conversation yet.
    Person(Rc<Person>),
    /// A message.
    Hit(SearchHit),
}

/// The filters that were typed, each of which can be taken away, and those that can be added.
pub(super) fn chips(scope: &'static str, palette: Palette) -> AnyView {
    let draw = move || {
        let (typed, _, understood) = palette.read();
        let used: Vec<_> = typed
            .filters
            .iter()
            .zip(understood)
            .map(|(filter, understood)| chip(scope, palette, filter, understood))
            .collect();
        let offered: Vec<_> = [
            (About::From, text!(chat_filter_from), "from:"),
            (About::In, text!(chat_filter_in), "in:"),
            (About::After, text!(chat_filter_after), "after:"),
            (About::Before, text!(chat_filter_before), "before:"),
        ]
        .into_iter()
        .filter(|(about, ..)| typed.filters.iter().all(|filter| filter.about != *about))
        .map(|(_, label, word)| offer(scope, palette, label, word))
        .collect();
        view! { class = scope,
            <div class="chips">{used} {offered}</div>
        }
        .into_any()
    };
    draw.into_any()
}

fn chip(scope: &'static str, palette: Palette, filter: &Filter, understood: bool) -> AnyView {
    let (from, to) = filter.place;
    let remove = move |_| {
        let text = palette.text.get_untracked();
        let left = [
            text.get(..from).unwrap_or_default(),
            text.get(to..).unwrap_or_default(),
        ]
        .concat();
        palette.put(left.trim().to_owned());
    };
    let label = match filter.about {
        About::From => text!(chat_filter_from),
        About::In => text!(chat_filter_in),
        About::After => text!(chat_filter_after),
        About::Before => text!(chat_filter_before),
    };
    let value = if filter.value.is_empty() {
        "…"
    } else {
        &filter.value
    }
    .to_owned();
    let note = (!understood).then(|| view! { <span class="sr-only">{tr(text!(chat_filter_unknown))}</span> });
    view! { class = scope,
        <button type="button" class="chip used icon-s" class:unknown=!understood data-t="chat-chip" on:click=remove>
            <span>{tr(label)} ": " <bdi>{value}</bdi></span>
            {note}
            {icon(CLOSE)}
            <span class="sr-only">{tr(text!(chat_filter_remove))}</span>
        </button>
    }
    .into_any()
}

fn offer(scope: &'static str, palette: Palette, label: Text, word: &'static str) -> AnyView {
    let add = move |_| {
        let text = palette.text.get_untracked();
        let blank = if text.is_empty() || text.ends_with(' ') {
            ""
        } else {
            " "
        };
        palette.put([&text, blank, word].concat());
    };
    view! { class = scope,
        <button type="button" class="chip" on:click=add>
            {tr(label)}
            <bdi class="word" dir="ltr">
                {word}
            </bdi>
        </button>
    }
    .into_any()
}

/// What was found.
pub(super) fn found(scope: &'static str, palette: Palette) -> AnyView {
    let draw = move || {
        let entries = palette.entries();
        let mut rows = Vec::new();
        let mut section = None;
        for (index, entry) in entries.iter().enumerate() {
            let kind = std::mem::discriminant(entry);
            if section != Some(kind) {
                section = Some(kind);
                let words = fill(title(entry), &[]);
                rows.push(
                    view! { class = scope,
                        <li class="section" role="presentation">
                            {words}
                        </li>
                    }
                    .into_any(),
                );
            }
            rows.push(row(scope, palette, index, entry));
        }
        rows
    };
    view! { class = scope,
        <div class="found">
            <ul class="entries" id="chat-found" role="listbox" aria-label=tr(text!(chat_found))>
                {draw}
            </ul>
            {move || state(scope, palette)}
        </div>
    }
    .into_any()
}

fn title(entry: &Entry) -> Text {
    match entry {
        Entry::Room(_) => text!(chat_conversations),
        Entry::Person(_) => text!(chat_people),
        Entry::Hit(_) => text!(chat_messages),
    }
}

fn row(scope: &'static str, palette: Palette, index: usize, entry: &Entry) -> AnyView {
    let taken = entry.clone();
    let inside = match entry {
        Entry::Room(room) => place(scope, &room.name, room.with.is_none(), String::new()),
        Entry::Person(person) => place(
            scope,
            &person.name,
            false,
            fill(presence::words(person.presence), &[]),
        ),
        Entry::Hit(hit) => message(scope, hit),
    };
    view! { class = scope,
        <li
            class="entry"
            role="option"
            id=entry_id(index)
            data-t="chat-entry"
            aria-selected=move || if palette.chosen.get() == index { "true" } else { "false" }
            on:mousedown=|event| event.prevent_default()
            on:click=move |_| palette.take(&taken)
        >
            {inside}
        </li>
    }
    .into_any()
}

fn place(scope: &'static str, name: &str, many: bool, about: String) -> AnyView {
    let face = if many {
        icon(icons::ROOMS)
    } else {
        initial(name).into_any()
    };
    view! { class = scope,
        <span class="face portrait icon-s" class:many=many aria-hidden="true">
            {face}
        </span>
        <span class="about">
            <bdi class="name">{name.to_owned()}</bdi>
            <span class="soft">{about}</span>
        </span>
    }
    .into_any()
}

fn message(scope: &'static str, hit: &SearchHit) -> AnyView {
    view! { class = scope,
        <span class="hit">
            <span class="where">
                <bdi class="name">{hit.name.to_string()}</bdi>
                <bdi class="soft">{hit.room_name.to_string()}</bdi>
                <time class="soft time" title=times::full(hit.time)>
                    {times::short(hit.time)}
                </time>
            </span>
            <span class="excerpt" dir="auto">
                {marked(scope, hit)}
            </span>
        </span>
    }
    .into_any()
}

/// The excerpt with its matches marked.
fn marked(scope: &'static str, hit: &SearchHit) -> Vec<AnyView> {
    let mut parts = Vec::new();
    let mut at = 0;
    for (start, end) in &hit.matches {
        let (start, end) = (*start as usize, *end as usize);
        let (Some(before), Some(found)) = (hit.excerpt.get(at..start), hit.excerpt.get(start..end)) else {
            continue;
        };
        parts.push(before.to_owned().into_any());
        parts.push(view! { class = scope, <mark>{found.to_owned()}</mark> }.into_any());
        at = end;
    }
    parts.push(hit.excerpt.get(at..).unwrap_or_default().to_owned().into_any());
    parts
}

/// How far the search is, or that nothing was found.
fn state(scope: &'static str, palette: Palette) -> AnyView {
    let (typed, ..) = palette.read();
    let asked = !typed.words.is_empty() || !typed.filters.is_empty();
    let search = chat().search().filter(|_| asked);
    let busy = search
        .as_ref()
        .is_some_and(|search| !search.device_done || search.server == Fetching::UnderWay);
    let words = match &search {
        _ if busy => text!(chat_searching),
        Some(_) if palette.entries().is_empty() => text!(chat_nothing_found),
        Some(search) if search.server == Fetching::Offline => text!(chat_searched_device),
        Some(_) => return ().into_any(),
        None if asked && palette.entries().is_empty() => text!(chat_search_short),
        None => return ().into_any(),
    };
    view! { class = scope,
        <p class="state" role="status" data-t="chat-search-state">
            {tr(words)}
        </p>
    }
    .into_any()
}
