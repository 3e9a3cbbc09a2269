//! Contract 5 as servers print it: every event, every shape, and what cannot be read.

mod shown;

use expect_test::{Expect, expect};
use serde_json::{Value, json};
use shown::shown;
use wire::chat::decode;

/// What an event holds; fields that say nothing are left out.
fn check(event: &str, data: Value, expected: Expect) {
    let mut found = Vec::new();
    decode(event, vec![data], &mut found);
    let lines: Vec<String> = found
        .iter()
        .map(|found| match found {
            Ok(event) => shown(event),
            Err(why) => format!("! {why}"),
        })
        .collect();
    expected.assert_eq(&lines.join("\n"));
}

#[test]
fn a_message_with_everything() {
    check(
        "new-message",
        json!({
            "id": "m1", "roomId": "r", "senderId": "u", "senderName": "Ada", "senderAvatar": "/a.png", "content": "hi",
            "replyTo": "m0", "timestamp": 1_700_000_000_000_u64, "edited": true, "editedAt": "2023-11-14T22:13:21Z",
            "attachments": [
                "https://x.test/a.png",
                { "url": "/f/1", "name": "b.pdf", "type": "application/pdf", "size": 10, "width": 1, "height": 2 },
                { "href": "c", "filename": "c", "mimeType": "image/png" },
                { "path": "d", "fileSize": "7" }, { "name": "no address" }, 5
            ],
            "reactions": { "👍": ["u", 2] }, "readBy": ["v"],
            "seq": 3, "clientId": "c", "mentions": ["u"]
        }),
        expect![[r#"
            NewMessage(Ok(Message { id: "m1", room_id: Some("r"), sender_id: "u",
                sender_name: Some("Ada"), sender_avatar: Some("/a.png"), content: "hi", reply_to: Some("m0"),
                attachments: [Attachment { url: "https://x.test/a.png" },
                Attachment { url: "/f/1", name: Some("b.pdf"), mime: Some("application/pdf"), size: Some(10), width: Some(1), height: Some(2) },
                Attachment { url: "c", name: Some("c"), mime: Some("image/png") },
                Attachment { url: "d", size: Some(7) }],
                timestamp: Some(1700000000000), edited: true, edited_at: Some(1700000001000),
                reactions: [Reaction { reaction: "👍", users: ["u", "2"], count: 2 }], read_by: ["v"], seq: Some(3), client_id: Some("c"), mentions: Some(["u"]) }))"#]],
    );
}

#[test]
fn a_message_with_the_least() {
    check(
        "new-message",
        json!({ "id": 7, "senderId": 8, "content": "" }),
        expect![[r#"NewMessage(Ok(Message { id: "7", sender_id: "8" }))"#]],
    );
}

#[test]
fn a_message_whose_server_joins_tables() {
    check(
        "new-message",
        json!({
            "_id": "m1", "room": "r", "sender": { "_id": "u", "username": "Ada", "avatar": "a" }, "text": "hi",
            "replyTo": { "id": 9, "content": "old" }, "createdAt": "2023-11-14T22:13:20.000Z"
        }),
        expect![[r#"
            NewMessage(Ok(Message { id: "m1", room_id: Some("r"), sender_id: "u",
                sender_name: Some("Ada"), sender_avatar: Some("a"), content: "hi", reply_to: Some("9"),
                timestamp: Some(1700000000000) }))"#]],
    );
}

#[test]
fn reactions_and_readers_in_every_shape() {
    for (reactions, read_by, expected) in [
        (
            json!({}),
            json!({}),
            expect![[r#"NewMessage(Ok(Message { id: "m", sender_id: "u" }))"#]],
        ),
        (
            json!({ "a": ["u", 2], "b": [] }),
            json!(["u", 2]),
            expect![[r#"
                NewMessage(Ok(Message { id: "m", sender_id: "u",
                    reactions: [Reaction { reaction: "a", users: ["u", "2"], count: 2 }], read_by: ["u", "2"] }))"#]],
        ),
        (
            json!({ "a": 3 }),
            json!({ "u": "2023-11-14T22:13:20Z" }),
            expect![[r#"
                NewMessage(Ok(Message { id: "m", sender_id: "u",
                    reactions: [Reaction { reaction: "a", count: 3 }], read_by: ["u"] }))"#]],
        ),
        (
            json!([{ "reaction": "a", "count": 2, "users": ["u"] }, { "emoji": "b", "users": [{ "userId": 1 }] }, 4]),
            json!([{ "userId": "u" }, { "id": 2 }, null]),
            expect![[r#"
                NewMessage(Ok(Message { id: "m", sender_id: "u",
                    reactions: [Reaction { reaction: "a", users: ["u"], count: 2 }, Reaction { reaction: "b", users: ["1"], count: 1 }], read_by: ["u", "2"] }))"#]],
        ),
        (
            json!("none"),
            json!(7),
            expect![[r#"NewMessage(Ok(Message { id: "m", sender_id: "u" }))"#]],
        ),
    ] {
        let message =
            json!({ "id": "m", "senderId": "u", "content": "", "reactions": reactions, "readBy": read_by });
        check("new-message", message, expected);
    }
}

#[test]
fn a_message_that_cannot_be_read_says_which_field_and_why() {
    for (data, expected) in [
        (
            json!(null),
            expect![[
                r#"NewMessage(Err(Unreadable { why: DecodeError { event: "new-message", why: "expected an object, got null" } }))"#
            ]],
        ),
        (
            json!("hi"),
            expect![[
                r#"NewMessage(Err(Unreadable { why: DecodeError { event: "new-message", why: "expected an object, got a text" } }))"#
            ]],
        ),
        (
            json!({ "content": "hi" }),
            expect![[
                r#"NewMessage(Err(Unreadable { why: DecodeError { event: "new-message", field: "id", why: "is missing" } }))"#
            ]],
        ),
        (
            json!({ "id": "", "senderId": "u", "content": "hi" }),
            expect![[
                r#"NewMessage(Err(Unreadable { why: DecodeError { event: "new-message", field: "id", why: "is empty" } }))"#
            ]],
        ),
        (
            json!({ "id": { "oid": 1 }, "senderId": "u", "content": "hi" }),
            expect![[
                r#"NewMessage(Err(Unreadable { why: DecodeError { event: "new-message", field: "id", why: "expected a text, got an object" } }))"#
            ]],
        ),
        (
            json!({ "id": "m", "content": "hi" }),
            expect![[
                r#"NewMessage(Err(Unreadable { id: Some("m"), why: DecodeError { event: "new-message", field: "senderId", why: "is missing" } }))"#
            ]],
        ),
        (
            json!({ "id": "m", "senderId": "u" }),
            expect![[
                r#"NewMessage(Err(Unreadable { id: Some("m"), why: DecodeError { event: "new-message", field: "content", why: "is missing" } }))"#
            ]],
        ),
        (
            json!({ "id": "m", "senderId": "u", "content": ["hi"] }),
            expect![[
                r#"NewMessage(Err(Unreadable { id: Some("m"), why: DecodeError { event: "new-message", field: "content", why: "expected a text, got a list" } }))"#
            ]],
        ),
        (
            json!({ "id": "m", "sender": { "name": "Ada" }, "content": "hi" }),
            expect![[
                r#"NewMessage(Err(Unreadable { id: Some("m"), why: DecodeError { event: "new-message", field: "sender.id", why: "is missing" } }))"#
            ]],
        ),
    ] {
        check("new-message", data, expected);
    }
}

#[test]
fn a_tombstone_needs_no_text() {
    check(
        "new-message",
        json!({ "id": "m", "senderId": "u", "deleted": true }),
        expect![[r#"NewMessage(Ok(Message { id: "m", sender_id: "u", deleted: true }))"#]],
    );
}

#[test]
fn one_bad_message_leaves_the_rest_of_a_history() {
    check(
        "room-joined",
        json!({
            "room": { "id": "r", "name": "General", "memberCount": 3 },
            "messages": [{ "id": 1, "senderId": "u", "content": "a" }, { "id": 2 }, { "id": 3, "senderId": "u", "content": "c" }]
        }),
        expect![[r#"
            History { room: "r", name: Some("General"), members: Some(3), messages: [Ok(Message { id: "1", sender_id: "u", content: "a" }),
                Err(Unreadable { id: Some("2"), why: DecodeError { event: "room-joined", field: "senderId", why: "is missing" } }),
                Ok(Message { id: "3", sender_id: "u", content: "c" })], joined: true }"#]],
    );
}

#[test]
fn a_history_without_a_room_object() {
    check(
        "room-history",
        json!({ "roomId": 4, "messages": [] }),
        expect![[r#"History { room: "4" }"#]],
    );
    check(
        "room-joined",
        json!({ "room": "r" }),
        expect![[r#"History { room: "r", joined: true }"#]],
    );
    check(
        "room-history",
        json!({ "messages": [] }),
        expect!["! room-history.roomId: is missing"],
    );
}

#[test]
fn what_happens_to_a_message() {
    check(
        "message-edited",
        json!({ "messageId": 1, "roomId": "r", "newContent": "new", "editedAt": 5, "timestamp": 6 }),
        expect![[r#"Edited { room: Some("r"), message: "1", content: "new", at: Some(5) }"#]],
    );
    check(
        "message-deleted",
        json!({ "messageId": 1, "roomId": "r", "deletedBy": 2, "timestamp": 6 }),
        expect![[r#"Deleted { room: Some("r"), message: "1", by: Some("2") }"#]],
    );
    check(
        "message-reaction-updated",
        json!({ "messageId": 1, "roomId": "r", "reaction": "👍", "userId": "u", "hasReacted": true, "reactionCount": 2 }),
        expect![[
            r#"Reacted { room: Some("r"), message: "1", reaction: "👍", user: "u", has: true, count: Some(2) }"#
        ]],
    );
    check(
        "message-read",
        json!({ "messageId": 1, "roomId": "r", "readerId": "u", "timestamp": 6 }),
        expect![[r#"Read { room: Some("r"), message: "1", reader: "u", at: Some(6) }"#]],
    );
    check(
        "message-edited",
        json!({ "messageId": 1 }),
        expect!["! message-edited.newContent: is missing"],
    );
    check(
        "message-reaction-updated",
        json!({ "messageId": 1, "reaction": "a", "userId": "u" }),
        expect!["! message-reaction-updated.hasReacted: is missing"],
    );
}

#[test]
fn people_come_go_and_type() {
    check(
        "user-joined",
        json!({ "userId": 1, "username": "Ada", "avatar": "a", "roomId": "r" }),
        expect![[
            r#"Member { room: Some("r"), user: "1", name: Some("Ada"), avatar: Some("a"), joined: true }"#
        ]],
    );
    check(
        "user-left",
        json!({ "userId": 1, "timestamp": 6 }),
        expect![[r#"Member { user: "1" }"#]],
    );
    check(
        "user-typing",
        json!({ "userId": 1, "username": "Ada", "roomId": "r" }),
        expect![[r#"Typing(Typing { room: "r", user: "1", name: Some("Ada"), typing: true })"#]],
    );
    check(
        "user-stopped-typing",
        json!({ "userId": 1, "roomId": "r" }),
        expect![[r#"Typing(Typing { room: "r", user: "1" })"#]],
    );
    check(
        "typing-update",
        json!({ "userId": 1, "roomId": "r", "isTyping": true }),
        expect![[r#"Typing(Typing { room: "r", user: "1", typing: true })"#]],
    );
    check(
        "typing-update",
        json!({ "userId": 1, "roomId": "r" }),
        expect!["! typing-update.isTyping: is missing"],
    );
}

#[test]
fn how_somebody_is_there() {
    check(
        "presence-update",
        json!({ "userId": 1, "status": "away", "timestamp": 6 }),
        expect![[r#"Presence(PresenceNews { user: "1", status: Some("away"), at: Some(6) })"#]],
    );
    check(
        "status-change",
        json!({ "type": "status-change", "userId": 1, "status": "online" }),
        expect![[r#"Presence(PresenceNews { user: "1", status: Some("online") })"#]],
    );
    check(
        "status-update",
        json!({ "userId": 1, "status": "online", "message": "hm", "timestamp": 6 }),
        expect![[
            r#"Presence(PresenceNews { user: "1", status: Some("online"), message: Some("hm"), at: Some(6) })"#
        ]],
    );
    check(
        "custom-status-change",
        json!({ "userId": 1, "customStatus": "hm", "emoji": "🎈", "timestamp": 6 }),
        expect![[
            r#"Presence(PresenceNews { user: "1", message: Some("hm"), emoji: Some("🎈"), at: Some(6) })"#
        ]],
    );
    check(
        "presence-update",
        json!({ "userId": 1 }),
        expect!["! presence-update.status: is missing"],
    );
    check(
        "presence-update",
        json!({ "status": "away" }),
        expect!["! presence-update.userId: is missing"],
    );
}

#[test]
fn errors_pings_and_notifications() {
    check(
        "error",
        json!({ "message": "no", "requestId": 4 }),
        expect![[r#"Error { message: "no", request: Some("4") }"#]],
    );
    check("error", json!("no"), expect![[r#"Error { message: "no" }"#]]);
    check("error", json!(null), expect!["Error { }"]);
    check(
        "ping",
        json!(1_700_000_000_000_u64),
        expect!["Ping(Number(1700000000000))"],
    );
    check(
        "notification",
        json!({ "type": "chat-mention", "from": "Ada", "message": "hi", "roomId": "r", "timestamp": 6 }),
        expect![[r#"Mentioned { from: "Ada", message: "hi", room: Some("r"), at: Some(6) }"#]],
    );
    check(
        "notification",
        json!({ "type": "chat-mention", "from": { "id": 1 } }),
        expect![[r#"Mentioned { from: "1" }"#]],
    );
    check(
        "notification",
        json!({ "type": "of-another-kind" }),
        expect![[""]],
    );
}

#[test]
fn what_only_the_embedded_backend_says() {
    check(
        "chat-hello",
        json!({
            "userId": "u", "name": "Ada", "serverTime": 6, "clientIds": true, "acks": true, "search": true, "rooms": true,
            "direct": true, "attachments": true, "privacy": true, "calls": true,
            "limits": { "messageBytes": 1, "attachmentBytes": 2, "messagesPerMinute": 3 }
        }),
        expect![[r#"
            Hello(Hello { user: Some("u"), server_time: Some(6), client_ids: true, acks: true, search: true, rooms: true, direct: true,
                attachments: true, privacy: true, calls: true, message_bytes: Some(1), attachment_bytes: Some(2), messages_per_minute: Some(3) })"#]],
    );
    check("chat-hello", json!({}), expect!["Hello(Hello { })"]);
    check(
        "room-added",
        json!({ "room": { "id": "r", "name": "General", "kind": "room", "memberCount": 2, "joined": true } }),
        expect![[r#"Room(Room { id: "r", name: Some("General"), members: Some(2), joined: Some(true) })"#]],
    );
    check(
        "room-updated",
        json!({}),
        expect!["! room-updated.room: is missing"],
    );
    check(
        "room-removed",
        json!({ "roomId": "r" }),
        expect![[r#"RoomRemoved("r")"#]],
    );
    check(
        "room-removed",
        json!([]),
        expect!["! room-removed: expected a text, got a list"],
    );
}

#[test]
fn unknown_events_are_passed_over() {
    check("brand-new", json!({ "anything": 1 }), expect![[""]]);
}

#[test]
fn a_batch_of_mixed_kinds_in_its_order() {
    let message = json!({ "id": 1, "senderId": "u", "content": "a" });
    check(
        "batched-messages",
        json!({
            "messages": [
                { "event": "new-message", "data": message, "timestamp": 6 },
                { "event": "brand-new", "data": {} },
                { "data": {} }, 5,
                { "event": "message-read", "data": { "readerId": "u" } },
                { "event": "batched-messages", "data": { "messages": [{ "event": "error", "data": "inner" }] } },
                { "event": "user-typing", "data": { "userId": "v", "roomId": "r" } }
            ],
            "count": 7
        }),
        expect![[r#"
            NewMessage(Ok(Message { id: "1", sender_id: "u", content: "a" }))
            ! batched-messages.messages[2].event: is missing
            ! batched-messages.messages[3]: expected an object, got a number
            ! message-read.messageId: is missing
            Error { message: "inner" }
            Typing(Typing { room: "r", user: "v", typing: true })"#]],
    );
    check(
        "batched-messages",
        json!({ "count": 0 }),
        expect!["! batched-messages.messages: expected a list, got null"],
    );
    let mut nested = json!({ "messages": [] });
    for _ in 0..3 {
        nested = json!({ "messages": [{ "event": "batched-messages", "data": nested }] });
    }
    check(
        "batched-messages",
        nested,
        expect!["! batched-messages.messages: is nested too deep"],
    );
}
