//! What is kept on this device between visits: the person's choices, never a token.

use engine::command::{KnownPeer, Preferences};
use serde_json::{Map, Value};

use super::Theme;
use crate::browser::storage;
use crate::texts::{Locale, locale_of};

const KEY: &str = "antenna.choices";
/// How many people are remembered; the oldest are forgotten.
const MOST_KNOWN: usize = 200;

/// A backend that the person added by its URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AddedBackend {
    /// Unique, made of the URL.
    pub(crate) id: String,
    /// Name for people: the host.
    pub(crate) name: String,
    /// Base URL.
    pub(crate) url: String,
}

/// The person's choices about this device.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Choices {
    /// Dark, light, or like the system.
    pub(crate) theme: Theme,
    /// The language, where one was chosen.
    pub(crate) locale: Option<Locale>,
    /// The backend, where one was chosen.
    pub(crate) backend: Option<String>,
    /// Backends that were added.
    pub(crate) added: Vec<AddedBackend>,
    /// The name under which a guest calls.
    pub(crate) guest_name: String,
    /// Camera and microphone were allowed in a preview before, so the next visit may open them at once.
    pub(crate) preview: bool,
    /// What the engine is told.
    pub(crate) preferences: Preferences,
}

impl Choices {
    /// What was kept; what is missing or unreadable takes its default.
    pub(crate) fn load() -> Self {
        let kept: Value = storage::read(KEY)
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or(Value::Null);
        Self {
            theme: Theme::of(text(&kept["theme"])),
            locale: locale_of(text(&kept["locale"])),
            backend: kept["backend"].as_str().map(str::to_owned),
            added: list(&kept["added"]).filter_map(added_of).collect(),
            guest_name: text(&kept["name"]).to_owned(),
            preview: kept["preview"].as_bool().unwrap_or(false),
            preferences: Preferences {
                relay_only: kept["relayOnly"].as_bool().unwrap_or(false),
                prepare_for_known: kept["prepareForKnown"].as_bool().unwrap_or(true),
                known: list(&kept["known"]).filter_map(known_of).collect(),
            },
        }
    }

    /// Keeps them.
    pub(crate) fn save(&self) {
        let words = |words: &str| Value::from(words);
        let added = self.added.iter().map(|backend| {
            object(vec![
                ("id", words(&backend.id)),
                ("name", words(&backend.name)),
                ("url", words(&backend.url)),
            ])
        });
        let known = self.preferences.known.iter().map(|peer| {
            let secret = peer.secret.iter().map(|byte| Value::from(*byte)).collect();
            object(vec![
                ("secret", Value::Array(secret)),
                ("name", words(&peer.name)),
            ])
        });
        let kept = object(vec![
            ("theme", words(self.theme.word())),
            (
                "locale",
                self.locale
                    .map_or(Value::Null, |locale| words(crate::texts::code(locale))),
            ),
            ("backend", self.backend.as_deref().map_or(Value::Null, words)),
            ("added", Value::Array(added.collect())),
            ("name", words(&self.guest_name)),
            ("preview", Value::Bool(self.preview)),
            ("relayOnly", Value::Bool(self.preferences.relay_only)),
            ("prepareForKnown", Value::Bool(self.preferences.prepare_for_known)),
            ("known", Value::Array(known.collect())),
        ]);
        storage::write(KEY, &kept.to_string());
    }

    /// Puts `peer` first among the people talked to.
    pub(crate) fn remember(&mut self, peer: &KnownPeer) {
        let known = &mut self.preferences.known;
        known.retain(|old| old.secret != peer.secret);
        known.insert(0, peer.clone());
        known.truncate(MOST_KNOWN);
    }
}

fn object(entries: Vec<(&'static str, Value)>) -> Value {
    let mut map = Map::new();
    for (name, value) in entries {
        map.insert(name.to_owned(), value);
    }
    Value::Object(map)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn list(value: &Value) -> std::slice::Iter<'_, Value> {
    value.as_array().map_or(&[] as &[Value], Vec::as_slice).iter()
}

fn added_of(value: &Value) -> Option<AddedBackend> {
    Some(AddedBackend {
        id: value["id"].as_str()?.to_owned(),
        name: value["name"].as_str()?.to_owned(),
        url: value["url"].as_str()?.to_owned(),
    })
}

fn known_of(value: &Value) -> Option<KnownPeer> {
    let mut secret = [0; 16];
    let bytes = value["secret"]
        .as_array()
        .filter(|bytes| bytes.len() == secret.len())?;
    for (place, byte) in secret.iter_mut().zip(bytes) {
        *place = u8::try_from(byte.as_u64()?).ok()?;
    }
    Some(KnownPeer {
        secret,
        name: text(&value["name"]).to_owned(),
    })
}
