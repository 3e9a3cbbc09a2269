//! Contract 1 on Socket.IO.

use std::collections::VecDeque;

use serde_json::{Value, json};
use wire::lenient::DecodeError;
use wire::peer_call::{ClientEvent, ServerEvent};
use wire::signal::Message;

use super::{Dialect, DialectOutput, Letter, News};
use crate::call::{Mail, Post, Toward};
use crate::config::Backend;
use crate::event::{Capabilities, ConnectionState};
use crate::io::IdSpace;
use crate::session::socketio::{Emit, SessionEvent, SessionOutput, Settings, SocketIo, WhenOffline};
use crate::time::Instant;

const NAMESPACE: &str = "/";

/// The `peer-call` vocabulary.
#[derive(Debug)]
pub(crate) struct PeerCall {
    session: SocketIo,
    accounts: bool,
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
                    self.tell(DialectOutput::Mail(Mail::Up { me }));
                }
            }
            SessionEvent::Lost { .. } | SessionEvent::Refused { .. } => self.down(),
            SessionEvent::Event { name, args, .. } => match read(&name, &args) {
                Ok(None) => {}
                Ok(Some(mail)) => {
                    if let Mail::Up { me } = &mail {
                        self.me = Some(me.clone());
                    }
                    self.tell(DialectOutput::Mail(mail));
                }
                Err(error) => self.tell(DialectOutput::Unreadable(error)),
            },
            SessionEvent::Unreadable(error) => self.tell(DialectOutput::Unreadable(error)),
            // Nothing of this dialect is acknowledged.
            SessionEvent::Acked { .. } | SessionEvent::AckTimedOut { .. } => {}
        }
    }

    fn down(&mut self) {
        self.tell(DialectOutput::Mail(Mail::Down));
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
        }
    }

    fn connect(&mut self, now: Instant) {
        self.session.connect(now);
    }

    fn disconnect(&mut self, now: Instant) {
        self.session.disconnect(now);
    }

    fn set_token(&mut self, token: Option<&str>) {
        self.session
            .set_auth(token.map_or(Value::Null, |token| json!({ "token": token })));
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

    fn post(&mut self, now: Instant, letter: Letter) {
        let (event, args) = write(letter).encode();
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

fn read(name: &str, args: &[Value]) -> Result<Option<Mail>, DecodeError> {
    Ok(match ServerEvent::decode(name, args)? {
        None => None,
        Some(ServerEvent::Me(me)) => Some(Mail::Up { me }),
        Some(ServerEvent::CallUser {
            signal,
            from,
            name: caller,
        }) => Some(Mail::FromCaller {
            from,
            name: caller,
            message: Message::decode(name, &signal)?,
        }),
        Some(ServerEvent::CallAccepted(signal)) => Some(Mail::FromCallee(Message::decode(name, &signal)?)),
        Some(ServerEvent::CallEnded) => Some(Mail::Hint),
        Some(ServerEvent::CallDeclined { from }) => Some(Mail::Declined { from }),
        Some(ServerEvent::ReceiveMessage { message, from }) => Some(Mail::Text { from, text: message }),
    })
}

fn write(letter: Letter) -> ClientEvent {
    match letter {
        Letter::Decline { to } => ClientEvent::CallDeclined { to },
        Letter::Signal {
            post: Post {
                to, toward, message, ..
            },
            from,
            name,
        } => {
            let signal = message.encode();
            match toward {
                Toward::Callee => ClientEvent::CallUser {
                    user_to_call: to,
                    signal,
                    from,
                    name,
                },
                Toward::Caller => ClientEvent::AnswerCall { signal, to },
            }
        }
    }
}
