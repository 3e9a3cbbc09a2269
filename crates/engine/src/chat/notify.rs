//! Which messages are worth a notification.

use std::collections::{BTreeSet, VecDeque};
use std::rc::Rc;

use super::api::{Choices, MessageId, Millis, Notification, NotifyLevel, Presence, RoomId, RoomView, UserId};
use super::markdown;

/// How many messages are remembered so that none is notified twice.
const REMEMBERED: usize = 1_000;
/// Characters of a notification's text.
const EXCERPT: usize = 160;

/// A message that came live (not with a page of history).
#[derive(Debug, Clone)]
pub(super) struct Arrival<'a> {
    /// The room it is in.
    pub(super) room: &'a RoomId,
    /// What the room is called.
    pub(super) room_name: &'a str,
    /// The other one of a direct conversation.
    pub(super) with: Option<&'a UserId>,
    /// Its id.
    pub(super) id: &'a MessageId,
    /// Who wrote it, by name.
    pub(super) from: &'a str,
    /// Its text.
    pub(super) content: &'a str,
    /// This person wrote it.
    pub(super) own: bool,
    /// It mentions this person.
    pub(super) mentions_me: bool,
    /// The end of its room is on screen, and the page visible.
    pub(super) on_screen: bool,
}

/// What decides beside the message.
#[derive(Debug, Clone, Copy)]
pub(super) struct Circumstances {
    /// How this person is there for others.
    pub(super) presence: Presence,
    /// The time, in this device's clock.
    pub(super) wall: Millis,
    /// The local calendar day of a time, as in the settings.
    pub(super) local_day: fn(Millis) -> i32,
}

/// Decides which messages are notified, each at most once.
#[derive(Debug, Default)]
pub(super) struct Notifier {
    told: BTreeSet<MessageId>,
    order: VecDeque<MessageId>,
}

impl Notifier {
    /// The notification this message is worth, if any.
    pub(super) fn consider(
        &mut self,
        arrival: &Arrival<'_>,
        choices: &Choices,
        circumstances: Circumstances,
    ) -> Option<Notification> {
        if arrival.own || !self.first_time(arrival.id) || arrival.on_screen {
            return None;
        }
        let wanted = match level(choices, arrival.room, arrival.with) {
            NotifyLevel::All => true,
            NotifyLevel::Mentions => arrival.mentions_me,
            NotifyLevel::None => false,
        };
        if !wanted || silent(choices, circumstances) {
            return None;
        }
        Some(Notification {
            room: arrival.room.clone(),
            room_name: Rc::from(markdown::neutral(arrival.room_name)),
            direct: arrival.with.is_some(),
            message: Some(arrival.id.clone()),
            from: Rc::from(markdown::neutral(arrival.from)),
            text: Rc::from(markdown::excerpt(arrival.content, EXCERPT)),
        })
    }

    fn first_time(&mut self, id: &MessageId) -> bool {
        if !self.told.insert(id.clone()) {
            return false;
        }
        self.order.push_back(id.clone());
        if self.order.len() > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.told.remove(&oldest);
        }
        true
    }
}

/// How a room notifies: as chosen (the last choice counts), else `All` for direct conversations, which are `with`
/// somebody, and `Mentions` for others.
pub(super) fn level(choices: &Choices, room: &RoomId, with: Option<&UserId>) -> NotifyLevel {
    let chosen = choices.notify.iter().rev().find(|(id, _)| id == room);
    chosen.map(|(_, level)| *level).unwrap_or(match with {
        Some(_) => NotifyLevel::All,
        None => NotifyLevel::Mentions,
    })
}

/// The number on the app's icon: what would have been notified and is unread. Rooms that only notify mentions count
/// mentions; silenced ones count nothing.
pub(super) fn badge<'a>(rooms: impl IntoIterator<Item = &'a RoomView>) -> u32 {
    rooms
        .into_iter()
        .filter(|room| room.joined)
        .map(|room| match room.notify {
            NotifyLevel::All => room.unread.max(room.mentions),
            NotifyLevel::Mentions => room.mentions,
            NotifyLevel::None => 0,
        })
        .fold(0, u32::saturating_add)
}

/// Minutes since local midnight.
///
/// The engine knows the time zone by the calendar day only, so midnight is looked for: the first time of this day. On
/// the two days a year on which the clock is put back or forward the answer is an hour off after the change.
pub(super) fn minute_of_day(local_day: fn(Millis) -> i32, wall: Millis) -> u16 {
    const DAY: Millis = 86_400_000;
    let today = local_day(wall);
    let (mut before, mut after) = (wall.saturating_sub(DAY + DAY / 8), wall);
    if local_day(before) == today {
        return 0;
    }
    while after - before > 1 {
        let middle = before + (after - before) / 2;
        if local_day(middle) == today {
            after = middle;
        } else {
            before = middle;
        }
    }
    u16::try_from((wall - after) / 60_000)
        .unwrap_or(u16::MAX)
        .min(24 * 60 - 1)
}

/// Whether `minute` lies in the quiet hours, whose end is not part of them; equal ends mean the whole day.
pub(super) fn quiet(hours: Option<(u16, u16)>, minute: u16) -> bool {
    match hours {
        None => false,
        Some((from, to)) if from < to => (from..to).contains(&minute),
        Some((from, to)) => minute >= from || minute < to,
    }
}

fn silent(choices: &Choices, circumstances: Circumstances) -> bool {
    circumstances.presence == Presence::DoNotDisturb
        || (choices.quiet_hours.is_some()
            && quiet(
                choices.quiet_hours,
                minute_of_day(circumstances.local_day, circumstances.wall),
            ))
}

#[cfg(test)]
mod tests;
