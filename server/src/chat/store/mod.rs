//! The chat in the database: rooms, messages, people. Functions that write belong into `Db::write`, whose transaction
//! they share; they check everything before they write anything, so that a refusal leaves no trace.

pub(super) mod attachments;
pub(super) mod history;
pub(super) mod marks;
pub(super) mod messages;
pub(super) mod people;
pub(super) mod rooms;
pub(super) mod schema;
pub(super) mod search;

#[cfg(test)]
mod tests;

use rusqlite::Connection;

use super::refusal::Refusal;

/// Why a function of the store gave nothing.
#[derive(Debug)]
pub(super) enum StoreError {
    /// The database says no.
    Sqlite(rusqlite::Error),
    /// The person may not, or it cannot be.
    Refused(Refusal),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<Refusal> for StoreError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// What the store's functions give.
pub(super) type Stored<T> = Result<T, StoreError>;

/// A refusal is an answer like another to the database.
pub(super) fn settled<T>(result: Stored<T>) -> rusqlite::Result<Result<T, Refusal>> {
    match result {
        Ok(value) => Ok(Ok(value)),
        Err(StoreError::Refused(refusal)) => Ok(Err(refusal)),
        Err(StoreError::Sqlite(error)) => Err(error),
    }
}

/// One row's first column, if there is a row.
fn maybe<T: rusqlite::types::FromSql>(
    db: &Connection,
    sql: &str,
    parameters: impl rusqlite::Params,
) -> rusqlite::Result<Option<T>> {
    use rusqlite::OptionalExtension as _;
    db.prepare_cached(sql)?
        .query_row(parameters, |row| row.get(0))
        .optional()
}

/// All rows' first columns.
fn all<T: rusqlite::types::FromSql>(
    db: &Connection,
    sql: &str,
    parameters: impl rusqlite::Params,
) -> rusqlite::Result<Vec<T>> {
    db.prepare_cached(sql)?
        .query_map(parameters, |row| row.get(0))?
        .collect()
}

/// Does it.
fn execute(db: &Connection, sql: &str, parameters: impl rusqlite::Params) -> rusqlite::Result<usize> {
    db.prepare_cached(sql)?.execute(parameters)
}
