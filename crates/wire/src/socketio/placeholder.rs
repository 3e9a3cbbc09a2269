//! What stands in JSON for an attachment.

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
    let map = marked(value)?;
    map.get("num")
        .and_then(Value::as_u64)
        .and_then(|num| usize::try_from(num).ok())
}

/// Whether every placeholder in `value` stands for one of `count` attachments.
pub(super) fn all_within(value: &Value, count: usize) -> bool {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
        Value::Array(list) => list.iter().all(|value| all_within(value, count)),
        Value::Object(map) => match marked(value) {
            Some(_) => placeholder_of(value).is_some_and(|num| num < count),
            None => map.values().all(|value| all_within(value, count)),
        },
    }
}

fn marked(value: &Value) -> Option<&Map<String, Value>> {
    value
        .as_object()
        .filter(|map| map.get("_placeholder") == Some(&Value::Bool(true)))
}
