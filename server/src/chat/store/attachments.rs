//! What is known of attached files; their bytes are in the data folder.

use rusqlite::{Connection, OptionalExtension as _, params};
use serde_json::{Value, json};

use super::{Stored, all, execute};
use crate::chat::refusal::Refusal;

/// An attached file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::chat) struct Attachment {
    pub(in crate::chat) id: String,
    pub(in crate::chat) owner: String,
    pub(in crate::chat) name: String,
    pub(in crate::chat) kind: String,
    pub(in crate::chat) size: i64,
    pub(in crate::chat) dimensions: Option<(u32, u32)>,
}

impl Attachment {
    /// As in messages.
    pub(in crate::chat) fn to_json(&self) -> Value {
        let name = wire::http::encoded(&self.name);
        let mut value = json!({
            "id": self.id,
            "url": format!("/api/v1/attachments/{}/{name}", self.id),
            "name": self.name,
            "size": self.size,
            "type": self.kind,
        });
        if let (Some((width, height)), Some(value)) = (self.dimensions, value.as_object_mut()) {
            value.insert("width".into(), width.into());
            value.insert("height".into(), height.into());
        }
        value
    }
}

/// Adds one.
pub(in crate::chat) fn add(db: &Connection, new: &Attachment, now: i64) -> rusqlite::Result<()> {
    let (width, height) = new.dimensions.unzip();
    execute(
        db,
        "INSERT INTO attachments (id, owner_id, name, type, size, width, height, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            new.id, new.owner, new.name, new.kind, new.size, width, height, now
        ],
    )?;
    Ok(())
}

/// The one with this id.
pub(in crate::chat) fn find(db: &Connection, id: &str) -> rusqlite::Result<Option<Attachment>> {
    db.prepare_cached("SELECT id, owner_id, name, type, size, width, height FROM attachments WHERE id = ?1")?
        .query_row([id], |row| {
            Ok(Attachment {
                id: row.get(0)?,
                owner: row.get(1)?,
                name: row.get(2)?,
                kind: row.get(3)?,
                size: row.get(4)?,
                dimensions: row.get::<_, Option<u32>>(5)?.zip(row.get(6)?),
            })
        })
        .optional()
}

/// Those with these ids, as in messages; all have to be `user`'s own.
pub(in crate::chat) fn owned(db: &Connection, ids: &[String], user: &str) -> Stored<Vec<Value>> {
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        match find(db, id)? {
            Some(attachment) if attachment.owner == user => found.push(attachment.to_json()),
            Some(_) | None => {
                return Err(Refusal::Invalid {
                    field: "attachments",
                    why: "expected ids of files that were uploaded before",
                }
                .into());
            }
        }
    }
    Ok(found)
}

/// Notes that a message has these files.
pub(in crate::chat) fn attach(db: &Connection, message: i64, ids: &[String]) -> rusqlite::Result<()> {
    for id in ids {
        execute(
            db,
            "INSERT OR IGNORE INTO attached (message, attachment) VALUES (?1, ?2)",
            params![message, id],
        )?;
    }
    Ok(())
}

/// A message has its files no more; the ids of those that no other message has are forgotten, and their bytes may go.
pub(in crate::chat) fn detach(db: &Connection, message: i64) -> rusqlite::Result<Vec<String>> {
    let ids: Vec<String> = all(
        db,
        "SELECT attachment FROM attached WHERE message = ?1",
        [message],
    )?;
    execute(db, "DELETE FROM attached WHERE message = ?1", [message])?;
    let mut gone = Vec::new();
    for id in ids {
        let forgotten = execute(
            db,
            "DELETE FROM attachments WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM attached WHERE attachment = ?1)",
            [&id],
        )?;
        if forgotten > 0 {
            gone.push(id);
        }
    }
    Ok(gone)
}

/// Forgets files older than `before` that no message has; the ids of some of them.
pub(in crate::chat) fn take_stale(db: &Connection, before: i64) -> rusqlite::Result<Vec<String>> {
    all(
        db,
        "DELETE FROM attachments WHERE id IN (
             SELECT id FROM attachments a WHERE created_at < ?1
             AND NOT EXISTS (SELECT 1 FROM attached WHERE attachment = a.id) LIMIT 1000)
         RETURNING id",
        [before],
    )
}
