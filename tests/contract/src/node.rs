//! Servers as child processes: those of tests/node, and the embedded backend.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::Notify;

use crate::GENEROUS;

/// Which major of socket.io.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sio {
    /// The current 4.x.
    V4,
    /// 3.x.
    V3,
}

impl Sio {
    /// Both, for tests that run against each.
    pub const ALL: [Self; 2] = [Self::V4, Self::V3];

    const fn flag(self) -> &'static str {
        match self {
            Self::V4 => "4",
            Self::V3 => "3",
        }
    }
}

/// A server on a free port of loopback. It is killed, by its handle, when this is dropped.
#[derive(Debug)]
pub struct Node {
    program: PathBuf,
    args: Vec<String>,
    /// How the program is told its port.
    port_option: PortOption,
    port: u16,
    child: Option<Child>,
    lines: Lines,
}

#[derive(Debug, Clone, Copy)]
enum PortOption {
    /// `--port N`
    Port,
    /// `--addr 127.0.0.1:N`
    Addr,
}

/// What all runs of a server printed.
#[derive(Debug, Clone, Default)]
struct Lines {
    lines: Arc<Mutex<Vec<String>>>,
    news: Arc<Notify>,
}

impl Node {
    /// Starts `tests/node/servers/<script>` and waits until it listens.
    ///
    /// # Errors
    /// When node or its packages are missing (`npm ci` in tests/node), or it does not say that it listens.
    pub async fn start(script: &str, sio: Sio, options: &[&str]) -> io::Result<Self> {
        let script = folder().join("servers").join(script);
        let mut args = vec![script.to_string_lossy().into_owned()];
        args.extend(["--sio", sio.flag()].map(str::to_owned));
        args.extend(options.iter().map(|option| (*option).to_owned()));
        Self::begin(PathBuf::from("node"), args, PortOption::Port).await
    }

    /// Starts the embedded backend's binary with these options.
    ///
    /// # Errors
    /// When it does not say that it listens.
    pub async fn embedded(binary: &Path, options: &[&str]) -> io::Result<Self> {
        let args = options.iter().map(|option| (*option).to_owned()).collect();
        Self::begin(binary.to_owned(), args, PortOption::Addr).await
    }

    async fn begin(program: PathBuf, args: Vec<String>, port_option: PortOption) -> io::Result<Self> {
        let mut server = Self {
            program,
            args,
            port_option,
            port: 0,
            child: None,
            lines: Lines::default(),
        };
        server.run().await?;
        Ok(server)
    }

    /// Ends it as a power cut would (SIGKILL).
    ///
    /// # Errors
    /// When it was not running.
    pub async fn kill(&mut self) -> io::Result<()> {
        let mut child = self
            .child
            .take()
            .ok_or_else(|| io::Error::other("it is not running"))?;
        child.kill().await
    }

    /// Starts it again on the same port.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn restart(&mut self) -> io::Result<()> {
        if self.child.is_some() {
            self.kill().await?;
        }
        self.run().await
    }

    /// `http://127.0.0.1:port`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Its port.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// What it printed so far that begins with `prefix`, without that.
    #[must_use]
    pub fn printed(&self, prefix: &str) -> Vec<String> {
        let lines = self.lines.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines
            .iter()
            .filter_map(|line| line.strip_prefix(prefix))
            .map(str::to_owned)
            .collect()
    }

    /// Waits until what it printed with `prefix` satisfies `done`.
    ///
    /// # Errors
    /// When it does not within a generous time.
    pub async fn until_printed(
        &self,
        prefix: &str,
        done: impl Fn(&[String]) -> bool,
    ) -> io::Result<Vec<String>> {
        let wait = async {
            loop {
                let news = self.lines.news.notified();
                let printed = self.printed(prefix);
                if done(&printed) {
                    return printed;
                }
                news.await;
            }
        };
        let waited = tokio::time::timeout(GENEROUS, wait).await;
        waited.map_err(|_| io::Error::other(format!("printed only {:?}", self.printed(""))))
    }

    async fn run(&mut self) -> io::Result<()> {
        let port = match self.port_option {
            PortOption::Port => ["--port".to_owned(), self.port.to_string()],
            PortOption::Addr => ["--addr".to_owned(), format!("127.0.0.1:{}", self.port)],
        };
        let mut child = Command::new(&self.program)
            .args(&self.args)
            .args(port)
            .current_dir(folder())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .kill_on_drop(true)
            .spawn()?;
        let stdout = child
            .stdout
            .take()
            .ok_or_else(|| io::Error::other("it has no output"))?;
        let before = self.printed("listening ").len();
        let lines = self.lines.clone();
        tokio::spawn(async move {
            let mut reader = BufReader::new(stdout).lines();
            while let Ok(Some(line)) = reader.next_line().await {
                lines
                    .lines
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(line);
                lines.news.notify_waiters();
            }
        });
        let ports = self
            .until_printed("listening ", |ports| ports.len() > before)
            .await?;
        // A number, or an address.
        let port = ports
            .last()
            .and_then(|line| line.rsplit(':').next())
            .and_then(|port| port.trim_end_matches('/').parse().ok());
        self.port = port.ok_or_else(|| io::Error::other("it printed no port"))?;
        self.child = Some(child);
        Ok(())
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../node")
}
