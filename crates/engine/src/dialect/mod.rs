//! What a backend speaks, behind one trait: the engine composes dialects without knowing their events.

use serde_json::Value;
use wire::lenient::DecodeError;

use crate::call::calling::{Calling, CallingSettings, Signal};
use crate::config::Kind;
use crate::event::{Capabilities, ConnectionState};
use crate::io::{Environment, HttpFailure, Output, Reply, RequestId, SocketId, SocketInput};
use crate::time::Instant;

mod chat_only;
mod peer_call;

pub(crate) use chat_only::ChatOnly;
pub(crate) use peer_call::PeerCall;

/// The calls of a backend, in the words of its dialect. Apart from the connection, so that a front end may fetch them
/// after its first screen.
pub fn calling(settings: CallingSettings) -> Box<dyn Calling> {
    match settings.kind {
        // Where there are no calls, there is never an id to call from: every wish is refused.
        Kind::PeerCall | Kind::Chat => Box::new(peer_call::PeerCalls::new(settings)),
    }
}

/// One backend's vocabulary on its connection.
pub(crate) trait Dialect {
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
    /// Sends an event of a call.
    fn say(&mut self, now: Instant, event: &str, args: Vec<Value>);
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

/// What a dialect asks for or tells.
#[derive(Debug)]
pub(crate) enum DialectOutput {
    /// For the driver.
    Output(Output),
    /// The connection's state changed.
    State(ConnectionState),
    /// Signaling is up, and this is our id now.
    Up {
        /// Our id.
        me: String,
    },
    /// Signaling is down.
    Down,
    /// An event came that is not about the connection itself.
    Signal(Signal),
    /// Something came that could not be read.
    Unreadable(DecodeError),
}
