//! Pages, links and servers that die at random moments: 0 lost on every server, 0 doubled where it can be.
//!
//! The schedules are the same each time. `CHAT_SCHEDULES=300 cargo test -p engine --test chat_kill` plays more of them.

mod chat_sim;

use std::collections::BTreeMap;

use chat_sim::World;
use chat_sim::server::{EXACT, Flavour, PLAIN, SILENT, SPLIT};

/// One schedule: what happened, for a failing test's message.
fn run(flavour: Flavour, seed: u64) -> Result<(), String> {
    let mut world = World::new(flavour, seed);
    world.server.rooms.insert("r".into(), Vec::new());
    let mut story = Vec::new();
    let (ada_device, bob_device) = (world.device(), world.device());
    let tabs = [
        world.tab(ada_device, "ada"),
        world.tab(ada_device, "ada"),
        world.tab(bob_device, "bob"),
    ];
    world.run(500);
    for tab in tabs {
        world.open(tab, "r");
    }
    world.run(1_000);
    let mut written: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut counter = 0;
    for _ in 0..30 {
        let tab = tabs[usize::try_from(world.random(3)).unwrap_or(0)];
        let event = world.random(12);
        story.push(format!("{}: tab {tab}, {event}", world.now));
        match event {
            0 => {
                // On disk by now: what was not, nobody promised.
                world.run(chat_sim::DISK * 3);
                world.crash(tab);
                let pause = world.random(3_000);
                world.run(pause);
                world.reload(tab, Some("r"));
                world.run(chat_sim::DISK * 3);
            }
            1 | 2 => world.cut(tab),
            3 => {
                world.kill_server();
                let pause = world.random(4_000);
                world.run(pause);
                world.server_down = false;
            }
            4 => {
                world.tabs[tab].network = false;
                world.cut(tab);
            }
            5 => world.tabs[tab].network = true,
            _ => {
                let text = if world.random(4) == 0 {
                    "same".to_owned()
                } else {
                    counter += 1;
                    counter.to_string()
                };
                let user = world.tabs[tab].user.clone();
                written.entry(user).or_default().push(text.clone());
                world.send(tab, &text);
                world.run(chat_sim::DISK * 3);
            }
        }
        let pause = [5, 15, 25, 45, 80, 200, 2_000][usize::try_from(world.random(7)).unwrap_or(0)];
        world.run(pause);
    }
    for tab in tabs {
        world.tabs[tab].network = true;
    }
    world.server_down = false;
    world.run(400_000);

    let stored = world.server.contents("r");
    for (user, texts) in &written {
        let mut wanted = texts.clone();
        let mut got: Vec<String> = stored
            .iter()
            .filter(|(of, _)| of == user)
            .map(|(_, text)| text.clone())
            .collect();
        if flavour.exact && user == "bob" && got != wanted {
            return Err(format!("order of {user}: {got:?} of {wanted:?}\n{story:#?}"));
        }
        wanted.sort();
        got.sort();
        if flavour.exact && got != wanted {
            return Err(format!("{user}: server has {got:?} of {wanted:?}\n{story:#?}"));
        }
        for text in &wanted {
            let count = |list: &[String]| list.iter().filter(|known| *known == text).count();
            if count(&got) < count(&wanted) {
                return Err(format!("{user}: lost {text}: {got:?} of {wanted:?}\n{story:#?}"));
            }
        }
    }
    for tab in tabs {
        if world.tabs[tab].waiting() != 0 {
            return Err(format!("tab {tab} still waits\n{story:#?}"));
        }
        let mut shown = world.tabs[tab].texts();
        let mut there: Vec<String> = stored.iter().map(|(_, text)| text.clone()).collect();
        if flavour.exact && shown != there {
            return Err(format!("tab {tab} shows {shown:?} of {there:?}\n{story:#?}"));
        }
        shown.sort();
        there.sort();
        if shown != there {
            return Err(format!("tab {tab} shows {shown:?} of {there:?}\n{story:#?}"));
        }
    }
    Ok(())
}

fn all(flavour: Flavour, schedules: u64) {
    let asked = std::env::var("CHAT_SCHEDULES").ok();
    let schedules = asked.and_then(|number| number.parse().ok()).unwrap_or(schedules);
    let failed: Vec<String> = (1..=schedules)
        .filter_map(|seed| run(flavour, seed).err().map(|why| format!("seed {seed}: {why}")))
        .collect();
    assert!(
        failed.is_empty(),
        "{} failed; the first: {}",
        failed.len(),
        failed[0]
    );
}

#[test]
fn exactly_once_with_client_ids_and_acks() {
    all(EXACT, 120);
}

#[test]
fn nothing_is_lost_where_the_server_echoes() {
    all(PLAIN, 80);
}

#[test]
fn nothing_is_lost_where_the_server_does_not_echo() {
    all(SILENT, 80);
}

#[test]
fn nothing_is_lost_where_history_comes_without_a_room() {
    all(SPLIT, 40);
}
