//! What goes on around the app: network, visibility, sleep.

use std::rc::Rc;

use ::engine::io::{Environment, Input};

use super::inbox::Inbox;
use super::{Letter, clock};
use crate::browser::listener::Listener;
use crate::browser::network::{self, Change};
use crate::browser::timer::Interval;
use crate::browser::{audio, clock as browser_clock, js, visibility};

/// Listeners that live as long as the driver.
pub(super) struct Surroundings {
    _listeners: Vec<Listener>,
    _sleep: Interval,
}

impl Surroundings {
    pub(super) fn new(inbox: &Rc<Inbox>) -> Self {
        if !network::online() {
            inbox.post(Letter::Input(Input::Environment(Environment::Offline)));
        }
        Self {
            _listeners: listeners(inbox),
            _sleep: {
                let environment = environment(inbox);
                Interval::new(browser_clock::SleepWatch::PERIOD, move || {
                    look_for_sleep(&environment)
                })
            },
        }
    }
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
    // Browsers let sound play only after the person has touched the page, whatever becomes of the touch.
    for name in ["pointerup", "keydown"] {
        listeners.push(Listener::capturing(&js::window(), name, move |_| audio::resume()));
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
