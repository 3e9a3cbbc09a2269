//! Files that go with messages: kept until their message has left, sent with their progress.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::{Rc, Weak};
use std::time::Duration;

use ::engine::chat::api::{ChatCommand, ChatInput, UploadId, UploadNews};
use ::engine::io::{HttpFailure, Method, Reply, Request};
use wasm_bindgen::JsValue;

use super::Letter;
use super::inbox::Inbox;
use crate::browser::js;
use crate::browser::upload::{self, Upload, What};

/// The files and what is under way.
pub(super) struct Uploads {
    inbox: Weak<Inbox>,
    used: Cell<u32>,
    files: RefCell<BTreeMap<UploadId, JsValue>>,
    flights: Rc<RefCell<BTreeMap<UploadId, Upload>>>,
}

impl Uploads {
    pub(super) fn new(inbox: &Rc<Inbox>) -> Self {
        Self {
            inbox: Rc::downgrade(inbox),
            used: Cell::new(0),
            files: RefCell::default(),
            flights: Rc::default(),
        }
    }

    /// Keeps a file, and says what the engine is to be told of it.
    pub(super) fn keep(&self, file: JsValue) -> ChatCommand {
        let upload = UploadId(self.used.get().wrapping_add(1));
        self.used.set(upload.0);
        let command = ChatCommand::Attach {
            upload,
            name: js::text(&file, "name"),
            mime: js::text(&file, "type"),
            size: js::get(&file, "size").as_f64().unwrap_or(0.0).max(0.0) as u64,
        };
        self.files.borrow_mut().insert(upload, file);
        command
    }

    /// Sends a file with this request.
    pub(super) fn start(&self, id: UploadId, request: &Request) {
        let file = self.files.borrow().get(&id).cloned();
        let inbox = self.inbox.clone();
        let landing = Landing {
            id,
            inbox: inbox.clone(),
            flights: Rc::downgrade(&self.flights),
        };
        let Some(file) = file else {
            return landing.end(Err(HttpFailure::Unreachable));
        };
        let what = What {
            method: method(request.method),
            url: &request.url,
            headers: &request.headers,
            credentials: request.credentials,
            timeout: request.timeout,
            file: &file,
        };
        let tell = landing.clone();
        let started = Upload::start(&what, move |news| match news {
            upload::UploadNews::Progress(bytes) => tell.say(UploadNews::Progress(bytes.max(0.0) as u64)),
            upload::UploadNews::Answered {
                status,
                retry_after,
                body,
            } => tell.end(Ok(Reply {
                status,
                retry_after: retry_after
                    .and_then(|text| text.trim().parse().ok())
                    .map(Duration::from_secs),
                body,
            })),
            upload::UploadNews::TimedOut => tell.end(Err(HttpFailure::TimedOut)),
            upload::UploadNews::Unreachable => tell.end(Err(HttpFailure::Unreachable)),
        });
        match started {
            Ok(flight) => {
                let before = self.flights.borrow_mut().insert(id, flight);
                drop(before);
            }
            Err(_) => landing.end(Err(HttpFailure::Unreachable)),
        }
    }

    /// Gives a request up; the file stays, for another attempt.
    pub(super) fn abort(&self, id: UploadId) {
        let flight = self.flights.borrow_mut().remove(&id);
        drop(flight);
    }

    /// Forgets a file.
    pub(super) fn forget(&self, id: UploadId) {
        self.abort(id);
        self.files.borrow_mut().remove(&id);
    }

    /// Forgets all of them.
    pub(super) fn clear(&self) {
        let flights = self.flights.take();
        drop(flights);
        self.files.borrow_mut().clear();
    }
}

#[derive(Clone)]
struct Landing {
    id: UploadId,
    inbox: Weak<Inbox>,
    flights: Weak<RefCell<BTreeMap<UploadId, Upload>>>,
}

impl Landing {
    fn say(&self, news: UploadNews) {
        if let Some(inbox) = self.inbox.upgrade() {
            inbox.post(Letter::Input(ChatInput::Upload(self.id, news)));
        }
    }

    fn end(&self, result: Result<Reply, HttpFailure>) {
        self.say(UploadNews::Ended(result));
        let flight = self
            .flights
            .upgrade()
            .and_then(|flights| flights.borrow_mut().remove(&self.id));
        drop(flight);
    }
}

fn method(of: Method) -> &'static str {
    match of {
        Method::Get => "GET",
        Method::Post => "POST",
        Method::Put => "PUT",
        Method::Patch => "PATCH",
        Method::Delete => "DELETE",
    }
}
