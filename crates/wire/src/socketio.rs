//! Socket.IO packets (contract 0; socket.io-protocol v5).

use serde_json::{Map, Value};

/// `{"_placeholder":true,"num":…}`: stands for the `num`-th attachment.
pub fn placeholder(num: usize) -> Value {
    let mut map = Map::new();
    map.insert("_placeholder".to_owned(), Value::Bool(true));
    map.insert("num".to_owned(), Value::from(num));
    Value::Object(map)
}

/// The attachment that `value` stands for, if it is a placeholder.
pub fn placeholder_of(value: &Value) -> Option<usize> {
    let map = value.as_object()?;
    if map.get("_placeholder") != Some(&Value::Bool(true)) {
        return None;
    }
    map.get("num").and_then(Value::as_u64).and_then(|num| usize::try_from(num).ok())
}
