//! Times and numbers in the words of a language, in this device's time zone (`Intl`).

use std::cell::Cell;

use js_sys::{Array, Function, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use super::js;

/// Formatters for one language; made once, since making one costs more than a hundred uses.
pub(crate) struct Formats {
    clock: JsValue,
    day: JsValue,
    short_day: JsValue,
    weekday: JsValue,
    full: JsValue,
    relative: JsValue,
    number: JsValue,
}

impl Formats {
    /// For a language code such as `ar`.
    pub(crate) fn new(code: &str) -> Self {
        let date = |options: &[(&str, &str)]| {
            let options: Vec<(&str, JsValue)> = options
                .iter()
                .map(|(name, value)| (*name, (*value).into()))
                .collect();
            let options: Vec<(&str, &JsValue)> = options.iter().map(|(name, value)| (*name, value)).collect();
            make("DateTimeFormat", code, &options)
        };
        Self {
            clock: date(&[("hour", "numeric"), ("minute", "2-digit")]),
            day: date(&[
                ("weekday", "long"),
                ("day", "numeric"),
                ("month", "long"),
                ("year", "numeric"),
            ]),
            short_day: date(&[("day", "numeric"), ("month", "short")]),
            weekday: date(&[("weekday", "short")]),
            full: date(&[("dateStyle", "full"), ("timeStyle", "medium")]),
            relative: make(
                "RelativeTimeFormat",
                code,
                &[("numeric", &"auto".into()), ("style", &"short".into())],
            ),
            number: make("NumberFormat", code, &[("maximumFractionDigits", &1.into())]),
        }
    }

    /// `14:05`
    pub(crate) fn clock(&self, time: u64) -> String {
        date(&self.clock, time)
    }

    /// `Tuesday, 3 November 2026`
    pub(crate) fn day(&self, time: u64) -> String {
        date(&self.day, time)
    }

    /// `3 Nov`
    pub(crate) fn short_day(&self, time: u64) -> String {
        date(&self.short_day, time)
    }

    /// `Tue`
    pub(crate) fn weekday(&self, time: u64) -> String {
        date(&self.weekday, time)
    }

    /// Everything, for a tip.
    pub(crate) fn full(&self, time: u64) -> String {
        date(&self.full, time)
    }

    /// `5 min. ago`, `in 2 days`, `yesterday`; `unit` as `Intl.RelativeTimeFormat` names it.
    pub(crate) fn relative(&self, amount: i64, unit: &str) -> String {
        let amount = JsValue::from_f64(amount as f64);
        text(js::call(&self.relative, "format", &[&amount, &unit.into()]))
    }

    /// A number with one decimal at most.
    pub(crate) fn number(&self, number: f64) -> String {
        text(js::call(&self.number, "format", &[&number.into()]))
    }
}

fn make(kind: &str, code: &str, options: &[(&str, &JsValue)]) -> JsValue {
    let options = js::object(options);
    let make = |arguments: &Array| {
        let kind: Function = js::get(&js::get(&js::window(), "Intl"), kind).dyn_into().ok()?;
        Reflect::construct(&kind, arguments).ok()
    };
    // Latin digits in every language, as in the rest of the app.
    let code = [code, "-u-nu-latn"].concat();
    let arguments = Array::new();
    arguments.push(&code.into());
    arguments.push(&options);
    make(&arguments).unwrap_or(JsValue::UNDEFINED)
}

fn date(format: &JsValue, time: u64) -> String {
    text(js::call(format, "format", &[&JsValue::from_f64(time as f64)]))
}

fn text(of: Result<JsValue, JsValue>) -> String {
    of.ok().and_then(|text| text.as_string()).unwrap_or_default()
}

/// Days since 1970-01-01 in this device's time zone.
pub(crate) fn local_day(time: u64) -> i32 {
    let local = time as f64 - offset(time) * 60_000.0;
    (local / 86_400_000.0).floor() as i32
}

/// Minutes that this device's time zone is behind UTC then. Messages come in the order of their times, so that the
/// browser is not asked for most of them: zones change their offset at quarters of an hour.
fn offset(time: u64) -> f64 {
    let quarter = time / 900_000;
    let (known, offset) = OFFSET.get();
    if known == quarter {
        return offset;
    }
    let date = new_date(&[time as f64]);
    let offset = js::call(&date, "getTimezoneOffset", &[])
        .ok()
        .and_then(|offset| offset.as_f64())
        .unwrap_or(0.0);
    OFFSET.set((quarter, offset));
    offset
}

thread_local! {
    /// The last quarter of an hour since 1970 that was asked for, and its offset.
    static OFFSET: Cell<(u64, f64)> = const { Cell::new((u64::MAX, 0.0)) };
}

fn new_date(parts: &[f64]) -> JsValue {
    let arguments = Array::new();
    for part in parts {
        arguments.push(&JsValue::from_f64(*part));
    }
    let date = js::get(&js::window(), "Date").dyn_into::<Function>();
    date.and_then(|date| Reflect::construct(&date, &arguments))
        .unwrap_or(JsValue::UNDEFINED)
}

/// The beginning of a day `2026-11-01` in this device's time zone.
pub(crate) fn midnight(day: &str) -> Option<u64> {
    let mut parts = day.split('-').map(|part| part.parse::<u32>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    if parts.next().is_some() || !(1970..10_000).contains(&year) || !(1..=12).contains(&month) || day > 31 {
        return None;
    }
    let date = new_date(&[f64::from(year), f64::from(month) - 1.0, f64::from(day)]);
    let time = js::call(&date, "getTime", &[]).ok()?.as_f64()?;
    (time >= 0.0).then_some(time as u64)
}
