//! The open room's rows: made from the log and the outbox, told as what changed since the last time.
//!
//! Rows of messages that did not change stay the same value (the log keeps them), so that a flush costs a walk over
//! pointers and as many new rows as messages came.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::api::{
    Anchor, Delivery, Fetching, MessageId, MessageRow, Millis, ReactionView, ReplyView, RoomId, Row, RowKey,
    RowKind, TimelineChange, UserId, WishId, spans,
};
use super::log::{Between, Entry, Log, Message, attachment_value};
use super::markdown;
use super::outbox::Entry as OutboxEntry;
pub(super) use super::overlay::mentions_me;
use super::overlay::{delivery, overlay};
use super::wish::{Target, What};

/// Characters of what a message answers.
const REPLY: usize = 140;

/// The room on screen.
#[derive(Debug)]
pub(super) struct Screen {
    pub(super) room: RoomId,
    /// Rows as told.
    told: Vec<Rc<Row>>,
    /// The next telling is a reset to there.
    pub(super) reset: Option<Anchor>,
    pub(super) scroll: Option<Anchor>,
    /// Something may have changed.
    pub(super) dirty: bool,
    /// The first message that was not read when the room was opened.
    pub(super) unread: Option<MessageId>,
    /// How fetching what is older stands.
    pub(super) older: Fetching,
    /// How fetching the gap stands.
    pub(super) gap: Fetching,
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
#[derive(Debug, Default)]
pub(super) struct Window {
    pub(super) entries: Vec<Entry>,
    pub(super) older: bool,
    pub(super) newer: bool,
    pub(super) fetching: bool,
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

impl Screen {
    pub(super) fn new(room: RoomId) -> Self {
        Self {
            room,
            told: Vec::new(),
            reset: Some(Anchor::Bottom),
            scroll: None,
            dirty: true,
            unread: None,
            older: Fetching::Possible,
            gap: Fetching::Possible,
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
        self.told
            .iter()
            .rev()
            .find(|row| row.key == key)
            .and_then(|row| match &row.kind {
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
        let index = self.told.iter().rposition(|row| row.key == key)?;
        let named = |row: &&Rc<Row>| matches!(&row.kind, RowKind::Message(message) if message.id.is_some());
        self.told
            .get(..=index)?
            .iter()
            .rev()
            .find(named)
            .map(|row| row.key)
    }

    /// How many rows lie behind this one.
    pub(super) fn rows_behind(&self, key: RowKey) -> Option<usize> {
        self.told.iter().rev().position(|row| row.key == key)
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
            let rows = self.rows(log, around, keys);
            if let Some(anchor) = self.reset.take() {
                self.told.clone_from(&rows);
                out.push(TimelineChange::Reset { rows, anchor });
            } else if let Some(change) = self.difference(rows) {
                out.push(change);
            }
        }
        out.extend(self.scroll.take().map(TimelineChange::Scroll));
        out
    }

    fn difference(&mut self, rows: Vec<Rc<Row>>) -> Option<TimelineChange> {
        let same = |(a, b): &(&Rc<Row>, &Rc<Row>)| Rc::ptr_eq(a, b) || a == b;
        let head = self.told.iter().zip(&rows).take_while(same).count();
        let most = self.told.len().min(rows.len()) - head;
        let tail = self
            .told
            .iter()
            .rev()
            .zip(rows.iter().rev())
            .take(most)
            .take_while(same)
            .count();
        let remove = self.told.len() - head - tail;
        let insert: Vec<Rc<Row>> = rows.get(head..rows.len() - tail).unwrap_or_default().to_vec();
        self.told = rows;
        (remove > 0 || !insert.is_empty()).then_some(TimelineChange::Splice {
            at: head,
            remove,
            insert,
        })
    }

    fn rows(
        &mut self,
        log: &Log,
        around: &Surroundings<'_>,
        keys: &mut dyn FnMut() -> RowKey,
    ) -> Vec<Rc<Row>> {
        let mut overlays = Overlays::default();
        for entry in &around.wishes {
            if let Some(target) = entry.wish.what.target() {
                overlays.of.entry(target).or_default().push(entry);
            }
        }
        let mut maker = Maker {
            rows: Vec::new(),
            day: None,
            days: BTreeSet::new(),
            group: None,
            around,
            overlays,
            log,
            seen: last_seen(log, around.me),
            keys,
            fixed: &mut self.keys,
        };
        maker.top(self.window.as_ref(), &self.older, log);
        if let Some(window) = &self.window {
            for entry in &window.entries {
                // What came live or was read from disk since is shown there.
                if entry.message.id.as_ref().is_none_or(|id| !log.knows(id)) {
                    maker.message(entry, None);
                }
            }
            let state = if window.fetching {
                Fetching::UnderWay
            } else {
                Fetching::Possible
            };
            // Where it meets the live tail, nothing is missing.
            if window.newer {
                maker.fixed(Fixed::WindowGap, RowKind::Gap(state));
            }
        }
        let mut before: Option<u32> = None;
        for (number, entries) in log.loaded() {
            if let Some(before) = before {
                match log.between(before, number) {
                    Between::Nothing => {}
                    Between::Disk => maker.fixed(Fixed::Gap(number), RowKind::Gap(Fetching::Possible)),
                    Between::Gap => maker.fixed(Fixed::Gap(number), RowKind::Gap(self.gap.clone())),
                }
            }
            for entry in entries {
                maker.message(entry, self.unread.as_ref());
            }
            before = Some(number);
        }
        for entry in &around.wishes {
            if let What::Send { .. } = &entry.wish.what {
                maker.wish(entry);
            }
        }
        maker.rows
    }
}

/// Per reader, the last own message they have read: only there it is shown.
fn last_seen(log: &Log, me: &str) -> BTreeMap<UserId, MessageId> {
    let mut seen = BTreeMap::new();
    for entry in log.loaded().flat_map(|(_, entries)| entries) {
        if *entry.message.sender == *me
            && let Some(id) = &entry.message.id
        {
            for reader in &entry.message.read_by {
                if **reader != *me {
                    seen.insert(Rc::clone(reader), Rc::clone(id));
                }
            }
        }
    }
    seen
}

struct Maker<'a> {
    rows: Vec<Rc<Row>>,
    day: Option<i32>,
    days: BTreeSet<i32>,
    /// Sender and time of the message before, in the same group.
    group: Option<(UserId, Millis)>,
    around: &'a Surroundings<'a>,
    overlays: Overlays<'a>,
    log: &'a Log,
    seen: BTreeMap<UserId, MessageId>,
    keys: &'a mut dyn FnMut() -> RowKey,
    fixed: &'a mut BTreeMap<Fixed, RowKey>,
}

impl Maker<'_> {
    fn fixed(&mut self, which: Fixed, kind: RowKind) {
        let key = *self.fixed.entry(which).or_insert_with(|| (self.keys)());
        self.group = None;
        self.rows.push(Rc::new(Row { key, kind }));
    }

    fn top(&mut self, window: Option<&Window>, older: &Fetching, log: &Log) {
        let kind = match window {
            Some(window) if window.older && window.fetching => RowKind::Older(Fetching::UnderWay),
            Some(window) if window.older => RowKind::Older(Fetching::Possible),
            Some(_) => RowKind::Beginning,
            None => {
                let first = log.runs().first().map(|run| run.first);
                let loaded = log.loaded().next().map(|(number, _)| number);
                let all_here = log.tail == super::log::Tail::Here && first == loaded;
                if all_here && log.begins {
                    RowKind::Beginning
                } else {
                    RowKind::Older(older.clone())
                }
            }
        };
        self.fixed(Fixed::Top, kind);
    }

    /// Times may go back and forth where clocks differ: a day that begins again is another row.
    fn day(&mut self, time: Millis, before: &str) {
        let day = (self.around.local_day)(time);
        if self.day != Some(day) {
            self.day = Some(day);
            let again = !self.days.insert(day);
            let which = Fixed::Day(day, again.then(|| Rc::from(before)));
            self.fixed(which, RowKind::Day { day, time });
        }
    }

    fn message(&mut self, entry: &Entry, unread: Option<&MessageId>) {
        let message = &entry.message;
        let name = match (&message.id, &message.wish) {
            (Some(id), _) => id,
            (None, Some(wish)) => &wish.0,
            (None, None) => "",
        };
        self.day(message.time, name);
        if unread.is_some() && unread == message.id.as_ref() {
            self.fixed(Fixed::Unread, RowKind::Unread);
        }
        if let Some(why) = &message.unreadable {
            self.group = None;
            let kind = RowKind::Unreadable { why: Rc::clone(why) };
            self.rows.push(Rc::new(Row { key: entry.key, kind }));
            return;
        }
        let head = self.heads(&message.sender, message.time);
        let overlays = message
            .id
            .as_ref()
            .and_then(|id| self.overlays.of.get(&Target::Message(Rc::clone(id))))
            .or_else(|| self.overlays.of.get(&Target::Wish(message.wish.clone()?)));
        if overlays.is_none()
            && let Some(row) = &*entry.row.borrow()
            && matches!(&row.kind, RowKind::Message(message) if message.head == head)
        {
            self.rows.push(Rc::clone(row));
            return;
        }
        let mut view = self.view(message, head);
        let covered = overlays.is_some();
        for wish in overlays.into_iter().flatten() {
            overlay(&mut view, wish, self.around);
        }
        let row = Rc::new(Row {
            key: entry.key,
            kind: RowKind::Message(Box::new(view)),
        });
        // A row under a wish is as long as the wish.
        *entry.row.borrow_mut() = (!covered).then(|| Rc::clone(&row));
        self.rows.push(row);
    }

    fn heads(&mut self, sender: &UserId, time: Millis) -> bool {
        let within = u64::try_from(spans::GROUP_WITHIN.as_millis()).unwrap_or_default();
        let same = self
            .group
            .as_ref()
            .is_some_and(|(of, at)| of == sender && time.abs_diff(*at) < within);
        self.group = Some((Rc::clone(sender), time));
        !same
    }

    fn view(&self, message: &Message, head: bool) -> MessageRow {
        let own = *message.sender == *self.around.me;
        let reply = message.reply_to.as_ref().map(|id| self.reply(id));
        let reaction = |reaction: &super::log::Reaction| ReactionView {
            reaction: Rc::clone(&reaction.reaction),
            count: reaction.count,
            own: reaction.users.iter().any(|user| **user == *self.around.me),
            who: reaction
                .users
                .iter()
                .map(|user| (self.around.name_of)(user, None))
                .collect(),
        };
        let seen_by = match &message.id {
            Some(id) if own => self
                .seen
                .iter()
                .filter(|(_, last)| *last == id)
                .map(|(user, _)| (self.around.name_of)(user, None))
                .collect(),
            Some(_) | None => Vec::new(),
        };
        MessageRow {
            id: message.id.clone(),
            sender: Rc::clone(&message.sender),
            name: (self.around.name_of)(&message.sender, message.name.as_ref()),
            avatar: message.avatar.clone(),
            own,
            time: message.time,
            head,
            content: Rc::clone(&message.content),
            edited: message.edited,
            deleted: message.deleted,
            undo_until: None,
            reply,
            attachments: message.attachments.clone(),
            reactions: message.reactions.iter().map(reaction).collect(),
            seen_by,
            mentions_me: mentions_me(message, self.around.me, self.around.my_name),
            delivery: Delivery::Sent,
            may_edit: own && !message.deleted,
            may_delete: (own || self.around.moderates) && !message.deleted,
        }
    }

    fn reply(&self, id: &MessageId) -> ReplyView {
        match self.log.find(id) {
            Some(entry) => ReplyView {
                id: Rc::clone(id),
                name: Some((self.around.name_of)(
                    &entry.message.sender,
                    entry.message.name.as_ref(),
                )),
                excerpt: Rc::from(markdown::excerpt(&entry.message.content, REPLY)),
            },
            None => ReplyView {
                id: Rc::clone(id),
                name: None,
                excerpt: Rc::from(""),
            },
        }
    }

    fn wish(&mut self, entry: &OutboxEntry) {
        let What::Send {
            content,
            reply_to,
            attachments,
            uploads: _,
        } = &entry.wish.what
        else {
            return;
        };
        let me: UserId = Rc::from(self.around.me);
        let time = entry.wish.made;
        self.day(time, &entry.wish.id.0);
        let head = self.heads(&me, time);
        let attachments = attachments
            .iter()
            .filter_map(|value| attachment_value(value, self.around.base))
            .collect();
        let message = Message {
            sender: me,
            name: Some(Rc::from(self.around.my_name)),
            avatar: self.around.avatar.clone(),
            time,
            content: Rc::clone(content),
            reply_to: reply_to.clone(),
            ..Message::default()
        };
        let mut view = self.view(&message, head);
        view.attachments = attachments;
        view.delivery = delivery(entry);
        view.mentions_me = false;
        let target = Target::Wish(entry.wish.id.clone());
        let overlays: Vec<&OutboxEntry> = self
            .overlays
            .of
            .get(&target)
            .into_iter()
            .flatten()
            .copied()
            .collect();
        for wish in overlays {
            overlay(&mut view, wish, self.around);
        }
        let fixed = Fixed::Wish(entry.wish.id.clone());
        let key = *self.fixed.entry(fixed).or_insert_with(|| (self.keys)());
        let kind = RowKind::Message(Box::new(view));
        self.rows.push(Rc::new(Row { key, kind }));
    }
}
