//! The emoji picker: categories, search by name, arrow keys.

use std::rc::Rc;

use leptos::ev::KeyboardEvent;
use leptos::html::{Div, Input};
use leptos::prelude::*;
use stylers_macro::style_sheet;

use super::emoji_data::{Category, Emoji, categories};
use crate::browser::dom::Node;
use crate::texts::{locale, text, tr};

/// What is done with the emoji that was chosen.
type Choose = Rc<dyn Fn(&'static str)>;

/// Draws the picker.
pub(crate) fn picker(choose: impl Fn(&'static str) + 'static) -> AnyView {
    let scope = style_sheet!("style/components/emoji.css");
    let choose: Choose = Rc::new(choose);
    let query = RwSignal::new(String::new());
    let (field, grid) = (NodeRef::<Input>::new(), NodeRef::<Div>::new());
    let grid_node = move || grid.get_untracked().and_then(|grid| Node::of(&grid));
    let typed = move |_| {
        if let Some(field) = field.get_untracked() {
            query.set(field.value().trim().to_lowercase());
        }
    };
    let first = choose.clone();
    let field_key = move |event: KeyboardEvent| match event.key().as_str() {
        "ArrowDown" => {
            event.prevent_default();
            if let Some(button) = grid_node().and_then(|grid| grid.find("button")) {
                button.focus();
            }
        }
        "Enter" => {
            event.prevent_default();
            let query = query.get_untracked();
            if let Some(emoji) = found(&query).first() {
                first(emoji.emoji);
            }
        }
        _ => {}
    };
    let grid_key = move |event: KeyboardEvent| {
        let Some(direction) = Direction::of(&event.key()) else {
            return;
        };
        event.prevent_default();
        if !grid_node().is_some_and(|grid| step(&grid, direction))
            && let Direction::Up = direction
            && let Some(field) = field.get_untracked().and_then(|field| Node::of(&field))
        {
            field.focus();
        }
    };
    let chosen = StoredValue::new_local(choose);
    let shown = move || {
        let choose = chosen.get_value();
        let query = query.get();
        if query.is_empty() {
            let groups: Vec<_> = categories()
                .into_iter()
                .map(|category| group(scope, category, choose.clone()))
                .collect();
            return groups.into_any();
        }
        let found = found(&query);
        if found.is_empty() {
            return view! { class = scope, <p class="none">{tr(text!(chat_emoji_none))}</p> }.into_any();
        }
        buttons(scope, &found, choose.clone())
    };
    let jumps: Vec<_> = categories()
        .into_iter()
        .enumerate()
        .map(|(index, category)| jump(scope, index, category, grid))
        .collect();
    view! { class = scope,
        <div class="emoji" data-t="emoji-picker">
            <input
                type="text"
                class="search"
                data-t="emoji-search"
                autocomplete="off"
                autofocus
                dir="auto"
                aria-label=tr(text!(chat_emoji_search))
                placeholder=tr(text!(chat_emoji_search))
                node_ref=field
                on:input=typed
                on:keydown=field_key
            />
            <div class="jumps" class:away=move || !query.read().is_empty()>
                {jumps}
            </div>
            <div class="all" node_ref=grid on:keydown=grid_key tabindex="-1">
                {shown}
            </div>
        </div>
    }
    .into_any()
}

fn found(query: &str) -> Vec<Emoji> {
    categories()
        .iter()
        .flat_map(|category| category.emoji)
        .filter(|emoji| emoji.matches(query))
        .copied()
        .collect()
}

fn group(scope: &'static str, category: Category, choose: Choose) -> AnyView {
    view! { class = scope,
        <section aria-label=tr(category.name)>
            <h3 class="title">{tr(category.name)}</h3>
            {buttons(scope, category.emoji, choose)}
        </section>
    }
    .into_any()
}

fn buttons(scope: &'static str, emoji: &[Emoji], choose: Choose) -> AnyView {
    let all: Vec<_> = emoji
        .iter()
        .map(|&emoji| {
            let choose = choose.clone();
            view! { class = scope,
                <button
                    type="button"
                    class="one"
                    data-emoji=emoji.emoji
                    aria-label=move || emoji.name(locale())
                    title=move || emoji.name(locale())
                    on:click=move |_| choose(emoji.emoji)
                >
                    {emoji.emoji}
                </button>
            }
            .into_any()
        })
        .collect();
    view! { class = scope, <div class="grid">{all}</div> }.into_any()
}

fn jump(scope: &'static str, index: usize, category: Category, grid: NodeRef<Div>) -> AnyView {
    let go = move |_| {
        let section = grid
            .get_untracked()
            .and_then(|grid| Node::of(&grid))
            .and_then(|grid| grid.all("section").into_iter().nth(index));
        if let Some(section) = section {
            section.scroll_into_view();
        }
    };
    view! { class = scope,
        <button type="button" class="one" aria-label=tr(category.name) title=tr(category.name) on:click=go>
            {category.sign}
        </button>
    }
    .into_any()
}

#[derive(Clone, Copy)]
enum Direction {
    Left,
    Right,
    Up,
    Down,
}

impl Direction {
    fn of(key: &str) -> Option<Self> {
        match key {
            "ArrowLeft" => Some(Self::Left),
            "ArrowRight" => Some(Self::Right),
            "ArrowUp" => Some(Self::Up),
            "ArrowDown" => Some(Self::Down),
            _ => None,
        }
    }
}

/// Moves the focus to the nearest button in that direction, whatever the columns and the direction of reading; false
/// where there is none.
fn step(grid: &Node, direction: Direction) -> bool {
    let Some(from) = Node::focused() else {
        return false;
    };
    let here = from.rect();
    let nearest = grid
        .all("button")
        .into_iter()
        .filter_map(|button| {
            let there = button.rect();
            let (across, down) = (there.left - here.left, there.top - here.top);
            let level = down.abs() < here.height / 2.0;
            let (ahead, aside) = match direction {
                Direction::Left => (-across, if level { 0.0 } else { f64::MAX }),
                Direction::Right => (across, if level { 0.0 } else { f64::MAX }),
                Direction::Up => (-down, across.abs()),
                Direction::Down => (down, across.abs()),
            };
            (ahead > 1.0 && aside < f64::MAX).then_some((ahead * 8.0 + aside, button))
        })
        .min_by(|(one, _), (other, _)| one.total_cmp(other));
    nearest.is_some_and(|(_, button)| {
        button.focus();
        button.scroll_into_view();
        true
    })
}
