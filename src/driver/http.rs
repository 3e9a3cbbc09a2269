//! An engine's HTTP requests, on gloo-net.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use ::engine::io::{Body, HttpFailure, Method, Reply, Request, RequestId};
use gloo_net::http::RequestBuilder;
use web_sys::{AbortController, RequestCache, RequestCredentials};

use crate::browser::promise::Task;
use crate::browser::timer::Timer;

/// What executes requests.
pub(super) trait Requesting {
    /// Sends one; its end is posted.
    fn send(&self, id: RequestId, request: Request);
    /// Gives one up.
    fn abort(&self, id: RequestId);
}

/// Who is told how requests ended.
pub(super) type Tell = Rc<dyn Fn(RequestId, Result<Reply, HttpFailure>)>;

/// Makes what executes requests.
pub(super) type Make = fn(Tell) -> Rc<dyn Requesting>;

/// Makes it.
pub(super) fn make(tell: Tell) -> Rc<dyn Requesting> {
    Rc::new(Requests {
        tell,
        flights: Rc::default(),
    })
}

/// The requests under way.
struct Requests {
    tell: Tell,
    flights: Rc<RefCell<BTreeMap<RequestId, Flight>>>,
}

/// One request under way; dropping it aborts it and says nothing more.
struct Flight {
    abort: Option<AbortController>,
    _task: Task,
    _timeout: Timer,
}

impl Drop for Flight {
    fn drop(&mut self) {
        if let Some(abort) = &self.abort {
            abort.abort();
        }
    }
}

impl Requesting for Requests {
    fn send(&self, id: RequestId, request: Request) {
        let abort = AbortController::new().ok();
        let landing = Landing {
            id,
            tell: self.tell.clone(),
            flights: Rc::downgrade(&self.flights),
        };
        let late = landing.clone();
        let timeout = Timer::new(request.timeout, move || late.land(Err(HttpFailure::TimedOut)));
        let signal = abort.as_ref().map(AbortController::signal);
        let task = Task::new(async move {
            let result = fetch(&request, signal.as_ref())
                .await
                .ok_or(HttpFailure::Unreachable);
            landing.land(result);
        });
        let flight = Flight {
            abort,
            _task: task,
            _timeout: timeout,
        };
        let before = self.flights.borrow_mut().insert(id, flight);
        drop(before);
    }

    fn abort(&self, id: RequestId) {
        let flight = self.flights.borrow_mut().remove(&id);
        drop(flight);
    }
}

/// Where a request ends, by whichever way comes first.
#[derive(Clone)]
struct Landing {
    id: RequestId,
    tell: Tell,
    flights: std::rc::Weak<RefCell<BTreeMap<RequestId, Flight>>>,
}

impl Landing {
    fn land(&self, result: Result<Reply, HttpFailure>) {
        let Some(flights) = self.flights.upgrade() else {
            return;
        };
        let flight = flights.borrow_mut().remove(&self.id);
        if flight.is_some() {
            (self.tell)(self.id, result);
        }
        drop(flight);
    }
}

async fn fetch(request: &Request, signal: Option<&web_sys::AbortSignal>) -> Option<Reply> {
    let mut builder = RequestBuilder::new(&request.url)
        .method(method(request.method))
        .cache(RequestCache::NoStore)
        .credentials(if request.credentials {
            RequestCredentials::Include
        } else {
            RequestCredentials::Omit
        })
        .abort_signal(signal);
    for (name, value) in &request.headers {
        // gloo-net panics on headers that the browser refuses, and a token comes from outside.
        if !fits_a_header(value) {
            return None;
        }
        builder = builder.header(name, value);
    }
    let ready = match &request.body {
        Body::Empty => builder.build(),
        Body::Text(text) => builder.body(text.as_str()),
    };
    let response = ready.ok()?.send().await.ok()?;
    let headers = response.headers();
    let retry_after = headers
        .get("retry-after")
        .and_then(|text| text.trim().parse().ok())
        .map(Duration::from_secs);
    let status = response.status();
    let body = response.text().await.ok()?;
    Some(Reply {
        status,
        retry_after,
        body,
    })
}

fn fits_a_header(value: &str) -> bool {
    value.bytes().all(|byte| (0x20..0x7f).contains(&byte))
}

fn method(of: Method) -> gloo_net::http::Method {
    use gloo_net::http::Method as Http;
    match of {
        Method::Get => Http::GET,
        Method::Post => Http::POST,
        Method::Put => Http::PUT,
        Method::Patch => Http::PATCH,
        Method::Delete => Http::DELETE,
    }
}
