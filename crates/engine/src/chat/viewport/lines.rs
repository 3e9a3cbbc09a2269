//! Rows and their heights, in groups with the sum of each: a change costs one group, and not the list.

use std::collections::BTreeMap;

use super::super::api::RowKey;

/// Rows in a group at most.
const GROUP: usize = 128;

/// A row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    pub(super) key: RowKey,
    pub(super) height: f64,
    pub(super) holds: bool,
    pub(super) measured: bool,
}

#[derive(Debug, Clone, Default)]
struct Group {
    lines: Vec<Line>,
    sum: f64,
}

impl Group {
    fn of(lines: Vec<Line>) -> Self {
        let mut group = Self { lines, sum: 0.0 };
        group.add_up();
        group
    }

    /// Summed up anew at every change, so that no error of rounding ever adds up.
    fn add_up(&mut self) {
        self.sum = self.lines.iter().map(|line| line.height).sum();
    }
}

/// All rows of a list.
#[derive(Debug, Clone, Default)]
pub(super) struct Lines {
    groups: Vec<Group>,
    count: usize,
}

impl Lines {
    pub(super) fn len(&self) -> usize {
        self.count
    }

    /// The height of all.
    pub(super) fn total(&self) -> f64 {
        self.groups.iter().map(|group| group.sum).sum()
    }

    pub(super) fn get(&self, index: usize) -> Option<Line> {
        let (group, inner) = self.place(index);
        self.groups.get(group)?.lines.get(inner).copied()
    }

    /// The rows from this one on.
    pub(super) fn from(&self, index: usize) -> impl Iterator<Item = &Line> {
        let (group, inner) = self.place(index);
        self.groups
            .iter()
            .skip(group)
            .flat_map(|group| &group.lines)
            .skip(inner)
    }

    /// The row that covers `offset`, and the height of all rows before it; the last row beyond the end.
    pub(super) fn at(&self, offset: f64) -> (usize, f64) {
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

    /// The height of all rows before this one.
    pub(super) fn before(&self, index: usize) -> f64 {
        let (mut seen, mut sum) = (0, 0.0);
        for group in &self.groups {
            if seen + group.lines.len() > index {
                let inner = group.lines.iter().take(index - seen);
                return sum + inner.map(|line| line.height).sum::<f64>();
            }
            seen += group.lines.len();
            sum += group.sum;
        }
        sum
    }

    /// The index of a row, looked for around where it was last: rows that are asked for are on screen.
    pub(super) fn find_near(&self, key: RowKey, hint: usize) -> Option<usize> {
        let from = hint.saturating_sub(GROUP);
        let near = (from..).zip(self.from(from)).take(4 * GROUP);
        near.into_iter()
            .find(|(_, line)| line.key == key)
            .map(|(index, _)| index)
            .or_else(|| self.find(key))
    }

    /// The index of a row.
    pub(super) fn find(&self, key: RowKey) -> Option<usize> {
        let lines = self
            .groups
            .iter()
            .rev()
            .flat_map(|group| group.lines.iter().rev());
        let from_end = lines.enumerate().find(|(_, line)| line.key == key)?.0;
        Some(self.count - 1 - from_end)
    }

    /// What these rows were measured to take.
    pub(super) fn measured(&self, at: usize, count: usize) -> BTreeMap<RowKey, f64> {
        let rows = self.from(at).take(count).filter(|line| line.measured);
        rows.map(|line| (line.key, line.height)).collect()
    }

    pub(super) fn measure(&mut self, index: usize, height: f64) {
        let (group, inner) = self.place(index);
        let Some(group) = self.groups.get_mut(group) else {
            return;
        };
        if let Some(line) = group.lines.get_mut(inner) {
            line.measured = true;
            if line.height.to_bits() != height.to_bits() {
                line.height = height;
                group.add_up();
            }
        }
    }

    pub(super) fn remove(&mut self, at: usize, remove: usize) {
        if remove == 0 {
            return;
        }
        let (mut group, mut inner) = self.place(at);
        let mut left = remove;
        while left > 0 {
            let Some(of) = self.groups.get_mut(group) else {
                break;
            };
            let end = (inner + left).min(of.lines.len());
            left -= end - inner;
            self.count -= end - inner;
            of.lines.drain(inner..end);
            of.add_up();
            inner = 0;
            group += 1;
        }
        self.groups.retain(|group| !group.lines.is_empty());
    }

    pub(super) fn insert(&mut self, at: usize, lines: Vec<Line>) {
        if lines.is_empty() {
            return;
        }
        self.count += lines.len();
        // At the end of the list, rows join the last group as long as there is room.
        let (group, inner) = match self.groups.last() {
            Some(last) if at + lines.len() >= self.count => (self.groups.len() - 1, last.lines.len()),
            Some(_) | None => self.place(at),
        };
        let Some(of) = self.groups.get_mut(group) else {
            return self.groups.extend(pieces(&lines));
        };
        let mut all = std::mem::take(&mut of.lines);
        all.splice(inner..inner, lines);
        if all.len() <= GROUP {
            *of = Group::of(all);
        } else {
            self.groups.splice(group..=group, pieces(&all));
        }
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
}

fn pieces(lines: &[Line]) -> Vec<Group> {
    lines
        .chunks(GROUP)
        .map(|piece| Group::of(piece.to_vec()))
        .collect()
}
