//! What a backend speaks, behind one trait: the engine composes dialects without knowing their events.

use std::fmt::Debug;

use wire::lenient::DecodeError;

use crate::call::{Mail, Post};
use crate::event::{Capabilities, ConnectionState};
use crate::io::{Environment, HttpFailure, Output, Reply, RequestId, SocketId, SocketInput};
use crate::time::Instant;

mod peer_call;

pub(crate) use peer_call::PeerCall;

/// One backend's vocabulary on its connection.
pub(crate) trait Dialect: Debug {
    /// What the backend can do; the screen offers nothing else.
    fn capabilities(&self) -> Capabilities;
    /// Starts connecting, or tries now instead of waiting.
    fn connect(&mut self, now: Instant);
    /// Leaves for good.
    fn disconnect(&mut self, now: Instant);
    /// The access token for the next connect.
    fn set_token(&mut self, token: Option<&str>);
    /// A call runs: a dead link must be noticed within 5 s.
    fn watch_closely(&mut self, now: Instant, on: bool);
    /// Takes news that belong to its connection, or to all.
    fn handle(&mut self, now: Instant, news: News);
    /// Sends a signal of a call.
    fn post(&mut self, now: Instant, letter: Letter);
    /// The next thing to do or to know; drained after every call.
    fn poll(&mut self) -> Option<DialectOutput>;
    /// When [`News::Tick`] is due.
    fn deadline(&self) -> Option<Instant>;
}

/// What reaches a dialect.
#[derive(Debug)]
pub(crate) enum News {
    /// Its deadline has passed.
    Tick,
    /// News of the device's network.
    Environment(Environment),
    /// News of a WebSocket, maybe of another part.
    Socket(SocketId, SocketInput),
    /// The end of a request of its own.
    Http(RequestId, Result<Reply, HttpFailure>),
}

/// A signal of a call that leaves.
#[derive(Debug)]
pub(crate) enum Letter {
    /// A signal.
    Signal {
        /// The signal and whom it is for.
        post: Post,
        /// Our id.
        from: String,
        /// Our name.
        name: String,
    },
    /// A classic caller is told that the call was declined, where the server knows a word for it.
    Decline {
        /// The caller.
        to: String,
    },
}

/// What a dialect asks for or tells.
#[derive(Debug)]
pub(crate) enum DialectOutput {
    /// For the driver.
    Output(Output),
    /// The connection's state changed.
    State(ConnectionState),
    /// Something of a call came.
    Mail(Mail),
    /// Something came that could not be read.
    Unreadable(DecodeError),
}
