//! Sessions: how they begin, go on, are shared, and end.

use std::time::Duration;

use engine::io::{Environment, IdSpace, Reply, RequestId, TabMessage};
use expect_test::expect;

use crate::tab::{Tab, session};

#[test]
fn a_first_visit_asks_nothing() {
    let mut tab = Tab::new(false);
    assert_eq!(tab.auth.deadline(), None);
    tab.check(expect!["0.0    view Guest"]);
}

#[test]
fn a_returning_person_is_signed_in_and_stays_so_for_hours() {
    let mut tab = Tab::new(true);
    tab.answer("refresh", 200, &session("t1"));
    tab.wait(770);
    tab.answer("refresh", 200, &session("t2"));
    tab.wait(800);
    tab.answer("refresh", 200, &session("t3"));
    tab.check(expect![[r#"
        0.0    POST /api/auth/refresh {}
        0.0    view SignedIn u1 Ada
        0.0    token t1
        766.8  POST /api/auth/refresh {}
        770.0  token t2
        1544.0 POST /api/auth/refresh {}
        1570.0 token t3"#]]);
}

#[test]
fn a_cookie_that_has_ended_makes_a_guest_without_a_word() {
    let mut tab = Tab::new(true);
    tab.answer("refresh", 401, r#"{"error":"no session"}"#);
    tab.check(expect![[r#"
        0.0    POST /api/auth/refresh {}
        0.0    view Guest"#]]);
}

#[test]
fn offline_at_start_is_no_sign_out() {
    let mut tab = Tab::new(true);
    tab.fail("refresh");
    tab.wait(1);
    tab.fail("refresh");
    tab.fetch(7);
    tab.environment(Environment::Online);
    tab.answer("refresh", 200, &session("t1"));
    tab.answer("thing/7", 200, "here");
    tab.check(expect![[r#"
        0.0    POST /api/auth/refresh {}
        0.9    POST /api/auth/refresh {}
        1.0    POST /api/auth/refresh {}
        1.0    view SignedIn u1 Ada
        1.0    token t1
        1.0    GET /api/thing/7 [Bearer t1]
        1.0    fetched 7: 200 here"#]]);
}

#[test]
fn a_hotels_sign_in_page_is_no_sign_out() {
    let mut tab = Tab::signed_in();
    tab.wait(770);
    tab.answer("refresh", 200, "<html>Welcome to our hotel</html>");
    tab.wait(1);
    tab.answer("refresh", 200, &session("t2"));
    tab.check(expect![[r#"
        766.8  POST /api/auth/refresh {}
        771.0  POST /api/auth/refresh {}
        771.0  token t2"#]]);
}

#[test]
fn many_waiting_requests_share_one_refresh_and_are_tried_once_again() {
    let mut tab = Tab::signed_in();
    for tag in [1, 2, 3] {
        tab.fetch(tag);
    }
    tab.answer("thing/1", 401, "");
    tab.answer("thing/2", 401, "");
    tab.fetch(4);
    tab.answer("refresh", 200, &session("t2"));
    // This 401 is about the old token: no second refresh.
    tab.answer("thing/3", 401, "");
    tab.answer("thing/1", 200, "one");
    tab.answer("thing/2", 401, "still no");
    tab.answer("thing/4", 200, "four");
    tab.answer("thing/3", 200, "three");
    tab.check(expect![[r#"
        0.0    GET /api/thing/1 [Bearer t1]
        0.0    GET /api/thing/2 [Bearer t1]
        0.0    GET /api/thing/3 [Bearer t1]
        0.0    POST /api/auth/refresh {}
        0.0    token t2
        0.0    GET /api/thing/1 [Bearer t2]
        0.0    GET /api/thing/2 [Bearer t2]
        0.0    GET /api/thing/4 [Bearer t2]
        0.0    GET /api/thing/3 [Bearer t2]
        0.0    fetched 1: 200 one
        0.0    fetched 2: 401 still no
        0.0    fetched 4: 200 four
        0.0    fetched 3: 200 three"#]]);
}

#[test]
fn a_refused_refresh_signs_out_and_hands_the_work_back() {
    let mut tab = Tab::signed_in();
    tab.fetch(1);
    tab.answer("thing/1", 401, "expired");
    tab.fetch(2);
    tab.answer("refresh", 401, "");
    tab.check(expect![[r#"
        0.0    GET /api/thing/1 [Bearer t1]
        0.0    POST /api/auth/refresh {}
        0.0    view Failed(SessionEnded)
        0.0    token -
        0.0    fetched 1: 401 expired
        0.0    fetched 2: 401
        0.0    tell tabs SignedOut { backend: "home" }"#]]);
    tab.fetch(3);
    tab.answer("thing/3", 401, "guests may not");
    tab.check(expect![[r#"
        0.0    GET /api/thing/3
        0.0    fetched 3: 401 guests may not"#]]);
}

#[test]
fn a_server_in_trouble_is_asked_again_when_it_says() {
    let mut tab = Tab::signed_in();
    tab.wait(770);
    tab.answer("refresh", 503, "");
    tab.wait(1);
    tab.answer_with(
        "refresh",
        Ok(Reply {
            status: 429,
            retry_after: Some(Duration::from_secs(40)),
            body: String::new(),
        }),
    );
    tab.wait(39);
    tab.wait(2);
    tab.answer("refresh", 200, &session("t2"));
    tab.check(expect![[r#"
        766.8  POST /api/auth/refresh {}
        771.0  POST /api/auth/refresh {}
        811.0  POST /api/auth/refresh {}
        812.0  token t2"#]]);
}

#[test]
fn a_request_does_not_wait_for_ever() {
    let mut tab = Tab::signed_in();
    tab.fetch(1);
    tab.answer("thing/1", 401, "");
    tab.fail("refresh");
    tab.environment(Environment::Offline);
    for _ in 0..4 {
        tab.wait(15);
        while tab.asked.iter().any(|(_, line)| line.contains("refresh")) {
            tab.fail("refresh");
        }
    }
    tab.wait(1);
    assert!(
        tab.log.iter().any(|line| line.ends_with("fetched 1: TimedOut")),
        "{:#?}",
        tab.log
    );
    assert_eq!(tab.auth.user_id(), Some("u1"));
}

#[test]
fn a_laptop_lid_makes_the_token_old() {
    let mut tab = Tab::signed_in();
    tab.environment(Environment::Resumed(Duration::from_secs(3600)));
    tab.fetch(1);
    tab.answer("refresh", 200, &session("t2"));
    tab.check(expect![[r#"
        0.0    POST /api/auth/refresh {}
        0.0    token t2
        0.0    GET /api/thing/1 [Bearer t2]"#]]);
}

#[test]
fn tabs_share_one_session() {
    let mut tab = Tab::signed_in();
    let backend = || "home".to_owned();
    tab.tab(TabMessage::SignedIn {
        backend: backend(),
        user: "u1".into(),
    });
    tab.tab(TabMessage::SignedOut {
        backend: "other".into(),
    });
    tab.check(expect![""]);
    tab.fetch(1);
    tab.answer("thing/1", 401, "");
    tab.tab(TabMessage::SignedOut { backend: backend() });
    tab.check(expect![[r#"
        0.0    GET /api/thing/1 [Bearer t1]
        0.0    POST /api/auth/refresh {}
        0.0    abort POST /api/auth/refresh {}
        0.0    view Guest
        0.0    token -
        0.0    fetched 1: 401"#]]);
    tab.tab(TabMessage::SignedIn {
        backend: backend(),
        user: "u1".into(),
    });
    tab.answer("refresh", 200, &session("t2"));
    tab.check(expect![[r#"
        0.0    POST /api/auth/refresh {}
        0.0    view Unknown
        0.0    view SignedIn u1 Ada
        0.0    token t2"#]]);
}

#[test]
fn answers_of_others_change_nothing() {
    let mut tab = Tab::signed_in();
    for id in [0, IdSpace(3).id(999), IdSpace(4).id(1), u64::MAX] {
        tab.auth.handle_http(
            tab.now,
            RequestId(id),
            Ok(Reply {
                status: 401,
                retry_after: None,
                body: String::new(),
            }),
        );
        tab.drain();
    }
    assert_eq!(tab.log, Vec::<String>::new());
    assert_eq!(tab.auth.user_id(), Some("u1"));
}
