//! Connections that heal by themselves.
//!
//! [`SocketIo`](socketio::SocketIo) is a Socket.IO client (contract 0) without I/O.

pub mod backoff;
pub mod socketio;
