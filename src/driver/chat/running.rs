//! One engine for one backend and one person, and what belongs to it alone.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use ::engine::chat::ChatEngine;
use ::engine::chat::api::{
    ChatEvent, ChatInput, ChatOutput, ChatSettings, Choices, Pass, UploadState, UploadView,
};
use ::engine::command::Command;
use ::engine::io::{Environment, IdSpace};
use ::engine::time::Instant;

use super::super::http::{self, Requesting};
use super::super::socket::Sockets;
use super::super::{Inner, now};
use super::account::Setting;
use super::device::Device;
use super::inbox::Inbox;
use super::notices::{self, Notices};
use super::uploads::Uploads;
use super::{Letter, choices, tabs};
use crate::browser::listener::Listener;
use crate::browser::locks::Lock;
use crate::browser::tabs::Tabs;
use crate::browser::timer::Timer;
use crate::browser::{clock, format, js, network, random, visibility};
use crate::stores::chat::chat;

/// What it needs of the part around it.
pub(super) struct Needs {
    pub(super) inbox: Rc<Inbox>,
    pub(super) driver: Weak<Inner>,
    pub(super) notices: Rc<Notices>,
    pub(super) uploads: Rc<Uploads>,
}

/// A running engine; dropping it closes all it has open.
pub(super) struct Running {
    backend: String,
    base_url: String,
    engine: RefCell<ChatEngine>,
    pass: RefCell<Option<Pass>>,
    in_call: Cell<bool>,
    sockets: Sockets,
    requests: Rc<dyn Requesting>,
    shared: Option<Shared>,
    timer: RefCell<Option<Timer>>,
    armed: Cell<Option<Instant>>,
    needs: Needs,
}

/// What is shared with the other tabs of this person; a guest has nothing of it.
struct Shared {
    scope: String,
    device: Device,
    tabs: Tabs,
    leads: Rc<Cell<bool>>,
    _lock: Lock,
    _life: Vec<Listener>,
}

impl Running {
    /// Starts an engine. It is told of who chats and what is around it with the next pump.
    pub(super) fn start(setting: Setting, needs: Needs) -> Self {
        let scope = setting.scope();
        let settings = ChatSettings {
            backend_id: setting.backend.clone(),
            base_url: setting.base_url.clone(),
            socket_path: setting.socket_path,
            calls: setting.calls,
            ids: IdSpace(1),
            seed: random::seed(),
            wall_clock: clock::wall().max(0.0) as u64,
            local_day: format::local_day,
            choices: scope.as_deref().map_or_else(Choices::default, choices::load),
        };
        if settings.choices.idle_detector {
            needs.notices.detect_idle(true);
        }
        let (sockets, requests) = (needs.inbox.clone(), needs.inbox.clone());
        let running = Self {
            backend: setting.backend,
            base_url: setting.base_url,
            engine: RefCell::new(ChatEngine::new(now(), settings)),
            pass: RefCell::new(setting.pass.clone()),
            in_call: Cell::new(false),
            sockets: Sockets::new(Rc::new(move |id, input| {
                sockets.post(Letter::Input(ChatInput::Socket(id, input)));
            })),
            requests: http::make(Rc::new(move |id, result| {
                requests.post(Letter::Input(ChatInput::Http(id, result)));
            })),
            shared: scope.map(|scope| Shared::new(scope, &needs.inbox)),
            timer: RefCell::new(None),
            armed: Cell::new(None),
            needs,
        };
        running.tell_surroundings();
        running
            .needs
            .inbox
            .post(Letter::Input(ChatInput::Pass(setting.pass)));
        running
    }

    fn tell_surroundings(&self) {
        let tell = |news| self.needs.inbox.post(Letter::Input(ChatInput::Environment(news)));
        if !network::online() {
            tell(Environment::Offline);
        }
        tell(Environment::Visible(visibility::visible()));
    }

    /// Whether this is the engine for that setting.
    pub(super) fn is_for(&self, setting: &Setting) -> bool {
        let scope = self.shared.as_ref().map(|shared| &shared.scope);
        self.backend == setting.backend
            && self.base_url == setting.base_url
            && scope == setting.scope().as_ref()
    }

    /// The same person with another token, name or picture.
    pub(super) fn set_pass(&self, inbox: &Rc<Inbox>, pass: Option<Pass>) {
        if *self.pass.borrow() != pass {
            self.pass.replace(pass.clone());
            inbox.post(Letter::Input(ChatInput::Pass(pass)));
        }
    }

    pub(super) fn set_in_call(&self, inbox: &Rc<Inbox>, in_call: bool) {
        if self.in_call.replace(in_call) != in_call {
            inbox.post(Letter::Input(ChatInput::InCall(in_call)));
        }
    }

    /// Hands a letter to the engine.
    pub(super) fn open(&self, letter: Letter) {
        if matches!(letter, Letter::Input(ChatInput::Tick)) {
            self.fired();
        }
        let mut engine = self.engine.borrow_mut();
        match letter {
            Letter::Input(input) => engine.handle(now(), input),
            Letter::Command(command) => engine.command(now(), command),
        }
    }

    /// Does all that the engine asks for.
    pub(super) fn drain(&self) {
        loop {
            let output = self.engine.borrow_mut().poll();
            match output {
                Some(output) => self.execute(output),
                None => return,
            }
        }
    }

    fn execute(&self, output: ChatOutput) {
        let Needs { notices, uploads, .. } = &self.needs;
        match output {
            ChatOutput::Socket(id, command) => self.sockets.execute(id, command),
            ChatOutput::Http(id, request) => self.requests.send(id, request),
            ChatOutput::AbortHttp(id) => self.requests.abort(id),
            ChatOutput::Store(command) => {
                if let Some(shared) = &self.shared {
                    shared.device.execute(command);
                }
            }
            ChatOutput::Tab(word) => {
                if let Some(shared) = &self.shared {
                    tabs::say(&shared.tabs, &word);
                }
            }
            ChatOutput::TokenRefused(token) => self.renew(&token),
            ChatOutput::Upload(id, request) => uploads.start(id, &request),
            ChatOutput::AbortUpload(id) => uploads.abort(id),
            ChatOutput::Notify(notice) => {
                let leads = self.shared.as_ref().is_some_and(|shared| shared.leads.get());
                notices.notify(notice, leads);
            }
            ChatOutput::Badge(count) => notices.badge(count),
            ChatOutput::IdleDetector(on) => notices.detect_idle(on),
            ChatOutput::KeepChoices(chosen) => {
                if let Some(shared) = &self.shared {
                    choices::keep(&shared.scope, &chosen);
                }
            }
            ChatOutput::Event(event) => {
                match &event {
                    ChatEvent::Upload(UploadView {
                        upload,
                        state: UploadState::Gone,
                        ..
                    }) => uploads.forget(*upload),
                    ChatEvent::Trouble(words) => log(words),
                    ChatEvent::Callable(id) => self.call(id),
                    _ => {}
                }
                chat().apply(event);
            }
        }
    }

    fn call(&self, id: &str) {
        if let Some(driver) = self.needs.driver.upgrade() {
            driver
                .inbox
                .post(super::Main::Command(Command::Call { to: id.to_owned() }));
        }
    }

    /// The accounts are the calling engine's; the new token comes when it has one.
    fn renew(&self, token: &str) {
        if let Some(driver) = self.needs.driver.upgrade() {
            driver.engine.borrow_mut().renew(now(), token);
            driver.inbox.schedule();
        }
    }

    /// One timer for the engine's deadline.
    pub(super) fn arm(&self) {
        let deadline = self.engine.borrow().deadline();
        if self.armed.replace(deadline) == deadline && self.timer.borrow().is_some() {
            return;
        }
        let timer = deadline.map(|at| {
            let inbox = Rc::downgrade(&self.needs.inbox);
            // Also what is due already goes through a timer, so that an engine that keeps asking cannot lock up the page.
            Timer::new(at.since(now()), move || {
                if let Some(inbox) = inbox.upgrade() {
                    inbox.post(Letter::Input(ChatInput::Tick));
                }
            })
        });
        let before = self.timer.replace(timer);
        drop(before);
    }

    /// The timer has fired: the next deadline needs another, even the same one.
    fn fired(&self) {
        let timer = self.timer.take();
        drop(timer);
        self.armed.set(None);
    }
}

impl Shared {
    fn new(scope: String, inbox: &Rc<Inbox>) -> Self {
        let leads = Rc::new(Cell::new(false));
        let (led, post) = (leads.clone(), Rc::downgrade(inbox));
        let lock = Lock::take(&["antenna-chat/", &scope].concat(), move || {
            led.set(true);
            if let Some(inbox) = post.upgrade() {
                inbox.post(Letter::Input(ChatInput::Leading));
            }
        });
        Self {
            device: Device::new(&scope, inbox),
            tabs: tabs::join(&scope, inbox),
            leads,
            _lock: lock,
            _life: notices::watch_life(inbox),
            scope,
        }
    }
}

/// For developers: what came and could not be read.
fn log(words: &str) {
    let _ = js::call(&js::get(&js::window(), "console"), "debug", &[&words.into()]);
}
