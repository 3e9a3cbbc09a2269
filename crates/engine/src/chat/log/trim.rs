//! What is let go of: in memory, and on disk.

use super::block::Block;
use super::{BLOCK, Between, Log};

impl Log {
    /// What lies before the blocks in memory is not on disk after all.
    pub(in super::super) fn forget_before_loaded(&mut self) {
        let Some((first, _)) = self.blocks.first_key_value() else {
            return;
        };
        let first = *first;
        self.runs.retain(|run| run.last >= first);
        if let Some(run) = self.runs.first_mut() {
            if run.first < first {
                run.first = first;
                self.begins = false;
            }
            run.gap = false;
        }
    }

    /// Lets go of blocks that were read around a message and do not reach the end.
    pub(in super::super) fn drop_clusters(&mut self) {
        let numbers: Vec<u32> = self.blocks.keys().copied().collect();
        let hole = numbers.windows(2).rev().find_map(|pair| match pair {
            [a, b] if self.between(*a, *b) == Between::Disk => Some(*b),
            _ => None,
        });
        if let Some(from) = hole {
            let keep = self.blocks.range(from..).count();
            self.trim(keep);
        }
    }

    /// Nothing of it is to be written by this tab.
    pub(in super::super) fn forget_dirt(&mut self) {
        for block in self.blocks.values_mut() {
            block.forget_dirt();
        }
    }

    /// Lets go of what is not at the end; `keep` blocks stay.
    pub(in super::super) fn trim(&mut self, keep: usize) {
        let keep = keep.max(2);
        while self.blocks.len() > keep {
            if self.blocks.values().next().is_some_and(Block::is_dirty) {
                return;
            }
            if let Some((_, block)) = self.blocks.pop_first() {
                self.forget_ids(&block);
            }
        }
    }

    /// Lets go of what is far from a block and not at the end, where there is too much of it: `most` blocks, of which
    /// `beside` on either side of it stay.
    pub(in super::super) fn trim_around(&mut self, number: u32, beside: u32, most: usize) {
        if self.blocks.len() <= most {
            return;
        }
        let near = number.saturating_sub(beside)..=number.saturating_add(beside);
        let end = self.blocks.keys().rev().nth(1).copied().unwrap_or_default();
        let far: Vec<u32> = self
            .blocks
            .iter()
            .filter(|(of, block)| !near.contains(*of) && **of < end && !block.is_dirty())
            .map(|(number, _)| *number)
            .collect();
        for number in far {
            if let Some(block) = self.blocks.remove(&number) {
                self.forget_ids(&block);
            }
        }
    }

    fn forget_ids(&mut self, block: &Block) {
        for id in block.entries.iter().filter_map(|entry| entry.message.id.as_ref()) {
            self.ids.remove(id);
        }
    }

    /// Forgets the oldest block on disk, to make room; gives its number.
    pub(in super::super) fn evict_oldest(&mut self) -> Option<u32> {
        let end = self.runs.last()?.last;
        let run = self.runs.first_mut()?;
        let number = run.first;
        if number == end {
            return None;
        }
        if run.first == run.last {
            self.runs.remove(0);
        } else {
            run.first += 1;
        }
        self.begins = false;
        self.total = self.total.saturating_sub(BLOCK);
        if let Some(block) = self.blocks.remove(&number) {
            self.forget_ids(&block);
        }
        Some(number)
    }
}
