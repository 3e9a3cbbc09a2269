//! The configuration: which backends there are. `public/config.json` is served with the app and changed without a
//! rebuild.
//!
//! ```json
//! {
//!   "backends": [{
//!     "id": "here",
//!     "name": "This server",
//!     "kind": "peer-call",
//!     "url": "/",
//!     "accounts": true,
//!     "socketPath": "/socket.io/",
//!     "iceServers": [
//!       { "urls": ["stun:stun.example.org:3478"] },
//!       { "urls": "turn:turn.example.org:3478", "username": "antenna", "credential": "secret" }
//!     ]
//!   }]
//! }
//! ```
//!
//! `id`, `kind` and `url` are required. `name` is the id where it is missing, `accounts` false, `socketPath`
//! `/socket.io/`. A `url` that is relative is resolved against the address of the app.

use serde_json::{Map, Value};
use wire::signal::IceServer;

mod locate;
mod url;

/// The configuration.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Config {
    /// The backends on offer, never empty; the first is used until the person chooses.
    pub backends: Vec<Backend>,
}

/// One backend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backend {
    /// Unique within the configuration.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Which dialect it speaks.
    pub kind: Kind,
    /// Base URL, absolute, without a trailing slash. In the file it may be relative to the app (`"/"`).
    pub url: String,
    /// The Socket.IO path, `/socket.io/` unless the file says otherwise.
    pub socket_path: String,
    /// Whether it has accounts (contract 4, the sign-in part).
    pub accounts: bool,
    /// Base URL of its chat (contract 5), as `url`; the file says `true` where that is `url` itself.
    pub chat: Option<String>,
    /// STUN and TURN servers.
    pub ice_servers: Vec<IceServer>,
}

/// The dialects there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Contract 1.
    PeerCall,
    /// Contract 5 alone: no calls.
    Chat,
}

/// What is wrong with a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// Line in the file, from 1.
    pub line: usize,
    /// The field, as a path such as `backends[1].url`; empty for a syntax error.
    pub field: String,
    /// What is wrong.
    pub message: String,
}

/// Reads a configuration. `base` is the app's own URL, against which relative URLs are resolved.
///
/// # Errors
/// The first thing that is wrong, with its line and field.
pub fn parse(text: &str, base: &str) -> Result<Config, ConfigError> {
    // Editors on Windows write a byte order mark.
    let text = text.trim_start_matches('\u{feff}');
    let value: Value = serde_json::from_str(text).map_err(|error| ConfigError {
        line: error.line().max(1),
        field: String::new(),
        message: error.to_string(),
    })?;
    config(&value, base).map_err(|Wrong { path, message }| ConfigError {
        line: locate::line(text, &path),
        field: locate::name(&path),
        message,
    })
}

/// Reads one backend that a person typed: its URL alone, resolved as in the file.
///
/// # Errors
/// What is wrong with the URL.
pub fn backend_from_url(url: &str, base: &str) -> Result<Backend, String> {
    let typed = url.trim();
    let with_scheme = match typed.contains("://") || typed.starts_with('/') {
        true => typed.to_owned(),
        false => ["https://", typed].concat(),
    };
    let url = url::resolve(&with_scheme, base)?;
    let host = url.split("://").nth(1).unwrap_or(&url).to_owned();
    Ok(Backend {
        id: url.clone(),
        name: host,
        kind: Kind::PeerCall,
        url,
        socket_path: SOCKET_PATH.to_owned(),
        accounts: false,
        chat: None,
        ice_servers: Vec::new(),
    })
}

const SOCKET_PATH: &str = "/socket.io/";
const KINDS: [(&str, Kind); 2] = [("peer-call", Kind::PeerCall), ("chat", Kind::Chat)];
const BACKEND_KEYS: [&str; 8] = [
    "id",
    "name",
    "kind",
    "url",
    "accounts",
    "chat",
    "socketPath",
    "iceServers",
];

/// One step into the document.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Key(String),
    Index(usize),
}

#[derive(Debug)]
struct Wrong {
    path: Vec<Step>,
    message: String,
}

/// An object of the document and where it is.
struct Place<'a> {
    path: Vec<Step>,
    map: &'a Map<String, Value>,
}

fn config(value: &Value, base: &str) -> Result<Config, Wrong> {
    let root = Place::of(value, Vec::new())?;
    root.only(&["backends", "$schema"])?;
    let list = root.list("backends")?;
    if list.is_empty() {
        return root.wrong(
            "backends",
            "names no backend, and there must be at least one".into(),
        );
    }
    let mut backends: Vec<Backend> = Vec::new();
    for (index, value) in list.iter().enumerate() {
        let place = Place::of(value, root.step("backends", index))?;
        let backend = backend(&place, base)?;
        if backends.iter().any(|known| known.id == backend.id) {
            return place.wrong("id", ["is taken by another backend: ", &backend.id].concat());
        }
        backends.push(backend);
    }
    Ok(Config { backends })
}

fn backend(place: &Place<'_>, base: &str) -> Result<Backend, Wrong> {
    place.only(&BACKEND_KEYS)?;
    let id = place.text("id")?;
    let kind_name = place.text("kind")?;
    let Some((_, kind)) = KINDS.iter().find(|(name, _)| *name == kind_name) else {
        let names: Vec<&str> = KINDS.iter().map(|(name, _)| *name).collect();
        return place.wrong("kind", unknown("is no kind of backend", &kind_name, &names));
    };
    let url = url::resolve(&place.text("url")?, base).or_else(|why| place.wrong("url", why))?;
    let mut ice_servers = Vec::new();
    if place.map.contains_key("iceServers") {
        for (index, value) in place.list("iceServers")?.iter().enumerate() {
            ice_servers.push(ice_server(&Place::of(value, place.step("iceServers", index))?)?);
        }
    }
    let socket_path = place
        .optional_text("socketPath")?
        .unwrap_or_else(|| SOCKET_PATH.to_owned());
    if !socket_path.starts_with('/') {
        return place.wrong("socketPath", "must begin with a slash".into());
    }
    Ok(Backend {
        chat: chat(place, base, *kind, &url)?,
        name: place.optional_text("name")?.unwrap_or_else(|| id.clone()),
        id,
        kind: *kind,
        url,
        socket_path,
        accounts: place.optional_flag("accounts")?,
        ice_servers,
    })
}

/// Where the chat is: `true` stands for the backend's own address.
fn chat(place: &Place<'_>, base: &str, kind: Kind, own: &str) -> Result<Option<String>, Wrong> {
    match (place.map.get("chat"), kind) {
        (Some(Value::String(url)), _) => url::resolve(url, base)
            .map(Some)
            .or_else(|why| place.wrong("chat", why)),
        (Some(Value::Bool(true)), _) | (None | Some(Value::Null), Kind::Chat) => Ok(Some(own.to_owned())),
        (None | Some(Value::Null | Value::Bool(false)), Kind::PeerCall) => Ok(None),
        (Some(Value::Bool(false)), Kind::Chat) => place.wrong("chat", "is all that this kind has".into()),
        (Some(_), _) => place.wrong("chat", "must be true, false or an address".into()),
    }
}

fn ice_server(place: &Place<'_>) -> Result<IceServer, Wrong> {
    place.only(&["urls", "url", "username", "credential", "credentialType"])?;
    let field = if place.map.contains_key("urls") {
        "urls"
    } else {
        "url"
    };
    let urls: Vec<String> = match place.map.get(field) {
        Some(Value::String(url)) => vec![url.clone()],
        Some(Value::Array(list)) if !list.is_empty() => {
            let texts: Option<Vec<String>> = list.iter().map(|url| url.as_str().map(str::to_owned)).collect();
            match texts {
                Some(texts) => texts,
                None => return place.wrong("urls", "must be a list of texts".into()),
            }
        }
        _ => return place.wrong("urls", "must be a text or a list of texts".into()),
    };
    let server = IceServer {
        username: place.optional_text("username")?,
        credential: place.optional_text("credential")?,
        urls,
    };
    for url in &server.urls {
        let scheme = url.split(':').next().unwrap_or_default();
        let turn = matches!(scheme, "turn" | "turns");
        if !turn && !matches!(scheme, "stun" | "stuns") {
            return place.wrong(
                field,
                [
                    "must begin with stun:, stuns:, turn: or turns:, and does not: ",
                    url,
                ]
                .concat(),
            );
        }
        if turn && (server.username.is_none() || server.credential.is_none()) {
            // Browsers refuse to make a connection with such a server at all.
            let missing = if server.username.is_none() {
                "username"
            } else {
                "credential"
            };
            return place.wrong(
                missing,
                ["is missing, and a TURN server needs it: ", url].concat(),
            );
        }
    }
    Ok(server)
}

impl<'a> Place<'a> {
    fn of(value: &'a Value, path: Vec<Step>) -> Result<Self, Wrong> {
        match value {
            Value::Object(map) => Ok(Self { path, map }),
            _ => Err(Wrong {
                path,
                message: "must be an object".into(),
            }),
        }
    }

    fn step(&self, key: &str, index: usize) -> Vec<Step> {
        let mut path = self.path.clone();
        path.extend([Step::Key(key.to_owned()), Step::Index(index)]);
        path
    }

    fn wrong<T>(&self, key: &str, message: String) -> Result<T, Wrong> {
        let mut path = self.path.clone();
        path.push(Step::Key(key.to_owned()));
        Err(Wrong { path, message })
    }

    fn only(&self, keys: &[&str]) -> Result<(), Wrong> {
        match self.map.keys().find(|key| !keys.contains(&key.as_str())) {
            None => Ok(()),
            Some(key) => self.wrong(key, unknown("is no field here", key, keys)),
        }
    }

    fn list(&self, key: &str) -> Result<&'a Vec<Value>, Wrong> {
        match self.map.get(key) {
            Some(Value::Array(list)) => Ok(list),
            Some(_) => self.wrong(key, "must be a list".into()),
            None => self.wrong(key, "is missing".into()),
        }
    }

    fn text(&self, key: &str) -> Result<String, Wrong> {
        match self.optional_text(key)? {
            Some(text) => Ok(text),
            None => self.wrong(key, "is missing".into()),
        }
    }

    fn optional_text(&self, key: &str) -> Result<Option<String>, Wrong> {
        match self.map.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if !text.trim().is_empty() => Ok(Some(text.clone())),
            Some(Value::String(_)) => self.wrong(key, "is empty".into()),
            Some(_) => self.wrong(key, "must be a text".into()),
        }
    }

    fn optional_flag(&self, key: &str) -> Result<bool, Wrong> {
        match self.map.get(key) {
            None | Some(Value::Null) => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(_) => self.wrong(key, "must be true or false".into()),
        }
    }
}

fn unknown(what: &str, got: &str, known: &[&str]) -> String {
    let close = known.iter().map(|name| (distance(got, name), name)).min();
    match close {
        Some((distance, name)) if distance <= 2 || name.len() > 3 && distance <= name.len() / 2 => {
            [what, ": ", got, ". Did you mean ", name, "?"].concat()
        }
        _ => [what, ": ", got, ". There is: ", &known.join(", ")].concat(),
    }
}

/// How many letters must be changed, added or taken away, whatever their case (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.to_ascii_lowercase().chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    // A key of a thousand letters is like none.
    for (i, letter) in a.to_ascii_lowercase().chars().take(64).enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (cell, other) in row.iter_mut().skip(1).zip(&b) {
            let value = (diagonal + usize::from(letter != *other))
                .min(left + 1)
                .min(*cell + 1);
            diagonal = *cell;
            *cell = value;
            left = value;
        }
    }
    row.last().copied().unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests;
