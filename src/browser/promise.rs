//! Promises and the tasks that wait for them.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use super::js;

/// Waits for `value`, a promise or (from older browsers) the result itself. Whatever has a `then` counts: Firefox
/// returns promises of another realm, which are no `instanceof Promise`.
///
/// # Errors
/// What it was rejected with.
pub(crate) async fn settled(value: JsValue) -> Result<JsValue, JsValue> {
    JsFuture::from(Promise::resolve(&value)).await
}

/// Calls a method that returns a promise, and waits for it.
///
/// # Errors
/// What it threw or was rejected with.
pub(crate) async fn call(of: &JsValue, name: &str, arguments: &[&JsValue]) -> Result<JsValue, JsValue> {
    settled(js::call(of, name, arguments)?).await
}

/// Lets a promise's rejection pass: its outcome is nobody's business, and the console is not to fill up with it.
pub(crate) fn ignore(value: Result<JsValue, JsValue>) {
    if let Ok(value) = value {
        detach(async move {
            let _ = settled(value).await;
        });
    }
}

/// Runs a task that nobody waits for or stops. Only for what ends by itself soon.
pub(crate) fn detach(work: impl Future<Output = ()> + 'static) {
    wasm_bindgen_futures::spawn_local(work);
}

/// A running task; dropping it stops it where it waits and frees what it holds.
#[must_use = "a dropped task is stopped"]
pub(crate) struct Task {
    stop: Rc<Stop>,
}

#[derive(Default)]
struct Stop {
    stopped: Cell<bool>,
    waker: RefCell<Option<Waker>>,
}

impl Task {
    /// Starts `work` in the next microtask.
    pub(crate) fn new(work: impl Future<Output = ()> + 'static) -> Self {
        let stop = Rc::new(Stop::default());
        wasm_bindgen_futures::spawn_local(Stoppable {
            work: Box::pin(work),
            stop: stop.clone(),
        });
        Self { stop }
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.stop.stopped.set(true);
        // A task that never completes is never freed by the executor: wake it, so that it sees that it was stopped.
        let waker = self.stop.waker.borrow_mut().take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

struct Stoppable {
    work: Pin<Box<dyn Future<Output = ()>>>,
    stop: Rc<Stop>,
}

impl Future for Stoppable {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.stop.stopped.get() {
            return Poll::Ready(());
        }
        *self.stop.waker.borrow_mut() = Some(context.waker().clone());
        self.work.as_mut().poll(context)
    }
}
