//! The driver's part for chat: what [`super`] is for calls. It owns the chat engine and performs what it asks for.
//!
//! One engine runs for one backend and one person; when either changes, everything of the one before is dropped first
//! (sockets, requests, storage, lock, channel), so that nothing of one person can reach another's.
//!
//! Letters are handled all before the engine is drained, and under load once a frame: it tells one change of the
//! timeline for all of them.

mod account;
mod choices;
mod device;
mod inbox;
mod notices;
mod running;
mod tabs;
mod uploads;

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use ::engine::chat::api::{ChatCommand, ChatInput, RoomId};
use ::engine::io::Environment;

use super::{Inner, Letter as Main};
use crate::browser::{clock, idle, panic, promise, storage_use};
use crate::local::{LocalEvent, PermissionState};
use crate::stores::chat::{self as store, ChatWish, DeviceNews, chat};
use account::Who;
use inbox::Inbox;
use notices::Notices;
use running::Running;
use uploads::Uploads;

pub(super) use account::is_expected;

/// What chats.
pub(super) trait Chatting {
    /// Takes news of the device and its network.
    fn environment(&self, news: Environment);
    /// The calling engine has come to rest: who is signed in, or whether there is a call, may have changed.
    fn settled(&self);
}

/// Draws what stands above all pages, for as long as what it gives is kept.
pub(super) type Banner = fn() -> Option<Box<dyn Any>>;

/// Makes what chats.
pub(super) type Make = fn(&Rc<Inner>, Banner) -> Rc<dyn Chatting>;

/// Makes it; the engine starts as soon as it is known who is signed in.
pub(super) fn make(driver: &Rc<Inner>, banner: Banner) -> Rc<dyn Chatting> {
    let made = Rc::new_cyclic(|weak: &Weak<Chat>| {
        let chat = weak.clone();
        let inbox = Inbox::new(move || {
            if let Some(chat) = chat.upgrade() {
                chat.pump();
            }
        });
        Chat {
            driver: Rc::downgrade(driver),
            notices: Notices::new(&inbox, &Rc::downgrade(driver)),
            uploads: Rc::new(Uploads::new(&inbox)),
            inbox,
            running: RefCell::new(None),
            opened: RefCell::new(None),
            kept: Cell::new(false),
            // Above the router and all pages, and in no bytes but this part's.
            _banner: banner(),
        }
    });
    let wishes = Rc::downgrade(&made);
    store::connect(move |wish| {
        if let Some(chat) = wishes.upgrade() {
            chat.wish(wish);
        }
    });
    made
}

/// What the inbox holds.
enum Letter {
    Input(ChatInput),
    Command(ChatCommand),
}

struct Chat {
    driver: Weak<Inner>,
    inbox: Rc<Inbox>,
    running: RefCell<Option<Rc<Running>>>,
    notices: Rc<Notices>,
    uploads: Rc<Uploads>,
    /// The room on screen, for an engine that comes after the screen asked for it.
    opened: RefCell<Option<RoomId>>,
    /// The browser was asked to keep the storage.
    kept: Cell<bool>,
    _banner: Option<Box<dyn Any>>,
}

/// Milliseconds of handling, after which what is left waits for its turn.
const AT_A_TIME: f64 = 4.0;

impl Chatting for Chat {
    fn environment(&self, news: Environment) {
        if self.running.borrow().is_some() {
            self.inbox.post(Letter::Input(ChatInput::Environment(news)));
        }
    }

    fn settled(&self) {
        let Some(driver) = self.driver.upgrade() else {
            return;
        };
        let who = account::who(&driver.engine.borrow());
        let in_call = driver.engine.borrow().is_in_call();
        match who {
            // It will be known soon; what runs goes on.
            Who::Undecided => {}
            Who::Known(setting) => {
                let running = self.running.borrow().clone();
                let same = running.filter(|running| running.is_for(&setting));
                match same {
                    Some(running) => running.set_pass(&self.inbox, setting.pass),
                    None => self.start(*setting),
                }
            }
            Who::NoChat => self.stop(),
        }
        if let Some(running) = self.running.borrow().as_ref() {
            running.set_in_call(&self.inbox, in_call);
        }
    }
}

impl Chat {
    fn start(&self, setting: account::Setting) {
        self.stop();
        let running = Running::start(
            setting,
            running::Needs {
                inbox: self.inbox.clone(),
                driver: self.driver.clone(),
                notices: self.notices.clone(),
                uploads: self.uploads.clone(),
            },
        );
        let opened = self.opened.borrow().clone();
        if let Some(room) = opened {
            self.inbox.post(Letter::Command(ChatCommand::Open(room)));
        }
        self.running.replace(Some(Rc::new(running)));
        self.inbox.schedule();
    }

    fn stop(&self) {
        let before = self.running.take();
        if before.is_none() {
            return;
        }
        drop(before);
        // What is left was for that one.
        self.inbox.clear();
        self.uploads.clear();
        self.notices.clear();
        chat().apply_device(DeviceNews::Reset);
        chat().flush();
    }

    fn pump(&self) {
        if panic::dead() {
            return;
        }
        let running = self.running.borrow().clone();
        // Wishes wait for somebody who has them.
        let Some(running) = running else { return };
        let began = clock::monotonic();
        while let Some(letter) = self.inbox.take() {
            running.open(letter);
            if clock::monotonic() - began > AT_A_TIME {
                self.inbox.schedule_rest();
                break;
            }
        }
        running.drain();
        chat().flush();
        running.arm();
    }

    fn wish(&self, wish: ChatWish) {
        let command = match wish {
            ChatWish::Attach(file) => self.uploads.keep(file),
            ChatWish::CloseBanner => return self.notices.close_banner(),
            ChatWish::Command(ChatCommand::SetIdleDetector(true)) => return self.ask_idle(),
            ChatWish::Command(command) => command,
        };
        match &command {
            ChatCommand::Open(room) => drop(self.opened.replace(Some(room.clone()))),
            ChatCommand::Close => drop(self.opened.replace(None)),
            ChatCommand::Send(_) => self.ask_to_keep(),
            _ => {}
        }
        self.notices.notice_wish(&command);
        self.inbox.post(Letter::Command(command));
    }

    /// Somebody who writes wants it kept: storage is not to be cleared when space runs short.
    fn ask_to_keep(&self) {
        if !self.kept.replace(true) {
            promise::detach(storage_use::persist());
        }
    }

    /// The permission is asked for from the press itself; without it the wish is not made.
    fn ask_idle(&self) {
        let inbox = Rc::downgrade(&self.inbox);
        let asked = idle::ask();
        promise::detach(async move {
            let permission = asked.await;
            chat().apply_device(DeviceNews::IdleDetector(permission));
            if let (PermissionState::Granted, Some(inbox)) = (permission, inbox.upgrade()) {
                inbox.post(Letter::Command(ChatCommand::SetIdleDetector(true)));
            }
        });
    }
}

/// Tells the main module's stores how many messages are worth a look.
fn tell_unread(driver: &Weak<Inner>, count: u32) {
    if let Some(driver) = driver.upgrade() {
        driver.inbox.post(Main::Local(LocalEvent::Unread(count)));
    }
}
