//! People: names and pictures, what they say of themselves, and what they let others see.

use rusqlite::{Connection, OptionalExtension as _, params};
use serde_json::{Value, json};

use super::{execute, maybe};

/// A person, without how they are there.
#[derive(Debug, Clone)]
pub(in crate::chat) struct Person {
    pub(in crate::chat) id: String,
    pub(in crate::chat) name: String,
    pub(in crate::chat) avatar: Option<String>,
}

impl Person {
    /// `{id, name, avatar?}`.
    pub(in crate::chat) fn to_json(&self) -> Value {
        let mut value = json!({ "id": self.id, "name": self.name });
        if let (Some(avatar), Some(value)) = (&self.avatar, value.as_object_mut()) {
            value.insert("avatar".into(), avatar.as_str().into());
        }
        value
    }
}

/// The address of a picture: a data URL of 64 KB in every message would be far too much. It changes with the picture.
const PERSON: &str = "u.id, u.name,
    CASE WHEN u.avatar IS NULL THEN NULL ELSE
        '/api/v1/users/' || u.id || '/avatar?v=' || length(u.avatar) || hex(substr(u.avatar, length(u.avatar) / 2, 6))
    END";

fn read_person(row: &rusqlite::Row<'_>) -> rusqlite::Result<Person> {
    Ok(Person {
        id: row.get(0)?,
        name: row.get(1)?,
        avatar: row.get(2)?,
    })
}

/// The person with this id.
pub(in crate::chat) fn find(db: &Connection, id: &str) -> rusqlite::Result<Option<Person>> {
    db.prepare_cached(&format!("SELECT {PERSON} FROM users u WHERE u.id = ?1"))?
        .query_row([id], read_person)
        .optional()
}

/// Some people.
#[derive(Debug, Default)]
pub(in crate::chat) struct PeoplePage {
    /// Words of the name.
    pub(in crate::chat) search: Option<String>,
    /// Only members of this room.
    pub(in crate::chat) room: Option<String>,
    /// SQL of known columns.
    pub(in crate::chat) order: String,
    pub(in crate::chat) limit: i64,
    pub(in crate::chat) offset: i64,
}

/// A person and their role in the room that was asked for.
pub(in crate::chat) type WithRole = (Person, Option<String>);

/// A page of people with their roles in the room, and how many there are in all.
pub(in crate::chat) fn page(db: &Connection, page: &PeoplePage) -> rusqlite::Result<(Vec<WithRole>, i64)> {
    let like = page.search.as_deref().map(like);
    let from = "FROM users u LEFT JOIN members m ON m.user_id = u.id AND m.room_id = ?1
        WHERE (?1 IS NULL OR m.room_id IS NOT NULL) AND (?2 IS NULL OR u.name LIKE ?2 ESCAPE '\\')";
    let total = db
        .prepare_cached(&format!("SELECT count(*) {from}"))?
        .query_row(params![page.room, like], |row| row.get(0))?;
    let sql = format!(
        "SELECT {PERSON}, m.role {from} ORDER BY {} LIMIT ?3 OFFSET ?4",
        page.order
    );
    let people = db
        .prepare_cached(&sql)?
        .query_map(params![page.room, like, page.limit, page.offset], |row| {
            Ok((read_person(row)?, row.get(3)?))
        })?
        .collect::<rusqlite::Result<_>>()?;
    Ok((people, total))
}

/// A pattern for `LIKE … ESCAPE '\'` that finds the text anywhere.
pub(in crate::chat) fn like(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

/// Somebody's picture, as a data URL.
pub(in crate::chat) fn avatar(db: &Connection, id: &str) -> rusqlite::Result<Option<String>> {
    maybe::<Option<String>>(db, "SELECT avatar FROM users WHERE id = ?1", [id]).map(Option::flatten)
}

/// These people were there just now.
pub(in crate::chat) fn saw(db: &Connection, ids: &[String], now: i64) -> rusqlite::Result<()> {
    for id in ids {
        execute(
            db,
            "INSERT INTO last_seen (user_id, at) SELECT ?1, ?2 WHERE EXISTS (SELECT 1 FROM users WHERE id = ?1)
             ON CONFLICT (user_id) DO UPDATE SET at = max(at, excluded.at)",
            params![id, now],
        )?;
    }
    Ok(())
}

/// How exactly others may know when a person was there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::chat) enum LastSeen {
    #[default]
    Exact,
    Today,
    Week,
    Hidden,
}

impl LastSeen {
    pub(in crate::chat) const fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Today => "today",
            Self::Week => "week",
            Self::Hidden => "hidden",
        }
    }

    pub(in crate::chat) fn of(name: &str) -> Option<Self> {
        [Self::Exact, Self::Today, Self::Week, Self::Hidden]
            .into_iter()
            .find(|one| one.name() == name)
    }
}

/// What a person lets others see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::chat) struct Privacy {
    pub(in crate::chat) online: bool,
    pub(in crate::chat) last_seen: LastSeen,
    pub(in crate::chat) typing: bool,
    pub(in crate::chat) read_receipts: bool,
}

impl Default for Privacy {
    fn default() -> Self {
        Self {
            online: true,
            last_seen: LastSeen::default(),
            typing: true,
            read_receipts: true,
        }
    }
}

impl Privacy {
    pub(in crate::chat) fn to_json(self) -> Value {
        json!({
            "online": self.online,
            "lastSeen": self.last_seen.name(),
            "typing": self.typing,
            "readReceipts": self.read_receipts,
        })
    }
}

/// What everybody lets others see, for those who ever chose.
pub(in crate::chat) fn all_privacy(db: &Connection) -> rusqlite::Result<Vec<(String, Privacy)>> {
    db.prepare("SELECT user_id, online, last_seen, typing, read_receipts FROM privacy")?
        .query_map([], |row| {
            let privacy = Privacy {
                online: row.get(1)?,
                // A word that is not known hides rather than shows.
                last_seen: LastSeen::of(&row.get::<_, String>(2)?).unwrap_or(LastSeen::Hidden),
                typing: row.get(3)?,
                read_receipts: row.get(4)?,
            };
            Ok((row.get(0)?, privacy))
        })?
        .collect()
}

/// Keeps a choice.
pub(in crate::chat) fn set_privacy(db: &Connection, id: &str, privacy: Privacy) -> rusqlite::Result<()> {
    execute(
        db,
        "INSERT OR REPLACE INTO privacy (user_id, online, last_seen, typing, read_receipts) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![
            id,
            privacy.online,
            privacy.last_seen.name(),
            privacy.typing,
            privacy.read_receipts
        ],
    )?;
    Ok(())
}

/// What a person says of themselves, and until when.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::chat) struct Status {
    pub(in crate::chat) message: Option<(String, i64)>,
    pub(in crate::chat) emoji: Option<(String, i64)>,
}

/// What everybody says of themselves.
pub(in crate::chat) fn all_statuses(db: &Connection) -> rusqlite::Result<Vec<(String, Status)>> {
    db.prepare("SELECT user_id, message, message_until, emoji, emoji_until FROM statuses")?
        .query_map([], |row| {
            let pair = |text: Option<String>, until: Option<i64>| text.zip(until);
            let status = Status {
                message: pair(row.get(1)?, row.get(2)?),
                emoji: pair(row.get(3)?, row.get(4)?),
            };
            Ok((row.get(0)?, status))
        })?
        .collect()
}

/// Keeps what a person says.
pub(in crate::chat) fn set_status(db: &Connection, id: &str, status: &Status) -> rusqlite::Result<()> {
    let (message, message_until) = status.message.clone().unzip();
    let (emoji, emoji_until) = status.emoji.clone().unzip();
    execute(
        db,
        "INSERT OR REPLACE INTO statuses (user_id, message, message_until, emoji, emoji_until)
         VALUES (?1, ?2, ?3, ?4, ?5)",
        params![id, message, message_until, emoji, emoji_until],
    )?;
    Ok(())
}

/// When everybody was there last.
pub(in crate::chat) fn all_last_seen(db: &Connection) -> rusqlite::Result<Vec<(String, i64)>> {
    db.prepare("SELECT user_id, at FROM last_seen")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect()
}
