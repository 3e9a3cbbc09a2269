//! Servers of contract 5 on the unmodified socket.io from the npm registry.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::failure::{Failure, Outcome};
use crate::server::{free_port, node};
use crate::service::Service;

/// How a server of contract 5 behaves where the contract leaves it open.
#[derive(Debug, Clone, Copy, Default)]
pub struct ChatFlavour {
    /// `new-message` comes back to its sender.
    pub echo: bool,
    /// `room-history` rather than `room-joined`.
    pub split: bool,
    /// Connection state recovery.
    pub recovery: bool,
    /// More options of tests/node/servers/chat.mjs.
    pub more: &'static [&'static str],
}

/// A server of contract 5, without limits.
pub struct ChatServer {
    service: Service,
    port: u16,
    args: Vec<String>,
    journal: Option<PathBuf>,
}

/// A message as the server has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Its id.
    pub id: String,
    /// Who wrote it, by name.
    pub sender: String,
    /// What it says.
    pub content: String,
}

impl ChatServer {
    /// Starts one that echoes, has history pages, and keeps nothing beyond its life.
    ///
    /// # Errors
    /// When node or its packages are missing.
    pub async fn start() -> Outcome<Self> {
        let flavour = ChatFlavour {
            echo: true,
            more: &["--rest"],
            ..ChatFlavour::default()
        };
        Self::of(flavour, None).await
    }

    /// Starts one whose accounts and messages outlive it, in this folder.
    ///
    /// # Errors
    /// When node or its packages are missing.
    pub async fn keeping(flavour: ChatFlavour, folder: &Path) -> Outcome<Self> {
        Self::of(flavour, Some(folder.join("journal"))).await
    }

    async fn of(flavour: ChatFlavour, journal: Option<PathBuf>) -> Outcome<Self> {
        let port = free_port()?;
        let mut args: Vec<String> = ["--port", &port.to_string()].map(str::to_owned).to_vec();
        for limit in [
            "--messages-per-minute",
            "--joins-per-minute",
            "--connections-per-hour",
        ] {
            args.extend([limit, "0"].map(str::to_owned));
        }
        let words = if flavour.split { "history" } else { "joined" };
        args.extend(["--flavour", words].map(str::to_owned));
        args.extend((!flavour.echo).then(|| "--no-echo".to_owned()));
        args.extend(flavour.recovery.then(|| "--recovery".to_owned()));
        args.extend(flavour.more.iter().map(|&word| word.to_owned()));
        if let Some(journal) = &journal {
            args.extend(["--keep".to_owned(), journal.to_string_lossy().into_owned()]);
        }
        let mut server = Self {
            service: Service::new("listening "),
            port,
            args,
            journal,
        };
        server.restart().await?;
        Ok(server)
    }

    /// Starts it again on the same port, with what it had kept.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn restart(&mut self) -> Outcome {
        self.service
            .restart(node("servers/chat.mjs").args(&self.args))
            .await
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
        format!("http://127.0.0.1:{}", self.port)
    }

    /// What it has on disk, oldest first: asked neither of it nor of a client, so that it can be asked while it is dead.
    ///
    /// # Errors
    /// When it keeps nothing.
    pub fn stored(&self) -> Outcome<Vec<Stored>> {
        let journal = self
            .journal
            .as_deref()
            .ok_or_else(|| Failure("this server keeps nothing".into()))?;
        let mut names = Vec::new();
        let mut messages: Vec<Stored> = Vec::new();
        // A process that was killed may have left half a line.
        let entries = std::fs::read_to_string(journal)?;
        let entries = entries
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok());
        for entry in entries {
            let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            if let Some(user) = entry.get("user") {
                names.push((text(&user["id"]), text(&user["name"])));
            } else if let Some(message) = entry.get("message") {
                let sender = text(&message["senderId"]);
                let name = names.iter().find(|(id, _)| *id == sender);
                messages.push(Stored {
                    id: text(&message["id"]),
                    sender: name.map_or(sender.clone(), |(_, name)| name.clone()),
                    content: text(&message["content"]),
                });
            } else if let Some(edit) = entry.get("edit") {
                let id = text(&edit["id"]);
                if let Some(message) = messages.iter_mut().find(|message| message.id == id) {
                    message.content = text(&edit["content"]);
                }
            } else if let Some(gone) = entry.get("remove") {
                let id = text(gone);
                messages.retain(|message| message.id != id);
            }
        }
        Ok(messages)
    }
}
