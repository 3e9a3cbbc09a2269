//! What is typed into the search field: words, and filters such as `from:ana in:"Big room" after:2026-11-01`.

use engine::chat::api::{Millis, RoomId, SearchQuery, UserId};

/// What a filter is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum About {
    /// The sender.
    From,
    /// The room.
    In,
    /// Not before.
    After,
    /// Not after.
    Before,
}

/// A filter that was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Filter {
    /// What it is about.
    pub(super) about: About,
    /// What was typed behind the colon, without quotes.
    pub(super) value: String,
    /// Where it stands in the text, in bytes.
    pub(super) place: (usize, usize),
}

/// What was typed, taken apart.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Typed {
    /// The words that are no filters.
    pub(super) words: String,
    /// The filters, in order.
    pub(super) filters: Vec<Filter>,
}

/// How names become ids, and days times.
pub(super) struct Lookup<'a> {
    /// The person of a name or id.
    pub(super) person: &'a dyn Fn(&str) -> Option<UserId>,
    /// The room of a name or id.
    pub(super) room: &'a dyn Fn(&str) -> Option<RoomId>,
    /// The local midnight of a day `2026-11-01`.
    pub(super) day: &'a dyn Fn(&str) -> Option<Millis>,
}

const DAY: Millis = 86_400_000;

/// Takes apart what was typed.
pub(super) fn read(text: &str) -> Typed {
    let mut typed = Typed::default();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let blank = rest.len() - rest.trim_start().len();
        if blank > 0 {
            at += blank;
            continue;
        }
        let (about, colon) = filter_of(rest).map_or((None, 0), |(about, colon)| (Some(about), colon));
        let value = rest.get(colon..).unwrap_or_default();
        let (value, length) = match value.strip_prefix('"').filter(|_| about.is_some()) {
            Some(quoted) => match quoted.split_once('"') {
                Some((value, _)) => (value, value.len() + 2),
                None => (quoted, quoted.len() + 1),
            },
            None => {
                let value = value.split(char::is_whitespace).next().unwrap_or_default();
                (value, value.len())
            }
        };
        let end = at + colon + length;
        match about {
            Some(about) => typed.filters.push(Filter {
                about,
                value: value.to_owned(),
                place: (at, end),
            }),
            None => {
                if !typed.words.is_empty() {
                    typed.words.push(' ');
                }
                typed.words.push_str(value);
            }
        }
        at = end;
    }
    typed
}

fn filter_of(text: &str) -> Option<(About, usize)> {
    const NAMES: [(&str, About); 4] = [
        ("from:", About::From),
        ("in:", About::In),
        ("after:", About::After),
        ("before:", About::Before),
    ];
    NAMES.into_iter().find_map(|(name, about)| {
        let begins = text
            .get(..name.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(name));
        begins.then_some((about, name.len()))
    })
}

impl Typed {
    /// As the engine takes it, and which filters could be understood, in order.
    pub(super) fn query(&self, lookup: &Lookup<'_>) -> (SearchQuery, Vec<bool>) {
        let mut query = SearchQuery {
            words: self.words.clone(),
            ..SearchQuery::default()
        };
        let understood = self
            .filters
            .iter()
            .map(|filter| {
                let value = filter.value.as_str();
                match filter.about {
                    About::From => put(&mut query.sender, (lookup.person)(value)),
                    About::In => put(&mut query.room, (lookup.room)(value)),
                    About::After => put(&mut query.from, (lookup.day)(value)),
                    // The whole of that day still counts.
                    About::Before => put(&mut query.to, (lookup.day)(value).map(|day| day + DAY - 1)),
                }
            })
            .collect();
        (query, understood)
    }
}

fn put<T>(place: &mut Option<T>, value: Option<T>) -> bool {
    let there = value.is_some();
    if there {
        *place = value;
    }
    there
}

#[cfg(test)]
mod tests {
    use super::{About, Lookup, read};

    #[test]
    fn filters_are_taken_out_of_the_words() {
        let typed = read("release  from:ana in:\"Big room\" notes after:2026-11-01");
        assert_eq!(typed.words, "release notes");
        let filters: Vec<_> = typed
            .filters
            .iter()
            .map(|filter| (filter.about, filter.value.as_str()))
            .collect();
        assert_eq!(
            filters,
            [
                (About::From, "ana"),
                (About::In, "Big room"),
                (About::After, "2026-11-01")
            ]
        );
    }

    #[test]
    fn half_typed_filters_are_no_trouble() {
        for text in [
            "from:",
            "in:\"",
            "in:\"Big",
            "FROM:أنا",
            "a from",
            "\"",
            "before: x",
        ] {
            let _ = read(text);
        }
        assert_eq!(read("in:\"Big").filters[0].value, "Big");
        assert_eq!(read("before: x").words, "x");
    }

    #[test]
    fn a_filter_that_is_not_understood_is_told_and_left_out() {
        let typed = read("in:nowhere from:ana before:2026-11-01");
        let lookup = Lookup {
            person: &|name| (name == "ana").then(|| "u1".into()),
            room: &|_| None,
            day: &|_| Some(1000),
        };
        let (query, understood) = typed.query(&lookup);
        assert_eq!(understood, [false, true, true]);
        assert_eq!(query.sender.as_deref(), Some("u1"));
        assert_eq!(query.to, Some(1000 + 86_399_999));
        assert_eq!(query.room, None);
    }
}
