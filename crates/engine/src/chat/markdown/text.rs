//! Characters that do not belong on a screen.

use std::borrow::Cow;

/// Longest name that is shown, in characters.
const NAME_MAX: usize = 100;
/// Combining marks on one letter: beyond that a name reaches into its neighbours' lines.
const MARKS_MAX: usize = 4;

/// A name or other short label of somebody's choosing, fit to be shown amid other text: one line, without control
/// characters, and without those that turn the direction of what stands around it. May be empty.
pub fn neutral(name: &str) -> String {
    let mut out = String::new();
    let mut marks = 0;
    for c in head(name, NAME_MAX * 16).chars() {
        marks = if combining(c) { marks + 1 } else { 0 };
        if c.is_whitespace() {
            if !out.is_empty() && !out.ends_with(' ') {
                out.push(' ');
            }
        } else if !(c.is_control() || turning(c) || mark(c) || unseen(c) || marks > MARKS_MAX) {
            out.push(c);
        }
    }
    if let Some((end, _)) = out.char_indices().nth(NAME_MAX) {
        out.truncate(end);
    }
    // Joiners alone draw nothing.
    if out.chars().all(|c| matches!(c, '\u{200c}' | '\u{200d}' | ' ')) {
        out.clear();
    }
    out.truncate(out.trim_end().len());
    out
}

/// A message's text without control characters, and without those that turn the direction of the text beyond one
/// letter: a view isolates each message, but a link or a name within it could still be made to read backwards. Single
/// marks (LRM, RLM, ALM) stay: people who write from right to left need them. All line breaks become `\n`.
pub(super) fn clean(content: &str) -> Cow<'_, str> {
    let bad = |c: char| (c.is_control() && c != '\n' && c != '\t') || turning(c) || breaking(c);
    if !content.contains(bad) {
        return Cow::Borrowed(content);
    }
    let mut out = String::with_capacity(content.len());
    let mut letters = content.chars().peekable();
    while let Some(c) = letters.next() {
        if c == '\r' {
            if letters.peek() != Some(&'\n') {
                out.push('\n');
            }
        } else if breaking(c) {
            out.push('\n');
        } else if !bad(c) {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// The first `bytes` bytes at most, up to a whole character.
pub(in crate::chat) fn head(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

/// Embeddings, overrides and isolates.
fn turning(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{206a}'..='\u{206f}')
}

/// Marks of direction for a single place.
fn mark(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{61c}')
}

fn breaking(c: char) -> bool {
    matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Characters that draw nothing and join nothing, with which two names can look the same.
fn unseen(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}' | '\u{2060}'..='\u{2064}' | '\u{3164}'
        | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffc}' | '\u{e000}'..='\u{f8ff}')
}

fn combining(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}
