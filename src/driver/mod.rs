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
mod parts;
mod sessions;
mod socket;
mod sounds;
mod surroundings;
mod tab;

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use std::time::Duration;

use ::engine::Engine;
use ::engine::command::{Command, Preferences};
use ::engine::config::Config;
use ::engine::event::{CallView, Event};
use ::engine::io::{DeviceState, Environment, Input, MediaInput, Output, Request, RequestId, TabMessage};
use ::engine::time::Instant;

use crate::browser::install::Question;
use crate::browser::timer::Timer;
use crate::browser::{panic, random};
use crate::local::{LocalCommand, LocalEvent};
use crate::media::{Media, registry};

use chat::Chatting;
pub(crate) use clock::now;
use effects::Affecting;
use errands::Running;
use http::Requesting;
use inbox::Inbox;
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

/// Parts that are here, and what waits for those that are not.
struct Later {
    effects: RefCell<Option<Rc<dyn Affecting>>>,
    errands: RefCell<Option<Rc<dyn Running>>>,
    requests: RefCell<Option<Rc<dyn Requesting>>>,
    chat: RefCell<Option<Rc<dyn Chatting>>>,
    wishes: RefCell<Vec<LocalCommand>>,
    /// What the errands were not here to be told: the call, and that somebody signed out.
    call: RefCell<Option<CallView>>,
    signed_out: Cell<bool>,
    unsent: RefCell<Vec<(RequestId, Request)>>,
    /// What a notification of an incoming call says, in the language of the app.
    text: Rc<RefCell<String>>,
    /// Microphone and camera are wanted.
    capture: Rc<Cell<(bool, bool)>>,
    question: Question,
    prefetching: Cell<bool>,
    /// The server has given us an id.
    reachable: Cell<bool>,
    /// Camera or microphone are being opened.
    opening: Cell<bool>,
    /// The own picture is on screen.
    seen: Cell<bool>,
    usable: RefCell<Timer>,
}

/// A first screen that is not connected by then is not waited for any longer: the parts are fetched.
const USABLE_WITHIN: Duration = Duration::from_secs(4);
/// How long a camera's first frame takes to be on screen at most once the camera is open.
const FIRST_FRAME_WITHIN: Duration = Duration::from_millis(400);

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

    // Parts

    /// The first screen can be used once our id is there and the preview runs, or cannot be had.
    fn notice_usable(&self) {
        let later = &self.later;
        if later.prefetching.get() {
            return;
        }
        let wait = match (later.opening.get(), later.reachable.get(), later.seen.get()) {
            (true, _, _) => USABLE_WITHIN,
            (false, true, true) => Duration::ZERO,
            (false, true, false) => FIRST_FRAME_WITHIN,
            (false, false, _) => return,
        };
        let before = later.usable.replace(usable_after(wait, &self.inbox));
        drop(before);
    }

    fn install(self: &Rc<Self>, loaded: Loaded) {
        let part = loaded.part();
        let later = &self.later;
        match loaded {
            Loaded::Calling(calling) => {
                self.media.install(calling.connections);
                let needs = effects::Needs {
                    inbox: self.inbox.clone(),
                    text: later.text.clone(),
                    capture: later.capture.clone(),
                };
                later.effects.replace(Some((calling.effects)(needs)));
                self.engine.borrow_mut().install_calling(now(), calling.calls);
                self.drain();
                self.media.warm_up();
                (self.local)(&LocalEvent::Usable);
            }
            Loaded::Errands(make) => {
                let errands = make(&self.inbox, &later.question);
                if let Some(view) = later.call.take() {
                    errands.notice_call(&view);
                }
                if later.signed_out.take() {
                    errands.signed_out();
                }
                later.errands.replace(Some(errands));
            }
            Loaded::Accounts(accounts) => {
                let inbox = self.inbox.clone();
                let tell = move |id, result| inbox.post(Letter::Input(Input::Http(id, result)));
                let made = (accounts.requests)(Rc::new(tell));
                for (id, request) in later.unsent.take() {
                    made.send(id, request);
                }
                later.requests.replace(Some(made));
                self.engine
                    .borrow_mut()
                    .install_accounts(now(), accounts.accounts);
            }
            Loaded::Chat(talk) => {
                later.chat.replace(Some((talk.make)(self, talk.banner)));
                (self.local)(&LocalEvent::Chat(Some(talk.screen)));
            }
        }
        self.parts.here(part);
        for wish in later.wishes.take() {
            self.local_command(wish);
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

    fn wait_for(&self, part: Part, wish: LocalCommand) {
        self.later.wishes.borrow_mut().push(wish);
        self.parts.want(part);
    }
}

impl Later {
    fn new(inbox: &Rc<Inbox>) -> Self {
        Self {
            effects: RefCell::new(None),
            errands: RefCell::new(None),
            requests: RefCell::new(None),
            chat: RefCell::new(None),
            wishes: RefCell::default(),
            unsent: RefCell::default(),
            call: RefCell::default(),
            signed_out: Cell::default(),
            text: Rc::new(RefCell::new(String::from("Incoming call"))),
            capture: Rc::default(),
            question: Question::catch(),
            prefetching: Cell::new(false),
            reachable: Cell::new(false),
            opening: Cell::new(false),
            seen: Cell::new(false),
            usable: RefCell::new(usable_after(USABLE_WITHIN, inbox)),
        }
    }
}

fn usable_after(wait: Duration, inbox: &Rc<Inbox>) -> Timer {
    let inbox = Rc::downgrade(inbox);
    Timer::new(wait, move || {
        if let Some(inbox) = inbox.upgrade() {
            inbox.post(Letter::Usable);
        }
    })
}
