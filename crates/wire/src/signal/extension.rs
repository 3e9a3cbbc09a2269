//! What two Antennas say to each other beside the signals of simple-peer: the member `antenna` of a signal, and of
//! the JSON texts on the data channel. Every member is optional, unknown ones are ignored, so that versions mix.

use serde_json::{Map, Value};

use super::{MAX_ID, Message};
use crate::lenient::{DecodeError, Fields};

/// The most proofs an offer may carry.
pub const MAX_PROOFS: usize = 32;
/// The longest text of a chat, in characters.
const MAX_TEXT: usize = 10_000;

/// What one Antenna tells the other.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Extension {
    /// `call`: the call's id, made by the caller.
    pub call: Option<String>,
    /// `from`: the sender's id at this moment (`callAccepted` does not name its sender, and ids change).
    pub from: Option<String>,
    /// `name`: the sender's name.
    pub name: Option<String>,
    /// `caps` has `trickle`: candidates may come one by one, at any time.
    pub trickle: bool,
    /// `caps` has `early`: an answer that is no consent yet is understood.
    pub early_answers: bool,
    /// `early`: this answer is no consent yet; [`Word::Accept`] follows.
    pub early: bool,
    /// `proofs`: one for each secret the caller shares with somebody, so that who knows one recognises them.
    pub proofs: Vec<[u8; 16]>,
    /// `proved`: the proof that the callee recognised.
    pub proved: Option<[u8; 16]>,
    /// `n`: the number of this offer, counted by its sender.
    pub offer: Option<u32>,
    /// `re`: the number of the offer that this answers.
    pub answers: Option<u32>,
    /// `word`, with `why` beside [`Word::Bye`].
    pub word: Option<Word>,
    /// `devices`: microphone and camera, on the data channel only.
    pub devices: Option<DeviceNote>,
    /// `text`: a text of the chat, on the data channel only.
    pub text: Option<String>,
    /// `half`: the sender's half of the secret of this pair, on the data channel only: it must not pass a server.
    pub half: Option<[u8; 16]>,
    /// `signal`: a signal on the data channel, where it needs no server.
    pub signal: Option<Box<Message>>,
}

/// A step of the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// The offer arrived, and it rings.
    Ringing,
    /// The person accepted.
    Accept,
    /// It is over.
    Bye(Bye),
    /// The sender's id is another one now.
    Moved,
    /// The path is broken for the sender: the caller is asked to restart ICE.
    Restart,
}

/// Why it is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bye {
    /// Hung up, or cancelled before it was answered.
    HungUp,
    /// Declined.
    Declined,
    /// In another call.
    Busy,
    /// Nobody answered in time.
    NoAnswer,
    /// The path could not be mended.
    Lost,
}

/// What a side says of its devices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DeviceNote {
    /// The microphone is muted or missing.
    pub muted: bool,
    /// There is no picture.
    pub camera_off: bool,
    /// The picture is the screen.
    pub sharing: bool,
}

impl Extension {
    pub(super) fn decode(event: &str, value: &Value) -> Result<Self, DecodeError> {
        let fields = Fields::of(event, value).map_err(|error| DecodeError {
            field: "antenna".into(),
            ..error
        })?;
        Ok(Self {
            call: id(&fields, "call")?,
            from: id(&fields, "from")?,
            name: id(&fields, "name")?,
            trickle: has_capability(&fields, "trickle"),
            early_answers: has_capability(&fields, "early"),
            early: flag(&fields, "early"),
            proofs: proofs(&fields),
            proved: fields.any(&["proved"]).and_then(secret),
            offer: number(&fields, "n")?,
            answers: number(&fields, "re")?,
            word: word(&fields)?,
            devices: match fields.any(&["devices"]) {
                None => None,
                Some(value) => Some(DeviceNote::decode(event, value)?),
            },
            text: text(&fields)?,
            half: fields.any(&["half"]).and_then(secret),
            signal: match fields.any(&["signal"]) {
                // One level only: what is inside a signal on the data channel is a plain signal or an extension.
                Some(inner @ Value::Object(map)) if !nested(map) => {
                    Some(Box::new(Message::decode(event, inner)?))
                }
                _ => None,
            },
        })
    }

    pub(super) fn encode(&self) -> Value {
        let mut map = Map::new();
        let mut put = |name: &str, value: Value| drop(map.insert(name.to_owned(), value));
        put("v", 1.into());
        for (name, value) in [
            ("call", &self.call),
            ("from", &self.from),
            ("name", &self.name),
            ("text", &self.text),
        ] {
            if let Some(value) = value {
                put(name, value.as_str().into());
            }
        }
        if self.trickle || self.early_answers {
            let caps = [("trickle", self.trickle), ("early", self.early_answers)];
            put(
                "caps",
                caps.iter()
                    .filter(|(_, has)| *has)
                    .map(|(name, _)| Value::from(*name))
                    .collect(),
            );
        }
        if self.early {
            put("early", true.into());
        }
        if !self.proofs.is_empty() {
            put(
                "proofs",
                self.proofs.iter().map(|proof| Value::from(hex(proof))).collect(),
            );
        }
        for (name, value) in [("proved", &self.proved), ("half", &self.half)] {
            if let Some(value) = value {
                put(name, hex(value).into());
            }
        }
        for (name, value) in [("n", self.offer), ("re", self.answers)] {
            if let Some(value) = value {
                put(name, value.into());
            }
        }
        if let Some(word) = self.word {
            put("word", word.as_str().into());
            if let Word::Bye(bye) = word {
                put("why", bye.as_str().into());
            }
        }
        if let Some(devices) = self.devices {
            put("devices", devices.encode());
        }
        if let Some(signal) = &self.signal {
            put("signal", signal.encode());
        }
        Value::Object(map)
    }
}

impl Word {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Ringing => "ringing",
            Self::Accept => "accept",
            Self::Bye(_) => "bye",
            Self::Moved => "moved",
            Self::Restart => "restart",
        }
    }
}

impl Bye {
    const fn as_str(self) -> &'static str {
        match self {
            Self::HungUp => "hung-up",
            Self::Declined => "declined",
            Self::Busy => "busy",
            Self::NoAnswer => "no-answer",
            Self::Lost => "lost",
        }
    }
}

impl DeviceNote {
    fn decode(event: &str, value: &Value) -> Result<Self, DecodeError> {
        let fields = Fields::of(event, value)?;
        Ok(Self {
            muted: flag(&fields, "muted"),
            camera_off: flag(&fields, "cameraOff"),
            sharing: flag(&fields, "sharing"),
        })
    }

    fn encode(self) -> Value {
        let mut map = Map::new();
        map.insert("muted".into(), self.muted.into());
        map.insert("cameraOff".into(), self.camera_off.into());
        map.insert("sharing".into(), self.sharing.into());
        Value::Object(map)
    }
}

fn nested(map: &Map<String, Value>) -> bool {
    map.get("antenna").and_then(|inner| inner.get("signal")).is_some()
}

fn flag(fields: &Fields<'_>, name: &str) -> bool {
    matches!(fields.any(&[name]), Some(Value::Bool(true)))
}

fn id(fields: &Fields<'_>, name: &str) -> Result<Option<String>, DecodeError> {
    let text = fields.optional_text(&[name])?;
    if text.as_ref().is_some_and(|text| text.len() > MAX_ID) {
        return Err(fields.error(name, "is too long"));
    }
    Ok(text)
}

fn text(fields: &Fields<'_>) -> Result<Option<String>, DecodeError> {
    let text = fields.optional_text(&["text"])?;
    if text.as_ref().is_some_and(|text| text.chars().count() > MAX_TEXT) {
        return Err(fields.error("text", "is too long"));
    }
    Ok(text)
}

fn number(fields: &Fields<'_>, name: &str) -> Result<Option<u32>, DecodeError> {
    Ok(fields
        .optional_number(&[name])?
        .and_then(|number| u32::try_from(number).ok()))
}

fn has_capability(fields: &Fields<'_>, name: &str) -> bool {
    match fields.any(&["caps"]) {
        Some(Value::Array(caps)) => caps.iter().any(|cap| cap.as_str() == Some(name)),
        _ => false,
    }
}

fn proofs(fields: &Fields<'_>) -> Vec<[u8; 16]> {
    match fields.any(&["proofs"]) {
        Some(Value::Array(proofs)) => proofs.iter().take(MAX_PROOFS).filter_map(secret).collect(),
        _ => Vec::new(),
    }
}

fn word(fields: &Fields<'_>) -> Result<Option<Word>, DecodeError> {
    let why = match fields.optional_text(&["why"])?.as_deref() {
        Some("declined") => Bye::Declined,
        Some("busy") => Bye::Busy,
        Some("no-answer") => Bye::NoAnswer,
        Some("lost") => Bye::Lost,
        _ => Bye::HungUp,
    };
    Ok(match fields.optional_text(&["word"])?.as_deref() {
        Some("ringing") => Some(Word::Ringing),
        Some("accept") => Some(Word::Accept),
        Some("bye") => Some(Word::Bye(why)),
        Some("moved") => Some(Word::Moved),
        Some("restart") => Some(Word::Restart),
        // A later version's word says nothing to this one.
        _ => None,
    })
}

fn secret(value: &Value) -> Option<[u8; 16]> {
    let digits = value.as_str()?.as_bytes();
    if digits.len() != 32 {
        return None;
    }
    let mut bytes = [0; 16];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let (high, low) = (
            char::from(*pair.first()?).to_digit(16)?,
            char::from(*pair.get(1)?).to_digit(16)?,
        );
        *byte = u8::try_from(high * 16 + low).ok()?;
    }
    Some(bytes)
}

fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0');
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}
