//! WebRTC signals as simple-peer prints them (contract 1), the values they carry, and what Antenna adds to them.
//!
//! A [`Message`] is one JSON object. To simple-peer it is `{type, sdp}`, `{type:"candidate", candidate}`,
//! `{renegotiate:true}` or `{transceiverRequest}`; it ignores the `antenna` member beside these, but destroys itself
//! over an object that has none of them, so an extension alone is for Antenna only.

use serde_json::{Map, Value, json};

use crate::lenient::{DecodeError, Fields, expected};

mod extension;
pub mod sdp;

pub use extension::{Bye, DeviceNote, Extension, MAX_PROOFS, Word};

/// The longest SDP that is read: three times what a browser with every codec and fifty candidates prints.
pub const MAX_SDP: usize = 64 * 1024;
/// The longest candidate line that is read.
pub const MAX_CANDIDATE: usize = 2 * 1024;
/// The longest id that is read, in bytes.
pub const MAX_ID: usize = 256;

/// An SDP with its type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// Offer or answer.
    pub kind: DescriptionKind,
    /// The SDP (RFC 8866).
    pub sdp: String,
}

/// The type of a description.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DescriptionKind {
    /// offer
    Offer,
    /// answer
    Answer,
}

/// An ICE candidate (RFC 8839, `RTCIceCandidateInit`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The candidate line, without `a=`; empty at the end of candidates.
    pub candidate: String,
    /// The media section's `mid`.
    pub sdp_mid: Option<String>,
    /// The media section's index.
    pub sdp_m_line_index: Option<u16>,
}

/// A STUN or TURN server (`RTCIceServer`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IceServer {
    /// `stun:`, `turn:` or `turns:` URLs.
    pub urls: Vec<String>,
    /// TURN user name.
    pub username: Option<String>,
    /// TURN password.
    pub credential: Option<String>,
}

/// One signal of simple-peer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signal {
    /// `{type:"offer"|"answer", sdp}`
    Description(Description),
    /// `{type:"candidate", candidate:{candidate, sdpMid, sdpMLineIndex}}`
    Candidate(Candidate),
    /// `{renegotiate:true}`: the side that did not start the call asks the other one for an offer.
    Renegotiate,
    /// `{transceiverRequest:{kind, init?}}`: likewise, with one more section of this kind.
    TransceiverRequest {
        /// `audio` or `video`.
        kind: String,
    },
}

/// A signal, what Antenna says beside it, or both.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Message {
    /// What simple-peer understands.
    pub signal: Option<Signal>,
    /// What only Antenna understands.
    pub antenna: Option<Extension>,
}

impl Message {
    /// Reads a signal that came in the event `event`; an object, or its JSON as a text (simple-peer takes both).
    ///
    /// # Errors
    /// When it is neither a signal nor an extension, or larger than the bounds above.
    pub fn decode(event: &str, value: &Value) -> Result<Self, DecodeError> {
        if let Value::String(text) = value {
            let parsed: Value = if text.len() > 2 * MAX_SDP {
                Value::Null
            } else {
                parse(text)
            };
            return match parsed {
                Value::Object(_) => Self::decode_object(event, &parsed),
                _ => Err(DecodeError::new(
                    event,
                    "signal",
                    "is a text that is no JSON object",
                )),
            };
        }
        Self::decode_object(event, value)
    }

    fn decode_object(event: &str, value: &Value) -> Result<Self, DecodeError> {
        let fields = Fields::of(event, value)?;
        let antenna = fields
            .any(&["antenna"])
            .map(|value| Extension::decode(event, value))
            .transpose()?;
        let signal = decode_signal(event, &fields)?;
        if signal.is_none() && antenna.is_none() {
            return Err(fields.error("signal", "is none that simple-peer knows"));
        }
        Ok(Self { signal, antenna })
    }

    /// As JSON.
    pub fn encode(&self) -> Value {
        let mut map = Map::new();
        match &self.signal {
            None => {}
            Some(Signal::Description(description)) => {
                map.insert("type".into(), description.kind.as_str().into());
                map.insert("sdp".into(), description.sdp.as_str().into());
            }
            Some(Signal::Candidate(candidate)) => {
                map.insert("type".into(), "candidate".into());
                map.insert("candidate".into(), candidate.encode());
            }
            Some(Signal::Renegotiate) => {
                map.insert("type".into(), "renegotiate".into());
                map.insert("renegotiate".into(), true.into());
            }
            Some(Signal::TransceiverRequest { kind }) => {
                map.insert("type".into(), "transceiverRequest".into());
                map.insert("transceiverRequest".into(), json!({ "kind": kind }));
            }
        }
        if let Some(antenna) = &self.antenna {
            map.insert("antenna".into(), antenna.encode());
        }
        Value::Object(map)
    }
}

impl DescriptionKind {
    /// As in `RTCSdpType`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Offer => "offer",
            Self::Answer => "answer",
        }
    }
}

impl Candidate {
    fn encode(&self) -> Value {
        json!({ "candidate": self.candidate, "sdpMLineIndex": self.sdp_m_line_index, "sdpMid": self.sdp_mid })
    }
}

fn parse(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or(Value::Null)
}

fn decode_signal(event: &str, fields: &Fields<'_>) -> Result<Option<Signal>, DecodeError> {
    // In simple-peer's own order of precedence: what is there decides, the type only says offer or answer.
    if let Some(sdp) = fields.any(&["sdp"]) {
        return decode_description(fields, sdp).map(Some);
    }
    if let Some(value) = fields.any(&["candidate"]) {
        return decode_candidate(event, fields, value).map(Some);
    }
    if let Some(request) = fields.any(&["transceiverRequest"]) {
        let kind = Fields::of(event, request)?.text(&["kind"])?;
        return match kind.as_str() {
            "audio" | "video" => Ok(Some(Signal::TransceiverRequest { kind })),
            _ => Err(fields.error("transceiverRequest.kind", "is neither audio nor video")),
        };
    }
    match fields.any(&["renegotiate"]) {
        None | Some(Value::Bool(false)) => Ok(None),
        Some(_) => Ok(Some(Signal::Renegotiate)),
    }
}

fn decode_description(fields: &Fields<'_>, sdp: &Value) -> Result<Signal, DecodeError> {
    let Value::String(sdp) = sdp else {
        return Err(fields.error("sdp", &expected("a text", sdp)));
    };
    if sdp.len() > MAX_SDP {
        return Err(fields.error("sdp", "is too long"));
    }
    let kind = match fields.text(&["type"])?.as_str() {
        "offer" => DescriptionKind::Offer,
        "answer" | "pranswer" => DescriptionKind::Answer,
        _ => return Err(fields.error("type", "is neither offer nor answer")),
    };
    Ok(Signal::Description(Description {
        kind,
        sdp: sdp.clone(),
    }))
}

fn decode_candidate(event: &str, outer: &Fields<'_>, value: &Value) -> Result<Signal, DecodeError> {
    let (line, place) = match value {
        Value::String(line) => (line.clone(), *outer),
        _ => {
            let inner = Fields::of(event, value)
                .map_err(|_| outer.error("candidate", &expected("an object", value)))?;
            (inner.optional_text(&["candidate"])?.unwrap_or_default(), inner)
        }
    };
    let sdp_mid = place.optional_text(&["sdpMid"])?;
    let index = place.optional_number(&["sdpMLineIndex"])?;
    if line.len() > MAX_CANDIDATE || sdp_mid.as_ref().is_some_and(|mid| mid.len() > MAX_ID) {
        return Err(outer.error("candidate", "is too long"));
    }
    Ok(Signal::Candidate(Candidate {
        candidate: line,
        sdp_mid,
        sdp_m_line_index: index.and_then(|index| u16::try_from(index).ok()),
    }))
}

#[cfg(test)]
mod tests;
