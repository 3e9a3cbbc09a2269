//! Messages as they will be when what waits in the outbox is with the server.

use std::rc::Rc;

use super::api::{Delivery, MessageRow, ReactionView};
use super::log::Message;
use super::markdown;
use super::outbox::{Entry as OutboxEntry, Stage};
use super::screen::Surroundings;
use super::wish::What;

pub(super) fn delivery(entry: &OutboxEntry) -> Delivery {
    match (&entry.wish.failed, entry.stage) {
        (Some(reason), _) => Delivery::Failed(Rc::clone(reason)),
        (None, Stage::Proven { .. }) => Delivery::Sent,
        (None, Stage::Sending { .. }) => Delivery::Sending,
        (None, Stage::Saving { .. } | Stage::Ready) => Delivery::Waiting,
    }
}

/// Shows a message as it will be.
pub(super) fn overlay(view: &mut MessageRow, entry: &OutboxEntry, around: &Surroundings<'_>) {
    match &entry.wish.what {
        What::Edit { content, .. } => {
            view.content = Rc::clone(content);
            view.edited = Some(entry.wish.made);
        }
        // Refused, it is not so: only the reason is shown.
        What::Delete { .. } | What::React { .. } if entry.wish.failed.is_some() => {}
        What::Delete { not_before, .. } => {
            view.deleted = true;
            view.undo_until = (*not_before > around.now_wall).then_some(*not_before);
            view.may_edit = false;
            view.may_delete = false;
        }
        What::React { reaction, on, .. } => react(view, reaction, *on, around),
        What::Send { .. } | What::Read { .. } => return,
    }
    if matches!(view.delivery, Delivery::Sent) {
        view.delivery = match (&entry.wish.failed, &entry.wish.what) {
            (Some(reason), _) => Delivery::Failed(Rc::clone(reason)),
            // A reaction that waits is no waiting message.
            (None, What::React { .. } | What::Delete { .. }) => Delivery::Sent,
            (None, _) => delivery(entry),
        };
    }
}

fn react(view: &mut MessageRow, reaction: &Rc<str>, on: bool, around: &Surroundings<'_>) {
    let known = view
        .reactions
        .iter_mut()
        .find(|known| known.reaction == *reaction);
    match (known, on) {
        (Some(known), true) if !known.own => {
            known.own = true;
            known.count = known.count.saturating_add(1);
            known.who.push(Rc::from(around.my_name));
        }
        (Some(known), false) if known.own => {
            known.own = false;
            known.count = known.count.saturating_sub(1);
            known.who.retain(|name| **name != *around.my_name);
        }
        (None, true) => view.reactions.push(ReactionView {
            reaction: Rc::clone(reaction),
            count: 1,
            own: true,
            who: vec![Rc::from(around.my_name)],
        }),
        (Some(_), _) | (None, false) => {}
    }
    view.reactions.retain(|known| known.count > 0);
}

/// It mentions this person: by id where the server says so, else by name.
pub(super) fn mentions_me(message: &Message, me: &str, my_name: &str) -> bool {
    if *message.sender == *me || message.deleted {
        return false;
    }
    match &message.mentions {
        Some(users) => users.iter().any(|user| **user == *me),
        None => markdown::mentions(&message.content, my_name),
    }
}
