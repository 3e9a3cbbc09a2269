//! Makes rows of messages and wishes.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::super::api::{
    Delivery, Fetching, MessageId, MessageRow, Millis, ReactionView, ReplyView, Row, RowKey, RowKind, UserId,
    spans,
};
use super::super::log::{Entry, Log, Message, Reaction, Tail, attachment_value};
use super::super::markdown;
use super::super::outbox::Entry as OutboxEntry;
use super::super::overlay::{delivery, mentions_me, overlay};
use super::super::wish::{Target, What};
use super::{Fixed, Overlays, Surroundings, Window};

/// Characters of what a message answers.
const REPLY: usize = 140;

/// What rows depend on of those before them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Before {
    day: Option<i32>,
    /// The latest day so far.
    latest: Option<i32>,
    /// Sender and time of the message before, in the same group.
    group: Option<(UserId, Millis)>,
}

/// Makes rows, from the first to the last.
pub(super) struct Maker<'a> {
    /// Those of the part that is being made.
    pub(super) rows: Vec<Rc<Row>>,
    pub(super) before: Before,
    pub(super) around: &'a Surroundings<'a>,
    pub(super) overlays: Overlays<'a>,
    pub(super) log: &'a Log,
    pub(super) seen: &'a BTreeMap<UserId, MessageId>,
    pub(super) keys: &'a mut dyn FnMut() -> RowKey,
    pub(super) fixed: &'a mut BTreeMap<Fixed, RowKey>,
}

impl Maker<'_> {
    pub(super) fn fixed(&mut self, which: Fixed, kind: RowKind) {
        let key = *self.fixed.entry(which).or_insert_with(|| (self.keys)());
        self.before.group = None;
        self.rows.push(Rc::new(Row { key, kind }));
    }

    pub(super) fn top(&mut self, window: Option<&Window>, older: &Fetching, log: &Log) {
        let kind = match window {
            Some(window) if window.older => RowKind::Older(window.fetching.clone()),
            Some(_) => RowKind::Beginning,
            None => {
                let first = log.runs().first().map(|run| run.first);
                let loaded = log.loaded().next().map(|(number, _)| number);
                let all_here = log.tail == Tail::Here && first == loaded;
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
        if self.before.day != Some(day) {
            self.before.day = Some(day);
            let again = self.before.latest.is_some_and(|latest| day <= latest);
            self.before.latest = self.before.latest.max(Some(day));
            let which = Fixed::Day(day, again.then(|| Rc::from(before)));
            self.fixed(which, RowKind::Day { day, time });
        }
    }

    pub(super) fn message(&mut self, entry: &Entry, unread: Option<&MessageId>) {
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
            self.before.group = None;
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
            .before
            .group
            .as_ref()
            .is_some_and(|(of, at)| of == sender && time.abs_diff(*at) < within);
        self.before.group = Some((Rc::clone(sender), time));
        !same
    }

    fn view(&self, message: &Message, head: bool) -> MessageRow {
        let own = *message.sender == *self.around.me;
        let reply = message.reply_to.as_ref().map(|id| self.reply(id));
        let reaction = |reaction: &Reaction| ReactionView {
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

    pub(super) fn wish(&mut self, entry: &OutboxEntry) {
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
