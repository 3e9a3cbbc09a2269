//! [`ChatEngine`]: what goes where.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::Rc;
use std::time::Duration;

use wire::chat::ServerEvent;
use wire::lenient::DecodeError;

use super::account::KeptDraft;
use super::announce::Announcer;
use super::api::{
    ChatCommand, ChatConnection, ChatInput, ChatOutput, ChatSettings, Choices, MeView, MessageId, Millis,
    OpenRoom, Pass, Person, RoomId, RoomView, RowKey, Server, UserId,
};
use super::arrive::Late;
use super::clock::Clock;
use super::joins::Joins;
use super::link::Link;
use super::log::Log;
use super::merge::Says;
use super::names::Names;
use super::notify::Notifier;
use super::outbox::Outbox;
use super::pace::Pace;
use super::presence::{Me, People};
use super::rest::Rest;
use super::rooms::Rooms;
use super::screen::Screen;
use super::searching::Searching;
use super::sending::Sending;
use super::store::Store;
use super::tell::Dirty;
use super::typing::{OwnTyping, Typists};
use super::uploads::Uploads;
use super::words::HeardState;
use crate::io::Environment;
use crate::session::backoff::Backoff;
use crate::time::{Instant, earliest};

/// Contract 5: 60 messages a minute. Two less, lest clocks that differ make one too many.
const MESSAGES_A_MINUTE: usize = 58;

/// Chat with one backend as one person: rooms, messages, people. See the [module](super).
#[derive(Debug)]
pub struct ChatEngine {
    pub(super) settings: ChatSettings,
    pub(super) choices: Choices,
    pub(super) clock: Clock,
    /// When the engine was last called: what a drain is told with.
    pub(super) now: Instant,
    pub(super) pass: Option<Pass>,

    /// This tab connects, sends and writes.
    pub(super) leads: bool,
    /// Another tab was heard of.
    pub(super) has_followers: bool,
    /// The leader's connection, in a tab that follows.
    pub(super) heard_state: Option<HeardState>,
    pub(super) visible: bool,

    pub(super) link: Link,
    pub(super) server: Server,
    pub(super) joins: Joins,
    pub(super) rest: Rest,
    pub(super) store: Store,

    pub(super) outbox: Outbox,
    pub(super) sending: Sending,
    pub(super) message_pace: Pace,
    pub(super) names: Names,
    pub(super) uploads: Uploads,
    /// Read marks that are not wishes yet.
    pub(super) reads: BTreeMap<RoomId, MessageId>,
    pub(super) reads_due: Option<Instant>,

    pub(super) rooms: Rooms,
    pub(super) waiting_rooms: BTreeSet<RoomId>,
    pub(super) drafts: BTreeMap<RoomId, KeptDraft>,
    pub(super) places: BTreeMap<RoomId, (MessageId, Millis)>,
    pub(super) logs: BTreeMap<RoomId, Log>,
    pub(super) late: BTreeMap<RoomId, Vec<Late>>,
    pub(super) says: Says,
    pub(super) write_due: Option<Instant>,
    pub(super) search: Searching,

    pub(super) screen: Option<Screen>,
    /// Pages that could not be had although there is a connection.
    pub(super) page_backoff: Backoff,
    pub(super) draft_when_opened: Option<KeptDraft>,
    pub(super) last_seen: Option<(RoomId, RowKey)>,
    /// The last row's name.
    pub(super) keys: u64,

    pub(super) people: People,
    pub(super) me: Me,
    pub(super) typing: OwnTyping,
    pub(super) typists: Typists,
    pub(super) notifier: Notifier,
    pub(super) announcer: Announcer,

    pub(super) dirty: Dirty,
    pub(super) told: Told,
    pub(super) out: VecDeque<ChatOutput>,
    /// Kept so that a flood of events makes one list.
    pub(super) heard: Vec<Result<ServerEvent, DecodeError>>,
}

/// What the stores know already.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub(super) connection: Option<ChatConnection>,
    pub(super) server: Option<Server>,
    pub(super) rooms: Option<Rc<Vec<Rc<RoomView>>>>,
    pub(super) open: Option<Rc<OpenRoom>>,
    pub(super) people: Option<Rc<Vec<Rc<Person>>>>,
    pub(super) names: Vec<(UserId, Rc<str>)>,
    pub(super) me: Option<Rc<MeView>>,
    pub(super) badge: Option<u32>,
}

impl ChatEngine {
    /// An engine without anybody: [`ChatInput::Pass`] says who chats, [`ChatInput::Leading`] lets it connect.
    pub fn new(now: Instant, settings: ChatSettings) -> Self {
        let choices = settings.choices.clone();
        Self {
            clock: Clock::new(now, settings.wall_clock),
            now,
            pass: None,
            leads: false,
            has_followers: false,
            heard_state: None,
            visible: true,
            link: Link::new(&settings),
            server: Server::default(),
            joins: Joins::default(),
            rest: Rest::new(&settings.base_url, settings.ids),
            store: Store::default(),
            outbox: Outbox::new(settings.seed),
            sending: Sending::default(),
            message_pace: Pace::new(MESSAGES_A_MINUTE, Duration::from_secs(60)),
            names: Names::default(),
            uploads: Uploads::default(),
            reads: BTreeMap::new(),
            reads_due: None,
            rooms: Rooms::new(),
            waiting_rooms: BTreeSet::new(),
            drafts: BTreeMap::new(),
            places: BTreeMap::new(),
            logs: BTreeMap::new(),
            late: BTreeMap::new(),
            says: Says::default(),
            write_due: None,
            search: Searching::default(),
            screen: None,
            page_backoff: Backoff::new(settings.seed),
            draft_when_opened: None,
            last_seen: None,
            keys: 0,
            people: People::default(),
            me: Me::new(now, &choices),
            typing: OwnTyping::default(),
            typists: Typists::default(),
            notifier: Notifier::default(),
            announcer: Announcer::default(),
            dirty: Dirty::default(),
            told: Told::default(),
            out: VecDeque::new(),
            heard: Vec::new(),
            choices,
            settings,
        }
    }

    /// Takes one thing that happened outside.
    pub fn handle(&mut self, now: Instant, input: ChatInput) {
        self.now = now;
        match input {
            ChatInput::Tick => self.tick(now),
            ChatInput::Environment(news) => {
                if let Environment::Visible(visible) = news {
                    self.visible = visible;
                    self.me.visible(now, visible);
                    if !visible {
                        // A hidden page may never be called again.
                        self.flush(now);
                    }
                }
                self.link.handle_environment(now, news);
            }
            ChatInput::Socket(id, news) => self.link.handle_socket(now, id, news),
            ChatInput::Http(id, result) => self.on_http(now, id, result),
            ChatInput::Pass(pass) => self.set_pass(now, pass),
            ChatInput::Store(news) => {
                self.on_store(now, news);
                self.late_rooms(now);
            }
            ChatInput::Tab(word) => {
                self.has_followers = true;
                self.on_word(now, word);
            }
            ChatInput::Leading => self.take_the_lead(now),
            ChatInput::InCall(in_call) => {
                self.me.set_in_call(in_call);
                self.dirty.me = true;
            }
            ChatInput::Activity(activity) => self.on_activity(now, activity),
            ChatInput::Upload(upload, news) => self.on_upload(now, upload, news),
        }
        self.settle(now);
    }

    /// Takes one wish of the person.
    pub fn command(&mut self, now: Instant, command: ChatCommand) {
        self.now = now;
        self.on_command(now, command);
        self.settle(now);
    }

    /// The next thing to do; drain it after every `handle` and `command`, or after several.
    pub fn poll(&mut self) -> Option<ChatOutput> {
        if self.out.is_empty() {
            self.tell(self.now);
            self.hand_over();
        }
        self.out.pop_front()
    }

    /// When [`ChatInput::Tick`] is due.
    pub fn deadline(&self) -> Option<Instant> {
        [
            self.link.deadline(),
            self.joins_deadline(),
            self.names_deadline(),
            self.pages_deadline(),
            self.sending_deadline(self.now),
            self.tell_deadline(),
            self.announcer.deadline(),
            self.typing.deadline(),
            self.typists.deadline(),
            self.people.deadline(),
            self.me.deadline(self.times(self.now)),
            self.write_due,
            self.reads_due,
        ]
        .into_iter()
        .fold(None, earliest)
    }

    fn tick(&mut self, now: Instant) {
        self.link.handle_tick(now);
        self.tick_joins(now);
        self.tick_pages(now);
        self.tick_sending(now);
        let times = self.times(now);
        self.people.tick(times);
        self.me.tick(times);
        let allowed = self.choices.privacy.typing && self.link.is_up();
        let stopped = self.typing.tick(now, allowed);
        self.emit_typing(now, stopped.into_iter().collect());
        if self.typists.tick(now) {
            self.dirty.open = true;
        }
        if self.reads_due.is_some_and(|due| due <= now) {
            self.tell_reads(now);
        }
        if self.write_due.is_some_and(|due| due <= now) {
            self.flush(now);
        }
        // A deletion that can be undone no more looks otherwise.
        if let Some(screen) = &mut self.screen {
            screen.dirty |= self.outbox.iter().any(|entry| entry.wish.what.target().is_some());
        }
    }

    /// What every call ends with.
    fn settle(&mut self, now: Instant) {
        while let Some(event) = self.link.poll_event() {
            self.on_link(now, event);
        }
        self.pump_names(now);
        self.pump_joins(now);
        self.pump_outbox(now);
        if self.leads && self.link.is_up() && self.server.known {
            while let Some(presence) = self.me.poll(now) {
                self.link.emit(now, "update-presence", vec![presence], None);
            }
        }
        if let Some(kept) = self.me.take_kept() {
            self.keep_me(kept);
            self.dirty.me = true;
        }
        self.hand_over();
    }

    fn hand_over(&mut self) {
        while let Some(output) = self.link.poll_output() {
            self.out.push_back(output);
        }
        while let Some(command) = self.store.poll() {
            self.out.push_back(ChatOutput::Store(command));
        }
    }
}
