//! Reactions, and how far people have read.

use rusqlite::{Connection, params};

use super::messages::{Target, in_room, newest_of_senders};
use super::{Stored, execute, maybe, rooms};
use crate::chat::refusal::Refusal;

/// More different reactions no message gets.
const MAX_REACTIONS: i64 = 50;

/// A reaction somebody wishes.
#[derive(Debug, Clone)]
pub(in crate::chat) struct Reaction {
    pub(in crate::chat) target: Target,
    pub(in crate::chat) reaction: String,
    /// `None`: the other way round than it is.
    pub(in crate::chat) on: Option<bool>,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::chat) struct Reacted {
    pub(in crate::chat) on: bool,
    pub(in crate::chat) count: i64,
    pub(in crate::chat) changed: bool,
}

/// Sets, takes away or toggles a reaction.
pub(in crate::chat) fn react(db: &Connection, wish: &Reaction, now: i64) -> Stored<Reacted> {
    let Reaction { target, reaction, on } = wish;
    rooms::member(db, &target.room, &target.user)?;
    let found = in_room(db, &target.message, &target.room)?;
    if found.deleted {
        return Err(Refusal::NotFound("message").into());
    }
    let is_on = maybe::<i64>(
        db,
        "SELECT 1 FROM reactions WHERE message = ?1 AND reaction = ?2 AND user_id = ?3",
        params![found.pk, reaction, target.user],
    )?
    .is_some();
    let on = on.unwrap_or(!is_on);
    if on && !is_on {
        let known = "SELECT count(*) FROM (SELECT DISTINCT reaction FROM reactions
            WHERE message = ?1 AND reaction <> ?2)";
        if maybe::<i64>(db, known, params![found.pk, reaction])?.unwrap_or(0) >= MAX_REACTIONS {
            return Err(Refusal::Forbidden("This message has too many reactions").into());
        }
        execute(
            db,
            "INSERT INTO reactions (message, reaction, user_id, at) VALUES (?1, ?2, ?3, ?4)",
            params![found.pk, reaction, target.user, now],
        )?;
    } else if !on && is_on {
        execute(
            db,
            "DELETE FROM reactions WHERE message = ?1 AND reaction = ?2 AND user_id = ?3",
            params![found.pk, reaction, target.user],
        )?;
    }
    let count = maybe(
        db,
        "SELECT count(*) FROM reactions WHERE message = ?1 AND reaction = ?2",
        params![found.pk, reaction],
    )?;
    Ok(Reacted {
        on,
        count: count.unwrap_or(0),
        changed: on != is_on,
    })
}

/// Somebody has read up to a message: the newest message of each sender that is read now and was not before. `None`
/// when it had been read already.
pub(in crate::chat) fn read(db: &Connection, target: &Target) -> Stored<Option<Vec<(String, String)>>> {
    let place = rooms::member(db, &target.room, &target.user)?;
    let found = in_room(db, &target.message, &target.room)?;
    if found.seq <= place.read_seq {
        return Ok(None);
    }
    execute(
        db,
        "UPDATE members SET read_seq = ?3 WHERE room_id = ?1 AND user_id = ?2",
        params![target.room, target.user, found.seq],
    )?;
    let news = (place.read_seq, found.seq);
    Ok(Some(newest_of_senders(db, &target.room, &target.user, news)?))
}
