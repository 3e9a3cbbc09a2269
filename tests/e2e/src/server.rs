//! Servers: the embedded backend, and the unmodified ones from the npm registry.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Failure, Outcome};
use crate::place::Place;
use crate::service::Service;

/// The embedded backend, serving a built app.
pub struct Antenna {
    service: Service,
    host: String,
    port: u16,
    data: PathBuf,
    app: PathBuf,
    extra: Vec<String>,
}

impl Antenna {
    /// Starts it on a free port of loopback with a data folder of its own.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn start(app: &Path, data: &Path) -> Outcome<Self> {
        Self::start_at("127.0.0.1", app, data).await
    }

    /// Starts it on a free port of `host`.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn start_at(host: &str, app: &Path, data: &Path) -> Outcome<Self> {
        Self::start_with(host, app, data, &[]).await
    }

    /// Starts it with more options.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn start_with(host: &str, app: &Path, data: &Path, extra: &[&str]) -> Outcome<Self> {
        let mut server = Self {
            service: Service::new("listening http"),
            host: host.to_owned(),
            port: free_port()?,
            data: data.to_owned(),
            app: app.to_owned(),
            extra: extra.iter().map(|&word| word.to_owned()).collect(),
        };
        server.restart().await?;
        Ok(server)
    }

    /// Starts it again on the same port with the same data, after [`Antenna::kill`] or [`Antenna::stop`].
    ///
    /// # Errors
    /// When it does not start.
    pub async fn restart(&mut self) -> Outcome {
        let mut command = Command::new(Place::server()?);
        command
            .arg("--addr")
            .arg(format!("{}:{}", self.host, self.port))
            .arg("--data")
            .arg(&self.data)
            .arg("--app")
            .arg(&self.app)
            .args(&self.extra);
        self.service.restart(&mut command).await
    }

    /// Ends it as a power cut would.
    ///
    /// # Errors
    /// When it was not running.
    pub fn kill(&mut self) -> Outcome {
        self.service.kill()
    }

    /// Asks it to stop, and waits.
    ///
    /// # Errors
    /// When it does not stop.
    pub async fn stop(&mut self) -> Outcome {
        self.service.stop().await
    }

    /// Serve another build from the next start on.
    pub fn use_app(&mut self, app: &Path) {
        app.clone_into(&mut self.app);
    }

    /// Its base URL, without a slash at the end. `localhost` rather than an address would be secure too, but may be IPv6.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}:{}", self.host, self.port)
    }

    /// Its address.
    ///
    /// # Errors
    /// When `host` is no IP address.
    pub fn addr(&self) -> Outcome<std::net::SocketAddr> {
        Ok(std::net::SocketAddr::new(self.host.parse()?, self.port))
    }

    /// What it printed since its last start.
    #[must_use]
    pub fn log(&self) -> String {
        self.service.log()
    }
}

/// Which socket.io.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sio {
    /// The current 4.x.
    V4,
    /// 3.x.
    V3,
}

/// An unmodified socket.io server that speaks contract 1.
pub struct PeerCall {
    service: Service,
    sio: Sio,
    host: String,
    port: u16,
}

impl PeerCall {
    /// Starts it.
    ///
    /// # Errors
    /// When node or its packages are missing.
    pub async fn start(sio: Sio) -> Outcome<Self> {
        Self::start_at("127.0.0.1", sio).await
    }

    /// Starts it on a free port of `host`.
    ///
    /// # Errors
    /// When node or its packages are missing.
    pub async fn start_at(host: &str, sio: Sio) -> Outcome<Self> {
        let mut server = Self {
            service: Service::new("listening "),
            sio,
            host: host.to_owned(),
            port: free_port()?,
        };
        server.restart().await?;
        Ok(server)
    }

    /// Starts it again on the same port.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn restart(&mut self) -> Outcome {
        let version = match self.sio {
            Sio::V4 => "4",
            Sio::V3 => "3",
        };
        let mut command = node("servers/peer-call.mjs");
        command
            .args(["--sio", version, "--addr", &self.host])
            .args(["--port", &self.port.to_string()]);
        self.service.restart(&mut command).await
    }

    /// Ends it as a power cut would.
    ///
    /// # Errors
    /// When it was not running.
    pub fn kill(&mut self) -> Outcome {
        self.service.kill()
    }

    /// Its base URL.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}:{}", self.host, self.port)
    }
}

/// A script of `tests/node`.
pub(crate) fn node(script: &str) -> Command {
    let mut node = Command::new("node");
    node.current_dir(Place::node()).arg(script);
    node
}

/// A port that nobody listens on now. Below the range of outgoing connections, so that no browser takes it meanwhile.
pub(crate) fn free_port() -> Outcome<u16> {
    use std::sync::atomic::{AtomicU16, Ordering};
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let start = u16::try_from(std::process::id() % 8000).unwrap_or(0);
    for _ in 0..2000 {
        let port = 20_000 + (start + NEXT.fetch_add(1, Ordering::Relaxed)) % 12_000;
        if TcpListener::bind(("0.0.0.0", port)).is_ok() {
            return Ok(port);
        }
    }
    Err(Failure("no free port".into()))
}
