//! What the screens of chat share: which room the address names, what is answered or edited, which window is open.

use std::rc::Rc;

use engine::chat::api::{MessageId, MessageRow, RoomId, RowKey};
use engine::chat::markdown;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};

use crate::browser::dom::Rect;
use crate::browser::page;

/// A value that views follow and that never leaves this thread.
pub(super) type Local<T> = RwSignal<T, LocalStorage>;

/// The message that is answered.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Answer {
    /// Which.
    pub(super) id: MessageId,
    /// Who wrote it.
    pub(super) name: Rc<str>,
    /// Its beginning.
    pub(super) excerpt: String,
}

impl Answer {
    /// To this message, which has this id.
    pub(super) fn to(id: MessageId, message: &MessageRow) -> Self {
        Self {
            id,
            name: message.name.clone(),
            excerpt: markdown::excerpt(&message.content, 120),
        }
    }
}

/// The own message that is edited.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Editing {
    /// Which.
    pub(super) row: RowKey,
    /// What it says.
    pub(super) content: Rc<str>,
}

/// A window above the page.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Window {
    /// What one may do with a message.
    Message(RowKey, Rect),
    /// A reaction to a message.
    React(RowKey, Rect),
    /// An emoji for the composer.
    Emoji(Rect),
    /// What one may do with the open room.
    Room(Rect),
    /// Ways to a new conversation.
    New(Rect),
    /// Make a room.
    Create,
    /// Join by a link or an id.
    Join,
    /// Rooms one could join.
    Directory,
    /// Leave this room for good?
    Leave(RoomId, Rc<str>),
    /// Jump and search; with this in the field.
    Palette(String),
}

/// Goes to an address of the app.
type Go = Box<dyn Fn(&str)>;

/// What the screens of chat share; a cheap copy.
#[derive(Clone, Copy)]
pub(super) struct Desk {
    /// The room that the address names.
    pub(super) room: Memo<Option<String>>,
    /// The message that is answered.
    pub(super) answer: Local<Option<Answer>>,
    /// The own message that is edited.
    pub(super) editing: Local<Option<Editing>>,
    /// The window that is open; the number tells one from the next.
    pub(super) window: Local<(u32, Option<Window>)>,
    /// Emoji on their way to the composer.
    pub(super) emoji: Local<Option<&'static str>>,
    /// Goes up when a message was sent: then one wants to see it.
    pub(super) sent: RwSignal<u32>,
    /// A message to go to, once its room is open.
    pub(super) target: Local<Option<(RoomId, MessageId)>>,
    /// Goes up every half minute, for times that are relative.
    pub(super) minute: RwSignal<u32>,
    go: StoredValue<Go, LocalStorage>,
}

impl Desk {
    /// For one visit of the chat screens. Inside of a router.
    pub(super) fn new() -> Self {
        let path = use_location().pathname;
        let navigate = use_navigate();
        Self {
            room: Memo::new(move |_| room_of(&path.read())),
            answer: RwSignal::new_local(None),
            editing: RwSignal::new_local(None),
            window: RwSignal::new_local((0, None)),
            emoji: RwSignal::new_local(None),
            sent: RwSignal::new(0),
            target: RwSignal::new_local(None),
            minute: RwSignal::new(0),
            go: StoredValue::new_local(Box::new(move |path| navigate(path, NavigateOptions::default()))),
        }
    }

    /// Opens a window in place of the one that is open.
    pub(super) fn open(self, window: Window) {
        self.window.update(|(number, open)| {
            *number = number.wrapping_add(1);
            *open = Some(window);
        });
    }

    /// That window was closed.
    pub(super) fn closed(self, number: u32) {
        // The dialog says so a little later, maybe after all of chat was left.
        if self.window.try_with_untracked(|(now, _)| *now == number) == Some(true) {
            self.window.update(|(_, open)| *open = None);
        }
    }

    /// The next message answers this one.
    pub(super) fn answer_to(self, answer: Answer) {
        self.editing.set(None);
        self.answer.set(Some(answer));
    }

    /// Edits an own message.
    pub(super) fn edit(self, editing: Editing) {
        self.answer.set(None);
        self.editing.set(Some(editing));
    }

    /// Shows a room.
    pub(super) fn show(self, room: &str) {
        self.go.with_value(|go| go(&path_of(room)));
    }

    /// Shows no room.
    pub(super) fn leave(self) {
        self.go.with_value(|go| go("/chat"));
    }

    /// Shows another page of the app.
    pub(super) fn visit(self, path: &str) {
        self.go.with_value(|go| go(path));
    }
}

/// The address of a room within the app.
pub(super) fn path_of(room: &str) -> String {
    ["/chat/", &page::encoded(room)].concat()
}

/// The room that an address names, whether it is a whole link, a path or the id alone.
pub(super) fn room_of_link(typed: &str) -> Option<String> {
    let typed = typed.trim();
    let id = match typed.split_once("/chat/") {
        Some((_, rest)) => page::decoded(rest.split(['?', '#', '/']).next().unwrap_or_default()),
        None => typed.to_owned(),
    };
    (!id.is_empty() && !id.contains(char::is_whitespace)).then_some(id)
}

fn room_of(path: &str) -> Option<String> {
    let room = page::decoded(path.strip_prefix("/chat/")?.trim_end_matches('/'));
    (!room.is_empty()).then_some(room)
}
