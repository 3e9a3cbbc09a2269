//! The only loop that does I/O: it owns the engine, performs what the engine asks for, and turns everything that
//! happens outside into an input.
//!
//! Callbacks only put letters into the inbox. One pump takes them out in order; after each it drains the engine and
//! performs its outputs; at the end it arms one timer for the engine's deadline. It runs in a microtask, so that a
//! press or a packet is acted on before the browser does anything else, and never inside of a callback's own borrow.
//!
//! What the first screen does not need comes later, in [`parts`].

mod chat;
mod clock;
mod effects;
mod errands;
mod http;
mod inbox;
mod later;
mod parts;
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
use ::engine::io::{DeviceState, Environment, Input, MediaInput, Output, Request, RequestId, TabMessage};
use ::engine::time::Instant;

use crate::browser::timer::Timer;
use crate::browser::{panic, random};
use crate::local::{LocalCommand, LocalEvent};
use crate::media::{Media, registry};

use chat::Chatting;
pub(crate) use clock::now;
use inbox::Inbox;
use later::Later;
use parts::{Loaded, Part, Parts};
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
    /// A part is here.
    Part(Loaded),
    /// A part could not be fetched.
    PartMissing(Part),
    /// The wait before another attempt is over.
    PartDue(Part),
    /// The first screen can be used.
    Usable,
}

struct Inner {
    inbox: Rc<Inbox>,
    engine: RefCell<Engine>,
    timer: RefCell<Option<Timer>>,
    armed: Cell<Option<Instant>>,
    sink: Box<dyn Fn(&Event)>,
    local: Box<dyn Fn(&LocalEvent)>,
    sockets: Sockets,
    media: Media,
    tab: Tab,
    sessions: Sessions,
    parts: Parts,
    later: Later,
    _surroundings: Surroundings,
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
            engine: RefCell::new(Engine::without_parts(now(), settings)),
            timer: RefCell::new(None),
            armed: Cell::new(None),
            sink,
            local,
            sockets: Sockets::new({
                let inbox = inbox.clone();
                Rc::new(move |id, input| inbox.post(Letter::Input(Input::Socket(id, input))))
            }),
            media,
            tab: Tab::new(&inbox),
            sessions: Sessions::default(),
            parts: Parts::new(&inbox),
            later: Later::new(&inbox),
            _surroundings: Surroundings::new(&inbox),
            inbox,
        }
    }

    /// Takes every letter in order, then sees to the deadline.
    fn pump(self: &Rc<Self>) {
        if panic::dead() {
            return;
        }
        self.drain();
        while let Some(letter) = self.inbox.take() {
            self.open(letter);
            self.drain();
        }
        if self.engine.borrow().wants_calling() {
            self.parts.want(Part::Calling);
        }
        if self.engine.borrow().wants_accounts() {
            self.parts.want(Part::Accounts);
        }
        self.arm();
        if let Some(chat) = self.chat() {
            chat.settled();
        }
    }

    fn chat(&self) -> Option<Rc<dyn Chatting>> {
        self.later.chat.borrow().clone()
    }

    fn open(self: &Rc<Self>, letter: Letter) {
        match letter {
            Letter::Input(input) => {
                if let Input::Environment(news) = input {
                    if news == Environment::Online {
                        self.parts.try_again();
                    }
                    if let Some(chat) = self.chat() {
                        chat.environment(news);
                    }
                }
                if matches!(input, Input::Media(MediaInput::FrameDrawn { peer }) if peer == registry::OWN) {
                    self.later.seen.set(true);
                    self.notice_usable();
                    return;
                }
                self.engine.borrow_mut().handle(now(), input);
            }
            Letter::Command(command) => {
                self.engine.borrow_mut().command(now(), command);
                // A press does not wait for the next attempt at a part that could not be had.
                if self.engine.borrow().wants_calling() {
                    self.parts.due(Part::Calling);
                }
                if self.engine.borrow().wants_accounts() {
                    self.parts.due(Part::Accounts);
                }
            }
            Letter::Local(event) => (self.local)(&event),
            Letter::Part(loaded) => self.install(loaded),
            Letter::PartMissing(part) => {
                self.parts.missing(part);
                if part == Part::Calling {
                    self.engine.borrow_mut().calling_missing(now());
                    (self.local)(&LocalEvent::Usable);
                }
                if part == Part::Chat {
                    (self.local)(&LocalEvent::Chat(None));
                }
            }
            Letter::PartDue(part) => self.parts.due(part),
            Letter::Usable => {
                if !self.later.prefetching.replace(true) {
                    // First what a call needs; the screens' chunks when it is here.
                    self.parts.due(Part::Calling);
                }
            }
        }
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
            Output::Http(id, request) => self.request(id, request),
            Output::AbortHttp(id) => {
                self.later.unsent.borrow_mut().retain(|(of, _)| *of != id);
                if let Some(requests) = self.later.requests.borrow().as_ref() {
                    requests.abort(id);
                }
            }
            Output::Media(command) => self.media.execute(command),
            Output::Tab(message) => {
                if matches!(message, TabMessage::SignedOut { .. }) {
                    match self.later.errands.borrow().as_ref() {
                        Some(errands) => errands.signed_out(),
                        None => self.later.signed_out.set(true),
                    }
                }
                self.tab.say(&message);
            }
            Output::Event(event) => self.event(&event),
        }
    }

    fn event(&self, event: &Event) {
        self.sessions.notice(event);
        (self.sink)(event);
        if let Some(effects) = self.later.effects.borrow().as_ref() {
            effects.notice(event);
        }
        match event {
            Event::Call(view) => match self.later.errands.borrow().as_ref() {
                Some(errands) => errands.notice_call(view),
                None => drop(self.later.call.replace(Some(view.clone()))),
            },
            Event::Capture(view) => {
                self.later.capture.set((view.microphone_on, view.camera_on));
                let opening = |device: &DeviceState| *device == DeviceState::Opening;
                let state = &view.state;
                self.later
                    .opening
                    .set(opening(&state.microphone) || opening(&state.camera));
                self.notice_usable();
            }
            Event::Connection(view) => {
                self.later.reachable.set(view.my_id.is_some());
                self.notice_usable();
            }
            Event::Backend(_)
            | Event::Account(_)
            | Event::CallText(_)
            | Event::CallStats(_)
            | Event::Known(_)
            | Event::Refused(_)
            | Event::Trouble(_) => {}
        }
    }

    fn request(&self, id: RequestId, request: Request) {
        match self.later.requests.borrow().as_ref() {
            Some(requests) => requests.send(id, request),
            None => {
                self.later.unsent.borrow_mut().push((id, request));
                self.parts.want(Part::Accounts);
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
            LocalCommand::Unblock => self.media.unblock(),
            LocalCommand::NotificationText(text) => {
                self.later.text.replace(text);
            }
            LocalCommand::StartChat => self.parts.due(Part::Chat),
            LocalCommand::TestSpeaker => match self.later.effects.borrow().as_ref() {
                Some(effects) => effects.test_speaker(),
                None => self.wait_for(Part::Calling, LocalCommand::TestSpeaker),
            },
            LocalCommand::Install
            | LocalCommand::DismissInstall
            | LocalCommand::ApplyUpdate
            | LocalCommand::ReadStorage
            | LocalCommand::Repair
            | LocalCommand::AskNotifications => match self.later.errands.borrow().as_ref() {
                Some(errands) => errands.command(command),
                None => self.wait_for(Part::Errands, command),
            },
        }
    }
}
