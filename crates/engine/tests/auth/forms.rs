//! What a person does with an account: in, up, out, another name.

use std::time::Duration;

use engine::auth::AuthCommand;
use engine::io::{Environment, Reply};
use expect_test::expect;

use crate::tab::{ADA, Tab, session};

#[test]
fn signing_up_and_in() {
    let mut tab = Tab::new(false);
    tab.log.clear();
    tab.sign_up();
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
    tab.sign_up();
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
