//! Who is connected, and who is told what. One task works on it, in the order in which it is asked, so that everybody
//! hears of the same things in the same order: that in which they were committed.

use std::collections::{BTreeSet, HashMap};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use socketioxide::extract::SocketRef;
use socketioxide::socket::Sid;
use tokio::sync::{mpsc, oneshot};

use super::line::Line;
use super::now;
use super::presence::{Presence, Shown};
use super::store::people::{LastSeen, Privacy, Status, saw};
use crate::db::Db;

/// The way to the hub; cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct HubHandle {
    work: mpsc::UnboundedSender<Work>,
}

type Work = Box<dyn FnOnce(&mut Hub) + Send>;

impl HubHandle {
    /// Does `work` there, after all that was asked before.
    pub(super) fn run(&self, work: impl FnOnce(&mut Hub) + Send + 'static) {
        // It is gone only when the server ends.
        let _ = self.work.send(Box::new(work));
    }

    /// The same, for who waits for an answer; `None` when the server ends.
    pub(super) async fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Hub) -> T + Send + 'static,
    ) -> Option<T> {
        let (answer, result) = oneshot::channel();
        self.run(move |hub| {
            let _ = answer.send(work(hub));
        });
        result.await.ok()
    }
}

/// Everything about those who are connected, and what everybody says of themselves.
#[derive(Debug)]
pub(super) struct Hub {
    db: Db,
    rooms: HashMap<String, BTreeSet<String>>,
    people: HashMap<String, Person>,
    sockets: HashMap<Sid, Line>,
    next_ping: Instant,
    next_minute: Instant,
    next_second: Instant,
}

/// What the database knows at the start.
#[derive(Debug, Default)]
pub(super) struct Known {
    pub(super) members: Vec<(String, String)>,
    pub(super) privacy: Vec<(String, Privacy)>,
    pub(super) statuses: Vec<(String, Status)>,
    pub(super) last_seen: Vec<(String, i64)>,
}

#[derive(Debug, Default)]
struct Person {
    devices: BTreeSet<Sid>,
    presence: Presence<Sid>,
    /// What others were told last.
    seen_as: Shown,
    privacy: Privacy,
    status: Status,
    last_seen: Option<i64>,
}

/// How often time passes.
const TICK: Duration = Duration::from_millis(100);
/// How often a device is asked whether it is there (contract 5).
const PING_EVERY: Duration = Duration::from_secs(15);
/// More devices at a time nobody has; each costs memory, and a copy of all that is told.
const MAX_DEVICES: usize = 64;

/// Starts the hub.
pub(super) fn start(db: Db, known: Known) -> HubHandle {
    let (work, mut inbox) = mpsc::unbounded_channel::<Work>();
    let start = Instant::now();
    let mut hub = Hub {
        db,
        rooms: HashMap::new(),
        people: HashMap::new(),
        sockets: HashMap::new(),
        next_ping: start + PING_EVERY,
        next_minute: start,
        next_second: start,
    };
    for (room, user) in known.members {
        hub.rooms.entry(room).or_default().insert(user);
    }
    for (user, privacy) in known.privacy {
        hub.people.entry(user).or_default().privacy = privacy;
    }
    for (user, status) in known.statuses {
        hub.people.entry(user).or_default().status = status;
    }
    for (user, at) in known.last_seen {
        hub.people.entry(user).or_default().last_seen = Some(at);
    }
    tokio::spawn(async move {
        let mut ticks = tokio::time::interval(TICK);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
        loop {
            tokio::select! {
                work = inbox.recv() => match work {
                    Some(work) => work(&mut hub),
                    None => break,
                },
                _ = ticks.tick() => hub.tick(),
            }
        }
    });
    HubHandle { work }
}

/// What is told to whom.
#[derive(Debug, Clone, Copy)]
pub(super) enum To<'a> {
    /// All devices of one person.
    Person(&'a str),
    /// All members of a room.
    Room(&'a str),
    /// All members of a room but this person.
    Others(&'a str, &'a str),
    /// Everybody but this person.
    EverybodyBut(&'a str),
}

impl Hub {
    /// A device is there, and is greeted.
    pub(super) fn connected(&mut self, socket: SocketRef, user: &str, hello: &Value) {
        let sid = socket.id;
        if !socket.connected() {
            // It is gone already; its end was told before its begin.
            return;
        }
        let person = self.people.entry(user.to_owned()).or_default();
        if person.devices.len() >= MAX_DEVICES {
            // It need not hear why; its connection ends either way.
            let _ = socket.emit(
                "error",
                &json!({ "message": "Too many devices", "code": "rate-limited" }),
            );
            let _ = socket.disconnect();
            return;
        }
        person.devices.insert(sid);
        person.presence.arrive(Instant::now(), sid);
        let quiet = person.presence.is_quiet();
        self.sockets.insert(sid, Line::new(socket, user));
        self.announce(user);
        self.tell_device(sid, "chat-hello", hello);
        if quiet {
            // Another device chose so, and this one would not know.
            let news = json!({ "userId": user, "status": Shown::DoNotDisturb.name(), "timestamp": now() });
            self.tell_device(sid, "presence-update", &news);
        }
    }

    /// A device is gone.
    pub(super) fn disconnected(&mut self, sid: Sid) {
        let Some(line) = self.sockets.remove(&sid) else {
            return;
        };
        let mut was_seen = None;
        if let Some(person) = self.people.get_mut(&line.user) {
            person.devices.remove(&sid);
            person.presence.leave(Instant::now(), &sid);
            if person.devices.is_empty() && person.privacy.online {
                person.last_seen = Some(now());
                was_seen = Some(line.user);
            }
        }
        self.keep_seen(was_seen.into_iter().collect());
    }

    /// A device says how its person is there; `false` when it is none.
    pub(super) fn speak(&mut self, sid: Sid, user: &str, shown: Shown) -> bool {
        let person = self.people.get_mut(user);
        let known = person.is_some_and(|person| person.presence.speak(Instant::now(), &sid, shown));
        self.announce(user);
        known
    }

    /// A person is a member of a room from now on.
    pub(super) fn enter(&mut self, room: &str, user: &str) {
        self.rooms
            .entry(room.to_owned())
            .or_default()
            .insert(user.to_owned());
    }

    /// A person is no member any more.
    pub(super) fn leave(&mut self, room: &str, user: &str) {
        if let Some(members) = self.rooms.get_mut(room) {
            members.remove(user);
        }
    }

    /// Whether the person is a member.
    pub(super) fn is_member(&self, room: &str, user: &str) -> bool {
        self.rooms.get(room).is_some_and(|members| members.contains(user))
    }

    /// Tells devices something.
    pub(super) fn tell(&mut self, to: To<'_>, event: &'static str, data: &Value) {
        match to {
            To::Person(user) => self.tell_person(user, event, data),
            To::Room(room) => self.tell_room(room, None, (event, data)),
            To::Others(room, user) => self.tell_room(room, Some(user), (event, data)),
            To::EverybodyBut(user) => {
                for line in self.sockets.values_mut().filter(|line| line.user != user) {
                    line.tell(event, data);
                }
            }
        }
    }

    fn tell_person(&mut self, user: &str, event: &'static str, data: &Value) {
        tell_devices((&self.people, &mut self.sockets), user, (event, data));
    }

    fn tell_room(&mut self, room: &str, but: Option<&str>, (event, data): (&'static str, &Value)) {
        for user in self
            .rooms
            .get(room)
            .into_iter()
            .flatten()
            .filter(|user| Some(user.as_str()) != but)
        {
            tell_devices((&self.people, &mut self.sockets), user, (event, data));
        }
    }

    /// Tells one device something; `false` when there is no such device.
    pub(super) fn tell_device(&mut self, sid: Sid, event: &'static str, data: &Value) -> bool {
        let line = self.sockets.get_mut(&sid);
        line.map(|line| line.tell(event, data)).is_some()
    }

    /// What a person lets others see.
    pub(super) fn privacy(&self, user: &str) -> Privacy {
        self.people
            .get(user)
            .map(|person| person.privacy)
            .unwrap_or_default()
    }

    /// A person lets others see something else.
    pub(super) fn set_privacy(&mut self, user: &str, privacy: Privacy) {
        let person = self.people.entry(user.to_owned()).or_default();
        if person.privacy.online && !privacy.online && person.presence.said() != Shown::Offline {
            person.last_seen = Some(now());
        }
        person.privacy = privacy;
        self.announce(user);
    }

    /// What a person says of themselves.
    pub(super) fn status(&self, user: &str) -> Status {
        self.people
            .get(user)
            .map(|person| person.status.clone())
            .unwrap_or_default()
    }

    /// A person says something else of themselves; everybody is told what changed.
    pub(super) fn set_status(&mut self, user: &str, status: Status) {
        let person = self.people.entry(user.to_owned()).or_default();
        let old = std::mem::replace(&mut person.status, status.clone());
        let text = |kept: Option<(String, i64)>| kept.map(|(text, _)| text).unwrap_or_default();
        let (message, emoji) = (text(status.message), text(status.emoji));
        let (old_message, old_emoji) = (text(old.message), text(old.emoji));
        let at = now();
        let mut news = Vec::new();
        if message != old_message {
            let shown = self.seen_as(user).name();
            news.push((
                "status-update",
                json!({ "userId": user, "status": shown, "message": message, "timestamp": at }),
            ));
        }
        if emoji != old_emoji || (message != old_message && !emoji.is_empty()) {
            news.push((
                "custom-status-change",
                json!({ "userId": user, "customStatus": message, "emoji": emoji, "timestamp": at }),
            ));
        }
        for (event, data) in news {
            self.tell(To::EverybodyBut(user), event, &data);
            self.tell(To::Person(user), event, &data);
        }
    }

    /// `{status, message?, emoji?, until?, lastSeen?}` as others may see it; a person sees themselves as they are.
    pub(super) fn presence(&self, user: &str, viewer: &str) -> Value {
        let Some(person) = self.people.get(user) else {
            return json!({ "status": Shown::Offline.name() });
        };
        let shown = if user == viewer {
            person.presence.said()
        } else {
            person.seen_as
        };
        let mut value = json!({ "status": shown.name() });
        let at = now();
        let kept = |kept: &Option<(String, i64)>| kept.clone().filter(|(_, until)| *until > at);
        let (message, emoji) = (kept(&person.status.message), kept(&person.status.emoji));
        if let Some(map) = value.as_object_mut() {
            let until = message.as_ref().or(emoji.as_ref()).map(|(_, until)| *until);
            for (name, text) in [("message", message), ("emoji", emoji)] {
                if let Some((text, _)) = text {
                    map.insert(name.into(), text.into());
                }
            }
            if let Some(until) = until {
                map.insert("until".into(), until.into());
            }
            if shown == Shown::Offline
                && let Some(seen) = person
                    .last_seen
                    .and_then(|seen| last_seen(person.privacy, seen, at))
            {
                map.insert("lastSeen".into(), seen);
            }
        }
        value
    }

    /// Adds how they are there to a person (`{id, …}`).
    pub(super) fn add_presence(&self, person: &mut Value, viewer: &str) {
        let presence = person
            .get("id")
            .and_then(Value::as_str)
            .map(|id| self.presence(id, viewer));
        if let (Some(presence), Some(map)) = (presence, person.as_object_mut()) {
            map.insert("presence".into(), presence);
        }
    }

    /// Adds to a room how the other person of a direct room is there.
    pub(super) fn add_room_presence(&self, room: &mut Value, viewer: &str) {
        if let Some(with) = room.get_mut("with") {
            self.add_presence(with, viewer);
        }
    }

    /// Whether a person may be called: others see that they are there, and they are not to be left alone.
    pub(super) fn may_be_called(&self, user: &str) -> bool {
        match self.seen_as(user) {
            Shown::Online | Shown::Away | Shown::InCall => true,
            Shown::Offline | Shown::DoNotDisturb => false,
        }
    }

    fn seen_as(&self, user: &str) -> Shown {
        self.people
            .get(user)
            .map(|person| person.seen_as)
            .unwrap_or_default()
    }

    /// Tells what is news of a person, to each who may know.
    fn announce(&mut self, user: &str) {
        let Some(person) = self.people.get_mut(user) else {
            return;
        };
        let news = person.presence.news(Instant::now());
        let shown = if person.privacy.online {
            person.presence.said()
        } else {
            Shown::Offline
        };
        let changed = std::mem::replace(&mut person.seen_as, shown) != shown;
        let data = |shown: Shown| json!({ "userId": user, "status": shown.name(), "timestamp": now() });
        if let Some(shown) = news {
            self.tell(To::Person(user), "presence-update", &data(shown));
        }
        if changed {
            self.tell(To::EverybodyBut(user), "presence-update", &data(shown));
        }
    }

    fn tick(&mut self) {
        let at = Instant::now();
        for line in self.sockets.values_mut() {
            line.flush();
        }
        let due: Vec<String> = self
            .people
            .iter()
            .filter(|(_, person)| person.presence.is_due(at))
            .map(|(user, _)| user.clone())
            .collect();
        due.iter().for_each(|user| self.announce(user));
        if at >= self.next_ping {
            self.next_ping = at + PING_EVERY;
            let stamp = Value::from(now());
            for line in self.sockets.values_mut() {
                line.tell("ping", &stamp);
            }
        }
        if at >= self.next_second {
            self.next_second = at + Duration::from_secs(1);
            self.expire();
        }
        if at >= self.next_minute {
            self.next_minute = at + Duration::from_secs(60);
            let there = |person: &Person| !person.devices.is_empty() && person.privacy.online;
            let there: Vec<String> = self
                .people
                .iter_mut()
                .filter(|(_, person)| there(person))
                .map(|(user, person)| {
                    person.last_seen = Some(now());
                    user.clone()
                })
                .collect();
            self.keep_seen(there);
        }
    }

    /// What was said for a time only is over.
    fn expire(&mut self) {
        let at = now();
        let over = |kept: &Option<(String, i64)>| kept.as_ref().is_some_and(|(_, until)| *until <= at);
        let ended: Vec<(String, Status)> = self
            .people
            .iter()
            .filter(|(_, person)| over(&person.status.message) || over(&person.status.emoji))
            .map(|(user, person)| {
                let left = |kept: &Option<(String, i64)>| kept.clone().filter(|(_, until)| *until > at);
                let status = Status {
                    message: left(&person.status.message),
                    emoji: left(&person.status.emoji),
                };
                (user.clone(), status)
            })
            .collect();
        for (user, status) in ended {
            self.set_status(&user, status);
        }
    }

    fn keep_seen(&self, users: Vec<String>) {
        if users.is_empty() {
            return;
        }
        let at = now();
        self.db.write(
            move |db| saw(db, &users, at),
            |result| {
                if let Err(error) = result {
                    tracing::warn!(%error, "last seen was not kept");
                }
            },
        );
    }
}

fn tell_devices(
    (people, sockets): (&HashMap<String, Person>, &mut HashMap<Sid, Line>),
    user: &str,
    (event, data): (&'static str, &Value),
) {
    let devices = people.get(user).map(|person| &person.devices);
    for sid in devices.into_iter().flatten() {
        if let Some(line) = sockets.get_mut(sid) {
            line.tell(event, data);
        }
    }
}

/// How exactly others may know when a person was there: `{exact: ms}` or `{about: …}`.
fn last_seen(privacy: Privacy, seen: i64, now: i64) -> Option<Value> {
    const DAY: i64 = 24 * 3600 * 1000;
    let ago = now.saturating_sub(seen);
    let about = match privacy.last_seen {
        LastSeen::Exact => return Some(json!({ "exact": seen })),
        LastSeen::Today if ago < DAY => "today",
        LastSeen::Today | LastSeen::Week if ago < 7 * DAY => "week",
        LastSeen::Today | LastSeen::Week => "earlier",
        LastSeen::Hidden => return None,
    };
    Some(json!({ "about": about }))
}
