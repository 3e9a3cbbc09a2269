//! Chat and presence (contract 5 without the dashboard, and `docs/chat-additions.md`), beside calls on one namespace.
//!
//! ```text
//!   events (Socket.IO) ─▶ parse ─┐                          ┌─▶ hub: devices, presence, who is told what
//!   rest (HTTP) ─────────────────┴─▶ store, in Db's groups ─┘      in the order of the commits
//! ```
//!
//! Nobody hears of a message, its sender included, before it is on the disk.

mod actions;
mod events;
mod files;
mod hub;
mod images;
mod line;
mod mentions;
mod parse;
mod presence;
mod refusal;
mod rest;
mod store;
mod text;

use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use ring::rand::{SecureRandom as _, SystemRandom};
use tokio::sync::oneshot;

pub use events::{admit, closed, open};
pub use rest::router;

use crate::db::{Db, DbError};
use files::Files;
use hub::{Hub, HubHandle, Known};
use refusal::Refusal;
use store::{attachments, people, rooms};

/// The steps that make the chat's tables (see `db`).
pub(crate) const SCHEMA: [&str; 2] = [store::schema::CHAT, store::schema::ATTACHED];
/// How long an uploaded file may wait for its message: a week offline and then some.
const UNSENT_STAYS: i64 = 14 * 24 * 3600 * 1000;

/// The chat of this server.
#[derive(Debug)]
pub struct Chat {
    db: Db,
    hub: HubHandle,
    files: Files,
    random: SystemRandom,
}

impl Chat {
    /// The chat in this database, with attached files in `files`.
    ///
    /// # Errors
    /// When the database cannot be read, or the folder cannot be made.
    pub async fn open(db: Db, files: PathBuf) -> Result<Self, String> {
        let files = Files::open(files).map_err(|error| error.to_string())?;
        let known = db.read(|db| {
            Ok(Known {
                members: rooms::all_members(db)?,
                privacy: people::all_privacy(db)?,
                statuses: people::all_statuses(db)?,
                last_seen: people::all_last_seen(db)?,
            })
        });
        let known = known.await.map_err(|error: DbError| error.to_string())?;
        let hub = hub::start(db.clone(), known);
        Ok(Self {
            db,
            hub,
            files,
            random: SystemRandom::new(),
        })
    }

    /// Forgets files that nobody sent. Called from time to time.
    pub async fn sweep(&self) {
        let before = now().saturating_sub(UNSENT_STAYS);
        let stale = self.db.written(move |db| attachments::take_stale(db, before));
        match stale.await {
            Ok(stale) => self.files.remove(stale),
            Err(error) => tracing::warn!(%error, "files that nobody sent were not forgotten"),
        }
    }

    /// Does `work` in the database, then `then` in the hub, in the order of the commits; what `then` gives.
    async fn change<T: Send + 'static, R: Send + 'static>(
        &self,
        work: impl FnOnce(&rusqlite::Connection) -> rusqlite::Result<Result<T, Refusal>> + Send + 'static,
        then: impl FnOnce(&mut Hub, T) -> R + Send + 'static,
    ) -> Result<R, Refusal> {
        let (answer, result) = oneshot::channel();
        let hub = self.hub.clone();
        self.db.write(work, move |result| {
            let result = result.map_err(Refusal::from).and_then(|result| result);
            hub.run(move |hub| {
                // Whoever asked may be gone; it is done all the same.
                let _ = answer.send(result.map(|value| then(hub, value)));
            });
        });
        result.await.map_err(|_| Refusal::Busy)?
    }

    /// A new id that nobody can guess (128 bits).
    fn new_id(&self) -> Result<String, Refusal> {
        let mut bytes = [0; 16];
        self.random.fill(&mut bytes).map_err(|_| Refusal::Busy)?;
        Ok(wire::jwt::base64url(&bytes))
    }
}

/// Milliseconds since the epoch.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
