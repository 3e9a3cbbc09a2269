//! Reading JSON that may have several shapes, and saying exactly what was wrong with it.

use std::fmt;

use serde_json::{Map, Value};

/// What could not be read: which event or answer, which field of it, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodeError {
    /// The event's or answer's name on the wire.
    pub event: String,
    /// The field, as a path; empty when the whole payload is meant.
    pub field: String,
    /// What was wrong.
    pub why: String,
}

impl DecodeError {
    /// An error about `field` of `event`.
    pub fn new(event: &str, field: &str, why: &str) -> Self {
        Self {
            event: event.to_owned(),
            field: field.to_owned(),
            why: why.to_owned(),
        }
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.event)?;
        if !self.field.is_empty() {
            f.write_str(".")?;
            f.write_str(&self.field)?;
        }
        f.write_str(": ")?;
        f.write_str(&self.why)
    }
}

impl std::error::Error for DecodeError {}

/// A JSON object of a named event, whose fields are read leniently.
#[derive(Debug, Clone, Copy)]
pub struct Fields<'a> {
    event: &'a str,
    map: &'a Map<String, Value>,
}

impl<'a> Fields<'a> {
    /// The fields of `value`.
    ///
    /// # Errors
    /// When `value` is no object.
    pub fn of(event: &'a str, value: &'a Value) -> Result<Self, DecodeError> {
        match value {
            Value::Object(map) => Ok(Self { event, map }),
            other => Err(DecodeError::new(event, "", expected("an object", other).as_str())),
        }
    }

    /// The raw value of the first of `names` that is there and not null.
    pub fn any(&self, names: &[&str]) -> Option<&'a Value> {
        names
            .iter()
            .filter_map(|name| self.map.get(*name))
            .find(|value| !value.is_null())
    }

    /// An error about `field` of this event.
    pub fn error(&self, field: &str, why: &str) -> DecodeError {
        DecodeError::new(self.event, field, why)
    }

    /// A text; numbers are accepted for ids.
    ///
    /// # Errors
    /// When it is missing or neither text nor number.
    pub fn text(&self, names: &[&str]) -> Result<String, DecodeError> {
        self.optional_text(names)?
            .ok_or_else(|| self.error(first(names), "is missing"))
    }

    /// A text that may be missing or null.
    ///
    /// # Errors
    /// When it is there and neither text nor number.
    pub fn optional_text(&self, names: &[&str]) -> Result<Option<String>, DecodeError> {
        match self.any(names) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(Value::Number(number)) => Ok(Some(number.to_string())),
            Some(other) => Err(self.error(first(names), &expected("a text", other))),
        }
    }

    /// A whole number that may be missing or null; texts of digits are accepted.
    ///
    /// # Errors
    /// When it is there and no whole number of 0 or more.
    pub fn optional_number(&self, names: &[&str]) -> Result<Option<u64>, DecodeError> {
        let Some(value) = self.any(names) else {
            return Ok(None);
        };
        let number = match value {
            Value::Number(number) => number.as_u64().or_else(|| whole(number.as_f64()?)),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        match number {
            Some(number) => Ok(Some(number)),
            None => Err(self.error(first(names), &expected("a whole number", value))),
        }
    }
}

/// `expected …, got …`, naming the JSON type.
pub fn expected(what: &str, got: &Value) -> String {
    let got = match got {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    };
    ["expected ", what, ", got ", got].concat()
}

fn first<'a>(names: &[&'a str]) -> &'a str {
    names.first().copied().unwrap_or_default()
}

fn whole(number: f64) -> Option<u64> {
    // Integral doubles below 2^53 are exact; JavaScript servers print them with or without a fraction.
    ((0.0..=9_007_199_254_740_991.0).contains(&number) && number.fract() == 0.0).then_some(number as u64)
}
