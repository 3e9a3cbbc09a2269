//! The configuration as the app gets it: `config.json` from beside the app.

use engine::config::{self, Backend, Config, ConfigError, Kind};

use crate::browser::{js, page, promise};
use crate::stores::AddedBackend;

/// Why there is no configuration.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Trouble {
    /// It is there and cannot be understood.
    Broken(ConfigError),
    /// It is not to be had.
    Unreachable,
}

/// Loads `config.json`, and adds the backends that the person added.
///
/// # Errors
/// Why there is none.
pub(crate) async fn load(added: &[AddedBackend]) -> Result<Config, Trouble> {
    let text = fetch().await.ok_or(Trouble::Unreachable)?;
    let mut config = config::parse(&text, &base()).map_err(Trouble::Broken)?;
    for backend in added {
        if config.backends.iter().all(|known| known.id != backend.id) {
            config.backends.push(backend_of(backend));
        }
    }
    Ok(config)
}

/// An added backend as the engine knows it.
pub(crate) fn backend_of(added: &AddedBackend) -> Backend {
    Backend {
        id: added.id.clone(),
        name: added.name.clone(),
        kind: Kind::PeerCall,
        url: added.url.clone(),
        socket_path: "/socket.io/".into(),
        accounts: false,
        chat: None,
        ice_servers: Vec::new(),
    }
}

/// The first screen has no other request: gloo-net's HTTP comes later, with the accounts.
async fn fetch() -> Option<String> {
    let reply = promise::call(&js::window(), "fetch", &[&"/config.json".into()])
        .await
        .ok()?;
    if !js::get(&reply, "ok").is_truthy() {
        return None;
    }
    promise::call(&reply, "text", &[]).await.ok()?.as_string()
}

fn base() -> String {
    let mut base = page::origin();
    base.push('/');
    base
}

/// Why a backend that a person wants to add is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rejected {
    /// No address.
    NotAnAddress,
    /// `http:` on a page that came over `https:`.
    Insecure,
    /// No answer, or one that this page may not read.
    Unreachable,
    /// An answer with this HTTP status that is not Engine.IO's (contract 0).
    NotSocketIo(u16),
}

/// Tries a backend by its address: opens an Engine.IO session over polling, as the transport would (contract 0).
///
/// # Errors
/// Why it is not taken.
pub(crate) async fn attempt(typed: &str) -> Result<AddedBackend, Rejected> {
    let url = typed.trim().trim_end_matches('/');
    let (scheme, rest) = url.split_once("://").ok_or(Rejected::NotAnAddress)?;
    let host = rest.split('/').next().unwrap_or_default();
    if !matches!(scheme, "http" | "https") || host.is_empty() || url.contains(char::is_whitespace) {
        return Err(Rejected::NotAnAddress);
    }
    if scheme == "http" && page::is_https() && !is_this_machine(host) {
        return Err(Rejected::Insecure);
    }
    let probe = [url, "/socket.io/?EIO=4&transport=polling"].concat();
    let signal = page::abort_after(8000);
    let request = gloo_net::http::Request::get(&probe).abort_signal(signal.as_ref());
    let reply = request.send().await.map_err(|_| Rejected::Unreachable)?;
    let status = reply.status();
    let text = reply.text().await.map_err(|_| Rejected::Unreachable)?;
    if status != 200 || !is_open_packet(&text) {
        return Err(Rejected::NotSocketIo(status));
    }
    Ok(AddedBackend {
        id: url.to_owned(),
        name: host.to_owned(),
        url: url.to_owned(),
    })
}

/// Browsers treat these hosts as secure whatever the scheme.
fn is_this_machine(host: &str) -> bool {
    let name = host.split(':').next().unwrap_or(host);
    matches!(name, "localhost" | "127.0.0.1") || host.starts_with("[::1]")
}

fn is_open_packet(text: &str) -> bool {
    let Some(json) = text.strip_prefix('0') else {
        return false;
    };
    let Ok(opened) = serde_json::from_str::<serde_json::Value>(json.split('\u{1e}').next().unwrap_or(json))
    else {
        return false;
    };
    opened["sid"].is_string()
}
