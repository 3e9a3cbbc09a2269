use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::chat::api::{
    Activity, Choices, LastSeenPrivacy, OwnPresence, Person, Privacy, RoomId, Server, UserId,
};

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

// ------------------------------------------------------------------------------------------------------- oneself

const PLAIN: Server = Server {
    known: true,
    exact: false,
    rooms: false,
    direct: false,
    search: false,
    attachments: None,
    hides_presence: false,
    people: false,
    message_bytes: None,
};

const EMBEDDED: Server = Server {
    exact: true,
    hides_presence: true,
    ..PLAIN
};

fn me() -> Me {
    Me::new(at(0).at, &Choices::default())
}

fn own(status: Presence, text: &str, emoji: &str, until: Option<Millis>) -> OwnPresence {
    OwnPresence {
        status,
        text: Rc::from(text),
        emoji: Rc::from(emoji),
        until,
    }
}

/// Everything there is to say at a time.
fn said(me: &mut Me, seconds: u64) -> Vec<Value> {
    me.tick(at(seconds));
    std::iter::from_fn(|| me.poll(at(seconds).at)).collect()
}

#[test]
fn away_comes_and_goes_with_activity() {
    let mut me = me();
    me.connected(EMBEDDED);
    assert!(me.take_changed() && !me.take_changed());
    assert_eq!(said(&mut me, 0), [] as [Value; 0], "who connects is online");
    assert_eq!(me.deadline(at(0)), Some(at(30).at));
    assert_eq!(said(&mut me, 29), [] as [Value; 0]);
    assert_eq!(said(&mut me, 30), [json!("away")]);
    assert!(me.take_changed() && !me.take_changed());
    assert_eq!(said(&mut me, 90), [] as [Value; 0]);
    me.activity(at(100).at, Activity::Active);
    assert_eq!(said(&mut me, 100), [json!("online")]);
    me.visible(at(101).at, false);
    me.visible(at(103).at, true);
    assert_eq!(said(&mut me, 103), [] as [Value; 0], "a look into another tab");
    me.visible(at(104).at, false);
    assert_eq!(said(&mut me, 109), [json!("away")]);
    me.active_elsewhere(at(110).at);
    assert_eq!(said(&mut me, 110), [json!("online")]);
}

#[test]
fn the_idle_detector_decides_once_it_speaks() {
    let mut me = me();
    me.connected(EMBEDDED);
    me.activity(at(1).at, Activity::Idle);
    assert_eq!(said(&mut me, 2), [] as [Value; 0], "it was not switched on");
    me.set_idle_detector(at(3).at, true);
    assert_eq!(said(&mut me, 33), [json!("away")], "it may not work here");
    me.activity(at(34).at, Activity::Active);
    me.activity(at(35).at, Activity::Idle);
    assert_eq!(said(&mut me, 35), [] as [Value; 0], "away all along");
    me.activity(at(40).at, Activity::Active);
    assert_eq!(said(&mut me, 400), [json!("online")]);
    assert_eq!(me.deadline(at(400)), None);
}

#[test]
fn a_call_shows_where_one_is_there_at_all() {
    for (chosen, in_call) in [
        (Presence::Online, Presence::InCall),
        (Presence::Away, Presence::InCall),
        (Presence::DoNotDisturb, Presence::DoNotDisturb),
        (Presence::Offline, Presence::Offline),
    ] {
        let mut me = me();
        me.choose(at(0), own(chosen, "", "", None));
        me.set_in_call(true);
        assert_eq!(me.presence(), in_call);
        me.set_in_call(false);
        assert_eq!(me.presence(), chosen);
    }
}

#[test]
fn presence_and_text_are_said_in_one_word() {
    let mut me = me();
    me.choose(
        at(0),
        own(Presence::DoNotDisturb, "writing", "✍️", Some(MIDNIGHT + 60_000)),
    );
    assert_eq!(said(&mut me, 1), [] as [Value; 0], "there is no connection");
    me.connected(Server::default());
    assert_eq!(said(&mut me, 1), [] as [Value; 0], "the server is not known");
    me.connected(EMBEDDED);
    assert_eq!(
        said(&mut me, 1),
        [json!({"status": "dnd", "message": "writing", "emoji": "✍️", "until": MIDNIGHT + 60_000})]
    );
    assert_eq!(said(&mut me, 40), [] as [Value; 0]);
    assert_eq!(
        said(&mut me, 60),
        [] as [Value; 0],
        "the server ends the text by itself"
    );
    me.choose(at(61), own(Presence::Online, "", "", None));
    assert_eq!(said(&mut me, 61), [json!("online")]);
    me.choose(at(62), own(Presence::Online, "", "🌴", None));
    assert_eq!(said(&mut me, 62), [json!({"message": "", "emoji": "🌴"})]);
}

#[test]
fn a_server_without_the_additions_is_told_the_word_only() {
    let mut me = me();
    me.choose(at(0), own(Presence::Away, "lunch", "🍲", None));
    me.connected(PLAIN);
    assert_eq!(said(&mut me, 1), [json!("away")]);
    let view = me.view(at(1), &person(), &Choices::default());
    assert_eq!((&*view.seen_as.text, &*view.chosen.text), ("", "lunch"));
}

#[test]
fn what_is_hidden_is_not_said() {
    let hidden = Privacy {
        online: false,
        ..Privacy::default()
    };
    let mut me = me();
    me.set_privacy(hidden);
    me.connected(EMBEDDED);
    me.set_in_call(true);
    assert_eq!(said(&mut me, 50), [] as [Value; 0]);
    me.lost(at(51).at);
    me.connected(PLAIN);
    assert_eq!(
        said(&mut me, 52),
        [json!("offline")],
        "all that contract 5 offers"
    );
    me.set_in_call(false);
    me.activity(at(100).at, Activity::Active);
    assert_eq!(said(&mut me, 200), [] as [Value; 0]);
    me.set_privacy(Privacy::default());
    assert_eq!(said(&mut me, 201), [json!("away")]);
}

#[test]
fn what_others_see_is_what_is_allowed() {
    let mut me = me();
    let mut see = |privacy: Privacy| {
        me.set_privacy(privacy);
        let seen = me.view(at(90), &person(), &Choices::default()).seen_as;
        (seen.presence, seen.last_seen)
    };
    let all = Privacy::default();
    assert_eq!(
        see(all),
        (Presence::Online, Some(LastSeen::At(MIDNIGHT + 60_000)))
    );
    let coarse = |last_seen| Privacy { last_seen, ..all };
    assert_eq!(see(coarse(LastSeenPrivacy::Today)).1, Some(LastSeen::Today));
    assert_eq!(see(coarse(LastSeenPrivacy::Week)).1, Some(LastSeen::ThisWeek));
    assert_eq!(see(coarse(LastSeenPrivacy::Hidden)).1, None);
    assert_eq!(see(Privacy { online: false, ..all }).0, Presence::Offline);
}

#[test]
fn what_was_chosen_survives_a_reload_and_is_said_if_it_was_not() {
    let mut first = me();
    assert_eq!(first.take_kept(), None);
    first.choose(at(0), own(Presence::DoNotDisturb, "a\u{202e}b", "", None));
    let kept = first.take_kept().unwrap_or_default();
    let mut second = me();
    second.restore(at(1), &kept);
    second.connected(EMBEDDED);
    assert_eq!(
        said(&mut second, 1),
        [json!({"status": "dnd", "message": "ab", "emoji": ""})]
    );
    let kept = second.take_kept().unwrap_or_default();
    let mut third = me();
    third.restore(at(100), &kept);
    third.connected(EMBEDDED);
    assert_eq!(
        said(&mut third, 100),
        [json!("dnd")],
        "the text is the server's by now"
    );
    let mut late = me();
    late.restore(at(DAY / 1_000), &kept);
    assert_eq!(&*late.view(at(0), &person(), &Choices::default()).chosen.text, "");
    for broken in ["", "null", "[]", "{\"status\": 7, \"until\": -1}"] {
        me().restore(at(0), broken);
    }
}

#[test]
fn what_may_not_have_arrived_is_said_again() {
    let mut me = me();
    me.connected(EMBEDDED);
    me.choose(at(1), own(Presence::Online, "here", "", None));
    assert_eq!(said(&mut me, 1).len(), 1);
    me.lost(at(2).at);
    me.connected(EMBEDDED);
    assert_eq!(
        said(&mut me, 3),
        [json!({"status": "online", "message": "here", "emoji": ""})]
    );
}

#[test]
fn a_choice_on_another_device_is_followed() {
    let mut me = me();
    me.connected(EMBEDDED);
    me.heard(at(10), &is(Presence::DoNotDisturb));
    me.heard(at(10), &says("there", "🌴", None));
    assert_eq!(me.presence(), Presence::DoNotDisturb);
    assert_eq!(said(&mut me, 11), [] as [Value; 0]);
    assert_eq!(
        &*me.view(at(11), &person(), &Choices::default()).chosen.text,
        "there"
    );
    me.heard(at(12), &is(Presence::Offline));
    assert_eq!(me.presence(), Presence::DoNotDisturb, "that device went");
    me.choose(at(13), own(Presence::Online, "here", "", None));
    assert_eq!(said(&mut me, 13).len(), 1);
    me.heard(at(14), &is(Presence::DoNotDisturb));
    me.heard(at(14), &says("there", "", None));
    assert_eq!(me.presence(), Presence::Online, "that crossed ours on the way");
}

fn person() -> Person {
    Person {
        id: user("me"),
        name: Rc::from("Me"),
        avatar: None,
        presence: Presence::Unknown,
        text: Rc::from(""),
        emoji: Rc::from(""),
        last_seen: None,
    }
}

proptest! {
    /// Whatever is told, a deadline that is kept leads to rest, and the list stays sorted and complete.
    #[test]
    fn people_come_to_rest(script in proptest::collection::vec((0..6_u8, 0..4_u8, 0..5_u8, 0..20_u64), 0..60)) {
        let mut people = People::default();
        let mut now = at(0);
        for (what, who, how, later) in script {
            let id = user(&who.to_string());
            let presence = [Presence::Online, Presence::Away, Presence::Offline, Presence::Unknown, Presence::InCall]
                .get(usize::from(how)).copied().unwrap_or_default();
            let room = RoomId::from(how.to_string());
            match what {
                0 => people.heard(now, &id, is(presence)),
                1 => people.joined(now, &id, Some(&room), News::default()),
                2 => people.left(now, &id, (how > 2).then_some(&room)),
                3 => people.lost(now),
                4 => people.connected(now, how > 2),
                _ => people.heard(now, &id, says(&who.to_string(), "", Some(now.wall + u64::from(how) * 1_000))),
            }
            let seconds = now.at.as_millis() / 1_000 + later;
            now = at(seconds);
            people.tick(now);
        }
        for _ in 0..100 {
            let Some(due) = people.deadline() else { break };
            now = at(due.as_millis().max(now.at.as_millis()).div_ceil(1_000));
            people.tick(now);
        }
        prop_assert_eq!(people.deadline(), None);
        let view = people.view();
        prop_assert_eq!(view.len(), people.known.len());
        prop_assert!(view.iter().all(|person| person.text.is_empty()));
    }
}
