//! The conversations: what is known of each beside its messages.

use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::{Map, Value, json};

use super::api::{LastMessage, MessageId, Millis, NotifyLevel, Presence, RoomId, RoomView, UserId};
use super::newest::Newest;
use crate::time::Instant;

/// Whether the server knows on this connection that this client is in the room.
///
/// ```text
///        asked to join          room-joined, room-history, or nobody answers in time
///  Out ────────────────► Asked ────────────────────────────────────────────────────► In
///   ▲                      │ refused: Refused                                         │
///   └──────────────────── the link is lost and the session not recovered ─────────────┘
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) enum Membership {
    /// Not asked on this connection.
    #[default]
    Out,
    /// Asked.
    Asked {
        /// When.
        since: Instant,
    },
    /// It is.
    In,
    /// The server said no, in these words.
    Refused(String),
}

/// A conversation.
#[derive(Debug, Clone, Default)]
pub(super) struct Room {
    pub(super) name: Option<Rc<str>>,
    /// The other one of a direct conversation.
    pub(super) with: Option<UserId>,
    pub(super) members: Option<u32>,
    /// This person is in it for good, and it is in the list.
    pub(super) joined: bool,
    /// May delete others' messages.
    pub(super) moderates: bool,
    pub(super) unread: u32,
    pub(super) mentions: u32,
    /// The last message that was really on screen, and its time.
    pub(super) read_up_to: Option<(MessageId, Millis)>,
    pub(super) last: Option<Newest>,
    /// The newest message the server is known to have, and the newest one held here.
    pub(super) newest: Option<MessageId>,
    pub(super) membership: Membership,
    /// Its history came on this connection: what comes live follows it.
    pub(super) settled: bool,
    /// The server has more of it than this device.
    pub(super) behind: bool,
    /// Its history is to be asked for once more; nothing waits for it.
    pub(super) again: bool,
    /// To be joined although it is neither open nor in the list.
    pub(super) wanted: bool,
    /// Names of those who wrote, newest last.
    pub(super) writers: Vec<UserId>,
    /// The summary is not on disk as it is.
    pub(super) dirty: bool,
    view: Option<Rc<RoomView>>,
}

/// What a room's view needs from elsewhere.
#[derive(Debug, Clone)]
pub(super) struct Surroundings {
    pub(super) presence: Presence,
    pub(super) other: Option<Rc<str>>,
    pub(super) draft: bool,
    pub(super) waiting: bool,
    pub(super) notify: NotifyLevel,
}

impl Room {
    /// One that this person is in.
    pub(super) fn of_member() -> Self {
        Self {
            joined: true,
            dirty: true,
            ..Self::default()
        }
    }

    /// Its name for people.
    pub(super) fn title(&self, id: &RoomId, other: Option<&Rc<str>>) -> Rc<str> {
        match (&self.name, other) {
            (_, Some(other)) if self.with.is_some() => Rc::clone(other),
            (Some(name), _) => Rc::clone(name),
            (None, _) => Rc::clone(id),
        }
    }

    /// What is shown or stored of it changed.
    pub(super) fn touch(&mut self) {
        self.dirty = true;
        self.view = None;
    }

    /// As the list shows it; the same value as long as nothing changes.
    pub(super) fn view(&mut self, id: &RoomId, around: &Surroundings) -> Rc<RoomView> {
        if let Some(view) = &self.view
            && view.presence == around.presence
            && view.draft == around.draft
            && view.waiting == around.waiting
            && view.notify == around.notify
            && view.name == self.title(id, around.other.as_ref())
        {
            return Rc::clone(view);
        }
        let view = Rc::new(RoomView {
            id: Rc::clone(id),
            name: self.title(id, around.other.as_ref()),
            with: self.with.clone(),
            presence: around.presence,
            members: self.members,
            unread: self.unread,
            mentions: self.mentions,
            last: self.last.as_ref().map(|last| Rc::clone(last.line())),
            draft: around.draft,
            waiting: around.waiting,
            notify: around.notify,
            joined: self.joined,
        });
        self.view = Some(Rc::clone(&view));
        view
    }

    /// Its summary as stored; `log` is what the blocks need to be found again.
    pub(super) fn record(&self, log: &str) -> String {
        let mut map = Map::new();
        let mut put = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                map.insert(name.to_owned(), value);
            }
        };
        put("name", self.name.as_ref().map(|name| json!(&**name)));
        put("with", self.with.as_ref().map(|with| json!(&**with)));
        put("members", self.members.map(|members| json!(members)));
        put("joined", Some(json!(self.joined)));
        put("moderates", self.moderates.then_some(json!(true)));
        put("unread", Some(json!(self.unread)));
        put("mentions", Some(json!(self.mentions)));
        put("newest", self.newest.as_ref().map(|id| json!(&**id)));
        let read = self.read_up_to.as_ref();
        put("read", read.map(|(id, time)| json!([&**id, time])));
        let last = self.last.as_ref().map(Newest::line).map(|last| {
            let from = last.from.as_ref().map(|from| json!(&**from));
            json!([from, &*last.text, last.time])
        });
        put("last", last);
        put("log", Some(json!(log)));
        Value::Object(map).to_string()
    }

    /// Reads a summary, and the part that is the blocks' own.
    pub(super) fn read(record: &str) -> Option<(Self, String)> {
        let value: Value = serde_json::from_str(record).ok()?;
        let text = |name: &str| value.get(name).and_then(Value::as_str).map(Rc::<str>::from);
        let flag = |name: &str| value.get(name).and_then(Value::as_bool).unwrap_or_default();
        let number = |name: &str| value.get(name).and_then(Value::as_u64);
        let small = |name: &str| number(name).and_then(|number| u32::try_from(number).ok());
        let newest = text("newest");
        let last = value.get("last").and_then(|last| {
            let line = LastMessage {
                from: last.get(0)?.as_str().map(Rc::from),
                text: Rc::from(last.get(1)?.as_str()?),
                time: last.get(2)?.as_u64()?,
            };
            Some(Newest::of_line(newest.clone(), line))
        });
        let read = value
            .get("read")
            .and_then(|read| Some((Rc::from(read.get(0)?.as_str()?), read.get(1)?.as_u64()?)));
        let room = Self {
            name: text("name"),
            with: text("with"),
            members: small("members"),
            joined: flag("joined"),
            moderates: flag("moderates"),
            unread: small("unread").unwrap_or_default(),
            mentions: small("mentions").unwrap_or_default(),
            read_up_to: read,
            last,
            newest,
            ..Self::default()
        };
        let log = value.get("log").and_then(Value::as_str).unwrap_or_default();
        Some((room, log.to_owned()))
    }
}

/// All conversations, by id.
pub(super) type Rooms = BTreeMap<RoomId, Room>;

/// The order of the list: most recent first, then by name.
pub(super) fn sorted(mut views: Vec<Rc<RoomView>>) -> Vec<Rc<RoomView>> {
    let time = |view: &RoomView| view.last.as_ref().map_or(0, |last| last.time);
    views.sort_by(|a, b| {
        time(b)
            .cmp(&time(a))
            .then_with(|| a.name.cmp(&b.name))
            .then_with(|| a.id.cmp(&b.id))
    });
    views
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_survives_the_disk() {
        let room = Room {
            name: Some(Rc::from("Room")),
            with: Some(Rc::from("u2")),
            members: Some(3),
            joined: true,
            moderates: true,
            unread: 4,
            mentions: 1,
            read_up_to: Some((Rc::from("m3"), 17)),
            last: Some(Newest::of_line(
                Some(Rc::from("m4")),
                LastMessage {
                    from: None,
                    text: Rc::from("hi \"you\""),
                    time: 18,
                },
            )),
            newest: Some(Rc::from("m4")),
            ..Room::default()
        };
        let record = room.record("{\"blocks\":1}");
        let (read, log) = Room::read(&record).unwrap_or_default();
        assert_eq!(log, "{\"blocks\":1}");
        assert_eq!(read.record(&log), record);
        assert_eq!(read.read_up_to, room.read_up_to);
        for bad in ["", "7", "nonsense"] {
            assert!(Room::read(bad).is_none_or(|(room, _)| room.unread == 0), "{bad}");
        }
    }
}
