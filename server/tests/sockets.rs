//! Contract 1 against the real binary, spoken by an unmodified `socket.io-client` over both transports
//! (`tests/node/embedded-calls.mjs`); health, metrics, and the end.

mod support;

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::json;
use support::Server;

const TRANSPORTS: [&str; 2] = ["websocket", "polling"];

fn node(server: &Server, transport: &str, scenario: &str, token: &str) -> Command {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/node");
    assert!(
        folder.join("node_modules/socket.io-client").is_dir(),
        "run `npm ci --ignore-scripts` in tests/node"
    );
    let mut command = Command::new("node");
    command
        .arg(folder.join("embedded-calls.mjs"))
        .args([&server.url, transport, scenario, token]);
    command
}

fn plays(server: &Server, scenario: &str, token: &str) {
    for transport in TRANSPORTS {
        let output = node(server, transport, scenario, token)
            .output()
            .expect("node is installed");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{scenario} over {transport}: {said}");
    }
}

fn metric(server: &Server, line: &str) -> bool {
    server
        .get("/metrics", &[])
        .text()
        .lines()
        .any(|found| found == line)
}

#[test]
fn a_call_is_offered_answered_declined_and_ended() {
    let server = Server::start(&[]);
    plays(&server, "call", "");
    assert!(metric(&server, "antenna_calls_signaled_total 2"));
    assert!(metric(&server, "antenna_answers_signaled_total 2"));
    assert!(metric(&server, "antenna_connected_total 6"));
}

#[test]
fn trickled_candidates_keep_their_order() {
    plays(&Server::start(&["--limit", "all=off"]), "order", "");
}

#[test]
fn who_asks_is_told_whether_somebody_was_there() {
    plays(&Server::start(&[]), "acknowledgements", "");
}

#[test]
fn accounts_call_under_their_own_name_and_bad_tokens_are_refused() {
    for transport in TRANSPORTS {
        let server = Server::start(&[]);
        let form = json!({ "email": "ada@b.c", "name": "Ada", "password": "correct horse" });
        let session = server.post("/api/auth/register", &[], &form).json();
        let token = session["accessToken"].as_str().unwrap();
        let output = node(&server, transport, "account", token).output().unwrap();
        assert!(
            output.status.success(),
            "{transport}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

#[test]
fn a_flood_is_stopped_and_others_are_not() {
    let server = Server::start(&["--limit", "signaling=5/600"]);
    plays(&server, "limit", "");
    assert!(metric(
        &server,
        "antenna_rate_limited_total{limit=\"signaling\"} 2"
    ));
}

#[test]
fn too_large_a_message_ends_its_sender_only() {
    plays(&Server::start(&[]), "large", "");
}

#[test]
fn connections_are_limited_by_address() {
    let server = Server::start(&["--limit", "connections=2/600"]);
    let open = || server.get("/socket.io/?EIO=4&transport=polling", &[]).status;
    assert_eq!([open(), open(), open()], [200, 200, 429]);
}

#[test]
fn it_is_healthy_and_counts_requests() {
    let server = Server::start(&[]);
    assert_eq!(
        (
            server.get("/healthz", &[]).status,
            server.get("/nowhere", &[]).status
        ),
        (200, 404)
    );
    assert!(metric(&server, "antenna_http_requests_total{status=\"404\"} 1"));
    let text = server.get("/metrics", &[]).text();
    assert!(
        text.contains("antenna_db_seconds_count ") && !text.contains("antenna_db_seconds_count 0\n"),
        "{text}"
    );
}

#[test]
fn a_wish_to_stop_closes_sockets_and_ends_well() {
    for transport in TRANSPORTS {
        let mut server = Server::start(&[]);
        let mut client = node(&server, transport, "stop", "")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(client.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        assert_eq!(line, "joined\n");
        server.terminate();
        assert!(server.wait(), "ended badly");
        assert!(
            client.wait().unwrap().success(),
            "{transport}: the client was not told"
        );
    }
}
