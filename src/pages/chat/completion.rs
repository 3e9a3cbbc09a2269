//! Names that complete an `@`: a list above the field, moved through with the arrow keys while the focus stays there.

use std::rc::Rc;

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use super::desk::Local;
use super::timeline::initial;
use crate::stores::chat::chat;
use crate::texts::{text, tr};

/// How many names are offered.
const MOST: usize = 8;

/// What is offered now.
#[derive(Debug, Clone, PartialEq, Default)]
struct Offer {
    /// Where the `@` stands, in bytes.
    from: usize,
    names: Vec<Rc<str>>,
    chosen: usize,
}

/// The list of names; a cheap copy.
#[derive(Clone, Copy)]
pub(super) struct Completion {
    offer: Local<Option<Offer>>,
}

impl Completion {
    pub(super) fn new() -> Self {
        Self {
            offer: RwSignal::new_local(None),
        }
    }

    /// Names are offered.
    pub(super) fn is_open(self) -> bool {
        self.offer.with(Option::is_some)
    }

    /// Where the `@` stands that is completed.
    pub(super) fn from(self) -> Option<usize> {
        self.offer
            .with_untracked(|offer| offer.as_ref().map(|offer| offer.from))
    }

    /// The id of the element that the keys have chosen.
    pub(super) fn active(self) -> Option<String> {
        self.offer
            .with(|offer| offer.as_ref().map(|offer| id_of(offer.chosen)))
    }

    /// Offers nothing. A field that leaves the page loses the focus, and by then its signals are gone.
    pub(super) fn close(self) {
        if self.offer.try_with_untracked(Option::is_some) == Some(true) {
            self.offer.try_set(None);
        }
    }

    /// Offers what completes the word before the caret.
    pub(super) fn look(self, before: &str) {
        let offer = mention_at(before).and_then(|(from, typed)| {
            let names = names_for(typed);
            (!names.is_empty()).then_some(Offer {
                from,
                names,
                chosen: 0,
            })
        });
        if self.offer.with_untracked(|old| *old != offer) {
            self.offer.set(offer);
        }
    }

    /// A key while names are offered: `None` if it is not for this list, and the name if it chose one.
    pub(super) fn key(self, event: &KeyboardEvent) -> Option<Option<Rc<str>>> {
        let offer = self.offer.get_untracked()?;
        let last = offer.names.len().saturating_sub(1);
        let chosen = match event.key().as_str() {
            "ArrowDown" => {
                if offer.chosen >= last {
                    0
                } else {
                    offer.chosen + 1
                }
            }
            "ArrowUp" => offer.chosen.checked_sub(1).unwrap_or(last),
            "Enter" | "Tab" => {
                event.prevent_default();
                return Some(offer.names.get(offer.chosen).cloned());
            }
            "Escape" => {
                event.prevent_default();
                self.close();
                return Some(None);
            }
            _ => return None,
        };
        event.prevent_default();
        self.offer.set(Some(Offer { chosen, ..offer }));
        Some(None)
    }

    /// Draws the list.
    pub(super) fn view(self, scope: &'static str, take: impl Fn(Rc<str>) + Copy + Send + 'static) -> AnyView {
        let rows = move || {
            let offer = self.offer.get().unwrap_or_default();
            offer
                .names
                .iter()
                .enumerate()
                .map(|(index, name)| {
                    let taken = name.clone();
                    let selected = if index == offer.chosen { "true" } else { "false" };
                    // On `mousedown`: a click would first take the focus from the field, which closes the list.
                    view! { class = scope,
                        <li
                            class="name"
                            role="option"
                            id=id_of(index)
                            aria-selected=selected
                            data-t="chat-name"
                            on:mousedown=move |event| {
                                event.prevent_default();
                                take(taken.clone());
                            }
                        >
                            <span class="face portrait" aria-hidden="true">
                                {initial(name)}
                            </span>
                            <bdi>{name.to_string()}</bdi>
                        </li>
                    }
                    .into_any()
                })
                .collect::<Vec<_>>()
        };
        view! { class = scope,
            <ul
                class="names"
                id="chat-names"
                role="listbox"
                aria-label=tr(text!(chat_people))
                hidden=move || !self.is_open()
            >
                {rows}
            </ul>
        }
        .into_any()
    }
}

fn id_of(index: usize) -> String {
    ["chat-name-", &index.to_string()].concat()
}

/// The `@` that the word before the caret begins with, and what follows it.
fn mention_at(before: &str) -> Option<(usize, &str)> {
    let from = before.rfind('@')?;
    let typed = before.get(from + 1..)?;
    let begins = before
        .get(..from)?
        .chars()
        .next_back()
        .is_none_or(|letter| letter.is_whitespace() || letter == '(');
    (begins && typed.chars().count() <= 24 && !typed.contains(char::is_whitespace)).then_some((from, typed))
}

fn names_for(typed: &str) -> Vec<Rc<str>> {
    let typed = typed.to_lowercase();
    let Some(open) = chat().open_now() else {
        return Vec::new();
    };
    let begins = |name: &str| {
        let name = name.to_lowercase();
        name.starts_with(&typed) || name.split_whitespace().any(|part| part.starts_with(&typed))
    };
    open.people
        .iter()
        .filter(|person| begins(&person.name))
        .map(|person| person.name.clone())
        .take(MOST)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::mention_at;

    #[test]
    fn names_are_offered_at_the_beginning_of_a_word_only() {
        assert_eq!(mention_at("hi @an"), Some((3, "an")));
        assert_eq!(mention_at("@"), Some((0, "")));
        assert_eq!(mention_at("مرحبا @سا"), Some((11, "سا")));
        assert_eq!(mention_at("mail@host"), None);
        assert_eq!(mention_at("@ana hi"), None);
    }
}
