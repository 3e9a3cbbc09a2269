//! Rows in parts, and what changed from one telling to the next.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::super::api::{Fetching, Row, RowKey, TimelineChange};
use super::super::log::Version;
use super::maker::{Before, Maker};

/// Changes with no more rows than this between them are told as one.
const NEAR: usize = 16;

/// A part of the rows, in the order of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    /// What is above the log: a row that says what there is, and a window of history.
    Top,
    /// A block of the log.
    Block(u32),
    /// Messages on their way.
    Wishes,
}

/// What a part was made of: where that is the same, it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MadeOf {
    pub(super) version: Version,
    /// What came before it.
    pub(super) before: Before,
    /// What is missing before it, and how fetching that stands.
    pub(super) gap: Option<Fetching>,
}

#[derive(Debug)]
struct Piece {
    part: Part,
    rows: Vec<Rc<Row>>,
    /// `None`: it is made anew each time.
    made_of: Option<MadeOf>,
    /// What follows on it.
    after: Before,
}

/// Rows as told.
#[derive(Debug, Default)]
pub(super) struct Told(Vec<Piece>);

impl Told {
    pub(super) fn forwards(&self) -> impl Iterator<Item = &Rc<Row>> {
        self.0.iter().flat_map(|piece| &piece.rows)
    }

    pub(super) fn backwards(&self) -> impl Iterator<Item = &Rc<Row>> {
        self.0.iter().rev().flat_map(|piece| piece.rows.iter().rev())
    }

    /// So many rows from there on.
    fn some(&self, from: usize, count: usize) -> Vec<Rc<Row>> {
        let (mut left, mut rows) = (from, Vec::with_capacity(count));
        for piece in &self.0 {
            if left >= piece.rows.len() {
                left -= piece.rows.len();
                continue;
            }
            let missing = count - rows.len();
            rows.extend(piece.rows.iter().skip(left).take(missing).cloned());
            left = 0;
            if rows.len() == count {
                break;
            }
        }
        rows
    }
}

/// Rows that gave way to others.
#[derive(Debug)]
struct Change {
    /// Where, among the rows as they are now.
    at: usize,
    removed: Vec<RowKey>,
    inserted: usize,
}

/// A telling under way: parts come one after the other, and are compared with those told before.
pub(super) struct Telling {
    known: std::iter::Peekable<std::vec::IntoIter<Piece>>,
    told: Vec<Piece>,
    /// Rows so far.
    count: usize,
    changes: Vec<Change>,
}

impl Telling {
    pub(super) fn new(known: Told) -> Self {
        Self {
            known: known.0.into_iter().peekable(),
            told: Vec::new(),
            count: 0,
            changes: Vec::new(),
        }
    }

    /// Takes a part over as it is, if it is still made of the same.
    pub(super) fn stays(&mut self, part: Part, made_of: &MadeOf, maker: &mut Maker<'_>) -> bool {
        self.drop_until(part);
        let same = |piece: &Piece| piece.part == part && piece.made_of.as_ref() == Some(made_of);
        let Some(piece) = self.known.next_if(same) else {
            return false;
        };
        maker.before.clone_from(&piece.after);
        self.count += piece.rows.len();
        self.told.push(piece);
        true
    }

    /// A part was made.
    pub(super) fn made(&mut self, part: Part, made_of: Option<MadeOf>, maker: &mut Maker<'_>) {
        self.drop_until(part);
        let rows = std::mem::take(&mut maker.rows);
        let before = self.known.next_if(|piece| piece.part == part);
        self.compare(before.map(|piece| piece.rows).unwrap_or_default(), &rows);
        self.count += rows.len();
        self.told.push(Piece {
            part,
            rows,
            made_of,
            after: maker.before.clone(),
        });
    }

    /// Parts that are not there any more.
    fn drop_until(&mut self, part: Part) {
        while let Some(gone) = self.known.next_if(|piece| piece.part < part) {
            self.compare(gone.rows, &[]);
        }
    }

    fn compare(&mut self, before: Vec<Rc<Row>>, now: &[Rc<Row>]) {
        let same = |(a, b): &(&Rc<Row>, &Rc<Row>)| Rc::ptr_eq(a, b) || a == b;
        let head = before.iter().zip(now).take_while(same).count();
        let most = before.len().min(now.len()) - head;
        let backwards = before.iter().rev().zip(now.iter().rev());
        let tail = backwards.take(most).take_while(same).count();
        let gone = before.iter().take(before.len() - tail).skip(head);
        let removed: Vec<RowKey> = gone.map(|row| row.key).collect();
        let inserted = now.len() - head - tail;
        if !removed.is_empty() || inserted > 0 {
            self.changes.push(Change {
                at: self.count + head,
                removed,
                inserted,
            });
        }
    }

    /// All parts are made: the rows as they are, and what changed, to be applied one after the other.
    pub(super) fn end(mut self) -> (Told, Vec<TimelineChange>) {
        while let Some(gone) = self.known.next() {
            self.compare(gone.rows, &[]);
        }
        let told = Told(self.told);
        let changes = joined(self.changes, &told);
        let splices = changes.into_iter().map(|change| TimelineChange::Splice {
            at: change.at,
            remove: change.removed.len(),
            insert: told.some(change.at, change.inserted),
        });
        let splices = splices.collect();
        (told, splices)
    }
}

/// Puts together what is close, and everything where a row only moved: one change, so that it stays the same row.
fn joined(changes: Vec<Change>, told: &Told) -> Vec<Change> {
    let mut joined: Vec<Change> = Vec::new();
    for change in changes {
        match joined.last_mut() {
            Some(last) if change.at <= last.at + last.inserted + NEAR => join(last, change, told),
            Some(_) | None => joined.push(change),
        }
    }
    if joined.len() < 2 {
        return joined;
    }
    let removed: BTreeSet<RowKey> = joined
        .iter()
        .flat_map(|change| change.removed.iter().copied())
        .collect();
    let moved = joined.iter().any(|change| {
        let came = told.some(change.at, change.inserted);
        let mut came = came.iter().map(|row| row.key);
        came.any(|key| removed.contains(&key) && !change.removed.contains(&key))
    });
    if moved {
        let mut all = joined.into_iter();
        let Some(mut first) = all.next() else {
            return Vec::new();
        };
        all.for_each(|change| join(&mut first, change, told));
        return vec![first];
    }
    joined
}

/// Makes one change of two and of the rows between them.
fn join(first: &mut Change, second: Change, told: &Told) {
    let end = first.at + first.inserted;
    let between = second.at.saturating_sub(end);
    first
        .removed
        .extend(told.some(end, between).iter().map(|row| row.key));
    first.removed.extend(second.removed);
    first.inserted += between + second.inserted;
}
