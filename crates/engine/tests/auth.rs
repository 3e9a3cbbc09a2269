//! Accounts in virtual time: a script of what happens, and everything that the accounts did about it.

use std::time::Duration;

use engine::auth::{Auth, AuthCommand, AuthOutput, AuthSettings};
use engine::event::AccountView;
use engine::io::{
    Body, Environment, HttpFailure, IdSpace, Method, Output, Reply, Request, RequestId, TabMessage,
};
use engine::time::Instant;
use expect_test::{Expect, expect};

const ADA: &str = r#"{"id":"u1","email":"ada@b.c","name":"Ada","role":"viewer"}"#;

/// One tab, its clock, and what was done so far.
struct Tab {
    auth: Auth,
    now: Instant,
    log: Vec<String>,
    asked: Vec<(RequestId, String)>,
}

impl Tab {
    fn new(session_expected: bool) -> Self {
        let settings = AuthSettings {
            backend_id: "home".into(),
            base_url: "https://box".into(),
            ids: IdSpace(3),
            seed: 1,
            session_expected,
        };
        let mut tab = Self {
            auth: Auth::new(settings),
            now: Instant::from_millis(0),
            log: Vec::new(),
            asked: Vec::new(),
        };
        tab.auth.restore(tab.now);
        tab.drain();
        tab
    }

    fn signed_in() -> Self {
        let mut tab = Self::new(true);
        tab.answer("refresh", 200, &session("t1"));
        tab.log.clear();
        tab
    }

    fn drain(&mut self) {
        while let Some(output) = self.auth.poll() {
            let line = match output {
                AuthOutput::Output(Output::Http(id, request)) => {
                    let line = show(&request);
                    self.asked.push((id, line.clone()));
                    line
                }
                AuthOutput::Output(Output::AbortHttp(id)) => {
                    let place = self
                        .asked
                        .iter()
                        .position(|(asked, _)| *asked == id)
                        .expect("was asked");
                    format!("abort {}", self.asked.remove(place).1)
                }
                AuthOutput::Output(Output::Tab(message)) => format!("tell tabs {message:?}"),
                AuthOutput::Output(other) => format!("{other:?}"),
                AuthOutput::View(AccountView::SignedIn(profile)) => {
                    let saving = if profile.saving { ", saving" } else { "" };
                    let problem = profile
                        .problem
                        .map(|problem| format!(", {problem:?}"))
                        .unwrap_or_default();
                    format!("view SignedIn {} {}{saving}{problem}", profile.id, profile.name)
                }
                AuthOutput::View(view) => format!("view {view:?}"),
                AuthOutput::TokenChanged => format!("token {}", self.auth.access_token().unwrap_or("-")),
                AuthOutput::Fetched { tag, result } => match result {
                    Ok(reply) => format!("fetched {tag}: {} {}", reply.status, reply.body),
                    Err(failure) => format!("fetched {tag}: {failure:?}"),
                },
            };
            self.log
                .push(format!("{:<6.1} {line}", self.now.as_millis() as f64 / 1000.0));
        }
    }

    /// Answers the oldest request whose line contains `what`.
    fn answer_with(&mut self, what: &str, result: Result<Reply, HttpFailure>) {
        let place = self.asked.iter().position(|(_, line)| line.contains(what));
        let (id, _) = self
            .asked
            .remove(place.unwrap_or_else(|| panic!("nobody asked {what}: {:?}", self.asked)));
        self.auth.handle_http(self.now, id, result);
        self.drain();
    }

    fn answer(&mut self, what: &str, status: u16, body: &str) {
        self.answer_with(
            what,
            Ok(Reply {
                status,
                retry_after: None,
                body: body.into(),
            }),
        );
    }

    fn fail(&mut self, what: &str) {
        self.answer_with(what, Err(HttpFailure::Unreachable));
    }

    fn fetch(&mut self, tag: u64) {
        let request = Request {
            method: Method::Get,
            url: format!("https://box/api/thing/{tag}"),
            headers: Vec::new(),
            body: Body::Empty,
            credentials: false,
            timeout: Duration::from_secs(60),
        };
        self.auth.fetch(self.now, request, tag);
        self.drain();
    }

    fn command(&mut self, command: AuthCommand) {
        self.auth.command(self.now, command);
        self.drain();
    }

    fn sign_in(&mut self) {
        self.command(AuthCommand::SignIn {
            email: "ada@b.c".into(),
            password: "secret".into(),
        });
    }

    fn environment(&mut self, environment: Environment) {
        self.auth.handle_environment(self.now, environment);
        self.drain();
    }

    fn tab(&mut self, message: TabMessage) {
        self.auth.handle_tab(self.now, &message);
        self.drain();
    }

    /// Lets time pass, and does what falls due on the way.
    fn wait(&mut self, seconds: u64) {
        let end = self.now + Duration::from_secs(seconds);
        while let Some(due) = self.auth.deadline().filter(|due| *due <= end) {
            self.now = self.now.max(due);
            let before = self.auth.deadline();
            self.auth.handle_tick(self.now);
            self.drain();
            assert!(
                self.auth.deadline() != before,
                "a deadline that stays would spin the driver"
            );
        }
        self.now = end;
    }

    fn check(&mut self, expected: Expect) {
        let lines: Vec<&str> = self.log.iter().map(|line| line.trim_end()).collect();
        expected.assert_eq(&lines.join("\n"));
        self.log.clear();
    }
}

fn show(request: &Request) -> String {
    let method = format!("{:?}", request.method).to_uppercase();
    let path = request.url.trim_start_matches("https://box");
    let bearer = request.headers.iter().find(|(name, _)| name == "authorization");
    let bearer = bearer.map(|(_, value)| format!(" [{value}]")).unwrap_or_default();
    let body = match &request.body {
        Body::Empty => String::new(),
        Body::Text(text) => format!(" {text}"),
    };
    format!("{method} {path}{bearer}{body}")
}

/// A session of 15 minutes, as the embedded backend answers in cookie form.
fn session(token: &str) -> String {
    format!(r#"{{"accessToken":"{token}","expiresIn":900,"user":{ADA}}}"#)
}

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
fn signing_up_and_in() {
    let mut tab = Tab::new(false);
    tab.log.clear();
    tab.command(AuthCommand::SignUp {
        email: "ada@b.c".into(),
        name: "Ada".into(),
        password: "secret12".into(),
    });
    tab.answer(
        "register",
        409,
        r#"{"errors":[{"field":"email","message":"is taken"}]}"#,
    );
    tab.sign_in();
    tab.answer("login", 401, "");
    tab.sign_in();
    tab.answer_with(
        "login",
        Ok(Reply {
            status: 429,
            retry_after: Some(Duration::from_secs(9)),
            body: String::new(),
        }),
    );
    tab.sign_in();
    tab.fail("login");
    tab.sign_in();
    tab.answer("login", 200, &session("t1"));
    tab.check(expect![[r#"
        0.0    POST /api/auth/register?session=cookie {"email":"ada@b.c","name":"Ada","password":"secret12"}
        0.0    view Working
        0.0    view Failed(Fields([FieldProblem { field: "email", message: "is taken" }]))
        0.0    POST /api/auth/login?session=cookie {"email":"ada@b.c","password":"secret"}
        0.0    view Working
        0.0    view Failed(WrongCredentials)
        0.0    POST /api/auth/login?session=cookie {"email":"ada@b.c","password":"secret"}
        0.0    view Working
        0.0    view Failed(TooMany(Some(9s)))
        0.0    POST /api/auth/login?session=cookie {"email":"ada@b.c","password":"secret"}
        0.0    view Working
        0.0    view Failed(Unreachable)
        0.0    POST /api/auth/login?session=cookie {"email":"ada@b.c","password":"secret"}
        0.0    view Working
        0.0    view SignedIn u1 Ada
        0.0    token t1
        0.0    tell tabs SignedIn { backend: "home", user: "u1" }"#]]);
}

#[test]
fn servers_that_hand_out_less_are_asked_for_the_rest() {
    let mut tab = Tab::new(false);
    tab.log.clear();
    tab.command(AuthCommand::SignUp {
        email: "ada@b.c".into(),
        name: "Ada".into(),
        password: "secret12".into(),
    });
    tab.answer("register", 201, r#"{"message":"created"}"#);
    tab.answer("login", 200, r#"{"token":"t1","refresh_token":"r1"}"#);
    tab.answer("auth/me", 200, &format!(r#"{{"data":{{"user":{ADA}}}}}"#));
    tab.wait(780);
    tab.answer(
        "refresh",
        200,
        r#"{"data":{"access_token":"t2","refresh_token":"r2"}}"#,
    );
    tab.command(AuthCommand::SignOut);
    tab.check(expect![[r#"
        0.0    POST /api/auth/register?session=cookie {"email":"ada@b.c","name":"Ada","password":"secret12"}
        0.0    view Working
        0.0    POST /api/auth/login?session=cookie {"email":"ada@b.c","password":"secret12"}
        0.0    GET /api/auth/me [Bearer t1]
        0.0    view SignedIn u1 Ada
        0.0    token t1
        0.0    tell tabs SignedIn { backend: "home", user: "u1" }
        766.8  POST /api/auth/refresh {"refreshToken":"r1"}
        780.0  token t2
        780.0  POST /api/auth/logout [Bearer t2] {"refreshToken":"r2"}
        780.0  view Guest
        780.0  token -
        780.0  tell tabs SignedOut { backend: "home" }"#]]);
}

#[test]
fn a_double_press_sends_the_last_form_only() {
    let mut tab = Tab::new(false);
    tab.log.clear();
    tab.sign_in();
    tab.sign_in();
    tab.answer("login", 200, &session("t1"));
    tab.check(expect![[r#"
        0.0    POST /api/auth/login?session=cookie {"email":"ada@b.c","password":"secret"}
        0.0    view Working
        0.0    abort POST /api/auth/login?session=cookie {"email":"ada@b.c","password":"secret"}
        0.0    POST /api/auth/login?session=cookie {"email":"ada@b.c","password":"secret"}
        0.0    view SignedIn u1 Ada
        0.0    token t1
        0.0    tell tabs SignedIn { backend: "home", user: "u1" }"#]]);
}

#[test]
fn signing_out_without_a_network_is_told_to_the_server_later() {
    let mut tab = Tab::signed_in();
    tab.command(AuthCommand::SignOut);
    tab.fail("logout");
    tab.wait(1);
    tab.fail("logout");
    tab.environment(Environment::Online);
    tab.answer("logout", 204, "");
    assert_eq!(tab.auth.deadline(), None);
    tab.check(expect![[r#"
        0.0    POST /api/auth/logout [Bearer t1] {}
        0.0    view Guest
        0.0    token -
        0.0    tell tabs SignedOut { backend: "home" }
        0.9    POST /api/auth/logout [Bearer t1] {}
        1.0    POST /api/auth/logout [Bearer t1] {}"#]]);
}

#[test]
fn a_late_farewell_does_not_end_the_next_session() {
    let mut tab = Tab::signed_in();
    tab.command(AuthCommand::SignOut);
    tab.sign_in();
    tab.answer("login", 200, &session("t2"));
    tab.wait(60);
    tab.check(expect![[r#"
        0.0    POST /api/auth/logout [Bearer t1] {}
        0.0    view Guest
        0.0    token -
        0.0    tell tabs SignedOut { backend: "home" }
        0.0    abort POST /api/auth/logout [Bearer t1] {}
        0.0    POST /api/auth/login?session=cookie {"email":"ada@b.c","password":"secret"}
        0.0    view Working
        0.0    view SignedIn u1 Ada
        0.0    token t2
        0.0    tell tabs SignedIn { backend: "home", user: "u1" }"#]]);
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
fn profiles_are_saved_or_say_why_not() {
    let mut tab = Tab::signed_in();
    let change = |name: &str| AuthCommand::UpdateProfile {
        name: Some(name.into()),
        avatar: None,
    };
    tab.command(change("Countess"));
    tab.answer("PATCH", 200, r#"{"id":"u1","name":"Countess"}"#);
    tab.command(change(""));
    tab.answer(
        "PATCH",
        400,
        r#"{"errors":[{"field":"name","message":"is empty"}]}"#,
    );
    tab.command(AuthCommand::UpdateProfile {
        name: None,
        avatar: Some(None),
    });
    tab.fail("PATCH");
    tab.check(expect![[r#"
        0.0    PATCH /api/auth/me [Bearer t1] {"name":"Countess"}
        0.0    view SignedIn u1 Ada, saving
        0.0    view SignedIn u1 Countess
        0.0    PATCH /api/auth/me [Bearer t1] {"name":""}
        0.0    view SignedIn u1 Countess, saving
        0.0    view SignedIn u1 Countess, Fields([FieldProblem { field: "name", message: "is empty" }])
        0.0    PATCH /api/auth/me [Bearer t1] {"avatar":null}
        0.0    view SignedIn u1 Countess, saving
        0.0    view SignedIn u1 Countess, Unreachable"#]]);
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
