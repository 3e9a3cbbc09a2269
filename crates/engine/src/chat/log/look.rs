//! Which rows look as they did when they were told, and which are to be made anew.

use super::{Entry, Log, Message, MessageId, Version};

impl Log {
    /// As [`loaded`](Self::loaded), with the version of each: the same as long as it has the same to show.
    pub(in super::super) fn versions(&self) -> impl Iterator<Item = (u32, Version, &[Entry])> {
        self.blocks
            .iter()
            .map(|(number, block)| (*number, block.version(), &block.entries[..]))
    }

    /// What answers a message quotes it.
    pub(super) fn untell_answers(&self, id: &str) {
        self.untell_those(|message| message.reply_to.as_deref() == Some(id));
    }

    /// What answers a message of this block can quote it now.
    pub(super) fn untell_answers_to_block(&self, number: u32) {
        let there = |id: &MessageId| self.ids.get(id) == Some(&number);
        self.untell_those(|message| message.reply_to.as_ref().is_some_and(there));
    }

    fn untell_those(&self, which: impl Fn(&Message) -> bool) {
        for block in self.blocks.values() {
            let mut some = false;
            for entry in block.entries.iter().filter(|entry| which(&entry.message)) {
                entry.row.take();
                some = true;
            }
            if some {
                block.looks_else();
            }
        }
    }

    /// A row is to be made anew.
    pub(in super::super) fn untell(&self, id: &str) {
        let block = self.ids.get(id).and_then(|number| self.blocks.get(number));
        if let (Some(block), Some(entry)) = (block, self.find(id)) {
            entry.row.take();
            block.looks_else();
        }
    }

    /// All rows are to be made anew.
    pub(in super::super) fn untell_all(&self) {
        self.untell_those(|_| true);
    }
}
