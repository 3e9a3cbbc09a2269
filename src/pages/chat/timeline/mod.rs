//! The messages of the open room: a virtual list whose rows are made by hand, since they come too fast for views.

mod attachments;
mod guess;
mod hands;
mod list;
mod markdown;
mod memory;
mod message;
mod pace;
mod pen;
mod press;
mod reactions;
mod row;
mod sight;
mod tools;

use std::cell::RefCell;
use std::rc::Rc;

use engine::chat::api::{ChatCommand, OpenRoom, Person, Row, RowKind, TimelineChange};
use engine::chat::markdown::Names;
use leptos::html::Div;
use leptos::prelude::*;
use stylers_macro::style_sheet;

use self::hands::Hands;
use self::list::{List, Outlook, Places};
use self::message::Brush;
use self::sight::Sight;
use super::desk::{Desk, Local};
use super::{icons, times};
use crate::browser::dom::{Node, SizeWatch};
use crate::components::dynamic::follow;
use crate::components::icons::icon;
use crate::stores::chat::chat;
use crate::stores::{Actions, actions, stores};
use crate::texts::{self, fill, text, tr};

pub(super) use pen::{Pen, initial};

/// The list, shared by everything that hears of it.
#[derive(Clone)]
struct Handle(Rc<RefCell<List>>);

impl Handle {
    /// Does something with the list. While the list itself moves the focus, its own listeners find it taken: what they
    /// would do is done by the list then.
    fn with<R>(&self, work: impl FnOnce(&mut List) -> R) -> Option<R> {
        let mut list = self.0.try_borrow_mut().ok()?;
        // Rows say what they say once; what they follow is followed by those who call this.
        Some(untrack(|| work(&mut list)))
    }
}

/// What the words of rows depend on beside the rows: the language, who can be mentioned, what the room is called.
type Look = (texts::Locale, Rc<Vec<Rc<Person>>>, Rc<str>);

/// What the parts of the timeline share; a cheap copy.
#[derive(Clone, Copy)]
struct Timeline {
    desk: Desk,
    actions: Actions,
    pen: Pen,
    list: Local<Option<Handle>>,
    outlook: RwSignal<Outlook>,
    /// The row that older or newer messages were asked for at, and how many rows there were: a page that came within
    /// one frame leaves the row as it was.
    asked: StoredValue<Option<(Rc<Row>, usize)>, LocalStorage>,
    sight: StoredValue<Sight, LocalStorage>,
}

/// Draws it.
pub(super) fn timeline(desk: Desk) -> AnyView {
    let scope = style_sheet!("style/components/timeline.css");
    let actions = actions();
    let timeline = Timeline {
        desk,
        actions,
        pen: Pen::new(style_sheet!("style/components/message.css")),
        list: RwSignal::new_local(None),
        outlook: RwSignal::new(Outlook::default()),
        asked: StoredValue::new_local(None),
        sight: StoredValue::new_local(Sight::new(actions)),
    };
    let nodes: [NodeRef<Div>; 4] = std::array::from_fn(|_| NodeRef::new());
    let [scroller, above, rows, below] = nodes;
    let mut alive = None;
    follow(move || {
        if alive.is_none()
            && let Some(places) = places(nodes)
        {
            alive = Some(timeline.start(places));
        }
    });
    timeline.follow_all();
    let outlook = timeline.outlook;
    let pill = move || {
        let Outlook { far, new, .. } = outlook.get();
        (far || new > 0).then(|| pill(scope, timeline, new))
    };
    let empty = move || outlook.get().empty && chat().open().is_some_and(|open| open.trouble.is_none());
    view! { class = scope,
        <div class="frame">
            <div
                class="scroller"
                data-t="timeline"
                role="group"
                tabindex="-1"
                aria-label=tr(text!(chat_messages))
                node_ref=scroller
            >
                <div node_ref=above></div>
                <div class="rows" role="list" aria-label=tr(text!(chat_messages)) node_ref=rows></div>
                <div node_ref=below></div>
            </div>
            {move || empty().then(|| view! { class = scope, <p class="empty">{tr(text!(chat_empty_room))}</p> })}
            {pill}
        </div>
    }
    .into_any()
}

fn pill(scope: &'static str, timeline: Timeline, new: u32) -> AnyView {
    let fresh = new > 0;
    let words = if fresh {
        fill(text!(chat_new_n), &[("n", &times::count(f64::from(new)))])
    } else {
        fill(text!(chat_to_latest), &[])
    };
    view! { class = scope,
        <button
            type="button"
            class="pill"
            class:fresh=fresh
            data-t="chat-pill"
            on:click=move |_| timeline.to_end()
        >
            {icon(icons::DOWN)}
            <span>{words}</span>
        </button>
    }
    .into_any()
}

fn places(nodes: [NodeRef<Div>; 4]) -> Option<Places> {
    let [scroller, above, rows, below] = nodes.map(|node| node.get().and_then(|node| Node::of(&node)));
    Some(Places {
        scroller: scroller?,
        above: above?,
        rows: rows?,
        below: below?,
    })
}

impl Timeline {
    fn brush(self) -> Brush {
        let open = chat().open_now();
        Brush {
            pen: self.pen,
            names: open.as_ref().map(|open| names(open)).unwrap_or_default(),
            room: open.map_or_else(|| "".into(), |open| open.room.name.clone()),
        }
    }

    /// The elements are there: the list begins.
    fn start(self, places: Places) -> (Hands, SizeWatch) {
        let (scroller, rows) = (places.scroller.clone(), places.rows.clone());
        let mut list = List::new(places, untrack(|| self.brush()));
        let (all, anchor) = chat().begin_rows();
        let room = chat().open_now().map(|open| open.room.id.clone());
        list.take(
            TimelineChange::Reset { rows: all, anchor },
            memory::place(room.as_ref()),
        );
        let handle = Handle(Rc::new(RefCell::new(list)));
        self.list.set(Some(handle.clone()));
        let sized = handle.clone();
        let sizes = SizeWatch::new(&[&scroller, &rows], move || {
            sized.with(List::resized);
        });
        let hands = Hands::new(self, &scroller, handle);
        (hands, sizes)
    }

    /// Keeps the list in step with the stores.
    fn follow_all(self) {
        follow(move || {
            chat().track_rows();
            if let Some(handle) = self.list.get() {
                untrack(|| self.take(&handle));
            }
        });
        let mut drawn: Option<Look> = None;
        follow(move || {
            let locale = texts::locale();
            let (Some(open), Some(handle)) = (chat().open(), self.list.get()) else {
                return;
            };
            let same = drawn.as_ref().is_some_and(|(of, people, room)| {
                *of == locale && *room == open.room.name && same_names(people, &open.people)
            });
            if !same {
                drawn = Some((locale, open.people.clone(), open.room.name.clone()));
                let brush = untrack(|| self.brush());
                handle.with(|list| {
                    list.brush = brush;
                    list.refresh();
                });
            }
        });
        follow(move || {
            self.desk.minute.track();
            if let Some(handle) = self.list.get_untracked() {
                handle.with(List::tick);
            }
        });
        let mut sent = self.desk.sent.get_untracked();
        follow(move || {
            let now = self.desk.sent.get();
            if now != sent {
                sent = now;
                untrack(|| self.to_own());
            }
        });
    }

    /// Takes what changed in the store.
    fn take(self, handle: &Handle) {
        let room = chat().open_now().map(|open| open.room.id.clone());
        let drawn = handle.with(|list| {
            let mut at_once = false;
            for change in chat().take_changes() {
                at_once |= list.take(change, memory::place(room.as_ref()));
            }
            let draws = list.pace.changed() || at_once;
            if draws {
                list.draw();
            } else {
                let list_again = Rc::downgrade(&handle.0);
                list.pace.later(move || {
                    if let Some(list) = list_again.upgrade() {
                        self.catch_up(&Handle(list));
                    }
                });
            }
            draws
        });
        if drawn != Some(false) {
            self.after(handle);
        }
    }

    /// The list has rested.
    fn catch_up(self, handle: &Handle) {
        let drawn = handle.with(|list| {
            let stale = list.pace.is_stale();
            if stale {
                list.draw();
            }
            stale
        });
        if drawn == Some(true) {
            self.after(handle);
        }
    }

    /// What follows from what is drawn now.
    fn after(self, handle: &Handle) {
        let Some(outlook) = handle.with(|list| list.outlook()) else {
            return;
        };
        if self.outlook.get_untracked() != outlook {
            self.outlook.set(outlook);
        }
        if let Some(place) = handle.with(List::place_to_tell).flatten() {
            self.actions.chat(ChatCommand::Place(place));
        }
        if let Some(wanted) = handle.with(|list| list.wanted()).flatten() {
            self.ask(&wanted);
        }
        self.sight.update_value(|sight| sight.look_soon(handle));
    }

    /// The person scrolled.
    fn scrolled(self, handle: &Handle, by_person: bool) {
        let moved = handle.with(|list| list.scrolled(by_person)).unwrap_or(false);
        if moved {
            if let Some(room) = chat().open_now().map(|open| open.room.id.clone()) {
                let place = handle.with(|list| list.place()).flatten();
                memory::keep(&room, place);
            }
            self.after(handle);
        }
    }

    /// Asks for what lies beyond a row, once.
    fn ask(self, row: &Rc<Row>) {
        let rows = chat().with_rows(|rows| rows.len());
        let known = self.asked.with_value(|asked| {
            asked
                .as_ref()
                .is_some_and(|(asked, of)| *of == rows && Rc::ptr_eq(asked, row))
        });
        if known {
            return;
        }
        self.asked.set_value(Some((row.clone(), rows)));
        self.actions.chat(match row.kind {
            RowKind::Gap(_) => ChatCommand::LoadNewer,
            _ => ChatCommand::LoadOlder,
        });
    }

    /// To the own message that is about to come. Whoever is at the end sees it as soon as it is drawn: drawing before
    /// that would only make it late.
    fn to_own(self) {
        let there = |handle: Handle| handle.with(|list| list.is_at_live_end());
        if self.list.get_untracked().and_then(there) != Some(true) {
            self.to_end();
        }
    }

    /// To the latest message, and stay there.
    fn to_end(self) {
        let in_past = chat().with_rows(|rows| rows.iter().any(|row| matches!(row.kind, RowKind::Gap(_))));
        if in_past {
            self.actions.chat(ChatCommand::JumpToLive);
        }
        if let Some(room) = chat().open_now().map(|open| open.room.id.clone()) {
            memory::keep(&room, None);
        }
        if let Some(handle) = self.list.get_untracked() {
            handle.with(List::go_to_end);
            self.after(&handle);
        }
    }
}

fn names(open: &OpenRoom) -> Names {
    let me = stores().auth.profile().map(|profile| profile.name);
    Names::new(me.as_deref(), open.people.iter().map(|person| &person.name))
}

fn same_names(one: &Rc<Vec<Rc<Person>>>, other: &Rc<Vec<Rc<Person>>>) -> bool {
    Rc::ptr_eq(one, other)
        || one
            .iter()
            .map(|person| &person.name)
            .eq(other.iter().map(|person| &person.name))
}
