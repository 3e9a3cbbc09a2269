//! The open room's rows: made from the log and the outbox, told as what changed since the last time.
//!
//! Rows are told in parts: what stands above, each block of the log, and the wishes that wait. A part that has the same
//! to show stays, unlooked at; in the others, rows of messages that did not change stay the same value (the log keeps
//! them). So a flush costs as much as what changed, however much is held.

mod maker;
mod telling;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use self::maker::{Before, Maker};
use self::telling::{MadeOf, Part, Telling, Told};
use super::api::{
    Anchor, Fetching, MessageId, MessageRow, Millis, RoomId, Row, RowKey, RowKind, TimelineChange, UserId,
    WishId,
};
use super::log::{Between, Entry, Log, Version};
use super::outbox::Entry as OutboxEntry;
pub(super) use super::overlay::mentions_me;
use super::wish::{Target, What};
use crate::time::Instant;

/// The room on screen.
#[derive(Debug)]
pub(super) struct Screen {
    pub(super) room: RoomId,
    /// Rows as told.
    told: Told,
    /// Who has read which own message last, of each block: by its number and version.
    reads: BTreeMap<u32, (Version, Vec<(UserId, MessageId)>)>,
    /// Per reader, the last own message they have read: only there it is shown.
    seen: BTreeMap<UserId, MessageId>,
    /// The next telling is a reset to there.
    pub(super) reset: Option<Anchor>,
    pub(super) scroll: Option<Anchor>,
    /// Where the person is; `None`: at the end.
    pub(super) at: Option<RowKey>,
    /// Something may have changed.
    pub(super) dirty: bool,
    /// The first message that was not read when the room was opened.
    pub(super) unread: Option<MessageId>,
    /// How fetching what is older stands.
    pub(super) older: Fetching,
    /// How fetching the gap stands.
    pub(super) gap: Fetching,
    pub(super) again: Again,
    /// Surroundings of a message that the server has and this device does not hold: not stored.
    pub(super) window: Option<Window>,
    /// Keys of rows that are no messages of the log.
    keys: BTreeMap<Fixed, RowKey>,
    /// A message looked for on disk, and the block read so far.
    pub(super) looking: Option<(MessageId, u32)>,
    /// The block rows begin at; older ones in memory are of a cluster around a message.
    pub(super) settled: bool,
}

/// A stretch of history of the server.
#[derive(Debug)]
pub(super) struct Window {
    pub(super) entries: Vec<Entry>,
    pub(super) older: bool,
    pub(super) newer: bool,
    /// How fetching more of it stands.
    pub(super) fetching: Fetching,
}

/// What of the open room could not be had, and is asked for once more.
#[derive(Debug, Default)]
pub(super) struct Again {
    /// When.
    pub(super) due: Option<Instant>,
    /// What is older, or more of the window.
    pub(super) older: bool,
    /// The gap, after so many pages.
    pub(super) gap: Option<u32>,
}

/// A row that is no message of the log.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Fixed {
    Top,
    Unread,
    Day(i32, Option<MessageId>),
    Gap(u32),
    WindowGap,
    Wish(WishId),
}

/// What rows are made of beside the log.
pub(super) struct Surroundings<'a> {
    pub(super) me: &'a str,
    pub(super) my_name: &'a str,
    pub(super) local_day: fn(Millis) -> i32,
    pub(super) name_of: &'a NameOf<'a>,
    pub(super) moderates: bool,
    pub(super) wishes: Vec<&'a OutboxEntry>,
    pub(super) now_wall: Millis,
    /// The server's address.
    pub(super) base: &'a str,
    /// The own picture.
    pub(super) avatar: Option<Rc<str>>,
}

/// How somebody is called: as the message says, or as is known of them.
pub(super) type NameOf<'a> = dyn Fn(&UserId, Option<&Rc<str>>) -> Rc<str> + 'a;

/// Wishes about messages, by message.
#[derive(Default)]
struct Overlays<'a> {
    of: BTreeMap<&'a Target, Vec<&'a OutboxEntry>>,
}

impl<'a> Overlays<'a> {
    fn of(around: &Surroundings<'a>) -> Self {
        let mut overlays = Self::default();
        for entry in &around.wishes {
            if let Some(target) = entry.wish.what.target() {
                overlays.of.entry(target).or_default().push(entry);
            }
        }
        overlays
    }

    /// The blocks in which there may be something under a wish; `None`: in any.
    fn blocks(&self, log: &Log, around: &Surroundings<'_>) -> Option<BTreeSet<u32>> {
        let waits = |wish: &WishId| around.wishes.iter().any(|entry| entry.wish.id == *wish);
        let mut blocks = BTreeSet::new();
        for target in self.of.keys() {
            match target {
                Target::Message(id) => blocks.extend(log.block_of(id)),
                // It is at the end, and in no block.
                Target::Wish(wish) if waits(wish) => {}
                Target::Wish(_) => return None,
            }
        }
        Some(blocks)
    }
}

impl Screen {
    pub(super) fn new(room: RoomId) -> Self {
        Self {
            room,
            told: Told::default(),
            reads: BTreeMap::new(),
            seen: BTreeMap::new(),
            reset: Some(Anchor::Bottom),
            scroll: None,
            at: None,
            dirty: true,
            unread: None,
            older: Fetching::Possible,
            gap: Fetching::Possible,
            again: Again::default(),
            window: None,
            keys: BTreeMap::new(),
            looking: None,
            settled: false,
        }
    }

    /// Whether this is the only place where rows are made of a wish.
    pub(super) fn key_of_wish(&mut self, wish: &WishId, keys: &mut dyn FnMut() -> RowKey) -> RowKey {
        *self.keys.entry(Fixed::Wish(wish.clone())).or_insert_with(keys)
    }

    pub(super) fn wish_of_key(&self, key: RowKey) -> Option<WishId> {
        self.keys
            .iter()
            .find(|(_, of)| **of == key)
            .and_then(|(fixed, _)| match fixed {
                Fixed::Wish(wish) => Some(wish.clone()),
                Fixed::Top | Fixed::Unread | Fixed::Day(..) | Fixed::Gap(_) | Fixed::WindowGap => None,
            })
    }

    /// The row as told: what the person saw when they pressed.
    pub(super) fn row(&self, key: RowKey) -> Option<&MessageRow> {
        let row = self.told.backwards().find(|row| row.key == key);
        row.and_then(|row| match &row.kind {
            RowKind::Message(message) => Some(&**message),
            RowKind::Beginning
            | RowKind::Older(_)
            | RowKind::Gap(_)
            | RowKind::Day { .. }
            | RowKind::Unread
            | RowKind::Unreadable { .. } => None,
        })
    }

    /// The last named message that is this row or above it.
    pub(super) fn message_at(&self, key: RowKey) -> Option<RowKey> {
        let named = |row: &&Rc<Row>| matches!(&row.kind, RowKind::Message(message) if message.id.is_some());
        let up = self.told.backwards().skip_while(|row| row.key != key);
        up.filter(named).map(|row| row.key).next()
    }

    /// How many rows lie behind this one.
    pub(super) fn rows_behind(&self, key: RowKey) -> Option<usize> {
        self.told.backwards().position(|row| row.key == key)
    }

    /// What changed since it was last told.
    pub(super) fn changes(
        &mut self,
        log: &Log,
        around: &Surroundings<'_>,
        keys: &mut dyn FnMut() -> RowKey,
    ) -> Vec<TimelineChange> {
        let mut out = Vec::new();
        if std::mem::take(&mut self.dirty) || self.reset.is_some() {
            let before = std::mem::take(&mut self.told);
            let anchor = self.reset.take();
            // What was first unread is known with a reset.
            let known = anchor.map_or(before, |_| Told::default());
            self.find_readers(log, around.me);
            let (told, splices) = self.parts(log, around, keys, known);
            self.told = told;
            match anchor {
                Some(anchor) => out.push(TimelineChange::Reset {
                    rows: self.told.forwards().cloned().collect(),
                    anchor,
                }),
                None => out.extend(splices),
            }
        }
        out.extend(self.scroll.take().map(TimelineChange::Scroll));
        out
    }

    /// Brings up to date who has seen what; rows that show it otherwise are to be made anew.
    fn find_readers(&mut self, log: &Log, me: &str) {
        let mut news = false;
        let mut there = BTreeSet::new();
        for (number, version, entries) in log.versions() {
            there.insert(number);
            if self
                .reads
                .get(&number)
                .is_some_and(|(known, _)| *known == version)
            {
                continue;
            }
            let reads = readers(entries, me);
            let before = self.reads.insert(number, (version, reads.clone()));
            news |= before.map_or(!reads.is_empty(), |(_, before)| before != reads);
        }
        let held = self.reads.len();
        self.reads.retain(|number, _| there.contains(number));
        if !news && self.reads.len() == held {
            return;
        }
        let mut seen = BTreeMap::new();
        for (reader, message) in self.reads.values().flat_map(|(_, reads)| reads) {
            seen.insert(Rc::clone(reader), Rc::clone(message));
        }
        if seen == self.seen {
            return;
        }
        let otherwise = |one: &BTreeMap<UserId, MessageId>, other: &BTreeMap<UserId, MessageId>| {
            for (reader, message) in one {
                if other.get(reader) != Some(message) {
                    log.untell(message);
                }
            }
        };
        otherwise(&self.seen, &seen);
        otherwise(&seen, &self.seen);
        self.seen = seen;
    }

    /// All rows, of which `known` ones stay as they are, and what changed.
    fn parts(
        &mut self,
        log: &Log,
        around: &Surroundings<'_>,
        keys: &mut dyn FnMut() -> RowKey,
        known: Told,
    ) -> (Told, Vec<TimelineChange>) {
        let overlays = Overlays::of(around);
        let covered = overlays.blocks(log, around);
        let mut maker = Maker {
            rows: Vec::new(),
            before: Before::default(),
            around,
            overlays,
            log,
            seen: &self.seen,
            keys,
            fixed: &mut self.keys,
        };
        let mut telling = Telling::new(known);
        maker.top(self.window.as_ref(), &self.older, log);
        if let Some(window) = &self.window {
            for entry in &window.entries {
                // What came live or was read from disk since is shown there.
                if entry.message.id.as_ref().is_none_or(|id| !log.knows(id)) {
                    maker.message(entry, None);
                }
            }
            // Where it meets the live tail, nothing is missing.
            if window.newer {
                maker.fixed(Fixed::WindowGap, RowKind::Gap(window.fetching.clone()));
            }
        }
        telling.made(Part::Top, None, &mut maker);
        let mut last: Option<u32> = None;
        for (number, version, entries) in log.versions() {
            let gap = last.and_then(|last| match log.between(last, number) {
                Between::Nothing => None,
                Between::Disk => Some(Fetching::Possible),
                Between::Gap => Some(self.gap.clone()),
            });
            last = Some(number);
            let made_of = MadeOf {
                version,
                before: maker.before.clone(),
                gap,
            };
            let covered = covered.as_ref().is_none_or(|covered| covered.contains(&number));
            if !covered && telling.stays(Part::Block(number), &made_of, &mut maker) {
                continue;
            }
            if let Some(gap) = &made_of.gap {
                maker.fixed(Fixed::Gap(number), RowKind::Gap(gap.clone()));
            }
            for entry in entries {
                maker.message(entry, self.unread.as_ref());
            }
            // Under wishes rows change by themselves.
            let made_of = Some(made_of).filter(|_| !covered);
            telling.made(Part::Block(number), made_of, &mut maker);
        }
        for entry in &around.wishes {
            if let What::Send { .. } = &entry.wish.what {
                maker.wish(entry);
            }
        }
        telling.made(Part::Wishes, None, &mut maker);
        telling.end()
    }
}

/// The last message of this person that each reader has read, of these.
fn readers(entries: &[Entry], me: &str) -> Vec<(UserId, MessageId)> {
    let mut seen = BTreeMap::new();
    for entry in entries.iter().filter(|entry| *entry.message.sender == *me) {
        if let Some(id) = &entry.message.id {
            for reader in entry.message.read_by.iter().filter(|reader| ***reader != *me) {
                seen.insert(Rc::clone(reader), Rc::clone(id));
            }
        }
    }
    seen.into_iter().collect()
}
