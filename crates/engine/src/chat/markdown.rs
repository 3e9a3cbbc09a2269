//! The Markdown subset of messages, as a tree that a view draws node by node.
//!
//! Emphasis (`*`, `_`, `**`, `__`, `~~`), code in a line and fenced, quotes, lists, links, bare `http(s)` addresses,
//! mentions, and a backslash before a sign that shall stay one. Reading takes time in proportion to the length, nests to
//! a bounded depth, and makes a bounded number of nodes: what is beyond them is one text.

mod blocks;
mod inline;
mod names;
mod text;

use std::rc::Rc;

pub use self::names::Names;
pub(super) use self::text::head;
pub use self::text::neutral;
pub use super::links::{LinkTarget, Suspicion};

/// A part of a message that stands for itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A paragraph.
    Paragraph(Vec<Inline>),
    /// Fenced code.
    Code {
        /// What was written behind the fence, maybe empty.
        language: String,
        /// The code, without a line break at its end.
        text: String,
    },
    /// A quote.
    Quote(Vec<Block>),
    /// A list.
    List {
        /// The first number of an ordered list.
        start: Option<u32>,
        /// Its items.
        items: Vec<Vec<Block>>,
    },
}

/// A part of a paragraph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inline {
    /// Text; it may hold line breaks where the message has more nodes than are drawn (`white-space: pre-wrap`).
    Text(String),
    /// A line break.
    Break,
    /// Emphasis.
    Emphasis(Vec<Inline>),
    /// Strong emphasis.
    Strong(Vec<Inline>),
    /// Struck out.
    Strike(Vec<Inline>),
    /// Code.
    Code(String),
    /// A link; its content holds no further link.
    Link {
        /// Where it leads.
        target: LinkTarget,
        /// What is shown.
        content: Vec<Inline>,
    },
    /// Somebody is mentioned.
    Mention {
        /// Their name as known, without the `@`.
        name: Rc<str>,
        /// It is the reader.
        me: bool,
    },
}

/// Reads a message.
pub fn parse(content: &str, names: &Names) -> Vec<Block> {
    let content = text::clean(content);
    let lines: Vec<&str> = content.split('\n').collect();
    Reader::new(names).blocks(&lines, 0)
}

/// A message in one line of plain text, of at most `max` characters; what was cut off is an ellipsis.
pub fn excerpt(content: &str, max: usize) -> String {
    // Signs are fewer than text, so a few times the length is enough to be read.
    let head = text::head(content, max.saturating_mul(8).saturating_add(2_048));
    let mut line = one_line(head);
    if head.len() < content.len() || line.chars().nth(max).is_some() {
        line = line.chars().take(max.saturating_sub(1)).collect();
        line.truncate(line.trim_end().len());
        if max > 0 {
            line.push('…');
        }
    }
    line
}

/// A message in one line of plain text.
pub fn one_line(content: &str) -> String {
    let mut line = String::with_capacity(content.len());
    for block in parse(content, &Names::default()) {
        block_text(&block, &mut line);
    }
    let mut words = String::with_capacity(line.len());
    for word in line.split_whitespace() {
        if !words.is_empty() {
            words.push(' ');
        }
        words.push_str(word);
    }
    words
}

/// Whether a message mentions the reader of `names`, outside of code.
pub fn mentions_me(content: &str, names: &Names) -> bool {
    fn within(blocks: &[Block]) -> bool {
        blocks.iter().any(|block| match block {
            Block::Paragraph(inlines) => among(inlines),
            Block::Code { .. } => false,
            Block::Quote(blocks) => within(blocks),
            Block::List { items, .. } => items.iter().any(|item| within(item)),
        })
    }
    fn among(inlines: &[Inline]) -> bool {
        inlines.iter().any(|inline| match inline {
            Inline::Text(_) | Inline::Break | Inline::Code(_) => false,
            Inline::Emphasis(inlines) | Inline::Strong(inlines) | Inline::Strike(inlines) => among(inlines),
            Inline::Link { content, .. } => among(content),
            Inline::Mention { me, .. } => *me,
        })
    }
    content.contains('@') && within(&parse(content, names))
}

/// Whether a message mentions `name`, outside of code.
pub fn mentions(content: &str, name: &str) -> bool {
    content.contains('@') && mentions_me(content, &Names::new(Some(name), []))
}

fn block_text(block: &Block, line: &mut String) {
    match block {
        Block::Paragraph(inlines) => inlines_text(inlines, line),
        Block::Code { text, .. } => line.push_str(text),
        Block::Quote(blocks) => blocks.iter().for_each(|block| block_text(block, line)),
        Block::List { items, .. } => items.iter().flatten().for_each(|block| block_text(block, line)),
    }
    line.push(' ');
}

fn inlines_text(inlines: &[Inline], line: &mut String) {
    for inline in inlines {
        match inline {
            Inline::Text(text) | Inline::Code(text) => line.push_str(text),
            Inline::Break => line.push(' '),
            Inline::Emphasis(inlines) | Inline::Strong(inlines) | Inline::Strike(inlines) => {
                inlines_text(inlines, line);
            }
            Inline::Link { content, .. } => inlines_text(content, line),
            Inline::Mention { name, .. } => {
                line.push('@');
                line.push_str(name);
            }
        }
    }
}

/// What is shared while one message is read.
struct Reader<'n> {
    names: &'n Names,
    /// Nodes that may still be made.
    nodes: usize,
    /// `@` signs that may still be looked up.
    lookups: usize,
    /// Bytes looked at, some more than once: what the tests of the reading time measure.
    #[cfg(test)]
    steps: usize,
}

impl<'n> Reader<'n> {
    fn new(names: &'n Names) -> Self {
        Self {
            names,
            nodes: 4_000,
            lookups: 1_000,
            #[cfg(test)]
            steps: 0,
        }
    }

    /// Takes one node out of the budget; false when it is spent.
    fn node(&mut self) -> bool {
        let some = self.nodes > 0;
        self.nodes = self.nodes.saturating_sub(1);
        some
    }

    #[cfg(test)]
    fn step(&mut self, bytes: usize) {
        self.steps += bytes;
    }

    #[cfg(not(test))]
    fn step(&mut self, _bytes: usize) {}
}

#[cfg(test)]
mod tests;
