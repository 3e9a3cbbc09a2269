//! The names that can be mentioned.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::text::neutral;

/// How far behind an `@` a name is looked for, in characters.
const FAR: usize = 64;

/// The names that can be mentioned.
#[derive(Debug, Clone, Default)]
pub struct Names {
    known: BTreeMap<String, (Rc<str>, bool)>,
}

impl Names {
    /// Of these people, and of the reader.
    pub fn new<'a>(me: Option<&str>, others: impl IntoIterator<Item = &'a Rc<str>>) -> Self {
        let mut names = Self::default();
        for name in others {
            names.add(name, false);
        }
        if let Some(me) = me {
            names.add(me, true);
        }
        names
    }

    fn add(&mut self, name: &str, me: bool) {
        let name = neutral(name);
        if name.chars().next().is_some_and(char::is_alphanumeric) {
            self.known.insert(name.to_lowercase(), (Rc::from(name), me));
        }
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// The longest name that `text` begins with, whether it is the reader's, and its length in bytes.
    pub(super) fn find(&self, text: &str) -> Option<(Rc<str>, bool, usize)> {
        let mut lower = String::new();
        let mut ends = Vec::new();
        let mut letters = text.char_indices().take(FAR).peekable();
        if !letters.peek()?.1.is_alphanumeric() {
            return None;
        }
        for (at, c) in letters {
            if c == '\n' {
                break;
            }
            lower.extend(c.to_lowercase());
            let next = text.get(at + c.len_utf8()..)?.chars().next();
            // Scripts without blanks between words have no end of a word to wait for.
            if next.is_none_or(|next| !next.is_alphanumeric() || next >= '\u{2e80}') {
                ends.push((lower.len(), at + c.len_utf8()));
            }
        }
        ends.into_iter().rev().find_map(|(folded, end)| {
            let (name, me) = self.known.get(lower.get(..folded)?)?;
            Some((name.clone(), *me, end))
        })
    }
}
