//! Search over the words of messages.

use rusqlite::Connection;
use rusqlite::types::Value as Sql;
use serde_json::Value;

use super::history::{printed, select};
use super::messages::pk_of;
use super::{Stored, all};
use crate::chat::refusal::Refusal;

/// What is searched for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::chat) struct Search {
    pub(in crate::chat) words: String,
    pub(in crate::chat) room: Option<String>,
    pub(in crate::chat) sender: Option<String>,
    pub(in crate::chat) from: Option<i64>,
    pub(in crate::chat) to: Option<i64>,
    /// Older than this message.
    pub(in crate::chat) cursor: Option<String>,
    pub(in crate::chat) limit: i64,
}

/// What was found, newest first, and whether there is more.
pub(in crate::chat) fn search(db: &Connection, wish: &Search, viewer: &str) -> Stored<(Vec<Value>, bool)> {
    let expression = expression(&wish.words);
    if expression.is_none() && !wish.words.trim().is_empty() {
        // Nothing but signs, which are no words.
        return Ok((Vec::new(), false));
    }
    // The index is walked from its newest message on, and left as soon as the page is full.
    let (from, newest) = match &expression {
        Some(_) => (
            "words CROSS JOIN messages m ON m.pk = words.rowid WHERE words MATCH ? AND",
            "words.rowid",
        ),
        None => ("messages m WHERE", "m.pk"),
    };
    let mut sql = format!(
        "SELECT m.pk FROM {from} m.deleted_at IS NULL
         AND m.room_id IN (SELECT room_id FROM members WHERE user_id = ?)"
    );
    let mut values: Vec<Sql> = expression.into_iter().map(Sql::from).collect();
    values.push(viewer.to_owned().into());
    let mut also = |condition: &str, value: Sql| {
        sql.push_str(" AND ");
        sql.push_str(condition);
        values.push(value);
    };
    if let Some(room) = &wish.room {
        also("m.room_id = ?", room.clone().into());
    }
    if let Some(sender) = &wish.sender {
        also("m.sender_id = ?", sender.clone().into());
    }
    if let Some(from) = wish.from {
        also("m.created_at >= ?", from.into());
    }
    if let Some(to) = wish.to {
        also("m.created_at <= ?", to.into());
    }
    if let Some(cursor) = &wish.cursor {
        let pk = pk_of(cursor).ok_or(Refusal::Invalid {
            field: "cursor",
            why: "expected the id of a message",
        })?;
        also(&format!("{newest} < ?"), pk.into());
    }
    values.push((wish.limit + 1).into());
    sql.push_str(&format!(" ORDER BY {newest} DESC LIMIT ?"));
    let mut found: Vec<i64> = all(db, &sql, rusqlite::params_from_iter(values))?;
    let limit = usize::try_from(wish.limit).unwrap_or(0);
    let more = found.len() > limit;
    found.truncate(limit);
    let mut rows = Vec::with_capacity(found.len());
    for pk in found {
        rows.extend(select(db, "WHERE pk = ?1", [pk])?);
    }
    Ok((printed(db, rows, viewer)?, more))
}

/// The words in FTS5's language: each quoted, so that none is an operator, the last one as a prefix.
fn expression(text: &str) -> Option<String> {
    let words: Vec<&str> = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .take(32)
        .collect();
    if words.is_empty() {
        return None;
    }
    let quoted: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
    Some(format!("{}*", quoted.join(" ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_is_an_operator() {
        let expression = |text| expression(text).unwrap_or_default();
        assert_eq!(expression("hello wor"), "\"hello\" \"wor\"*");
        assert_eq!(
            expression("a\" OR b* NEAR(c)"),
            "\"a\" \"OR\" \"b\" \"NEAR\" \"c\"*"
        );
        assert_eq!(expression("  -- * ' \" "), "");
    }
}
