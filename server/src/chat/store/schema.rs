//! The chat's tables.

/// The step that adds them (see `db`).
///
/// A message's id is `m` and its row id, a cursor too; rows are never deleted, so ids are never used again. Times are
/// milliseconds since the epoch.
pub(crate) const CHAT: &str = "
    CREATE TABLE rooms (
        id         TEXT PRIMARY KEY,
        name       TEXT NOT NULL,
        topic      TEXT,
        kind       TEXT NOT NULL,
        -- The two people of a direct room, in order; they have one room.
        pair       TEXT UNIQUE,
        created_at INTEGER NOT NULL,
        active_at  INTEGER NOT NULL,
        last_seq   INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE TABLE members (
        room_id   TEXT NOT NULL REFERENCES rooms(id),
        user_id   TEXT NOT NULL REFERENCES users(id) ON DELETE CASCADE,
        role      TEXT NOT NULL,
        joined_at INTEGER NOT NULL,
        read_seq  INTEGER NOT NULL,
        PRIMARY KEY (room_id, user_id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX rooms_of_member ON members(user_id);
    CREATE TABLE messages (
        pk          INTEGER PRIMARY KEY,
        room_id     TEXT NOT NULL REFERENCES rooms(id),
        seq         INTEGER NOT NULL,
        sender_id   TEXT NOT NULL,
        client_id   TEXT,
        content     TEXT NOT NULL,
        reply_to    INTEGER,
        attachments TEXT,
        mentions    TEXT,
        created_at  INTEGER NOT NULL,
        edited_at   INTEGER,
        deleted_at  INTEGER,
        UNIQUE (room_id, seq)
    ) STRICT;
    -- Exactly once: what is sent again finds itself here.
    CREATE UNIQUE INDEX message_of_client ON messages(sender_id, client_id) WHERE client_id IS NOT NULL;
    CREATE TABLE reactions (
        message  INTEGER NOT NULL REFERENCES messages(pk),
        reaction TEXT NOT NULL,
        user_id  TEXT NOT NULL,
        at       INTEGER NOT NULL,
        PRIMARY KEY (message, reaction, user_id)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE mentions (
        room_id TEXT NOT NULL,
        user_id TEXT NOT NULL,
        seq     INTEGER NOT NULL,
        PRIMARY KEY (room_id, user_id, seq)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE attachments (
        id         TEXT PRIMARY KEY,
        owner_id   TEXT NOT NULL,
        name       TEXT NOT NULL,
        type       TEXT NOT NULL,
        size       INTEGER NOT NULL,
        width      INTEGER,
        height     INTEGER,
        created_at INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE statuses (
        user_id       TEXT PRIMARY KEY REFERENCES users(id) ON DELETE CASCADE,
        message       TEXT,
        message_until INTEGER,
        emoji         TEXT,
        emoji_until   INTEGER
    ) STRICT;
    CREATE TABLE last_seen (
        user_id TEXT PRIMARY KEY REFERENCES users(id) ON DELETE CASCADE,
        at      INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE privacy (
        user_id       TEXT PRIMARY KEY REFERENCES users(id) ON DELETE CASCADE,
        online        INTEGER NOT NULL,
        last_seen     TEXT NOT NULL,
        typing        INTEGER NOT NULL,
        read_receipts INTEGER NOT NULL
    ) STRICT;
    -- The words of messages; the texts stay where they are.
    CREATE VIRTUAL TABLE words USING fts5(
        content, content='messages', content_rowid='pk', prefix='2 3', tokenize='unicode61 remove_diacritics 2'
    );
";

/// The step after it: which messages have which files, so that a file goes when the last of them does.
pub(crate) const ATTACHED: &str = "
    CREATE TABLE attached (
        message    INTEGER NOT NULL REFERENCES messages(pk),
        attachment TEXT NOT NULL REFERENCES attachments(id) ON DELETE CASCADE,
        PRIMARY KEY (message, attachment)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX attached_of_file ON attached(attachment);
    INSERT OR IGNORE INTO attached (message, attachment)
        SELECT m.pk, a.id FROM messages m, json_each(m.attachments) one
        JOIN attachments a ON a.id = json_extract(one.value, '$.id') WHERE m.attachments IS NOT NULL;
";
