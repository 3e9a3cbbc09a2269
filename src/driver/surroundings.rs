//! What goes on around the app: network, visibility, sleep, installation, updates, storage.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use std::time::Duration;

use ::engine::event::{CallPhase, CallView};
use ::engine::io::{Environment, Input};

use super::inbox::Inbox;
use super::{Letter, clock};
use crate::browser::install::Install;
use crate::browser::listener::Listener;
use crate::browser::network::{self, Change};
use crate::browser::service_worker::ServiceWorker;
use crate::browser::timer::Interval;
use crate::browser::{audio, clock as browser_clock, js, notification, promise, storage_use, visibility};
use crate::local::LocalEvent;
use crate::media;

/// Long enough for the first paint and the connection; a page that is busy for longer can wait for its worker.
const IDLE_WITHIN: Duration = Duration::from_secs(4);

/// Listeners and helpers that live as long as the driver.
pub(super) struct Surroundings {
    pub(super) install: Install,
    inbox: Weak<Inbox>,
    worker: Rc<RefCell<Option<ServiceWorker>>>,
    update: Rc<Update>,
    _listeners: Vec<Listener>,
    _sleep: Interval,
}

/// A waiting version is not offered while there is a call.
#[derive(Default)]
struct Update {
    waits: Cell<bool>,
    in_call: Cell<bool>,
}

impl Surroundings {
    pub(super) fn new(inbox: &Rc<Inbox>) -> Self {
        let update = Rc::new(Update::default());
        let worker = Rc::new(RefCell::new(None));
        let local = local(inbox);
        let install = Install::new(move |state| local(LocalEvent::Install(state)));
        inbox.post(Letter::Local(LocalEvent::Install(install.state())));
        inbox.post(Letter::Local(LocalEvent::Notifications(
            notification::permission(),
        )));
        if !network::online() {
            inbox.post(Letter::Input(Input::Environment(Environment::Offline)));
        }
        when_usable(inbox, &worker, &update);
        Self {
            install,
            inbox: Rc::downgrade(inbox),
            worker,
            update,
            _listeners: listeners(inbox),
            _sleep: {
                let environment = environment(inbox);
                Interval::new(browser_clock::SleepWatch::PERIOD, move || {
                    look_for_sleep(&environment)
                })
            },
        }
    }

    /// Follows the call: no update under it, and the offer to install after the first one that came about.
    pub(super) fn notice_call(&self, view: &CallView) {
        let in_call = match &view.phase {
            CallPhase::Idle => false,
            CallPhase::Ended(ended) => {
                if ended.duration.is_some() {
                    self.install.called();
                    // Somebody who calls comes back: what they keep here is not to be cleared when space runs short.
                    promise::detach(storage_use::persist());
                }
                false
            }
            CallPhase::Dialing { .. } | CallPhase::Connecting(_) | CallPhase::Active(_) => true,
        };
        if self.update.in_call.replace(in_call) != in_call
            && self.update.waits.get()
            && let Some(inbox) = self.inbox.upgrade()
        {
            inbox.post(Letter::Local(LocalEvent::UpdateReady(!in_call)));
        }
    }

    pub(super) fn apply_update(&self) {
        if self.update.in_call.get() {
            return;
        }
        if let Some(worker) = self.worker.borrow().as_ref() {
            worker.apply();
        }
    }

    pub(super) fn read_storage(&self) {
        let inbox = self.inbox.clone();
        promise::detach(async move {
            let found = storage_use::estimate().await;
            if let (Some((used, quota)), Some(inbox)) = (found, inbox.upgrade()) {
                inbox.post(Letter::Local(LocalEvent::Storage { used, quota }));
            }
        });
    }

    pub(super) fn ask_notifications(&self) {
        let inbox = self.inbox.clone();
        promise::detach(async move {
            let state = notification::ask().await;
            if let Some(inbox) = inbox.upgrade() {
                inbox.post(Letter::Local(LocalEvent::Notifications(state)));
            }
        });
    }
}

pub(super) fn repair() {
    promise::detach(storage_use::repair());
}

/// The worker is registered once the app is usable, so that its downloads do not compete with the first screen.
fn when_usable(inbox: &Rc<Inbox>, worker: &Rc<RefCell<Option<ServiceWorker>>>, update: &Rc<Update>) {
    let (local, worker, update) = (local(inbox), Rc::downgrade(worker), Rc::downgrade(update));
    browser_clock::when_idle(IDLE_WITHIN, move || {
        let Some(worker) = worker.upgrade() else { return };
        media::warm_up();
        let started = ServiceWorker::start(move |waits| {
            let Some(update) = update.upgrade() else { return };
            if update.waits.replace(waits) != waits && !update.in_call.get() {
                local(LocalEvent::UpdateReady(waits));
            }
        });
        worker.replace(Some(started));
    });
}

fn listeners(inbox: &Rc<Inbox>) -> Vec<Listener> {
    let mut listeners = Vec::new();
    let changed = environment(inbox);
    listeners.extend(network::watch(move |change| {
        changed(match change {
            Change::Online => Environment::Online,
            Change::Offline => Environment::Offline,
            Change::Other => Environment::NetworkChanged,
        });
    }));
    let seen = environment(inbox);
    listeners.push(visibility::watch(move |visible| {
        look_for_sleep(&seen);
        seen(Environment::Visible(visible));
    }));
    // A frozen page (Page Lifecycle) and one that comes back from the back-forward cache stood still, too.
    for (target, name) in [
        (js::get(&js::window(), "document"), "resume"),
        (js::window(), "pageshow"),
    ] {
        let woken = environment(inbox);
        listeners.push(Listener::new(&target, name, move |_| look_for_sleep(&woken)));
    }
    // Browsers let sound play only after the person has touched the page.
    for name in ["pointerup", "keydown"] {
        listeners.push(Listener::new(&js::window(), name, move |_| audio::resume()));
    }
    listeners
}

fn look_for_sleep(environment: &impl Fn(Environment)) {
    if let Some(slept) = clock::slept() {
        environment(Environment::Resumed(slept));
    }
}

fn environment(inbox: &Rc<Inbox>) -> impl Fn(Environment) + Clone + 'static {
    let inbox = Rc::downgrade(inbox);
    move |environment| {
        if let Some(inbox) = inbox.upgrade() {
            inbox.post(Letter::Input(Input::Environment(environment)));
        }
    }
}

fn local(inbox: &Rc<Inbox>) -> impl Fn(LocalEvent) + 'static {
    let inbox = Rc::downgrade(inbox);
    move |event| {
        if let Some(inbox) = inbox.upgrade() {
            inbox.post(Letter::Local(event));
        }
    }
}
