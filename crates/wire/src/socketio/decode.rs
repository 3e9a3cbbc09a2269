//! Reading packets, with the attachments that follow them.

use serde_json::Value;

use super::placeholder::all_within;
use super::{Ack, Body, ConnectError, Event, Packet, is_reserved};
use crate::lenient::{DecodeError, expected};

const EVENT: &str = "socket.io packet";

/// The longest namespace that is read, in bytes.
const MAX_NAMESPACE: usize = 1024;

/// How much of a server's sending is kept at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a packet's text.
    pub text: usize,
    /// Attachments of one packet.
    pub attachments: usize,
    /// Bytes of all attachments of one packet.
    pub attachment_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            text: crate::engineio::MAX_PACKET,
            attachments: 64,
            attachment_bytes: crate::engineio::MAX_BINARY,
        }
    }
}

/// Puts packets together from the messages they come in. After an error it starts anew with the next message.
#[derive(Debug, Default)]
pub struct Decoder {
    limits: Limits,
    pending: Option<Pending>,
}

/// A packet whose attachments are still coming.
#[derive(Debug)]
struct Pending {
    packet: Packet,
    wanted: usize,
    binary: Vec<Vec<u8>>,
    bytes: usize,
}

impl Decoder {
    /// A decoder with limits of its own.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            pending: None,
        }
    }

    /// Takes a text message; gives the packet unless attachments are to follow.
    ///
    /// # Errors
    /// When it is no packet, or attachments of the packet before it are missing.
    pub fn text(&mut self, text: &str) -> Result<Option<Packet>, DecodeError> {
        if self.pending.take().is_some() {
            return Err(error("", "came before the attachments of the one before"));
        }
        if text.len() > self.limits.text {
            return Err(error("", "is too long"));
        }
        let header = Header::read(text)?;
        let wanted = header.attachments;
        if wanted > self.limits.attachments {
            return Err(error("attachments", "are too many"));
        }
        let packet = header.packet()?;
        if wanted == 0 {
            return Ok(Some(packet));
        }
        self.pending = Some(Pending {
            packet,
            wanted,
            binary: Vec::new(),
            bytes: 0,
        });
        Ok(None)
    }

    /// Takes a binary message; gives the packet when this was its last attachment.
    ///
    /// # Errors
    /// When no attachment was due, it is too long, or the packet refers to attachments that it does not have.
    pub fn binary(&mut self, bytes: Vec<u8>) -> Result<Option<Packet>, DecodeError> {
        let Some(mut pending) = self.pending.take() else {
            return Err(error("", "is an attachment of nothing"));
        };
        pending.bytes = pending.bytes.saturating_add(bytes.len());
        if pending.bytes > self.limits.attachment_bytes {
            return Err(error("attachments", "are too long"));
        }
        pending.binary.push(bytes);
        if pending.binary.len() < pending.wanted {
            self.pending = Some(pending);
            return Ok(None);
        }
        pending.finish().map(Some)
    }
}

impl Pending {
    fn finish(self) -> Result<Packet, DecodeError> {
        let Self {
            mut packet,
            wanted,
            binary,
            ..
        } = self;
        let (args, slot) = match &mut packet.body {
            Body::Event(event) => (&event.args, &mut event.binary),
            Body::Ack(ack) => (&ack.args, &mut ack.binary),
            // `Header::read` gives attachments to events and acks only.
            Body::Connect(_) | Body::Disconnect | Body::ConnectError(_) => return Ok(packet),
        };
        if !args.iter().all(|value| all_within(value, wanted)) {
            return Err(error("attachments", "lack one that the packet refers to"));
        }
        *slot = binary;
        Ok(packet)
    }
}

/// What stands before the JSON: `<type>[<attachments>-][/namespace,][ack id]`.
struct Header<'a> {
    kind: u8,
    attachments: usize,
    namespace: &'a str,
    id: Option<u64>,
    json: &'a str,
}

impl<'a> Header<'a> {
    fn read(text: &'a str) -> Result<Self, DecodeError> {
        let kind = match text.as_bytes().first() {
            Some(kind @ b'0'..=b'6') => kind - b'0',
            Some(_) => return Err(error("type", "is unknown")),
            None => return Err(error("", "is empty")),
        };
        let rest = text.get(1..).unwrap_or_default();
        let (attachments, rest) = if kind >= 5 { attachments(rest)? } else { (0, rest) };
        let (namespace, rest) = namespace(rest)?;
        let (digits, json) = digits(rest);
        let id = match digits {
            "" => None,
            digits => Some(digits.parse().map_err(|_| error("id", "is too large"))?),
        };
        Ok(Self {
            kind,
            attachments,
            namespace,
            id,
            json,
        })
    }

    fn packet(self) -> Result<Packet, DecodeError> {
        let data = match self.json {
            "" => None,
            json => Some(
                serde_json::from_str(json).map_err(|_| error("data", "is no JSON, or nested too deeply"))?,
            ),
        };
        let body = match self.kind {
            0 => Body::Connect(connect_data(data)?),
            1 if data.is_none() => Body::Disconnect,
            1 => return Err(error("data", "does not belong to a DISCONNECT")),
            2 | 5 => Body::Event(event(self.id, data)?),
            3 | 6 => Body::Ack(ack(self.id, data)?),
            _ => Body::ConnectError(connect_error(data)?),
        };
        Ok(Packet::new(self.namespace, body))
    }
}

fn attachments(rest: &str) -> Result<(usize, &str), DecodeError> {
    let (count, after) = digits(rest);
    let after = after
        .strip_prefix('-')
        .ok_or_else(|| error("attachments", "have no count"))?;
    match count.parse() {
        Ok(0) | Err(_) => Err(error("attachments", "have no count")),
        Ok(count) => Ok((count, after)),
    }
}

fn namespace(rest: &str) -> Result<(&str, &str), DecodeError> {
    if !rest.starts_with('/') {
        return Ok(("/", rest));
    }
    // A packet without data may end with its namespace and without the comma.
    let (name, after) = rest.split_once(',').unwrap_or((rest, ""));
    if name.len() > MAX_NAMESPACE {
        return Err(error("namespace", "is too long"));
    }
    Ok((name, after))
}

/// The digits that `text` begins with, and what follows them.
fn digits(text: &str) -> (&str, &str) {
    let end = text
        .bytes()
        .position(|byte| !byte.is_ascii_digit())
        .unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or(("", text))
}

fn connect_data(data: Option<Value>) -> Result<Option<Value>, DecodeError> {
    match data {
        None => Ok(None),
        Some(data @ Value::Object(_)) => Ok(Some(data)),
        Some(other) => Err(error("data", &expected("an object", &other))),
    }
}

fn event(ack: Option<u64>, data: Option<Value>) -> Result<Event, DecodeError> {
    let mut args = list(data)?;
    if args.is_empty() {
        return Err(error("data", "has no event name"));
    }
    let name = match args.remove(0) {
        Value::String(name) => name,
        Value::Number(number) => number.to_string(),
        other => return Err(error("name", &expected("a text", &other))),
    };
    if is_reserved(&name) {
        return Err(error("name", "is reserved"));
    }
    Ok(Event {
        name,
        args,
        binary: Vec::new(),
        ack,
    })
}

fn ack(id: Option<u64>, data: Option<Value>) -> Result<Ack, DecodeError> {
    let id = id.ok_or_else(|| error("id", "is missing"))?;
    Ok(Ack {
        id,
        args: list(data)?,
        binary: Vec::new(),
    })
}

fn list(data: Option<Value>) -> Result<Vec<Value>, DecodeError> {
    match data {
        Some(Value::Array(list)) => Ok(list),
        Some(other) => Err(error("data", &expected("a list", &other))),
        None => Err(error("data", "is missing")),
    }
}

/// `{"message", "data"?}`; some servers send the message alone.
fn connect_error(data: Option<Value>) -> Result<ConnectError, DecodeError> {
    match data {
        Some(Value::String(message)) => Ok(ConnectError { message, data: None }),
        Some(Value::Object(mut map)) => {
            let message = match map.remove("message") {
                Some(Value::String(message)) => message,
                Some(Value::Number(number)) => number.to_string(),
                Some(other) => return Err(error("message", &expected("a text", &other))),
                None => String::new(),
            };
            Ok(ConnectError {
                message,
                data: map.remove("data"),
            })
        }
        Some(other) => Err(error("data", &expected("an object", &other))),
        None => Err(error("data", "is missing")),
    }
}

fn error(field: &str, why: &str) -> DecodeError {
    DecodeError::new(EVENT, field, why)
}
