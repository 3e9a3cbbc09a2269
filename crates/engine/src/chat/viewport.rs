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
//! Rows above what is on screen may come, go or turn out to be of another height: the row at the top of the screen keeps
//! its place, and `scroll_to` says where the scroll bar has to be for that. Pixels are CSS pixels and may be fractions;
//! browsers round `scrollTop` to device pixels, so a `scrolled` within one pixel of what was asked for is that.

use super::api::{Anchor, RowKey};

/// Rows are kept in groups with the sum of their heights: a change costs one group, not the list.
const GROUP: usize = 128;
/// Rows this far above and below the screen are drawn too, as a part of its height.
const OVERSCAN: f64 = 0.75;
/// Never more rows than this are drawn.
const MOST_ROWS: usize = 120;
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

/// What is to be drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frame {
    /// Index of the first row to draw.
    pub first: usize,
    /// Index after the last row to draw.
    pub last: usize,
    /// Height of all rows before it.
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
///           reset or go(Bottom), or the person reaches the end on the way down
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

#[derive(Debug, Clone, Copy)]
struct Line {
    key: RowKey,
    height: f64,
}

#[derive(Debug, Clone, Default)]
struct Group {
    lines: Vec<Line>,
    sum: f64,
}

impl Group {
    fn of(lines: Vec<Line>) -> Self {
        let sum = lines.iter().map(|line| line.height).sum();
        Self { lines, sum }
    }
}

/// A virtual list.
#[derive(Debug, Clone)]
pub struct Viewport {
    groups: Vec<Group>,
    count: usize,
    height: f64,
    /// Where the scroll bar is, as the browser said last.
    top: f64,
    hold: Hold,
    intent: Option<Intent>,
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
            groups: Vec::new(),
            count: 0,
            height: 0.0,
            top: 0.0,
            hold: Hold::End,
            intent: None,
            hint: 0,
        }
    }

    /// Another list: its rows with what they will probably take, and where to be.
    pub fn reset(&mut self, rows: impl IntoIterator<Item = (RowKey, f64)>, anchor: Anchor) {
        self.groups.clear();
        self.count = 0;
        self.intent = None;
        self.hint = 0;
        self.splice(0, 0, rows);
        self.go(anchor);
    }

    /// `remove` rows at `at` give way to others. Indices beyond the end are taken as the end.
    pub fn splice(&mut self, at: usize, remove: usize, insert: impl IntoIterator<Item = (RowKey, f64)>) {
        let at = at.min(self.count);
        let remove = remove.min(self.count - at);
        self.let_go(at, remove);
        let lines: Vec<Line> = insert
            .into_iter()
            .map(|(key, height)| Line {
                key,
                height: sane(height),
            })
            .collect();
        if remove > 0 {
            self.remove(at, remove);
        }
        self.insert(at, lines);
    }

    /// The screen's height in pixels.
    pub fn resized(&mut self, height: f64) {
        self.height = sane(height);
    }

    /// What a row really takes. Rows that are not in the list any more are passed over.
    pub fn measured(&mut self, key: RowKey, height: f64) {
        let Some(index) = self.index_of(key) else { return };
        let (group, inner) = self.place(index);
        if let Some(group) = self.groups.get_mut(group)
            && let Some(line) = group.lines.get_mut(inner)
        {
            let height = sane(height);
            group.sum += height - line.height;
            line.height = height;
        }
    }

    /// The person moved wheel, finger or keys.
    pub fn intends(&mut self, intent: Intent) {
        self.intent = Some(intent);
        // Nothing to scroll: the end stays the end.
        if intent == Intent::Up && self.hold == Hold::End && self.total() > self.height {
            self.hold_top(self.wanted());
        }
    }

    /// The scroll bar is there now, by whomever.
    pub fn scrolled(&mut self, top: f64) {
        self.top = if top.is_finite() { top } else { 0.0 };
        if (self.top - self.wanted()).abs() <= 1.0 {
            return;
        }
        let end = self.end();
        match self.hold {
            // Not the person: rows changed their height and the browser clamped, or has not been told yet.
            Hold::End if self.intent.is_none() => {}
            Hold::End | Hold::Row { .. } => {
                if self.intent != Some(Intent::Up) && self.top >= end - NEAR {
                    self.hold = Hold::End;
                } else {
                    self.hold_top(self.top.clamp(0.0, end.max(0.0)));
                }
            }
        }
    }

    /// Be there from now on.
    pub fn go(&mut self, anchor: Anchor) {
        self.intent = None;
        self.hold = match anchor {
            Anchor::Bottom => Hold::End,
            Anchor::Top(key) => self.hold_row(key, 0.0),
            Anchor::Highlight(key) => {
                let height = self.index_of(key).map_or(0.0, |index| self.line_height(index));
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
        self.hold = self.hold_row(key, if offset.is_finite() { offset } else { 0.0 });
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The height of all rows.
    pub fn total(&self) -> f64 {
        self.groups.iter().map(|group| group.sum).sum()
    }

    /// Indices of the rows that are on screen, as far as they are drawn where they should be.
    pub fn visible(&self) -> std::ops::Range<usize> {
        let top = self.wanted();
        let first = self.at(top).0;
        let last = self.at(top + self.height - 0.5).0;
        first..(last + 1).min(self.count)
    }

    /// What is to be drawn now.
    pub fn frame(&self) -> Frame {
        let top = self.wanted();
        let margin = self.height * OVERSCAN;
        let (first, before) = self.at(top - margin);
        let mut last = (self.at(top + self.height + margin).0 + 1).min(self.count);
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
            before = self.sum_before(first);
        }
        let total = self.total();
        let drawn = self.sum_before(last) - before;
        let screens = self.height * 2.0;
        Frame {
            first,
            last,
            before,
            after: (total - before - drawn).max(0.0),
            scroll_to: ((top - self.top).abs() > 1.0).then_some(top),
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
                Some(index) => (self.sum_before(index) - offset).clamp(0.0, end),
                None => self.top.clamp(0.0, end),
            },
        }
    }

    fn end(&self) -> f64 {
        self.total() - self.height
    }

    /// Holds the row that is at `top`, with the part of it that is above.
    fn hold_top(&mut self, top: f64) {
        let (index, before) = self.at(top);
        if let Some(line) = self.line(index) {
            self.hold = Hold::Row {
                key: line.key,
                offset: before - top,
            };
            self.hint = index;
        }
    }

    fn hold_row(&mut self, key: RowKey, offset: f64) -> Hold {
        match self.find(key) {
            Some(index) => {
                self.hint = index;
                Hold::Row { key, offset }
            }
            None => self.hold,
        }
    }

    /// Before rows go: if the held one is among them, another one near it holds instead, where it is on screen now.
    fn let_go(&mut self, at: usize, remove: usize) {
        let Hold::Row { key, offset } = self.hold else {
            return;
        };
        let Some(index) = self.index_of(key) else { return };
        if index < at {
            return;
        }
        if index >= at + remove {
            return;
        }
        let next = match at + remove < self.count {
            true => Some(at + remove),
            false => at.checked_sub(1),
        };
        let top = self.sum_before(index) - offset;
        match next.and_then(|next| Some((next, self.line(next)?.key))) {
            Some((next, key)) => {
                let offset = match next > index {
                    // What takes the place of the removed rows begins where they began, or above.
                    true => (self.sum_before(at) - top).max(0.0).min(self.height),
                    false => self.sum_before(next) - top,
                };
                self.hold = Hold::Row { key, offset };
                self.hint = next;
            }
            None => self.hold = Hold::End,
        }
    }

    // Groups

    /// The row that covers `offset`, and the height of all rows before it; the last row beyond the end.
    fn at(&self, offset: f64) -> (usize, f64) {
        let (mut index, mut before) = (0, 0.0);
        for group in &self.groups {
            if before + group.sum <= offset && index + group.lines.len() < self.count {
                before += group.sum;
                index += group.lines.len();
                continue;
            }
            for line in &group.lines {
                if before + line.height > offset || index + 1 == self.count {
                    return (index, before);
                }
                before += line.height;
                index += 1;
            }
        }
        (index, before)
    }

    fn sum_before(&self, index: usize) -> f64 {
        let (mut seen, mut sum) = (0, 0.0);
        for group in &self.groups {
            if seen + group.lines.len() <= index {
                seen += group.lines.len();
                sum += group.sum;
                continue;
            }
            return sum
                + group
                    .lines
                    .iter()
                    .take(index - seen)
                    .map(|line| line.height)
                    .sum::<f64>();
        }
        sum
    }

    fn line(&self, index: usize) -> Option<Line> {
        let (group, inner) = self.place(index);
        self.groups.get(group)?.lines.get(inner).copied()
    }

    fn line_height(&self, index: usize) -> f64 {
        self.line(index).map_or(0.0, |line| line.height)
    }

    /// Group and index in it; beyond the end, a place that does not exist.
    fn place(&self, index: usize) -> (usize, usize) {
        let mut left = index;
        for (number, group) in self.groups.iter().enumerate() {
            if left < group.lines.len() {
                return (number, left);
            }
            left -= group.lines.len();
        }
        (self.groups.len(), left)
    }

    /// Looks near where the row is likely to be first: rows that are asked for are on screen.
    fn index_of(&self, key: RowKey) -> Option<usize> {
        let near = self.hint.saturating_sub(GROUP);
        let (group, _) = self.place(near);
        let mut index: usize = self
            .groups
            .iter()
            .take(group)
            .map(|group| group.lines.len())
            .sum();
        for group in self.groups.iter().skip(group).take(4) {
            for line in &group.lines {
                if line.key == key {
                    return Some(index);
                }
                index += 1;
            }
        }
        self.find(key)
    }

    fn find(&self, key: RowKey) -> Option<usize> {
        let lines = self
            .groups
            .iter()
            .rev()
            .flat_map(|group| group.lines.iter().rev());
        let from_end = lines.enumerate().find(|(_, line)| line.key == key)?.0;
        Some(self.count - 1 - from_end)
    }

    fn remove(&mut self, at: usize, remove: usize) {
        if self.hint >= at + remove {
            self.hint -= remove;
        }
        let (mut group, inner) = self.place(at);
        let (mut inner, mut left) = (inner, remove);
        while left > 0 {
            let Some(of) = self.groups.get_mut(group) else {
                break;
            };
            let end = (inner + left).min(of.lines.len());
            left -= end - inner;
            of.lines.drain(inner..end);
            *of = Group::of(std::mem::take(&mut of.lines));
            inner = 0;
            group += 1;
        }
        self.groups.retain(|group| !group.lines.is_empty());
        self.count -= remove;
    }

    fn insert(&mut self, at: usize, lines: Vec<Line>) {
        if lines.is_empty() {
            return;
        }
        if self.hint >= at {
            self.hint += lines.len();
        }
        let added = lines.len();
        // At the end of the list, rows join the last group as long as there is room.
        let (group, inner) = match (at == self.count, self.groups.len().checked_sub(1)) {
            (true, Some(last)) => (last, self.groups.get(last).map_or(0, |group| group.lines.len())),
            (true, None) | (false, _) => self.place(at),
        };
        match self.groups.get_mut(group) {
            Some(of) if of.lines.len() + added <= GROUP => {
                of.sum += lines.iter().map(|line| line.height).sum::<f64>();
                of.lines.splice(inner..inner, lines);
            }
            Some(of) => {
                let mut all = std::mem::take(&mut of.lines);
                all.splice(inner..inner, lines);
                let pieces: Vec<Group> = all.chunks(GROUP).map(|piece| Group::of(piece.to_vec())).collect();
                self.groups.splice(group..=group, pieces);
            }
            None => {
                let pieces: Vec<Group> = lines
                    .chunks(GROUP)
                    .map(|piece| Group::of(piece.to_vec()))
                    .collect();
                self.groups.extend(pieces);
            }
        }
        self.count += added;
    }
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
mod tests;
