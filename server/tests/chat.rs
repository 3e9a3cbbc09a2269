//! Contract 5 with its additions against the real binary, spoken by an unmodified `socket.io-client` over both transports
//! (`tests/node/embedded-chat.mjs`).

mod support;

use std::path::Path;
use std::process::{Command, Stdio};

use support::Server;

/// Scenarios are not about limits, but for the one that is.
const NO_LIMITS: [&str; 2] = ["--limit", "all=off"];

fn node(server: &Server, transport: &str, scenario: &str) -> Command {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/node");
    assert!(
        folder.join("node_modules/socket.io-client").is_dir(),
        "run `npm ci --ignore-scripts` in tests/node"
    );
    let mut command = Command::new("node");
    command.arg(folder.join("embedded-chat.mjs"));
    command.args([&server.url, transport, scenario]);
    command
}

fn plays_with(args: &[&str], scenario: &str) {
    // Both at once: most of the time is waiting.
    let running = ["websocket", "polling"].map(|transport| {
        let server = Server::start(args);
        let mut command = node(&server, transport, scenario);
        let child = command.stderr(Stdio::piped()).spawn().expect("node is installed");
        (transport, server, child)
    });
    for (transport, _server, child) in running {
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{scenario} over {transport}: {said}");
    }
}

fn plays(scenario: &str) {
    plays_with(&NO_LIMITS, scenario);
}

#[test]
fn a_message_reaches_all_devices_once_however_often_it_is_sent() {
    plays("messages");
}

#[test]
fn everybody_sees_the_same_order_and_each_senders_own() {
    plays("order");
}

#[test]
fn edits_reactions_and_deletions_are_told_once_and_only_to_members() {
    plays("changes");
}

#[test]
fn rooms_are_made_joined_and_left_and_two_have_one_direct_room() {
    plays("rooms");
}

#[test]
fn pages_come_by_cursor_and_by_number() {
    plays("pages");
}

#[test]
fn search_finds_words_and_takes_no_operators() {
    plays("search");
}

#[test]
fn marks_go_forward_and_are_told_to_senders_only_unless_switched_off() {
    plays("receipts");
}

#[test]
fn devices_are_one_person_with_a_grace() {
    plays("presence");
}

#[test]
fn who_is_there_can_be_called_by_their_account() {
    plays("calls");
}

#[test]
fn statuses_are_told_and_end() {
    plays("status");
}

#[test]
fn what_is_hidden_is_not_sent() {
    plays("privacy");
}

#[test]
fn what_is_too_much_is_refused_in_both_ways() {
    let few = ["messages=3/600", "joins=2/600", "chat-connections=2/3600"];
    plays_with(&few.map(|limit| ["--limit", limit]).concat(), "limits");
}

#[test]
fn bad_input_is_named_and_hurts_nobody() {
    plays("badInput");
}

#[test]
fn strangers_get_nothing_of_a_room_by_any_way() {
    plays("strangers");
}

#[test]
fn do_not_disturb_is_one_for_all_devices() {
    plays("devices");
}

#[test]
fn nothing_is_asked_for_without_bounds() {
    plays("bounds");
}

#[test]
fn a_file_goes_with_the_last_message_that_has_it() {
    plays("removals");
}

#[test]
fn searches_have_a_limit_of_their_own() {
    plays_with(&["--limit", "searches=2/600"], "searches");
}

#[test]
fn attached_files_are_kept_and_cannot_run() {
    plays("attachments");
}
