//! Socket.IO packets (contract 0; socket.io-protocol, revision 5): values, printing, and reading with attachments.
//!
//! JSON has no bytes: where an argument is binary, the JSON has a [`placeholder`] and the bytes follow as frames of
//! their own. Values here keep the placeholders, and the attachments stand beside them.

mod decode;
mod encode;
mod placeholder;

pub use decode::{Decoder, Limits};
pub use encode::Encoded;
pub use placeholder::{placeholder, placeholder_of};

use serde_json::Value;

/// One Socket.IO packet.
#[derive(Debug, Clone, PartialEq)]
pub struct Packet {
    /// The namespace, `/` for the main one.
    pub namespace: String,
    /// What it says.
    pub body: Body,
}

/// What a packet says.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// `0`: a client wants to join the namespace (with its auth payload), or the server lets it (`{sid, pid?}`).
    Connect(Option<Value>),
    /// `1`: one side leaves the namespace.
    Disconnect,
    /// `2`, or `5` with attachments.
    Event(Event),
    /// `3`, or `6` with attachments.
    Ack(Ack),
    /// `4`: the server does not let the client join.
    ConnectError(ConnectError),
}

/// An event.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Event {
    /// Its name; a number on the wire is read as its digits.
    pub name: String,
    /// Its arguments.
    pub args: Vec<Value>,
    /// What the placeholders in `args` stand for.
    pub binary: Vec<Vec<u8>>,
    /// The sender wants an [`Ack`] with this id.
    pub ack: Option<u64>,
}

/// The answer to an event.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Ack {
    /// Which event, by its `ack`.
    pub id: u64,
    /// The answer.
    pub args: Vec<Value>,
    /// What the placeholders in `args` stand for.
    pub binary: Vec<Vec<u8>>,
}

/// Why a client may not join.
#[derive(Debug, Clone, PartialEq)]
pub struct ConnectError {
    /// The server's words.
    pub message: String,
    /// What the server added.
    pub data: Option<Value>,
}

impl Packet {
    /// A packet of `namespace`.
    pub fn new(namespace: &str, body: Body) -> Self {
        Self {
            namespace: namespace.to_owned(),
            body,
        }
    }
}

/// Names that mean something to every implementation and therefore never travel.
const RESERVED: [&str; 6] = [
    "connect",
    "connect_error",
    "disconnect",
    "disconnecting",
    "newListener",
    "removeListener",
];

/// Whether an event may not have this name.
pub fn is_reserved(name: &str) -> bool {
    RESERVED.contains(&name)
}
