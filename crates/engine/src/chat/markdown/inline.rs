//! Emphasis, code, links and mentions within a paragraph.

use std::collections::{BTreeMap, VecDeque};

use super::super::links;
use super::{Inline, Reader};

/// Openers that wait for their closer, and so the depth of what is within each other.
const OPEN_MAX: usize = 16;
/// Parentheses within the address of a link.
const PARENTHESES_MAX: usize = 4;

/// What opened: a run of one or two equal signs, or a bracket. Its text stands at `at` until its closer comes.
#[derive(Debug, Clone, Copy)]
struct Open {
    sign: u8,
    count: usize,
    at: usize,
}

/// One paragraph being read: `out` is what it is so far.
struct Line<'t> {
    text: &'t str,
    out: Vec<Inline>,
    open: VecDeque<Open>,
    /// Where the text begins that is not in `out` yet.
    plain: usize,
    /// Where runs of backticks begin, by their length; made when the first is met.
    ticks: Option<BTreeMap<usize, Vec<usize>>>,
}

impl Reader<'_> {
    pub(super) fn inlines(&mut self, text: &str) -> Vec<Inline> {
        let mut line = Line {
            text,
            out: Vec::new(),
            open: VecDeque::new(),
            plain: 0,
            ticks: None,
        };
        let mut at = 0;
        while let Some(sign) = text.as_bytes().get(at).copied() {
            self.step(1);
            if self.nodes == 0 {
                break;
            }
            at = match sign {
                b'\n' => {
                    line.put(self, at, at + 1, Inline::Break);
                    at + 1
                }
                b'\\' => match text.as_bytes().get(at + 1) {
                    Some(next) if next.is_ascii_punctuation() => {
                        line.flush(self, at);
                        line.plain = at + 1;
                        at + 2
                    }
                    _ => at + 1,
                },
                b'`' => line.code(self, at),
                b'*' | b'_' | b'~' => line.emphasis(self, at, sign),
                b'[' => {
                    line.mark(self, at, sign, 1);
                    at + 1
                }
                b']' => line.link(self, at),
                b'h' | b'H' => line.address(self, at),
                b'@' => line.mention(self, at),
                _ => at + 1,
            };
        }
        line.flush(self, text.len());
        let mut out = line.out;
        join_texts(&mut out);
        out
    }
}

impl Line<'_> {
    fn before(&self, at: usize) -> Option<char> {
        self.text.get(..at)?.chars().next_back()
    }

    fn after(&self, at: usize) -> Option<char> {
        self.text.get(at..)?.chars().next()
    }

    fn run(&self, at: usize, sign: u8) -> usize {
        let rest = self.text.as_bytes().get(at..).unwrap_or_default();
        rest.iter().take_while(|b| **b == sign).count()
    }

    /// The text before `end` that is not in `out` yet goes there.
    fn flush(&mut self, reader: &mut Reader<'_>, end: usize) {
        let text = self.text.get(self.plain..end).unwrap_or_default();
        if !text.is_empty() {
            reader.node();
            self.out.push(Inline::Text(text.to_owned()));
        }
        self.plain = end.max(self.plain);
    }

    /// A node in place of the text from `at` to `end`.
    fn put(&mut self, reader: &mut Reader<'_>, at: usize, end: usize, node: Inline) {
        self.flush(reader, at);
        reader.node();
        self.out.push(node);
        self.plain = end;
    }

    /// An opener of `count` signs.
    fn mark(&mut self, reader: &mut Reader<'_>, at: usize, sign: u8, count: usize) {
        let end = at + count;
        let text = self.text.get(at..end).unwrap_or_default().to_owned();
        self.put(reader, at, end, Inline::Text(text));
        if self.open.len() == OPEN_MAX {
            self.open.pop_front();
        }
        self.open.push_back(Open {
            sign,
            count,
            at: self.out.len() - 1,
        });
    }

    /// Takes what stands behind an opener, and the opener itself, out of `out`.
    fn close(&mut self, place: usize) -> Vec<Inline> {
        let Some(opener) = self.open.get(place).copied() else {
            return Vec::new();
        };
        self.open.truncate(place);
        let content = self.out.split_off((opener.at + 1).min(self.out.len()));
        self.out.pop();
        content
    }

    fn emphasis(&mut self, reader: &mut Reader<'_>, at: usize, sign: u8) -> usize {
        let run = self.run(at, sign);
        let end = at + run;
        let (before, after) = (self.before(at), self.after(end));
        let blank = |c: Option<char>| c.is_none_or(char::is_whitespace);
        let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let mut opens = !blank(after);
        let mut closes = !blank(before);
        match sign {
            b'_' => {
                opens &= !word(before);
                closes &= !word(after);
            }
            b'*' if run == 1 => {
                // 2*3*4 is arithmetic. Scripts without blanks between words are not ASCII.
                let ascii = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
                if ascii(before) && ascii(after) {
                    return end;
                }
            }
            b'~' if run != 2 => return end,
            _ => {}
        }
        let mut left = run;
        while closes && left > 0 {
            let Some(place) = self.opener(sign, left) else {
                break;
            };
            let count = self.open.get(place).map_or(1, |open| open.count);
            // Nothing between two runs is nothing to emphasise.
            if self.plain == at
                && self
                    .open
                    .get(place)
                    .is_some_and(|open| open.at + 1 == self.out.len())
            {
                break;
            }
            self.flush(reader, at);
            let content = self.close(place);
            reader.node();
            self.out.push(match (sign, count) {
                (b'~', _) => Inline::Strike(content),
                (_, 2) => Inline::Strong(content),
                _ => Inline::Emphasis(content),
            });
            left -= count;
            self.plain = end - left;
        }
        let at = end - left;
        match left {
            _ if !opens => {}
            1 | 2 => self.mark(reader, at, sign, left),
            3 => {
                self.mark(reader, at, sign, 2);
                self.mark(reader, at + 2, sign, 1);
            }
            _ => {}
        }
        end
    }

    /// The opener that a run of `left` closes: for two signs rather one of two, otherwise the last that fits.
    fn opener(&self, sign: u8, left: usize) -> Option<usize> {
        let last = |fits: &dyn Fn(usize) -> bool| {
            self.open
                .iter()
                .rposition(|open| open.sign == sign && fits(open.count))
        };
        match left {
            1 => last(&|count| count == 1),
            2 => last(&|count| count == 2).or_else(|| last(&|count| count == 1)),
            _ => last(&|_| true),
        }
    }

    fn code(&mut self, reader: &mut Reader<'_>, at: usize) -> usize {
        let run = self.run(at, b'`');
        let from = at + run;
        let ticks = self.ticks.get_or_insert_with(|| tick_runs(self.text));
        let starts = ticks.get(&run).map(Vec::as_slice).unwrap_or_default();
        let next = starts.partition_point(|start| *start < from);
        let Some(to) = starts.get(next).copied() else {
            return from;
        };
        let inside = self.text.get(from..to).unwrap_or_default().replace('\n', " ");
        // One blank at each end sets backticks of the code apart from those around it.
        let code = match inside
            .strip_prefix(' ')
            .and_then(|inside| inside.strip_suffix(' '))
        {
            Some(bare) if !bare.trim().is_empty() => bare.to_owned(),
            _ => inside,
        };
        self.put(reader, at, to + run, Inline::Code(code));
        to + run
    }

    fn link(&mut self, reader: &mut Reader<'_>, at: usize) -> usize {
        let Some(place) = self.open.iter().rposition(|open| open.sign == b'[') else {
            return at + 1;
        };
        let found = self
            .destination(reader, at + 1)
            .and_then(|(from, to)| self.text.get(from..to).map(|url| (url, to)));
        let Some((url, to)) = found else {
            self.open.remove(place);
            return at + 1;
        };
        let url = url.to_owned();
        self.flush(reader, at);
        let start = self.open.get(place).map_or(0, |open| open.at + 1);
        let mut shown = String::new();
        super::inlines_text(self.out.get(start..).unwrap_or_default(), &mut shown);
        let Some(target) = links::target_shown_as(&url, &shown) else {
            self.open.remove(place);
            return at + 1;
        };
        let mut content = without_links(self.close(place));
        if shown.trim().is_empty() {
            content = vec![Inline::Text(url)];
            reader.node();
        }
        reader.node();
        self.out.push(Inline::Link { target, content });
        self.plain = to + 1;
        to + 1
    }

    /// Where the address of a link begins and ends whose `(` stands at `at`.
    fn destination(&self, reader: &mut Reader<'_>, at: usize) -> Option<(usize, usize)> {
        let rest = self.text.as_bytes().get(at..)?;
        if rest.first() != Some(&b'(') {
            return None;
        }
        let mut depth = 0;
        for (length, byte) in rest.iter().enumerate().take(links::LONGEST + 2) {
            reader.step(1);
            match byte {
                b'(' if depth == PARENTHESES_MAX => return None,
                b'(' => depth += 1,
                b')' if depth == 1 => return Some((at + 1, at + length)),
                b')' => depth -= 1,
                b' ' | b'\t' | b'\n' | b'<' | b'>' | b'"' => return None,
                _ => {}
            }
        }
        None
    }

    /// A bare address.
    fn address(&mut self, reader: &mut Reader<'_>, at: usize) -> usize {
        let rest = self.text.get(at..).unwrap_or_default();
        let is = |scheme: &str| {
            rest.get(..scheme.len())
                .is_some_and(|head| head.eq_ignore_ascii_case(scheme))
        };
        if !(is("http://") || is("https://")) || self.before(at).is_some_and(char::is_alphanumeric) {
            return at + 1;
        }
        let mut brackets = 0_usize;
        let end = rest
            .find(|c: char| match c {
                '[' => {
                    brackets += 1;
                    false
                }
                ']' if brackets == 0 => true,
                ']' => {
                    brackets -= 1;
                    false
                }
                _ => c.is_whitespace() || matches!(c, '<' | '>' | '"' | '`' | '|' | '{' | '}'),
            })
            .unwrap_or(rest.len());
        reader.step(end);
        let url = bare_end(rest.get(..end).unwrap_or_default());
        match links::target(url) {
            Some(target) => {
                let content = vec![Inline::Text(url.to_owned())];
                reader.node();
                let end = at + url.len();
                self.put(reader, at, end, Inline::Link { target, content });
                end
            }
            // Looked at once: within it there is no other.
            None => at + end.max(1),
        }
    }

    fn mention(&mut self, reader: &mut Reader<'_>, at: usize) -> usize {
        let inside_word = self.before(at).is_some_and(char::is_alphanumeric);
        if reader.names.is_empty() || reader.lookups == 0 || inside_word {
            return at + 1;
        }
        reader.lookups -= 1;
        let rest = self.text.get(at + 1..).unwrap_or_default();
        match reader.names.find(rest) {
            Some((name, me, length)) => {
                let end = at + 1 + length;
                self.put(reader, at, end, Inline::Mention { name, me });
                end
            }
            None => at + 1,
        }
    }
}

/// An address without the signs of the sentence around it.
fn bare_end(url: &str) -> &str {
    let mut surplus = url.matches(')').count() as isize - url.matches('(').count() as isize;
    let mut url = url;
    loop {
        let last = match url.chars().next_back() {
            Some(')') if surplus > 0 => {
                surplus -= 1;
                ')'
            }
            Some(
                c @ ('.' | ',' | ';' | ':' | '!' | '?' | '\'' | '*' | '_' | '~' | '…' | '،' | '؛' | '؟'
                | '。' | '、'),
            ) => c,
            _ => return url,
        };
        url = url.get(..url.len() - last.len_utf8()).unwrap_or_default();
    }
}

fn tick_runs(text: &str) -> BTreeMap<usize, Vec<usize>> {
    let mut runs: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut bytes = text.bytes().enumerate().peekable();
    while let Some((start, byte)) = bytes.next() {
        if byte != b'`' {
            continue;
        }
        let mut length = 1;
        while bytes.next_if(|(_, byte)| *byte == b'`').is_some() {
            length += 1;
        }
        runs.entry(length).or_default().push(start);
    }
    runs
}

/// Links within a link give way to what they show.
fn without_links(inlines: Vec<Inline>) -> Vec<Inline> {
    let mut out = Vec::with_capacity(inlines.len());
    for inline in inlines {
        match inline {
            Inline::Link { content, .. } => out.extend(content),
            Inline::Emphasis(content) => out.push(Inline::Emphasis(without_links(content))),
            Inline::Strong(content) => out.push(Inline::Strong(without_links(content))),
            Inline::Strike(content) => out.push(Inline::Strike(without_links(content))),
            other @ (Inline::Text(_) | Inline::Break | Inline::Code(_) | Inline::Mention { .. }) => {
                out.push(other);
            }
        }
    }
    out
}

fn join_texts(inlines: &mut Vec<Inline>) {
    let mut joined: Vec<Inline> = Vec::with_capacity(inlines.len());
    for mut inline in inlines.drain(..) {
        match (&mut inline, joined.last_mut()) {
            (Inline::Text(text), Some(Inline::Text(last))) => {
                last.push_str(text);
                continue;
            }
            (
                Inline::Emphasis(content)
                | Inline::Strong(content)
                | Inline::Strike(content)
                | Inline::Link { content, .. },
                _,
            ) => join_texts(content),
            (Inline::Text(_) | Inline::Break | Inline::Code(_) | Inline::Mention { .. }, _) => {}
        }
        joined.push(inline);
    }
    *inlines = joined;
}
