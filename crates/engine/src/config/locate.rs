//! On which line of a JSON text a value is. The text is known to be valid JSON.

use serde_json::Value;

use super::Step;

/// The path as people write it.
pub(super) fn name(path: &[Step]) -> String {
    let mut name = String::new();
    for step in path {
        match step {
            Step::Key(key) => {
                if !name.is_empty() {
                    name.push('.');
                }
                name.push_str(key);
            }
            Step::Index(index) => name.push_str(&["[", &index.to_string(), "]"].concat()),
        }
    }
    name
}

/// The line, from 1, of the value at `path`, or of the innermost thing around it that is there.
pub(super) fn line(text: &str, path: &[Step]) -> usize {
    let mut reader = Reader {
        bytes: text.as_bytes(),
        at: 0,
    };
    reader.blanks();
    let mut found = reader.at;
    for step in path {
        match reader.enter(step) {
            Some(at) => found = at,
            None => break,
        }
    }
    1 + text
        .as_bytes()
        .iter()
        .take(found)
        .filter(|byte| **byte == b'\n')
        .count()
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn blanks(&mut self) {
        while self
            .peek()
            .is_some_and(|byte| byte.is_ascii_whitespace() || byte == b',' || byte == b':')
        {
            self.at += 1;
        }
    }

    /// Goes to the start of the member `step`; where it begins (a member at its key), or `None` when it is missing.
    fn enter(&mut self, step: &Step) -> Option<usize> {
        self.at += 1;
        match step {
            Step::Key(wanted) => loop {
                self.blanks();
                if self.peek()? != b'"' {
                    return None;
                }
                let start = self.at;
                self.text();
                let key = self.bytes.get(start..self.at)?;
                let key: Value = serde_json::from_str(std::str::from_utf8(key).ok()?).ok()?;
                self.blanks();
                if key == wanted.as_str() {
                    return Some(start);
                }
                self.value();
            },
            Step::Index(wanted) => {
                let mut index = 0;
                loop {
                    self.blanks();
                    if self.peek()? == b']' {
                        return None;
                    }
                    if index == *wanted {
                        return Some(self.at);
                    }
                    self.value();
                    index += 1;
                }
            }
        }
    }

    fn text(&mut self) {
        self.at += 1;
        while let Some(byte) = self.peek() {
            self.at += 1;
            match byte {
                b'\\' => self.at += 1,
                b'"' => return,
                _ => {}
            }
        }
    }

    fn value(&mut self) {
        let mut depth = 0_usize;
        while let Some(byte) = self.peek() {
            match byte {
                b'"' => {
                    self.text();
                    if depth == 0 {
                        return;
                    }
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' if depth == 0 => return,
                b'}' | b']' => {
                    depth -= 1;
                    if depth == 0 {
                        self.at += 1;
                        return;
                    }
                }
                b',' if depth == 0 => return,
                _ => {}
            }
            self.at += 1;
        }
    }
}
