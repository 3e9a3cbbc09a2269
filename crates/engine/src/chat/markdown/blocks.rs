//! Paragraphs, code, quotes and lists.

use super::{Block, Inline, Reader};

/// Quotes and lists within each other.
const DEPTH_MAX: usize = 4;
/// Digits of a list's number: a year at the start of a line begins no list.
const DIGITS_MAX: usize = 3;

/// How a line of a list begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Marker {
    /// The sign: `-`, `*`, `+`, `.` or `)`.
    sign: u8,
    number: Option<u32>,
    /// Blanks before it.
    indent: usize,
    /// Bytes up to its text.
    width: usize,
}

impl Reader<'_> {
    pub(super) fn blocks(&mut self, lines: &[&str], depth: usize) -> Vec<Block> {
        let mut out = Vec::new();
        let mut at = 0;
        while let Some(line) = lines.get(at) {
            self.step(line.len() + 1);
            if line.trim().is_empty() {
                at += 1;
                continue;
            }
            let rest = lines.get(at..).unwrap_or_default();
            if !self.node() {
                out.push(Block::Paragraph(vec![Inline::Text(rest.join("\n"))]));
                break;
            }
            let (block, used) = if let Some(fence) = fence(line) {
                self.code(rest, fence)
            } else if depth < DEPTH_MAX && quoted(line).is_some() {
                self.quote(rest, depth)
            } else if depth < DEPTH_MAX
                && let Some(first) = marker(line)
            {
                self.list(rest, first, depth)
            } else {
                self.paragraph(rest, depth)
            };
            out.push(block);
            at += used.max(1);
        }
        out
    }

    fn code(&mut self, lines: &[&str], (ticks, info): (usize, &str)) -> (Block, usize) {
        let body = lines.get(1..).unwrap_or_default();
        let end = body.iter().position(|line| {
            let line = line.trim();
            line.len() >= ticks && line.bytes().all(|b| b == b'`')
        });
        let text = body.get(..end.unwrap_or(body.len())).unwrap_or_default();
        let block = Block::Code {
            language: info.chars().take(40).collect(),
            text: text.join("\n"),
        };
        (block, text.len() + 1 + usize::from(end.is_some()))
    }

    fn quote(&mut self, lines: &[&str], depth: usize) -> (Block, usize) {
        let inside: Vec<&str> = lines.iter().map_while(|line| quoted(line)).collect();
        let used = inside.len();
        (Block::Quote(self.blocks(&inside, depth + 1)), used)
    }

    fn list(&mut self, lines: &[&str], first: Marker, depth: usize) -> (Block, usize) {
        let mut items: Vec<Vec<&str>> = Vec::new();
        let mut used = 0;
        let mut blanks = 0;
        for line in lines {
            if line.trim().is_empty() {
                blanks += 1;
                continue;
            }
            let indent = indent(line);
            let next = marker(line).filter(|next| next.sign == first.sign && next.indent < first.indent + 2);
            if let Some(next) = next {
                items.push(vec![line.get(next.width..).unwrap_or_default()]);
            } else if indent >= first.indent + 2
                && let Some(item) = items.last_mut()
            {
                item.extend(std::iter::repeat_n("", blanks));
                let blank = line.len() - line.trim_start_matches([' ', '\t']).len();
                item.push(line.get(blank.min(first.width)..).unwrap_or_default());
            } else {
                break;
            }
            used += blanks + 1;
            blanks = 0;
        }
        let mut read = Vec::new();
        for (at, item) in items.iter().enumerate() {
            if !self.node() {
                let rest = items.get(at..).unwrap_or_default().concat().join("\n");
                read.push(vec![Block::Paragraph(vec![Inline::Text(rest)])]);
                break;
            }
            read.push(self.blocks(item, depth + 1));
        }
        let block = Block::List {
            start: first.number,
            items: read,
        };
        (block, used)
    }

    fn paragraph(&mut self, lines: &[&str], depth: usize) -> (Block, usize) {
        let begins = |line: &str| {
            line.trim().is_empty()
                || fence(line).is_some()
                || (depth < DEPTH_MAX
                    && (quoted(line).is_some()
                        || marker(line).is_some_and(|marker| marker.number.is_none_or(|number| number == 1))))
        };
        let used = lines
            .iter()
            .skip(1)
            .position(|line| begins(line))
            .map_or(lines.len(), |more| more + 1);
        let text = lines.get(..used).unwrap_or_default().join("\n");
        (Block::Paragraph(self.inlines(text.trim_end())), used)
    }
}

/// The length of an opening fence, and what is written behind it.
fn fence(line: &str) -> Option<(usize, &str)> {
    let line = line.trim();
    let ticks = line.bytes().take_while(|b| *b == b'`').count();
    let info = line.get(ticks..)?.trim();
    (ticks >= 3 && !info.contains('`')).then_some((ticks, info))
}

/// The rest of a quoted line.
fn quoted(line: &str) -> Option<&str> {
    let rest = line.trim_start_matches(' ').strip_prefix('>')?;
    Some(rest.strip_prefix(' ').unwrap_or(rest))
}

/// Blanks at the beginning; a tab counts as one, which is enough to belong to an item together with another.
fn indent(line: &str) -> usize {
    line.bytes().take_while(|b| matches!(b, b' ' | b'\t')).count() + usize::from(line.starts_with('\t'))
}

fn marker(line: &str) -> Option<Marker> {
    let indent = line.bytes().take_while(|b| *b == b' ').count();
    let rest = line.get(indent..)?;
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let sign = *rest.as_bytes().get(digits)?;
    let number = match (digits, sign) {
        (0, b'-' | b'*' | b'+') => None,
        (1..=DIGITS_MAX, b'.' | b')') => Some(rest.get(..digits)?.parse().ok()?),
        _ => return None,
    };
    let text = rest.get(digits + 1..)?;
    let blank = text.starts_with([' ', '\t']) && !text.trim().is_empty();
    blank.then_some(Marker {
        sign,
        number,
        indent,
        width: indent + digits + 2,
    })
}
