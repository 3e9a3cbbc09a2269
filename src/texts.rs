//! The texts of the app in the language in use: keys checked by the compiler, one file a language in `locales/`.
//!
//! Only `td_string!` of leptos_i18n is used, with a signal of our own for the language: its context provider brings
//! 19 KB of wasm (cookies, `<html>` meta, locale negotiation) that one function below replaces. A text is a plain
//! function pointer, so that all texts of the app share one reactive closure type.

use std::sync::OnceLock;

use crate::stores::Slot;

#[allow(
    deprecated,
    missing_docs,
    unreachable_pub,
    reason = "generated; the build-script form that replaces the macro compiles the whole of ICU first"
)]
mod generated {
    leptos_i18n::load_locales!();
}

pub(crate) use generated::i18n::Locale;

/// A text: given a language, the words.
pub(crate) type Text = fn(Locale) -> &'static str;

/// The text with this key of `locales/*.json`, as a [`Text`].
macro_rules! text {
    ($key:ident) => {
        (|locale: $crate::texts::Locale| ::leptos_i18n::td_string!(locale, $key)) as $crate::texts::Text
    };
}
pub(crate) use text;

static LOCALE: OnceLock<Slot<Locale>> = OnceLock::new();

/// The signal of the language; made at the first use, which is in the root of the app.
pub(crate) fn locale_signal() -> Slot<Locale> {
    *LOCALE.get_or_init(|| Slot::new(Locale::en))
}

/// The language in use; tracked.
pub(crate) fn locale() -> Locale {
    locale_signal().get()
}

/// `text` as an attribute or child that follows the language.
pub(crate) fn tr(text: Text) -> impl Fn() -> &'static str + Copy + Send + Sync + 'static {
    move || text(locale())
}

/// `text` in the present language, with its `{holes}` filled; tracked.
pub(crate) fn fill(text: Text, holes: &[(&str, &str)]) -> String {
    fill_in(text(locale()), holes)
}

/// `text` in the present language, not tracked: for what is said once.
pub(crate) fn say(text: Text, holes: &[(&str, &str)]) -> String {
    fill_in(text(locale_signal().get_untracked()), holes)
}

fn fill_in(text: &str, holes: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let (hole, after) = after.split_once('}').unwrap_or((after, ""));
        if let Some((_, value)) = holes.iter().find(|(name, _)| *name == hole) {
            filled.push_str(value);
        }
        rest = after;
    }
    filled.push_str(rest);
    filled
}

/// The language for a code such as `ar` or `ar-EG`.
pub(crate) fn locale_of(code: &str) -> Option<Locale> {
    match code.split(['-', '_']).next() {
        Some("en") => Some(Locale::en),
        Some("ar") => Some(Locale::ar),
        _ => None,
    }
}

/// The code of a language, for `lang` and for keeping.
pub(crate) const fn code(locale: Locale) -> &'static str {
    match locale {
        Locale::en => "en",
        Locale::ar => "ar",
    }
}

/// The direction in which a language is written, for `dir`.
pub(crate) const fn direction(locale: Locale) -> &'static str {
    match locale {
        Locale::en => "ltr",
        Locale::ar => "rtl",
    }
}
