//! The only loop that does I/O: it owns the engine, performs what the engine asks for, and turns everything that
//! happens outside into an input.
//!
//! Callbacks only put letters into the inbox. One pump takes them out in order; after each it drains the engine and
//! performs its outputs; at the end it arms one timer for the engine's deadline. It runs in a microtask, so that a
//! press or a packet is acted on before the browser does anything else, and never inside of a callback's own borrow.

mod clock;
mod effects;
mod http;
mod inbox;
mod sessions;
mod socket;
mod sounds;
mod surroundings;
mod tab;

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use ::engine::Engine;
use ::engine::command::{Command, Preferences};
use ::engine::config::Config;
use ::engine::event::Event;
use ::engine::io::{Input, Output, TabMessage};
use ::engine::time::Instant;

use crate::browser::service_worker::ServiceWorker;
use crate::browser::timer::Timer;
use crate::browser::{panic, random};
use crate::local::{LocalCommand, LocalEvent};
use crate::media::Media;

pub(crate) use clock::now;
use effects::Effects;
use http::Requests;
use inbox::Inbox;
use sessions::Sessions;
use socket::Sockets;
use surroundings::Surroundings;
use tab::Tab;

/// What the driver starts with.
#[derive(Debug)]
pub(crate) struct Start {
    /// The backends there are.
    pub config: Config,
    /// The backend that was in use last time.
    pub backend: Option<String>,
    /// The name a guest calls under.
    pub guest_name: String,
    /// Choices that decisions depend on.
    pub preferences: Preferences,
}

/// A handle of the running driver. Cheap to clone; the driver stops when the last handle is dropped.
#[derive(Clone)]
pub(crate) struct Driver {
    inner: Rc<Inner>,
}

impl Driver {
    /// Starts the engine and connects. `sink` gets the engine's news, `local` those of this device; both are called
    /// from the pump only, one at a time, and may call [`send`](Self::send) and [`local`](Self::local).
    pub(crate) fn start(
        start: Start,
        sink: impl Fn(&Event) + 'static,
        local: impl Fn(&LocalEvent) + 'static,
    ) -> Self {
        let settings = ::engine::Settings {
            config: start.config,
            backend: start.backend,
            guest_name: start.guest_name,
            preferences: start.preferences,
            sessions_expected: sessions::expected(),
            seed: random::seed(),
        };
        let inner =
            Rc::new_cyclic(|weak: &Weak<Inner>| Inner::new(weak, settings, Box::new(sink), Box::new(local)));
        inner.inbox.schedule();
        Self { inner }
    }

    /// Tells the engine what the person wants.
    pub(crate) fn send(&self, command: Command) {
        self.inner.inbox.post(Letter::Command(command));
    }

    /// Does what only this device is asked for. Runs at once, since browsers want a press for most of it.
    pub(crate) fn local(&self, command: LocalCommand) {
        self.inner.local_command(command);
    }
}

/// What the inbox holds.
enum Letter {
    Input(Input),
    Command(Command),
    Local(LocalEvent),
}

struct Inner {
    inbox: Rc<Inbox>,
    engine: RefCell<Engine>,
    timer: RefCell<Option<Timer>>,
    armed: Cell<Option<Instant>>,
    sink: Box<dyn Fn(&Event)>,
    local: Box<dyn Fn(&LocalEvent)>,
    sockets: Sockets,
    requests: Requests,
    media: Media,
    tab: Tab,
    sessions: Sessions,
    effects: Effects,
    surroundings: Surroundings,
}

impl Inner {
    fn new(
        weak: &Weak<Self>,
        settings: ::engine::Settings,
        sink: Box<dyn Fn(&Event)>,
        local: Box<dyn Fn(&LocalEvent)>,
    ) -> Self {
        let driver = weak.clone();
        let inbox = Inbox::new(move || {
            if let Some(driver) = driver.upgrade() {
                driver.pump();
            }
        });
        let media_inbox = inbox.clone();
        let local_inbox = inbox.clone();
        let media = Media::new(
            Rc::new(move |input| media_inbox.post(Letter::Input(Input::Media(input)))),
            Rc::new(move |event| local_inbox.post(Letter::Local(event))),
        );
        Self {
            engine: RefCell::new(Engine::new(now(), settings)),
            timer: RefCell::new(None),
            armed: Cell::new(None),
            sink,
            local,
            sockets: Sockets::new(inbox.clone()),
            requests: Requests::new(inbox.clone()),
            media,
            tab: Tab::new(&inbox),
            sessions: Sessions::default(),
            effects: Effects::new(inbox.clone()),
            surroundings: Surroundings::new(&inbox),
            inbox,
        }
    }

    /// Takes every letter in order, then sees to the deadline.
    fn pump(&self) {
        if panic::dead() {
            return;
        }
        self.drain();
        while let Some(letter) = self.inbox.take() {
            match letter {
                Letter::Input(input) => self.engine.borrow_mut().handle(now(), input),
                Letter::Command(command) => self.engine.borrow_mut().command(now(), command),
                Letter::Local(event) => (self.local)(&event),
            }
            self.drain();
        }
        self.arm();
    }

    fn drain(&self) {
        loop {
            let output = self.engine.borrow_mut().poll();
            match output {
                Some(output) => self.execute(output),
                None => return,
            }
        }
    }

    fn execute(&self, output: Output) {
        match output {
            Output::Socket(id, command) => self.sockets.execute(id, command),
            Output::Http(id, request) => self.requests.send(id, request),
            Output::AbortHttp(id) => self.requests.abort(id),
            Output::Media(command) => self.media.execute(command),
            Output::Tab(message) => {
                if matches!(message, TabMessage::SignedOut { .. }) {
                    ServiceWorker::signed_out();
                }
                self.tab.say(&message);
            }
            Output::Event(event) => {
                self.sessions.notice(&event);
                (self.sink)(&event);
                self.effects.notice(&event);
                if let Event::Call(view) = &event {
                    self.surroundings.notice_call(view);
                }
            }
        }
    }

    /// One timer for the engine's deadline. Hidden tabs get theirs late, so every pump looks at the clock too.
    fn arm(&self) {
        let deadline = self.engine.borrow().deadline();
        if deadline.is_some_and(|at| at <= now()) {
            // Through the inbox and a new microtask, so that an engine that keeps asking cannot lock up the page.
            self.armed.set(None);
            self.inbox.post_later(Letter::Input(Input::Tick));
            return;
        }
        if self.armed.replace(deadline) == deadline && self.timer.borrow().is_some() {
            return;
        }
        let timer = deadline.map(|at| {
            let inbox = Rc::downgrade(&self.inbox);
            Timer::new(at.since(now()), move || {
                if let Some(inbox) = inbox.upgrade() {
                    inbox.post(Letter::Input(Input::Tick));
                }
            })
        });
        self.timer.replace(timer);
    }

    fn local_command(&self, command: LocalCommand) {
        match command {
            LocalCommand::ChooseSpeaker(id) => self.media.choose_speaker(id),
            LocalCommand::TestSpeaker => self.effects.test_speaker(),
            LocalCommand::Unblock => self.media.unblock(),
            LocalCommand::Install => self.surroundings.install.ask(),
            LocalCommand::DismissInstall => self.surroundings.install.dismiss(),
            LocalCommand::ApplyUpdate => self.surroundings.apply_update(),
            LocalCommand::ReadStorage => self.surroundings.read_storage(),
            LocalCommand::Repair => surroundings::repair(),
            LocalCommand::AskNotifications => self.surroundings.ask_notifications(),
            LocalCommand::NotificationText(text) => self.effects.notification_text(text),
        }
    }
}
