//! Messages as they are written, changed and deleted.

use rusqlite::{Connection, OptionalExtension as _, params};
use serde_json::Value;

use super::history::one;
use super::{Stored, all, attachments, execute, maybe, rooms};
use crate::chat::mentions;
use crate::chat::refusal::Refusal;

/// The id of the message in this row.
pub(in crate::chat) fn id_of(pk: i64) -> String {
    format!("m{pk}")
}

/// The row of the message with this id, if it can be one.
pub(in crate::chat) fn pk_of(id: &str) -> Option<i64> {
    let digits = id.strip_prefix('m')?;
    digits.parse().ok().filter(|pk| id_of(*pk) == id)
}

/// A message to be.
#[derive(Debug)]
pub(in crate::chat) struct NewMessage {
    pub(in crate::chat) room: String,
    pub(in crate::chat) sender: String,
    pub(in crate::chat) client_id: Option<String>,
    pub(in crate::chat) content: String,
    pub(in crate::chat) reply_to: Option<String>,
    pub(in crate::chat) attachments: Vec<String>,
}

/// A message that is there.
#[derive(Debug)]
pub(in crate::chat) struct Sent {
    pub(in crate::chat) id: String,
    pub(in crate::chat) seq: i64,
    pub(in crate::chat) at: i64,
    /// For everybody but its sender; `None` when it had been sent before.
    pub(in crate::chat) message: Option<Value>,
    pub(in crate::chat) mentions: Vec<String>,
}

/// Writes a message, unless this client id has one.
pub(in crate::chat) fn send(db: &Connection, new: &NewMessage, now: i64) -> Stored<Sent> {
    if let Some(client_id) = &new.client_id
        && let Some(sent) = sent_before(db, &new.sender, client_id)?
    {
        return Ok(sent);
    }
    let place = rooms::member(db, &new.room, &new.sender)?;
    let reply_to = new
        .reply_to
        .as_deref()
        .map(|id| in_room(db, id, &new.room))
        .transpose()?;
    let attachments = attachments::owned(db, &new.attachments, &new.sender)?;
    let mentions = mentioned(db, &new.room, &new.content, &new.sender)?;

    let seq: i64 = db
        .prepare_cached(
            "UPDATE rooms SET last_seq = last_seq + 1, active_at = ?2 WHERE id = ?1 RETURNING last_seq",
        )?
        .query_row(params![new.room, now], |row| row.get(0))?;
    let pk: i64 = db
        .prepare_cached(
            "INSERT INTO messages (room_id, seq, sender_id, client_id, content, reply_to, attachments, mentions, created_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) RETURNING pk",
        )?
        .query_row(
            params![
                new.room,
                seq,
                new.sender,
                new.client_id,
                new.content,
                reply_to.map(|found| found.pk),
                list(&attachments),
                list(&mentions),
                now
            ],
            |row| row.get(0),
        )?;
    execute(
        db,
        "INSERT INTO words (rowid, content) VALUES (?1, ?2)",
        params![pk, new.content],
    )?;
    attachments::attach(db, pk, &new.attachments)?;
    note_mentions(db, &new.room, seq, &mentions)?;
    if place.read_seq == seq - 1 {
        execute(
            db,
            "UPDATE members SET read_seq = ?3 WHERE room_id = ?1 AND user_id = ?2",
            params![new.room, new.sender, seq],
        )?;
    }
    Ok(Sent {
        id: id_of(pk),
        seq,
        at: now,
        message: one(db, pk, "")?,
        mentions,
    })
}

fn sent_before(db: &Connection, sender: &str, client_id: &str) -> rusqlite::Result<Option<Sent>> {
    db.prepare_cached("SELECT pk, seq, created_at FROM messages WHERE sender_id = ?1 AND client_id = ?2")?
        .query_row([sender, client_id], |row| {
            Ok(Sent {
                id: id_of(row.get(0)?),
                seq: row.get(1)?,
                at: row.get(2)?,
                message: None,
                mentions: Vec::new(),
            })
        })
        .optional()
}

/// Nothing takes no room.
fn list<T: Clone + Into<Value>>(items: &[T]) -> Option<String> {
    (!items.is_empty()).then(|| Value::from(items.to_vec()).to_string())
}

fn mentioned(db: &Connection, room: &str, content: &str, sender: &str) -> rusqlite::Result<Vec<String>> {
    if !content.contains('@') {
        return Ok(Vec::new());
    }
    let names: Vec<(String, String)> = db
        .prepare_cached(
            "SELECT u.id, u.name FROM members m JOIN users u ON u.id = m.user_id WHERE m.room_id = ?1",
        )?
        .query_map([room], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    let mut found = mentions::find(content, &names);
    found.retain(|id| id != sender);
    Ok(found)
}

fn note_mentions(db: &Connection, room: &str, seq: i64, who: &[String]) -> rusqlite::Result<()> {
    for user in who {
        execute(
            db,
            "INSERT OR IGNORE INTO mentions (room_id, user_id, seq) VALUES (?1, ?2, ?3)",
            params![room, user, seq],
        )?;
    }
    Ok(())
}

/// What there is to know of a message before it is changed.
#[derive(Debug, Clone)]
pub(in crate::chat) struct Found {
    pub(in crate::chat) pk: i64,
    pub(in crate::chat) seq: i64,
    pub(in crate::chat) sender: String,
    pub(in crate::chat) content: String,
    pub(in crate::chat) mentions: Vec<String>,
    pub(in crate::chat) edited_at: Option<i64>,
    pub(in crate::chat) deleted: bool,
}

/// The message with this id, in this room.
pub(in crate::chat) fn in_room(db: &Connection, id: &str, room: &str) -> Stored<Found> {
    let missing = Refusal::NotFound("message");
    let pk = pk_of(id).ok_or_else(|| missing.clone())?;
    let found = db
        .prepare_cached(
            "SELECT seq, sender_id, content, edited_at, deleted_at IS NOT NULL, mentions FROM messages
             WHERE pk = ?1 AND room_id = ?2",
        )?
        .query_row(params![pk, room], |row| {
            Ok(Found {
                pk,
                seq: row.get(0)?,
                sender: row.get(1)?,
                content: row.get(2)?,
                edited_at: row.get(3)?,
                deleted: row.get(4)?,
                mentions: row
                    .get::<_, Option<String>>(5)?
                    .and_then(|list| serde_json::from_str(&list).ok())
                    .unwrap_or_default(),
            })
        })
        .optional()?;
    Ok(found.ok_or(missing)?)
}

/// Which message somebody wants to change.
#[derive(Debug, Clone)]
pub(in crate::chat) struct Target {
    pub(in crate::chat) room: String,
    pub(in crate::chat) message: String,
    pub(in crate::chat) user: String,
}

/// Gives one's own message another text; when, and whether it had another.
pub(in crate::chat) fn edit(
    db: &Connection,
    target: &Target,
    content: &str,
    now: i64,
) -> Stored<(i64, bool)> {
    rooms::member(db, &target.room, &target.user)?;
    let found = in_room(db, &target.message, &target.room)?;
    if found.sender != target.user {
        return Err(Refusal::Forbidden("Only its sender may edit a message").into());
    }
    if found.deleted {
        return Err(Refusal::NotFound("message").into());
    }
    if found.content == content {
        return Ok((found.edited_at.unwrap_or(now), false));
    }
    let mentions = mentioned(db, &target.room, content, &target.user)?;
    forget_words(db, &found)?;
    execute(
        db,
        "UPDATE messages SET content = ?2, mentions = ?3, edited_at = ?4 WHERE pk = ?1",
        params![found.pk, content, list(&mentions), now],
    )?;
    execute(
        db,
        "INSERT INTO words (rowid, content) VALUES (?1, ?2)",
        params![found.pk, content],
    )?;
    forget_mentions(db, &target.room, &found)?;
    note_mentions(db, &target.room, found.seq, &mentions)?;
    Ok((now, true))
}

/// Makes a tombstone of a message: the ids of files that went with it, or `None` where it was one already.
pub(in crate::chat) fn delete(db: &Connection, target: &Target, now: i64) -> Stored<Option<Vec<String>>> {
    let place = rooms::member(db, &target.room, &target.user)?;
    let found = in_room(db, &target.message, &target.room)?;
    if found.sender != target.user && !matches!(place.role.as_str(), "owner" | "moderator") {
        return Err(Refusal::Forbidden("Only its sender and moderators may delete a message").into());
    }
    if found.deleted {
        return Ok(None);
    }
    forget_words(db, &found)?;
    execute(
        db,
        "UPDATE messages SET content = '', mentions = NULL, attachments = NULL, deleted_at = ?2 WHERE pk = ?1",
        params![found.pk, now],
    )?;
    execute(db, "DELETE FROM reactions WHERE message = ?1", [found.pk])?;
    forget_mentions(db, &target.room, &found)?;
    Ok(Some(attachments::detach(db, found.pk)?))
}

fn forget_words(db: &Connection, found: &Found) -> rusqlite::Result<()> {
    // An index without texts of its own has to be told what it is to forget.
    execute(
        db,
        "INSERT INTO words (words, rowid, content) VALUES ('delete', ?1, ?2)",
        params![found.pk, found.content],
    )?;
    Ok(())
}

fn forget_mentions(db: &Connection, room: &str, found: &Found) -> rusqlite::Result<()> {
    for user in &found.mentions {
        execute(
            db,
            "DELETE FROM mentions WHERE room_id = ?1 AND user_id = ?2 AND seq = ?3",
            params![room, user, found.seq],
        )?;
    }
    Ok(())
}

/// The newest message of each sender but `reader` with a seq in this range: (message id, sender).
pub(in crate::chat) fn newest_of_senders(
    db: &Connection,
    room: &str,
    reader: &str,
    (after, to): (i64, i64),
) -> rusqlite::Result<Vec<(String, String)>> {
    // Who skips a thousand messages tells those who wrote the last of them.
    let from = after.max(to - 200);
    let senders: Vec<i64> = all(
        db,
        "SELECT max(pk) FROM messages WHERE room_id = ?1 AND seq > ?2 AND seq <= ?3 AND sender_id <> ?4
         GROUP BY sender_id",
        params![room, from, to, reader],
    )?;
    let sender = "SELECT sender_id FROM messages WHERE pk = ?1";
    let mut found = Vec::with_capacity(senders.len());
    for pk in senders {
        if let Some(sender) = maybe(db, sender, [pk])? {
            found.push((id_of(pk), sender));
        }
    }
    Ok(found)
}
