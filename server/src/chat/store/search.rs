//! Search over the words of messages.

use rusqlite::Connection;
use rusqlite::types::Value as Sql;
use serde_json::Value;

use super::Stored;
use super::history::{printed, select};
use super::messages::pk_of;
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
    let mut conditions = String::from(
        "WHERE deleted_at IS NULL AND room_id IN (SELECT room_id FROM members WHERE user_id = ?)",
    );
    let mut values = vec![Sql::from(viewer.to_owned())];
    let mut also = |condition: &str, value: Sql| {
        conditions.push_str(" AND ");
        conditions.push_str(condition);
        values.push(value);
    };
    if let Some(expression) = expression(&wish.words) {
        also(
            "pk IN (SELECT rowid FROM words WHERE words MATCH ?)",
            expression.into(),
        );
    } else if !wish.words.trim().is_empty() {
        // Nothing but signs, which are no words.
        return Ok((Vec::new(), false));
    }
    if let Some(room) = &wish.room {
        also("room_id = ?", room.clone().into());
    }
    if let Some(sender) = &wish.sender {
        also("sender_id = ?", sender.clone().into());
    }
    if let Some(from) = wish.from {
        also("created_at >= ?", from.into());
    }
    if let Some(to) = wish.to {
        also("created_at <= ?", to.into());
    }
    if let Some(cursor) = &wish.cursor {
        let pk = pk_of(cursor).ok_or(Refusal::Invalid {
            field: "cursor",
            why: "expected the id of a message",
        })?;
        also("pk < ?", pk.into());
    }
    values.push((wish.limit + 1).into());
    conditions.push_str(" ORDER BY pk DESC LIMIT ?");
    let mut rows = select(db, &conditions, rusqlite::params_from_iter(values))?;
    let limit = usize::try_from(wish.limit).unwrap_or(0);
    let more = rows.len() > limit;
    rows.truncate(limit);
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
