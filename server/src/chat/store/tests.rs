use rusqlite::{Connection, params};
use serde_json::{Value, json};

use super::attachments::{self, Attachment};
use super::marks::{self, Reaction};
use super::messages::{self, NewMessage, Target};
use super::{history, rooms};
use crate::db::{MIGRATIONS, migrate};

fn empty(steps: usize) -> Connection {
    let mut db = Connection::open_in_memory().unwrap();
    db.pragma_update(None, "foreign_keys", true).unwrap();
    migrate(&mut db, MIGRATIONS.get(..steps).unwrap()).unwrap();
    db
}

/// A room `r` of `u0`, `u1` and so on, who are so many.
fn room_of(count: usize) -> Connection {
    let db = empty(MIGRATIONS.len());
    let new = rooms::NewRoom {
        id: "r".into(),
        name: "R".into(),
        topic: None,
    };
    for number in 0..count {
        let id = format!("u{number}");
        add_user(&db, &id);
        if number == 0 {
            rooms::create(&db, &new, &id, 1).unwrap();
        } else {
            rooms::join(&db, "r", &id, 1).unwrap();
        }
    }
    db
}

fn add_user(db: &Connection, id: &str) {
    db.execute(
        "INSERT INTO users (id, email, name, password, role, organization_id, created_at)
         VALUES (?1, ?1, ?1, '', 'viewer', '', 0)",
        [id],
    )
    .unwrap();
}

fn send(db: &Connection, attachments: &[&str]) -> String {
    let new = NewMessage {
        room: "r".into(),
        sender: "u0".into(),
        client_id: None,
        content: "hello".into(),
        reply_to: None,
        attachments: attachments.iter().map(|id| (*id).to_owned()).collect(),
    };
    messages::send(db, &new, 5).unwrap().id
}

fn target(message: &str, user: &str) -> Target {
    Target {
        room: "r".into(),
        message: message.to_owned(),
        user: user.to_owned(),
    }
}

fn last(db: &Connection, viewer: &str) -> Value {
    history::tail(db, "r", viewer, 1).unwrap().pop().unwrap()
}

fn upload(db: &Connection, id: &str, at: i64) {
    let new = Attachment {
        id: id.to_owned(),
        owner: "u0".into(),
        name: "a.txt".into(),
        kind: "text/plain".into(),
        size: 1,
        dimensions: None,
    };
    attachments::add(db, &new, at).unwrap();
}

fn known(db: &Connection, id: &str) -> bool {
    attachments::find(db, id).unwrap().is_some()
}

#[test]
fn readers_of_a_large_room_are_counted_and_some_are_named() {
    let db = room_of(100);
    let id = send(&db, &[]);
    let named = |message: &Value| message["readBy"].as_array().unwrap().len();
    let message = last(&db, "u0");
    assert_eq!((named(&message), &message["readCount"]), (0, &json!(0)));
    for number in 1..=80 {
        marks::read(&db, &target(&id, &format!("u{number}"))).unwrap();
    }
    let message = last(&db, "u0");
    assert_eq!((named(&message), &message["readCount"]), (64, &json!(80)));
    db.execute("INSERT INTO privacy VALUES ('u7', 1, 'exact', 1, 0)", [])
        .unwrap();
    assert_eq!(
        last(&db, "u0")["readCount"],
        79,
        "who switched receipts off is not counted"
    );
    // Of the next message nothing is read yet, and nobody is named who has read the one before.
    send(&db, &[]);
    assert_eq!(last(&db, "u0")["readCount"], 0);
}

#[test]
fn a_reaction_of_a_hundred_and_one_is_counted_and_shows_whether_it_is_ones_own() {
    let db = room_of(101);
    let id = send(&db, &[]);
    let react = |number: usize, reaction: &str| {
        let wish = Reaction {
            target: target(&id, &format!("u{number}")),
            reaction: reaction.to_owned(),
            on: Some(true),
        };
        marks::react(&db, &wish, i64::try_from(number).unwrap()).unwrap();
    };
    for number in 0..100 {
        react(number, "👍");
    }
    let users = last(&db, "u0")["reactions"]["👍"].as_array().map(Vec::len);
    assert_eq!(users, Some(100));
    react(100, "👍");
    react(3, "🎈");
    let of = |viewer: &str| {
        let reactions = last(&db, viewer)["reactions"].clone();
        let list = reactions.as_array().unwrap().clone();
        let thumb = list.iter().find(|one| one["reaction"] == "👍").unwrap().clone();
        (list.len(), thumb)
    };
    let (kinds, thumb) = of("u100");
    assert_eq!((kinds, &thumb["count"]), (2, &json!(101)));
    assert_eq!(thumb["users"].as_array().unwrap().len(), 100);
    assert_eq!(thumb["users"][0], "u100", "the viewer's own comes first");
}

#[test]
fn files_go_with_their_last_message_and_those_never_sent_some_day() {
    let db = room_of(1);
    for id in ["once", "twice", "never"] {
        upload(&db, id, 10);
    }
    let first = send(&db, &["once", "twice"]);
    let second = send(&db, &["twice", "twice"]);
    let delete = |id: &str| messages::delete(&db, &target(id, "u0"), 20).unwrap();
    assert_eq!(delete(&first), Some(vec!["once".to_owned()]));
    assert_eq!(delete(&first), None, "it was one already");
    assert!(known(&db, "twice"));
    assert_eq!(attachments::take_stale(&db, 10).unwrap(), Vec::<String>::new());
    assert_eq!(attachments::take_stale(&db, 11).unwrap(), ["never"]);
    assert_eq!(delete(&second), Some(vec!["twice".to_owned()]));
    assert!(!known(&db, "twice"));
}

#[test]
fn files_of_messages_from_before_are_known_to_belong_to_them() {
    let mut db = empty(2);
    add_user(&db, "u0");
    db.execute_batch(
        "INSERT INTO rooms (id, name, kind, created_at, active_at) VALUES ('r', 'R', 'room', 1, 1)",
    )
    .unwrap();
    upload(&db, "kept", 1);
    upload(&db, "never", 1);
    db.execute(
        "INSERT INTO messages (room_id, seq, sender_id, content, attachments, created_at)
         VALUES ('r', 1, 'u0', '', ?1, 1), ('r', 2, 'u0', 'no files', NULL, 1)",
        params![json!([{ "id": "kept" }, { "id": "unknown" }]).to_string()],
    )
    .unwrap();
    migrate(&mut db, &MIGRATIONS).unwrap();
    assert_eq!(attachments::take_stale(&db, 100).unwrap(), ["never"]);
}
