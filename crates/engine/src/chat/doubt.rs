//! Changes of which a server without acks did not say whether it made them: its word to all, or the room's history, does.

use std::collections::BTreeSet;

use super::api::{MessageId, RoomId, WishId};
use super::echo::same_text;
use super::engine::ChatEngine;
use super::log::Change;
use super::outbox::{Entry, Stage};
use super::sending::Confirmed;
use super::wish::{Target, What};
use crate::time::Instant;

/// What a history says of a wish that may have arrived.
enum Said {
    Done,
    NotDone,
    Nothing,
}

impl ChatEngine {
    /// The server told all of a change: the wish it answers for is fulfilled.
    pub(super) fn own_change_told(
        &mut self,
        now: Instant,
        room: &RoomId,
        message: &MessageId,
        change: &Change,
    ) {
        if !self.leads || self.server.exact {
            return;
        }
        if let Change::Reacted { user, .. } = change
            && !self.is_me(user)
        {
            return;
        }
        let about = |what: &What| matches!(what.target(), Some(Target::Message(of)) if of == message);
        let told = self
            .outbox
            .arrived(room, Some(now), |what| about(what) && fulfils(change, what));
        if let Some(id) = told {
            self.sending.tells = true;
            self.done(now, &id, Confirmed::default());
            return;
        }
        let toggled = |what: &What| about(what) && is_opposite(change, what);
        if let Some(id) = self.outbox.arrived(room, None, toggled)
            && self.outbox.get(&id).is_some_and(|entry| entry.twice)
        {
            // It had arrived, and sent again it was taken back: once more.
            if let Some(entry) = self.outbox.get_mut(&id) {
                entry.twice = false;
            }
            self.back_to_ready(&id, None);
        }
    }

    /// A history came, and what it tells is held: what waits to be sent again may be done.
    pub(super) fn settle_doubts(&mut self, now: Instant, room: &RoomId, told: &BTreeSet<MessageId>) {
        if !self.leads || self.server.exact {
            return;
        }
        let doubtful =
            |entry: &&Entry| entry.doubtful && entry.wish.failed.is_none() && entry.stage == Stage::Ready;
        let settled: Vec<(WishId, Said)> = self
            .outbox
            .of_room(room)
            .filter(doubtful)
            .map(|entry| (entry.wish.id.clone(), self.said(room, told, &entry.wish.what)))
            .collect();
        for (id, said) in settled {
            match said {
                Said::Done => self.done(now, &id, Confirmed::default()),
                Said::NotDone => self.back_to_ready(&id, None),
                Said::Nothing => {}
            }
        }
    }

    fn said(&self, room: &RoomId, told: &BTreeSet<MessageId>, what: &What) -> Said {
        let Some(Target::Message(id)) = what.target() else {
            return Said::Nothing;
        };
        let Some(held) = self.logs.get(room).and_then(|log| log.find(id)) else {
            return Said::Nothing;
        };
        if !told.contains(id) {
            return Said::Nothing;
        }
        let message = &held.message;
        let done = match what {
            What::Delete { .. } => message.deleted,
            What::Edit { content, .. } => message.edited.is_some() && same_text(content, &message.content),
            What::React { reaction, on, .. } => {
                if !self.says.reactions() {
                    // This server's histories may have none.
                    return Said::Nothing;
                }
                let of = |known: &&super::log::Reaction| known.reaction == *reaction;
                let users = message.reactions.iter().find(of).map(|known| &known.users);
                users.is_some_and(|users| users.iter().any(|user| self.is_me(user))) == *on
            }
            What::Send { .. } | What::Read { .. } => return Said::Nothing,
        };
        if done { Said::Done } else { Said::NotDone }
    }
}

fn fulfils(change: &Change, what: &What) -> bool {
    match (change, what) {
        (Change::Edited { content, .. }, What::Edit { content: wanted, .. }) => same_text(wanted, content),
        (Change::Deleted, What::Delete { .. }) => true,
        (
            Change::Reacted { reaction, has, .. },
            What::React {
                reaction: wanted, on, ..
            },
        ) => reaction == wanted && has == on,
        _ => false,
    }
}

fn is_opposite(change: &Change, what: &What) -> bool {
    match (change, what) {
        (
            Change::Reacted { reaction, has, .. },
            What::React {
                reaction: wanted, on, ..
            },
        ) => reaction == wanted && has != on,
        _ => false,
    }
}
