//! The arithmetic of a virtual list: which rows are drawn, and where, so that what is on screen never moves by itself.
//!
//! A view feeds it what happens and draws the [`Frame`] it gets:
//!
//! ```
//! use engine::chat::api::{Anchor, RowKey};
//! use engine::chat::viewport::{Intent, Viewport};
//!
//! let mut list = Viewport::new();
//! list.resized(600.0);
//! list.reset((0..1000).map(|n| (RowKey(n), 48.0)), Anchor::Bottom);
//! let frame = list.frame();          // draw rows frame.first..frame.last below a gap of frame.before pixels
//! assert!(frame.last == 1000 && frame.last - frame.first < 60);
//! assert_eq!(frame.scroll_to, Some(48_000.0 - 600.0)); // set scrollTop, then say so:
//! list.scrolled(48_000.0 - 600.0);
//! list.measured(RowKey(999), 96.0);  // a ResizeObserver says what a drawn row really takes
//! list.intends(Intent::Up);          // wheel, touch or key: the person leaves the end
//! list.scrolled(40_000.0);           // the scroll event
//! ```
//!
//! Rows above what is on screen may come, go or turn out to be of another height: the first message on screen keeps its
//! place, and `scroll_to` says where the scroll bar has to be for that. Pixels are CSS pixels and may be fractions.
//! Browsers round `scrollTop` to device pixels, so a `scrolled` within one pixel of what was asked for is that, and
//! [`Frame::before`] makes up for the rest: set the gap from the frame that follows.

mod lines;

use self::lines::{Line, Lines};
use super::api::{Anchor, RowKey};

/// Rows this far above and below the screen are drawn too, as a part of its height.
const OVERSCAN: f64 = 0.75;
/// The same while the end is followed: nobody scrolls, and in a busy room every drawn row is made anew at every frame.
const OVERSCAN_AT_END: f64 = 0.2;
/// Never more rows than this are drawn.
const MOST_ROWS: usize = 120;
/// So many rows above those that go are asked whether they may hold.
const NEIGHBOURS: usize = 64;
/// Closer to the end than this is at the end.
const NEAR: f64 = 2.0;

/// What the person did with wheel, finger or keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intent {
    /// Towards older rows.
    Up,
    /// Towards newer rows.
    Down,
}

/// A row as the list takes it in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Size {
    /// Its name.
    pub key: RowKey,
    /// What it will probably take, in pixels.
    pub height: f64,
    /// It may hold the place of what is on screen. Rows at the edges of what is loaded (older ones, gaps, days) must
    /// not: what is fetched comes between them and the messages, which would be pushed away.
    pub holds: bool,
}

impl From<(RowKey, f64)> for Size {
    /// A message.
    fn from((key, height): (RowKey, f64)) -> Self {
        Self {
            key,
            height,
            holds: true,
        }
    }
}

/// What is to be drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frame {
    /// Index of the first row to draw.
    pub first: usize,
    /// Index after the last row to draw.
    pub last: usize,
    /// Height of the gap above it: of all rows before it, and less than a pixel to make up for a rounded `scrollTop`.
    pub before: f64,
    /// Height of all rows after the last drawn one.
    pub after: f64,
    /// Where the scroll bar has to be; `None`: where it is.
    pub scroll_to: Option<f64>,
    /// The list follows its end.
    pub at_end: bool,
    /// The person is within two screens of the first row: older rows are worth fetching.
    pub near_start: bool,
    /// The person is within two screens of the last row.
    pub near_end: bool,
}

/// What keeps its place.
///
/// ```text
///           reset or go(Bottom), or the person goes down and reaches the end
///   Row ───────────────────────────────────────────────────────────────────▶ End
///    ▲                        the person goes up                              │
///    └───────────────────────────────────────────────────────────────────────┘
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
enum Hold {
    /// The end of the list at the end of the screen.
    End,
    /// This row's top this far below the top of the screen (negative: it begins above).
    Row { key: RowKey, offset: f64 },
}

/// A virtual list.
#[derive(Debug, Clone)]
pub struct Viewport {
    lines: Lines,
    height: f64,
    /// Where the scroll bar is, as the browser said last.
    top: f64,
    hold: Hold,
    intent: Option<Intent>,
    /// It has gone to a row, and rows are still being measured for the first time.
    arriving: bool,
    /// Where the held row was, so that it is found without looking through everything.
    hint: usize,
}

impl Default for Viewport {
    fn default() -> Self {
        Self::new()
    }
}

impl Viewport {
    /// An empty list that follows its end.
    pub fn new() -> Self {
        Self {
            lines: Lines::default(),
            height: 0.0,
            top: 0.0,
            hold: Hold::End,
            intent: None,
            arriving: false,
            hint: 0,
        }
    }

    /// Another list: its rows with what they will probably take, and where to be.
    pub fn reset(&mut self, rows: impl IntoIterator<Item = impl Into<Size>>, anchor: Anchor) {
        self.lines = Lines::default();
        self.intent = None;
        self.hint = 0;
        self.splice(0, 0, rows);
        self.go(anchor);
    }

    /// `remove` rows at `at` give way to others. Indices beyond the end are taken as the end. A row that is among those
    /// that go and those that come is the same row: its measured height and what it holds stay.
    pub fn splice(&mut self, at: usize, remove: usize, insert: impl IntoIterator<Item = impl Into<Size>>) {
        let at = at.min(self.len());
        let remove = remove.min(self.len() - at);
        let mut lines: Vec<Line> = insert
            .into_iter()
            .map(|row| {
                let Size { key, height, holds } = row.into();
                Line {
                    key,
                    height: sane(height),
                    holds,
                    measured: false,
                }
            })
            .collect();
        self.keep_heights(at, remove, &mut lines);
        self.arriving = false;
        self.stay();
        let held = match self.hold {
            Hold::Row { key, .. } if remove > 0 => lines.iter().position(|line| line.key == key),
            Hold::Row { .. } | Hold::End => None,
        };
        if held.is_none() {
            self.let_go(at, remove);
        }
        let added = lines.len();
        self.lines.remove(at, remove);
        self.lines.insert(at, lines);
        self.hint = match held {
            Some(held) => at + held,
            None if self.hint >= at + remove => self.hint - remove + added,
            None => self.hint,
        };
    }

    /// The screen's height in pixels.
    pub fn resized(&mut self, height: f64) {
        self.stay();
        self.height = sane(height);
    }

    /// What a row really takes. Rows that are not in the list any more are passed over.
    pub fn measured(&mut self, key: RowKey, height: f64) {
        let Some(index) = self.index_of(key) else { return };
        if self.lines.get(index).is_some_and(|line| line.measured) {
            self.arriving = false;
        }
        self.stay();
        self.lines.measure(index, sane(height));
    }

    /// The person moved wheel, finger or keys.
    pub fn intends(&mut self, intent: Intent) {
        self.intent = Some(intent);
        match intent {
            // Nothing to scroll: the end stays the end.
            Intent::Up if self.hold == Hold::End && self.total() > self.height => {
                self.hold_top(self.wanted())
            }
            // At the end already, so no scrolling follows.
            Intent::Down if self.top >= self.end() - NEAR && !far(self.wanted(), self.top) => {
                self.hold = Hold::End;
            }
            Intent::Up | Intent::Down => {}
        }
    }

    /// The scroll bar is there now, by whomever.
    pub fn scrolled(&mut self, top: f64) {
        let top = if top.is_finite() { top } else { 0.0 };
        let wanted = self.wanted();
        let asked = self.ask(wanted).is_some();
        let way = top - self.top;
        let unmoved = way.abs() < f64::EPSILON;
        self.top = top;
        if unmoved || (asked && !far(wanted, top)) {
            return;
        }
        let end = self.end();
        // What was made up for before stays made up for.
        let now = if asked { top } else { wanted + way };
        match (self.hold, self.intent.take()) {
            // Not the person: rows changed their height and the browser clamped, or has not been told yet.
            (Hold::End, None) => {}
            // Only the person gets to the end: a list that became shorter is not followed for that.
            (_, Some(Intent::Down)) if top >= end - NEAR => self.hold = Hold::End,
            (Hold::End | Hold::Row { .. }, _) => self.hold_top(now.clamp(0.0, end.max(0.0))),
        }
    }

    /// Be there from now on.
    pub fn go(&mut self, anchor: Anchor) {
        self.intent = None;
        self.arriving = true;
        self.hold = match anchor {
            Anchor::Bottom => Hold::End,
            Anchor::Top(key) => self.hold_row(key, 0.0),
            Anchor::Highlight(key) => {
                let height = self
                    .index_of(key)
                    .and_then(|index| self.lines.get(index))
                    .map_or(0.0, |line| line.height);
                self.hold_row(key, ((self.height - height) / 2.0).max(0.0))
            }
        };
    }

    /// Where the person is: `None` at the end, else a row and how far below the top of the screen it begins.
    pub fn place_held(&self) -> Option<(RowKey, f64)> {
        match self.hold {
            Hold::End => None,
            Hold::Row { key, offset } => Some((key, offset)),
        }
    }

    /// Puts the person back to where [`place_held`](Self::place_held) said.
    pub fn return_to(&mut self, key: RowKey, offset: f64) {
        self.arriving = true;
        self.hold = self.hold_row(key, if offset.is_finite() { offset } else { 0.0 });
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The height of all rows.
    pub fn total(&self) -> f64 {
        self.lines.total()
    }

    /// Indices of the rows that are on screen, as far as they are drawn where they should be.
    pub fn visible(&self) -> std::ops::Range<usize> {
        let top = self.wanted();
        let first = self.lines.at(top).0;
        let last = self.lines.at(top + self.height - 0.5).0;
        first..(last + 1).min(self.len())
    }

    /// What is to be drawn now.
    pub fn frame(&self) -> Frame {
        let top = self.wanted();
        let margin = self.height
            * match self.hold {
                Hold::End => OVERSCAN_AT_END,
                Hold::Row { .. } => OVERSCAN,
            };
        let (first, before) = self.lines.at(top - margin);
        let mut last = (self.lines.at(top + self.height + margin).0 + 1).min(self.len());
        let mut first = first;
        let mut before = before;
        if last - first > MOST_ROWS {
            // What is on screen comes first: the end of it where the end is followed, else its beginning.
            if self.hold == Hold::End {
                first = last - MOST_ROWS;
            } else {
                first = self.visible().start.saturating_sub(MOST_ROWS / 4).max(first);
                last = last.min(first + MOST_ROWS);
            }
            before = self.lines.before(first);
        }
        let total = self.total();
        let drawn = self.lines.before(last) - before;
        let screens = self.height * 2.0;
        let scroll_to = self.ask(top);
        // At the end the browser says where that is; what it rounds there would only add up.
        let rounding = match (scroll_to, self.hold) {
            (None, Hold::Row { .. }) => self.top - top,
            (Some(_), _) | (None, Hold::End) => 0.0,
        };
        Frame {
            first,
            last,
            before: (before + rounding).max(0.0),
            after: (total - before - drawn - rounding).max(0.0),
            scroll_to,
            at_end: self.hold == Hold::End,
            near_start: top < screens,
            near_end: total - top - self.height < screens,
        }
    }

    // Where things are

    /// Where the scroll bar should be.
    fn wanted(&self) -> f64 {
        let end = self.end().max(0.0);
        match self.hold {
            Hold::End => end,
            Hold::Row { key, offset } => match self.index_of(key) {
                Some(index) => (self.lines.before(index) - offset).clamp(0.0, end),
                None => self.top.clamp(0.0, end),
            },
        }
    }

    /// Where the scroll bar has to be set, if it has to be.
    fn ask(&self, wanted: f64) -> Option<f64> {
        if far(wanted, self.top) {
            return Some(wanted);
        }
        // Above the first row of all there is no gap to be made smaller: rounded up, it is made larger.
        let up = wanted + 0.5;
        let rows_above = || self.lines.at(wanted - self.height * OVERSCAN).1;
        let must = self.hold != Hold::End && self.top < wanted && up < self.end();
        (must && rows_above() + self.top - wanted < 0.0).then_some(up)
    }

    fn end(&self) -> f64 {
        self.total() - self.height
    }

    /// A row that was to be further up than the list could be scrolled stays where it came to be: what follows must not
    /// pull it on. While rows are measured for the first time it may still get to where it was meant to be.
    fn stay(&mut self) {
        if !self.arriving
            && let Hold::Row { key, .. } = self.hold
            && let Some(index) = self.index_of(key)
        {
            let offset = self.lines.before(index) - self.wanted();
            self.hold = Hold::Row { key, offset };
        }
    }

    /// Holds the first row on screen that may hold, where the screen begins at `top`; else the row there.
    fn hold_top(&mut self, top: f64) {
        let (index, before) = self.lines.at(top);
        let (held, before) = self
            .next_to_hold(index, before, top + self.height)
            .unwrap_or((index, before));
        self.hold_at(held, before - top);
    }

    fn hold_at(&mut self, index: usize, offset: f64) {
        self.arriving = false;
        if let Some(line) = self.lines.get(index) {
            self.hold = Hold::Row {
                key: line.key,
                offset,
            };
            self.hint = index;
        }
    }

    fn hold_row(&mut self, key: RowKey, offset: f64) -> Hold {
        match self.lines.find(key) {
            Some(index) => {
                self.hint = index;
                Hold::Row { key, offset }
            }
            None => self.hold,
        }
    }

    /// Before rows go: if the held one is among them, another one near it holds instead, where it is on screen now.
    fn let_go(&mut self, at: usize, remove: usize) {
        let Hold::Row { key, .. } = self.hold else {
            return;
        };
        let Some(index) = self.index_of(key) else { return };
        if index < at || index >= at + remove {
            return;
        }
        let top = self.wanted();
        let behind = at + remove;
        let next = self
            .next_to_hold(behind, self.lines.before(behind), top + self.height)
            .or_else(|| {
                let above = at.checked_sub(1)?;
                let near = (0..at).rev().take(NEIGHBOURS);
                let holds = |index: &usize| self.lines.get(*index).is_some_and(|line| line.holds);
                let index = near.into_iter().find(holds).unwrap_or(above);
                Some((index, self.lines.before(index)))
            });
        match next {
            Some((index, before)) => self.hold_at(index, before - top),
            // Nothing that was on screen or above it is left.
            None if behind < self.len() => self.hold_at(behind, 0.0),
            None => self.hold = Hold::End,
        }
    }

    /// The first row from `index` on (`before`: the height of all rows above it) that may hold and begins before `end`;
    /// and the height of all rows above it.
    fn next_to_hold(&self, index: usize, before: f64, end: f64) -> Option<(usize, f64)> {
        let mut before = before;
        for (index, line) in (index..).zip(self.lines.from(index)) {
            if before >= end {
                return None;
            }
            if line.holds {
                return Some((index, before));
            }
            before += line.height;
        }
        None
    }

    /// Rows that go and come again take what they were measured to take.
    fn keep_heights(&self, at: usize, remove: usize, lines: &mut [Line]) {
        if lines.is_empty() || remove == 0 {
            return;
        }
        let known = self.lines.measured(at, remove);
        for line in lines {
            if let Some(height) = known.get(&line.key) {
                line.height = *height;
                line.measured = true;
            }
        }
    }

    fn index_of(&self, key: RowKey) -> Option<usize> {
        match self.hold {
            Hold::End => self.lines.find(key),
            Hold::Row { .. } => self.lines.find_near(key, self.hint),
        }
    }
}

/// Too far to be made up for by where rows are drawn: the scroll bar has to be set.
fn far(wanted: f64, top: f64) -> bool {
    (wanted - top).abs() > 1.01
}

/// Heights come from a browser; a nonsensical one must not poison every sum.
fn sane(height: f64) -> f64 {
    if height.is_finite() && height > 0.0 {
        height.min(1_000_000.0)
    } else {
        0.0
    }
}

#[cfg(test)]
mod steady;
#[cfg(test)]
mod tests;
