//! The service worker: registered when the app is usable, asked for updates on focus and every hour, and given way to
//! a new version on a press alone. A press on one of its notifications leads to where that says. What is said to it stands at the top of `sw.js`.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use std::time::Duration;

use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};

use super::listener::Listener;
use super::promise::Task;
use super::timer::Interval;
use super::{clock, js, page, promise, storage_use};

/// The Web Lock that every tab in a call holds (shared), so that no tab applies an update under another one's call.
const CALL_LOCK: &str = "antenna-call";
/// Focus comes in bursts; one look for an update in this time is enough.
const LOOK_AT_MOST: f64 = 10_000.0;

/// The app's service worker.
pub(crate) struct ServiceWorker {
    inner: Rc<Inner>,
    _register: Task,
}

struct Inner {
    registration: RefCell<Option<JsValue>>,
    watching: RefCell<Vec<Listener>>,
    installing: RefCell<Option<Listener>>,
    hourly: RefCell<Option<Interval>>,
    looked: Cell<f64>,
    applying: Cell<bool>,
    ready: Box<dyn Fn(bool)>,
}

impl ServiceWorker {
    /// Registers it; `ready` is called with whether a new version waits, whenever that changes.
    pub(crate) fn start(ready: impl Fn(bool) + 'static) -> Self {
        let inner = Rc::new(Inner {
            registration: RefCell::new(None),
            watching: RefCell::new(Vec::new()),
            installing: RefCell::new(None),
            hourly: RefCell::new(None),
            looked: Cell::new(clock::monotonic()),
            applying: Cell::new(false),
            ready: Box::new(ready),
        });
        let started = Rc::downgrade(&inner);
        let register = Task::new(async move { register(started).await });
        Self {
            inner,
            _register: register,
        }
    }

    /// Lets the waiting version take over and loads the page anew, unless a tab is in a call.
    pub(crate) fn apply(&self) {
        let inner = self.inner.clone();
        promise::detach(async move {
            if call_under_way().await {
                return;
            }
            let registration = inner.registration.borrow().clone().unwrap_or(JsValue::UNDEFINED);
            let waiting = js::get(&registration, "waiting");
            if waiting.is_null() || waiting.is_undefined() {
                storage_use::reload();
                return;
            }
            inner.applying.set(true);
            let message = js::object(&[("type", &"apply".into())]);
            let _ = js::call(&waiting, "postMessage", &[&message]);
        });
    }

    /// Tells the worker that somebody signed out: what it keeps of theirs goes.
    pub(crate) fn signed_out() {
        let controller = js::get(&container(), "controller");
        let message = js::object(&[("type", &"signed-out".into())]);
        let _ = js::call(&controller, "postMessage", &[&message]);
    }
}

/// Held while this tab is in a call.
pub(crate) struct CallLock {
    release: Rc<RefCell<Option<js_sys::Function>>>,
    _hold: Closure<dyn FnMut(JsValue) -> JsValue>,
}

impl CallLock {
    /// Takes the lock; browsers without Web Locks do without.
    #[must_use]
    pub(crate) fn take() -> Self {
        let release = Rc::new(RefCell::new(None));
        let kept = release.clone();
        let promise = js_sys::Promise::new(&mut |resolve, _| {
            kept.replace(Some(resolve.unchecked_into()));
        });
        let promise = JsValue::from(promise);
        let hold =
            Closure::wrap(Box::new(move |_: JsValue| promise.clone()) as Box<dyn FnMut(JsValue) -> JsValue>);
        let locks = js::get(&js::navigator(), "locks");
        let options = js::object(&[("mode", &"shared".into())]);
        promise::ignore(js::call(
            &locks,
            "request",
            &[&CALL_LOCK.into(), &options, hold.as_ref()],
        ));
        Self { release, _hold: hold }
    }
}

impl Drop for CallLock {
    fn drop(&mut self) {
        let release = self.release.take();
        if let Some(release) = release {
            let _ = release.call0(&JsValue::UNDEFINED);
        }
    }
}

async fn register(inner: Weak<Inner>) {
    let options = js::object(&[("scope", &"/".into()), ("updateViaCache", &"none".into())]);
    // Trusted Types ask the page's default policy (js/boot.js), which lets this one address through.
    let Ok(registration) = promise::call(&container(), "register", &[&"/sw.js".into(), &options]).await
    else {
        return;
    };
    let Some(inner) = inner.upgrade() else { return };
    inner.registration.replace(Some(registration.clone()));
    let mut watching = Vec::new();
    let found = Rc::downgrade(&inner);
    watching.push(Listener::new(&registration, "updatefound", move |_| {
        if let Some(inner) = found.upgrade() {
            inner.follow_installing();
        }
    }));
    let changed = Rc::downgrade(&inner);
    watching.push(Listener::new(&container(), "controllerchange", move |_| {
        if changed.upgrade().is_some_and(|inner| inner.applying.get()) {
            storage_use::reload();
        }
    }));
    watching.push(Listener::new(&container(), "message", |event| {
        let said = js::get(&event, "data");
        let url = js::text(&said, "url");
        // Within the app only, whoever sent it.
        if js::text(&said, "type") == "notification" && url.starts_with('/') && url != page::path() {
            page::go(&url);
        }
    }));
    for (target, name) in [
        (js::window(), "focus"),
        (js::get(&js::window(), "document"), "visibilitychange"),
        (js::window(), "online"),
    ] {
        let inner = Rc::downgrade(&inner);
        watching.push(Listener::new(&target, name, move |_| {
            if let Some(inner) = inner.upgrade() {
                inner.look();
            }
        }));
    }
    inner.watching.replace(watching);
    let hourly = Rc::downgrade(&inner);
    inner
        .hourly
        .replace(Some(Interval::new(Duration::from_secs(3600), move || {
            if let Some(inner) = hourly.upgrade() {
                inner.look();
            }
        })));
    inner.follow_installing();
    inner.tell();
}

impl Inner {
    /// Looks for a new version on the server.
    fn look(&self) {
        let now = clock::monotonic();
        if now - self.looked.get() < LOOK_AT_MOST || !super::visibility::visible() {
            return;
        }
        self.looked.set(now);
        let registration = self.registration.borrow().clone();
        if let Some(registration) = registration {
            promise::ignore(js::call(&registration, "update", &[]));
        }
    }

    fn follow_installing(self: &Rc<Self>) {
        let registration = self.registration.borrow().clone().unwrap_or(JsValue::UNDEFINED);
        let installing = js::get(&registration, "installing");
        let inner = Rc::downgrade(self);
        let listener = Listener::new(&installing, "statechange", move |_| {
            if let Some(inner) = inner.upgrade() {
                inner.tell();
            }
        });
        self.installing.replace(Some(listener));
    }

    fn tell(&self) {
        let registration = self.registration.borrow().clone().unwrap_or(JsValue::UNDEFINED);
        // Without a controller this is the first visit: what is waiting or installing is this very version.
        let waits = js::has(&registration, "waiting") && js::has(&container(), "controller");
        (self.ready)(waits);
    }
}

async fn call_under_way() -> bool {
    let locks = js::get(&js::navigator(), "locks");
    let Ok(found) = promise::call(&locks, "query", &[]).await else {
        return false;
    };
    js_sys::Array::from(&js::get(&found, "held"))
        .iter()
        .any(|lock| js::text(&lock, "name") == CALL_LOCK)
}

fn container() -> JsValue {
    js::get(&js::navigator(), "serviceWorker")
}
