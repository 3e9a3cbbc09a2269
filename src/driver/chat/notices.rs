//! What chat does besides the screen: notifications while the page is hidden, a quiet banner while it is not, the
//! number on the app's icon, and the IdleDetector.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::{Rc, Weak};
use std::time::Duration;

use ::engine::chat::api::{Activity, ChatCommand, ChatInput, Notification as Notice, RoomId};

use super::super::Inner;
use super::Letter;
use super::inbox::Inbox;
use crate::browser::idle::Idle;
use crate::browser::listener::Listener;
use crate::browser::notification::{Notification, Text, WorkerNotification};
use crate::browser::timer::Timer;
use crate::browser::{badge, clock, js, page, visibility};
use crate::stores::chat::{DeviceNews, chat};

/// How long the banner stays.
const BANNER: Duration = Duration::from_secs(6);
/// A sign of life is told once in this time, in milliseconds.
const LIFE: f64 = 5000.0;
/// What people do with a page.
const SIGNS: [&str; 4] = ["pointerdown", "pointermove", "keydown", "wheel"];

/// What chat does besides the screen.
pub(super) struct Notices {
    inbox: Weak<Inbox>,
    driver: Weak<Inner>,
    banner: RefCell<Option<Timer>>,
    shown: RefCell<BTreeMap<RoomId, Shown>>,
    idle: RefCell<Option<Idle>>,
}

enum Shown {
    Page(#[expect(dead_code, reason = "held for what dropping it does")] Notification),
    Worker(WorkerNotification),
}

impl Notices {
    pub(super) fn new(inbox: &Rc<Inbox>, driver: &Weak<Inner>) -> Rc<Self> {
        Rc::new(Self {
            inbox: Rc::downgrade(inbox),
            driver: driver.clone(),
            banner: RefCell::new(None),
            shown: RefCell::default(),
            idle: RefCell::new(None),
        })
    }

    /// Shows a message that is worth it: `leads` where this tab speaks for all of them.
    pub(super) fn notify(self: &Rc<Self>, notice: Notice, leads: bool) {
        if visibility::visible() && page::has_focus() {
            self.show_banner(notice);
        } else if leads {
            self.show(&notice);
        }
    }

    fn show_banner(self: &Rc<Self>, notice: Notice) {
        if page::path() == path_of(&notice.room) {
            return;
        }
        chat().apply_device(DeviceNews::Banner(Rc::new(notice)));
        let notices = Rc::downgrade(self);
        let timer = Timer::new(BANNER, move || {
            if let Some(notices) = notices.upgrade() {
                notices.close_banner();
            }
        });
        let before = self.banner.replace(Some(timer));
        drop(before);
    }

    /// Takes the banner away.
    pub(super) fn close_banner(&self) {
        chat().apply_device(DeviceNews::BannerGone);
        let timer = self.banner.take();
        drop(timer);
    }

    fn show(&self, notice: &Notice) {
        let (path, tag) = (path_of(&notice.room), ["antenna-chat/", &notice.room].concat());
        let (title, body) = if notice.direct {
            (&*notice.from, notice.text.to_string())
        } else {
            (&*notice.room_name, [&notice.from, ": ", &*notice.text].concat())
        };
        let text = Text {
            title,
            body: &body,
            tag: &tag,
            url: &path,
            stays: false,
        };
        // The new one has the tag of the one before, and must not be closed with it.
        let before = self.shown.borrow_mut().remove(&notice.room);
        match before {
            Some(Shown::Worker(before)) => before.replaced(),
            Some(Shown::Page(_)) | None => {}
        }
        let to = path.clone();
        let shown = Notification::show(&text, move || page::go(&to))
            .map(Shown::Page)
            .or_else(|| WorkerNotification::show(&text).map(Shown::Worker));
        if let Some(shown) = shown {
            self.shown.borrow_mut().insert(notice.room.clone(), shown);
        }
    }

    /// Whoever opens a room has seen what was said of it.
    pub(super) fn notice_wish(&self, command: &ChatCommand) {
        let ChatCommand::Open(room) = command else { return };
        let shown = self.shown.borrow_mut().remove(room);
        drop(shown);
        self.close_banner();
    }

    /// The number on the app's icon and in its navigation.
    pub(super) fn badge(&self, count: u32) {
        badge::show(count);
        super::tell_unread(&self.driver, count);
    }

    /// Turns the IdleDetector on or off.
    pub(super) fn detect_idle(&self, on: bool) {
        let inbox = self.inbox.clone();
        let idle = on.then(|| {
            Idle::start(move |idle| {
                let activity = if idle { Activity::Idle } else { Activity::Active };
                post(&inbox, activity);
            })
        });
        let before = self.idle.replace(idle.flatten());
        drop(before);
    }

    /// Nothing of one person stays for another.
    pub(super) fn clear(&self) {
        let shown = self.shown.take();
        drop(shown);
        self.close_banner();
        self.detect_idle(false);
        self.badge(0);
    }
}

/// Tells of signs of life for as long as it lives.
pub(super) fn watch_life(inbox: &Rc<Inbox>) -> Vec<Listener> {
    let last = Rc::new(std::cell::Cell::new(f64::NEG_INFINITY));
    let watch = |name| {
        let (last, inbox) = (last.clone(), Rc::downgrade(inbox));
        Listener::new(&js::window(), name, move |_| {
            let now = clock::monotonic();
            if now - last.get() >= LIFE {
                last.set(now);
                post(&inbox, Activity::Active);
            }
        })
    };
    SIGNS.into_iter().map(watch).collect()
}

fn post(inbox: &Weak<Inbox>, activity: Activity) {
    if let Some(inbox) = inbox.upgrade() {
        inbox.post(Letter::Input(ChatInput::Activity(activity)));
    }
}

fn path_of(room: &str) -> String {
    ["/chat/", &page::encoded(room)].concat()
}
