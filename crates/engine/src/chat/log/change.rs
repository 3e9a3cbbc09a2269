//! What happens to a message after it came.

use std::rc::Rc;

use super::super::api::{Millis, UserId};
use super::{Message, Reaction};

/// What a server tells of a message that is there.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) enum Change {
    Edited {
        content: Rc<str>,
        at: Millis,
    },
    Deleted,
    Reacted {
        reaction: Rc<str>,
        user: UserId,
        has: bool,
        count: Option<u32>,
    },
    Read {
        reader: UserId,
    },
}

impl Change {
    pub(in super::super) fn apply(&self, message: &mut Message) {
        match self {
            Self::Edited { content, at } => {
                message.content = Rc::clone(content);
                message.edited = Some(*at);
            }
            Self::Deleted => tombstone(message),
            Self::Reacted {
                reaction,
                user,
                has,
                count,
            } => react(message, reaction, user, *has, *count),
            Self::Read { reader } => {
                if !message.read_by.contains(reader) {
                    message.read_by.push(Rc::clone(reader));
                }
            }
        }
    }
}

/// The word of a server that says everything.
pub(in super::super) fn replace(held: &mut Message, newer: Message) {
    held.reactions.clear();
    held.read_by.clear();
    update(held, newer);
}

/// The server's newer word about a message; what it does not say stays.
pub(in super::super) fn update(held: &mut Message, newer: Message) {
    let wish = held.wish.take().or_else(|| newer.wish.clone());
    // `{}` is a Map that JSON emptied: it says nothing.
    let reactions = if newer.reactions.is_empty() {
        std::mem::take(&mut held.reactions)
    } else {
        newer.reactions.clone()
    };
    let read_by = if newer.read_by.is_empty() {
        std::mem::take(&mut held.read_by)
    } else {
        newer.read_by.clone()
    };
    *held = Message {
        wish,
        reactions,
        read_by,
        name: newer.name.clone().or_else(|| held.name.take()),
        avatar: newer.avatar.clone().or_else(|| held.avatar.take()),
        deleted: newer.deleted || held.deleted,
        ..newer
    };
    if held.deleted {
        tombstone(held);
    }
}

fn tombstone(message: &mut Message) {
    message.deleted = true;
    message.content = Rc::from("");
    message.attachments.clear();
    message.reactions.clear();
}

fn react(message: &mut Message, reaction: &Rc<str>, user: &UserId, on: bool, count: Option<u32>) {
    let index = message
        .reactions
        .iter()
        .position(|known| known.reaction == *reaction);
    let index = match index {
        Some(index) => index,
        None if on => {
            message.reactions.push(Reaction {
                reaction: Rc::clone(reaction),
                users: Vec::new(),
                count: 0,
            });
            message.reactions.len() - 1
        }
        None => return,
    };
    if let Some(known) = message.reactions.get_mut(index) {
        let had = known.users.contains(user);
        known.users.retain(|other| other != user);
        match (had, on) {
            (false, true) => known.count = known.count.saturating_add(1),
            (true, false) => known.count = known.count.saturating_sub(1),
            (true, true) | (false, false) => {}
        }
        if on {
            known.users.push(Rc::clone(user));
        }
        let least = u32::try_from(known.users.len()).unwrap_or(u32::MAX);
        known.count = count.unwrap_or(known.count).max(least);
    }
    message.reactions.retain(|known| known.count > 0);
}
