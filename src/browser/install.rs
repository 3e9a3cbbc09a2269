//! Installing the app.
//!
//! The browser's own question is held back and offered at a fitting moment: after the first call that came about, or
//! on the second visit, and not again for a month after somebody said no.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use wasm_bindgen::JsValue;

use super::listener::Listener;
use super::{clock, js, promise, storage};
use crate::local::InstallState;

const VISITS: &str = "antenna.install.visits";
const CALLED: &str = "antenna.install.called";
const DISMISSED: &str = "antenna.install.dismissed";
const MONTH: u64 = 30 * 24 * 3600 * 1000;

/// Watches over installation.
pub(crate) struct Install {
    inner: Rc<Inner>,
    _listeners: [Listener; 2],
}

/// The browser's question, caught from the start: it may be asked before the rest of this module is there.
pub(crate) struct Question {
    kept: Kept,
    _listener: Listener,
}

type Kept = Rc<RefCell<Option<JsValue>>>;

impl Question {
    /// Catches it from now on.
    pub(crate) fn catch() -> Self {
        let kept = Kept::default();
        let asked = kept.clone();
        let listener = Listener::new(&js::window(), "beforeinstallprompt", move |event| {
            let _ = js::call(&event, "preventDefault", &[]);
            asked.replace(Some(event));
        });
        Self {
            kept,
            _listener: listener,
        }
    }
}

struct Inner {
    question: Kept,
    fitting: Cell<bool>,
    installed: Cell<bool>,
    changed: Box<dyn Fn(InstallState)>,
}

impl Install {
    /// Counts this visit, and calls `changed` with every new state; the first comes from [`state`](Self::state).
    pub(crate) fn new(question: &Question, changed: impl Fn(InstallState) + 'static) -> Self {
        let visits = storage::read(VISITS)
            .and_then(|text| text.parse::<u32>().ok())
            .unwrap_or(0)
            .saturating_add(1);
        storage::write(VISITS, &visits.to_string());
        let fitting = visits >= 2 || storage::read(CALLED).is_some();
        let inner = Rc::new(Inner {
            question: question.kept.clone(),
            fitting: Cell::new(fitting),
            installed: Cell::new(runs_installed()),
            changed: Box::new(changed),
        });
        let window = js::window();
        let (asked, done) = (inner.clone(), inner.clone());
        let listeners = [
            Listener::new(&window, "beforeinstallprompt", move |_| {
                asked.tell();
            }),
            Listener::new(&window, "appinstalled", move |_| {
                done.question.take();
                done.installed.set(true);
                done.tell();
            }),
        ];
        Self {
            inner,
            _listeners: listeners,
        }
    }

    /// Whether and how the app can be installed.
    pub(crate) fn state(&self) -> InstallState {
        self.inner.state()
    }

    /// A call came about: from now on the offer fits.
    pub(crate) fn called(&self) {
        storage::write(CALLED, "1");
        if !self.inner.fitting.replace(true) {
            self.inner.tell();
        }
    }

    /// Shows the browser's question; only from a press. It can be shown once.
    pub(crate) fn ask(&self) {
        let question = self.inner.question.take();
        let Some(question) = question else { return };
        let inner = self.inner.clone();
        let asked = js::call(&question, "prompt", &[]);
        promise::detach(async move {
            if let Ok(asked) = asked {
                let _ = promise::settled(asked).await;
            }
            let choice = promise::settled(js::get(&question, "userChoice")).await;
            if choice.is_ok_and(|choice| js::text(&choice, "outcome") == "dismissed") {
                dismissed_now();
            }
            inner.tell();
        });
    }

    /// The person does not want to be asked for a while.
    pub(crate) fn dismiss(&self) {
        dismissed_now();
        self.inner.tell();
    }
}

impl Inner {
    fn state(&self) -> InstallState {
        if self.installed.get() {
            return InstallState::Installed;
        }
        let said_no = storage::read(DISMISSED).and_then(|text| text.parse::<u64>().ok());
        if !self.fitting.get() || said_no.is_some_and(|at| now().saturating_sub(at) < MONTH) {
            return InstallState::No;
        }
        if self.question.borrow().is_some() {
            return InstallState::Offered;
        }
        // Only iOS has `navigator.standalone`, and it never asks by itself.
        if js::get(&js::navigator(), "standalone").as_bool() == Some(false) {
            return InstallState::ByHand;
        }
        InstallState::No
    }

    fn tell(&self) {
        (self.changed)(self.state());
    }
}

fn dismissed_now() {
    storage::write(DISMISSED, &now().to_string());
}

/// Milliseconds since 1970. Whole ones: reading and printing fractions would be a large part of the wasm.
fn now() -> u64 {
    clock::wall() as u64
}

fn runs_installed() -> bool {
    let query = js::call(
        &js::window(),
        "matchMedia",
        &[&"(display-mode: standalone)".into()],
    );
    query.is_ok_and(|list| js::get(&list, "matches").is_truthy())
        || js::get(&js::navigator(), "standalone").as_bool() == Some(true)
}
