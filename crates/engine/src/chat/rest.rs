//! Requests to the chat server's REST part: how they are worded, and which of them are under way.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use serde_json::{Value, json};
use wire::http::encoded;

use super::api::{
    ChatOutput, ChatRefusal, Fetching, LastSeenPrivacy, MessageId, Privacy, RoomId, SearchQuery, UserId,
};
use crate::io::{Body, HttpFailure, IdSpace, Method, Reply, Request, RequestId};

/// A page of messages on a phone's network takes a moment.
const TIMEOUT: Duration = Duration::from_secs(20);
/// A large file on a slow uplink takes long; the driver tells its progress.
const UPLOAD_TIMEOUT: Duration = Duration::from_secs(3600);
/// Sockets take their ids from the lower half of the same space.
const UPPER_HALF: u32 = 0x8000_0000;
/// Contract 5: 100 at most.
pub(super) const PAGE: usize = 100;

/// What a request was for.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Asked {
    /// A page of the person's rooms.
    Rooms(Listing),
    /// Rooms one could join.
    Directory,
    /// Messages of a room.
    Messages { room: RoomId, purpose: Purpose },
    /// The members of a room.
    Members { room: RoomId },
    /// A new room, or the one with somebody.
    NewRoom,
    /// A room that was joined by the person's wish.
    Join { room: RoomId },
    /// A room that was left.
    Leave { room: RoomId },
    /// People.
    People,
    /// Where somebody can be called.
    CallId,
    /// Messages that match.
    Search(SearchQuery),
    /// What others may see was told; nothing to do.
    Privacy,
}

/// The list of the person's rooms while it is asked for, page by page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listing {
    pub(super) page: u32,
    /// In the pages before, or entered since the list was asked for.
    pub(super) found: Vec<RoomId>,
    /// Left since the list was asked for: it may still name them.
    pub(super) left: Vec<RoomId>,
}

impl Listing {
    pub(super) fn next_page(self) -> Self {
        Self {
            page: self.page + 1,
            ..self
        }
    }
}

impl Default for Listing {
    fn default() -> Self {
        Self {
            page: 1,
            found: Vec::new(),
            left: Vec::new(),
        }
    }
}

/// Why a page of messages was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To close the gap below what was held when the connection was lost.
    Gap {
        /// How many pages were asked for before.
        pages: u32,
    },
    /// What is on screen above the history may have been changed meanwhile.
    Refresh,
    /// The person scrolls up.
    Older,
    /// The person scrolls down in a window of history.
    Newer,
    /// The surroundings of a message.
    Around(MessageId),
}

/// A cursor's direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Before,
    After,
    Around,
}

/// The requests under way.
#[derive(Debug)]
pub(super) struct Rest {
    base: String,
    ids: IdSpace,
    counter: u32,
    /// With the token each was sent with: that one is refused by a 401, and no newer one.
    pending: BTreeMap<RequestId, (Asked, Rc<str>)>,
}

impl Rest {
    pub(super) fn new(base_url: &str, ids: IdSpace) -> Self {
        Self {
            base: base_url.trim_end_matches('/').to_owned(),
            ids,
            counter: 0,
            pending: BTreeMap::new(),
        }
    }

    /// The server's address, which relative addresses of files stand below.
    pub(super) fn base(&self) -> &str {
        &self.base
    }

    /// Takes out what a request was for.
    pub(super) fn ended(&mut self, id: RequestId) -> Option<(Asked, Rc<str>)> {
        self.pending.remove(&id)
    }

    pub(super) fn under_way(&self, which: impl Fn(&Asked) -> bool) -> bool {
        self.pending.values().any(|(asked, _)| which(asked))
    }

    /// Forgets everything; the outputs tell the driver so.
    pub(super) fn abort_all(&mut self) -> Vec<ChatOutput> {
        let ids = std::mem::take(&mut self.pending).into_keys();
        ids.map(ChatOutput::AbortHttp).collect()
    }

    /// Forgets pages of messages: the connection is gone, and what is missing is another question after it.
    pub(super) fn abort_pages(&mut self) -> Vec<ChatOutput> {
        self.abort(|asked| matches!(asked, Asked::Messages { .. } | Asked::Rooms(_)))
    }

    /// Forgets a search that nobody waits for.
    pub(super) fn abort_searches(&mut self) -> Vec<ChatOutput> {
        self.abort(|asked| matches!(asked, Asked::Search(_)))
    }

    fn abort(&mut self, which: fn(&Asked) -> bool) -> Vec<ChatOutput> {
        let ids: Vec<RequestId> = self
            .pending
            .iter()
            .filter(|(_, (asked, _))| which(asked))
            .map(|(id, _)| *id)
            .collect();
        for id in &ids {
            self.pending.remove(id);
        }
        ids.into_iter().map(ChatOutput::AbortHttp).collect()
    }

    pub(super) fn rooms(&mut self, token: &Rc<str>, listing: Listing) -> ChatOutput {
        let path = format!("/rooms?member=true&page={}&limit={PAGE}", listing.page);
        self.get(token, &path, Asked::Rooms(listing))
    }

    /// The person entered a room: a list that is under way may be from before.
    pub(super) fn entered(&mut self, room: &RoomId) {
        for listing in self.listings() {
            listing.left.retain(|left| left != room);
            listing.found.push(Rc::clone(room));
        }
    }

    /// The person left a room: a list that is under way may be from before.
    pub(super) fn left(&mut self, room: &RoomId) {
        for listing in self.listings() {
            listing.found.retain(|found| found != room);
            listing.left.push(Rc::clone(room));
        }
    }

    fn listings(&mut self) -> impl Iterator<Item = &mut Listing> {
        self.pending.values_mut().filter_map(|(asked, _)| match asked {
            Asked::Rooms(listing) => Some(listing),
            _ => None,
        })
    }

    pub(super) fn directory(&mut self, token: &Rc<str>, words: &str) -> ChatOutput {
        let mut path = format!("/rooms?page=1&limit={PAGE}");
        parameter(&mut path, "search", words);
        self.get(token, &path, Asked::Directory)
    }

    /// A page of messages. Without a cursor: the newest.
    pub(super) fn messages(
        &mut self,
        token: &Rc<str>,
        room: &RoomId,
        from: Option<(&MessageId, Direction)>,
        purpose: Purpose,
    ) -> ChatOutput {
        let mut path = format!("/rooms/{}/messages?limit={PAGE}", encoded(room));
        if let Some((cursor, direction)) = from {
            match direction {
                Direction::Before => {
                    parameter(&mut path, "cursor", cursor);
                    parameter(&mut path, "direction", "before");
                }
                Direction::After => {
                    parameter(&mut path, "cursor", cursor);
                    parameter(&mut path, "direction", "after");
                }
                Direction::Around => parameter(&mut path, "around", cursor),
            }
        }
        let room = Rc::clone(room);
        self.get(token, &path, Asked::Messages { room, purpose })
    }

    pub(super) fn members(&mut self, token: &Rc<str>, room: &RoomId) -> ChatOutput {
        let path = format!("/rooms/{}/members?page=1&limit={PAGE}", encoded(room));
        let room = Rc::clone(room);
        self.get(token, &path, Asked::Members { room })
    }

    pub(super) fn people(&mut self, token: &Rc<str>, words: &str) -> ChatOutput {
        let mut path = format!("/users?page=1&limit={PAGE}");
        parameter(&mut path, "search", words);
        self.get(token, &path, Asked::People)
    }

    pub(super) fn call_id(&mut self, token: &Rc<str>, user: &UserId) -> ChatOutput {
        let path = format!("/users/{}/call-id", encoded(user));
        self.get(token, &path, Asked::CallId)
    }

    pub(super) fn create(&mut self, token: &Rc<str>, name: &str) -> ChatOutput {
        self.post(token, "/rooms", json!({ "name": name }), Asked::NewRoom)
    }

    pub(super) fn direct(&mut self, token: &Rc<str>, user: &UserId) -> ChatOutput {
        self.post(
            token,
            "/rooms/direct",
            json!({ "userId": &**user }),
            Asked::NewRoom,
        )
    }

    pub(super) fn join(&mut self, token: &Rc<str>, room: &RoomId) -> ChatOutput {
        let path = format!("/rooms/{}/join", encoded(room));
        let room = Rc::clone(room);
        self.post(token, &path, json!({}), Asked::Join { room })
    }

    pub(super) fn leave(&mut self, token: &Rc<str>, room: &RoomId) -> ChatOutput {
        let path = format!("/rooms/{}/leave", encoded(room));
        let room = Rc::clone(room);
        self.post(token, &path, json!({}), Asked::Leave { room })
    }

    pub(super) fn search(&mut self, token: &Rc<str>, query: &SearchQuery) -> ChatOutput {
        let mut path = format!("/messages/search?limit={PAGE}");
        parameter(&mut path, "q", &query.words);
        for (name, value) in [("room", &query.room), ("sender", &query.sender)] {
            if let Some(value) = value {
                parameter(&mut path, name, value);
            }
        }
        for (name, value) in [("from", query.from), ("to", query.to)] {
            if let Some(value) = value {
                parameter(&mut path, name, &value.to_string());
            }
        }
        self.get(token, &path, Asked::Search(query.clone()))
    }

    pub(super) fn privacy(&mut self, token: &Rc<str>, privacy: Privacy) -> ChatOutput {
        let last_seen = match privacy.last_seen {
            LastSeenPrivacy::Exact => "exact",
            LastSeenPrivacy::Today => "today",
            LastSeenPrivacy::Week => "week",
            LastSeenPrivacy::Hidden => "hidden",
        };
        let body = json!({
            "online": privacy.online,
            "lastSeen": last_seen,
            "typing": privacy.typing,
            "readReceipts": privacy.read_receipts,
        });
        self.ask(token, Method::Put, "/me/privacy", Some(body), Asked::Privacy)
    }

    /// The request whose body is to be the file.
    pub(super) fn upload(&self, token: &Rc<str>, name: &str, mime: &str) -> Request {
        let mime = if mime.is_empty() {
            "application/octet-stream"
        } else {
            mime
        };
        Request {
            method: Method::Post,
            url: format!("{}/api/v1/attachments", self.base),
            headers: vec![
                ("authorization".to_owned(), ["Bearer ", token].concat()),
                ("content-type".to_owned(), mime.to_owned()),
                ("x-file-name".to_owned(), encoded(name)),
            ],
            body: Body::Empty,
            credentials: false,
            timeout: UPLOAD_TIMEOUT,
        }
    }

    fn get(&mut self, token: &Rc<str>, path: &str, asked: Asked) -> ChatOutput {
        self.ask(token, Method::Get, path, None, asked)
    }

    fn post(&mut self, token: &Rc<str>, path: &str, body: Value, asked: Asked) -> ChatOutput {
        self.ask(token, Method::Post, path, Some(body), asked)
    }

    fn ask(
        &mut self,
        token: &Rc<str>,
        method: Method,
        path: &str,
        body: Option<Value>,
        asked: Asked,
    ) -> ChatOutput {
        self.counter = self.counter.wrapping_add(1) % UPPER_HALF;
        let id = RequestId(self.ids.id(UPPER_HALF | self.counter));
        self.pending.insert(id, (asked, Rc::clone(token)));
        let mut headers = vec![("authorization".to_owned(), ["Bearer ", token].concat())];
        if body.is_some() {
            headers.push(("content-type".to_owned(), "application/json".to_owned()));
        }
        let request = Request {
            method,
            url: format!("{}/api/v1{path}", self.base),
            headers,
            body: body.map_or(Body::Empty, |body| Body::Text(body.to_string())),
            credentials: false,
            timeout: TIMEOUT,
        };
        ChatOutput::Http(id, request)
    }
}

/// A refused request in words for people, as far as the server had any.
pub(super) fn refused(result: &Result<Reply, HttpFailure>) -> Option<ChatRefusal> {
    match result {
        Err(HttpFailure::Unreachable | HttpFailure::TimedOut) => Some(ChatRefusal::Offline),
        Ok(reply) if (200..300).contains(&reply.status) => None,
        Ok(reply) if reply.status == 413 => Some(ChatRefusal::TooLong),
        Ok(reply) => {
            let problem = wire::http::problem(&reply.body);
            let of_field = || problem.fields.first().map(|field| field.message.clone());
            let words = of_field().or_else(|| problem.message.clone());
            Some(ChatRefusal::Server(
                words.unwrap_or_else(|| format!("status {}", reply.status)),
            ))
        }
    }
}

/// Why a page could not be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    /// The server's words; `None` when it did not answer.
    pub(super) words: Option<String>,
    /// It may be otherwise soon: no answer, a token that has run out, a server that is busy or starts again.
    pub(super) passing: bool,
}

impl Failure {
    /// A request's; `None` when it went well.
    pub(super) fn of(result: &Result<Reply, HttpFailure>) -> Option<Self> {
        let words = match refused(result)? {
            ChatRefusal::Server(words) => Some(words),
            _ => None,
        };
        let passing = match result {
            Ok(reply) => matches!(reply.status, 401 | 408 | 425 | 429 | 500..=599),
            Err(HttpFailure::Unreachable | HttpFailure::TimedOut) => true,
        };
        Some(Self { words, passing })
    }

    /// What came cannot be read.
    pub(super) fn unreadable(words: String) -> Self {
        Self {
            words: Some(words),
            passing: false,
        }
    }

    /// As the row says it.
    pub(super) fn fetching(&self) -> Fetching {
        match &self.words {
            Some(words) => Fetching::Impossible(Some(Rc::from(words.as_str()))),
            None => Fetching::Offline,
        }
    }
}

fn parameter(path: &mut String, name: &str, value: &str) {
    if !value.is_empty() {
        path.push('&');
        path.push_str(name);
        path.push('=');
        path.push_str(&encoded(value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_rooms_cannot_leave_their_place_in_a_path() {
        assert_eq!(encoded("a/../b?c=d&e#f ü"), "a%2F..%2Fb%3Fc%3Dd%26e%23f%20%C3%BC");
    }
}
