//! The values that go into a [`SocketIo`](super::SocketIo) and come out of it.

use std::time::Duration;

use serde_json::Value;
use wire::lenient::DecodeError;

use crate::event::ConnectionState;
use crate::io::{IdSpace, Output};

/// How to reach one server.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `http(s)://host[:port]`, without a trailing slash.
    pub base_url: String,
    /// The Engine.IO path, `/socket.io/` by default of all servers.
    pub path: String,
    /// The namespaces to join on every connect, such as `/`.
    pub namespaces: Vec<String>,
    /// What every CONNECT carries (contract 0): an object, or null.
    pub auth: Value,
    /// Where the ids of sockets and requests are taken from.
    pub ids: IdSpace,
    /// Seeds the jitter.
    pub seed: u64,
}

/// One event to send.
#[derive(Debug, Clone, PartialEq)]
pub struct Emit {
    /// The namespace, one of [`Settings::namespaces`].
    pub namespace: String,
    /// The event's name.
    pub event: String,
    /// Its arguments.
    pub args: Vec<Value>,
    /// Attachments; `args` refers to the n-th by [`placeholder`](wire::socketio::placeholder).
    pub binary: Vec<Vec<u8>>,
    /// Ask for an ack, and report [`SessionEvent::AckTimedOut`] after this long. The time runs from the call, queued
    /// or not.
    pub ack_within: Option<Duration>,
    /// What happens to it while there is no connection.
    pub offline: WhenOffline,
}

/// What happens to an event that is emitted while its namespace is not connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhenOffline {
    /// It waits, and is sent once, in order, after the next connect.
    Queue,
    /// It is dropped; an ack that it asked for times out at once.
    Drop,
}

/// Names one emitted event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EmitId(pub u64);

/// What [`SocketIo::poll`](super::SocketIo::poll) gives.
#[derive(Debug, Clone, PartialEq)]
pub enum SessionOutput {
    /// Something for the driver to do.
    Output(Output),
    /// Something for the engine to know.
    Event(SessionEvent),
}

/// News of a session.
#[derive(Debug, Clone, PartialEq)]
pub enum SessionEvent {
    /// The connection's state changed.
    State(ConnectionState),
    /// A namespace is connected.
    Connected {
        /// Which.
        namespace: String,
        /// This client's id there, new unless recovered.
        sid: String,
        /// The server restored the session: rooms are kept, missed events follow.
        recovered: bool,
    },
    /// Every namespace is down; this heals by itself.
    Lost {
        /// What went wrong, in the words of the transport.
        reason: String,
    },
    /// The server refused a namespace (CONNECT_ERROR), or closed it (`io server disconnect`).
    Refused {
        /// Which.
        namespace: String,
        /// Its words.
        message: String,
        /// What it added.
        data: Option<Value>,
    },
    /// The server sent an event.
    Event {
        /// In which namespace.
        namespace: String,
        /// The event's name.
        name: String,
        /// Its arguments; binary ones are placeholders (see [`placeholder_of`](wire::socketio::placeholder_of)).
        args: Vec<Value>,
        /// The attachments.
        binary: Vec<Vec<u8>>,
        /// The server wants an answer: [`SocketIo::reply`](super::SocketIo::reply) with this number.
        ack: Option<u64>,
    },
    /// The server answered an event.
    Acked {
        /// Which.
        emit: EmitId,
        /// Its answer.
        args: Vec<Value>,
    },
    /// No answer came in time, or none can come any more because the link was lost after sending.
    AckTimedOut {
        /// To which.
        emit: EmitId,
    },
    /// Something came that could not be read; the connection goes on unless it was the framing.
    Unreadable(DecodeError),
}
