//! Printing packets.

use serde_json::{Map, Value};

use super::{Body, ConnectError, Packet};

/// A packet as it travels: the text of one Engine.IO message, then its attachments, each as a binary message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encoded {
    /// The header and JSON.
    pub text: String,
    /// The attachments, in order.
    pub binary: Vec<Vec<u8>>,
}

impl Packet {
    /// The packet as it travels.
    pub fn encode(self) -> Encoded {
        let (kind, id, data, binary) = match self.body {
            Body::Connect(data) => (0, None, data, Vec::new()),
            Body::Disconnect => (1, None, None, Vec::new()),
            Body::Event(event) => {
                let mut list = event.args;
                list.insert(0, Value::String(event.name));
                (
                    if event.binary.is_empty() { 2 } else { 5 },
                    event.ack,
                    Some(Value::Array(list)),
                    event.binary,
                )
            }
            Body::Ack(ack) => (
                if ack.binary.is_empty() { 3 } else { 6 },
                Some(ack.id),
                Some(Value::Array(ack.args)),
                ack.binary,
            ),
            Body::ConnectError(error) => (4, None, Some(error_value(error)), Vec::new()),
        };
        let mut text = String::new();
        push_number(&mut text, kind);
        if !binary.is_empty() {
            push_number(&mut text, binary.len() as u64);
            text.push('-');
        }
        if self.namespace != "/" {
            text.push_str(&self.namespace);
            text.push(',');
        }
        if let Some(id) = id {
            push_number(&mut text, id);
        }
        if let Some(data) = data {
            text.push_str(&data.to_string());
        }
        Encoded { text, binary }
    }
}

fn push_number(text: &mut String, number: u64) {
    text.push_str(&number.to_string());
}

fn error_value(error: ConnectError) -> Value {
    let mut map = Map::new();
    map.insert("message".to_owned(), Value::String(error.message));
    if let Some(data) = error.data {
        map.insert("data".to_owned(), data);
    }
    Value::Object(map)
}
