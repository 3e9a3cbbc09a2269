//! Where a message goes that does not come at the end.

use super::super::api::{MessageId, Millis, RowKey};
use super::{Entry, Log, Message};

/// Where a message belongs that does not come at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) enum Place {
    /// Above everything in memory.
    Above,
    /// Right behind this one.
    Behind(MessageId),
}

impl Log {
    /// Where the message with this number of the room belongs; `None`: at the end.
    pub(in super::super) fn place_of(&self, seq: u64) -> Option<Place> {
        let newest = self.behind_gap().find_map(|entry| entry.message.seq)?;
        if newest < seq {
            return None;
        }
        let before = self
            .behind_gap()
            .find(|entry| entry.message.seq.is_some_and(|of| of < seq));
        Some(match before.and_then(|entry| entry.message.id.clone()) {
            Some(id) => Place::Behind(id),
            None => Place::Above,
        })
    }

    /// What is in memory behind the last gap, newest first.
    fn behind_gap(&self) -> impl Iterator<Item = &Entry> {
        let run = self.runs.iter().rev().find(|run| run.gap);
        let first = run.map_or(0, |run| run.first);
        let blocks = self.blocks.range(first..).rev();
        blocks.flat_map(|(_, block)| block.entries.iter().rev())
    }

    /// The last message behind the last gap that is not younger than this.
    pub(in super::super) fn last_before(&self, time: Millis) -> Option<MessageId> {
        self.behind_gap()
            .filter(|entry| entry.message.time <= time)
            .find_map(|entry| entry.message.id.clone())
    }

    /// Puts a message right behind one that is known.
    pub(in super::super) fn insert_after(&mut self, after: &str, key: RowKey, message: Message) {
        let place = self.ids.get(after).copied().and_then(|number| {
            let block = self.blocks.get(&number)?;
            let of = |entry: &Entry| entry.message.id.as_deref() == Some(after);
            Some((number, block.entries.iter().rposition(of)? + 1))
        });
        match place {
            Some((number, index)) => self.put(number, Some(index), key, message),
            None => self.append(key, message),
        }
    }

    /// Puts an own message that has no name behind one that is known, and behind other own ones there.
    pub(in super::super) fn insert_own_after(&mut self, after: &str, key: RowKey, message: Message) {
        let place = self.ids.get(after).copied().and_then(|number| {
            let block = self.blocks.get(&number)?;
            let of = |entry: &Entry| entry.message.id.as_deref() == Some(after);
            let index = block.entries.iter().rposition(of)? + 1;
            let own = block.entries.iter().skip(index);
            Some((
                number,
                index + own.take_while(|entry| entry.message.id.is_none()).count(),
            ))
        });
        match place {
            Some((number, index)) => self.put(number, Some(index), key, message),
            None => self.append(key, message),
        }
    }

    /// The last message here that has an id.
    pub(in super::super) fn last_id(&self) -> Option<MessageId> {
        let mut entries = self.loaded().rev().flat_map(|(_, entries)| entries.iter().rev());
        entries.find_map(|entry| entry.message.id.clone())
    }

    /// Puts an own message before the first one that has an id.
    pub(in super::super) fn insert_own_first(&mut self, key: RowKey, message: Message) {
        let first = self
            .loaded()
            .flat_map(|(_, entries)| entries.iter())
            .find_map(|entry| entry.message.id.clone());
        match first {
            Some(first) => self.insert_before(&first, key, message),
            None => self.append(key, message),
        }
    }

    /// Puts a message right before one that is known.
    pub(in super::super) fn insert_before(&mut self, before: &str, key: RowKey, message: Message) {
        let place = self.ids.get(before).copied().and_then(|number| {
            let block = self.blocks.get(&number)?;
            let of = |entry: &Entry| entry.message.id.as_deref() == Some(before);
            Some((number, block.entries.iter().rposition(of)?))
        });
        match place {
            Some((number, index)) => self.put(number, Some(index), key, message),
            None => self.append(key, message),
        }
    }
}
