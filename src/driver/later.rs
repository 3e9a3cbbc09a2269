//! Parts that are here, what waits for those that are not, and when they are fetched.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use ::engine::event::CallView;
use ::engine::io::{Input, Request, RequestId};

use super::chat::Chatting;
use super::clock::now;
use super::effects::{self, Affecting};
use super::errands::Running;
use super::http::Requesting;
use super::inbox::Inbox;
use super::parts::{Loaded, Part};
use super::{Inner, Letter};
use crate::browser::install::Question;
use crate::browser::timer::Timer;
use crate::local::{LocalCommand, LocalEvent};

/// A first screen that is not connected by then is not waited for any longer: the parts are fetched.
const USABLE_WITHIN: Duration = Duration::from_secs(4);
/// How long a camera's first frame takes to be on screen at most once the camera is open.
const FIRST_FRAME_WITHIN: Duration = Duration::from_millis(400);

/// Parts that are here, and what waits for those that are not.
pub(super) struct Later {
    pub(super) effects: RefCell<Option<Rc<dyn Affecting>>>,
    pub(super) errands: RefCell<Option<Rc<dyn Running>>>,
    pub(super) requests: RefCell<Option<Rc<dyn Requesting>>>,
    pub(super) chat: RefCell<Option<Rc<dyn Chatting>>>,
    pub(super) wishes: RefCell<Vec<LocalCommand>>,
    /// What the errands were not here to be told: the call, and that somebody signed out.
    pub(super) call: RefCell<Option<CallView>>,
    pub(super) signed_out: Cell<bool>,
    pub(super) unsent: RefCell<Vec<(RequestId, Request)>>,
    /// What a notification of an incoming call says, in the language of the app.
    pub(super) text: Rc<RefCell<String>>,
    /// Microphone and camera are wanted.
    pub(super) capture: Rc<Cell<(bool, bool)>>,
    question: Question,
    pub(super) prefetching: Cell<bool>,
    /// The server has given us an id.
    pub(super) reachable: Cell<bool>,
    /// Camera or microphone are being opened.
    pub(super) opening: Cell<bool>,
    /// The own picture is on screen.
    pub(super) seen: Cell<bool>,
    usable: RefCell<Timer>,
}

impl Later {
    pub(super) fn new(inbox: &Rc<Inbox>) -> Self {
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

impl Inner {
    /// The first screen can be used once our id is there and the preview runs, or cannot be had.
    pub(super) fn notice_usable(&self) {
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

    pub(super) fn install(self: &Rc<Self>, loaded: Loaded) {
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

    pub(super) fn wait_for(&self, part: Part, wish: LocalCommand) {
        self.later.wishes.borrow_mut().push(wish);
        self.parts.want(part);
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
