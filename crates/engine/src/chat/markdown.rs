//! The Markdown subset of messages, as a tree that a view draws node by node.

use std::rc::Rc;

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

/// The names that can be mentioned.
#[derive(Debug, Clone, Default)]
pub struct Names {}

impl Names {
    /// Of these people, and of the reader.
    pub fn new<'a>(_me: Option<&str>, _others: impl IntoIterator<Item = &'a Rc<str>>) -> Self {
        Self {}
    }
}

/// Reads a message.
pub fn parse(content: &str, _names: &Names) -> Vec<Block> {
    vec![Block::Paragraph(vec![Inline::Text(content.to_owned())])]
}

/// A message in one line of plain text, of at most `max` characters.
pub fn excerpt(content: &str, max: usize) -> String {
    content.chars().take(max).collect()
}

/// Whether a message mentions `name`.
pub fn mentions(_content: &str, _name: &str) -> bool {
    false
}

/// A name or other short label of somebody's choosing, fit to be shown amid other text: one line, without control
/// characters, and without those that turn the direction of what stands around it. May be empty.
pub fn neutral(name: &str) -> String {
    name.to_owned()
}
