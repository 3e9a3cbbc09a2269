//! Servers of contract 5: the unmodified socket.io in its flavours, and the embedded backend.

use std::io;
use std::path::PathBuf;
use std::process::Stdio;
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering};

use engine::chat::api::Pass;
use serde_json::{Value, json};

use crate::{Node, Sio};

/// Which server of contract 5.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flavour {
    /// The unmodified socket.io with tests/node/servers/chat.mjs.
    Plain {
        /// `new-message` comes back to its sender.
        echo: bool,
        /// `room-history` rather than `room-joined`.
        split: bool,
        /// Connection state recovery.
        recovery: bool,
    },
    /// The embedded backend, with all its additions.
    Embedded,
}

/// A chat server with data that outlives it.
#[derive(Debug)]
pub struct ChatServer {
    server: Node,
    flavour: Flavour,
    data: PathBuf,
    http: reqwest::Client,
}

impl Drop for ChatServer {
    fn drop(&mut self) {
        // What cannot be removed is in the system's folder for such things.
        let _ = std::fs::remove_dir_all(&self.data);
    }
}

impl ChatServer {
    /// Starts one without rate limits.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn start(flavour: Flavour) -> io::Result<Self> {
        let off = match flavour {
            Flavour::Plain { .. } => &[
                "--messages-per-minute",
                "0",
                "--joins-per-minute",
                "0",
                "--connections-per-hour",
                "0",
            ][..],
            Flavour::Embedded => &["--limit", "all=off", "--limit", "messages=100000/60"][..],
        };
        Self::start_with(flavour, off).await
    }

    /// Starts one with more options.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn start_with(flavour: Flavour, options: &[&str]) -> io::Result<Self> {
        static COUNTER: AtomicU32 = AtomicU32::new(0);
        let number = COUNTER.fetch_add(1, Ordering::Relaxed);
        let data = std::env::temp_dir().join(format!("antenna-contract-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&data)?;
        let server = match flavour {
            Flavour::Plain {
                echo,
                split,
                recovery,
            } => {
                let journal = data.join("journal").to_string_lossy().into_owned();
                let mut all = vec![
                    "--keep",
                    &journal,
                    "--flavour",
                    if split { "history" } else { "joined" },
                ];
                all.extend((!echo).then_some("--no-echo"));
                all.extend(recovery.then_some("--recovery"));
                all.extend(options);
                Node::start("chat.mjs", Sio::V4, &all).await?
            }
            Flavour::Embedded => {
                let folder = data.to_string_lossy().into_owned();
                let mut all = vec!["--log", "warn", "--data", &folder];
                all.extend(options);
                Node::embedded(&binary().await?, &all).await?
            }
        };
        Ok(Self {
            server,
            flavour,
            data,
            http: reqwest::Client::new(),
        })
    }

    /// Its address.
    #[must_use]
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// Its port, for a relay.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.server.port()
    }

    /// Ends it as a power cut would.
    ///
    /// # Errors
    /// When it was not running.
    pub async fn kill(&mut self) -> io::Result<()> {
        self.server.kill().await
    }

    /// Starts it again on the same port, with what it had stored.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn restart(&mut self) -> io::Result<()> {
        self.server.restart().await
    }

    /// Signs somebody up.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn sign_up(&self, name: &str) -> io::Result<Pass> {
        let body = json!({ "email": format!("{name}@example.org"), "name": name, "password": "correct horse battery" });
        let answer = self.post("/api/auth/register", None, &body).await?;
        let session = wire::library::session("register", &answer.to_string()).map_err(io::Error::other)?;
        let (Some(user), Some(token)) = (session.user, session.access_token) else {
            return Err(io::Error::other(format!("no session in {answer}")));
        };
        Ok(Pass {
            user: Rc::from(user.id),
            name: Rc::from(name),
            avatar: None,
            role: None,
            token: Rc::from(token),
        })
    }

    /// Makes a room as this person; gives its id.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn make_room(&self, owner: &Pass, name: &str) -> io::Result<Rc<str>> {
        let (path, body) = match self.flavour {
            Flavour::Plain { .. } => ("/__test/room", json!({ "id": name, "name": name })),
            Flavour::Embedded => ("/api/v1/rooms", json!({ "name": name })),
        };
        let answer = self.post(path, Some(owner), &body).await?;
        let room = wire::chat::room("room", answer).map_err(io::Error::other)?;
        Ok(Rc::from(room.id))
    }

    /// Everything a room holds, as the server tells it to one of its members: sender and text, oldest first.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn contents(&self, member: &Pass, room: &str) -> io::Result<Vec<(String, String)>> {
        let mut messages = Vec::new();
        match self.flavour {
            Flavour::Plain { .. } => {
                let mut state = self.ask(self.http.get(self.at("/__test/state"))).await?;
                let list = state
                    .get_mut("rooms")
                    .and_then(|rooms| rooms.get_mut(room))
                    .map(Value::take);
                messages = list.and_then(|list| list.as_array().cloned()).unwrap_or_default();
            }
            Flavour::Embedded => {
                let mut cursor = String::new();
                loop {
                    let path = format!("/api/v1/rooms/{room}/messages?limit=100&direction=before{cursor}");
                    let request = self
                        .http
                        .get(self.at(&path))
                        .header("authorization", format!("Bearer {}", member.token));
                    let answer = self.ask(request).await?;
                    let page = wire::chat::page("messages", &answer.to_string()).map_err(io::Error::other)?;
                    messages.splice(0..0, page.data);
                    let Some(start) = page.start.filter(|_| page.has_previous == Some(true)) else {
                        break;
                    };
                    cursor = format!("&cursor={start}");
                }
            }
        }
        let read = messages.into_iter().map(|message| {
            let message = wire::chat::message("contents", message)
                .map_err(|unreadable| io::Error::other(unreadable.why))?;
            Ok((message.sender_id, message.content))
        });
        read.collect()
    }

    /// Asks a hook of chat.mjs.
    ///
    /// # Errors
    /// When there is none of this name.
    pub async fn hook(&self, name: &str, body: &Value) -> io::Result<Value> {
        self.post(&format!("/__test/{name}"), None, body).await
    }

    async fn post(&self, path: &str, by: Option<&Pass>, body: &Value) -> io::Result<Value> {
        let mut request = self
            .http
            .post(self.at(path))
            .header("content-type", "application/json")
            .body(body.to_string());
        if let Some(pass) = by {
            request = request.header("authorization", format!("Bearer {}", pass.token));
        }
        self.ask(request).await
    }

    async fn ask(&self, request: reqwest::RequestBuilder) -> io::Result<Value> {
        let answer = request.send().await.map_err(io::Error::other)?;
        let status = answer.status();
        let body = answer.text().await.map_err(io::Error::other)?;
        if !status.is_success() {
            return Err(io::Error::other(format!("{status}: {body}")));
        }
        serde_json::from_str(&body).map_err(io::Error::other)
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url())
    }
}

/// The embedded backend's binary (`ANTENNA_SERVER`), built if it is not up to date.
async fn binary() -> io::Result<PathBuf> {
    static BUILT: tokio::sync::OnceCell<PathBuf> = tokio::sync::OnceCell::const_new();
    let build = || async {
        if let Some(given) = std::env::var_os("ANTENNA_SERVER") {
            return Ok(PathBuf::from(given));
        }
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let status = tokio::process::Command::new(cargo)
            .args(["build", "--quiet", "--package", "server"])
            .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
            .stdin(Stdio::null())
            .status()
            .await?;
        if !status.success() {
            return Err(io::Error::other("the embedded backend does not build"));
        }
        // This test is target/debug/deps/chat-….
        let test = std::env::current_exe()?;
        let folder = test.parent().and_then(std::path::Path::parent);
        let folder = folder.ok_or_else(|| io::Error::other("the test is in no target folder"))?;
        Ok(folder.join("antenna-server"))
    };
    BUILT.get_or_try_init(build).await.cloned()
}
