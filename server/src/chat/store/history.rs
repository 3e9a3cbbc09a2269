//! Messages as they are read: one, the last ones, pages.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};
use serde_json::{Map, Value, json};

use super::messages::{id_of, in_room};
use super::people::Person;
use super::{Stored, maybe, people, rooms};

/// The last `limit` messages of a room, oldest first.
pub(in crate::chat) fn tail(
    db: &Connection,
    room: &str,
    viewer: &str,
    limit: i64,
) -> rusqlite::Result<Vec<Value>> {
    let mut rows = select(
        db,
        "WHERE room_id = ?1 ORDER BY seq DESC LIMIT ?2",
        params![room, limit],
    )?;
    rows.reverse();
    printed(db, rows, viewer)
}

/// One message.
pub(in crate::chat) fn one(db: &Connection, pk: i64, viewer: &str) -> rusqlite::Result<Option<Value>> {
    let rows = select(db, "WHERE pk = ?1", [pk])?;
    Ok(printed(db, rows, viewer)?.pop())
}

/// A message as it is kept.
#[derive(Debug)]
pub(in crate::chat) struct Row {
    pk: i64,
    room: String,
    seq: i64,
    sender: String,
    client_id: Option<String>,
    content: String,
    reply_to: Option<i64>,
    attachments: Option<String>,
    mentions: Option<String>,
    at: i64,
    edited_at: Option<i64>,
    deleted: bool,
}

/// The rows that `rest` of a query over `messages` finds.
pub(in crate::chat) fn select(
    db: &Connection,
    rest: &str,
    parameters: impl rusqlite::Params,
) -> rusqlite::Result<Vec<Row>> {
    let sql = format!(
        "SELECT pk, room_id, seq, sender_id, client_id, content, reply_to, attachments, mentions, created_at,
                edited_at, deleted_at IS NOT NULL FROM messages {rest}"
    );
    db.prepare_cached(&sql)?
        .query_map(parameters, |row| {
            Ok(Row {
                pk: row.get(0)?,
                room: row.get(1)?,
                seq: row.get(2)?,
                sender: row.get(3)?,
                client_id: row.get(4)?,
                content: row.get(5)?,
                reply_to: row.get(6)?,
                attachments: row.get(7)?,
                mentions: row.get(8)?,
                at: row.get(9)?,
                edited_at: row.get(10)?,
                deleted: row.get(11)?,
            })
        })?
        .collect()
}

/// So many readers of a message are named.
const MAX_READERS: usize = 64;
/// So many are counted: those who have read furthest.
const MAX_COUNTED: i64 = 1000;
/// So many people of a reaction are named; all are counted.
const MAX_REACTING: usize = 100;

/// The messages as `viewer` gets them.
pub(in crate::chat) fn printed(
    db: &Connection,
    rows: Vec<Row>,
    viewer: &str,
) -> rusqlite::Result<Vec<Value>> {
    let mut senders: BTreeMap<String, Option<Person>> = BTreeMap::new();
    let mut readers: BTreeMap<String, Vec<Reader>> = BTreeMap::new();
    let mut out = Vec::with_capacity(rows.len());
    for row in rows {
        if !senders.contains_key(&row.sender) {
            senders.insert(row.sender.clone(), people::find(db, &row.sender)?);
        }
        if !readers.contains_key(&row.room) {
            readers.insert(row.room.clone(), readers_of(db, &row.room)?);
        }
        let sender = senders.get(&row.sender).and_then(Option::as_ref);
        let has_read = |reader: &&Reader| {
            reader.read_seq >= row.seq && reader.since <= row.at && reader.id != row.sender
        };
        let have_read = readers.get(&row.room).into_iter().flatten().filter(has_read);
        let mut read_by: Vec<&str> = have_read.map(|reader| reader.id.as_str()).collect();
        let read_count = read_by.len();
        read_by.truncate(MAX_READERS);
        let parsed = |text: &Option<String>| {
            let text = text.as_deref()?;
            serde_json::from_str::<Value>(text).ok()
        };
        let mut value = json!({
            "id": id_of(row.pk),
            "roomId": row.room,
            "seq": row.seq,
            "senderId": row.sender,
            "content": row.content,
            "attachments": parsed(&row.attachments).unwrap_or_else(|| json!([])),
            "mentions": parsed(&row.mentions).unwrap_or_else(|| json!([])),
            "timestamp": row.at,
            "edited": row.edited_at.is_some(),
            "reactions": reactions(db, row.pk, viewer)?,
            "readBy": read_by,
            "readCount": read_count,
        });
        if let Some(map) = value.as_object_mut() {
            let mut put = |name: &str, value: Option<Value>| {
                if let Some(value) = value {
                    map.insert(name.into(), value);
                }
            };
            put("senderName", sender.map(|sender| sender.name.as_str().into()));
            put(
                "senderAvatar",
                sender.and_then(|sender| sender.avatar.as_deref()).map(Into::into),
            );
            put("replyTo", row.reply_to.map(|pk| id_of(pk).into()));
            put("editedAt", row.edited_at.map(Into::into));
            put("deleted", row.deleted.then_some(true.into()));
            put(
                "clientId",
                row.client_id.filter(|_| row.sender == viewer).map(Into::into),
            );
        }
        out.push(value);
    }
    Ok(out)
}

struct Reader {
    id: String,
    read_seq: i64,
    since: i64,
}

fn readers_of(db: &Connection, room: &str) -> rusqlite::Result<Vec<Reader>> {
    db.prepare_cached(
        "SELECT m.user_id, m.read_seq, m.joined_at FROM members m LEFT JOIN privacy p ON p.user_id = m.user_id
         WHERE m.room_id = ?1 AND coalesce(p.read_receipts, 1) ORDER BY m.read_seq DESC, m.user_id LIMIT ?2",
    )?
    .query_map(params![room, MAX_COUNTED], |row| {
        Ok(Reader {
            id: row.get(0)?,
            read_seq: row.get(1)?,
            since: row.get(2)?,
        })
    })?
    .collect()
}

/// `{reaction: [userId]}`, or `[{reaction, count, users}]` where a reaction has more people than are named.
fn reactions(db: &Connection, pk: i64, viewer: &str) -> rusqlite::Result<Value> {
    // The viewer comes first: whether they are among them must be seen.
    let mut statement = db.prepare_cached(
        "SELECT reaction, user_id FROM reactions WHERE message = ?1 ORDER BY user_id <> ?2, at",
    )?;
    let mut rows = statement.query(params![pk, viewer])?;
    let mut found: Vec<(String, usize, Vec<String>)> = Vec::new();
    while let Some(row) = rows.next()? {
        let (reaction, user): (String, String) = (row.get(0)?, row.get(1)?);
        let known = found.iter().position(|(known, ..)| *known == reaction);
        if known.is_none() {
            found.push((reaction, 0, Vec::new()));
        }
        let place = known.unwrap_or(found.len().saturating_sub(1));
        if let Some((_, count, users)) = found.get_mut(place) {
            *count += 1;
            if users.len() < MAX_REACTING {
                users.push(user);
            }
        }
    }
    if found.iter().any(|(_, count, users)| *count > users.len()) {
        let list = found
            .into_iter()
            .map(|(reaction, count, users)| json!({ "reaction": reaction, "count": count, "users": users }));
        return Ok(list.collect());
    }
    let map = found
        .into_iter()
        .map(|(reaction, _, users)| (reaction, users.into()));
    Ok(map.collect::<Map<String, Value>>().into())
}

/// Where a page of history lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::chat) enum Place {
    /// The newest.
    Tail,
    /// Before this message.
    Before(String),
    /// After this message, or from the first one.
    After(Option<String>),
    /// This message in the middle.
    Around(String),
}

/// A page of history, oldest first.
#[derive(Debug)]
pub(in crate::chat) struct History {
    pub(in crate::chat) messages: Vec<Value>,
    pub(in crate::chat) has_previous: bool,
    pub(in crate::chat) has_next: bool,
}

/// At most `limit` messages at `place`.
pub(in crate::chat) fn history(
    db: &Connection,
    room: &str,
    viewer: &str,
    (place, limit): (&Place, i64),
) -> Stored<History> {
    rooms::member(db, room, viewer)?;
    let last: i64 = maybe(db, "SELECT last_seq FROM rooms WHERE id = ?1", [room])?.unwrap_or(0);
    let seq = |id: &str| in_room(db, id, room).map(|found| found.seq);
    // Seqs have no gaps, so a page is a range of them.
    let (first, end) = match place {
        Place::Tail => (last - limit + 1, last),
        Place::Before(id) => {
            let seq = seq(id)?;
            (seq - limit, seq - 1)
        }
        Place::After(None) => (1, limit),
        Place::After(Some(id)) => {
            let seq = seq(id)?;
            (seq + 1, seq + limit)
        }
        Place::Around(id) => {
            let first = (seq(id)? - limit / 2).max(1);
            (first, first + limit - 1)
        }
    };
    let rows = select(
        db,
        "WHERE room_id = ?1 AND seq BETWEEN ?2 AND ?3 ORDER BY seq",
        params![room, first, end],
    )?;
    Ok(History {
        has_previous: last > 0 && first > 1,
        has_next: end < last,
        messages: printed(db, rows, viewer)?,
    })
}

/// A page of a room's messages by number, and how many there are in all.
pub(in crate::chat) fn page(
    db: &Connection,
    room: &str,
    viewer: &str,
    (descending, limit, offset): (bool, i64, i64),
) -> Stored<(Vec<Value>, i64)> {
    rooms::member(db, room, viewer)?;
    let total = maybe(db, "SELECT last_seq FROM rooms WHERE id = ?1", [room])?.unwrap_or(0);
    // Seqs have no gaps, so a page is a range of them, however far down it is.
    let (first, order) = if descending {
        (total - offset - limit + 1, "DESC")
    } else {
        (offset + 1, "ASC")
    };
    let rows = select(
        db,
        &format!("WHERE room_id = ?1 AND seq BETWEEN ?2 AND ?3 ORDER BY seq {order}"),
        params![room, first, first + limit - 1],
    )?;
    Ok((printed(db, rows, viewer)?, total))
}
