//! Accounts over HTTP against the real binary: forms, rotation, reuse, limits, and what survives `kill -9`.

mod support;

use serde_json::{Value, json};
use support::{Answer, Server};

const PASSWORD: &str = "correct horse";

fn register(server: &Server, email: &str, query: &str) -> Answer {
    let form = json!({ "email": email, "name": "Ada", "password": PASSWORD });
    let answer = server.post(&format!("/api/auth/register{query}"), &[], &form);
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer
}

fn login(server: &Server, email: &str, password: &str) -> Answer {
    server.post(
        "/api/auth/login",
        &[],
        &json!({ "email": email, "password": password }),
    )
}

fn refresh(server: &Server, token: &str) -> Answer {
    server.post("/api/auth/refresh", &[], &json!({ "refreshToken": token }))
}

fn text(value: &Value, name: &str) -> String {
    value[name]
        .as_str()
        .unwrap_or_else(|| panic!("no {name} in {value}"))
        .to_owned()
}

fn me(server: &Server, access: &str) -> Answer {
    server.get("/api/auth/me", &[("Authorization", &format!("Bearer {access}"))])
}

#[test]
fn body_form_signs_up_in_and_out() {
    let server = Server::start(&[]);
    let first = register(&server, "Ada@Example.org", "").json();
    assert_eq!(first["user"]["email"], "ada@example.org");
    let again = login(&server, " ADA@example.ORG", PASSWORD);
    assert_eq!((again.status, again.header("set-cookie")), (200, None));
    let session = again.json();
    let claims = wire::jwt::decode_unverified(&text(&session, "accessToken")).unwrap();
    assert_eq!(claims.lifetime(), Some(900));
    assert_eq!(
        (claims.email.as_deref(), claims.role.as_deref()),
        (Some("ada@example.org"), Some("viewer"))
    );
    assert_eq!(me(&server, &text(&session, "accessToken")).json()["name"], "Ada");

    let token = text(&session, "refreshToken");
    let out = server.post("/api/auth/logout", &[], &json!({ "refreshToken": token }));
    assert_eq!(out.status, 204);
    assert_eq!(refresh(&server, &token).status, 401);
    // The other device stays signed in.
    assert_eq!(refresh(&server, &text(&first, "refreshToken")).status, 200);
}

#[test]
fn cookie_form_hides_the_refresh_token_from_scripts() {
    let server = Server::start(&[]);
    let answer = register(&server, "ada@b.c", "?session=cookie");
    let cookie = answer.header("set-cookie").unwrap();
    for part in [
        "; HttpOnly",
        "; SameSite=Strict",
        "; Path=/api/auth",
        "; Max-Age=604800",
    ] {
        assert!(cookie.contains(part), "{part} is not in {cookie}");
    }
    assert!(!cookie.contains("Secure"), "plain HTTP would never send it back");
    assert_eq!(answer.json().get("refreshToken"), None);

    let cookie = answer.cookie();
    let renewed = server.post(
        "/api/auth/refresh",
        &[("Cookie", &format!("theme=dark; {cookie}"))],
        &json!({}),
    );
    assert_eq!(renewed.status, 200);
    assert_ne!(renewed.cookie(), cookie);
    assert_eq!(renewed.json().get("refreshToken"), None);

    let out = server.post("/api/auth/logout", &[("Cookie", &renewed.cookie())], &json!({}));
    assert!(out.header("set-cookie").unwrap().contains("Max-Age=0"));
    let over = server.post("/api/auth/refresh", &[("Cookie", &renewed.cookie())], &json!({}));
    assert_eq!(over.status, 401);
    assert!(over.header("set-cookie").unwrap().contains("Max-Age=0"));
}

#[test]
fn a_lost_answer_or_a_second_tab_gets_the_same_successor() {
    let server = Server::start(&[]);
    let token = text(&register(&server, "ada@b.c", "").json(), "refreshToken");
    let first = text(&refresh(&server, &token).json(), "refreshToken");
    let second = text(&refresh(&server, &token).json(), "refreshToken");
    assert_eq!(first, second);
    assert_eq!(refresh(&server, &first).status, 200);
}

#[test]
fn a_stolen_token_ends_the_session_for_thief_and_owner() {
    let server = Server::start(&[]);
    let stolen = text(&register(&server, "ada@b.c", "").json(), "refreshToken");
    let second = text(&refresh(&server, &stolen).json(), "refreshToken");
    let third = text(&refresh(&server, &second).json(), "refreshToken");
    assert_eq!(refresh(&server, &stolen).status, 401, "its successor was used");
    assert_eq!(refresh(&server, &third).status, 401, "the family has ended");
    assert!(
        server
            .get("/metrics", &[])
            .text()
            .contains("\nantenna_refresh_reused_total 1\n")
    );
    assert_eq!(login(&server, "ada@b.c", PASSWORD).status, 200);
}

#[test]
fn after_the_grace_an_old_token_is_a_stolen_one() {
    let server = Server::start(&["--refresh-grace", "0"]);
    let token = text(&register(&server, "ada@b.c", "").json(), "refreshToken");
    assert_eq!(refresh(&server, &token).status, 200);
    let start = std::time::SystemTime::now();
    // The clock of sessions has whole seconds.
    while start.elapsed().unwrap() < std::time::Duration::from_millis(1100) {
        std::thread::yield_now();
    }
    assert_eq!(refresh(&server, &token).status, 401);
}

#[test]
fn unused_sessions_and_access_tokens_end() {
    let server = Server::start(&["--refresh-seconds", "0", "--access-seconds", "0"]);
    let session = register(&server, "ada@b.c", "").json();
    assert_eq!(refresh(&server, &text(&session, "refreshToken")).status, 401);
    assert_eq!(me(&server, &text(&session, "accessToken")).status, 401);
}

#[test]
fn forms_name_their_fields() {
    let server = Server::start(&[]);
    register(&server, "ada@b.c", "");
    let fields = |body: Value| {
        let answer = server.post("/api/auth/register", &[], &body);
        let problem = wire::http::problem(&answer.text());
        let names: Vec<String> = problem.fields.into_iter().map(|error| error.field).collect();
        (answer.status, names.join(" "))
    };
    assert_eq!(fields(json!({})), (400, "email name password".into()));
    assert_eq!(
        fields(json!({ "email": 7, "name": "A", "password": PASSWORD })),
        (400, "email".into())
    );
    assert_eq!(
        fields(json!({ "email": "ada", "name": " ", "password": "short" })),
        (400, "email name password".into())
    );
    assert_eq!(
        fields(json!({ "email": "ADA@B.C", "name": "A", "password": PASSWORD })),
        (409, "email".into())
    );
    let bad = |kind, body| {
        server
            .send("POST", "/api/auth/login", &[("Content-Type", kind)], Some(body))
            .status
    };
    assert_eq!(bad("text/plain", "{}"), 415);
    assert_eq!(bad("application/json", "[]"), 400);
    assert_eq!(bad("application/json; charset=utf-8", "{"), 400);
    assert_eq!(
        bad(
            "application/json",
            &format!("{{\"x\":\"{}\"}}", "x".repeat(200_000))
        ),
        413
    );
    assert_eq!(server.get("/api/auth/login", &[]).status, 405);
    assert_eq!(server.get("/api/nothing", &[]).status, 404);
}

#[test]
fn unknown_people_and_wrong_passwords_look_alike() {
    let server = Server::start(&[]);
    register(&server, "ada@b.c", "");
    let (wrong, unknown) = (
        login(&server, "ada@b.c", "wrong horse"),
        login(&server, "bob@b.c", "wrong horse"),
    );
    assert_eq!((wrong.status, wrong.text()), (401, unknown.text()));
    assert_eq!(unknown.status, 401);
}

#[test]
fn name_and_avatar_change() {
    let server = Server::start(&[]);
    let access = text(&register(&server, "ada@b.c", "").json(), "accessToken");
    let bearer = format!("Bearer {access}");
    let patch = |body: Value| {
        server.send(
            "PATCH",
            "/api/auth/me",
            &[("Authorization", &bearer)],
            Some(&body.to_string()),
        )
    };
    let png = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUg==";
    assert_eq!(patch(json!({ "name": " Countess ", "avatar": png })).status, 200);
    let now = me(&server, &access).json();
    assert_eq!((&now["name"], &now["avatar"]), (&json!("Countess"), &json!(png)));
    assert_eq!(
        patch(json!({ "avatar": "data:image/svg+xml;base64,PHN2Zz4=" })).status,
        400
    );
    assert_eq!(patch(json!({ "avatar": null })).json()["avatar"], Value::Null);
    assert_eq!(me(&server, &access).json()["name"], "Countess");
    assert_eq!(server.send("PATCH", "/api/auth/me", &[], Some("{}")).status, 401);
}

#[test]
fn kill_9_and_a_restart_lose_no_account_and_no_session() {
    let mut server = Server::start(&["--limit", "all=off"]);
    let mut sessions = Vec::new();
    for round in 0..4 {
        // The very last thing before the blow is a sign-up and a refresh that were answered.
        let email = format!("user{round}@b.c");
        let token = text(&register(&server, &email, "").json(), "refreshToken");
        let renewed = refresh(&server, &token).json();
        sessions.push((
            email,
            text(&renewed, "refreshToken"),
            text(&renewed, "accessToken"),
        ));
        server = server.kill_and_restart();
        for (email, token, access) in &mut sessions {
            assert_eq!(
                me(&server, access).json()["email"],
                email.as_str(),
                "access tokens stay good"
            );
            assert_eq!(login(&server, email, PASSWORD).status, 200);
            let renewed = refresh(&server, token);
            assert_eq!(renewed.status, 200, "{email} lost the session in round {round}");
            *token = text(&renewed.json(), "refreshToken");
        }
    }
}

#[test]
fn guessing_is_slowed_down_and_says_for_how_long() {
    let server = Server::start(&["--limit", "sign-in=3/600", "--limit", "sign-up=2/600"]);
    register(&server, "ada@b.c", "");
    register(&server, "bob@b.c", "");
    let third = server.post(
        "/api/auth/register",
        &[],
        &json!({ "email": "c@b.c", "name": "C", "password": PASSWORD }),
    );
    assert_eq!(third.status, 429);
    for _ in 0..3 {
        assert_eq!(login(&server, "ada@b.c", "wrong").status, 401);
    }
    let limited = login(&server, "ADA@b.c", PASSWORD);
    let wait: u64 = limited.header("retry-after").unwrap().parse().unwrap();
    assert_eq!(limited.status, 429);
    assert!((1..=200).contains(&wait), "{wait}");
    assert_eq!(
        login(&server, "bob@b.c", PASSWORD).status,
        200,
        "others are not locked out"
    );
    assert!(
        server
            .get("/metrics", &[])
            .text()
            .contains("antenna_rate_limited_total{limit=\"sign-in\"} 1\n")
    );
}

#[test]
fn pages_of_other_origins_are_kept_out_unless_they_are_listed() {
    let server = Server::start(&["--origin", "https://friend.example"]);
    let from = |origin: &str| server.send("POST", "/api/auth/login", &[("Origin", origin)], Some("{}"));
    assert_eq!(from("https://stranger.example").status, 403);
    assert_eq!(from(&server.url).status, 400);
    let friend = from("https://friend.example");
    assert_eq!(friend.status, 400);
    assert_eq!(
        friend.header("access-control-allow-origin"),
        Some("https://friend.example")
    );
    assert_eq!(friend.header("access-control-allow-credentials"), Some("true"));
    let asks = [
        ("Origin", "https://friend.example"),
        ("Access-Control-Request-Method", "PATCH"),
    ];
    let preflight = server.send("OPTIONS", "/api/auth/me", &asks, None);
    assert_eq!(preflight.status, 204);
    assert!(
        preflight
            .header("access-control-allow-methods")
            .unwrap()
            .contains("PATCH")
    );
    let socket = server.get(
        "/socket.io/?EIO=4&transport=polling",
        &[("Origin", "https://stranger.example")],
    );
    assert_eq!(socket.status, 403);
}

#[test]
fn behind_a_proxy_people_are_told_apart_and_cookies_are_secure() {
    let server = Server::start(&["--behind-proxy", "--limit", "sign-up=1/600"]);
    let form = |email: &str, from: &str| {
        let body = json!({ "email": email, "name": "A", "password": PASSWORD });
        let headers = [("X-Forwarded-For", from), ("X-Forwarded-Proto", "https")];
        server.post("/api/auth/register?session=cookie", &headers, &body)
    };
    let first = form("a@b.c", "10.0.0.1");
    assert_eq!(first.status, 201);
    assert!(first.header("set-cookie").unwrap().contains("; Secure"));
    assert!(first.header("strict-transport-security").is_some());
    assert_eq!(
        form("b@b.c", "6.6.6.6, 10.0.0.1").status,
        429,
        "only the proxy's own entry counts"
    );
    assert_eq!(form("c@b.c", "10.0.0.2").status, 201);
    assert_eq!(
        server.get("/metrics", &[("X-Forwarded-For", "10.0.0.1")]).status,
        403
    );
}
