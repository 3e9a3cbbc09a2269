//! Others.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::time::Duration;

use super::{News, Now, short, usual_end};
use crate::chat::api::{Millis, Person, Presence, RoomId, UserId};
use crate::chat::markdown::neutral;
use crate::time::{Instant, earliest};

/// Somebody who goes offline is shown so after this time only: a device that reconnects does not flap.
const OFFLINE_AFTER: Duration = Duration::from_secs(5);
/// What was known before our own connection was lost is relied on for so long, and what was not confirmed after it came
/// back as well.
const STALE_AFTER: Duration = Duration::from_secs(10);
/// People remembered.
const PEOPLE_MAX: usize = 20_000;
/// Rooms in which somebody is remembered to be.
const ROOMS_MAX: usize = 100;

/// Everybody this client knows of.
///
/// How somebody is shown:
///
/// ```text
///              told online, away, …; joined
///   Unknown ──────────────────────────────▶ as told ◀──────────────┐ told otherwise
///      ▲                                       │ told offline; left │
///      │ ours lost for 10 s, or back           ▼                    │
///      │ for 10 s and not told anew        as before ───────────────┘
///      ├───────────────────────────────────────┤ 5 s
///      │                                       ▼
///      └───────────────────────────────── Offline (or Unknown, if nobody ever told)
/// ```
#[derive(Debug, Default)]
pub(in crate::chat) struct People {
    me: Option<UserId>,
    pub(super) known: BTreeMap<UserId, Known>,
    order: BTreeSet<(String, UserId)>,
    /// When what is not confirmed is not relied on any more.
    stale: Option<Instant>,
    due: Option<Instant>,
    changed: bool,
    view: Option<Rc<Vec<Rc<Person>>>>,
}

#[derive(Debug)]
pub(super) struct Known {
    person: Rc<Person>,
    /// What they will be shown as, and when.
    next: Option<(Instant, Presence)>,
    /// The server said how they are, not only where.
    told: bool,
    /// It said so on this connection.
    confirmed: bool,
    /// Where they were seen to be, on servers that only tell that.
    rooms: BTreeSet<RoomId>,
    /// When their status text ends.
    ends: Option<Millis>,
}

impl People {
    /// Who is oneself, and so not among the others.
    pub(in crate::chat) fn set_me(&mut self, me: Option<UserId>) {
        if self.me != me {
            self.me = me;
            self.touch();
        }
    }

    /// `presence-update`, `status-change`, `status-update`, `custom-status-change`, and users of REST answers and rooms.
    pub(in crate::chat) fn heard(&mut self, now: Now, user: &UserId, news: News) {
        let Some((known, mut person)) = self.take(user) else {
            return;
        };
        if let Some(name) = news.name.as_deref().map(neutral).filter(|name| !name.is_empty())
            && *name != *person.name
        {
            person.name = Rc::from(name);
        }
        if let Some(avatar) = news.avatar
            && (avatar.starts_with("https://") || avatar.starts_with("http://"))
        {
            person.avatar = Some(avatar);
        }
        if news.text.is_some() || news.emoji.is_some() {
            if let Some(text) = news.text.as_deref() {
                person.text = Rc::from(neutral(text));
            }
            if let Some(emoji) = news.emoji.as_deref() {
                person.emoji = short(emoji);
            }
            let some = !(person.text.is_empty() && person.emoji.is_empty());
            known.ends = some.then(|| news.until.unwrap_or(usual_end(now.wall, &person.emoji)));
        }
        if let Some(last_seen) = news.last_seen {
            person.last_seen = Some(last_seen);
        }
        if let Some(presence) = news.presence {
            known.told = presence != Presence::Unknown;
            known.confirmed = true;
            known.show(now.at, &mut person, presence);
        }
        self.put(now, user, person);
    }

    /// `user-joined`, with or without a room.
    pub(in crate::chat) fn joined(&mut self, now: Now, user: &UserId, room: Option<&RoomId>, news: News) {
        self.heard(now, user, news);
        let Some((known, mut person)) = self.take(user) else {
            return;
        };
        known.confirmed = true;
        if let Some(room) = room
            && known.rooms.len() < ROOMS_MAX
        {
            known.rooms.insert(room.clone());
        }
        // Who is there already stays away, or busy.
        if known.next.is_some() || matches!(person.presence, Presence::Offline | Presence::Unknown) {
            known.show(now.at, &mut person, Presence::Online);
        }
        self.put(now, user, person);
    }

    /// `user-left`, with or without a room. Leaving a room is not leaving, unless being there was all that was known.
    pub(in crate::chat) fn left(&mut self, now: Now, user: &UserId, room: Option<&RoomId>) {
        let Some((known, mut person)) = self.take(user) else {
            return;
        };
        match room {
            Some(room) => {
                let was_there = known.rooms.remove(room);
                if was_there && known.rooms.is_empty() && !known.told && known.next.is_none() {
                    known.next = Some((now.at + OFFLINE_AFTER, Presence::Unknown));
                }
            }
            None => {
                known.rooms.clear();
                known.show(now.at, &mut person, Presence::Offline);
            }
        }
        self.put(now, user, person);
    }

    /// There is a connection. `recovered`: nothing was missed.
    pub(in crate::chat) fn connected(&mut self, now: Now, recovered: bool) {
        self.stale = None;
        if !recovered {
            for known in self.known.values_mut() {
                known.confirmed = false;
                known.rooms.clear();
            }
            self.stale = Some(now.at + STALE_AFTER);
        }
        self.reckon(now);
    }

    /// Our own connection is lost: nothing that is known can be relied on for long.
    pub(in crate::chat) fn lost(&mut self, now: Now) {
        for known in self.known.values_mut() {
            known.confirmed = false;
        }
        self.stale = Some(now.at + STALE_AFTER);
        self.reckon(now);
    }

    /// Time passed.
    pub(in crate::chat) fn tick(&mut self, now: Now) {
        if self.due.is_none_or(|due| due > now.at) {
            return;
        }
        let stale = self.stale.take_if(|stale| *stale <= now.at).is_some();
        for known in self.known.values_mut() {
            let mut person = known.person.clone();
            if let Some((_, presence)) = known.next.take_if(|(at, _)| *at <= now.at) {
                Rc::make_mut(&mut person).presence = presence;
            }
            if stale && !known.confirmed && person.presence != Presence::Unknown {
                known.next = None;
                Rc::make_mut(&mut person).presence = Presence::Unknown;
            }
            if known.ends.take_if(|ends| *ends <= now.wall).is_some() {
                let person = Rc::make_mut(&mut person);
                person.text = Rc::from("");
                person.emoji = Rc::from("");
            }
            if person != known.person {
                known.person = person;
                self.changed = true;
                self.view = None;
            }
        }
        self.reckon(now);
    }

    /// When [`Self::tick`] is due.
    pub(in crate::chat) fn deadline(&self) -> Option<Instant> {
        self.due
    }

    /// True once after anything shown changed.
    pub(in crate::chat) fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    /// Somebody, oneself too where the server spoke of it.
    pub(in crate::chat) fn person(&self, user: &UserId) -> Option<Rc<Person>> {
        self.known.get(user).map(|known| known.person.clone())
    }

    /// Everybody else, by name.
    pub(in crate::chat) fn view(&mut self) -> Rc<Vec<Rc<Person>>> {
        let Self {
            me,
            known,
            order,
            view,
            ..
        } = self;
        view.get_or_insert_with(|| {
            let others = order.iter().filter(|(_, user)| Some(user) != me.as_ref());
            Rc::new(
                others
                    .filter_map(|(_, user)| Some(known.get(user)?.person.clone()))
                    .collect(),
            )
        })
        .clone()
    }

    fn take(&mut self, user: &UserId) -> Option<(&mut Known, Person)> {
        if !self.known.contains_key(user) {
            if self.known.len() >= PEOPLE_MAX || user.is_empty() {
                return None;
            }
            let person = Person {
                id: user.clone(),
                name: match neutral(user) {
                    name if name.is_empty() => Rc::from("?"),
                    name => Rc::from(name),
                },
                avatar: None,
                presence: Presence::Unknown,
                text: Rc::from(""),
                emoji: Rc::from(""),
                last_seen: None,
            };
            self.order.insert((person.name.to_lowercase(), user.clone()));
            self.known.insert(user.clone(), Known::new(person));
            self.touch();
        }
        let known = self.known.get_mut(user)?;
        let person = Person::clone(&known.person);
        Some((known, person))
    }

    fn put(&mut self, now: Now, user: &UserId, person: Person) {
        let Some(known) = self.known.get_mut(user) else {
            return;
        };
        self.due = earliest(self.due, known.due(now));
        if *known.person == person {
            return;
        }
        if known.person.name != person.name {
            self.order
                .remove(&(known.person.name.to_lowercase(), user.clone()));
            self.order.insert((person.name.to_lowercase(), user.clone()));
        }
        known.person = Rc::new(person);
        self.touch();
    }

    fn touch(&mut self) {
        self.changed = true;
        self.view = None;
    }

    fn reckon(&mut self, now: Now) {
        self.due = self
            .known
            .values()
            .fold(self.stale, |due, known| earliest(due, known.due(now)));
    }
}

impl Known {
    fn new(person: Person) -> Self {
        Self {
            person: Rc::new(person),
            next: None,
            told: false,
            confirmed: false,
            rooms: BTreeSet::new(),
            ends: None,
        }
    }

    fn show(&mut self, now: Instant, person: &mut Person, presence: Presence) {
        let there = !matches!(person.presence, Presence::Offline | Presence::Unknown);
        match presence {
            Presence::Offline if there => {
                if self.next.is_none() {
                    self.next = Some((now + OFFLINE_AFTER, presence));
                }
            }
            Presence::Online
            | Presence::Away
            | Presence::DoNotDisturb
            | Presence::InCall
            | Presence::Offline
            | Presence::Unknown => {
                self.next = None;
                person.presence = presence;
            }
        }
    }

    fn due(&self, now: Now) -> Option<Instant> {
        earliest(
            self.next.map(|(at, _)| at),
            self.ends.map(|ends| now.instant_of(ends)),
        )
    }
}
