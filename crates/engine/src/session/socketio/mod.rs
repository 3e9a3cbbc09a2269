//! A Socket.IO client (contract 0) without I/O: [`SocketIo`].

mod api;

pub use api::{Emit, EmitId, SessionEvent, SessionOutput, Settings, WhenOffline};

use serde_json::Value;

use crate::event::ConnectionState;
use crate::io::{Environment, HttpFailure, Reply, RequestId, SocketId, SocketInput};
use crate::time::Instant;

/// One Engine.IO connection that carries several Socket.IO namespaces and heals by itself.
#[derive(Debug)]
pub struct SocketIo {
    settings: Settings,
    state: ConnectionState,
}

impl SocketIo {
    /// A client that does nothing until [`connect`](Self::connect).
    pub fn new(settings: Settings) -> Self {
        Self { settings, state: ConnectionState::Idle }
    }

    /// Starts connecting, or tries now instead of waiting for the next attempt. A live link is left alone.
    pub fn connect(&mut self, now: Instant) {
        let _ = now;
    }

    /// The person leaves: namespaces and link are closed, the queue is dropped, nothing is retried.
    pub fn disconnect(&mut self, now: Instant) {
        let _ = now;
    }

    /// The auth payload of every CONNECT from the next one on: an object, or null.
    pub fn set_auth(&mut self, auth: Value) {
        self.settings.auth = auth;
    }

    /// In a call: a dead link is noticed within 5 s, however rarely the server pings.
    pub fn watch_closely(&mut self, now: Instant, on: bool) {
        let _ = (now, on);
    }

    /// Sends an event, at once or as soon as its namespace is connected.
    pub fn emit(&mut self, now: Instant, emit: Emit) -> EmitId {
        let _ = (now, emit);
        EmitId(0)
    }

    /// Drops an event that is still queued, and ignores its ack.
    pub fn cancel(&mut self, emit: EmitId) {
        let _ = emit;
    }

    /// Answers a server's event that asked for an ack; does nothing when the link of that event is gone.
    pub fn reply(&mut self, now: Instant, namespace: &str, ack: u64, args: Vec<Value>) {
        let _ = (now, namespace, ack, args);
    }

    /// Takes news of a WebSocket.
    pub fn handle_socket(&mut self, now: Instant, socket: SocketId, input: SocketInput) {
        let _ = (now, socket, input);
    }

    /// Takes the end of a request.
    pub fn handle_http(&mut self, now: Instant, request: RequestId, result: Result<Reply, HttpFailure>) {
        let _ = (now, request, result);
    }

    /// Takes news of the device's network.
    pub fn handle_environment(&mut self, now: Instant, news: Environment) {
        let _ = (now, news);
    }

    /// Acts on every timer that is due.
    pub fn handle_tick(&mut self, now: Instant) {
        let _ = now;
    }

    /// The next thing to do or to know; drain it after every call.
    pub fn poll(&mut self) -> Option<SessionOutput> {
        None
    }

    /// When [`handle_tick`](Self::handle_tick) is due.
    pub fn deadline(&self) -> Option<Instant> {
        None
    }

    /// How the connection stands.
    pub fn state(&self) -> ConnectionState {
        self.state.clone()
    }
}
