//! A chat server of contract 5 as its clients see it: plain in its flavours, or with the additions of
//! `docs/chat-additions.md`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

/// How a server differs from others of its vocabulary.
#[derive(Debug, Clone, Copy)]
pub struct Flavour {
    /// Client ids, acks, REST.
    pub exact: bool,
    /// `new-message` goes to its sender too.
    pub echo: bool,
    /// `room-joined`, or else `room-history`.
    pub joined: bool,
    /// Messages a minute.
    pub limit: usize,
}

pub const PLAIN: Flavour = Flavour {
    exact: false,
    echo: true,
    joined: true,
    limit: 1_000_000,
};
pub const SILENT: Flavour = Flavour { echo: false, ..PLAIN };
pub const SPLIT: Flavour = Flavour {
    joined: false,
    ..PLAIN
};
pub const EXACT: Flavour = Flavour { exact: true, ..PLAIN };

/// A socket: which tab's, which of its sockets.
pub type Client = (usize, u64);

#[derive(Debug, Default)]
pub struct Session {
    pub user: String,
    pub joined: BTreeSet<String>,
}

/// What goes to a client.
pub type Say = (Client, String);

pub struct Server {
    pub flavour: Flavour,
    pub rooms: BTreeMap<String, Vec<Value>>,
    pub sessions: BTreeMap<Client, Session>,
    pub refused_tokens: BTreeSet<String>,
    /// An `error` comes after the proof of what it is about, as on Node's Socket.IO.
    pub late_errors: bool,
    /// Whoever changes a message is told of it, as everybody else.
    pub tells_changes: bool,
    late: Vec<Say>,
    /// Events that are always refused.
    pub refused_events: BTreeSet<String>,
    /// Contents that are always refused.
    pub rude: BTreeSet<String>,
    /// `error` texts instead of accepting the next messages.
    pub refuse_next: Vec<String>,
    sent_at: BTreeMap<String, Vec<u64>>,
    seen: BTreeMap<(String, String), (String, u64)>,
    counter: u64,
    latest: u64,
    pub log: Vec<(String, String)>,
}

impl Server {
    pub fn new(flavour: Flavour) -> Self {
        Self {
            flavour,
            rooms: BTreeMap::new(),
            sessions: BTreeMap::new(),
            refused_tokens: BTreeSet::new(),
            late_errors: false,
            tells_changes: true,
            refused_events: BTreeSet::new(),
            rude: BTreeSet::new(),
            late: Vec::new(),
            refuse_next: Vec::new(),
            sent_at: BTreeMap::new(),
            seen: BTreeMap::new(),
            counter: 0,
            latest: 0,
            log: Vec::new(),
        }
    }

    /// What a room holds: sender and content, in order.
    pub fn contents(&self, room: &str) -> Vec<(String, String)> {
        let text = |message: &Value, field: &str| message[field].as_str().unwrap_or_default().to_owned();
        self.rooms
            .get(room)
            .into_iter()
            .flatten()
            .map(|message| (text(message, "senderId"), text(message, "content")))
            .collect()
    }

    /// A message that somebody else wrote with another client.
    pub fn post(&mut self, now: u64, room: &str, user: &str, content: &str) -> Vec<Say> {
        let message = self.store(now, room, user, &json!({ "content": content }));
        self.broadcast(room, None, "new-message", &message)
    }

    fn store(&mut self, now: u64, room: &str, user: &str, data: &Value) -> Value {
        self.counter += 1;
        // Like a database's clock: never the same millisecond twice, so that the order is one.
        self.latest = (1_700_000_000_000 + now).max(self.latest + 1);
        let list = self.rooms.entry(room.to_owned()).or_default();
        let mut message = json!({
            "id": format!("m{}", self.counter),
            "roomId": room,
            "senderId": user,
            "senderName": format!("Name of {user}"),
            "content": data["content"],
            "attachments": data.get("attachments").cloned().unwrap_or(json!([])),
            "timestamp": self.latest,
            "edited": false,
            "reactions": {},
            "readBy": [],
        });
        if let Some(reply) = data.get("replyTo").filter(|reply| !reply.is_null()) {
            message["replyTo"] = reply.clone();
        }
        if self.flavour.exact {
            message["seq"] = json!(list.len() + 1);
        }
        list.push(message.clone());
        message
    }

    fn broadcast(&self, room: &str, except: Option<Client>, event: &str, data: &Value) -> Vec<Say> {
        self.sessions
            .iter()
            .filter(|(client, session)| {
                Some(**client) != except && (self.flavour.exact || session.joined.contains(room))
            })
            .map(|(client, _)| (*client, event_text(event, data)))
            .collect()
    }

    /// A Socket.IO packet without Engine.IO's `4`.
    pub fn packet(&mut self, now: u64, client: Client, text: &str) -> Vec<Say> {
        if let Some(rest) = text.strip_prefix('0') {
            if let Some(namespace) = rest.strip_prefix('/') {
                let name = namespace.split(',').next().unwrap_or_default();
                let mut say = vec![(client, format!(r#"44/{name},{{"message":"Invalid namespace"}}"#))];
                say.append(&mut self.late);
                return say;
            }
            let auth: Value = serde_json::from_str(rest).unwrap_or(Value::Null);
            let token = auth["token"].as_str().unwrap_or_default().to_owned();
            let Some(user) = token
                .strip_prefix("token-of-")
                .filter(|_| !self.refused_tokens.contains(&token))
            else {
                return vec![(client, r#"44{"message":"Authentication failed"}"#.to_owned())];
            };
            let user = user.split('#').next().unwrap_or_default().to_owned();
            self.sessions.insert(
                client,
                Session {
                    user: user.clone(),
                    joined: BTreeSet::new(),
                },
            );
            let mut say = vec![(client, format!(r#"40{{"sid":"s{}-{}"}}"#, client.0, client.1))];
            if self.flavour.exact {
                let hello = json!({
                    "userId": user, "name": user, "serverTime": 1_700_000_000_000u64 + now,
                    "clientIds": true, "acks": true, "search": true, "rooms": true, "direct": true,
                    "attachments": true, "privacy": true, "calls": true,
                    "limits": { "messageBytes": 65536, "attachmentBytes": 1_000_000, "messagesPerMinute": self.flavour.limit },
                });
                say.push((client, event_text("chat-hello", &hello)));
            }
            return say;
        }
        let Some(rest) = text.strip_prefix('2') else {
            return Vec::new();
        };
        let digits = rest.chars().take_while(char::is_ascii_digit).count();
        let ack = rest[..digits].parse::<u64>().ok();
        let event: Vec<Value> = serde_json::from_str(&rest[digits..]).expect("an event");
        let name = event[0].as_str().expect("a name").to_owned();
        let data = event.get(1).cloned().unwrap_or_default();
        let Some(user) = self.sessions.get(&client).map(|session| session.user.clone()) else {
            return Vec::new();
        };
        self.log.push((user.clone(), name.clone()));
        let (answer, mut say) = self.event(now, client, &user, &name, &data);
        if let (true, Some(ack)) = (self.flavour.exact, ack) {
            say.insert(0, (client, format!("43{ack}{}", json!([answer]))));
        } else if let Some(words) = answer["error"]["message"].as_str() {
            let error = (client, event_text("error", &json!({ "message": words })));
            if self.late_errors {
                self.late.push(error);
            } else {
                say.push(error);
            }
        }
        say
    }

    fn event(&mut self, now: u64, client: Client, user: &str, name: &str, data: &Value) -> (Value, Vec<Say>) {
        let ok = json!({ "ok": true });
        let no =
            |code: &str, words: &str| json!({ "ok": false, "error": { "code": code, "message": words } });
        let room = data["roomId"]
            .as_str()
            .or(data.as_str())
            .unwrap_or_default()
            .to_owned();
        let message = data["messageId"].as_str().unwrap_or_default().to_owned();
        if self.refused_events.contains(name) {
            return (no("forbidden", "Not you"), Vec::new());
        }
        match name {
            "join-room" => {
                let list = self.rooms.entry(room.clone()).or_default();
                let last: Vec<Value> = list[list.len().saturating_sub(50)..].to_vec();
                if let Some(session) = self.sessions.get_mut(&client) {
                    session.joined.insert(room.clone());
                }
                let (event, data) = if self.flavour.joined {
                    let about = json!({ "id": room, "name": format!("Room {room}"), "memberCount": 2 });
                    ("room-joined", json!({ "room": about, "messages": last }))
                } else {
                    ("room-history", json!({ "roomId": room, "messages": last }))
                };
                (ok, vec![(client, event_text(event, &data))])
            }
            "send-message" => {
                if data["content"]
                    .as_str()
                    .is_some_and(|content| self.rude.contains(content))
                {
                    return (no("invalid", "Too rude"), Vec::new());
                }
                if let Some(words) = self.refuse_next.pop() {
                    return (no("invalid", &words), Vec::new());
                }
                let client_id = data["clientId"].as_str().map(str::to_owned);
                let key = client_id.clone().map(|id| (user.to_owned(), id));
                if self.flavour.exact
                    && let Some((id, seq)) = key.as_ref().and_then(|key| self.seen.get(key))
                {
                    return (
                        json!({ "ok": true, "id": id, "clientId": client_id, "timestamp": 1_700_000_000_000u64 + now, "seq": seq }),
                        Vec::new(),
                    );
                }
                let times = self.sent_at.entry(user.to_owned()).or_default();
                times.retain(|at| at + 60_000 > now);
                if times.len() >= self.flavour.limit {
                    let wait = (times[0] + 60_000 - now).div_ceil(1000);
                    let mut refusal = no(
                        "rate-limited",
                        &format!("Rate limit exceeded. Try again in {wait} seconds"),
                    );
                    refusal["error"]["retryAfterMs"] = json!(wait * 1000);
                    return (refusal, Vec::new());
                }
                times.push(now);
                let stored = self.store(now, &room, user, data);
                let mut answer = json!({ "ok": true, "id": stored["id"], "timestamp": stored["timestamp"], "seq": stored["seq"] });
                let except = (!self.flavour.echo).then_some(client);
                let mut say = self.broadcast(&room, except, "new-message", &stored);
                if let (true, Some(key)) = (self.flavour.exact, key) {
                    answer["clientId"] = json!(key.1);
                    let mut own = stored.clone();
                    own["clientId"] = json!(key.1);
                    for (to, text) in &mut say {
                        if self.sessions.get(to).is_some_and(|session| session.user == user) {
                            *text = event_text("new-message", &own);
                        }
                    }
                    if let Some(kept) = self.rooms.get_mut(&room).and_then(|list| list.last_mut()) {
                        kept["clientId"] = json!(key.1);
                    }
                    let seq = stored["seq"].as_u64().unwrap_or_default();
                    self.seen
                        .insert(key, (stored["id"].as_str().unwrap_or_default().to_owned(), seq));
                }
                (answer, say)
            }
            "edit-message" | "delete-message" | "react-to-message" => {
                let Some(found) = self
                    .rooms
                    .get_mut(&room)
                    .and_then(|list| list.iter_mut().find(|known| known["id"] == message.as_str()))
                else {
                    return (no("not-found", "Message not found"), Vec::new());
                };
                let stamp = 1_700_000_000_000u64 + now;
                let (event, news) = match name {
                    "edit-message" => {
                        found["content"] = data["newContent"].clone();
                        found["edited"] = json!(true);
                        (
                            "message-edited",
                            json!({ "messageId": message, "roomId": room, "newContent": data["newContent"], "editedAt": stamp, "timestamp": stamp }),
                        )
                    }
                    "delete-message" => {
                        found["content"] = json!("");
                        found["deleted"] = json!(true);
                        (
                            "message-deleted",
                            json!({ "messageId": message, "roomId": room, "deletedBy": user, "timestamp": stamp }),
                        )
                    }
                    _ => {
                        let reaction = data["reaction"].as_str().unwrap_or_default().to_owned();
                        let users = found["reactions"]
                            .as_object()
                            .and_then(|all| all.get(&reaction))
                            .cloned()
                            .unwrap_or(json!([]));
                        let mut users: Vec<Value> = users.as_array().cloned().unwrap_or_default();
                        let has = users.contains(&json!(user));
                        let on = data["on"].as_bool().unwrap_or(!has);
                        users.retain(|known| known != user);
                        if on {
                            users.push(json!(user));
                        }
                        found["reactions"][reaction.as_str()] = json!(users);
                        if let Some(all) = found["reactions"].as_object_mut() {
                            all.retain(|_, users| *users != json!([]));
                        }
                        (
                            "message-reaction-updated",
                            json!({ "messageId": message, "roomId": room, "reaction": reaction, "userId": user, "hasReacted": on, "reactionCount": users.len(), "timestamp": stamp }),
                        )
                    }
                };
                let except = (!self.tells_changes).then_some(client);
                let say = self.broadcast(&room, except, event, &news);
                (ok, say)
            }
            _ => (ok, Vec::new()),
        }
    }

    /// REST, on servers that have it: status and body.
    pub fn rest(&mut self, method: &str, url: &str, token: Option<&str>) -> (u16, Value) {
        if !self.flavour.exact {
            return (404, json!({ "status": "fail", "message": "Not found" }));
        }
        if token.is_none_or(|token| self.refused_tokens.contains(token)) {
            return (
                401,
                json!({ "status": "fail", "message": "Authentication failed" }),
            );
        }
        let (path, query) = url.split_once('?').unwrap_or((url, ""));
        let path: Vec<&str> = path.split('/').collect();
        let of = |name: &str| {
            query
                .split('&')
                .filter_map(|pair| pair.split_once('='))
                .find(|(key, _)| *key == name)
                .map(|(_, value)| value.to_owned())
        };
        match (method, path.as_slice()) {
            ("GET", ["rooms"]) => {
                let rooms: Vec<Value> = self.rooms.iter().map(|(id, list)| room(id, list)).collect();
                let pagination = json!({ "page": 1, "limit": 100, "total": rooms.len(), "pages": 1 });
                (
                    200,
                    json!({ "success": true, "data": rooms, "pagination": pagination }),
                )
            }
            ("GET", ["rooms", id, "messages"]) => {
                let list = self.rooms.get(*id).cloned().unwrap_or_default();
                let limit: usize = of("limit").and_then(|limit| limit.parse().ok()).unwrap_or(50);
                let at = of("cursor")
                    .and_then(|cursor| list.iter().position(|known| known["id"] == cursor.as_str()));
                let around =
                    of("around").and_then(|id| list.iter().position(|known| known["id"] == id.as_str()));
                let range = match (at.or(around), of("direction").as_deref()) {
                    (Some(at), _) if around.is_some() => {
                        at.saturating_sub(limit / 2)..(at + limit / 2).min(list.len())
                    }
                    (Some(at), Some("after")) => at + 1..(at + 1 + limit).min(list.len()),
                    (Some(at), _) => at.saturating_sub(limit)..at,
                    (None, _) => list.len().saturating_sub(limit)..list.len(),
                };
                let (first, last) = (range.start > 0, range.end < list.len());
                let data: Vec<Value> = list[range].to_vec();
                let page = json!({
                    "hasNextPage": last, "hasPreviousPage": first,
                    "startCursor": data.first().map(|known| known["id"].clone()),
                    "endCursor": data.last().map(|known| known["id"].clone()),
                });
                (200, json!({ "data": data, "pageInfo": page }))
            }
            ("GET", ["messages", "search"]) => {
                let words = of("q").unwrap_or_default();
                let all = self.rooms.values().flatten().rev();
                let text = |known: &&Value| {
                    known["content"]
                        .as_str()
                        .is_some_and(|text| text.contains(&words))
                };
                let data: Vec<Value> = all.filter(text).take(100).cloned().collect();
                (200, json!({ "data": data, "pageInfo": { "hasNextPage": false } }))
            }
            ("POST", ["rooms", "direct"]) => {
                self.rooms.insert("direct".to_owned(), Vec::new());
                let mut data = room("direct", &[]);
                data["kind"] = json!("direct");
                data["with"] = json!({ "id": "bob", "name": "Bob", "presence": { "status": "online" } });
                (200, json!({ "data": data }))
            }
            ("GET", ["users", "carl", "call-id"]) => (200, json!({ "data": { "callId": "socket-of-carl" } })),
            ("GET", ["users", _, "call-id"]) => (200, json!({ "data": { "callId": null } })),
            ("GET", ["rooms", _, "members"] | ["users"]) => (
                200,
                json!({ "data": [], "pagination": { "page": 1, "limit": 100, "total": 0, "pages": 1 } }),
            ),
            ("POST", ["rooms"]) => {
                self.counter += 1;
                let id = format!("r{}", self.counter);
                self.rooms.insert(id.clone(), Vec::new());
                (201, json!({ "data": room(&id, &[]) }))
            }
            _ => (200, json!({ "data": {} })),
        }
    }
}

fn room(id: &str, list: &[Value]) -> Value {
    json!({
        "id": id, "name": format!("Room {id}"), "kind": "room", "memberCount": 2, "joined": true,
        "role": "member", "unreadCount": 0, "mentionCount": 0, "lastMessage": list.last(), "createdAt": 1,
    })
}

pub fn event_text(event: &str, data: &Value) -> String {
    format!("42{}", json!([event, data]))
}
