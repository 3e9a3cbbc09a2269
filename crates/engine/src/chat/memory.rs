//! The storage device without a disk: what tests and benchmarks hand to an engine, and what any device is measured by.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::api::{Held, StoreCommand, StoreInput, StoreKey, Write};

/// Records of every scope, kept as long as this is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Memory {
    records: BTreeMap<(String, StoreKey), String>,
}

impl Memory {
    /// Does what an engine asks for, and gives its answer. `scope` is the one that this engine has opened; several may
    /// share one device.
    pub fn perform(&mut self, scope: &mut String, command: StoreCommand) -> StoreInput {
        match command {
            StoreCommand::Open { scope: opened } => {
                *scope = opened;
                StoreInput::Opened(Box::new(self.held(scope)))
            }
            StoreCommand::Read {
                read,
                room,
                first,
                last,
            } => {
                let block = |number| {
                    let key = (scope.clone(), StoreKey::Block(Rc::clone(&room), number));
                    Some((number, self.records.get(&key)?.clone()))
                };
                StoreInput::Blocks {
                    read,
                    blocks: (first..=last).filter_map(block).collect(),
                }
            }
            StoreCommand::Commit { commit, writes, .. } => {
                for write in writes {
                    match write {
                        Write::Put(key, value) => self.records.insert((scope.clone(), key), value),
                        Write::Delete(key) => self.records.remove(&(scope.clone(), key)),
                    };
                }
                StoreInput::Committed { commit }
            }
        }
    }

    /// The records of all scopes.
    pub fn records(&self) -> impl Iterator<Item = (&StoreKey, &str)> {
        self.records.iter().map(|((_, key), value)| (key, value.as_str()))
    }

    fn held(&self, scope: &str) -> Held {
        let mut held = Held::default();
        for ((of, key), value) in &self.records {
            match key {
                _ if of != scope => {}
                StoreKey::Room(room) => held.rooms.push((Rc::clone(room), value.clone())),
                StoreKey::Wish(wish) => held.wishes.push((wish.clone(), value.clone())),
                StoreKey::Meta(name) => held.meta.push((Rc::clone(name), value.clone())),
                StoreKey::Block(..) => {}
            }
        }
        held
    }
}
