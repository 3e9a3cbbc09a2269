//! Chat, named by symptom.

mod chat_sim;

use chat_sim::server::{EXACT, Flavour, PLAIN, SILENT, SPLIT};
use chat_sim::{World, ada, expected};
use engine::chat::api::*;
use engine::io::Environment;
use serde_json::json;

const FLAVOURS: [Flavour; 4] = [PLAIN, SILENT, SPLIT, EXACT];

#[test]
fn what_is_sent_is_shown_at_once_and_sent_once() {
    for flavour in FLAVOURS {
        let mut world = ada(flavour);
        world.send(0, "hello");
        assert_eq!(
            world.tabs[0].texts(),
            ["hello"],
            "{flavour:?}: before anything else happens"
        );
        world.run(20_000);
        assert_eq!(world.server.contents("r"), expected(&["hello"]), "{flavour:?}");
        assert_eq!(world.tabs[0].texts(), ["hello"], "{flavour:?}");
        assert_eq!(world.tabs[0].delivery_of("hello"), Delivery::Sent, "{flavour:?}");
        assert_eq!(world.tabs[0].waiting(), 0, "{flavour:?}");
        assert!(
            world.devices[0]
                .disk
                .records()
                .all(|(key, _)| !matches!(key, StoreKey::Wish(_))),
            "{flavour:?}"
        );
    }
}

#[test]
fn the_same_text_twice_on_purpose_is_two_messages() {
    for flavour in FLAVOURS {
        let mut world = ada(flavour);
        world.send(0, "ok");
        world.send(0, "ok");
        world.run(20_000);
        assert_eq!(world.server.contents("r"), expected(&["ok", "ok"]), "{flavour:?}");
        assert_eq!(world.tabs[0].texts(), ["ok", "ok"], "{flavour:?}");
        world.cut(0);
        world.run(30_000);
        world.send(0, "ok");
        world.run(20_000);
        assert_eq!(world.server.contents("r").len(), 3, "{flavour:?}");
        assert_eq!(world.tabs[0].texts(), ["ok", "ok", "ok"], "{flavour:?}");
    }
}

#[test]
fn what_is_written_offline_leaves_in_order_after_a_week_and_a_reload() {
    for flavour in FLAVOURS {
        let mut world = ada(flavour);
        world.tabs[0].network = false;
        world.cut(0);
        world.run(1_000);
        for text in ["1", "2", "3"] {
            world.send(0, text);
            world.run(100);
        }
        assert_eq!(world.tabs[0].waiting(), 3, "{flavour:?}");
        assert_eq!(world.tabs[0].delivery_of("2"), Delivery::Waiting, "{flavour:?}");
        world.crash(0);
        world.run(7 * 24 * 3_600_000);
        world.tabs[0].network = true;
        world.reload(0, Some("r"));
        world.run(20_000);
        assert_eq!(
            world.server.contents("r"),
            expected(&["1", "2", "3"]),
            "{flavour:?}"
        );
        assert_eq!(world.tabs[0].texts(), ["1", "2", "3"], "{flavour:?}");
    }
}

#[test]
fn what_waits_is_never_sent_as_somebody_else() {
    for flavour in FLAVOURS {
        let mut world = ada(flavour);
        world.tabs[0].network = false;
        world.cut(0);
        world.send(0, "secret");
        world.run(1_000);
        world.input(0, ChatInput::Pass(None));
        world.tabs[0].user = "eve".into();
        world.tabs[0].network = true;
        world.sign_in(0, "token-of-eve");
        world.run(20_000);
        world.open(0, "r");
        world.run(20_000);
        assert!(world.server.contents("r").is_empty(), "{flavour:?}");
        assert!(world.tabs[0].texts().is_empty(), "{flavour:?}");
        world.tabs[0].user = "ada".into();
        world.sign_in(0, "token-of-ada");
        world.run(40_000);
        assert_eq!(world.server.contents("r"), expected(&["secret"]), "{flavour:?}");
    }
}

#[test]
fn a_refused_token_is_reported_once_and_nothing_is_hammered() {
    let mut world = World::new(PLAIN, 3);
    world.server.refused_tokens.insert("token-of-ada".into());
    let device = world.device();
    let tab = world.tab(device, "ada");
    world.run(600_000);
    assert_eq!(world.tabs[tab].refused_tokens.len(), 1);
    assert_eq!(world.tabs[tab].opened.len(), 1);
    world.sign_in(tab, "token-of-ada#2");
    world.run(1_000);
    assert!(world.tabs[tab].connected());
}

#[test]
fn a_rate_limit_is_waited_for_and_nothing_is_lost() {
    for flavour in [PLAIN, EXACT] {
        let mut world = ada(Flavour { limit: 5, ..flavour });
        for index in 0..12 {
            world.send(0, &index.to_string());
        }
        world.run(10_000);
        assert_eq!(world.server.contents("r").len(), 5, "{flavour:?}");
        world.run(240_000);
        let texts: Vec<String> = (0..12).map(|index| index.to_string()).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        assert_eq!(world.server.contents("r"), expected(&texts), "{flavour:?}");
        assert_eq!(world.tabs[0].texts(), texts, "{flavour:?}");
    }
}

#[test]
fn sixty_messages_a_minute_are_not_exceeded_on_plain_servers() {
    let mut world = ada(PLAIN);
    for index in 0..100 {
        world.send(0, &index.to_string());
    }
    world.run(50_000);
    assert!(world.server.contents("r").len() <= 60);
    world.run(120_000);
    assert_eq!(world.server.contents("r").len(), 100);
}

#[test]
fn a_refusal_has_its_reason_and_can_be_tried_again_or_cancelled() {
    for flavour in [PLAIN, EXACT] {
        let mut world = ada(flavour);
        world.server.refuse_next = vec!["No links, please".into(), "No links, please".into()];
        world.send(0, "one");
        world.send(0, "two");
        world.run(20_000);
        let failed = Delivery::Failed("No links, please".into());
        assert_eq!(world.tabs[0].delivery_of("one"), failed, "{flavour:?}");
        assert_eq!(world.tabs[0].delivery_of("two"), failed, "{flavour:?}");
        let (one, two) = (world.tabs[0].row_of("one"), world.tabs[0].row_of("two"));
        world.command(0, ChatCommand::Cancel(one));
        world.command(0, ChatCommand::Retry(two));
        world.run(20_000);
        assert_eq!(world.server.contents("r"), expected(&["two"]), "{flavour:?}");
        assert_eq!(world.tabs[0].texts(), ["two"], "{flavour:?}");
    }
}

#[test]
fn a_message_that_waits_is_changed_before_it_leaves() {
    let mut world = ada(EXACT);
    world.tabs[0].network = false;
    world.cut(0);
    world.send(0, "teh");
    let row = world.tabs[0].row_of("teh");
    world.command(
        0,
        ChatCommand::Edit {
            row,
            content: "the".into(),
        },
    );
    assert_eq!(world.tabs[0].texts(), ["the"]);
    world.tabs[0].network = true;
    world.run(60_000);
    assert_eq!(world.server.contents("r"), expected(&["the"]));
    assert!(!world.server.log.iter().any(|(_, event)| event == "edit-message"));
}

#[test]
fn edits_reactions_and_deletions_arrive_also_when_made_offline() {
    for flavour in FLAVOURS {
        let mut world = ada(flavour);
        world.post("r", "bob", "hi");
        world.send(0, "first");
        world.send(0, "second");
        world.run(10_000);
        world.tabs[0].network = false;
        world.cut(0);
        let (hi, first, second) = (
            world.tabs[0].row_of("hi"),
            world.tabs[0].row_of("first"),
            world.tabs[0].row_of("second"),
        );
        world.command(
            0,
            ChatCommand::Edit {
                row: first,
                content: "first!".into(),
            },
        );
        world.command(
            0,
            ChatCommand::React {
                row: hi,
                reaction: "👍".into(),
            },
        );
        world.command(0, ChatCommand::Delete(second));
        world.run(10_000);
        world.tabs[0].network = true;
        world.run(90_000);
        let room = &world.server.rooms["r"];
        let of = |text: &str| {
            room.iter()
                .find(|known| known["content"] == text)
                .unwrap_or_else(|| panic!("{flavour:?}: {room:?}"))
        };
        assert_eq!(of("hi")["reactions"], json!({ "👍": ["ada"] }), "{flavour:?}");
        assert_eq!(of("first!")["edited"], true, "{flavour:?}");
        assert!(room.iter().any(|known| known["deleted"] == true), "{flavour:?}");
        assert_eq!(world.tabs[0].waiting(), 0, "{flavour:?}");
        let messages = world.tabs[0].messages();
        assert_eq!(
            messages.iter().filter(|message| message.deleted).count(),
            1,
            "{flavour:?}"
        );
    }
}

#[test]
fn a_deletion_can_be_undone_for_five_seconds() {
    let mut world = ada(EXACT);
    world.send(0, "oops");
    world.run(1_000);
    let row = world.tabs[0].row_of("oops");
    world.command(0, ChatCommand::Delete(row));
    assert!(world.tabs[0].messages()[0].undo_until.is_some());
    world.run(4_000);
    world.command(0, ChatCommand::UndoDelete(row));
    world.run(10_000);
    assert_eq!(world.server.contents("r"), expected(&["oops"]));
    assert!(!world.tabs[0].messages()[0].deleted);
    world.command(0, ChatCommand::Delete(row));
    world.run(10_000);
    assert_eq!(world.server.rooms["r"][0]["deleted"], true);
    assert!(world.tabs[0].messages()[0].deleted);
}

#[test]
fn messages_missed_while_away_are_fetched() {
    for flavour in FLAVOURS {
        let mut world = ada(flavour);
        world.post("r", "bob", "before");
        world.run(1_000);
        world.tabs[0].network = false;
        world.cut(0);
        for index in 0..30 {
            world.post("r", "bob", &index.to_string());
        }
        world.tabs[0].network = true;
        world.run(60_000);
        assert_eq!(world.tabs[0].texts().len(), 31, "{flavour:?}");
        assert!(
            !world.tabs[0]
                .rows
                .iter()
                .any(|row| matches!(row.kind, RowKind::Gap(_))),
            "{flavour:?}"
        );
    }
}

#[test]
fn a_gap_is_closed_by_pages_or_said() {
    for (flavour, closed) in [(PLAIN, false), (EXACT, true)] {
        let mut world = ada(flavour);
        world.post("r", "bob", "before");
        world.run(5_000);
        world.tabs[0].network = false;
        world.cut(0);
        for index in 0..130 {
            world.post("r", "bob", &index.to_string());
        }
        world.tabs[0].network = true;
        world.run(60_000);
        let gaps = world.tabs[0]
            .rows
            .iter()
            .filter(|row| matches!(row.kind, RowKind::Gap(_)))
            .count();
        if closed {
            assert_eq!((world.tabs[0].texts().len(), gaps), (131, 0));
        } else {
            assert_eq!((world.tabs[0].texts().len(), gaps), (51, 1));
        }
    }
}

#[test]
fn a_room_is_readable_offline_after_a_reload() {
    for flavour in FLAVOURS {
        let mut world = ada(flavour);
        for index in 0..60 {
            world.post("r", "bob", &index.to_string());
        }
        world.send(0, "mine");
        world.run(20_000);
        world.crash(0);
        world.run(1_000);
        world.tabs[0].network = false;
        world.reload(0, Some("r"));
        world.run(5_000);
        let texts = world.tabs[0].texts();
        assert_eq!(texts.len(), 61, "{flavour:?}");
        assert!(texts.contains(&"mine".to_owned()), "{flavour:?}");
        assert_eq!(world.tabs[0].rooms.len(), 1, "{flavour:?}");
        assert!(
            world.tabs[0]
                .connection
                .as_ref()
                .is_some_and(|connection| connection.stale),
            "{flavour:?}"
        );
    }
}

#[test]
fn two_tabs_show_the_same_and_one_connects() {
    for flavour in FLAVOURS {
        let mut world = ada(flavour);
        let second = world.tab(0, "ada");
        world.run(1_000);
        world.open(second, "r");
        world.run(1_000);
        world.send(second, "from the second");
        world.send(0, "from the first");
        world.post("r", "bob", "hi");
        world.run(20_000);
        let mut first = world.tabs[0].texts();
        let mut other = world.tabs[second].texts();
        first.sort();
        other.sort();
        assert_eq!(first, other, "{flavour:?}");
        assert_eq!(first.len(), 3, "{flavour:?}");
        assert!(world.tabs[second].opened.is_empty(), "{flavour:?}");
        assert_eq!(
            world.tabs[second].delivery_of("from the second"),
            Delivery::Sent,
            "{flavour:?}"
        );
        assert_eq!(world.server.contents("r").len(), 3, "{flavour:?}");
        // The leader dies, and the other goes on.
        world.crash(0);
        world.send(second, "alone");
        world.run(30_000);
        assert_eq!(world.server.contents("r").len(), 4, "{flavour:?}");
        assert_eq!(world.tabs[second].texts().len(), 4, "{flavour:?}");
    }
}

#[test]
fn unread_messages_and_mentions_are_counted_until_they_were_on_screen() {
    for flavour in [PLAIN, EXACT] {
        let mut world = ada(flavour);
        world.server.rooms.insert("s".into(), Vec::new());
        world.open(0, "s");
        world.run(1_000);
        world.post("r", "bob", "one");
        world.post("r", "bob", "hey @Name of ada");
        world.run(1_000);
        let room = world.tabs[0].room("r").expect("in the list");
        assert_eq!((room.unread, room.mentions), (2, 1), "{flavour:?}");
        assert_eq!(world.tabs[0].notified.len(), 1, "{flavour:?}");
        world.open(0, "r");
        world.run(1_000);
        let row = world.tabs[0].row_of("hey @Name of ada");
        assert!(
            world.tabs[0].rows.iter().any(|row| row.kind == RowKind::Unread),
            "{flavour:?}"
        );
        world.command(0, ChatCommand::Seen(row));
        world.run(5_000);
        let room = world.tabs[0].room("r").expect("in the list");
        assert_eq!((room.unread, room.mentions), (0, 0), "{flavour:?}");
        assert!(
            world.server.log.iter().any(|(_, event)| event == "read-receipt"),
            "{flavour:?}"
        );
    }
}

#[test]
fn read_receipts_that_are_switched_off_are_not_sent() {
    let mut world = ada(PLAIN);
    let privacy = Privacy {
        read_receipts: false,
        typing: false,
        ..Privacy::default()
    };
    world.command(0, ChatCommand::SetPrivacy(privacy));
    world.post("r", "bob", "one");
    world.run(1_000);
    let row = world.tabs[0].row_of("one");
    world.command(0, ChatCommand::Seen(row));
    world.command(0, ChatCommand::Typing(true));
    world.run(5_000);
    assert!(
        !world
            .server
            .log
            .iter()
            .any(|(_, event)| event == "read-receipt" || event == "typing")
    );
}

#[test]
fn a_draft_survives_a_reload() {
    let mut world = ada(PLAIN);
    world.command(
        0,
        ChatCommand::KeepDraft {
            room: "r".into(),
            text: "half a tho".into(),
            reply_to: None,
        },
    );
    world.run(1_000);
    world.crash(0);
    world.reload(0, Some("r"));
    world.run(1_000);
    let open = world.tabs[0].open.clone().expect("open");
    assert_eq!(&*open.draft, "half a tho");
    assert!(world.tabs[0].room("r").is_some_and(|room| room.draft));
}

#[test]
fn a_broken_disk_does_not_keep_anybody_from_chatting() {
    for flavour in FLAVOURS {
        let mut world = World::new(flavour, 9);
        world.server.rooms.insert("r".into(), Vec::new());
        let device = world.device();
        world.devices[device].broken = true;
        let tab = world.tab(device, "ada");
        world.run(1_000);
        world.open(tab, "r");
        world.run(1_000);
        world.send(tab, "hello");
        world.run(20_000);
        assert_eq!(world.server.contents("r"), expected(&["hello"]), "{flavour:?}");
        assert_eq!(
            world.tabs[tab].delivery_of("hello"),
            Delivery::Sent,
            "{flavour:?}"
        );
    }
}

#[test]
fn a_server_that_is_gone_is_not_stormed() {
    let mut world = ada(PLAIN);
    world.kill_server();
    world.run(600_000);
    assert!(world.tabs[0].opened.len() < 40, "{}", world.tabs[0].opened.len());
    world.server_down = false;
    world.input(0, ChatInput::Environment(Environment::Online));
    world.run(10_000);
    assert!(world.tabs[0].connected());
}
