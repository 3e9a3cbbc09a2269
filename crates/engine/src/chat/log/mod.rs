//! A room's messages as this device holds them: blocks on disk, of which some are in memory.
//!
//! Blocks have numbers that grow with time. A *run* is a range of numbers without a hole; between two runs lies what
//! this device never got. A new run starts far behind the one before, so that pages of the gap find room between them.

mod block;
mod change;
mod entry;
mod look;
mod place;
mod trim;

pub(super) use block::Version;
pub(super) use change::{Change, replace, update};
pub(super) use entry::{Entry, Message, Reaction, attachment_value, message_of};
pub(super) use place::Place;

use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::{Value, json};

use self::block::Block;
use super::api::{MessageId, Row, RowKey, WishId};

/// Messages in a block.
pub(super) const BLOCK: usize = 256;
/// Numbers left free in a gap.
const SPACE: u32 = 10_000;
/// The first block of a room; older pages go before it.
const FIRST: u32 = 1_000_000_000;
/// Blocks at the end that stay in memory: what a server's history is compared with.
const TAIL: u32 = 2;

/// Whether the end of the room is in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Tail {
    /// It is on disk, and was not asked for.
    #[default]
    OnDisk,
    /// It was asked for.
    Reading,
    /// It is in memory.
    Here,
}

/// Blocks with numbers without a hole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) first: u32,
    pub(super) last: u32,
    /// Something is missing before it.
    gap: bool,
}

impl Run {
    fn has(self, number: u32) -> bool {
        (self.first..=self.last).contains(&number)
    }
}

/// A room's messages.
#[derive(Debug, Default)]
pub(super) struct Log {
    runs: Vec<Run>,
    /// The room's very first message is held.
    pub(super) begins: bool,
    pub(super) tail: Tail,
    blocks: BTreeMap<u32, Block>,
    /// Where each known message is.
    ids: BTreeMap<MessageId, u32>,
    /// So many at the end came live before this connection's history.
    pub(super) early: usize,
    /// Messages on disk and in memory, about.
    pub(super) total: usize,
}

impl Log {
    /// As its summary remembers it; the blocks are read when they are needed.
    pub(super) fn restored(record: &str) -> Self {
        let value: Value = serde_json::from_str(record).unwrap_or_default();
        let number = |value: &Value| value.as_u64().and_then(|number| u32::try_from(number).ok());
        let runs: Vec<Run> = value
            .get("runs")
            .and_then(Value::as_array)
            .map(|runs| {
                let run = |run: &Value| {
                    Some(Run {
                        first: number(run.get(0)?)?,
                        last: number(run.get(1)?)?,
                        gap: run.get(2)?.as_bool()?,
                    })
                };
                runs.iter()
                    .filter_map(run)
                    .filter(|run| run.first <= run.last)
                    .collect()
            })
            .unwrap_or_default();
        Self {
            tail: if runs.is_empty() { Tail::Here } else { Tail::OnDisk },
            runs,
            begins: value.get("begins").and_then(Value::as_bool).unwrap_or_default(),
            total: value
                .get("total")
                .and_then(Value::as_u64)
                .and_then(|total| usize::try_from(total).ok())
                .unwrap_or_default(),
            ..Self::default()
        }
    }

    /// A room that was never held.
    pub(super) fn empty() -> Self {
        Self {
            tail: Tail::Here,
            ..Self::default()
        }
    }

    pub(super) fn record(&self) -> String {
        let runs: Vec<Value> = self
            .runs
            .iter()
            .map(|run| json!([run.first, run.last, run.gap]))
            .collect();
        json!({ "runs": runs, "begins": self.begins, "total": self.total }).to_string()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// The numbers of the blocks at the end.
    pub(super) fn tail_numbers(&self) -> Option<(u32, u32)> {
        let run = self.runs.last()?;
        Some((run.first.max(run.last.saturating_sub(TAIL - 1)), run.last))
    }

    /// So many blocks before this one, as far as one read goes.
    pub(super) fn numbers_before(&self, number: u32, most: u32) -> Option<(u32, u32)> {
        let run = self.runs.iter().rev().find(|run| run.first < number)?;
        let last = run.last.min(number - 1);
        Some((run.first.max((last + 1).saturating_sub(most)), last))
    }

    /// So many blocks behind this one, as far as one read goes.
    pub(super) fn numbers_after(&self, number: u32, most: u32) -> Option<(u32, u32)> {
        let run = self.runs.iter().find(|run| run.last > number)?;
        let first = run.first.max(number + 1);
        Some((first, run.last.min(first + most - 1)))
    }

    /// All runs, for who looks through everything.
    pub(super) fn runs(&self) -> &[Run] {
        &self.runs
    }

    /// Blocks were read.
    pub(super) fn insert_read(&mut self, number: u32, text: &str, keys: &mut dyn FnMut() -> RowKey) {
        if self.blocks.contains_key(&number) || !self.runs.iter().any(|run| run.has(number)) {
            return;
        }
        let entries = entry::read_block(text, keys);
        for entry in &entries {
            if let Some(id) = &entry.message.id {
                self.ids.insert(Rc::clone(id), number);
            }
        }
        self.blocks.insert(number, Block::read(entries));
        self.untell_answers_to_block(number);
    }

    /// The blocks in memory, oldest first: number and entries.
    pub(super) fn loaded(&self) -> impl DoubleEndedIterator<Item = (u32, &[Entry])> {
        self.blocks
            .iter()
            .map(|(number, block)| (*number, &block.entries[..]))
    }

    /// The block of a message that is in memory.
    pub(super) fn block_of(&self, id: &str) -> Option<u32> {
        self.ids.get(id).copied()
    }

    /// The block of a row that is in memory.
    pub(super) fn block_of_key(&self, key: RowKey) -> Option<u32> {
        let has = |block: &Block| block.entries.iter().any(|entry| entry.key == key);
        self.blocks
            .iter()
            .rev()
            .find(|(_, block)| has(block))
            .map(|(number, _)| *number)
    }

    /// Whether something on disk or something never got lies between these two blocks.
    pub(super) fn between(&self, a: u32, b: u32) -> Between {
        let run_of = |number| self.runs.iter().position(|run| run.has(number));
        let (Some(of_a), Some(of_b)) = (run_of(a), run_of(b)) else {
            return Between::Nothing;
        };
        let mut crossed = self.runs.iter().skip(of_a + 1).take(of_b.saturating_sub(of_a));
        if crossed.any(|run| run.gap) {
            return Between::Gap;
        }
        let ends = self.runs.get(of_a).is_some_and(|run| run.last == a);
        let begins = self.runs.get(of_b).is_some_and(|run| run.first == b);
        if a + 1 == b || (of_a + 1 == of_b && ends && begins) {
            Between::Nothing
        } else {
            Between::Disk
        }
    }

    pub(super) fn find(&self, id: &str) -> Option<&Entry> {
        let number = self.ids.get(id)?;
        let block = self.blocks.get(number)?;
        block
            .entries
            .iter()
            .rev()
            .find(|entry| entry.message.id.as_deref() == Some(id))
    }

    pub(super) fn knows(&self, id: &str) -> bool {
        self.ids.contains_key(id)
    }

    /// Changes a message that is in memory; it is written with its block.
    pub(super) fn change(&mut self, id: &str, change: impl FnOnce(&mut Message)) -> Option<&Entry> {
        let number = self.ids.get(id)?;
        let block = self.blocks.get_mut(number)?;
        let entry = block
            .entries
            .iter_mut()
            .rev()
            .find(|entry| entry.message.id.as_deref() == Some(id))?;
        let before = Rc::clone(&entry.message.content);
        change(&mut entry.message);
        let says_else = *before != *entry.message.content;
        entry.row.take();
        block.changed();
        if says_else {
            self.untell_answers(id);
        }
        self.find(id)
    }

    /// The entry of a row.
    pub(super) fn of_key(&self, key: RowKey) -> Option<&Entry> {
        self.blocks
            .values()
            .rev()
            .flat_map(|block| &block.entries)
            .find(|entry| entry.key == key)
    }

    pub(super) fn last(&self) -> Option<&Entry> {
        self.blocks.values().rev().find_map(|block| block.entries.last())
    }

    /// Puts a message at the end.
    pub(super) fn append(&mut self, key: RowKey, message: Message) {
        let number = match self.runs.last_mut() {
            None => {
                self.runs.push(Run {
                    first: FIRST,
                    last: FIRST,
                    gap: false,
                });
                FIRST
            }
            Some(run) => {
                let block = self.blocks.get(&run.last);
                if block.is_none_or(|block| block.entries.len() >= BLOCK) {
                    run.last += 1;
                }
                run.last
            }
        };
        self.put(number, None, key, message);
    }

    /// Opens a new run behind everything: what lies between was not got.
    pub(super) fn open_gap(&mut self) {
        if let Some(run) = self.runs.last() {
            let next = run.last.saturating_add(SPACE);
            self.runs.push(Run {
                first: next,
                last: next,
                gap: true,
            });
            self.blocks.insert(next, Block::default());
        }
    }

    /// Something is missing before the last run.
    pub(super) fn has_gap(&self) -> bool {
        self.runs.len() >= 2 && self.runs.last().is_some_and(|run| run.gap)
    }

    /// The first message of the last run, if its block is in memory.
    pub(super) fn first_of_last_run(&self) -> Option<&Entry> {
        let run = self.runs.last()?;
        self.blocks.get(&run.first)?.entries.first()
    }

    /// The first message held, if its block is in memory.
    pub(super) fn first(&self) -> Option<&Entry> {
        let run = self.runs.first()?;
        self.blocks.get(&run.first)?.entries.first()
    }

    /// A page of what lies before the last run: a block of its own. `joined`: nothing is missing any more between it
    /// and the run before.
    pub(super) fn fill_gap(&mut self, messages: Vec<(RowKey, Message)>, joined: bool) {
        let Some(run) = self.runs.last().copied() else {
            return;
        };
        self.prepend(run.first, messages);
        if joined && let Some(run) = self.runs.last_mut() {
            run.gap = false;
        }
    }

    /// A page of what is older than everything.
    pub(super) fn prepend_oldest(&mut self, messages: Vec<(RowKey, Message)>) {
        match self.runs.first().copied() {
            Some(run) => self.prepend(run.first, messages),
            None => messages
                .into_iter()
                .for_each(|(key, message)| self.append(key, message)),
        }
    }

    fn prepend(&mut self, first: u32, messages: Vec<(RowKey, Message)>) {
        let before = self
            .runs
            .iter()
            .rev()
            .map(|run| run.last)
            .find(|last| *last < first);
        let number = first.saturating_sub(1);
        if messages.is_empty() || before.is_some_and(|before| before >= number) {
            return;
        }
        if let Some(run) = self.runs.iter_mut().find(|run| run.first == first) {
            run.first = number;
        }
        for (key, message) in messages {
            self.put(number, None, key, message);
        }
        self.untell_answers_to_block(number);
    }

    fn put(&mut self, number: u32, index: Option<usize>, key: RowKey, message: Message) {
        if let Some(id) = &message.id {
            self.ids.insert(Rc::clone(id), number);
        }
        let block = self.blocks.entry(number).or_default();
        let entry = Entry::new(key, message);
        match index.filter(|index| *index < block.entries.len()) {
            Some(index) => {
                block.entries.insert(index, entry);
                block.changed();
            }
            None => block.append(entry),
        }
        self.total += 1;
    }

    /// Takes out the last so many, oldest first.
    pub(super) fn take_last(&mut self, mut count: usize) -> Vec<(RowKey, Message)> {
        let mut taken = Vec::new();
        while count > 0 {
            let Some((number, block)) = self.blocks.iter_mut().next_back() else {
                break;
            };
            let number = *number;
            match block.entries.pop() {
                Some(entry) => {
                    block.changed();
                    if let Some(id) = &entry.message.id {
                        self.ids.remove(id);
                    }
                    taken.push((entry.key, entry.message));
                    self.total = self.total.saturating_sub(1);
                    count -= 1;
                }
                None => {
                    let first = self.runs.last().is_some_and(|run| run.first == number);
                    if first {
                        break;
                    }
                    self.blocks.remove(&number);
                    if let Some(run) = self.runs.last_mut() {
                        run.last = number - 1;
                    }
                }
            }
        }
        taken.reverse();
        taken
    }

    /// Some own message has no name yet.
    pub(super) fn has_nameless(&self) -> bool {
        let unnamed = |entry: &Entry| entry.message.id.is_none() && entry.message.wish.is_some();
        self.loaded().any(|(_, entries)| entries.iter().any(unnamed))
    }

    /// Own messages at the end that have no name yet: wish, content and key, oldest first.
    pub(super) fn nameless(&self) -> Vec<(WishId, Rc<str>)> {
        self.blocks
            .values()
            .flat_map(|block| &block.entries)
            .filter(|entry| entry.message.id.is_none())
            .filter_map(|entry| Some((entry.message.wish.clone()?, Rc::clone(&entry.message.content))))
            .collect()
    }

    /// Takes out an own message without a name, which has one now; gives its key.
    pub(super) fn take_nameless(&mut self, wish: &WishId) -> Option<RowKey> {
        let of = |entry: &Entry| entry.message.id.is_none() && entry.message.wish.as_ref() == Some(wish);
        for block in self.blocks.values_mut().rev() {
            if let Some(index) = block.entries.iter().position(of) {
                block.changed();
                self.total = self.total.saturating_sub(1);
                return Some(block.entries.remove(index).key);
            }
        }
        None
    }

    /// What is to be written: numbers and texts.
    pub(super) fn take_dirty(&mut self) -> Vec<(u32, String)> {
        let blocks = self.blocks.iter_mut();
        blocks
            .filter_map(|(number, block)| Some((*number, block.take_text()?)))
            .collect()
    }

    pub(super) fn is_dirty(&self) -> bool {
        self.blocks.values().any(Block::is_dirty)
    }

    /// The messages of a block that is not to be kept in memory.
    pub(super) fn messages_in(block: &str, keys: &mut dyn FnMut() -> RowKey) -> Vec<Message> {
        let entries = entry::read_block(block, keys);
        entries.into_iter().map(|entry| entry.message).collect()
    }

    /// Whether a block on disk has this message: without reading it whole.
    pub(super) fn mentions_id(block: &str, id: &str) -> bool {
        let start = format!("[{},", json!(id));
        block.lines().any(|line| line.starts_with(&start))
    }
}

/// What lies between two blocks in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Between {
    /// Nothing.
    Nothing,
    /// Blocks that can be read.
    Disk,
    /// What this device never got.
    Gap,
}

/// Rows of a room that were told before stay the same value.
pub(super) type RowCache = std::cell::RefCell<Option<Rc<Row>>>;
