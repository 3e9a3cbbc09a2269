//! Rooms and who is in them.

use rusqlite::{Connection, OptionalExtension as _, params};
use serde_json::{Value, json};

use super::{Stored, execute, history, maybe, messages, people};
use crate::chat::refusal::Refusal;

/// A room as all its members see it.
#[derive(Debug, Clone)]
pub(in crate::chat) struct Room {
    pub(in crate::chat) id: String,
    pub(in crate::chat) name: String,
    pub(in crate::chat) topic: Option<String>,
    pub(in crate::chat) direct: bool,
    pub(in crate::chat) created_at: i64,
    pub(in crate::chat) members: i64,
}

/// Somebody's place in a room.
#[derive(Debug, Clone)]
pub(in crate::chat) struct Membership {
    pub(in crate::chat) role: String,
    pub(in crate::chat) read_seq: i64,
}

/// What became of joining or leaving.
#[derive(Debug, Clone)]
pub(in crate::chat) struct Changed {
    /// The room as the person sees it now.
    pub(in crate::chat) room: Value,
    /// The room as all see it.
    pub(in crate::chat) shared: Value,
    /// Whether it was different before.
    pub(in crate::chat) changed: bool,
}

/// A room to be.
#[derive(Debug)]
pub(in crate::chat) struct NewRoom {
    pub(in crate::chat) id: String,
    pub(in crate::chat) name: String,
    pub(in crate::chat) topic: Option<String>,
}

const ROOM: &str = "r.id, r.name, r.topic, r.kind, r.created_at,
    (SELECT count(*) FROM members c WHERE c.room_id = r.id)";

fn read_room(row: &rusqlite::Row<'_>) -> rusqlite::Result<Room> {
    Ok(Room {
        id: row.get(0)?,
        name: row.get(1)?,
        topic: row.get(2)?,
        direct: row.get::<_, String>(3)? == "direct",
        created_at: row.get(4)?,
        members: row.get(5)?,
    })
}

/// The room with this id.
pub(in crate::chat) fn find(db: &Connection, id: &str) -> rusqlite::Result<Option<Room>> {
    db.prepare_cached(&format!("SELECT {ROOM} FROM rooms r WHERE r.id = ?1"))?
        .query_row([id], read_room)
        .optional()
}

/// Somebody's place in a room.
pub(in crate::chat) fn membership(
    db: &Connection,
    room: &str,
    user: &str,
) -> rusqlite::Result<Option<Membership>> {
    db.prepare_cached("SELECT role, read_seq FROM members WHERE room_id = ?1 AND user_id = ?2")?
        .query_row([room, user], |row| {
            Ok(Membership {
                role: row.get(0)?,
                read_seq: row.get(1)?,
            })
        })
        .optional()
}

/// The place of somebody who must have one.
pub(in crate::chat) fn member(db: &Connection, room: &str, user: &str) -> Stored<Membership> {
    if let Some(membership) = membership(db, room, user)? {
        return Ok(membership);
    }
    // Whether two others talk is nobody's business.
    match find(db, room)? {
        Some(found) if !found.direct => Err(Refusal::NotAMember.into()),
        Some(_) | None => Err(Refusal::NotFound("room").into()),
    }
}

/// A room that this person may see.
pub(in crate::chat) fn visible(db: &Connection, id: &str, user: &str) -> Stored<Room> {
    let room = find(db, id)?.ok_or(Refusal::NotFound("room"))?;
    if room.direct && membership(db, id, user)?.is_none() {
        return Err(Refusal::NotFound("room").into());
    }
    Ok(room)
}

/// Everybody's rooms: (room, person).
pub(in crate::chat) fn all_members(db: &Connection) -> rusqlite::Result<Vec<(String, String)>> {
    db.prepare("SELECT room_id, user_id FROM members")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect()
}

/// Makes a room, whose first member and owner `user` is.
pub(in crate::chat) fn create(db: &Connection, new: &NewRoom, user: &str, now: i64) -> Stored<Changed> {
    execute(
        db,
        "INSERT INTO rooms (id, name, topic, kind, created_at, active_at) VALUES (?1, ?2, ?3, 'room', ?4, ?4)",
        params![new.id, new.name, new.topic, now],
    )?;
    enter(db, &new.id, user, "owner", now)?;
    changed(db, &new.id, user, true)
}

/// The one room of these two; made under the id `id` when there is none.
pub(in crate::chat) fn direct(
    db: &Connection,
    id: String,
    [user, other]: [&str; 2],
    now: i64,
) -> Stored<Changed> {
    if user == other {
        return Err(Refusal::Invalid {
            field: "userId",
            why: "expected somebody else",
        }
        .into());
    }
    maybe::<i64>(db, "SELECT 1 FROM users WHERE id = ?1", [other])?.ok_or(Refusal::NotFound("user"))?;
    let pair = format!("{} {}", user.min(other), user.max(other));
    let known: Option<String> = maybe(db, "SELECT id FROM rooms WHERE pair = ?1", [&pair])?;
    let is_new = known.is_none();
    let id = known.unwrap_or(id);
    if is_new {
        execute(
            db,
            "INSERT INTO rooms (id, name, kind, pair, created_at, active_at) VALUES (?1, '', 'direct', ?2, ?3, ?3)",
            params![id, pair, now],
        )?;
        enter(db, &id, other, "member", now)?;
    }
    let entered = membership(db, &id, user)?.is_none();
    if entered {
        enter(db, &id, user, "member", now)?;
    }
    changed(db, &id, user, entered)
}

/// Makes `user` a member.
pub(in crate::chat) fn join(db: &Connection, id: &str, user: &str, now: i64) -> Stored<Changed> {
    let room = find(db, id)?.ok_or(Refusal::NotFound("room"))?;
    let entered = membership(db, id, user)?.is_none();
    if entered {
        let mine: Option<String> = maybe(
            db,
            "SELECT pair FROM rooms WHERE id = ?1 AND pair IS NOT NULL",
            [id],
        )?;
        if room.direct && !mine.is_some_and(|pair| pair.split(' ').any(|one| one == user)) {
            return Err(Refusal::NotFound("room").into());
        }
        enter(db, id, user, "member", now)?;
    }
    changed(db, id, user, entered)
}

/// Ends `user`'s membership.
pub(in crate::chat) fn leave(db: &Connection, id: &str, user: &str) -> Stored<Changed> {
    visible(db, id, user)?;
    let left = execute(
        db,
        "DELETE FROM members WHERE room_id = ?1 AND user_id = ?2",
        [id, user],
    )?;
    execute(
        db,
        "DELETE FROM mentions WHERE room_id = ?1 AND user_id = ?2",
        [id, user],
    )?;
    changed(db, id, user, left > 0)
}

fn enter(db: &Connection, room: &str, user: &str, role: &str, now: i64) -> rusqlite::Result<()> {
    // What was said before is history, not news.
    execute(
        db,
        "INSERT INTO members (room_id, user_id, role, joined_at, read_seq)
         SELECT ?1, ?2, ?3, ?4, last_seq FROM rooms WHERE id = ?1",
        params![room, user, role, now],
    )?;
    Ok(())
}

fn changed(db: &Connection, id: &str, user: &str, changed: bool) -> Stored<Changed> {
    let room = find(db, id)?.ok_or(Refusal::NotFound("room"))?;
    Ok(Changed {
        room: for_person(db, &room, user)?,
        shared: shared(&room),
        changed,
    })
}

/// What is the same for all who see the room.
pub(in crate::chat) fn shared(room: &Room) -> Value {
    let mut value = json!({
        "id": room.id,
        "name": room.name,
        "kind": if room.direct { "direct" } else { "room" },
        "memberCount": room.members,
        "createdAt": room.created_at,
    });
    if let (Some(topic), Some(value)) = (&room.topic, value.as_object_mut()) {
        value.insert("topic".into(), topic.as_str().into());
    }
    value
}

/// The room as one person sees it.
pub(in crate::chat) fn for_person(db: &Connection, room: &Room, user: &str) -> rusqlite::Result<Value> {
    let mut value = shared(room);
    let place = membership(db, &room.id, user)?;
    let Some(map) = value.as_object_mut() else {
        return Ok(value);
    };
    if room.direct {
        let pair: Option<String> = maybe(db, "SELECT pair FROM rooms WHERE id = ?1", [&room.id])?;
        let other = pair.and_then(|pair| pair.split(' ').find(|one| *one != user).map(str::to_owned));
        if let Some(person) = other.map(|id| people::find(db, &id)).transpose()?.flatten() {
            map.insert("name".into(), person.name.as_str().into());
            map.insert("with".into(), person.to_json());
        }
    }
    map.insert("joined".into(), place.is_some().into());
    map.insert(
        "role".into(),
        place.as_ref().map(|place| place.role.as_str()).into(),
    );
    let (mut unread, mut mentioned) = (0, 0);
    if let Some(place) = place {
        // Nobody counts further, and the count shall not grow with the room.
        let count =
            "SELECT count(*) FROM messages WHERE room_id = ?1 AND sender_id <> ?3 AND deleted_at IS NULL
            AND seq > max(?2, (SELECT last_seq - 1000 FROM rooms WHERE id = ?1))";
        unread = maybe::<i64>(db, count, params![room.id, place.read_seq, user])?.unwrap_or(0);
        let count = "SELECT count(*) FROM mentions WHERE room_id = ?1 AND user_id = ?2 AND seq > ?3";
        mentioned = maybe::<i64>(db, count, params![room.id, user, place.read_seq])?.unwrap_or(0);
        let read: Option<i64> = maybe(
            db,
            "SELECT pk FROM messages WHERE room_id = ?1 AND seq = ?2",
            params![room.id, place.read_seq],
        )?;
        if let Some(read) = read {
            map.insert("lastReadId".into(), messages::id_of(read).into());
        }
        if let Some(last) = history::tail(db, &room.id, user, 1)?.pop() {
            map.insert("lastMessage".into(), last);
        }
    }
    map.insert("unreadCount".into(), unread.into());
    map.insert("mentionCount".into(), mentioned.into());
    Ok(value)
}

/// A page of rooms in SQL's words; made by `rest::query` from a list of known columns only.
#[derive(Debug, Default)]
pub(in crate::chat) struct RoomPage {
    pub(in crate::chat) conditions: String,
    pub(in crate::chat) values: Vec<rusqlite::types::Value>,
    pub(in crate::chat) order: String,
    pub(in crate::chat) limit: i64,
    pub(in crate::chat) offset: i64,
    /// Only those the person is a member of.
    pub(in crate::chat) member: bool,
}

/// Rooms that this person may see, and how many there are in all.
pub(in crate::chat) fn page(
    db: &Connection,
    page: &RoomPage,
    user: &str,
) -> rusqlite::Result<(Vec<Value>, i64)> {
    let mine = "EXISTS (SELECT 1 FROM members m WHERE m.room_id = r.id AND m.user_id = ?)";
    let seen = if page.member {
        mine.to_owned()
    } else {
        format!("(r.kind = 'room' OR {mine})")
    };
    let from = format!(
        "FROM (SELECT rooms.*, (SELECT count(*) FROM members c WHERE c.room_id = rooms.id) AS member_count
               FROM rooms) r WHERE {seen} {}",
        page.conditions
    );
    let mut values = vec![rusqlite::types::Value::from(user.to_owned())];
    values.extend(page.values.iter().cloned());
    let total: i64 = db
        .prepare_cached(&format!("SELECT count(*) {from}"))?
        .query_row(rusqlite::params_from_iter(&values), |row| row.get(0))?;
    values.extend([page.limit.into(), page.offset.into()]);
    let sql = format!("SELECT {ROOM} {from} ORDER BY {} LIMIT ? OFFSET ?", page.order);
    let rooms: Vec<Room> = db
        .prepare_cached(&sql)?
        .query_map(rusqlite::params_from_iter(&values), read_room)?
        .collect::<rusqlite::Result<_>>()?;
    let rooms = rooms.iter().map(|room| for_person(db, room, user));
    Ok((rooms.collect::<rusqlite::Result<_>>()?, total))
}
