//! What is on the wire: every dialect's packets and JSON as plain values, parsed leniently and printed exactly.
//!
//! No state, no clock, no I/O. The app and the embedded backend both stand on this crate. Section numbers
//! refer to the wire contracts that ARCHITECTURE.md links to.

pub mod lenient;

pub mod engineio;
pub mod socketio;

pub mod chat;
pub mod peer_call;
pub mod signal;

pub mod http;
pub mod jwt;
pub mod library;
