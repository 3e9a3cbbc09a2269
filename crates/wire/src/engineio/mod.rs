//! Engine.IO v4 packets (contract 0; engine.io-protocol, revision 4): how they look in WebSocket frames and in the
//! payloads of HTTP long-polling.

mod base64;
mod handshake;
mod payload;

pub use base64::{decode as decode_base64, encode as encode_base64};
pub use handshake::Open;
pub use payload::{Packets, decode_payload, encode_payload, polling_length};

use crate::lenient::DecodeError;

/// The longest text packet that is read, in bytes, unless the caller sets another limit. Parsing hostile JSON takes up
/// to a hundred times as much memory.
pub const MAX_PACKET: usize = 4 * 1024 * 1024;

/// The longest binary packet that is read, in bytes. Nothing multiplies it.
pub const MAX_BINARY: usize = 64 * 1024 * 1024;

const EVENT: &str = "engine.io packet";

/// One Engine.IO packet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Packet {
    /// `0`: the server's handshake.
    Open(Open),
    /// `1`: this transport shall be closed.
    Close,
    /// `2`: the server's heartbeat, or the client's probe of a new transport.
    Ping(Purpose),
    /// `3`: the answer to a ping of the same purpose.
    Pong(Purpose),
    /// `4`: text for the layer above. In a polling payload it must not contain U+001E, which JSON never does.
    Message(String),
    /// Bytes for the layer above: a binary frame, or `b` and base64 in a polling payload.
    Binary(Vec<u8>),
    /// `5`: everything from now on goes over the transport that this comes by.
    Upgrade,
    /// `6`: nothing; it ends a poll.
    Noop,
}

/// What a ping is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To see whether the other side is there.
    Heartbeat,
    /// To see whether a WebSocket works (`2probe`, `3probe`).
    Probe,
}

/// A WebSocket frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame {
    /// A text frame.
    Text(String),
    /// A binary frame.
    Binary(Vec<u8>),
}

impl Packet {
    /// The packet as one WebSocket frame.
    pub fn into_frame(self) -> Frame {
        match self {
            Self::Binary(bytes) => Frame::Binary(bytes),
            other => Frame::Text(other.text()),
        }
    }

    /// Reads a text frame of at most `max` bytes.
    ///
    /// # Errors
    /// When it is too long, empty, of an unknown type, or a handshake or ping that cannot be read.
    pub fn from_text(text: &str, max: usize) -> Result<Self, DecodeError> {
        if text.len() > max {
            return Err(error("is too long"));
        }
        let mut chars = text.chars();
        let kind = chars.next();
        let rest = chars.as_str();
        match kind {
            Some('0') => Ok(Self::Open(Open::from_json(rest)?)),
            Some('1') => Ok(Self::Close),
            Some('2') => Ok(Self::Ping(purpose(rest)?)),
            Some('3') => Ok(Self::Pong(purpose(rest)?)),
            Some('4') => Ok(Self::Message(rest.to_owned())),
            Some('5') => Ok(Self::Upgrade),
            Some('6') => Ok(Self::Noop),
            Some(_) => Err(error("is of an unknown type")),
            None => Err(error("is empty")),
        }
    }

    /// The text form; `Binary` as `b` and base64, which only polling payloads use.
    fn text(&self) -> String {
        match self {
            Self::Open(open) => ["0", &open.to_json()].concat(),
            Self::Close => "1".to_owned(),
            Self::Ping(purpose) => ["2", purpose.text()].concat(),
            Self::Pong(purpose) => ["3", purpose.text()].concat(),
            Self::Message(text) => ["4", text].concat(),
            Self::Binary(bytes) => ["b", &encode_base64(bytes)].concat(),
            Self::Upgrade => "5".to_owned(),
            Self::Noop => "6".to_owned(),
        }
    }
}

impl Purpose {
    fn text(self) -> &'static str {
        match self {
            Self::Heartbeat => "",
            Self::Probe => "probe",
        }
    }
}

fn purpose(rest: &str) -> Result<Purpose, DecodeError> {
    match rest {
        "" => Ok(Purpose::Heartbeat),
        "probe" => Ok(Purpose::Probe),
        _ => Err(error("is a ping or pong with an unknown payload")),
    }
}

fn error(why: &str) -> DecodeError {
    DecodeError::new(EVENT, "", why)
}
