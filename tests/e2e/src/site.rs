//! Pages that are not ours: the partners of the interop tests and the references of the bench.

use std::path::Path;
use std::process::Command;

use crate::failure::{Failure, Outcome};
use crate::place::Place;
use crate::process::Process;
use crate::server::node;

/// A folder served by a plain static host.
pub struct Site {
    _process: Process,
    url: String,
}

impl Site {
    /// The classic client: unmodified simple-peer and socket.io-client.
    ///
    /// # Errors
    /// When `npm ci` has not run in `tests/node`.
    pub async fn simple_peer(scratch: &Path) -> Outcome<Self> {
        Self::simple_peer_at("127.0.0.1", scratch).await
    }

    /// The classic client on `host`.
    ///
    /// # Errors
    /// When `npm ci` has not run in `tests/node`.
    pub async fn simple_peer_at(host: &str, scratch: &Path) -> Outcome<Self> {
        let pages = Place::node().join("pages/simple-peer");
        let modules = Place::node().join("node_modules");
        let dir = scratch.join("simple-peer");
        std::fs::create_dir_all(&dir)?;
        for from in [
            pages.join("index.html"),
            pages.join("page.js"),
            modules.join("simple-peer/simplepeer.min.js"),
            modules.join("socket.io/client-dist/socket.io.min.js"),
        ] {
            let name = from.file_name().unwrap_or_default();
            std::fs::copy(&from, dir.join(name))
                .map_err(|error| Failure(format!("{}: {error}", from.display())))?;
        }
        Self::serve_at(host, &dir).await
    }

    /// The raw JavaScript page.
    ///
    /// # Errors
    /// When node is missing.
    pub async fn raw() -> Outcome<Self> {
        Self::serve(&Place::node().join("pages/raw")).await
    }

    /// The raw JavaScript page on `host`.
    ///
    /// # Errors
    /// When node is missing.
    pub async fn raw_at(host: &str) -> Outcome<Self> {
        Self::serve_at(host, &Place::node().join("pages/raw")).await
    }

    /// The lean React page, built by Vite, with its precaching worker.
    ///
    /// # Errors
    /// When it cannot be built.
    pub async fn react(scratch: &Path) -> Outcome<Self> {
        Self::built("react", scratch).await
    }

    /// A chat list as lean as React and react-virtuoso allow.
    ///
    /// # Errors
    /// When it cannot be built.
    pub async fn react_chat(scratch: &Path) -> Outcome<Self> {
        Self::built("react-chat", scratch).await
    }

    async fn built(page: &str, scratch: &Path) -> Outcome<Self> {
        let dir = scratch.join(page);
        let built = Command::new("node")
            .current_dir(Place::node())
            .arg("pages/build.mjs")
            .arg(&dir)
            .arg(page)
            .output()?;
        if !built.status.success() {
            return Err(Failure(format!(
                "the page {page} does not build:\n{}",
                String::from_utf8_lossy(&built.stderr)
            )));
        }
        Self::serve(&dir).await
    }

    /// Any folder.
    ///
    /// # Errors
    /// When node is missing.
    pub async fn serve(dir: &Path) -> Outcome<Self> {
        Self::serve_at("127.0.0.1", dir).await
    }

    async fn serve_at(host: &str, dir: &Path) -> Outcome<Self> {
        let mut process = Process::start(node("servers/statics.mjs").arg(dir).args(["--addr", host]))?;
        let port = process.line_after("listening ").await?;
        Ok(Self {
            _process: process,
            url: format!("http://{host}:{port}"),
        })
    }

    /// Its base URL.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Its address.
    ///
    /// # Errors
    /// Never in practice.
    pub fn addr(&self) -> Outcome<std::net::SocketAddr> {
        Ok(self.url.trim_start_matches("http://").parse()?)
    }
}
