//! Accounts and sessions in the database. Every function is one transaction.

use rusqlite::{Connection, OptionalExtension as _, params};
use wire::library::User;

use super::keys::hash;

/// A new account.
#[derive(Debug)]
pub(super) struct NewUser {
    /// Who.
    pub(super) user: User,
    /// The PHC string of the password.
    pub(super) password: String,
}

/// Adds an account; `false` when its e-mail address is taken.
pub(super) fn add_user(connection: &mut Connection, new: &NewUser, now: i64) -> rusqlite::Result<bool> {
    let user = &new.user;
    let added = connection.execute(
        "INSERT INTO users (id, email, name, avatar, password, role, organization_id, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (email) DO NOTHING",
        params![
            user.id,
            user.email,
            user.name,
            user.avatar,
            new.password,
            user.role,
            user.organization_id,
            now
        ],
    )?;
    Ok(added == 1)
}

const USER: &str = "id, email, name, avatar, role, organization_id, password";

fn read_user(row: &rusqlite::Row<'_>) -> rusqlite::Result<(User, String)> {
    let user = User {
        id: row.get(0)?,
        email: row.get(1)?,
        name: row.get(2)?,
        avatar: row.get(3)?,
        role: row.get(4)?,
        organization_id: row.get(5)?,
    };
    Ok((user, row.get(6)?))
}

/// The account with this e-mail address, and its password's PHC string.
pub(super) fn user_by_email(
    connection: &Connection,
    email: &str,
) -> rusqlite::Result<Option<(User, String)>> {
    connection
        .query_row(
            &format!("SELECT {USER} FROM users WHERE email = ?1"),
            [email],
            read_user,
        )
        .optional()
}

/// The account with this id.
pub(super) fn user_by_id(connection: &Connection, id: &str) -> rusqlite::Result<Option<User>> {
    let found = connection
        .query_row(
            &format!("SELECT {USER} FROM users WHERE id = ?1"),
            [id],
            read_user,
        )
        .optional()?;
    Ok(found.map(|(user, _)| user))
}

/// A change of an account; what is `None` stays.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Change {
    /// New display name.
    pub name: Option<String>,
    /// New avatar as a data URL; `Some(None)` removes it.
    pub avatar: Option<Option<String>>,
}

/// Changes what is `Some`; the account as it is then.
pub(super) fn update_user(
    connection: &mut Connection,
    id: &str,
    change: &Change,
) -> rusqlite::Result<Option<User>> {
    let transaction = connection.transaction()?;
    if let Some(name) = &change.name {
        transaction.execute("UPDATE users SET name = ?2 WHERE id = ?1", params![id, name])?;
    }
    if let Some(avatar) = &change.avatar {
        transaction.execute("UPDATE users SET avatar = ?2 WHERE id = ?1", params![id, avatar])?;
    }
    let user = user_by_id(&transaction, id)?;
    transaction.commit()?;
    Ok(user)
}

/// A new family.
#[derive(Debug)]
pub(super) struct NewFamily {
    /// Its id.
    pub(super) id: String,
    /// Whose.
    pub(super) user: String,
    /// Its first refresh token.
    pub(super) token: String,
}

/// Begins a family with its first refresh token.
pub(super) fn begin_family(
    connection: &mut Connection,
    new: &NewFamily,
    times: Times,
) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    transaction.execute(
        "INSERT INTO families (id, user_id, created_at) VALUES (?1, ?2, ?3)",
        params![new.id, new.user, times.now],
    )?;
    add_token(&transaction, &new.id, &new.token, times)?;
    transaction.commit()
}

/// The clock and the lifetimes, in seconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Times {
    /// Seconds since the epoch.
    pub(super) now: i64,
    /// How long a refresh token lives.
    pub(super) lifetime: i64,
    /// How long a used one gets the same successor.
    pub(super) grace: i64,
}

fn add_token(connection: &Connection, family: &str, token: &str, times: Times) -> rusqlite::Result<()> {
    connection.execute(
        "INSERT INTO refresh_tokens (hash, family_id, expires_at) VALUES (?1, ?2, ?3)",
        params![hash(token), family, times.now.saturating_add(times.lifetime)],
    )?;
    Ok(())
}

/// What became of a refresh.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Rotation {
    /// Here is the successor's owner.
    Renewed(User),
    /// The token is unknown, too old, or of a family that ended.
    Over,
    /// The token was used before, too late or after its successor: somebody has a copy. Its family ended now.
    Reused,
}

/// Replaces `token` by `successor`.
///
/// ```text
///   fresh ── used ──▶ spent, successor fresh ── successor used, or grace over ──▶ showing it ends the family
///                        └ shown again within the grace: the same successor again
/// ```
pub(super) fn rotate(
    connection: &mut Connection,
    token: &str,
    successor: &str,
    times: Times,
) -> rusqlite::Result<Rotation> {
    let transaction = connection.transaction()?;
    let found = transaction
        .query_row(
            "SELECT t.family_id, t.expires_at, t.used_at, f.revoked_at, f.user_id, next.used_at
             FROM refresh_tokens t JOIN families f ON f.id = t.family_id
             LEFT JOIN refresh_tokens next ON next.hash = t.successor WHERE t.hash = ?1",
            [hash(token)],
            |row| {
                Ok(Found {
                    family: row.get(0)?,
                    expires_at: row.get(1)?,
                    used_at: row.get(2)?,
                    revoked_at: row.get(3)?,
                    user: row.get(4)?,
                    successor_used_at: row.get(5)?,
                })
            },
        )
        .optional()?;
    let Some(found) = found else {
        return Ok(Rotation::Over);
    };
    if found.revoked_at.is_some() || found.expires_at <= times.now {
        return Ok(Rotation::Over);
    }
    match found.used_at {
        None => {
            transaction.execute(
                "UPDATE refresh_tokens SET used_at = ?2, successor = ?3 WHERE hash = ?1",
                params![hash(token), times.now, hash(successor)],
            )?;
            add_token(&transaction, &found.family, successor, times)?;
        }
        Some(used_at)
            if found.successor_used_at.is_none() && times.now.saturating_sub(used_at) <= times.grace => {}
        Some(_) => {
            revoke(&transaction, &found.family, times.now)?;
            transaction.commit()?;
            return Ok(Rotation::Reused);
        }
    }
    let user = user_by_id(&transaction, &found.user)?;
    transaction.commit()?;
    Ok(user.map_or(Rotation::Over, Rotation::Renewed))
}

struct Found {
    family: String,
    expires_at: i64,
    used_at: Option<i64>,
    revoked_at: Option<i64>,
    user: String,
    successor_used_at: Option<i64>,
}

/// Ends the family of `token`, if there is one.
pub(super) fn end_family_of(connection: &mut Connection, token: &str, now: i64) -> rusqlite::Result<()> {
    let family: Option<String> = connection
        .query_row(
            "SELECT family_id FROM refresh_tokens WHERE hash = ?1",
            [hash(token)],
            |row| row.get(0),
        )
        .optional()?;
    match family {
        Some(family) => revoke(connection, &family, now),
        None => Ok(()),
    }
}

fn revoke(connection: &Connection, family: &str, now: i64) -> rusqlite::Result<()> {
    connection.execute(
        "UPDATE families SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL",
        params![family, now],
    )?;
    Ok(())
}

/// Forgets what can never be used again. Spent tokens stay as long as they would have lived, so that their reuse is seen.
pub(super) fn sweep(connection: &mut Connection, now: i64) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    transaction.execute("DELETE FROM refresh_tokens WHERE expires_at <= ?1", [now])?;
    transaction.execute(
        "DELETE FROM families WHERE NOT EXISTS (SELECT 1 FROM refresh_tokens WHERE family_id = families.id)",
        [],
    )?;
    transaction.commit()
}
