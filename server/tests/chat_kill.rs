//! `kill -9` in the middle of writing: what was acknowledged is there, once, under the same id; what is sent again does
//! not come twice.

mod support;

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use support::Server;

const ROUNDS: u64 = 5;

/// Id and client id of each message that was acknowledged.
type Acknowledged = Vec<(String, String)>;

struct Writer {
    token: String,
    id: String,
}

fn sign_up(server: &Server, name: &str) -> Writer {
    let form = json!({ "email": format!("{name}@b.c"), "name": name, "password": "correct horse" });
    let session = server.post("/api/auth/register", &[], &form).json();
    Writer {
        token: session["accessToken"].as_str().unwrap().to_owned(),
        id: session["user"]["id"].as_str().unwrap().to_owned(),
    }
}

fn node(server: &Server, scenario: &str, args: [&str; 4]) -> Child {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/node");
    Command::new("node")
        .arg(folder.join("embedded-chat.mjs"))
        .args([&server.url, "websocket", scenario])
        .args(args)
        .stdout(Stdio::piped())
        .spawn()
        .expect("node is installed")
}

fn acknowledged(child: Child) -> Acknowledged {
    let mut child = child;
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let lines = lines.map_while(Result::ok);
    let pairs = lines.filter_map(|line| {
        let (id, client_id) = line.split_once(' ')?;
        Some((id.to_owned(), client_id.to_owned()))
    });
    let pairs = pairs.collect();
    assert!(child.wait().unwrap().success());
    pairs
}

fn history(server: &Server, room: &str, reader: &Writer) -> Vec<Value> {
    let bearer = format!("Bearer {}", reader.token);
    let mut all = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/api/v1/rooms/{room}/messages?limit=100&direction=after&cursor={cursor}");
        let page = server.get(&path, &[("Authorization", &bearer)]).json();
        let messages = page["data"].as_array().unwrap();
        all.extend(messages.iter().cloned());
        match page["pageInfo"]["endCursor"].as_str() {
            Some(end) if page["pageInfo"]["hasNextPage"] == true => end.clone_into(&mut cursor),
            _ => return all,
        }
    }
}

#[test]
fn kill_9_while_writing_loses_nothing_that_was_acknowledged_and_doubles_nothing() {
    let mut server = Server::start(&["--limit", "all=off", "--access-seconds", "36000"]);
    let writers = [sign_up(&server, "ada"), sign_up(&server, "bob")];
    let bearer = |writer: &Writer| format!("Bearer {}", writer.token);
    let made = server.post(
        "/api/v1/rooms",
        &[("Authorization", &bearer(&writers[0]))],
        &json!({ "name": "room" }),
    );
    let room = made.json()["data"]["id"].as_str().unwrap().to_owned();
    let join = format!("/api/v1/rooms/{room}/join");
    let joined = server.post(&join, &[("Authorization", &bearer(&writers[1]))], &json!({}));
    assert_eq!(joined.status, 200);

    let mut written = 0;
    for round in 0..ROUNDS {
        let names = [format!("a{round}"), format!("b{round}")];
        let running: Vec<Child> = writers
            .iter()
            .zip(&names)
            .map(|(writer, name)| node(&server, "write", [&writer.token, &room, name, ""]))
            .collect();
        // Once both write, some more, and never at the same point.
        let wrote = |name: &String, kept: &[Value]| {
            let own = |message: &&Value| {
                message["content"]
                    .as_str()
                    .unwrap()
                    .starts_with(&format!("{name}-"))
            };
            kept.iter().filter(own).count() >= 10
        };
        loop {
            let kept = history(&server, &room, &writers[0]);
            if names.iter().all(|name| wrote(name, &kept)) {
                break;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        std::thread::sleep(Duration::from_millis(round * 37 % 200));
        server = server.kill_and_restart();
        let told: Vec<Acknowledged> = running.into_iter().map(acknowledged).collect();

        let kept = history(&server, &room, &writers[0]);
        let mut by_text: BTreeMap<&str, &Value> = BTreeMap::new();
        for (at, message) in kept.iter().enumerate() {
            assert_eq!(message["seq"], at + 1, "seqs have no gaps");
            let text = message["content"].as_str().unwrap();
            assert!(by_text.insert(text, message).is_none(), "{text} is there twice");
        }
        for (writer, told) in writers.iter().zip(&told) {
            for (id, client_id) in told {
                let message = by_text
                    .get(client_id.as_str())
                    .unwrap_or_else(|| panic!("{client_id} was acknowledged and is lost"));
                assert_eq!(
                    (&message["id"], &message["senderId"]),
                    (&json!(id), &json!(writer.id))
                );
            }
        }
        // Each sender's messages are there in their order, without holes.
        for name in &names {
            let own: Vec<&str> = kept
                .iter()
                .filter_map(|message| message["content"].as_str())
                .filter(|text| text.starts_with(&format!("{name}-")))
                .collect();
            let expected: Vec<String> = (0..own.len()).map(|number| format!("{name}-{number}")).collect();
            assert!(
                own == expected,
                "{name}: {} messages, not in their order",
                own.len()
            );
        }

        // A client that knows of no acknowledgement sends all again, and some more.
        let total = told[0].len() + 10;
        let again = node(
            &server,
            "resend",
            [&writers[0].token, &room, &names[0], &total.to_string()],
        );
        let again = acknowledged(again);
        assert_eq!(again.len(), total);
        let known: BTreeMap<_, _> = again.iter().map(|(id, client_id)| (client_id, id)).collect();
        for (id, client_id) in &told[0] {
            assert_eq!(
                known.get(client_id),
                Some(&id),
                "{client_id} came under another id"
            );
        }
        let mut texts: Vec<Value> = history(&server, &room, &writers[0])
            .into_iter()
            .map(|message| message["content"].clone())
            .collect();
        written = texts.len();
        texts.sort_by_key(Value::to_string);
        texts.dedup();
        assert_eq!(texts.len(), written, "nothing is there twice");
    }
    assert!(written > 100, "hardly anything was written: {written}");
}
