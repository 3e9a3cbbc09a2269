use expect_test::expect;
use proptest::prelude::*;

use super::*;

const BASE: &str = "https://app.example:8443/antenna/index.html?x#y";

fn complaint(text: &str) -> String {
    match parse(text, BASE) {
        Ok(config) => format!("{config:?}"),
        Err(ConfigError { line, field, message }) => format!("line {line}, {field}: {message}"),
    }
}

fn one(line: &str) -> String {
    format!(
        "{{\n \"backends\": [\n  {{ \"id\": \"a\", \"kind\": \"peer-call\", \"url\": \"/\" }},\n  {line}\n ]\n}}"
    )
}

#[test]
fn a_full_configuration_is_read() {
    let text = r#"{"backends":[{"id":"here","name":"This server","kind":"peer-call","url":"/","accounts":true,
        "iceServers":[{"urls":["stun:s.example"]},{"urls":"turn:t.example","username":"u","credential":"c"}]}]}"#;
    let backend = parse(text, BASE).unwrap().backends.remove(0);
    assert_eq!(
        (backend.url.as_str(), backend.socket_path.as_str()),
        ("https://app.example:8443", "/socket.io/")
    );
    assert!(backend.accounts);
    assert_eq!(backend.ice_servers[1].urls, ["turn:t.example"]);
    assert_eq!(backend.ice_servers[1].credential.as_deref(), Some("c"));
}

#[test]
fn each_mistake_is_named_with_its_line_and_field() {
    let complaints: Vec<String> = [
        "{\n \"backends\": [\n  {,\n ]\n}".to_owned(),
        "[]".to_owned(),
        "{}".to_owned(),
        "{\n\n \"backends\": []}".to_owned(),
        "{\n \"backend\": []}".to_owned(),
        one(r#"{ "id": "a", "kind": "peer-call", "url": "/x" }"#),
        one(r#"{ "id": "b", "kind": "peercall", "url": "/x" }"#),
        one(r#"{ "id": "b", "kind": "sfu-server-thing", "url": "/x" }"#),
        one(r#"{ "id": "b", "kind": "peer-call" }"#),
        one(r#"{ "id": "b", "kind": "peer-call", "url": "ftp://x" }"#),
        one(r#"{ "id": "b", "kind": "peer-call", "url": "https://" }"#),
        one(r#"{ "id": "b", "kind": "peer-call", "url": "/", "acounts": true }"#),
        one(r#"{ "id": "b", "kind": "peer-call", "url": "/", "accounts": "yes" }"#),
        one("{ \"id\": \"b\", \"kind\": \"peer-call\", \"url\": \"/\",\n   \"iceServers\": [\n    {\"urls\": []}] }"),
        one("{ \"id\": \"b\", \"kind\": \"peer-call\", \"url\": \"/\",\n   \"iceServers\": [\n    {\"urls\": \"stun:s\"},\n    {\"urls\": \"turn:t\",\n     \"username\": \"u\"}] }"),
        one(r#"{ "id": "b", "kind": "peer-call", "url": "/", "iceServers": [{"urls": "s.example"}] }"#),
        one(r#"{ "id": 7, "kind": "peer-call", "url": "/" }"#),
        one(r#"{ "id": "b", "kind": "peer-call", "url": "/", "socketPath": "socket.io" }"#),
        one("{ \"id\": \"b\", \"kind\": \"peer-call\", \"url\": \"/\",\n\"chat\": 1 }"),
        one(r#"{ "id": "b", "kind": "peer-call", "url": "/", "chat": "ftp://x" }"#),
        one(r#"{ "id": "b", "kind": "chat", "url": "/", "chat": false }"#),
    ]
    .iter()
    .map(|text| complaint(text))
    .collect();
    expect![[r#"
        line 3, : key must be a string at line 3 column 4
        line 1, : must be an object
        line 1, backends: is missing
        line 3, backends: names no backend, and there must be at least one
        line 2, backend: is no field here: backend. Did you mean backends?
        line 4, backends[1].id: is taken by another backend: a
        line 4, backends[1].kind: is no kind of backend: peercall. Did you mean peer-call?
        line 4, backends[1].kind: is no kind of backend: sfu-server-thing. There is: peer-call, chat
        line 4, backends[1].url: is missing
        line 4, backends[1].url: must begin with http:// or https://, not with ftp://
        line 4, backends[1].url: names no host
        line 4, backends[1].acounts: is no field here: acounts. Did you mean accounts?
        line 4, backends[1].accounts: must be true or false
        line 6, backends[1].iceServers[0].urls: must be a text or a list of texts
        line 7, backends[1].iceServers[1].credential: is missing, and a TURN server needs it: turn:t
        line 4, backends[1].iceServers[0].urls: must begin with stun:, stuns:, turn: or turns:, and does not: s.example
        line 4, backends[1].id: must be a text
        line 4, backends[1].socketPath: must begin with a slash
        line 5, backends[1].chat: must be true, false or an address
        line 4, backends[1].chat: must begin with http:// or https://, not with ftp://
        line 4, backends[1].chat: is all that this kind has"#]].assert_eq(&complaints.join("\n"));
}

#[test]
fn chat_is_at_the_backend_or_elsewhere() {
    let chat = |kind: &str, chat: &str| {
        let text = format!(r#"{{"backends":[{{"id":"a","kind":"{kind}","url":"/x"{chat}}}]}}"#);
        let config = parse(&text, BASE).unwrap();
        config.backends.first().and_then(|backend| backend.chat.clone())
    };
    let own = Some("https://app.example:8443/x".to_owned());
    assert_eq!(chat("peer-call", ""), None);
    assert_eq!(chat("peer-call", r#","chat":false"#), None);
    assert_eq!(chat("peer-call", r#","chat":true"#), own);
    assert_eq!(chat("chat", ""), own);
    let elsewhere = Some("https://talk.example".to_owned());
    assert_eq!(chat("peer-call", r#","chat":"https://talk.example/""#), elsewhere);
    assert_eq!(chat("chat", r#","chat":"https://talk.example/""#), elsewhere);
}

#[test]
fn urls_are_resolved_against_the_app() {
    let resolved: Vec<String> = [
        "/",
        "",
        "./api/",
        "api",
        "//other.example/",
        "http://x:1/y/",
        "https://u:p@x",
        "https://:80",
        "https://x?y",
    ]
    .iter()
    .map(|url| format!("{url} -> {}", url::resolve(url, BASE).unwrap_or_else(|why| why)))
    .collect();
    expect![[r#"
        / -> https://app.example:8443
         -> https://app.example:8443/antenna
        ./api/ -> https://app.example:8443/antenna/api
        api -> https://app.example:8443/antenna/api
        //other.example/ -> https://other.example
        http://x:1/y/ -> http://x:1/y
        https://u:p@x -> must not hold a user name or password
        https://:80 -> names no host
        https://x?y -> must have neither ? nor #"#]]
    .assert_eq(&resolved.join("\n"));
    assert!(url::resolve("/", "").is_err());
}

#[test]
fn a_typed_address_needs_no_scheme() {
    assert_eq!(
        backend_from_url(" calls.example ", BASE).unwrap().url,
        "https://calls.example"
    );
    assert_eq!(
        backend_from_url("http://localhost:5000/", BASE).unwrap().name,
        "localhost:5000"
    );
    assert!(backend_from_url("", BASE).is_err());
}

proptest! {
    #[test]
    fn no_text_panics(text in ".{0,60}", key in "[a-zA-Z]{0,8}") {
        let _ = (parse(&text, &text), backend_from_url(&text, BASE));
        let _ = parse(&one(&format!("{{\"id\":\"b\",\"{key}\":{text:?}}}")), BASE);
    }
}
