//! Contract 5 over Socket.IO: each event is read, checked, done, acknowledged, and told to others.

use std::sync::{Arc, Weak};

use serde_json::{Value, json};
use socketioxide::adapter::Adapter;
use socketioxide::extract::{AckSender, SocketRef, TryData};
use socketioxide::handler::{FromMessageParts, Value as RawValue};
use socketioxide::socket::Socket;

use super::hub::{Hub, To};
use super::parse::{self, ATTACHMENT_BYTES, Event, MESSAGE_BYTES, PresenceWish, Wish};
use super::refusal::Refusal;
use super::store::marks::{self, Reaction};
use super::store::messages::{self, NewMessage, Target};
use super::store::{history, people, rooms, settled};
use super::{Chat, actions, now};
use crate::App;
use crate::calls::Person;
use crate::db::DbError;
use crate::limits::{Limit, TooMany};

/// How many messages `room-joined` has (contract 5).
const TAIL: i64 = 50;
/// Characters of a message in a notification.
const EXCERPT: usize = 200;

/// Whether one more socket of this person may chat.
///
/// # Errors
/// Contract 5's words for a CONNECT_ERROR.
pub fn admit(app: &App, user: &str) -> Result<(), String> {
    app.limit(Limit::ChatConnections, user)
        .map_err(|TooMany(wait)| Refusal::RateLimited(wait).message())
}

/// Takes chat events of a socket. Signed-in sockets that chat are a device of their person until they end.
pub fn open(socket: &SocketRef, app: &Arc<App>) {
    let person = socket.extensions.get::<Person>();
    let chats = person.as_ref().is_some_and(|person| person.chats);
    for event in Event::ALL {
        let app = Arc::downgrade(app);
        socket.on(
            event.name(),
            move |socket: SocketRef, TryData(data): TryData<Value>, ack: AckSender, Asked(asked): Asked| {
                // Handlers do their work before they return their (empty) future: those of one socket run side by
                // side, and a message must not overtake the one before it.
                handle(&app, event, (socket, data.unwrap_or_default()), (ack, asked));
                std::future::ready(())
            },
        );
    }
    let Some(person) = person.filter(|_| chats) else {
        return;
    };
    let per_minute = app
        .settings
        .rates
        .get(Limit::Messages)
        .map(|rate| f64::from(rate.count) * 60.0 / rate.per.as_secs_f64().max(1.0));
    let hello = json!({
        "userId": &*person.id,
        "name": &*person.name,
        "serverTime": now(),
        "clientIds": true,
        "acks": true,
        "search": true,
        "rooms": true,
        "direct": true,
        "attachments": true,
        "privacy": true,
        "calls": true,
        "limits": {
            "messageBytes": MESSAGE_BYTES,
            "attachmentBytes": ATTACHMENT_BYTES,
            "messagesPerMinute": per_minute.map(|count| count.round() as u64),
        },
    });
    let socket = socket.clone();
    app.chat.hub.run(move |hub| {
        hub.connected(socket, &person.id, &hello);
    });
}

/// A socket's connection ended.
pub fn closed(socket: &SocketRef, app: &App) {
    let sid = socket.id;
    app.chat.hub.run(move |hub| hub.disconnected(sid));
}

/// Whether the client asked for an acknowledgement.
struct Asked(bool);

impl<A: Adapter> FromMessageParts<A> for Asked {
    type Error = std::convert::Infallible;

    fn from_message_parts(
        _: &Arc<Socket<A>>,
        _: &mut RawValue,
        ack: &Option<i64>,
    ) -> Result<Self, Self::Error> {
        Ok(Self(ack.is_some()))
    }
}

/// Who asked, and how they are answered.
struct Asker {
    socket: SocketRef,
    ack: AckSender,
    asked: bool,
    event: Event,
    request: Option<Value>,
    user: Arc<str>,
}

impl Asker {
    fn grant(self, mut answer: Value) {
        if let Some(answer) = answer.as_object_mut() {
            answer.insert("ok".into(), true.into());
        }
        // Without an id of an acknowledgement nothing is sent. What is lost here is asked for again.
        let _ = self.ack.send(&answer);
    }

    fn refuse(self, refusal: &Refusal) {
        if self.asked {
            let _ = self.ack.send(&refusal.to_ack());
            return;
        }
        let mut error =
            json!({ "message": refusal.message(), "event": self.event.name(), "code": refusal.code() });
        if let (Some(request), Some(error)) = (self.request, error.as_object_mut()) {
            error.insert("requestId".into(), request);
        }
        let _ = self.socket.emit("error", &error);
    }

    /// What the database gave, or nothing and the asker knows why.
    fn take<T>(self, result: Result<Result<T, Refusal>, DbError>) -> Option<(Self, T)> {
        match result.map_err(Refusal::from).and_then(|result| result) {
            Ok(value) => Some((self, value)),
            Err(refusal) => {
                self.refuse(&refusal);
                None
            }
        }
    }
}

fn handle(
    app: &Weak<App>,
    event: Event,
    (socket, data): (SocketRef, Value),
    (ack, asked): (AckSender, bool),
) {
    let Some(app) = app.upgrade() else { return };
    let person = socket.extensions.get::<Person>();
    let asker = Asker {
        socket,
        ack,
        asked,
        event,
        request: data
            .get("requestId")
            .filter(|id| id.is_string() || id.is_number())
            .cloned(),
        user: person
            .as_ref()
            .map_or_else(|| "".into(), |person| person.id.clone()),
    };
    let allowed = match person {
        // A guest is told so; a flood of a guest is not answered for ever.
        None => match app.limit(Limit::Signaling, asker.socket.id.as_str()) {
            Ok(()) => Err(Refusal::Unauthenticated),
            Err(TooMany(_)) => return,
        },
        Some(person) => {
            let limit = match event {
                Event::SendMessage => Limit::Messages,
                Event::JoinRoom => Limit::Joins,
                Event::LeaveRoom
                | Event::Typing
                | Event::StopTyping
                | Event::EditMessage
                | Event::DeleteMessage
                | Event::ReactToMessage
                | Event::ReadReceipt
                | Event::UpdatePresence
                | Event::Pong => Limit::ChatEvents,
            };
            // What cannot be read takes nothing of the allowance of messages, but is not free either.
            match parse::wish(event, &person.id, &data) {
                Ok(wish) => app.limit(limit, &person.id).map(|()| wish).map_err(Refusal::from),
                Err(refusal) => Err(app
                    .limit(Limit::ChatEvents, &person.id)
                    .err()
                    .map_or(refusal, Refusal::from)),
            }
        }
    };
    match allowed {
        Ok(wish) => app.chat.grant(wish, asker),
        Err(refusal) => asker.refuse(&refusal),
    }
}

impl Chat {
    fn grant(&self, wish: Wish, asker: Asker) {
        match wish {
            Wish::Join(room) => self.join(room, asker),
            Wish::Leave(room) => self.leave(room, asker),
            Wish::Send(message) => self.send(message, asker),
            Wish::Typing { room, on } => self.typing(room, on, asker),
            Wish::Edit { target, content } => self.edit(target, content, asker),
            Wish::Delete(target) => self.delete(target, asker),
            Wish::React(reaction) => self.react(reaction, asker),
            Wish::Read(target) => self.read(target, asker),
            Wish::Presence(wish) => self.show(wish, asker),
            Wish::Pong => asker.grant(json!({})),
        }
    }

    fn join(&self, room: String, asker: Asker) {
        let (id, user, hub) = (room.clone(), asker.user.clone(), self.hub.clone());
        let work = move |db: &rusqlite::Connection| {
            let person = people::find(db, &user)?;
            let change = rooms::join(db, &id, &user, now());
            let change =
                settled(change.and_then(|change| Ok((change, history::tail(db, &id, &user, TAIL)?))))?;
            Ok(change.and_then(|change| Ok((change, person.ok_or(Refusal::Unauthenticated)?))))
        };
        self.db.write(work, move |result| {
            let Some((asker, ((mut change, tail), person))) = asker.take(result) else {
                return;
            };
            hub.run(move |hub| {
                actions::joined(hub, &room, (&person, &mut change));
                asker.tell(
                    hub,
                    "room-joined",
                    &json!({ "room": change.room, "messages": tail }),
                );
                asker.grant(json!({ "room": change.room }));
            });
        });
    }

    fn leave(&self, room: String, asker: Asker) {
        let (id, user, hub) = (room.clone(), asker.user.clone(), self.hub.clone());
        let work = move |db: &rusqlite::Connection| {
            let person = people::find(db, &user)?;
            let change = settled(rooms::leave(db, &id, &user))?;
            Ok(change.and_then(|change| Ok((change, person.ok_or(Refusal::Unauthenticated)?))))
        };
        self.db.write(work, move |result| {
            let Some((asker, (mut change, person))) = asker.take(result) else {
                return;
            };
            hub.run(move |hub| {
                actions::left(hub, &room, (&person, &mut change));
                asker.grant(json!({ "roomId": room }));
            });
        });
    }

    fn send(&self, new: NewMessage, asker: Asker) {
        let (room, client_id, hub) = (new.room.clone(), new.client_id.clone(), self.hub.clone());
        let work = move |db: &rusqlite::Connection| settled(messages::send(db, &new, now()));
        self.db.write(work, move |result| {
            let Some((asker, sent)) = asker.take(result) else {
                return;
            };
            hub.run(move |hub| {
                let user = asker.user.clone();
                asker.grant(json!({
                    "id": sent.id, "clientId": client_id, "timestamp": sent.at, "seq": sent.seq,
                }));
                let Some(mut message) = sent.message else { return };
                hub.tell(To::Others(&room, &user), "new-message", &message);
                notify(hub, &message, &sent.mentions);
                if let (Some(client_id), Some(map)) = (client_id, message.as_object_mut()) {
                    map.insert("clientId".into(), client_id.into());
                }
                hub.tell(To::Person(&user), "new-message", &message);
            });
        });
    }

    fn typing(&self, room: String, on: bool, asker: Asker) {
        let name = asker.socket.extensions.get::<Person>().map(|person| person.name);
        self.hub.run(move |hub| {
            let user = asker.user.clone();
            if !hub.is_member(&room, &user) {
                asker.refuse(&Refusal::NotAMember);
                return;
            }
            if hub.privacy(&user).typing && hub.privacy(&user).online {
                let event = if on { "user-typing" } else { "user-stopped-typing" };
                let data = json!({ "userId": &*user, "username": name.as_deref(), "roomId": room, "timestamp": now() });
                hub.tell(To::Others(&room, &user), event, &data);
            }
            asker.grant(json!({}));
        });
    }

    fn edit(&self, target: Target, content: String, asker: Asker) {
        let (wish, text, hub) = (target.clone(), content.clone(), self.hub.clone());
        let work = move |db: &rusqlite::Connection| settled(messages::edit(db, &wish, &text, now()));
        self.db.write(work, move |result| {
            let Some((asker, (at, changed))) = asker.take(result) else {
                return;
            };
            hub.run(move |hub| {
                asker.grant(json!({ "editedAt": at }));
                if changed {
                    let data = json!({
                        "messageId": target.message, "roomId": target.room, "newContent": content,
                        "editedAt": at, "timestamp": at,
                    });
                    hub.tell(To::Room(&target.room), "message-edited", &data);
                }
            });
        });
    }

    fn delete(&self, target: Target, asker: Asker) {
        let (wish, hub, files) = (target.clone(), self.hub.clone(), self.files.clone());
        let work = move |db: &rusqlite::Connection| settled(messages::delete(db, &wish, now()));
        self.db.write(work, move |result| {
            let Some((asker, gone)) = asker.take(result) else {
                return;
            };
            hub.run(move |hub| {
                asker.grant(json!({}));
                if let Some(attachments) = gone {
                    files.remove(attachments);
                    let data = json!({
                        "messageId": target.message, "roomId": target.room, "deletedBy": target.user,
                        "timestamp": now(),
                    });
                    hub.tell(To::Room(&target.room), "message-deleted", &data);
                }
            });
        });
    }

    fn react(&self, wish: Reaction, asker: Asker) {
        let (kept, hub) = (wish.clone(), self.hub.clone());
        let work = move |db: &rusqlite::Connection| settled(marks::react(db, &kept, now()));
        self.db.write(work, move |result| {
            let Some((asker, done)) = asker.take(result) else {
                return;
            };
            hub.run(move |hub| {
                asker.grant(json!({ "hasReacted": done.on, "reactionCount": done.count }));
                if done.changed {
                    let Target { room, message, user } = wish.target;
                    let data = json!({
                        "messageId": message, "roomId": room, "reaction": wish.reaction, "userId": user,
                        "hasReacted": done.on, "reactionCount": done.count, "timestamp": now(),
                    });
                    hub.tell(To::Room(&room), "message-reaction-updated", &data);
                }
            });
        });
    }

    fn read(&self, target: Target, asker: Asker) {
        let (wish, hub) = (target.clone(), self.hub.clone());
        let work = move |db: &rusqlite::Connection| settled(marks::read(db, &wish));
        self.db.write(work, move |result| {
            let Some((asker, news)) = asker.take(result) else {
                return;
            };
            hub.run(move |hub| {
                asker.grant(json!({}));
                let Some(senders) = news else { return };
                let Target { room, message, user } = target;
                let data = |message: &str| {
                    json!({ "messageId": message, "roomId": room, "readerId": user, "timestamp": now() })
                };
                // A person's other devices need not show as unread what one of them has seen.
                hub.tell(To::Person(&user), "message-read", &data(&message));
                if hub.privacy(&user).read_receipts {
                    for (message, sender) in &senders {
                        hub.tell(To::Person(sender), "message-read", &data(message));
                    }
                }
            });
        });
    }

    fn show(&self, wish: PresenceWish, asker: Asker) {
        let (hub, db) = (self.hub.clone(), self.db.clone());
        self.hub.run(move |state| {
            let user = asker.user.clone();
            if let Some(shown) = wish.shown
                && !state.speak(asker.socket.id, &user, shown)
            {
                asker.refuse(&Refusal::Forbidden("This connection does not chat"));
                return;
            }
            let Some(status) = wish.status(state.status(&user), now()) else {
                asker.grant(json!({}));
                return;
            };
            let (kept, id) = (status.clone(), user.clone());
            let work = move |db: &rusqlite::Connection| people::set_status(db, &id, &kept).map(Ok);
            db.write(work, move |result| {
                let Some((asker, ())) = asker.take(result) else {
                    return;
                };
                hub.run(move |hub| {
                    asker.grant(json!({}));
                    hub.set_status(&user, status);
                });
            });
        });
    }
}

impl Asker {
    fn tell(&self, hub: &mut Hub, event: &'static str, data: &Value) {
        if !hub.tell_device(self.socket.id, event, data) {
            // Sockets that are no device are told what they asked for all the same.
            let _ = self.socket.emit(event, data);
        }
    }
}

/// Tells those who are mentioned.
fn notify(hub: &mut Hub, message: &Value, mentions: &[String]) {
    let text = |field: &str| message.get(field).and_then(Value::as_str).unwrap_or_default();
    let excerpt: String = text("content").chars().take(EXCERPT).collect();
    let data = json!({
        "type": "chat-mention",
        "from": text("senderId"),
        "fromName": text("senderName"),
        "message": excerpt,
        "messageId": text("id"),
        "roomId": text("roomId"),
        "timestamp": message.get("timestamp"),
    });
    for user in mentions {
        hub.tell(To::Person(user), "notification", &data);
    }
}
