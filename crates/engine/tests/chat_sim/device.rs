//! What an engine asks for is done: disk, network, stores.

use engine::chat::api::*;
use engine::io::{Reply, SocketCommand, SocketId, SocketInput};

use super::{Action, DISK, LATENCY, World};

impl World {
    pub(super) fn disk(&mut self, tab: usize, generation: u64, command: StoreCommand) {
        let it = &mut self.tabs[tab];
        let device = &mut self.devices[it.device];
        let failed = |of: Option<u64>| StoreInput::Failed {
            of,
            reason: "broken".into(),
            full: false,
        };
        let answer = match command {
            StoreCommand::Open { scope } if device.broken => {
                it.scope = scope;
                failed(None)
            }
            StoreCommand::Commit { commit, .. } if device.broken => failed(Some(commit)),
            command => device.disk.perform(&mut it.scope, command),
        };
        self.later(0, Action::Input(tab, generation, ChatInput::Store(answer)));
    }

    pub(super) fn drain(&mut self, tab: usize) {
        let generation = self.tabs[tab].generation;
        while let Some(output) = self.tabs[tab].engine.poll() {
            if std::env::var_os("CHAT_LOG").is_some() {
                println!("{} tab {tab} ▶ {output:?}", self.now);
            }
            match output {
                ChatOutput::Socket(SocketId(id), command) => self.socket(tab, id, command),
                ChatOutput::Http(id, request) => {
                    self.tabs[tab].requests.push(request.url.clone());
                    let token = request.headers.iter().find(|(name, _)| name == "authorization");
                    let token = token.and_then(|(_, value)| value.strip_prefix("Bearer "));
                    let url = request.url.replace("http://server/api/v1/", "");
                    let method = format!("{:?}", request.method).to_uppercase();
                    let result = if self.server_down || !self.tabs[tab].network || url.contains("socket.io") {
                        Err(engine::io::HttpFailure::Unreachable)
                    } else {
                        let (status, body) = self.server.rest(&method, &url, token);
                        Ok(Reply {
                            status,
                            retry_after: None,
                            body: body.to_string(),
                        })
                    };
                    self.later(
                        2 * LATENCY,
                        Action::Input(tab, generation, ChatInput::Http(id, result)),
                    );
                }
                ChatOutput::Store(command) => self.later(DISK, Action::Disk(tab, generation, command)),
                ChatOutput::Tab(word) => {
                    let (device, user) = (self.tabs[tab].device, self.tabs[tab].user.clone());
                    for other in 0..self.tabs.len() {
                        let it = &self.tabs[other];
                        if other != tab && it.alive && it.device == device && it.user == user {
                            let action = Action::Input(other, it.generation, ChatInput::Tab(word.clone()));
                            self.later(1, action);
                        }
                    }
                }
                ChatOutput::TokenRefused(token) => self.tabs[tab].refused_tokens.push(token),
                ChatOutput::Notify(notification) => self.tabs[tab].notified.push(notification),
                ChatOutput::Badge(number) => self.tabs[tab].badge = number,
                ChatOutput::Event(event) => self.apply(tab, event),
                ChatOutput::Upload(id, _) => self.tabs[tab].uploads.push(id),
                ChatOutput::AbortHttp(_)
                | ChatOutput::AbortUpload(_)
                | ChatOutput::IdleDetector(_)
                | ChatOutput::KeepChoices(_) => {}
            }
        }
    }

    fn socket(&mut self, tab: usize, id: u64, command: SocketCommand) {
        let generation = self.tabs[tab].generation;
        match command {
            SocketCommand::Open { .. } => {
                self.tabs[tab].opened.push(self.now);
                if self.server_down || !self.tabs[tab].network {
                    return self.later(LATENCY, Action::Input(tab, generation, closed(id)));
                }
                self.tabs[tab].sockets.insert(id);
                let open = r#"0{"sid":"e","upgrades":[],"pingInterval":25000000,"pingTimeout":20000,"maxPayload":2000000}"#;
                for input in [SocketInput::Opened, SocketInput::Text(open.into())] {
                    self.later(
                        LATENCY,
                        Action::Input(tab, generation, ChatInput::Socket(SocketId(id), input)),
                    );
                }
            }
            SocketCommand::Text(text) => {
                if self.tabs[tab].sockets.contains(&id) {
                    self.later(LATENCY, Action::Packet((tab, id), text));
                }
            }
            SocketCommand::Binary(_) => {}
            SocketCommand::Close => {
                self.tabs[tab].sockets.remove(&id);
                self.later(LATENCY, Action::Packet((tab, id), String::new()));
            }
        }
    }

    fn apply(&mut self, tab: usize, event: ChatEvent) {
        let it = &mut self.tabs[tab];
        match &event {
            ChatEvent::Timeline(TimelineChange::Reset { rows, anchor }) => {
                it.rows = rows.clone();
                it.anchor = Some(*anchor);
            }
            ChatEvent::Timeline(TimelineChange::Splice { at, remove, insert }) => {
                it.rows.splice(*at..*at + *remove, insert.iter().cloned());
            }
            ChatEvent::Timeline(TimelineChange::Scroll(anchor)) => it.anchor = Some(*anchor),
            ChatEvent::Connection(connection) => it.connection = Some(connection.clone()),
            ChatEvent::Server(server) => it.server = *server,
            ChatEvent::Rooms(rooms) => it.rooms = rooms.to_vec(),
            ChatEvent::OpenRoom(open) => it.open = open.clone(),
            _ => {}
        }
        it.events.push(event);
    }
}

pub(super) fn closed(socket: u64) -> ChatInput {
    ChatInput::Socket(
        SocketId(socket),
        SocketInput::Closed {
            code: 1006,
            reason: String::new(),
        },
    )
}
