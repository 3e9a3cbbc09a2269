//! The configuration as the app gets it: `config.json` from beside the app.

use engine::config::{self, Backend, Config, ConfigError, Kind};

use crate::browser::page;
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
        ice_servers: Vec::new(),
    }
}

async fn fetch() -> Option<String> {
    let reply = gloo_net::http::Request::get("/config.json").send().await.ok()?;
    if !reply.ok() {
        return None;
    }
    reply.text().await.ok()
}

fn base() -> String {
    let mut base = page::origin();
    base.push('/');
    base
}
