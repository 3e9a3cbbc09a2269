//! Several packets in one body of HTTP long-polling, joined by U+001E.

use super::{MAX_BINARY, Packet, decode_base64, error};
use crate::lenient::DecodeError;

const SEPARATOR: char = '\u{1e}';

/// The packets as the body of one request or answer.
pub fn encode_payload(packets: &[Packet]) -> String {
    let mut body = String::new();
    for (index, packet) in packets.iter().enumerate() {
        if index > 0 {
            body.push(SEPARATOR);
        }
        body.push_str(&packet.text());
    }
    body
}

/// How many bytes `packet` takes in a payload, with its separator.
pub fn polling_length(packet: &Packet) -> usize {
    match packet {
        Packet::Message(text) => text.len() + 2,
        Packet::Binary(bytes) => bytes.len().div_ceil(3) * 4 + 2,
        Packet::Open(_)
        | Packet::Close
        | Packet::Ping(_)
        | Packet::Pong(_)
        | Packet::Upgrade
        | Packet::Noop => packet.text().len() + 1,
    }
}

/// The packets of a body, one at a time, so that a hostile body costs no more than itself. Each text may
/// have `max` bytes.
///
/// An empty body has no packets. One that cannot be read does not keep the rest from being read.
pub fn decode_payload(body: &str, max: usize) -> Packets<'_> {
    Packets {
        rest: (!body.is_empty()).then_some(body),
        max,
    }
}

/// The packets of a polling payload; see [`decode_payload`].
#[derive(Debug, Clone)]
pub struct Packets<'a> {
    rest: Option<&'a str>,
    max: usize,
}

impl Iterator for Packets<'_> {
    type Item = Result<Packet, DecodeError>;

    fn next(&mut self) -> Option<Self::Item> {
        let (packet, rest) = match self.rest?.split_once(SEPARATOR) {
            Some((packet, rest)) => (packet, Some(rest)),
            None => (self.rest?, None),
        };
        self.rest = rest;
        Some(read(packet, self.max))
    }
}

fn read(text: &str, max: usize) -> Result<Packet, DecodeError> {
    match text.strip_prefix('b') {
        Some(coded) if coded.len() / 4 * 3 <= MAX_BINARY => decode_base64(coded)
            .map(Packet::Binary)
            .ok_or_else(|| error("is binary, but not base64")),
        Some(_) => Err(error("is too long")),
        None => Packet::from_text(text, max),
    }
}
