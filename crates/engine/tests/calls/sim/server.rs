//! An unmodified server of contract 1, as far as its clients can tell: Engine.IO and Socket.IO as texts.

use std::collections::BTreeMap;

use engine::io::{Input, SocketCommand, SocketId, SocketInput};
use serde_json::{Value, json};

use super::{Action, LATENCY, Node, Party, World};

#[derive(Default)]
pub struct Server {
    pub down: bool,
    next_id: u64,
    /// id → party and its socket (classic clients have none).
    clients: BTreeMap<String, (Node, Option<u64>)>,
}

impl Server {
    pub fn id_of(&self, node: Node) -> Option<String> {
        self.clients
            .iter()
            .rev()
            .find(|(_, (of, _))| *of == node)
            .map(|(id, _)| id.clone())
    }

    pub fn join_classic(&mut self, node: Node) {
        let id = self.new_id();
        self.clients.insert(id, (node, None));
    }

    pub fn drop_socket(&mut self, node: Node, socket: u64) {
        self.clients.retain(|_, client| *client != (node, Some(socket)));
    }

    fn new_id(&mut self) -> String {
        self.next_id += 1;
        format!("id{:04}", self.next_id)
    }
}

impl World {
    pub(super) fn socket_command(&mut self, node: Node, socket: u64, command: SocketCommand) {
        let reachable = !self.server.down && self.nets[node].up;
        let delay = self.server_delay();
        match command {
            SocketCommand::Open { url } => {
                assert!(url.starts_with("ws://server/socket.io/?"), "{url}");
                let mut say =
                    |input| self.later(delay, Action::Input(node, Input::Socket(SocketId(socket), input)));
                if !reachable {
                    say(SocketInput::Closed {
                        code: 1006,
                        reason: String::new(),
                    });
                    return;
                }
                say(SocketInput::Opened);
                let open = r#"0{"sid":"e","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}"#;
                say(SocketInput::Text(open.into()));
                self.later(25_000, Action::Ping(node, socket));
                self.of_mut(node).sockets.push(socket);
            }
            SocketCommand::Text(text) => {
                if reachable && self.of(node).sockets.contains(&socket) {
                    self.later(delay, Action::Server(node, socket, text));
                }
            }
            SocketCommand::Binary(_) => {}
            SocketCommand::Close => {
                self.of_mut(node).sockets.retain(|open| *open != socket);
                self.server.drop_socket(node, socket);
            }
        }
    }

    fn server_delay(&self) -> u64 {
        LATENCY
    }

    /// The server is killed: every socket closes, and nobody can connect.
    pub fn kill_server(&mut self) {
        self.server.down = true;
        for node in 0..self.parties.len() {
            if matches!(self.parties[node], Party::Engine(_)) {
                self.kill_sockets(node);
            }
        }
    }

    /// Somebody else disconnects, so everybody is told that a call ended.
    pub fn stranger_leaves(&mut self) {
        self.broadcast("callEnded");
        self.run(2 * LATENCY);
    }

    fn broadcast(&mut self, event: &str) {
        for id in self.server.clients.keys().cloned().collect::<Vec<_>>() {
            self.send_to(&id, event, Vec::new());
        }
    }

    /// The server's heartbeat.
    pub(super) fn ping(&mut self, node: Node, socket: u64) {
        if self.of(node).sockets.contains(&socket) {
            self.put_on_wire(node, socket, "2".into());
            self.later(25_000, Action::Ping(node, socket));
        }
    }

    pub(super) fn server_text(&mut self, node: Node, socket: u64, text: &str) {
        let connected = self.of(node).sockets.contains(&socket) && !self.server.down;
        if !connected {
            return;
        }
        if text.starts_with("40/antenna-probe") {
            self.put_on_wire(
                node,
                socket,
                r#"44/antenna-probe,{"message":"Invalid namespace"}"#.into(),
            );
        } else if text.starts_with("40") {
            let id = self.server.new_id();
            self.server.clients.insert(id.clone(), (node, Some(socket)));
            self.put_on_wire(node, socket, format!(r#"40{{"sid":"{id}"}}"#));
            self.send_to(&id, "me", vec![id.as_str().into()]);
        } else if let Some(event) = text.strip_prefix("42") {
            let event: Vec<Value> = serde_json::from_str(event).expect("an event");
            let name = event[0].as_str().expect("a name").to_owned();
            self.server_event(node, &name, event.get(1).cloned().unwrap_or_default());
        }
    }

    /// What the server of the contract does with an event.
    pub(super) fn server_event(&mut self, node: Node, name: &str, payload: Value) {
        self.relayed.push((node, name.to_owned(), payload.clone()));
        let text = |field: &str| payload[field].as_str().unwrap_or_default().to_owned();
        match name {
            "callUser" => {
                let call = json!({ "signal": payload["signalData"], "from": payload["from"], "name": payload["name"] });
                self.send_to(&text("userToCall"), "callUser", vec![call]);
            }
            "answerCall" => self.send_to(&text("to"), "callAccepted", vec![payload["signal"].clone()]),
            _ => {}
        }
    }

    pub fn send_to(&mut self, id: &str, name: &str, args: Vec<Value>) {
        let Some((node, socket)) = self.server.clients.get(id).copied() else {
            return;
        };
        match socket {
            None => self.later(LATENCY, Action::Classic(node, name.to_owned(), args)),
            Some(socket) => {
                let mut event = vec![Value::from(name)];
                event.extend(args);
                self.put_on_wire(node, socket, format!("42{}", Value::Array(event)));
            }
        }
    }

    fn put_on_wire(&mut self, node: Node, socket: u64, text: String) {
        if self.nets[node].up && self.of(node).sockets.contains(&socket) {
            self.later(
                LATENCY,
                Action::Input(node, Input::Socket(SocketId(socket), SocketInput::Text(text))),
            );
        }
    }
}
