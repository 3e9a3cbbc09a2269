//! Who is typing.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::api::{RoomId, UserId, spans};
use crate::time::{Instant, earliest};

/// Others remembered at once: a server that names more is telling tales.
const OTHERS_MAX: usize = 500;

/// What is to be said of one's own typing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TypingWord {
    /// `typing(roomId)`
    Typing(RoomId),
    /// `stop-typing(roomId)`
    Stopped(RoomId),
}

/// One's own typing: said at most every 3 s, and taken back when it stops.
///
/// ```text
///            typed                      3 s later, typed
/// Silent ───────────▶ Said(room) ──────────────────────────▶ Said(room)
///    ▲                    │
///    └────────────────────┘ field emptied, message sent, another room, 5 s without a key
/// ```
#[derive(Debug, Default)]
pub(super) struct OwnTyping {
    said: Option<Said>,
}

#[derive(Debug)]
struct Said {
    room: RoomId,
    at: Instant,
    key: Instant,
}

impl OwnTyping {
    /// A key was pressed in the field of `room`. `allowed`: the person lets others see it, and there is a connection.
    pub(super) fn typed(&mut self, now: Instant, room: &RoomId, allowed: bool) -> Vec<TypingWord> {
        let mut words = Vec::new();
        if self
            .said
            .as_ref()
            .is_some_and(|said| said.room != *room || !allowed)
        {
            words.extend(self.stopped(allowed));
        }
        if !allowed {
            return words;
        }
        match &mut self.said {
            Some(said) => {
                said.key = now;
                if now.since(said.at) < spans::TYPING_EVERY {
                    return words;
                }
                said.at = now;
            }
            None => {
                self.said = Some(Said {
                    room: room.clone(),
                    at: now,
                    key: now,
                })
            }
        }
        words.push(TypingWord::Typing(room.clone()));
        words
    }

    /// The field was emptied, the message sent, or the room left. `allowed` as above: without it nothing is said, since
    /// it would tell as much.
    pub(super) fn stopped(&mut self, allowed: bool) -> Option<TypingWord> {
        let said = self.said.take()?;
        allowed.then_some(TypingWord::Stopped(said.room))
    }

    /// The connection is gone: what was said is forgotten by the server too.
    pub(super) fn clear(&mut self) {
        self.said = None;
    }

    /// Takes it back when no key was pressed for 5 s.
    pub(super) fn tick(&mut self, now: Instant, allowed: bool) -> Option<TypingWord> {
        if self.deadline()? > now {
            return None;
        }
        self.stopped(allowed)
    }

    /// When [`Self::tick`] is due.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.said.as_ref().map(|said| said.key + spans::TYPING_EXPIRES)
    }
}

/// Others who type, in all rooms.
#[derive(Debug, Default)]
pub(super) struct Typists {
    until: BTreeMap<(RoomId, UserId), (Rc<str>, Instant)>,
}

impl Typists {
    /// Somebody types (`user-typing`, `typing-update` with `isTyping: true`). `name` as it shall be shown.
    /// True if that is news for `room`.
    pub(super) fn typing(&mut self, now: Instant, room: &RoomId, user: &UserId, name: Rc<str>) -> bool {
        let key = (room.clone(), user.clone());
        let until = now + spans::TYPING_EXPIRES;
        if let Some(known) = self.until.get_mut(&key) {
            let renamed = known.0 != name;
            *known = (name, until);
            return renamed;
        }
        if self.until.len() >= OTHERS_MAX {
            return false;
        }
        self.until.insert(key, (name, until));
        true
    }

    /// Somebody stopped, wrote what they typed, or left the room. True if that is news for `room`.
    pub(super) fn stopped(&mut self, room: &RoomId, user: &UserId) -> bool {
        self.until.remove(&(room.clone(), user.clone())).is_some()
    }

    /// The connection is gone: nothing is known any more. True if somebody was typing.
    pub(super) fn clear(&mut self) -> bool {
        let some = !self.until.is_empty();
        self.until.clear();
        some
    }

    /// Forgets those who went silent; true if there were any.
    pub(super) fn tick(&mut self, now: Instant) -> bool {
        let before = self.until.len();
        self.until.retain(|_, (_, until)| *until > now);
        self.until.len() != before
    }

    /// When [`Self::tick`] is due.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.until
            .values()
            .fold(None, |due, (_, until)| earliest(due, Some(*until)))
    }

    /// Who types in `room`, by name, sorted.
    pub(super) fn names(&self, room: &RoomId) -> Vec<Rc<str>> {
        let first = (room.clone(), UserId::from(""));
        let mut names: Vec<_> = self
            .until
            .range(first..)
            .take_while(|((at, _), _)| at == room)
            .map(|(_, (name, _))| name.clone())
            .collect();
        names.sort();
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Instant {
        Instant::from_millis(millis)
    }

    #[test]
    fn typing_is_said_once_in_three_seconds() {
        let room = RoomId::from("r");
        let mut own = OwnTyping::default();
        let said: usize = (0..100)
            .map(|key| own.typed(at(key * 100), &room, true).len())
            .sum();
        assert_eq!(said, 4, "at 0, 3, 6 and 9 s");
        assert_eq!(own.stopped(true), Some(TypingWord::Stopped(room)));
        assert_eq!(own.stopped(true), None);
    }

    #[test]
    fn a_field_left_alone_takes_it_back() {
        let room = RoomId::from("r");
        let mut own = OwnTyping::default();
        own.typed(at(0), &room, true);
        assert_eq!(own.typed(at(2_000), &room, true), []);
        assert_eq!(own.deadline(), Some(at(7_000)));
        assert_eq!(own.tick(at(6_999), true), None);
        assert_eq!(own.tick(at(7_000), true), Some(TypingWord::Stopped(room)));
        assert_eq!(own.deadline(), None);
    }

    #[test]
    fn another_room_takes_it_back_in_the_first() {
        let (a, b) = (RoomId::from("a"), RoomId::from("b"));
        let mut own = OwnTyping::default();
        own.typed(at(0), &a, true);
        assert_eq!(
            own.typed(at(10), &b, true),
            [TypingWord::Stopped(a), TypingWord::Typing(b)]
        );
    }

    #[test]
    fn what_is_hidden_is_not_said() {
        let room = RoomId::from("r");
        let mut own = OwnTyping::default();
        assert_eq!(own.typed(at(0), &room, false), []);
        assert_eq!(own.deadline(), None);
        own.typed(at(1), &room, true);
        assert_eq!(own.typed(at(2), &room, false), []);
        assert_eq!(own.tick(at(9_000), false), None);
    }

    #[test]
    fn others_expire_by_themselves() {
        let (room, other) = (RoomId::from("r"), RoomId::from("r2"));
        let (ann, bob) = (UserId::from("1"), UserId::from("2"));
        let mut typists = Typists::default();
        assert!(typists.typing(at(0), &room, &bob, Rc::from("Bob")));
        assert!(typists.typing(at(1_000), &room, &ann, Rc::from("Ann")));
        assert!(typists.typing(at(1_000), &other, &ann, Rc::from("Ann")));
        assert!(!typists.typing(at(2_000), &room, &bob, Rc::from("Bob")));
        assert_eq!(typists.names(&room), [Rc::from("Ann"), Rc::from("Bob")]);
        assert_eq!(typists.deadline(), Some(at(6_000)));
        assert!(typists.tick(at(6_000)));
        assert_eq!(typists.names(&room), [Rc::from("Bob")]);
        assert!(typists.stopped(&room, &bob));
        assert!(!typists.stopped(&room, &bob));
        assert_eq!(typists.deadline(), None);
    }

    #[test]
    fn a_server_that_names_a_million_typists_fills_nothing() {
        let room = RoomId::from("r");
        let mut typists = Typists::default();
        for n in 0..10_000 {
            typists.typing(at(0), &room, &UserId::from(n.to_string()), Rc::from("x"));
        }
        assert_eq!(typists.names(&room).len(), OTHERS_MAX);
        assert!(typists.clear());
        assert!(!typists.clear());
    }
}
