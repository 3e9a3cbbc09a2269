use std::rc::Rc;

use super::*;
use crate::chat::api::UserId;

const HOUR: Millis = 3_600_000;
const DAY: Millis = 24 * HOUR;
/// Some local midnight, 3 hours east of Greenwich.
const MIDNIGHT: Millis = 20_000 * DAY - 3 * HOUR;

fn east(time: Millis) -> i32 {
    i32::try_from((time + 3 * HOUR) / DAY).unwrap_or_default()
}

fn room(id: &str, with: Option<&str>) -> RoomView {
    RoomView {
        id: Rc::from(id),
        name: Rc::from("Ro\u{202e}om"),
        with: with.map(UserId::from),
        presence: Presence::Unknown,
        members: None,
        unread: 5,
        mentions: 2,
        last: None,
        draft: false,
        waiting: false,
        notify: if with.is_some() {
            NotifyLevel::All
        } else {
            NotifyLevel::Mentions
        },
        joined: true,
    }
}

fn choices(notify: &[(&str, NotifyLevel)], quiet_hours: Option<(u16, u16)>) -> Choices {
    Choices {
        notify: notify.iter().map(|(id, level)| (Rc::from(*id), *level)).collect(),
        quiet_hours,
        ..Choices::default()
    }
}

/// Whether a message is notified: in which room, mentioning or not, with these choices, at this hour of the day.
fn told(room: &RoomView, mentions_me: bool, choices: &Choices, presence: Presence, hour: Millis) -> bool {
    let id = MessageId::from("m");
    let arrival = Arrival {
        room: &room.id,
        room_name: &room.name,
        with: room.with.as_ref(),
        id: &id,
        from: "Ann",
        content: "hello",
        own: false,
        mentions_me,
        on_screen: false,
    };
    let circumstances = Circumstances {
        presence,
        wall: MIDNIGHT + hour * HOUR,
        local_day: east,
    };
    Notifier::default()
        .consider(&arrival, choices, circumstances)
        .is_some()
}

#[test]
fn rooms_tell_mentions_and_direct_messages_everything() {
    let (plain, direct) = (room("r", None), room("d", Some("u")));
    let usual = choices(&[], None);
    let here = Presence::Online;
    assert!(!told(&plain, false, &usual, here, 12));
    assert!(told(&plain, true, &usual, here, 12));
    assert!(told(&direct, false, &usual, here, 12));
    let turned = choices(
        &[
            ("r", NotifyLevel::None),
            ("d", NotifyLevel::Mentions),
            ("r", NotifyLevel::All),
        ],
        None,
    );
    assert!(told(&plain, false, &turned, here, 12), "the last choice counts");
    assert!(!told(&direct, false, &turned, here, 12));
    let silent = choices(&[("d", NotifyLevel::None)], None);
    assert!(!told(&direct, true, &silent, here, 12));
    assert!(!told(&direct, true, &usual, Presence::DoNotDisturb, 12));
    assert!(told(&direct, true, &usual, Presence::Away, 12));
}

#[test]
fn quiet_hours_wrap_around_midnight_of_this_place() {
    let direct = room("d", Some("u"));
    let nights = choices(&[], Some((22 * 60, 7 * 60)));
    let heard = |hour| told(&direct, true, &nights, Presence::Online, hour);
    assert_eq!(
        (0..24).filter(|hour| heard(*hour)).collect::<Vec<_>>(),
        (7..22).collect::<Vec<_>>()
    );
    assert!(quiet(Some((60, 120)), 60) && quiet(Some((60, 120)), 119) && !quiet(Some((60, 120)), 120));
    assert!(quiet(Some((60, 60)), 0) && quiet(Some((60, 60)), 60), "all day");
    assert!(!quiet(None, 60));
}

#[test]
fn minutes_are_counted_from_local_midnight() {
    for (millis, minute) in [
        (0, 0),
        (59_999, 0),
        (60_000, 1),
        (12 * HOUR, 720),
        (DAY - 1, 1_439),
    ] {
        assert_eq!(minute_of_day(east, MIDNIGHT + millis), minute);
    }
    assert_eq!(minute_of_day(|_| 7, 0), 0, "a clock that never turns");
    assert_eq!(
        minute_of_day(east, 0),
        0,
        "nor is there anything before the epoch"
    );
    minute_of_day(|time| i32::try_from(time % 7).unwrap_or_default(), Millis::MAX);
}

#[test]
fn a_message_is_told_once_and_own_ones_never() {
    let direct = room("d", Some("u"));
    let id = MessageId::from("m");
    let arrival = Arrival {
        room: &direct.id,
        room_name: &direct.name,
        with: direct.with.as_ref(),
        id: &id,
        from: "A\u{202e}nn",
        content: "**hi**\n@Bob",
        own: false,
        mentions_me: true,
        on_screen: false,
    };
    let circumstances = Circumstances {
        presence: Presence::Online,
        wall: MIDNIGHT,
        local_day: east,
    };
    let usual = Choices::default();
    let mut notifier = Notifier::default();
    let told = notifier.consider(&arrival, &usual, circumstances);
    assert_eq!(
        told,
        Some(Notification {
            room: Rc::from("d"),
            room_name: Rc::from("Room"),
            direct: true,
            message: Some(id.clone()),
            from: Rc::from("Ann"),
            text: Rc::from("hi @Bob"),
        })
    );
    assert_eq!(
        notifier.consider(&arrival, &usual, circumstances),
        None,
        "replayed"
    );
    let seen = MessageId::from("seen");
    let on_screen = Arrival {
        id: &seen,
        on_screen: true,
        ..arrival.clone()
    };
    assert_eq!(notifier.consider(&on_screen, &usual, circumstances), None);
    assert_eq!(
        notifier.consider(
            &Arrival {
                on_screen: false,
                ..on_screen
            },
            &usual,
            circumstances
        ),
        None,
        "it was on screen when it came"
    );
    let other = MessageId::from("own");
    let own = Arrival {
        id: &other,
        own: true,
        ..arrival
    };
    assert_eq!(notifier.consider(&own, &usual, circumstances), None);
    for n in 0..5_000 {
        let id = MessageId::from(n.to_string());
        notifier.consider(
            &Arrival {
                id: &id,
                ..own.clone()
            },
            &usual,
            circumstances,
        );
        notifier.consider(
            &Arrival {
                id: &id,
                own: false,
                ..own.clone()
            },
            &usual,
            circumstances,
        );
    }
    assert_eq!(
        (notifier.told.len(), notifier.order.len()),
        (REMEMBERED, REMEMBERED)
    );
}

#[test]
fn the_badge_counts_what_would_be_told() {
    let silent = RoomView {
        notify: NotifyLevel::None,
        ..room("s", None)
    };
    let strange = RoomView {
        joined: false,
        ..room("x", Some("y"))
    };
    let rooms = [room("r", None), room("d", Some("u")), silent, strange];
    assert_eq!(badge(&rooms), 2 + 5);
    let many = RoomView {
        unread: u32::MAX,
        ..room("d", Some("u"))
    };
    assert_eq!(badge([&many, &many]), u32::MAX);
}
