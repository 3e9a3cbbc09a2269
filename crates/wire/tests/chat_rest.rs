//! Answers of contract 5's REST part in every envelope, and random JSON into every decoder of chat.

mod shown;

use expect_test::{Expect, expect};
use serde_json::{Value, json};
use shown::shown;
use wire::chat::{call_id, decode, page, room, user};

fn check_page(body: &str, expected: Expect) {
    expected.assert_eq(&match page("rooms", body) {
        Ok(page) => shown(&page),
        Err(why) => format!("! {why}"),
    });
}

#[test]
fn under_which_id_somebody_can_be_called() {
    let read = |body: &str| match call_id(body) {
        Ok(id) => format!("{id:?}"),
        Err(why) => format!("! {why}"),
    };
    expect![[r#"Some("s1")"#]].assert_eq(&read(r#"{"success":true,"data":{"callId":"s1"}}"#));
    expect!["None"].assert_eq(&read(r#"{"data":{"callId":null}}"#));
    expect!["! call-id.callId: expected an id, got a number"].assert_eq(&read(r#"{"data":{"callId":7}}"#));
    expect!["! call-id: is no JSON: expected ident at line 1 column 2"].assert_eq(&read("nothing"));
}

#[test]
fn pages_in_every_envelope() {
    check_page(
        r#"{"success":true,"count":1,"data":[1],"pagination":{"page":2,"limit":1,"total":3,"pages":3}}"#,
        expect!["Page { data: [Number(1)], has_previous: Some(true), has_next: Some(true), total: Some(3) }"],
    );
    check_page(
        r#"{"data":[],"pagination":{"page":1,"limit":1,"total":0,"totalPages":0,"hasNext":false,"hasPrev":false}}"#,
        expect!["Page { has_previous: Some(false), has_next: Some(false), total: Some(0) }"],
    );
    check_page(
        r#"{"data":[],"links":{"self":"/a","next":{"href":"/b"}}}"#,
        expect!["Page { has_next: Some(true) }"],
    );
    check_page(
        r#"{"data":[],"links":{"next":"/b"}}"#,
        expect!["Page { has_next: Some(true) }"],
    );
    check_page(
        r#"{"data":[1],"pageInfo":{"hasNextPage":false,"hasPreviousPage":true,"startCursor":5,"endCursor":"e"}}"#,
        expect![[
            r#"Page { data: [Number(1)], has_previous: Some(true), has_next: Some(false), start: Some("5"), end: Some("e") }"#
        ]],
    );
    check_page("[1]", expect!["Page { data: [Number(1)] }"]);
    check_page(
        r#"{"data":{}}"#,
        expect!["! rooms.data: expected a list, got an object"],
    );
    check_page("{}", expect!["! rooms.data: is missing"]);
    check_page(
        "<html>",
        expect!["! rooms: is no JSON: expected value at line 1 column 1"],
    );
}

#[test]
fn rooms_and_people_in_full_and_at_least() {
    let of_room = |value| room("rooms", value).map_or_else(|why| format!("! {why}"), |room| shown(&room));
    let of_user = |value| user("users", value).map_or_else(|why| format!("! {why}"), |user| shown(&user));
    expect![[r#"Room { id: "r", name: Some("Ada"), topic: Some("t"), direct: true, members: Some(2), joined: Some(true), role: Some("owner"), unread: Some(1), mentions: Some(1), last_read: Some("m0"), last: Some(Message { id: "m1", sender_id: "u", content: "hi" }), with: Some(User { id: "u", name: Some("Ada"), presence: PresenceNews { user: "u", status: Some("away"), message: Some("hm"), emoji: Some("🎈"), until: Some(5) }, last_seen: Some(Week) }) }"#]].assert_eq(&of_room(json!({ "data": {
        "id": "r", "name": "Ada", "topic": "t", "kind": "direct", "memberCount": 2, "joined": true, "role": "owner",
        "unreadCount": 1, "mentionCount": 1, "lastReadId": "m0",
        "lastMessage": { "id": "m1", "senderId": "u", "content": "hi" },
        "with": { "id": "u", "name": "Ada", "presence": { "status": "away", "message": "hm", "emoji": "🎈", "until": 5,
            "lastSeen": { "about": "week" } } }
    } })));
    expect![[r#"Room { id: "4" }"#]].assert_eq(&of_room(json!({ "_id": 4, "lastMessage": "none" })));
    expect!["! rooms.id: is missing"].assert_eq(&of_room(json!({ "name": "General" })));
    expect![[r#"User { id: "1", name: Some("Ada"), presence: PresenceNews { user: "1", status: Some("online") }, last_seen: Some(Exact(1700000000000)) }"#]]
    .assert_eq(&of_user(
        json!({ "id": 1, "username": "Ada", "status": "online", "lastSeen": "2023-11-14T22:13:20Z" }),
    ));
    expect![[r#"User { id: "1", presence: PresenceNews { user: "1", status: Some("away") }, last_seen: Some(Exact(5)) }"#]]
    .assert_eq(&of_user(
        json!({ "userId": 1, "presence": "away", "lastSeen": { "exact": 5 } }),
    ));
    expect!["! users: expected an object, got a list"].assert_eq(&of_user(json!([])));
}

proptest::proptest! {
    #[test]
    fn nothing_that_is_json_makes_it_panic(event in proptest::sample::select(EVENTS), data in any_json()) {
        decode(event, vec![data.clone()], &mut Vec::new());
        let _ = page("page", &data.to_string());
        let _ = room("room", data.clone());
        let _ = call_id(&data.to_string());
        let _ = user("user", data);
    }

    #[test]
    fn nothing_that_is_text_makes_it_panic(body in ".*") {
        let _ = page("page", &body);
        decode("new-message", vec![json!({ "id": body, "senderId": body, "content": body, "timestamp": body })], &mut Vec::new());
    }
}

const EVENTS: &[&str] = &[
    "new-message",
    "room-joined",
    "room-history",
    "message-edited",
    "message-deleted",
    "message-reaction-updated",
    "message-read",
    "user-joined",
    "typing-update",
    "presence-update",
    "custom-status-change",
    "error",
    "ping",
    "notification",
    "batched-messages",
    "chat-hello",
    "room-added",
    "room-removed",
];

/// JSON that uses the names of the contract's fields, so that what is behind them is reached.
fn any_json() -> impl proptest::strategy::Strategy<Value = Value> {
    use proptest::prelude::*;
    const NAMES: &[&str] = &[
        "id",
        "messageId",
        "roomId",
        "room",
        "messages",
        "event",
        "data",
        "senderId",
        "sender",
        "content",
        "replyTo",
        "attachments",
        "url",
        "size",
        "reactions",
        "readBy",
        "timestamp",
        "editedAt",
        "userId",
        "status",
        "presence",
        "lastSeen",
        "exact",
        "with",
        "lastMessage",
        "pagination",
        "pageInfo",
        "links",
        "next",
        "page",
        "pages",
        "limits",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[a-z]{0,3}".prop_map(Value::from),
        "[0-9T:.Z+-]{0,30}".prop_map(Value::from),
        proptest::sample::select(EVENTS).prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 48, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::vec((proptest::sample::select(NAMES), inner), 0..6).prop_map(|pairs| pairs
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect()),
        ]
    })
}
