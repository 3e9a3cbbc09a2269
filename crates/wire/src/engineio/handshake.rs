//! The server's first packet.

use std::time::Duration;

use serde_json::{Map, Value};

use crate::lenient::{DecodeError, Fields};

const EVENT: &str = "engine.io open";

/// The handshake: `{sid, upgrades, pingInterval, pingTimeout, maxPayload}`, times in milliseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    /// The Engine.IO session, which later requests name.
    pub sid: String,
    /// The transports one may change to.
    pub upgrades: Vec<String>,
    /// The server sends a ping this often.
    pub ping_interval: Duration,
    /// A ping or its answer may be late by this much.
    pub ping_timeout: Duration,
    /// The longest payload the server takes, in bytes. Servers of Socket.IO 3.x do not say, and take their default.
    pub max_payload: usize,
}

/// What servers that do not say use (engine.io's own defaults).
const PING_INTERVAL: u64 = 25_000;
const PING_TIMEOUT: u64 = 20_000;
const MAX_PAYLOAD: u64 = 1_000_000;

/// A session id longer than this is no session id: it would not fit into a URL.
const MAX_SID: usize = 512;

impl Open {
    /// Reads the JSON of an open packet.
    ///
    /// # Errors
    /// When it is no JSON object, has no usable `sid`, or a number that is none.
    pub fn from_json(json: &str) -> Result<Self, DecodeError> {
        let value: Value =
            serde_json::from_str(json).map_err(|_| DecodeError::new(EVENT, "", "is no JSON"))?;
        let fields = Fields::of(EVENT, &value)?;
        let sid = fields.text(&["sid"])?;
        if sid.is_empty() || sid.len() > MAX_SID {
            return Err(fields.error("sid", "is empty or too long"));
        }
        let number = |name: &str, default: u64| Ok(fields.optional_number(&[name])?.unwrap_or(default));
        Ok(Self {
            sid,
            upgrades: texts(fields.any(&["upgrades"])),
            ping_interval: Duration::from_millis(number("pingInterval", PING_INTERVAL)?),
            ping_timeout: Duration::from_millis(number("pingTimeout", PING_TIMEOUT)?),
            max_payload: usize::try_from(number("maxPayload", MAX_PAYLOAD)?).unwrap_or(usize::MAX),
        })
    }

    /// The JSON of an open packet.
    pub fn to_json(&self) -> String {
        let mut map = Map::new();
        map.insert("sid".to_owned(), Value::from(self.sid.as_str()));
        map.insert("upgrades".to_owned(), Value::from(self.upgrades.clone()));
        map.insert("pingInterval".to_owned(), millis(self.ping_interval));
        map.insert("pingTimeout".to_owned(), millis(self.ping_timeout));
        map.insert("maxPayload".to_owned(), Value::from(self.max_payload));
        Value::Object(map).to_string()
    }
}

fn texts(value: Option<&Value>) -> Vec<String> {
    let list = value
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    list.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn millis(duration: Duration) -> Value {
    Value::from(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
}
