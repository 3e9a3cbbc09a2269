//! What was received, on its way to the disk: at most once a second, by the leading tab alone, within a limit.

use std::rc::Rc;

use super::api::{RoomId, StoreKey, Write};
use super::engine::ChatEngine;
use super::log::{BLOCK, Log};
use super::store::StorePhase;
use crate::time::Instant;

/// Messages kept of one room.
const ROOM_LIMIT: usize = 100_000;
/// Messages kept of all rooms together.
const TOTAL_LIMIT: usize = 400_000;
/// Blocks given up at once when the disk is full.
const GIVEN_UP: usize = 64;

impl ChatEngine {
    /// Something of what is held is not on disk.
    pub(super) fn something_to_write(&mut self, now: Instant) {
        self.write_due.get_or_insert(now + super::account::WRITE_EVERY);
    }

    /// Writes what is not on disk.
    pub(super) fn flush(&mut self, now: Instant) {
        self.write_due = None;
        if !self.leads || self.store.phase != StorePhase::Open {
            for log in self.logs.values_mut() {
                log.forget_dirt();
            }
            self.bound_memory();
            return;
        }
        let mut writes = Vec::new();
        let total: usize = self.logs.values().map(|log| log.total).sum();
        let mut excess = (total.saturating_sub(TOTAL_LIMIT)).div_ceil(BLOCK);
        for (id, log) in &mut self.logs {
            let dirty = log.is_dirty();
            for (number, text) in log.take_dirty() {
                writes.push(Write::Put(StoreKey::Block(Rc::clone(id), number), text));
            }
            let mut evicted = false;
            while log.total > ROOM_LIMIT || excess > 0 {
                let Some(number) = log.evict_oldest() else { break };
                excess = excess.saturating_sub(1);
                evicted = true;
                writes.push(Write::Delete(StoreKey::Block(Rc::clone(id), number)));
            }
            if (dirty || evicted)
                && let Some(room) = self.rooms.get_mut(id)
            {
                room.dirty = true;
            }
        }
        for (id, room) in &mut self.rooms {
            if std::mem::take(&mut room.dirty) {
                let log = self.logs.get(id).map(Log::record).unwrap_or_default();
                writes.push(Write::Put(StoreKey::Room(Rc::clone(id)), room.record(&log)));
            }
        }
        self.store.commit(writes, false);
        self.bound_memory();
        let _ = now;
    }

    /// The disk is full: the oldest of the largest room goes.
    pub(super) fn make_room_on_disk(&mut self, now: Instant) {
        let largest = self
            .logs
            .iter()
            .max_by_key(|(_, log)| log.total)
            .map(|(id, _)| Rc::clone(id));
        let Some(id) = largest else { return };
        let mut writes = Vec::new();
        if let Some(log) = self.logs.get_mut(&id) {
            let half = log.total / 2;
            while writes.len() < GIVEN_UP && log.total > half {
                let Some(number) = log.evict_oldest() else { break };
                writes.push(Write::Delete(StoreKey::Block(Rc::clone(&id), number)));
            }
        }
        if let Some(room) = self.rooms.get_mut(&id) {
            room.dirty = true;
        }
        if !writes.is_empty() {
            self.store.commit(writes, false);
            self.something_to_write(now);
        }
    }

    pub(super) fn restore_log(&mut self, id: &RoomId, log: &str) {
        self.logs.insert(Rc::clone(id), Log::restored(log));
    }

    pub(super) fn forget_history(&mut self) {
        self.logs.clear();
        self.late.clear();
        self.reads.clear();
        self.search.clear();
    }

    /// A room that is none of this person's any more: nothing of it stays.
    pub(super) fn forget_room(&mut self, now: Instant, id: &RoomId) {
        self.rest.left(id);
        let log = self.logs.remove(id);
        self.late.remove(id);
        self.search.index.remove_room(id);
        if self.rooms.remove(id).is_none() {
            return;
        }
        if self.leads {
            let mut writes = vec![Write::Delete(StoreKey::Room(Rc::clone(id)))];
            for run in log.iter().flat_map(Log::runs) {
                for number in run.first..=run.last {
                    writes.push(Write::Delete(StoreKey::Block(Rc::clone(id), number)));
                }
            }
            self.store.commit(writes, false);
        }
        let wishes: Vec<_> = self
            .outbox
            .of_room(id)
            .map(|entry| entry.wish.id.clone())
            .collect();
        for wish in wishes {
            self.drop_wish(&wish);
        }
        if self.open_room() == Some(id) {
            self.close_room(now);
        }
        self.dirty.everything();
    }
}
