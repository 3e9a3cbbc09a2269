//! Times, sizes and counts in the words of the app's language.

use std::cell::RefCell;

use engine::chat::api::Millis;

use crate::browser::clock;
use crate::browser::format::{Formats, local_day};
use crate::texts::{self, Locale, fill, text};

thread_local! {
    /// Formatters of the language in use.
    static FORMATS: RefCell<Option<(Locale, Formats)>> = const { RefCell::new(None) };
}

/// Uses the formatters of the present language; tracked.
fn formats<R>(read: impl FnOnce(&Formats) -> R) -> R {
    let locale = texts::locale();
    FORMATS.with_borrow_mut(|kept| {
        if kept.as_ref().is_none_or(|(of, _)| *of != locale) {
            *kept = None;
        }
        read(
            &kept
                .get_or_insert_with(|| (locale, Formats::new(texts::code(locale))))
                .1,
        )
    })
}

/// This device's clock.
pub(in crate::pages) fn now() -> Millis {
    clock::wall().max(0.0) as Millis
}

/// When a message was written, beside it: relative while it is fresh, then the time of day.
pub(in crate::pages) fn of_message(time: Millis) -> String {
    let ago = now().saturating_sub(time);
    match ago / 60_000 {
        0 => fill(text!(chat_just_now), &[]),
        minutes @ 1..=59 => formats(|formats| formats.relative(-(minutes as i64), "minute")),
        _ => clock_of(time),
    }
}

/// The time of day.
pub(in crate::pages) fn clock_of(time: Millis) -> String {
    formats(|formats| formats.clock(time))
}

/// When, in full, for a tip.
pub(in crate::pages) fn full(time: Millis) -> String {
    formats(|formats| formats.full(time))
}

/// When, as short as can be: today the time of day, this week the weekday, else the date.
pub(in crate::pages) fn short(time: Millis) -> String {
    match local_day(now()) - local_day(time) {
        ..=0 => clock_of(time),
        1..=6 => formats(|formats| formats.weekday(time)),
        _ => formats(|formats| formats.short_day(time)),
    }
}

/// The name of a day: today, yesterday, or its date.
pub(in crate::pages) fn of_day(day: i32, time: Millis) -> String {
    match local_day(now()) - day {
        ago @ 0..=1 => formats(|formats| formats.relative(-i64::from(ago), "day")),
        _ => formats(|formats| formats.day(time)),
    }
}

/// Bytes as KB or MB.
pub(in crate::pages) fn size(bytes: u64) -> String {
    let kilobytes = bytes as f64 / 1000.0;
    let (number, words) = if kilobytes < 1000.0 {
        (kilobytes.ceil(), text!(chat_kilobytes))
    } else {
        (kilobytes / 1000.0, text!(chat_megabytes))
    };
    fill(words, &[("n", &count(number))])
}

/// A number.
pub(in crate::pages) fn count(number: f64) -> String {
    formats(|formats| formats.number(number))
}

/// A name amid words of ours: whatever its direction is, it does not turn theirs.
pub(super) fn isolated(name: &str) -> String {
    ["\u{2068}", name, "\u{2069}"].concat()
}

/// Names in a list of bearable length.
pub(in crate::pages) fn names(names: &[std::rc::Rc<str>]) -> String {
    const MOST: usize = 8;
    let shown: Vec<String> = names.iter().take(MOST).map(|name| isolated(name)).collect();
    let list = shown.join(&fill(text!(chat_list_comma), &[]));
    match names.len().checked_sub(MOST) {
        Some(more @ 1..) => fill(
            text!(chat_and_more),
            &[("names", &list), ("n", &count(more as f64))],
        ),
        _ => list,
    }
}
