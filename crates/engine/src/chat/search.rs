//! The index over everything that is held on this device.
//!
//! A sorted dictionary of folded words, each with the messages it is in. Messages have small numbers that are used again
//! after they are gone, so that sets of them are bit sets and memory stays flat while messages come and go. The text of
//! each message is held here too (shared with whoever else holds it): reading 100 excerpts back from storage at every
//! key press would take longer than the search.
//!
//! `put` costs a few µs a message, so a block of 256 is a slice of about a millisecond; clearing up after deletions is
//! done in small portions by the calls that follow.

mod excerpt;
mod words;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::ops::Bound;
use std::rc::Rc;

use self::words::Wanted;
use super::api::{MessageId, Millis, RoomId, SearchHit, SearchQuery, UserId};

/// Hits told at most.
const HITS_MAX: usize = 100;
/// Bytes of a message that are searched through.
const INDEXED: usize = 16_384;
/// Deleted messages that start a clearing up, at least.
const DEAD_MIN: usize = 2_048;
/// Words of the dictionary cleared up by one call.
const TIDIED: usize = 48;

/// A message as the index takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Document {
    /// Its room.
    pub(super) room: RoomId,
    /// Its id.
    pub(super) id: MessageId,
    /// Who wrote it.
    pub(super) sender: UserId,
    /// Their name.
    pub(super) name: Rc<str>,
    /// When.
    pub(super) time: Millis,
    /// Its text; held by the index too.
    pub(super) content: Rc<str>,
}

/// The index.
#[derive(Debug, Default)]
pub(super) struct Index {
    documents: Vec<Option<Document>>,
    numbers: BTreeMap<RoomId, BTreeMap<MessageId, u32>>,
    dictionary: BTreeMap<Box<str>, Vec<u32>>,
    count: usize,
    /// Numbers that stand in no posting and can be given again.
    free: Vec<u32>,
    /// Numbers that are gone, and still stand in postings.
    dead: Vec<u32>,
    tidying: Option<Tidying>,
}

/// A walk through the dictionary that takes out what is gone.
#[derive(Debug)]
struct Tidying {
    gone: BTreeSet<u32>,
    after: Option<Box<str>>,
}

impl Index {
    /// Takes a message in, or its new text after an edit.
    pub(super) fn put(&mut self, document: Document) {
        self.tidy();
        if let Some(number) = self.number(&document.room, &document.id) {
            if self.document(number) == Some(&document) {
                return;
            }
            self.remove(&document.room, &document.id);
        }
        let number = match self.free.pop() {
            Some(number) => number,
            None => match u32::try_from(self.documents.len()) {
                Ok(number) => {
                    self.documents.push(None);
                    number
                }
                Err(_) => return,
            },
        };
        let dictionary = &mut self.dictionary;
        words::each(head(&document.content), |word, _, _| {
            match dictionary.get_mut(word) {
                // A message is put as a whole, so that its number is last if it is there at all.
                Some(numbers) if numbers.last() == Some(&number) => {}
                Some(numbers) => numbers.push(number),
                None => {
                    dictionary.insert(Box::from(word), vec![number]);
                }
            }
        });
        self.numbers
            .entry(document.room.clone())
            .or_default()
            .insert(document.id.clone(), number);
        if let Some(place) = self.documents.get_mut(number as usize) {
            *place = Some(document);
            self.count += 1;
        }
    }

    /// Forgets a message: it was deleted, or its block evicted.
    pub(super) fn remove(&mut self, room: &RoomId, id: &MessageId) {
        self.tidy();
        let Some(number) = self.numbers.get_mut(room).and_then(|numbers| numbers.remove(id)) else {
            return;
        };
        self.bury(number);
    }

    /// Forgets a room.
    pub(super) fn remove_room(&mut self, room: &RoomId) {
        for number in self.numbers.remove(room).unwrap_or_default().into_values() {
            self.bury(number);
        }
    }

    /// How many messages are in it.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.count
    }

    /// What matches, newest first, 100 at most. `room_name` names a room.
    pub(super) fn search(
        &self,
        query: &SearchQuery,
        room_name: impl Fn(&RoomId) -> Rc<str>,
    ) -> Vec<SearchHit> {
        let wanted = Wanted::new(&query.words);
        if is_empty(query) {
            return Vec::new();
        }
        let mut newest = BinaryHeap::new();
        let mut consider = |number: u32| {
            if let Some(document) = self.document(number)
                && admits(query, document)
            {
                newest.push(Reverse((document.time, number)));
                if newest.len() > HITS_MAX {
                    newest.pop();
                }
            }
        };
        match self.matching(&wanted) {
            Some(set) => set.for_each(&mut consider),
            None => (0..u32::try_from(self.documents.len()).unwrap_or(u32::MAX)).for_each(&mut consider),
        }
        newest
            .into_sorted_vec()
            .into_iter()
            .filter_map(|Reverse((_, number))| self.document(number))
            .map(|document| found(document, &wanted, room_name(&document.room)))
            .collect()
    }

    /// The messages that have all words; `None`: no word is wanted.
    fn matching(&self, wanted: &Wanted) -> Option<BitSet> {
        let mut set: Option<BitSet> = None;
        for word in &wanted.words {
            let numbers = self.dictionary.get(word.as_str()).map(Vec::as_slice);
            set = Some(self.narrowed(set.as_ref(), numbers.into_iter()));
        }
        if let Some(prefix) = &wanted.prefix {
            let from = (Bound::Included(prefix.as_str()), Bound::Unbounded);
            let numbers = self
                .dictionary
                .range::<str, _>(from)
                .take_while(|(word, _)| word.starts_with(prefix.as_str()))
                .map(|(_, numbers)| numbers.as_slice());
            set = Some(self.narrowed(set.as_ref(), numbers));
        }
        set
    }

    fn narrowed<'a>(&self, within: Option<&BitSet>, lists: impl Iterator<Item = &'a [u32]>) -> BitSet {
        let mut set = BitSet::new(self.documents.len());
        for numbers in lists {
            for number in numbers {
                if within.is_none_or(|within| within.has(*number)) {
                    set.add(*number);
                }
            }
        }
        set
    }

    fn number(&self, room: &RoomId, id: &MessageId) -> Option<u32> {
        self.numbers.get(room)?.get(id).copied()
    }

    fn document(&self, number: u32) -> Option<&Document> {
        self.documents.get(number as usize)?.as_ref()
    }

    fn bury(&mut self, number: u32) {
        if let Some(place) = self.documents.get_mut(number as usize)
            && place.take().is_some()
        {
            self.count -= 1;
            self.dead.push(number);
        }
    }

    /// A portion of the clearing up.
    fn tidy(&mut self) {
        let Some(tidying) = &mut self.tidying else {
            if self.dead.len() >= DEAD_MIN.max(self.count / 8) {
                self.tidying = Some(Tidying {
                    gone: std::mem::take(&mut self.dead).into_iter().collect(),
                    after: None,
                });
            }
            return;
        };
        let from = match &tidying.after {
            Some(word) => Bound::Excluded(&**word),
            None => Bound::Unbounded,
        };
        let mut empty: Vec<Box<str>> = Vec::new();
        let mut last = None;
        for (word, numbers) in self
            .dictionary
            .range_mut::<str, _>((from, Bound::Unbounded))
            .take(TIDIED)
        {
            numbers.retain(|number| !tidying.gone.contains(number));
            if numbers.is_empty() {
                empty.push(word.clone());
            } else if numbers.len() * 4 < numbers.capacity() {
                numbers.shrink_to_fit();
            }
            last = Some(word.clone());
        }
        match last {
            Some(last) => tidying.after = Some(last),
            None => {
                self.free.extend(&tidying.gone);
                self.tidying = None;
            }
        }
        for word in empty {
            self.dictionary.remove(&word);
        }
    }
}

/// A hit for a message that was found elsewhere (by the server): its excerpt, and what matches in it.
pub(super) fn hit(document: &Document, query: &SearchQuery, room_name: Rc<str>) -> SearchHit {
    found(document, &Wanted::new(&query.words), room_name)
}

/// Whether there is nothing to look for: no word of 3 letters, and, where no words are written at all, no sender and no
/// date.
pub(super) fn is_empty(query: &SearchQuery) -> bool {
    if query.words.trim().is_empty() {
        return query.sender.is_none() && query.from.is_none() && query.to.is_none();
    }
    let wanted = Wanted::new(&query.words);
    wanted.words.is_empty() && wanted.prefix.is_none()
}

fn admits(query: &SearchQuery, document: &Document) -> bool {
    query.room.as_ref().is_none_or(|room| *room == document.room)
        && query
            .sender
            .as_ref()
            .is_none_or(|sender| *sender == document.sender)
        && query.from.is_none_or(|from| document.time >= from)
        && query.to.is_none_or(|to| document.time <= to)
}

fn found(document: &Document, wanted: &Wanted, room_name: Rc<str>) -> SearchHit {
    let (excerpt, matches) = excerpt::of(head(&document.content), wanted);
    SearchHit {
        room: document.room.clone(),
        room_name,
        message: document.id.clone(),
        name: document.name.clone(),
        time: document.time,
        excerpt: Rc::from(excerpt),
        matches,
    }
}

fn head(content: &str) -> &str {
    super::markdown::head(content, INDEXED)
}

/// A set of numbers below a bound.
struct BitSet(Vec<u64>);

impl BitSet {
    fn new(bound: usize) -> Self {
        Self(vec![0; bound.div_ceil(64)])
    }

    fn add(&mut self, number: u32) {
        if let Some(word) = self.0.get_mut(number as usize / 64) {
            *word |= 1 << (number % 64);
        }
    }

    fn has(&self, number: u32) -> bool {
        self.0
            .get(number as usize / 64)
            .is_some_and(|word| word & (1 << (number % 64)) != 0)
    }

    fn for_each(&self, mut each: impl FnMut(u32)) {
        for (at, word) in (0_u32..).zip(&self.0) {
            let mut rest = *word;
            while rest != 0 {
                each(at * 64 + rest.trailing_zeros());
                rest &= rest - 1;
            }
        }
    }
}

#[cfg(test)]
mod tests;
