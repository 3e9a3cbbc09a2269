//! What the server said, in the leading tab and, forwarded, in every other one.

use std::rc::Rc;

use serde_json::Value;
use wire::chat::{self as wire_chat, Hello, Message, PresenceNews, ServerEvent, Unreadable};

use super::api::{ChatEvent, LastSeen, Millis, RoomId, Server, UserId};
use super::engine::ChatEngine;
use super::link::LinkEvent;
use super::log::Change;
use super::presence::{self, News};
use super::rest::Listing;
use super::rooms::Membership;
use crate::time::Instant;

impl ChatEngine {
    /// News of this tab's own connection.
    pub(super) fn on_link(&mut self, now: Instant, event: LinkEvent) {
        match event {
            LinkEvent::Up { recovered } => self.came_up(now, recovered),
            LinkEvent::Down => self.went_down(now),
            LinkEvent::Event { name, args } => {
                if self.has_followers && is_for_followers(&name) {
                    self.forward(&name, &args);
                }
                self.on_event(now, &name, args);
            }
            LinkEvent::Acked { emit, args } => self.on_ack(now, emit, &args),
            LinkEvent::AckTimedOut { emit } => self.on_ack_missing(now, emit),
            LinkEvent::Proven(number) => {
                if !self.server.known {
                    // It would have said hello by now.
                    self.server = Server {
                        known: true,
                        ..Server::default()
                    };
                    self.greeted();
                }
                self.proven(now, Some(number));
            }
            LinkEvent::State => self.dirty.connection = true,
            LinkEvent::Trouble(words) => self.event(ChatEvent::Trouble(words)),
        }
    }

    fn came_up(&mut self, now: Instant, recovered: bool) {
        if !recovered {
            self.forget_joins();
        }
        for room in self.outbox.doubtful_rooms() {
            // What it was may be there, and was not missed.
            self.join_again(&room);
        }
        self.server.known = false;
        if self.link.prove(now).is_none() {
            // Whether it says hello cannot be asked; most do not.
            self.server = Server {
                known: true,
                ..Server::default()
            };
            self.greeted();
        }
        let times = self.times(now);
        self.people.connected(times, recovered);
        self.look_at_joins();
        self.dirty.everything();
    }

    fn went_down(&mut self, now: Instant) {
        self.link_lost(now);
        let times = self.times(now);
        self.people.lost(times);
        self.me.lost(now);
        self.typing.clear();
        self.typists.clear();
        self.fetching_stopped();
        self.dirty.everything();
    }

    /// It is known what this server can do.
    fn greeted(&mut self) {
        self.me.connected(self.server);
        if self.server.rooms
            && let Some(pass) = &self.pass
        {
            let asked = self.rest.rooms(&pass.token, Listing::default());
            self.out.push_back(asked);
        }
        if self.server.people
            && let Some(pass) = &self.pass
        {
            let asked = self.rest.people(&pass.token, "");
            self.out.push_back(asked);
        }
        self.tell_privacy();
        self.look_at_joins();
        self.fetching_possible();
        self.dirty.everything();
    }

    fn on_hello(&mut self, now: Instant, hello: &Hello) {
        if let Some(time) = hello.server_time {
            self.clock.heard(now, time);
        }
        self.server = Server {
            known: true,
            exact: hello.client_ids && hello.acks,
            rooms: hello.rooms,
            direct: hello.direct,
            search: hello.search,
            attachments: hello
                .attachments
                .then(|| hello.attachment_bytes.unwrap_or(u64::MAX)),
            hides_presence: hello.privacy,
            people: hello.rooms,
            calls: hello.calls && self.settings.calls,
            message_bytes: hello.message_bytes,
        };
        let most = hello
            .messages_per_minute
            .and_then(|most| usize::try_from(most).ok());
        // A server with acks that names no limit has none.
        if let Some(most) = most.or(self.server.exact.then_some(usize::MAX)) {
            self.message_pace.set_most(most);
        }
        if self.leads {
            self.greeted();
        }
    }

    /// An event of the server.
    pub(super) fn on_event(&mut self, now: Instant, name: &str, args: Vec<Value>) {
        let mut events = std::mem::take(&mut self.heard);
        wire_chat::decode(name, args, &mut events);
        for event in events.drain(..) {
            match event {
                Ok(event) => self.on_server(now, event),
                Err(why) => self.event(ChatEvent::Trouble(why.to_string())),
            }
        }
        self.heard = events;
    }

    fn on_server(&mut self, now: Instant, event: ServerEvent) {
        match event {
            ServerEvent::Hello(hello) => self.on_hello(now, &hello),
            ServerEvent::History {
                room,
                name,
                members,
                messages,
                joined: _,
            } => self.on_history(now, &Rc::from(room), name, members, messages),
            ServerEvent::NewMessage(message) => self.on_new_message(now, *message),
            ServerEvent::Edited {
                room,
                message,
                content,
                at,
            } => self.on_edited(now, room.as_deref(), &message, content, at),
            ServerEvent::Deleted { room, message, .. } => self.on_deleted(now, room.as_deref(), &message),
            ServerEvent::Reacted {
                room,
                message,
                reaction,
                user,
                has,
                count,
            } => {
                let change = Change::Reacted {
                    reaction: Rc::from(reaction),
                    user: Rc::from(user),
                    has,
                    count,
                };
                self.on_change(now, room.as_deref(), &message, change);
            }
            ServerEvent::Read {
                room,
                message,
                reader,
                ..
            } => self.on_read(now, room.as_deref(), &message, &reader),
            ServerEvent::Member {
                room,
                user,
                name,
                avatar,
                joined,
            } => {
                let news = News {
                    name: name.map(Rc::from),
                    avatar: avatar.map(Rc::from),
                    ..News::default()
                };
                let room: Option<RoomId> = room.map(Rc::from);
                let user: UserId = Rc::from(user);
                let times = self.times(now);
                if joined {
                    self.people.joined(times, &user, room.as_ref(), news);
                } else {
                    self.people.left(times, &user, room.as_ref());
                }
                if let Some(room) = room {
                    self.stopped_typing(&room, &user);
                    let leaves_elsewhere = self.is_me(&user);
                    if let Some(it) = self.rooms.get_mut(&room).filter(|_| !leaves_elsewhere)
                        && let Some(members) = it.members
                        && !self.server.exact
                    {
                        it.members = Some(if joined {
                            members.saturating_add(1)
                        } else {
                            members.saturating_sub(1)
                        });
                        self.room_changed(&room);
                    }
                }
            }
            ServerEvent::Typing(typing) => {
                let (room, user): (RoomId, UserId) = (Rc::from(typing.room), Rc::from(typing.user));
                if self.is_me(&user) {
                    return;
                }
                if typing.typing {
                    let name = typing.name.map(Rc::from).unwrap_or_else(|| self.name_of(&user));
                    if self.typists.typing(now, &room, &user, name) && self.open_room() == Some(&room) {
                        self.dirty.open = true;
                    }
                } else {
                    self.stopped_typing(&room, &user);
                }
            }
            ServerEvent::Presence(news) => self.on_presence(now, news),
            ServerEvent::Error { message, .. } => {
                if self.leads {
                    self.on_error(now, &message);
                }
            }
            ServerEvent::Ping(value) => {
                if let Some(time) = value.as_u64() {
                    self.clock.heard(now, time);
                }
                if self.leads {
                    self.link.emit(now, "pong", vec![value], None);
                }
            }
            // The message itself comes too, in its room.
            ServerEvent::Mentioned { .. } => {}
            ServerEvent::Room(room) => {
                if room.joined.unwrap_or(true) {
                    self.rest.entered(&Rc::from(room.id.as_str()));
                }
                self.on_room(now, *room);
            }
            ServerEvent::RoomRemoved(room) => self.forget_room(now, &Rc::from(room)),
        }
    }

    fn stopped_typing(&mut self, room: &RoomId, user: &UserId) {
        if self.typists.stopped(room, user) && self.open_room() == Some(room) {
            self.dirty.open = true;
        }
    }

    /// A message came live.
    fn on_new_message(&mut self, now: Instant, message: Result<Message, Unreadable>) {
        match message {
            Ok(message) => {
                let Some(room) = message.room_id.as_deref().map(RoomId::from) else {
                    return self.trouble("new-message.roomId: is missing");
                };
                if !message.sender_id.is_empty() {
                    self.stopped_typing(&room, &Rc::from(message.sender_id.as_str()));
                }
                if let Some(time) = message.timestamp {
                    self.clock.heard(now, time);
                }
                self.message_came(now, &room, message);
            }
            Err(unreadable) => {
                self.trouble(&unreadable.why.to_string());
                self.unreadable_came(now, &unreadable);
            }
        }
    }

    fn on_presence(&mut self, now: Instant, news: PresenceNews) {
        let user: UserId = Rc::from(news.user.as_str());
        let times = self.times(now);
        let news = news_of(news);
        if self.is_me(&user) {
            self.me.heard(times, &news);
            self.dirty.me = true;
        }
        self.people.heard(times, &user, news);
    }

    /// A room of ours as the server describes it.
    pub(super) fn on_room(&mut self, now: Instant, room: wire_chat::Room) {
        let id: RoomId = Rc::from(room.id.as_str());
        let times = self.times(now);
        if let Some(with) = &room.with {
            let user: UserId = Rc::from(with.id.as_str());
            self.people.heard(times, &user, user_news(with));
        }
        let read = room
            .last_read
            .as_deref()
            .and_then(|id| Some((Rc::from(id), read_time(&room, id)?)));
        let it = self.rooms.entry(Rc::clone(&id)).or_default();
        if let Some(name) = &room.name {
            it.name = Some(Rc::from(name.as_str()));
        }
        it.members = room.members.or(it.members);
        it.joined = room.joined.unwrap_or(true);
        it.with = match &room.with {
            Some(with) if room.direct => Some(Rc::from(with.id.as_str())),
            Some(_) | None => it.with.take(),
        };
        it.moderates = matches!(room.role.as_deref(), Some("owner" | "moderator" | "admin"));
        if let Some(unread) = room.unread {
            it.unread = unread;
        }
        if let Some(mentions) = room.mentions {
            it.mentions = mentions;
        }
        if read.is_some() {
            it.read_up_to = read;
        }
        it.touch();
        let last = room.last.map(|last| *last);
        self.dirty.rooms = true;
        if let Some(last) = last {
            self.server_has(now, &id, last);
        }
        self.room_changed(&id);
    }

    pub(super) fn is_me(&self, user: &str) -> bool {
        self.pass.as_ref().is_some_and(|pass| *pass.user == *user)
    }

    pub(super) fn name_of(&self, user: &UserId) -> Rc<str> {
        self.people
            .person(user)
            .map_or_else(|| Rc::clone(user), |person| Rc::clone(&person.name))
    }

    /// The history of a room came: it is joined.
    fn on_history(
        &mut self,
        now: Instant,
        id: &RoomId,
        name: Option<String>,
        members: Option<u32>,
        messages: Vec<Result<Message, Unreadable>>,
    ) {
        let room = self.rooms.entry(Rc::clone(id)).or_default();
        if let Some(name) = name {
            room.name = Some(Rc::from(name));
        }
        room.members = members.or(room.members);
        room.membership = Membership::In;
        room.wanted = false;
        room.again = false;
        if !self.server.exact {
            // Plain servers have no other list of rooms: what was opened is in it.
            room.joined = true;
        }
        room.touch();
        self.look_at_joins();
        self.history_came(now, id, messages);
        self.room_changed(id);
    }
}

/// Heartbeats and the like are the leader's own.
fn is_for_followers(event: &str) -> bool {
    !matches!(event, "ping" | "error" | "chat-hello")
}

fn read_time(room: &wire_chat::Room, id: &str) -> Option<Millis> {
    let last = room.last.as_ref()?;
    (last.id == id).then_some(last.timestamp?)
}

pub(super) fn news_of(news: PresenceNews) -> News {
    let presence = news.status.as_deref().and_then(presence::presence_of);
    // A status that is no presence is somebody's own words.
    let own_words = news.status.filter(|_| presence.is_none());
    News {
        presence,
        text: news.message.or(own_words).map(Rc::from),
        emoji: news.emoji.map(Rc::from),
        until: news.until,
        ..News::default()
    }
}

pub(super) fn user_news(user: &wire_chat::User) -> News {
    let last_seen = user.last_seen.map(|seen| match seen {
        wire_chat::LastSeen::Exact(at) => LastSeen::At(at),
        wire_chat::LastSeen::Today => LastSeen::Today,
        wire_chat::LastSeen::Week => LastSeen::ThisWeek,
        wire_chat::LastSeen::Earlier => LastSeen::Earlier,
    });
    News {
        name: user.name.as_deref().map(Rc::from),
        avatar: user.avatar.as_deref().map(Rc::from),
        last_seen,
        ..news_of(user.presence.clone())
    }
}
