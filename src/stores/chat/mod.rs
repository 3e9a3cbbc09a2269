//! Chat and people, as plain data: what screens of chat read, and how they ask for things. All of it lives in the chunks
//! of chat; the main module knows nothing of it.
//!
//! The values lie in this thread's memory, behind one signal type that only counts revisions, so that the handle is
//! empty, can go into any closure, and lives as long as the page. Only [`ChatStore::apply`] and
//! [`ChatStore::apply_device`] write, and the driver calls them.

mod paced;
mod rows;
mod value;

use std::cell::RefCell;
use std::rc::Rc;

use engine::chat::api::{
    Anchor, Announcement, ChatCommand, ChatConnection, ChatEvent, ChatRefusal, MeView, MessageId, MessageRow,
    Notification, OpenRoom, Person, RoomId, RoomView, Row, RowKey, RowKind, SearchView, Server,
    TimelineChange, UploadId, UploadState, UploadView,
};
use wasm_bindgen::JsValue;

use self::paced::Paced;
use self::rows::Timeline;
use self::value::Value;
use super::Actions;
use crate::local::PermissionState;

/// Chat and people; an empty handle.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ChatStore(());

/// Chat and people.
pub(crate) fn chat() -> ChatStore {
    ChatStore(())
}

/// News of this device that concern chat.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum DeviceNews {
    /// Another person or backend: nothing of the one before is to be seen.
    Reset,
    /// A message worth a quiet banner.
    Banner(Rc<Notification>),
    /// The banner was answered or has been there long enough.
    BannerGone,
    /// Whether the browser's IdleDetector may be used.
    IdleDetector(PermissionState),
}

/// Most announcements and changes that wait for a screen to take them; beyond, one anew stands for all.
const WAITING_AT_MOST: usize = 256;

impl ChatStore {
    // The server and the connection

    /// What the server can do.
    pub(crate) fn server(self) -> Server {
        read(|state| state.server.get())
    }

    /// As [`Self::server`], not tracked.
    pub(crate) fn server_now(self) -> Server {
        read(|state| *state.server.value.borrow())
    }

    /// How the connection stands; `None` until the engine runs.
    pub(crate) fn connection(self) -> Option<ChatConnection> {
        read(|state| state.connection.get())
    }

    /// The engine has said which conversations there are, or that nobody is signed in.
    pub(crate) fn is_ready(self) -> bool {
        read(|state| state.ready.get())
    }

    /// It is known who chats, also where a server could not be asked yet: there is something to show.
    pub(crate) fn is_somebody(self) -> bool {
        let signed_in = |connection: &ChatConnection| !connection.signed_out;
        read(|state| {
            let connection = &state.connection;
            connection.with(|connection| connection.as_ref().is_some_and(signed_in))
        })
    }

    // Conversations

    /// The conversations, most recent first.
    pub(crate) fn rooms(self) -> Rc<Vec<Rc<RoomView>>> {
        read(|state| state.rooms.get())
    }

    /// Rooms one could join, as asked for last; `None`: nothing was asked for yet.
    pub(crate) fn directory(self) -> Option<Rc<Vec<RoomView>>> {
        read(|state| state.directory.get())
    }

    /// The open room beside its rows.
    pub(crate) fn open(self) -> Option<Rc<OpenRoom>> {
        read(|state| state.open.get())
    }

    /// As [`Self::open`], not tracked.
    pub(crate) fn open_now(self) -> Option<Rc<OpenRoom>> {
        read(|state| state.open.now())
    }

    /// A room was made or joined by the person's own wish: go there. The number tells one wish from the next.
    pub(crate) fn going(self) -> (u32, Option<RoomId>) {
        read(|state| state.going.get())
    }

    // The timeline

    /// Tracks the timeline: notified once a flush, however many changes it had.
    pub(crate) fn track_rows(self) {
        read(|state| state.rows.track());
    }

    /// Reads the open room's rows; not tracked.
    pub(crate) fn with_rows<R>(self, read_rows: impl FnOnce(&[Rc<Row>]) -> R) -> R {
        read(|state| read_rows(&state.rows.value.borrow().rows))
    }

    /// What changed in the timeline since the last call, in order; for the one virtual list there is. The first call
    /// of a list is [`Self::begin_rows`].
    pub(crate) fn take_changes(self) -> Vec<TimelineChange> {
        read(|state| std::mem::take(&mut state.rows.value.borrow_mut().changes))
    }

    /// All rows and where to be, and forgets what changed until now: for a list that has just come.
    pub(crate) fn begin_rows(self) -> (Vec<Rc<Row>>, Anchor) {
        read(|state| {
            let mut timeline = state.rows.value.borrow_mut();
            timeline.changes.clear();
            (timeline.rows.clone(), timeline.anchor)
        })
    }

    /// A message of the open room's rows by its id; not tracked.
    pub(crate) fn message(self, id: &MessageId) -> Option<MessageRow> {
        self.with_rows(|rows| {
            rows.iter().rev().find_map(|row| match &row.kind {
                RowKind::Message(message) if message.id.as_ref() == Some(id) => Some((**message).clone()),
                _ => None,
            })
        })
    }

    /// A row of the open room by its key; not tracked.
    pub(crate) fn row(self, key: RowKey) -> Option<Rc<Row>> {
        self.with_rows(|rows| rows.iter().rev().find(|row| row.key == key).cloned())
    }

    /// The last own message that may be edited: its row and what it says; not tracked.
    pub(crate) fn last_own(self) -> Option<(RowKey, Rc<str>)> {
        self.with_rows(|rows| {
            rows.iter().rev().find_map(|row| match &row.kind {
                RowKind::Message(message) if message.own && message.may_edit && !message.deleted => {
                    Some((row.key, message.content.clone()))
                }
                _ => None,
            })
        })
    }

    /// New messages to be read out, and forgets them; tracked.
    pub(crate) fn take_announcements(self) -> Vec<Announcement> {
        read(|state| {
            state.announcements.track();
            std::mem::take(&mut *state.announcements.value.borrow_mut())
        })
    }

    // People

    /// Everybody this client knows of, by name.
    pub(crate) fn people(self) -> Rc<Vec<Rc<Person>>> {
        read(|state| state.people.get())
    }

    /// Oneself; `None` until the engine has said.
    pub(crate) fn me(self) -> Option<Rc<MeView>> {
        read(|state| state.me.get())
    }

    /// As [`Self::me`], not tracked.
    pub(crate) fn me_now(self) -> Option<Rc<MeView>> {
        read(|state| state.me.now())
    }

    /// Whether the browser's IdleDetector may be used; `Ask` until it was asked for.
    pub(crate) fn idle_permission(self) -> PermissionState {
        read(|state| state.idle.get())
    }

    // What is searched, uploaded, refused

    /// What the last search found so far.
    pub(crate) fn search(self) -> Option<Rc<SearchView>> {
        read(|state| state.search.get())
    }

    /// The composer's uploads, in the order they were attached.
    pub(crate) fn uploads(self) -> Vec<UploadView> {
        read(|state| state.uploads.get())
    }

    /// The composer has uploads.
    pub(crate) fn has_uploads(self) -> bool {
        read(|state| state.uploads.with(|uploads| !uploads.is_empty()))
    }

    /// Those of the composer's uploads that a message can take along: done or under way; not tracked.
    pub(crate) fn uploads_now(self) -> Vec<UploadId> {
        read(|state| {
            let uploads = state.uploads.value.borrow();
            let usable = |upload: &&UploadView| !matches!(upload.state, UploadState::Failed(_));
            uploads
                .iter()
                .filter(usable)
                .map(|upload| upload.upload)
                .collect()
        })
    }

    /// Why the last wish was not granted.
    pub(crate) fn refusal(self) -> Option<ChatRefusal> {
        read(|state| state.refusal.get())
    }

    /// The person has read why.
    pub(crate) fn clear_refusal(self) {
        read(|state| state.refusal.put(None));
    }

    /// A message worth a quiet banner, until it is gone.
    pub(crate) fn banner(self) -> Option<Rc<Notification>> {
        read(|state| state.banner.get())
    }

    // Writers

    /// Takes note of what the chat engine says.
    pub(crate) fn apply(self, event: ChatEvent) {
        read(|state| match event {
            ChatEvent::Server(server) => state.server.put(server),
            ChatEvent::Connection(connection) => {
                if connection.signed_out {
                    state.ready.put(true);
                }
                state.connection.put(Some(connection));
            }
            ChatEvent::Rooms(rooms) => {
                state.ready.put(true);
                state.list.give(rooms, &state.rooms);
            }
            ChatEvent::Timeline(change) => state.rows.value.borrow_mut().apply(change),
            ChatEvent::OpenRoom(open) => state.open.set(open),
            ChatEvent::People(people) => state.people.set(people),
            ChatEvent::Directory(rooms) => state.directory.set(Some(rooms)),
            ChatEvent::Search(view) => state.search.set(Some(view)),
            ChatEvent::Me(me) => state.me.set(Some(me)),
            ChatEvent::Upload(upload) => state.uploads.update(|uploads| note_upload(uploads, upload)),
            ChatEvent::Announce(new) => state.announcements.update(|waiting| {
                waiting.extend(new);
                let over = waiting.len().saturating_sub(WAITING_AT_MOST);
                waiting.drain(..over);
            }),
            ChatEvent::Refused(refusal) => state.refusal.set(Some(refusal)),
            ChatEvent::GoTo(room) => state
                .going
                .update(|(number, to)| (*number, *to) = (number.wrapping_add(1), Some(room))),
            // The driver's own: what it logs, and whom it calls.
            ChatEvent::Trouble(_) | ChatEvent::Callable(_) => {}
        });
    }

    /// Tells the timeline's followers, if anything changed: the end of a flush.
    pub(crate) fn flush(self) {
        read(|state| {
            let changed = std::mem::take(&mut state.rows.value.borrow_mut().changed);
            if changed {
                state.rows.tell();
            }
        });
    }

    /// Takes note of what this device says.
    pub(crate) fn apply_device(self, news: DeviceNews) {
        read(|state| match news {
            DeviceNews::Reset => state.reset(),
            DeviceNews::Banner(banner) => state.banner.set(Some(banner)),
            DeviceNews::BannerGone => state.banner.put(None),
            DeviceNews::IdleDetector(permission) => state.idle.put(permission),
        });
    }
}

fn note_upload(uploads: &mut Vec<UploadView>, upload: UploadView) {
    let at = uploads.iter().position(|known| known.upload == upload.upload);
    match (at, upload.state == UploadState::Gone) {
        (Some(at), true) => drop(uploads.remove(at)),
        (Some(at), false) => {
            if let Some(known) = uploads.get_mut(at) {
                *known = upload;
            }
        }
        (None, true) => {}
        (None, false) => uploads.push(upload),
    }
}

// ------------------------------------------------------------------------------------------------------- wishes

/// Something that screens of chat want.
#[derive(Debug)]
pub(crate) enum ChatWish {
    /// From the engine.
    Command(ChatCommand),
    /// This file (a `File`) goes with the open room's next message.
    Attach(JsValue),
    /// The banner is closed.
    CloseBanner,
}

type Deliver = Rc<dyn Fn(ChatWish)>;

impl Actions {
    /// Asks the chat engine. Call it from the press itself: browsers want one for permissions.
    pub(crate) fn chat(&self, command: ChatCommand) {
        wish(ChatWish::Command(command));
    }

    /// Uploads a file (a `File` of a field, a drop or the clipboard) for the open room's next message; its progress is
    /// in [`ChatStore::uploads`].
    pub(crate) fn attach(&self, file: JsValue) {
        wish(ChatWish::Attach(file));
    }
}

/// Closes the quiet banner.
pub(crate) fn close_banner() {
    wish(ChatWish::CloseBanner);
}

/// Sends wishes to the driver's part from now on, and those that waited for it.
pub(crate) fn connect(deliver: impl Fn(ChatWish) + 'static) {
    let deliver: Deliver = Rc::new(deliver);
    let waiting = OUT.with_borrow_mut(|out| {
        out.deliver = Some(deliver.clone());
        std::mem::take(&mut out.waiting)
    });
    for wish in waiting {
        deliver(wish);
    }
}

fn wish(wish: ChatWish) {
    let deliver = OUT.with_borrow_mut(|out| out.deliver.clone());
    match deliver {
        Some(deliver) => deliver(wish),
        None => OUT.with_borrow_mut(|out| {
            if out.waiting.len() < WAITING_AT_MOST {
                out.waiting.push(wish);
            }
        }),
    }
}

#[derive(Default)]
struct Out {
    deliver: Option<Deliver>,
    waiting: Vec<ChatWish>,
}

// ------------------------------------------------------------------------------------------------------- values

thread_local! {
    static STATE: State = State::new();
    static OUT: RefCell<Out> = RefCell::default();
}

fn read<R>(read: impl FnOnce(&State) -> R) -> R {
    STATE.with(read)
}

struct State {
    server: Value<Server>,
    connection: Value<Option<ChatConnection>>,
    ready: Value<bool>,
    rooms: Value<Rc<Vec<Rc<RoomView>>>>,
    list: Paced,
    directory: Value<Option<Rc<Vec<RoomView>>>>,
    open: Value<Option<Rc<OpenRoom>>>,
    rows: Value<Timeline>,
    announcements: Value<Vec<Announcement>>,
    people: Value<Rc<Vec<Rc<Person>>>>,
    me: Value<Option<Rc<MeView>>>,
    idle: Value<PermissionState>,
    search: Value<Option<Rc<SearchView>>>,
    uploads: Value<Vec<UploadView>>,
    refusal: Value<Option<ChatRefusal>>,
    going: Value<(u32, Option<RoomId>)>,
    banner: Value<Option<Rc<Notification>>>,
}

impl State {
    fn new() -> Self {
        Self {
            server: Value::new(Server::default()),
            connection: Value::new(None),
            ready: Value::new(false),
            rooms: Value::new(Rc::default()),
            list: Paced::default(),
            directory: Value::new(None),
            open: Value::new(None),
            rows: Value::new(Timeline::default()),
            announcements: Value::new(Vec::new()),
            people: Value::new(Rc::default()),
            me: Value::new(None),
            idle: Value::new(PermissionState::Ask),
            search: Value::new(None),
            uploads: Value::new(Vec::new()),
            refusal: Value::new(None),
            going: Value::new((0, None)),
            banner: Value::new(None),
        }
    }

    fn reset(&self) {
        self.server.put(Server::default());
        self.connection.put(None);
        self.ready.put(false);
        self.list.clear();
        self.rooms.set(Rc::default());
        self.directory.put(None);
        self.open.set(None);
        self.rows.value.borrow_mut().apply(TimelineChange::Reset {
            rows: Vec::new(),
            anchor: Anchor::Bottom,
        });
        self.announcements.set(Vec::new());
        self.people.set(Rc::default());
        self.me.set(None);
        self.search.set(None);
        self.uploads.set(Vec::new());
        self.refusal.put(None);
        self.banner.put(None);
    }
}
