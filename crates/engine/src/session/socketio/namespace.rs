//! One Socket.IO namespace of a connection.

use serde_json::{Map, Value};
use wire::lenient::{DecodeError, Fields};

use super::api::SessionEvent;

/// Events that come before the CONNECT they belong to, kept until then; more are dropped.
const EARLY: usize = 64;

/// A recovery offset longer than this is none, but a text that an event ends with by chance.
const MAX_OFFSET: usize = 64;

/// ```text
///          link open                 0{sid}
///  Down ──────────────► Joining ───────────────► Joined
///   ▲  ▲                   │ 4{message}            │ 1 (io server disconnect)
///   │  │ link lost         ▼                       │
///   │  └───── Joining, Joined        Refused ◄─────┘
///   └───────────── connect() ───────────┘
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Membership {
    Down,
    Joining,
    Joined,
    Refused,
}

#[derive(Debug)]
pub(super) struct Namespace {
    pub(super) name: String,
    pub(super) membership: Membership,
    /// The private session id for connection state recovery.
    pid: Option<String>,
    offset: Option<String>,
    early: Vec<SessionEvent>,
}

/// The server's yes.
pub(super) struct Joined {
    pub(super) sid: String,
    pub(super) recovered: bool,
    pub(super) early: Vec<SessionEvent>,
}

impl Namespace {
    pub(super) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            membership: Membership::Down,
            pid: None,
            offset: None,
            early: Vec::new(),
        }
    }

    /// What CONNECT carries: `auth`, and what is needed to recover the session before.
    pub(super) fn connect_data(&self, auth: &Value) -> Option<Value> {
        let auth = auth.as_object();
        if auth.is_none() && self.pid.is_none() {
            return None;
        }
        let mut data = Map::new();
        if let Some(pid) = &self.pid {
            data.insert("pid".to_owned(), Value::from(pid.as_str()));
        }
        if let Some(offset) = &self.offset {
            data.insert("offset".to_owned(), Value::from(offset.as_str()));
        }
        for (name, value) in auth.into_iter().flatten() {
            data.insert(name.clone(), value.clone());
        }
        Some(Value::Object(data))
    }

    /// Takes the server's answer to CONNECT: `{sid, pid?}`.
    pub(super) fn join(&mut self, data: Option<Value>) -> Result<Joined, DecodeError> {
        let data = data.unwrap_or(Value::Null);
        let fields = Fields::of("connect", &data)?;
        let sid = fields.text(&["sid"])?;
        let pid = fields.optional_text(&["pid"])?;
        let recovered = pid.is_some() && pid == self.pid;
        if !recovered {
            self.offset = None;
        }
        self.pid = pid;
        self.membership = Membership::Joined;
        Ok(Joined {
            sid,
            recovered,
            early: std::mem::take(&mut self.early),
        })
    }

    /// Remembers how far the server has told, from the arguments of an event without an ack.
    ///
    /// The offset stays in the arguments: a server that recovers adds it to most events, and nothing tells it from a
    /// last argument that is a text. Who reads arguments by position is not disturbed.
    pub(super) fn note_offset(&mut self, args: &[Value]) {
        if self.pid.is_none() {
            return;
        }
        if let Some(Value::String(last)) = args.last()
            && last.len() <= MAX_OFFSET
        {
            self.offset = Some(last.clone());
        }
    }

    /// Keeps an event that came before the server's yes.
    pub(super) fn keep_early(&mut self, event: SessionEvent) {
        if self.early.len() < EARLY {
            self.early.push(event);
        }
    }

    /// The link is gone.
    pub(super) fn lose(&mut self) {
        if self.membership != Membership::Refused {
            self.membership = Membership::Down;
        }
        self.early.clear();
    }

    /// The server said no, or goodbye: there is nothing to recover.
    pub(super) fn refuse(&mut self) {
        self.forget_session();
        self.membership = Membership::Refused;
    }

    /// The person left.
    pub(super) fn leave(&mut self) {
        self.forget_session();
        self.membership = Membership::Down;
    }

    fn forget_session(&mut self) {
        self.pid = None;
        self.offset = None;
        self.early.clear();
    }
}
