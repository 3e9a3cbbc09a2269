use super::*;
use crate::chat::api::{RoomId, UserId};

mod oneself;

/// 2026-11-21 00:00 UTC, at the engine's second 0.
const MIDNIGHT: Millis = 1_795_219_200_000;
const DAY: Millis = 86_400_000;

fn at(seconds: u64) -> Now {
    Now {
        at: Instant::from_millis(seconds * 1_000),
        wall: MIDNIGHT + seconds * 1_000,
    }
}

fn user(id: &str) -> UserId {
    Rc::from(id)
}

fn is(presence: Presence) -> News {
    News {
        presence: Some(presence),
        ..News::default()
    }
}

fn says(text: &str, emoji: &str, until: Option<Millis>) -> News {
    News {
        text: Some(Rc::from(text)),
        emoji: Some(Rc::from(emoji)),
        until,
        ..News::default()
    }
}

fn shown(people: &People, id: &str) -> Presence {
    people
        .person(&user(id))
        .map_or(Presence::Unknown, |person| person.presence)
}

#[test]
fn a_device_that_reconnects_does_not_flap() {
    let mut people = People::default();
    people.heard(at(0), &user("a"), is(Presence::Away));
    people.take_changed();
    people.heard(at(1), &user("a"), is(Presence::Offline));
    assert_eq!(shown(&people, "a"), Presence::Away);
    people.heard(at(3), &user("a"), is(Presence::Away));
    assert!(!people.take_changed());
    assert_eq!(people.deadline(), Some(at(6).at), "too early, and harmless");
    people.tick(at(6));
    assert_eq!(shown(&people, "a"), Presence::Away);
    people.heard(at(7), &user("a"), is(Presence::Offline));
    people.heard(at(10), &user("a"), is(Presence::Offline));
    people.tick(at(11));
    assert_eq!(shown(&people, "a"), Presence::Away);
    people.tick(at(12));
    assert_eq!(shown(&people, "a"), Presence::Offline);
    assert_eq!(people.deadline(), None);
}

#[test]
fn our_own_lost_connection_makes_nobody_offline() {
    let mut people = People::default();
    people.connected(at(0), false);
    people.heard(at(1), &user("a"), is(Presence::Online));
    people.heard(at(1), &user("b"), is(Presence::DoNotDisturb));
    people.tick(at(10));
    people.lost(at(20));
    people.tick(at(29));
    assert_eq!(shown(&people, "a"), Presence::Online, "a short loss is not told");
    people.connected(at(29), false);
    people.heard(at(30), &user("a"), is(Presence::Away));
    people.tick(at(39));
    assert_eq!(shown(&people, "a"), Presence::Away);
    assert_eq!(shown(&people, "b"), Presence::Unknown, "not told anew");
    people.lost(at(50));
    people.tick(at(60));
    assert_eq!(shown(&people, "a"), Presence::Unknown);
    people.connected(at(61), true);
    people.heard(at(62), &user("a"), is(Presence::Online));
    people.tick(at(100));
    assert_eq!(shown(&people, "a"), Presence::Online);
}

#[test]
fn a_recovered_session_keeps_what_is_known() {
    let mut people = People::default();
    people.heard(at(0), &user("a"), is(Presence::Online));
    people.lost(at(5));
    people.connected(at(9), true);
    people.tick(at(100));
    assert_eq!(shown(&people, "a"), Presence::Online);
}

#[test]
fn leaving_a_room_is_not_leaving() {
    let (one, two) = (RoomId::from("1"), RoomId::from("2"));
    let mut people = People::default();
    people.joined(at(0), &user("a"), Some(&one), News::default());
    people.joined(at(0), &user("a"), Some(&two), News::default());
    people.heard(at(0), &user("b"), is(Presence::Away));
    people.joined(at(1), &user("b"), Some(&one), News::default());
    assert_eq!(
        (shown(&people, "a"), shown(&people, "b")),
        (Presence::Online, Presence::Away)
    );
    people.left(at(2), &user("a"), Some(&one));
    people.left(at(2), &user("b"), Some(&one));
    people.tick(at(20));
    assert_eq!(
        (shown(&people, "a"), shown(&people, "b")),
        (Presence::Online, Presence::Away)
    );
    people.left(at(21), &user("a"), Some(&two));
    people.left(at(21), &user("b"), None);
    people.tick(at(26));
    assert_eq!(
        (shown(&people, "a"), shown(&people, "b")),
        (Presence::Unknown, Presence::Offline)
    );
}

#[test]
fn a_status_text_ends() {
    let mut people = People::default();
    let text = |people: &People, id: &str| {
        people
            .person(&user(id))
            .map(|person| format!("{} {}", person.emoji, person.text))
            .unwrap_or_default()
    };
    people.heard(at(0), &user("a"), says("lunch", "🍲", Some(MIDNIGHT + 60_000)));
    people.heard(at(0), &user("b"), says("here", "", None));
    people.heard(at(0), &user("c"), says("away", "🌴", None));
    assert_eq!(text(&people, "a"), "🍲 lunch");
    people.tick(at(60));
    assert_eq!(text(&people, "a"), " ");
    people.tick(at(DAY / 1_000));
    assert_eq!(
        (text(&people, "b"), text(&people, "c")),
        (" ".into(), "🌴 away".into())
    );
    people.tick(at(7 * DAY / 1_000));
    assert_eq!((text(&people, "c"), people.deadline()), (" ".into(), None));
    people.heard(
        at(0),
        &user("d"),
        says("x\u{202e}y\n", &"🌴".repeat(100), Some(0)),
    );
    people.tick(at(1));
    assert_eq!(text(&people, "d"), " ", "ended before it came");
}

#[test]
fn people_are_listed_by_name_without_oneself() {
    let mut people = People::default();
    people.set_me(Some(user("3")));
    for (id, name) in [
        ("1", "zoe"),
        ("2", "Ann"),
        ("3", "Me"),
        ("4", "\u{202e}"),
        ("", "x"),
    ] {
        let news = News {
            name: Some(Rc::from(name)),
            avatar: Some(Rc::from(if id == "1" {
                "javascript:1"
            } else {
                "https://x.example/a"
            })),
            ..News::default()
        };
        people.heard(at(0), &user(id), news);
    }
    let names = |people: &mut People| -> Vec<String> {
        people
            .view()
            .iter()
            .map(|person| person.name.to_string())
            .collect()
    };
    assert_eq!(names(&mut people), ["4", "Ann", "zoe"]);
    assert_eq!(people.person(&user("1")).and_then(|p| p.avatar.clone()), None);
    let news = News {
        name: Some(Rc::from("Bea")),
        ..News::default()
    };
    people.heard(at(0), &user("1"), news);
    assert_eq!(names(&mut people), ["4", "Ann", "Bea"]);
    assert!(people.take_changed() && !people.take_changed());
}

#[test]
fn statuses_are_read_in_all_spellings() {
    for (word, presence) in [
        ("online", Some(Presence::Online)),
        ("Do Not Disturb", Some(Presence::DoNotDisturb)),
        ("do_not_disturb", Some(Presence::DoNotDisturb)),
        ("IN-CALL", Some(Presence::InCall)),
        ("idle", Some(Presence::Away)),
        ("gone fishing", None),
        ("", None),
    ] {
        assert_eq!(presence_of(word), presence, "{word}");
    }
    for presence in [
        Presence::Online,
        Presence::Away,
        Presence::DoNotDisturb,
        Presence::InCall,
        Presence::Offline,
    ] {
        assert_eq!(presence_of(word_of(presence)), Some(presence));
    }
}
