//! Jump to rooms and people, and search messages: one field, keyboard first.

use std::rc::Rc;
use std::time::Duration;

use engine::chat::api::{ChatCommand, MessageId, RoomId, SearchHit, SearchQuery, UserId};
use leptos::ev::KeyboardEvent;
use leptos::html::Input;
use leptos::prelude::*;
use stylers_macro::style_sheet;

use super::desk::Desk;
use super::palette_rows::{Entry, chips, found};
use super::query::{Lookup, Typed, read};
use super::sign::Sign;
use crate::browser::dom::Node;
use crate::browser::format::midnight;
use crate::browser::js;
use crate::browser::timer::Timer;
use crate::browser::{field, page};
use crate::components::icons::{CLOSE, icon};
use crate::components::popup::Close;
use crate::stores::chat::chat;
use crate::stores::{Actions, actions};
use crate::texts::{text, tr};

use super::icons;

/// How many of each are offered.
const ROOMS: usize = 8;
const PEOPLE: usize = 5;
/// Messages on screen while one is still typing: a list of all that were found takes longer to draw than a key press may.
const BRIEF: usize = 25;
/// One who has not pressed a key for so long is reading.
const TYPES: Duration = Duration::from_millis(600);

/// What the parts of the palette share; a cheap copy.
#[derive(Clone, Copy)]
pub(super) struct Palette {
    desk: Desk,
    actions: Actions,
    field: NodeRef<Input>,
    /// What is typed.
    pub(super) text: RwSignal<String>,
    /// Which entry the keys have chosen.
    pub(super) chosen: RwSignal<usize>,
    /// Still typing.
    types: RwSignal<bool>,
    pause: StoredValue<Option<Timer>, LocalStorage>,
    close: StoredValue<Close, LocalStorage>,
}

/// Draws it, with this in its field.
pub(super) fn palette(desk: Desk, with: String, close: Close) -> AnyView {
    let scope = style_sheet!("style/components/palette.css");
    let palette = Palette {
        desk,
        actions: actions(),
        field: NodeRef::new(),
        text: RwSignal::new(with.clone()),
        chosen: RwSignal::new(0),
        types: RwSignal::new(false),
        pause: StoredValue::new_local(None),
        close: StoredValue::new_local(close.clone()),
    };
    if chat().server_now().people {
        palette.actions.chat(ChatCommand::FindPeople(String::new()));
    }
    palette.ask();
    on_cleanup(move || palette.actions.chat(ChatCommand::Search(SearchQuery::default())));
    let away = Sign {
        hook: "chat-palette-close",
        class: "btn quiet square",
        label: text!(close),
        icon: CLOSE,
        opens: None,
    };
    view! { class = scope,
        <div class="palette">
            <div class="line">
                {icon(icons::SEARCH)}
                <input
                    type="text"
                    class="query"
                    dir="auto"
                    autocomplete="off"
                    spellcheck="false"
                    autofocus
                    enterkeyhint="search"
                    role="combobox"
                    aria-expanded="true"
                    aria-controls="chat-found"
                    aria-autocomplete="list"
                    aria-activedescendant=move || entry_id(palette.chosen.get())
                    data-t="chat-query"
                    aria-label=tr(text!(chat_find_hint))
                    placeholder=tr(text!(chat_find_hint))
                    value=with
                    node_ref=palette.field
                    on:input=move |_| palette.typed()
                    on:keydown=move |event| palette.key(&event)
                />
                {away.view(scope, move |_| close())}
            </div>
            {chips(scope, palette)}
            {found(scope, palette)}
        </div>
    }
    .into_any()
}

/// The id of the element of an entry.
pub(super) fn entry_id(index: usize) -> String {
    ["chat-entry-", &index.to_string()].concat()
}

impl Palette {
    fn typed(self) {
        if let Some(field) = self.field.get_untracked() {
            self.chosen.set(0);
            let types = self.types;
            if !types.get_untracked() {
                types.set(true);
            }
            self.pause.set_value(Some(Timer::new(TYPES, move || {
                types.try_set(false);
            })));
            self.text.set(field.value());
            self.ask();
        }
    }

    /// Puts this in the field.
    pub(super) fn put(self, text: String) {
        if let Some(element) = self.field.get_untracked().map(|field| page::value_of(&field)) {
            field::set_value(&element, &text);
            field::to_end(&element);
            page::focus_element(&element);
        }
        self.text.set(text);
        self.ask();
    }

    /// What is typed, taken apart; tracked.
    pub(super) fn read(self) -> (Typed, SearchQuery, Vec<bool>) {
        let typed = self.text.with(|text| read(text));
        let (query, understood) = typed.query(&Lookup {
            person: &person_named,
            room: &room_named,
            day: &midnight,
        });
        (typed, query, understood)
    }

    fn ask(self) {
        let (typed, query, _) = untrack(|| self.read());
        let nothing = typed.words.is_empty() && typed.filters.is_empty();
        let query = if nothing { SearchQuery::default() } else { query };
        self.actions.chat(ChatCommand::Search(query));
    }

    /// What there is to choose, in the order of the screen; tracked.
    pub(super) fn entries(self) -> Vec<Entry> {
        let (typed, ..) = self.read();
        let words = typed.words.to_lowercase();
        let fits = |name: &str| {
            let name = name.to_lowercase();
            words.split_whitespace().all(|word| {
                name.starts_with(word) || name.split_whitespace().any(|part| part.starts_with(word))
            })
        };
        let mut entries = Vec::new();
        if typed.filters.is_empty() {
            let rooms = chat().rooms();
            let known = rooms.iter().filter(|room| fits(&room.name)).take(ROOMS);
            entries.extend(known.cloned().map(Entry::Room));
            if chat().server().direct && !words.is_empty() {
                let people = chat().people();
                // Whoever one talks to already is among the rooms.
                let talks = |id: &UserId| rooms.iter().any(|room| room.with.as_ref() == Some(id));
                let others = people
                    .iter()
                    .filter(|person| fits(&person.name) && !talks(&person.id))
                    .take(PEOPLE);
                entries.extend(others.cloned().map(Entry::Person));
            }
        }
        if let Some(search) = chat().search() {
            let shown = if self.types.get() { BRIEF } else { usize::MAX };
            entries.extend(search.hits.iter().take(shown).cloned().map(Entry::Hit));
        }
        entries
    }

    fn key(self, event: &KeyboardEvent) {
        if js::get(event.as_ref(), "isComposing").is_truthy() {
            return;
        }
        let count = untrack(|| self.entries().len());
        let now = self.chosen.get_untracked();
        let to = match event.key().as_str() {
            "ArrowDown" if now + 1 < count => now + 1,
            "ArrowDown" => 0,
            "ArrowUp" => now.checked_sub(1).unwrap_or(count.saturating_sub(1)),
            "Enter" => {
                event.prevent_default();
                if let Some(entry) = untrack(|| self.entries().into_iter().nth(now)) {
                    self.take(&entry);
                }
                return;
            }
            _ => return,
        };
        event.prevent_default();
        self.chosen.set(to);
        page::soon(move || {
            let chosen = Node::focused()
                .and_then(|field| field.closest("dialog"))
                .and_then(|dialog| dialog.find(&["#", &entry_id(to)].concat()));
            if let Some(chosen) = chosen {
                chosen.scroll_into_view();
            }
        });
    }

    /// Goes there.
    pub(super) fn take(self, entry: &Entry) {
        self.close.with_value(|close| close());
        match entry {
            Entry::Room(room) => self.desk.show(&room.id),
            Entry::Person(person) => self.actions.chat(ChatCommand::Direct(person.id.clone())),
            Entry::Hit(hit) => self.go(hit),
        }
    }

    fn go(self, hit: &SearchHit) {
        let (room, message): (RoomId, MessageId) = (hit.room.clone(), hit.message.clone());
        if self.desk.room.get_untracked().as_deref() == Some(&*room) {
            self.actions.chat(ChatCommand::JumpTo(message));
        } else {
            self.desk.target.set(Some((room.clone(), message)));
            self.desk.show(&room);
        }
    }
}

fn person_named(name: &str) -> Option<UserId> {
    let people = chat().people();
    let named = name.to_lowercase();
    let is = |person: &&Rc<engine::chat::api::Person>| {
        *person.id == *name || person.name.to_lowercase().starts_with(&named)
    };
    (!name.is_empty())
        .then(|| people.iter().find(is).map(|person| person.id.clone()))
        .flatten()
}

fn room_named(name: &str) -> Option<RoomId> {
    let rooms = chat().rooms();
    let named = name.to_lowercase();
    let by_id = rooms.iter().find(|room| *room.id == *name);
    let by_name = || {
        rooms
            .iter()
            .find(|room| !named.is_empty() && room.name.to_lowercase().starts_with(&named))
    };
    by_id.or_else(by_name).map(|room| room.id.clone())
}
