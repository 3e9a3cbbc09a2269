//! The SQLite file and the threads that work on it, so that no async thread ever waits for a disk: one writes, one reads.
//!
//! Writes of the chat are grouped: what waits when the writer is free shares one transaction, hence one sync of the disk.
//! Nobody is told of a write before its group is committed.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};

use crate::metrics::Metrics;

/// A handle on the database; cheap to clone.
#[derive(Debug, Clone)]
pub struct Db {
    jobs: mpsc::Sender<Job>,
    reads: mpsc::Sender<Alone>,
    metrics: Arc<Metrics>,
}

enum Job {
    /// Has transactions of its own, or needs none.
    Alone(Alone),
    /// Shares a transaction with its neighbours.
    Grouped(Grouped),
}

type Alone = Box<dyn FnOnce(&mut Connection) + Send>;
/// Is given no connection when there is no room for it.
type Grouped = Box<dyn FnOnce(Option<&Connection>) -> Settle + Send>;
/// Is told whether the group was committed.
type Settle = Box<dyn FnOnce(bool) + Send>;

/// More waiting work than this makes callers wait in turn, or be refused.
const QUEUE: usize = 4096;
/// More writes than this do not share a transaction, so that the first need not wait for the last for long.
const GROUP: usize = 256;

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
        migrate(&mut connection, &MIGRATIONS)?;

        let mut reader = Connection::open(path)?;
        reader.busy_timeout(Duration::from_secs(5))?;
        reader.pragma_update(None, "query_only", true)?;

        let (jobs, inbox) = mpsc::channel(QUEUE);
        spawn("sqlite", move || write_all(&mut connection, inbox))?;
        let (reads, mut inbox) = mpsc::channel::<Alone>(QUEUE);
        spawn("sqlite-read", move || {
            while let Some(job) = inbox.blocking_recv() {
                job(&mut reader);
            }
        })?;
        Ok(Self { jobs, reads, metrics })
    }

    /// Does `work` on the database's thread.
    ///
    /// # Errors
    /// Those of `work`, or that the thread is gone.
    pub async fn call<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, DbError> {
        let (job, result) = answered(work);
        self.timed(async {
            self.jobs.send(Job::Alone(job)).await.map_err(|_| DbError::Gone)?;
            result.await.map_err(|_| DbError::Gone)
        })
        .await
    }

    /// Does `work`, which only reads, beside the writer. It sees all that was committed before.
    ///
    /// # Errors
    /// Those of `work`, or that the thread is gone.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, DbError> {
        let (job, result) = answered(work);
        self.timed(async {
            self.reads.send(job).await.map_err(|_| DbError::Gone)?;
            result.await.map_err(|_| DbError::Gone)
        })
        .await
    }

    /// Does `work` in a transaction shared with its neighbours, then `done` with what it gave, once that is committed.
    /// Both run on the database's thread, all works in the order of these calls, and all `done` too. When too much is
    /// waiting, `done` is told so at once.
    pub fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
        done: impl FnOnce(Result<T, DbError>) + Send + 'static,
    ) {
        let (start, metrics) = (Instant::now(), self.metrics.clone());
        let job = move |connection: Option<&Connection>| -> Settle {
            let result = match connection {
                Some(connection) => within_savepoint(connection, work).map_err(DbError::Sqlite),
                None => Err(DbError::Busy),
            };
            Box::new(move |committed| {
                metrics.db(start.elapsed());
                done(match result {
                    Ok(_) if !committed => Err(DbError::NotCommitted),
                    result => result,
                });
            })
        };
        let refused = match self.jobs.try_send(Job::Grouped(Box::new(job))) {
            Ok(()) => return,
            Err(TrySendError::Full(job) | TrySendError::Closed(job)) => job,
        };
        if let Job::Grouped(job) = refused {
            job(None)(false);
        }
    }

    /// [`Self::write`] for who can wait.
    ///
    /// # Errors
    /// Those of `work`, that it was not committed, or that too much is waiting.
    pub async fn written<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, DbError> {
        let (answer, result) = oneshot::channel();
        self.write(work, move |result| {
            // Nobody may be waiting any more; it is written all the same.
            let _ = answer.send(result);
        });
        result.await.map_err(|_| DbError::Gone)?
    }

    async fn timed<T>(
        &self,
        work: impl Future<Output = Result<rusqlite::Result<T>, DbError>>,
    ) -> Result<T, DbError> {
        let start = Instant::now();
        let result = work.await?;
        self.metrics.db(start.elapsed());
        result.map_err(DbError::Sqlite)
    }
}

fn answered<T: Send + 'static>(
    work: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
) -> (Alone, oneshot::Receiver<rusqlite::Result<T>>) {
    let (answer, result) = oneshot::channel();
    let job: Alone = Box::new(move |connection| {
        // Nobody waits any more when the client has gone; the work is done all the same.
        let _ = answer.send(work(connection));
    });
    (job, result)
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> rusqlite::Result<()> {
    let thread = std::thread::Builder::new().name(name.into()).spawn(work);
    thread.map(drop).map_err(|_| rusqlite::Error::InvalidQuery)
}

fn write_all(connection: &mut Connection, mut inbox: mpsc::Receiver<Job>) {
    let mut next = inbox.blocking_recv();
    while let Some(job) = next {
        next = match job {
            Job::Alone(job) => {
                job(connection);
                None
            }
            Job::Grouped(first) => write_group(connection, first, &mut inbox),
        };
        if next.is_none() {
            next = inbox.blocking_recv();
        }
    }
}

/// Commits `first` with all that waits behind it; the job that ended the group, if one did.
fn write_group(connection: &Connection, first: Grouped, inbox: &mut mpsc::Receiver<Job>) -> Option<Job> {
    // Without a transaction each job would be committed by itself; `COMMIT` then fails and nobody is told it was done.
    let begun = connection.execute_batch("BEGIN IMMEDIATE");
    let (mut settles, mut after) = (vec![first(Some(connection))], None);
    while settles.len() < GROUP {
        match inbox.try_recv() {
            Ok(Job::Grouped(job)) => settles.push(job(Some(connection))),
            Ok(job @ Job::Alone(_)) => {
                after = Some(job);
                break;
            }
            Err(_) => break,
        }
    }
    let committed = begun.and_then(|()| connection.execute_batch("COMMIT"));
    if let Err(error) = &committed {
        tracing::error!(%error, "a group of writes was not committed");
        // There may be nothing left to undo.
        let _ = connection.execute_batch("ROLLBACK");
    }
    for settle in settles {
        settle(committed.is_ok());
    }
    after
}

/// What failed half-way leaves nothing behind, and its neighbours alone.
fn within_savepoint<T>(
    connection: &Connection,
    work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
    connection.execute_batch("SAVEPOINT job")?;
    let result = work(connection);
    let end = if result.is_ok() {
        "RELEASE job"
    } else {
        "ROLLBACK TO job; RELEASE job"
    };
    connection.execute_batch(end)?;
    result
}

/// Why the database did not do its work.
#[derive(Debug)]
pub enum DbError {
    /// SQLite says no.
    Sqlite(rusqlite::Error),
    /// Its thread has ended.
    Gone,
    /// Too much is waiting.
    Busy,
    /// The disk did not take it.
    NotCommitted,
}

impl std::fmt::Display for DbError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite(error) => error.fmt(f),
            Self::Gone => f.write_str("the database thread has ended"),
            Self::Busy => f.write_str("too much is waiting for the database"),
            Self::NotCommitted => f.write_str("the database could not write"),
        }
    }
}

impl std::error::Error for DbError {}

/// One step for every version of the file (`user_version`); steps are only ever added.
pub(crate) const MIGRATIONS: [&str; 3] = [ACCOUNTS, crate::chat::SCHEMA[0], crate::chat::SCHEMA[1]];

const ACCOUNTS: &str = "
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
";

/// Brings the tables up to date; `steps` are all there are.
pub(crate) fn migrate(connection: &mut Connection, steps: &[&str]) -> rusqlite::Result<()> {
    let version: usize = connection
        .pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0))?
        .try_into()
        .unwrap_or(0);
    for (step, sql) in steps.iter().enumerate().skip(version) {
        let transaction = connection.transaction()?;
        transaction.execute_batch(sql)?;
        transaction.pragma_update(None, "user_version", (step + 1) as i64)?;
        transaction.commit()?;
    }
    Ok(())
}
