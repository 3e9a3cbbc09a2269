//! Contract 1 on Socket.IO: the connection and `me`. What is about calls is in [`calls`].

mod calls;

use std::collections::VecDeque;

use serde_json::{Value, json};

use super::{Dialect, DialectOutput, News};
use crate::call::calling::Signal;
use crate::config::Backend;
use crate::event::{Capabilities, ConnectionState};
use crate::io::IdSpace;
use crate::session::socketio::{Emit, SessionEvent, SessionOutput, Settings, SocketIo, WhenOffline};
use crate::time::Instant;

pub(crate) use calls::PeerCalls;

const NAMESPACE: &str = "/";

/// The `peer-call` vocabulary.
pub(crate) struct PeerCall {
    session: SocketIo,
    accounts: bool,
    chat: bool,
    me: Option<String>,
    out: VecDeque<DialectOutput>,
}

impl PeerCall {
    pub(crate) fn new(backend: &Backend, ids: IdSpace, seed: u64) -> Self {
        let settings = Settings {
            base_url: backend.url.clone(),
            path: backend.socket_path.clone(),
            namespaces: vec![NAMESPACE.to_owned()],
            auth: Value::Null,
            ids,
            seed,
        };
        Self {
            session: SocketIo::new(settings),
            accounts: backend.accounts,
            chat: backend.chat.is_some(),
            me: None,
            out: VecDeque::new(),
        }
    }

    fn session_event(&mut self, event: SessionEvent) {
        match event {
            SessionEvent::State(state) => {
                if !matches!(state, ConnectionState::Connected) {
                    self.down();
                }
                self.tell(DialectOutput::State(state));
            }
            SessionEvent::Connected { recovered, .. } => {
                // A recovered session keeps its id, and its server may not say it again.
                if let (true, Some(me)) = (recovered, self.me.clone()) {
                    self.tell(DialectOutput::Up { me });
                }
            }
            SessionEvent::Lost { .. } | SessionEvent::Refused { .. } => self.down(),
            SessionEvent::Event { name, args, .. } if name == "me" => match wire::peer_call::own_id(&args) {
                Ok(me) => {
                    self.me = Some(me.clone());
                    self.tell(DialectOutput::Up { me });
                }
                Err(error) => self.tell(DialectOutput::Unreadable(error)),
            },
            SessionEvent::Event { name, args, .. } => {
                self.tell(DialectOutput::Signal(Signal { name, args }));
            }
            SessionEvent::Unreadable(error) => self.tell(DialectOutput::Unreadable(error)),
            // Nothing of this dialect is acknowledged.
            SessionEvent::Acked { .. } | SessionEvent::AckTimedOut { .. } => {}
        }
    }

    fn down(&mut self) {
        self.tell(DialectOutput::Down);
    }

    fn tell(&mut self, output: DialectOutput) {
        self.out.push_back(output);
    }
}

impl Dialect for PeerCall {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            calls: true,
            accounts: self.accounts,
            guests: true,
            chat: self.chat,
        }
    }

    fn connect(&mut self, now: Instant) {
        self.session.connect(now);
    }

    fn disconnect(&mut self, now: Instant) {
        self.session.disconnect(now);
    }

    fn set_token(&mut self, token: Option<&str>) {
        let auth = match (token, self.chat) {
            (None, _) => Value::Null,
            (Some(token), false) => json!({ "token": token }),
            // The chat has a connection of its own: this one is no device for presence.
            (Some(token), true) => json!({ "token": token, "chat": false }),
        };
        self.session.set_auth(auth);
    }

    fn watch_closely(&mut self, now: Instant, on: bool) {
        self.session.watch_closely(now, on);
    }

    fn handle(&mut self, now: Instant, news: News) {
        match news {
            News::Tick => self.session.handle_tick(now),
            News::Environment(news) => self.session.handle_environment(now, news),
            News::Socket(socket, input) => self.session.handle_socket(now, socket, input),
            News::Http(request, result) => self.session.handle_http(now, request, result),
        }
    }

    fn say(&mut self, now: Instant, event: &str, args: Vec<Value>) {
        // Calls keep what must wait themselves: a signal that is sent late carries an id that is void by then.
        let emit = Emit {
            namespace: NAMESPACE.to_owned(),
            event: event.to_owned(),
            args,
            binary: Vec::new(),
            ack_within: None,
            offline: WhenOffline::Drop,
        };
        self.session.emit(now, emit);
    }

    fn poll(&mut self) -> Option<DialectOutput> {
        loop {
            if let Some(output) = self.out.pop_front() {
                return Some(output);
            }
            match self.session.poll()? {
                SessionOutput::Output(output) => return Some(DialectOutput::Output(output)),
                SessionOutput::Event(event) => self.session_event(event),
            }
        }
    }

    fn deadline(&self) -> Option<Instant> {
        self.session.deadline()
    }
}
