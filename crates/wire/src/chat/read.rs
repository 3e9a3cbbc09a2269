//! An object taken apart field by field.

use serde_json::{Map, Value};

use crate::lenient::{DecodeError, expected};

/// The fields of an object, taken out one by one.
pub(super) struct Taken<'a> {
    pub(super) event: &'a str,
    map: Map<String, Value>,
}

impl<'a> Taken<'a> {
    pub(super) fn of(event: &'a str, value: Value) -> Result<Self, DecodeError> {
        match value {
            Value::Object(map) => Ok(Self { event, map }),
            other => Err(DecodeError::new(event, "", &expected("an object", &other))),
        }
    }

    /// The first of `names` that is there and not null.
    pub(super) fn any(&mut self, names: &[&str]) -> Option<Value> {
        names
            .iter()
            .find_map(|name| self.map.remove(*name).filter(|value| !value.is_null()))
    }

    pub(super) fn error(&self, names: &[&str], why: &str) -> DecodeError {
        DecodeError::new(self.event, names.first().copied().unwrap_or_default(), why)
    }

    /// A text; numbers are accepted (ids).
    pub(super) fn text(&mut self, names: &[&str]) -> Result<String, DecodeError> {
        self.maybe_text(names)?
            .ok_or_else(|| self.error(names, "is missing"))
    }

    pub(super) fn maybe_text(&mut self, names: &[&str]) -> Result<Option<String>, DecodeError> {
        match self.any(names) {
            None => Ok(None),
            Some(value) => match text_of(value) {
                Ok(text) => Ok(Some(text)),
                Err(other) => Err(self.error(names, &expected("a text", &other))),
            },
        }
    }

    /// A text where it is one; anything else is passed over.
    pub(super) fn lenient_text(&mut self, names: &[&str]) -> Option<String> {
        self.any(names).and_then(|value| text_of(value).ok())
    }

    /// A whole number where it is one; anything else is passed over.
    pub(super) fn lenient_number(&mut self, names: &[&str]) -> Option<u64> {
        match self.any(names)? {
            Value::Number(number) => number.as_u64().or_else(|| whole(number.as_f64()?)),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    pub(super) fn lenient_bool(&mut self, names: &[&str]) -> Option<bool> {
        self.any(names)?.as_bool()
    }

    /// A time in milliseconds since the epoch: a number, or ISO 8601.
    pub(super) fn time(&mut self, names: &[&str]) -> Option<u64> {
        match self.any(names)? {
            Value::Number(number) => number.as_u64().or_else(|| whole(number.as_f64()?)),
            Value::String(text) => millis(&text),
            _ => None,
        }
    }

    pub(super) fn list(&mut self, names: &[&str]) -> Vec<Value> {
        match self.any(names) {
            Some(Value::Array(list)) => list,
            _ => Vec::new(),
        }
    }
}

/// A text, or a number as one; `Err` gives the value back.
pub(super) fn text_of(value: Value) -> Result<String, Value> {
    match value {
        Value::String(text) => Ok(text),
        Value::Number(number) => Ok(number.to_string()),
        other => Err(other),
    }
}

fn whole(number: f64) -> Option<u64> {
    (number.is_finite() && (0.0..9_007_199_254_740_992.0).contains(&number)).then_some(number as u64)
}

/// Milliseconds since the epoch of an ISO 8601 date, or date and time with `Z` or an offset, or of a number in quotes.
pub fn millis(text: &str) -> Option<u64> {
    let text = text.trim();
    if let Ok(number) = text.parse::<u64>() {
        return Some(number);
    }
    let (date, rest) = text.split_once(['T', ' ']).unwrap_or((text, "0:0"));
    let mut date = date.split('-');
    let mut next = || date.next()?.parse::<i64>().ok();
    let (year, month, day) = (next()?, next()?, next()?);
    if !(1970..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let zone = rest.find(['Z', 'z', '+', '-']).unwrap_or(rest.len());
    let (clock, zone) = (rest.get(..zone)?, rest.get(zone..)?);
    let (whole, fraction) = clock.split_once(['.', ',']).unwrap_or((clock, ""));
    let mut clock = whole.split(':');
    let mut next = || clock.next().map_or(Some(0), |part| part.parse::<i64>().ok());
    let (hour, minute, second) = (next()?, next()?, next()?);
    if !(0..24).contains(&hour) || !(0..60).contains(&minute) || !(0..=60).contains(&second) {
        return None;
    }
    let mut thousandths = 0;
    for (index, digit) in fraction.bytes().take(3).enumerate() {
        let digit = i64::from(digit.checked_sub(b'0').filter(|digit| *digit < 10)?);
        thousandths += digit * [100, 10, 1].get(index).copied().unwrap_or_default();
    }
    let offset = match zone.bytes().next() {
        None | Some(b'Z' | b'z') => 0,
        Some(sign) => {
            let digits: String = zone.chars().filter(char::is_ascii_digit).collect();
            let hours: i64 = digits.get(..2)?.parse().ok()?;
            let minutes: i64 = digits.get(2..4).map_or(Some(0), |text| text.parse().ok())?;
            if hours > 23 || minutes > 59 {
                return None;
            }
            (hours * 60 + minutes) * if sign == b'-' { -1 } else { 1 }
        }
    };
    let seconds = days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset * 60;
    u64::try_from(seconds * 1000 + thousandths).ok()
}

/// Days since 1970-01-01 in the Gregorian calendar, counted in eras of 400 years that begin in March.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::millis;

    #[test]
    fn times_are_read_in_every_spelling() {
        for (text, expected) in [
            ("1970-01-01T00:00:00Z", Some(0)),
            ("2024-02-29T12:30:45.678Z", Some(1_709_209_845_678)),
            ("2024-02-29T12:30:45.6Z", Some(1_709_209_845_600)),
            ("2024-02-29T14:30:45+02:00", Some(1_709_209_845_000)),
            ("2024-02-29 07:30:45-0500", Some(1_709_209_845_000)),
            ("1709209845678", Some(1_709_209_845_678)),
            ("2026-11-21T00:00:00", Some(1_795_219_200_000)),
            ("2026-11-21", Some(1_795_219_200_000)),
            ("2024-02-29T12:30:45+99:00", None),
            ("yesterday", None),
            ("2024-13-01T00:00:00Z", None),
            ("1969-12-31T23:59:59Z", None),
            ("", None),
        ] {
            assert_eq!(millis(text), expected, "{text}");
        }
    }
}
