//! The SQLite file and the one thread that works on it, so that no async thread ever waits for a disk.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use crate::metrics::Metrics;

/// A handle on the database; cheap to clone.
#[derive(Debug, Clone)]
pub struct Db {
    jobs: mpsc::Sender<Job>,
    metrics: Arc<Metrics>,
}

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

/// More waiting work than this makes callers wait in turn.
const QUEUE: usize = 256;

impl Db {
    /// Opens or creates the file, and brings its tables up to date.
    ///
    /// # Errors
    /// When the file cannot be opened or is not ours.
    pub fn open(path: &Path, metrics: Arc<Metrics>) -> rusqlite::Result<Self> {
        let mut connection = Connection::open(path)?;
        connection.busy_timeout(Duration::from_secs(5))?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        // FULL syncs the log at every commit: what was answered survives kill -9 and a power cut.
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        migrate(&mut connection)?;

        let (jobs, mut inbox) = mpsc::channel::<Job>(QUEUE);
        std::thread::Builder::new()
            .name("sqlite".into())
            .spawn(move || {
                while let Some(job) = inbox.blocking_recv() {
                    job(&mut connection);
                }
            })
            .map_err(|_| rusqlite::Error::InvalidQuery)?;
        Ok(Self { jobs, metrics })
    }

    /// Does `work` on the database's thread.
    ///
    /// # Errors
    /// Those of `work`, or that the thread is gone.
    pub async fn call<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, DbError> {
        let start = Instant::now();
        let (answer, result) = oneshot::channel();
        let job: Job = Box::new(move |connection| {
            // Nobody waits any more when the client has gone; the work is done all the same.
            let _ = answer.send(work(connection));
        });
        self.jobs.send(job).await.map_err(|_| DbError::Gone)?;
        let result = result.await.map_err(|_| DbError::Gone)?;
        self.metrics.db(start.elapsed());
        result.map_err(DbError::Sqlite)
    }
}

/// Why the database did not do its work.
#[derive(Debug)]
pub enum DbError {
    /// SQLite says no.
    Sqlite(rusqlite::Error),
    /// Its thread has ended.
    Gone,
}

impl std::fmt::Display for DbError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite(error) => error.fmt(f),
            Self::Gone => f.write_str("the database thread has ended"),
        }
    }
}

impl std::error::Error for DbError {}

/// One step for every version of the file (`user_version`); steps are only ever added.
const MIGRATIONS: [&str; 1] = ["
    CREATE TABLE users (
        id              TEXT PRIMARY KEY,
        email           TEXT NOT NULL UNIQUE,
        name            TEXT NOT NULL,
        avatar          TEXT,
        password        TEXT NOT NULL,
        role            TEXT NOT NULL,
        organization_id TEXT NOT NULL,
        created_at      INTEGER NOT NULL
    ) STRICT;
    -- A family is one sign-in on one device; its refresh tokens replace one another.
    CREATE TABLE families (
        id         TEXT PRIMARY KEY,
        user_id    TEXT NOT NULL REFERENCES users(id) ON DELETE CASCADE,
        created_at INTEGER NOT NULL,
        revoked_at INTEGER
    ) STRICT;
    CREATE INDEX families_of_user ON families(user_id);
    -- Tokens are kept as SHA-256: whoever reads the file cannot use them.
    CREATE TABLE refresh_tokens (
        hash       BLOB PRIMARY KEY,
        family_id  TEXT NOT NULL REFERENCES families(id) ON DELETE CASCADE,
        successor  BLOB,
        expires_at INTEGER NOT NULL,
        used_at    INTEGER
    ) STRICT;
    CREATE INDEX tokens_of_family ON refresh_tokens(family_id);
"];

fn migrate(connection: &mut Connection) -> rusqlite::Result<()> {
    let version: usize = connection
        .pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0))?
        .try_into()
        .unwrap_or(0);
    for (step, sql) in MIGRATIONS.iter().enumerate().skip(version) {
        let transaction = connection.transaction()?;
        transaction.execute_batch(sql)?;
        transaction.pragma_update(None, "user_version", (step + 1) as i64)?;
        transaction.commit()?;
    }
    Ok(())
}
