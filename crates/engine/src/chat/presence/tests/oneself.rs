//! What is shown of oneself, and said.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::chat::api::{Activity, Choices, LastSeenPrivacy, OwnPresence, Person, Privacy, Server};

const PLAIN: Server = Server {
    known: true,
    exact: false,
    rooms: false,
    direct: false,
    search: false,
    attachments: None,
    hides_presence: false,
    calls: false,
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
