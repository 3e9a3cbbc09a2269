//! What the REST part answered.

use std::rc::Rc;

use serde_json::Value;
use wire::chat as wire_chat;

use super::api::{ChatEvent, ChatRefusal, NotifyLevel, Presence, RoomId, RoomView, UserId};
use super::engine::ChatEngine;
use super::heard::user_news;
use super::rest::{self, Asked, Failure, Listing};
use super::rooms::Membership;
use crate::io::{HttpFailure, Reply, RequestId};
use crate::time::Instant;

/// Pages of the room list that are read at most: more rooms than anybody is in.
const ROOM_PAGES: u32 = 50;

impl ChatEngine {
    pub(super) fn on_http(&mut self, now: Instant, id: RequestId, result: Result<Reply, HttpFailure>) {
        let Some((asked, token)) = self.rest.ended(id) else {
            return self.link.handle_http(now, id, result);
        };
        if let Ok(reply) = &result
            && reply.status == 401
        {
            self.link.token_refused(&token);
        }
        let refused = rest::refused(&result);
        let failure = Failure::of(&result);
        let body = match (&refused, result) {
            (None, Ok(reply)) => Some(reply.body),
            (Some(_), _) | (None, Err(_)) => None,
        };
        match asked {
            Asked::Rooms(listing) => {
                if let Some(body) = body {
                    self.on_rooms(now, listing, &body);
                }
            }
            Asked::Directory => match body {
                Some(body) => self.on_directory(&body),
                None => self.refuse_if(refused),
            },
            Asked::Messages { room, purpose } => {
                let page = body.as_deref().map(|body| wire_chat::page("messages", body));
                match (page, failure) {
                    (Some(Ok(page)), _) => self.page_came(now, &room, purpose, page),
                    (Some(Err(why)), _) => {
                        let words = why.to_string();
                        self.trouble(&words);
                        self.page_failed(now, &room, purpose, &Failure::unreadable(words));
                    }
                    (None, Some(failure)) => self.page_failed(now, &room, purpose, &failure),
                    (None, None) => {}
                }
            }
            Asked::Members { room } => {
                if let Some(body) = body {
                    let users = self.on_users(now, &body);
                    if let Some(room) = self.rooms.get_mut(&room) {
                        for user in users {
                            if !room.writers.contains(&user) {
                                room.writers.push(user);
                            }
                        }
                    }
                    self.dirty.open = true;
                }
            }
            Asked::NewRoom | Asked::Join { .. } => match body {
                Some(body) => self.on_new_room(now, &body),
                None => {
                    if let (Asked::Join { room }, Some(ChatRefusal::Server(words))) = (asked, &refused)
                        && let Some(room) = self.rooms.get_mut(&room)
                    {
                        room.membership = Membership::Refused(words.clone());
                        room.joined = false;
                        room.touch();
                        self.dirty.everything();
                    }
                    self.refuse_if(refused);
                }
            },
            Asked::Leave { .. } => self.refuse_if(refused),
            Asked::People => {
                if let Some(body) = body {
                    self.on_users(now, &body);
                    self.dirty.people = true;
                }
            }
            Asked::CallId => match body {
                Some(body) => self.on_call_id(&body),
                None => self.refuse_if(refused),
            },
            Asked::Search(query) => self.on_server_search(now, &query, body.as_deref(), refused),
            Asked::Privacy => {}
        }
    }

    fn refuse_if(&mut self, refused: Option<ChatRefusal>) {
        if let Some(refusal) = refused {
            self.refuse(refusal);
        }
    }

    fn on_rooms(&mut self, now: Instant, mut listing: Listing, body: &str) {
        let page = match wire_chat::page("rooms", body) {
            Ok(page) => page,
            Err(why) => return self.trouble(&why.to_string()),
        };
        let more = page.has_next.unwrap_or(page.data.len() >= rest::PAGE);
        for value in page.data {
            match wire_chat::room("rooms", value) {
                Ok(room) if listing.left.iter().any(|left| **left == *room.id) => {}
                Ok(room) => {
                    listing.found.push(Rc::from(room.id.as_str()));
                    self.on_room(now, room);
                }
                Err(why) => self.trouble(&why.to_string()),
            }
        }
        if more && listing.page < ROOM_PAGES {
            if let Some(pass) = &self.pass {
                let asked = self.rest.rooms(&pass.token, listing.next_page());
                self.out.push_back(asked);
            }
            return;
        }
        // The list is whole: what is not in it is no room of this person's any more.
        let gone: Vec<RoomId> = self
            .rooms
            .iter()
            .filter(|(id, room)| room.joined && !room.wanted && !listing.found.contains(id))
            .map(|(id, _)| Rc::clone(id))
            .collect();
        for id in gone {
            if let Some(room) = self.rooms.get_mut(&id) {
                room.joined = false;
                room.touch();
            }
        }
        self.look_at_joins();
        self.dirty.rooms = true;
    }

    fn on_directory(&mut self, body: &str) {
        let page = match wire_chat::page("rooms", body) {
            Ok(page) => page,
            Err(why) => return self.trouble(&why.to_string()),
        };
        let mut views = Vec::new();
        for value in page.data {
            match wire_chat::room("rooms", value) {
                Ok(room) if room.direct => {}
                Ok(room) => {
                    let id: RoomId = Rc::from(room.id.as_str());
                    views.push(RoomView {
                        name: room.name.map_or_else(|| Rc::clone(&id), Rc::from),
                        with: None,
                        presence: Presence::Unknown,
                        members: room.members,
                        unread: 0,
                        mentions: 0,
                        last: None,
                        draft: false,
                        waiting: false,
                        notify: NotifyLevel::default(),
                        joined: room.joined.unwrap_or_default(),
                        id,
                    });
                }
                Err(why) => self.trouble(&why.to_string()),
            }
        }
        self.event(ChatEvent::Directory(Rc::new(views)));
    }

    fn on_new_room(&mut self, now: Instant, body: &str) {
        let value: Value = serde_json::from_str(body).unwrap_or_default();
        match wire_chat::room("room", value) {
            Ok(room) => {
                let id: RoomId = Rc::from(room.id.as_str());
                self.rest.entered(&id);
                self.on_room(now, room);
                if let Some(room) = self.rooms.get_mut(&id) {
                    room.joined = true;
                    room.touch();
                }
                self.event(ChatEvent::GoTo(id));
            }
            Err(why) => self.trouble(&why.to_string()),
        }
    }

    fn on_call_id(&mut self, body: &str) {
        match wire_chat::call_id(body) {
            Ok(Some(id)) => self.event(ChatEvent::Callable(id)),
            Ok(None) => self.refuse(ChatRefusal::NotThere),
            Err(why) => self.trouble(&why.to_string()),
        }
    }

    /// People of a page; gives their ids.
    fn on_users(&mut self, now: Instant, body: &str) -> Vec<UserId> {
        let page = match wire_chat::page("users", body) {
            Ok(page) => page,
            Err(why) => {
                self.trouble(&why.to_string());
                return Vec::new();
            }
        };
        let times = self.times(now);
        let mut ids = Vec::new();
        for value in page.data {
            match wire_chat::user("users", value) {
                Ok(user) => {
                    let id: UserId = Rc::from(user.id.as_str());
                    self.people.heard(times, &id, user_news(&user));
                    ids.push(id);
                }
                Err(why) => self.trouble(&why.to_string()),
            }
        }
        ids
    }
}
