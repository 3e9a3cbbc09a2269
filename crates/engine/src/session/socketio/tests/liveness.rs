//! Finding out that a link died.

use super::*;

const NOBODY: &str = r#"44/antenna-probe,{"message":"Invalid namespace"}"#;

/// Lets time pass in front of a server that answers what it is asked.
fn answer_for(sim: &mut Sim, millis: u64) {
    let end = sim.now + Duration::from_millis(millis);
    while sim.now < end {
        sim.advance(50);
        if sim.said("<- 40/antenna-probe,") {
            sim.log.clear();
            sim.text(1, NOBODY);
        }
        assert!(!sim.said("lost"), "{:#?}", sim.log);
    }
}

#[test]
fn pings_keep_a_link_and_their_absence_ends_it() {
    let mut sim = Sim::connected();
    for _ in 0..10 {
        sim.advance(25_000);
        sim.text(1, "2");
    }
    assert_eq!(sim.sent(), ["3"; 10]);
    sim.advance(44_999);
    assert!(!sim.said("lost"));
    sim.advance(1);
    assert!(
        sim.said("lost: ping timeout") && sim.said("close #1"),
        "{:#?}",
        sim.log
    );
}

#[test]
fn in_a_call_a_dead_link_is_noticed_within_five_seconds_whenever_it_dies() {
    for died_after in (0..4_000).step_by(50) {
        let mut sim = Sim::connected();
        sim.act(|session, now| session.watch_closely(now, true));
        answer_for(&mut sim, 10_000 + died_after);
        let died = sim.now;
        while !sim.said("lost: the server stopped answering") {
            sim.advance(10);
            assert!(
                sim.now.since(died) <= Duration::from_secs(5),
                "died {died_after} ms into the pattern"
            );
        }
    }
}

#[test]
fn outside_of_a_call_nothing_is_asked() {
    let mut sim = Sim::connected();
    sim.advance(24_000);
    sim.act(|session, now| session.watch_closely(now, true));
    sim.text(1, NOBODY);
    sim.act(|session, now| session.watch_closely(now, false));
    sim.advance(20_000);
    assert_eq!(sim.sent(), ["40/antenna-probe,"]);
}

#[test]
fn while_the_server_talks_it_is_not_asked() {
    let mut sim = Sim::connected();
    sim.act(|session, now| session.watch_closely(now, true));
    sim.text(1, NOBODY);
    for _ in 0..20 {
        sim.advance(1_500);
        sim.text(1, r#"42["news"]"#);
    }
    assert_eq!(sim.sent(), ["40/antenna-probe,"]);
}

#[test]
fn any_sign_of_life_will_do_as_an_answer() {
    let mut sim = Sim::connected();
    sim.act(|session, now| session.watch_closely(now, true));
    sim.text(1, NOBODY);
    sim.advance(2_000);
    for _ in 0..10 {
        sim.advance(2_000);
        sim.text(1, r#"42["news"]"#);
    }
    assert!(!sim.said("lost"), "{:#?}", sim.log);
    // The question that was never answered by name is not asked again: a server that admits everybody would take the
    // second one for an error.
    assert_eq!(
        sim.sent()
            .iter()
            .filter(|sent| sent.contains("antenna-probe"))
            .count(),
        2
    );
}

#[test]
fn a_server_that_admits_everybody_is_left_again() {
    let mut sim = Sim::connected();
    sim.act(|session, now| session.watch_closely(now, true));
    sim.text(1, r#"40/antenna-probe,{"sid":"X"}"#);
    sim.advance(2_000);
    assert_eq!(
        sim.sent(),
        ["40/antenna-probe,", "41/antenna-probe,", "40/antenna-probe,"]
    );
}

#[test]
fn a_server_that_never_answers_questions_is_not_dropped_for_it() {
    let mut sim = Sim::connected();
    sim.act(|session, now| session.watch_closely(now, true));
    for _ in 0..4 {
        sim.advance(25_000);
        sim.text(1, "2");
    }
    assert!(!sim.said("lost"), "{:#?}", sim.log);
    assert_eq!(
        sim.sent()
            .iter()
            .filter(|sent| sent.contains("antenna-probe"))
            .count(),
        1
    );
}

#[test]
fn watching_goes_on_over_the_next_link() {
    let mut sim = Sim::connected();
    sim.act(|session, now| session.watch_closely(now, true));
    sim.text(1, NOBODY);
    sim.closed(1);
    sim.advance(1_000);
    sim.open_socket(2);
    sim.log.clear();
    sim.text(2, r#"40{"sid":"S"}"#);
    assert_eq!(sim.sent(), ["40/antenna-probe,"]);
}

#[test]
fn a_closed_lid_is_no_loss_if_the_link_outlived_it() {
    let mut sim = Sim::connected();
    sim.freeze(600_000);
    // The browser may run the overdue timer before it delivers what came in the meantime.
    sim.act(SocketIo::handle_tick);
    sim.environment(Environment::Resumed(Duration::from_secs(600)));
    sim.text(1, "2");
    sim.text(1, NOBODY);
    sim.advance(20_000);
    assert!(!sim.said("lost") && !sim.said("close"), "{:#?}", sim.log);
}

#[test]
fn a_link_that_died_under_a_closed_lid_is_replaced_within_seconds() {
    let mut sim = Sim::connected();
    sim.freeze(600_000);
    sim.act(SocketIo::handle_tick);
    sim.environment(Environment::Resumed(Duration::from_secs(600)));
    sim.advance(2_500);
    assert!(sim.said("lost: the server stopped answering"), "{:#?}", sim.log);
    sim.advance(1_000);
    assert!(sim.said("open #2"), "{:#?}", sim.log);
}

#[test]
fn another_network_is_suspicious_but_a_link_that_answers_stays() {
    let mut sim = Sim::connected();
    sim.environment(Environment::NetworkChanged);
    sim.text(1, NOBODY);
    sim.advance(10_000);
    assert!(!sim.said("lost"));
    sim.environment(Environment::NetworkChanged);
    sim.advance(2_500);
    assert!(sim.said("lost"), "{:#?}", sim.log);
}

#[test]
fn coming_back_to_the_page_asks_only_a_quiet_link() {
    let mut sim = Sim::connected();
    sim.environment(Environment::Visible(true));
    assert_eq!(sim.sent(), Vec::<String>::new());
    sim.advance(5_000);
    sim.environment(Environment::Visible(true));
    assert_eq!(sim.sent(), ["40/antenna-probe,"]);
}
