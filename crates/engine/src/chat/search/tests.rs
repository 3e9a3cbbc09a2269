use proptest::prelude::*;

use super::*;

fn document(room: &str, id: &str, time: Millis, content: &str) -> Document {
    Document {
        room: Rc::from(room),
        id: Rc::from(id),
        sender: Rc::from(if time.is_multiple_of(2) { "even" } else { "odd" }),
        name: Rc::from("Ann"),
        time,
        content: Rc::from(content),
    }
}

fn words(query: &str) -> SearchQuery {
    SearchQuery {
        words: query.to_owned(),
        ..SearchQuery::default()
    }
}

fn ids(index: &Index, query: &SearchQuery) -> Vec<String> {
    index
        .search(query, |room| room.clone())
        .iter()
        .map(|hit| hit.message.to_string())
        .collect()
}

/// The excerpt with what matches in brackets.
fn marked(content: &str, query: &str) -> String {
    let hit = hit(&document("r", "1", 1, content), &words(query), Rc::from("Room"));
    let mut out = hit.excerpt.to_string();
    for (from, to) in hit.matches.iter().rev() {
        out.insert(*to as usize, ']');
        out.insert(*from as usize, '[');
    }
    out
}

fn index(contents: &[&str]) -> Index {
    let mut index = Index::default();
    for (time, content) in (1..).zip(contents) {
        index.put(document("r", &time.to_string(), time, content));
    }
    index
}

#[test]
fn all_words_must_be_there_and_the_last_may_be_unfinished() {
    let index = index(&[
        "the quick brown fox",
        "The QUICK browser",
        "quick",
        "brown and quicker",
    ]);
    for (query, found) in [
        ("quick", vec!["4", "3", "2", "1"]),
        ("quick bro", vec!["2", "1"]),
        ("bro quick", vec![]),
        ("brown quick", vec!["4", "1"]),
        ("quick brown", vec!["1"]),
        ("QUICK, (Brown)", vec!["1"]),
        ("qu", vec![]),
        ("", vec![]),
        ("nothing", vec![]),
    ] {
        assert_eq!(ids(&index, &words(query)), found, "{query}");
    }
}

#[test]
fn what_is_read_alike_is_found() {
    for (content, query) in [
        ("Füße in Göteborg", "fusse goteborg"),
        ("cafe\u{301}", "café"),
        ("İstanbul", "istanbul"),
        ("Đặng Việt", "dang viet"),
        ("مُحَمَّد", "محمد"),
        ("مـــرحبا", "مرحبا"),
        ("أحمد إلى مدرسة", "احمد مدرسه"),
        ("سنة ٢٠٢٦", "2026"),
        ("Ёлка", "елка"),
        ("ΆΝΘΡΩΠΟΣ", "ανθρωπος"),
        ("שָׁלוֹם", "שלום"),
        ("日本語を話す", "日本語"),
        ("日本語を話す", "語"),
        ("東京", "京"),
        ("한국어입니다", "한국어"),
        ("see https://example.org/path_to", "example path"),
        ("user42", "user42"),
    ] {
        assert_eq!(ids(&index(&[content]), &words(query)), ["1"], "{content} {query}");
    }
    assert!(ids(&index(&["日本語"]), &words("本日")).is_empty());
}

#[test]
fn filters_narrow_and_newest_come_first() {
    let mut index = Index::default();
    for time in [5, 3, 9, 1, 7, 4] {
        let room = if time > 4 { "late" } else { "early" };
        index.put(document(room, &time.to_string(), time, "word"));
    }
    let query = words("word");
    assert_eq!(ids(&index, &query), ["9", "7", "5", "4", "3", "1"]);
    let early = SearchQuery {
        room: Some(Rc::from("early")),
        ..query.clone()
    };
    assert_eq!(ids(&index, &early), ["4", "3", "1"]);
    let even = SearchQuery {
        sender: Some(Rc::from("even")),
        ..SearchQuery::default()
    };
    assert_eq!(ids(&index, &even), ["4"], "a filter needs no words");
    let between = SearchQuery {
        from: Some(3),
        to: Some(5),
        ..query
    };
    assert_eq!(ids(&index, &between), ["5", "4", "3"]);
}

#[test]
fn edits_and_deletions_are_followed() {
    let mut index = index(&["first text", "second text"]);
    index.put(document("r", "1", 1, "edited words"));
    assert_eq!(ids(&index, &words("text")), ["2"]);
    assert_eq!(ids(&index, &words("edited")), ["1"]);
    index.remove(&Rc::from("r"), &Rc::from("2"));
    index.remove(&Rc::from("r"), &Rc::from("2"));
    index.remove(&Rc::from("elsewhere"), &Rc::from("1"));
    assert_eq!(ids(&index, &words("text")), [""; 0]);
    assert_eq!(index.len(), 1);
    index.remove_room(&Rc::from("r"));
    assert_eq!((index.len(), ids(&index, &words("edited"))), (0, vec![]));
}

#[test]
fn memory_is_flat_while_messages_come_and_go() {
    let mut index = Index::default();
    let room: RoomId = Rc::from("r");
    for n in 0..60_000_u64 {
        index.put(document(
            "r",
            &n.to_string(),
            n,
            &format!("message number{n} of many"),
        ));
        if n >= 1_000 {
            index.remove(&room, &Rc::from((n - 1_000).to_string()));
        }
    }
    assert_eq!(index.len(), 1_000);
    assert!(
        index.documents.len() < 12_000,
        "{} numbers",
        index.documents.len()
    );
    assert!(
        index.dictionary.len() < 12_000,
        "{} words",
        index.dictionary.len()
    );
    assert_eq!(ids(&index, &words("number59999")), ["59999"]);
    assert_eq!(ids(&index, &words("number58999")), [""; 0]);
    assert_eq!(ids(&index, &words("message")).len(), HITS_MAX);
}

#[test]
fn an_excerpt_shows_why() {
    assert_eq!(marked("**Hello** wörld", "hello wor"), "[Hello] [wör]ld");
    assert_eq!(marked("日本語を話す", "日本"), "[日本]語を話す");
    assert_eq!(marked("مُحَمَّد هنا", "محم"), "[مُحَمَّ]د هنا");
    let long = ["lorem ".repeat(100), "needle".to_owned(), " ipsum".repeat(100)].concat();
    let shown = marked(&long, "needle");
    assert!(
        shown.starts_with("…lorem") && shown.ends_with('…') && shown.contains("[needle]"),
        "{shown}"
    );
    assert!(shown.chars().count() <= LENGTH_MAX, "{shown}");
    let giant = ["x ".repeat(7_000), "needle".to_owned(), " y".repeat(400_000)].concat();
    assert!(marked(&giant, "needle").contains("[needle]"));
}

const LENGTH_MAX: usize = 160 + 2 + 2;

proptest! {
    #[test]
    fn the_index_finds_what_reading_everything_finds(
        script in proptest::collection::vec((0..12_u64, "[abc]{1,5}( [abc]{1,5}){0,3}", 0..8_u8), 0..80),
        query in "[abc]{2,4}( [abc]{2,4}){0,2}",
    ) {
        let mut index = Index::default();
        let mut held: BTreeMap<u64, String> = BTreeMap::new();
        for (id, content, action) in script {
            if action == 0 {
                index.remove(&Rc::from("r"), &Rc::from(id.to_string()));
                held.remove(&id);
            } else {
                index.put(document("r", &id.to_string(), id, &content));
                held.insert(id, content);
            }
        }
        let wanted: Vec<&str> = query.split(' ').filter(|word| word.len() >= 3).collect();
        let expected: Vec<String> = match wanted.split_last() {
            None => Vec::new(),
            Some((last, exact)) => held
                .iter()
                .rev()
                .filter(|(_, content)| {
                    let mut there = content.split(' ').filter(|word| word.len() >= 3);
                    exact.iter().all(|word| content.split(' ').any(|there| there == *word))
                        && there.any(|word| word.starts_with(last))
                })
                .map(|(id, _)| id.to_string())
                .collect(),
        };
        prop_assert_eq!(ids(&index, &words(&query)), expected);
    }

    #[test]
    fn nothing_panics(content in "\\PC{0,60}", query in "\\PC{0,20}") {
        let mut index = Index::default();
        index.put(document("r", "1", 1, &content));
        index.put(document("r", "1", 1, &query));
        for hit in index.search(&words(&query), |room| room.clone()) {
            for (from, to) in hit.matches {
                prop_assert!(hit.excerpt.get(from as usize..to as usize).is_some_and(|part| !part.is_empty()));
            }
        }
        let _ = marked(&content, &query);
    }
}
