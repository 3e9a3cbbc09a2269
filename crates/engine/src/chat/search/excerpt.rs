//! The part of a message that shows why it was found.

use super::words::{self, Wanted};
use crate::chat::markdown;

/// Characters of an excerpt.
const LENGTH: usize = 160;
/// Characters before the first match.
const LEAD: usize = 40;
/// Bytes around the first match that are read as Markdown: all of a usual message, and not all of a giant one.
const AROUND: usize = 1_500;

/// The excerpt, plain text in one line, and the byte ranges that match in it.
pub(super) fn of(content: &str, wanted: &Wanted) -> (String, Vec<(u32, u32)>) {
    let first = ranges(content, wanted, 1).first().map_or(0, |range| range.0);
    let from = boundary(content, first.saturating_sub(AROUND / 3));
    let to = boundary(content, first.saturating_add(AROUND));
    let line = markdown::one_line(content.get(from..to).unwrap_or_default());
    let first = ranges(&line, wanted, 1).first().map_or(0, |range| range.0);
    let start = lead(&line, first);
    let mut excerpt = String::new();
    if start > 0 || from > 0 {
        excerpt.push('…');
    }
    let rest = line.get(start..).unwrap_or_default();
    match rest.char_indices().nth(LENGTH) {
        Some((end, _)) => {
            excerpt.push_str(rest.get(..end).unwrap_or_default().trim_end());
            excerpt.push('…');
        }
        None => {
            excerpt.push_str(rest);
            if to < content.len() {
                excerpt.push('…');
            }
        }
    }
    let matches = ranges(&excerpt, wanted, usize::MAX)
        .into_iter()
        .filter_map(|(from, to)| Some((u32::try_from(from).ok()?, u32::try_from(to).ok()?)))
        .collect();
    (excerpt, matches)
}

/// The byte ranges of `text` that match, in order, joined where they touch; `many` at most before joining.
fn ranges(text: &str, wanted: &Wanted, many: usize) -> Vec<(usize, usize)> {
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    words::each(text, |word, from, to| {
        if ranges.len() >= many {
            return;
        }
        let written = text.get(from..to).unwrap_or_default();
        let Some(length) = wanted.matches(word, written) else {
            return;
        };
        match ranges.last_mut() {
            Some(last) if last.1 >= from => last.1 = last.1.max(from + length),
            _ => ranges.push((from, from + length)),
        }
    });
    ranges
}

/// Where an excerpt begins whose first match is at `first`: at a word, some characters before.
fn lead(line: &str, first: usize) -> usize {
    let before = line.get(..first).unwrap_or_default();
    let Some((start, _)) = before.char_indices().rev().nth(LEAD) else {
        return 0;
    };
    match before.get(start..).and_then(|lead| lead.find(' ')) {
        Some(blank) => start + blank + 1,
        None => start,
    }
}

fn boundary(text: &str, at: usize) -> usize {
    markdown::head(text, at).len()
}
