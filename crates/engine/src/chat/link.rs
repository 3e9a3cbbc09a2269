//! The chat's own connection: whether it may be tried, what its refusals mean, and proof that the server has read
//! what was sent.
//!
//! Plain servers of contract 5 acknowledge nothing. A namespace that nobody has is asked for behind a message: the
//! answer can only come after the server has read the message, since one link keeps its order.

use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use serde_json::{Value, json};

use super::api::{ChatOutput, ChatSettings};
use crate::event::ConnectionState;
use crate::io::{Environment, HttpFailure, Output, Reply, RequestId, SocketId, SocketInput};
use crate::session::socketio::{Emit, EmitId, SessionEvent, SessionOutput, Settings, SocketIo, WhenOffline};
use crate::time::{Instant, earliest};

/// Where contract 5 lives.
const CHAT: &str = "/";
/// Asked for as proof of a round trip; nobody has it.
const PROOF: &str = "/antenna-proof";

/// No server may send clients away for longer.
const LONGEST_HOLD: Duration = Duration::from_secs(3600);
/// Where a server says "too often" and not for how long.
const USUAL_HOLD: Duration = Duration::from_secs(60);
/// After a refusal in words that this client does not know; doubles up to [`LONGEST_PUZZLED`].
const PUZZLED: Duration = Duration::from_secs(30);
const LONGEST_PUZZLED: Duration = Duration::from_secs(480);

/// What the chat engine learns from its connection.
#[derive(Debug)]
pub(super) enum LinkEvent {
    /// The server lets this client in.
    Up {
        /// Rooms are kept and missed events follow.
        recovered: bool,
    },
    /// The connection is gone; it heals by itself, or does not where it was refused.
    Down,
    /// The server sent an event.
    Event { name: String, args: Vec<Value> },
    /// The server answered an event.
    Acked { emit: EmitId, args: Vec<Value> },
    /// No answer came, or none can come any more.
    AckTimedOut { emit: EmitId },
    /// Everything that was sent before [`Link::prove`] gave this number (or one before it) was read by the server.
    Proven(u64),
    /// The state of the connection changed.
    State,
    /// Something could not be read.
    Trouble(String),
}

/// How a proof stands.
///
/// ```text
///            prove()            answered
///  Idle ───────────────► Asked ─────────► Idle, told
///   ▲ answered             │ link lost
///   └────────── Stray ◄────┘      joined instead of refused
///                 └──────────────────────► Never
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Proof {
    /// Not asked.
    Idle,
    /// Asked behind everything that is to be proven; `again`: more was sent since.
    Asked { again: bool },
    /// Asked by the session itself while connecting, which proves nothing; `wanted`: ask when it is answered.
    Stray { wanted: bool },
    /// This server admits everybody everywhere, so it cannot be asked twice.
    Never,
}

/// The chat's connection.
#[derive(Debug)]
pub(super) struct Link {
    session: SocketIo,
    token: Option<Rc<str>>,
    /// This tab is the one that connects.
    leads: bool,
    /// The server refused this token, and it was reported.
    refused: Option<Rc<str>>,
    held: Option<Instant>,
    puzzled: u32,
    up: bool,
    proof: Proof,
    /// How many proofs were asked for.
    proofs: u64,
    events: VecDeque<LinkEvent>,
    out: VecDeque<ChatOutput>,
}

impl Link {
    pub(super) fn new(settings: &ChatSettings) -> Self {
        let session = SocketIo::new(Settings {
            base_url: settings.base_url.clone(),
            path: settings.socket_path.clone(),
            namespaces: vec![CHAT.to_owned(), PROOF.to_owned()],
            auth: Value::Null,
            ids: settings.ids,
            seed: settings.seed,
        });
        Self {
            session,
            token: None,
            leads: false,
            refused: None,
            held: None,
            puzzled: 0,
            up: false,
            proof: Proof::Stray { wanted: false },
            proofs: 0,
            events: VecDeque::new(),
            out: VecDeque::new(),
        }
    }

    /// The server lets this client in.
    pub(super) fn is_up(&self) -> bool {
        self.up
    }

    /// The session's state, for the screen.
    pub(super) fn state(&self) -> ConnectionState {
        self.session.state()
    }

    /// The server sent this client away until then.
    pub(super) fn held_until(&self) -> Option<Instant> {
        self.held
    }

    /// This tab leads from now on.
    pub(super) fn lead(&mut self, now: Instant) {
        self.leads = true;
        self.try_connect(now);
        self.settle(now);
    }

    /// Another token, or none. Another person's needs a new connection: see [`end`](Self::end).
    pub(super) fn set_token(&mut self, now: Instant, token: Option<Rc<str>>) {
        if self.token == token {
            return;
        }
        self.token = token;
        match self.token.clone() {
            None => self.end(now),
            Some(token) => {
                self.session.set_auth(json!({ "token": &*token }));
                let was_refused = self.refused.take().is_some();
                if was_refused && self.up {
                    // Refused inside a session that stands: only a new CONNECT carries the new token.
                    self.end(now);
                }
                self.try_connect(now);
            }
        }
        self.settle(now);
    }

    /// Nobody chats here any more.
    pub(super) fn end(&mut self, now: Instant) {
        self.session.disconnect(now);
        self.proof = Proof::Stray { wanted: false };
        if std::mem::take(&mut self.up) {
            self.events.push_back(LinkEvent::Down);
        }
        self.settle(now);
    }

    /// The person wants a connection now; a hold is kept all the same.
    pub(super) fn reconnect(&mut self, now: Instant) {
        self.puzzled = 0;
        self.try_connect(now);
        self.settle(now);
    }

    /// Sends an event now, or drops it when there is no connection: what must not be lost is in the outbox.
    pub(super) fn emit(
        &mut self,
        now: Instant,
        event: &str,
        args: Vec<Value>,
        ack: Option<Duration>,
    ) -> EmitId {
        let emit = self.session.emit(
            now,
            Emit {
                namespace: CHAT.to_owned(),
                event: event.to_owned(),
                args,
                binary: Vec::new(),
                ack_within: ack,
                offline: WhenOffline::Drop,
            },
        );
        self.settle(now);
        emit
    }

    /// Asks for proof that everything sent so far was read: [`LinkEvent::Proven`] with this number, unless the link is
    /// lost before. `None`: this server cannot be asked.
    pub(super) fn prove(&mut self, now: Instant) -> Option<u64> {
        match &mut self.proof {
            Proof::Idle => {
                self.ask_for_proof(now);
                self.settle(now);
                Some(self.proofs)
            }
            // The one under way was asked before what was sent since.
            Proof::Asked { again: wanted } | Proof::Stray { wanted } => {
                *wanted = true;
                Some(self.proofs + 1)
            }
            Proof::Never => None,
        }
    }

    /// Something was not answered for long: if the link is dead, that is to be found out now.
    pub(super) fn suspect(&mut self, now: Instant) {
        self.session
            .handle_environment(now, Environment::Resumed(Duration::ZERO));
        self.settle(now);
    }

    /// The server refused this token in an event or in an answer to a request.
    pub(super) fn token_refused(&mut self, token: &Rc<str>) {
        if self.token.as_ref() == Some(token) && self.refused.as_ref() != Some(token) {
            self.refused = Some(Rc::clone(token));
            self.out.push_back(ChatOutput::TokenRefused(Rc::clone(token)));
        }
    }

    pub(super) fn handle_socket(&mut self, now: Instant, socket: SocketId, input: SocketInput) {
        self.session.handle_socket(now, socket, input);
        self.settle(now);
    }

    pub(super) fn handle_http(
        &mut self,
        now: Instant,
        request: RequestId,
        result: Result<Reply, HttpFailure>,
    ) {
        self.session.handle_http(now, request, result);
        self.settle(now);
    }

    pub(super) fn handle_environment(&mut self, now: Instant, news: Environment) {
        self.session.handle_environment(now, news);
        self.settle(now);
    }

    pub(super) fn handle_tick(&mut self, now: Instant) {
        if self.held.is_some_and(|until| until <= now) {
            self.held = None;
            self.events.push_back(LinkEvent::State);
            self.try_connect(now);
        }
        self.session.handle_tick(now);
        self.settle(now);
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        earliest(self.held, self.session.deadline())
    }

    pub(super) fn poll_event(&mut self) -> Option<LinkEvent> {
        self.events.pop_front()
    }

    pub(super) fn poll_output(&mut self) -> Option<ChatOutput> {
        self.out.pop_front()
    }

    fn try_connect(&mut self, now: Instant) {
        let token_is_fresh = self
            .token
            .as_ref()
            .is_some_and(|token| self.refused.as_ref() != Some(token));
        if !self.leads || !token_is_fresh || self.held.is_some() || self.up {
            return;
        }
        if matches!(
            self.session.state(),
            ConnectionState::Idle | ConnectionState::Refused { .. }
        ) {
            self.proof = Proof::Stray { wanted: false };
        }
        self.session.connect(now);
    }

    fn settle(&mut self, now: Instant) {
        while let Some(output) = self.session.poll() {
            match output {
                SessionOutput::Output(Output::Socket(id, command)) => {
                    self.out.push_back(ChatOutput::Socket(id, command))
                }
                SessionOutput::Output(Output::Http(id, request)) => {
                    self.out.push_back(ChatOutput::Http(id, request))
                }
                SessionOutput::Output(Output::AbortHttp(id)) => self.out.push_back(ChatOutput::AbortHttp(id)),
                // A session has no others.
                SessionOutput::Output(Output::Media(_) | Output::Tab(_) | Output::Event(_)) => {}
                SessionOutput::Event(event) => self.on_session(now, event),
            }
        }
    }

    fn on_session(&mut self, now: Instant, event: SessionEvent) {
        match event {
            SessionEvent::State(_) => self.events.push_back(LinkEvent::State),
            SessionEvent::Connected {
                namespace, recovered, ..
            } => {
                if namespace == PROOF {
                    self.proof_answered(now);
                    self.proof = Proof::Never;
                } else {
                    self.up = true;
                    self.puzzled = 0;
                    self.events.push_back(LinkEvent::Up { recovered });
                }
            }
            SessionEvent::Lost { .. } => {
                self.proof = match self.proof {
                    Proof::Asked { .. } | Proof::Stray { .. } | Proof::Never => {
                        Proof::Stray { wanted: false }
                    }
                    Proof::Idle => Proof::Idle,
                };
                self.went_down();
            }
            SessionEvent::Refused {
                namespace,
                message,
                data,
            } => {
                if namespace == PROOF {
                    self.proof_answered(now);
                } else {
                    self.went_down();
                    self.on_refused(now, &message, data.as_ref());
                }
            }
            SessionEvent::Event {
                namespace,
                name,
                args,
                ..
            } => {
                if namespace == CHAT {
                    self.events.push_back(LinkEvent::Event { name, args });
                }
            }
            SessionEvent::Acked { emit, args } => self.events.push_back(LinkEvent::Acked { emit, args }),
            SessionEvent::AckTimedOut { emit } => self.events.push_back(LinkEvent::AckTimedOut { emit }),
            SessionEvent::Unreadable(error) => self.events.push_back(LinkEvent::Trouble(error.to_string())),
        }
    }

    fn went_down(&mut self) {
        if std::mem::take(&mut self.up) {
            self.events.push_back(LinkEvent::Down);
        }
    }

    fn ask_for_proof(&mut self, now: Instant) {
        self.proofs += 1;
        self.proof = Proof::Asked { again: false };
        self.session.connect(now);
    }

    fn proof_answered(&mut self, now: Instant) {
        let before = std::mem::replace(&mut self.proof, Proof::Idle);
        let again = match before {
            Proof::Asked { again } => {
                self.events.push_back(LinkEvent::Proven(self.proofs));
                again
            }
            Proof::Stray { wanted } => wanted,
            Proof::Idle | Proof::Never => false,
        };
        if again && self.up {
            self.ask_for_proof(now);
        }
    }

    fn on_refused(&mut self, now: Instant, message: &str, data: Option<&Value>) {
        match refusal(message, data) {
            Refusal::Token => {
                if let Some(token) = self.token.clone() {
                    self.token_refused(&token);
                }
            }
            Refusal::Hold(wait) => self.held = Some(now + wait),
            // Contract 0: not retried by itself. Another token, or the person, tries again.
            Refusal::Sent => {}
            Refusal::Other => {
                let wait = PUZZLED * (1 << self.puzzled.min(4));
                self.puzzled += 1;
                self.held = Some(now + wait.min(LONGEST_PUZZLED));
            }
        }
        self.events.push_back(LinkEvent::State);
    }
}

/// What a refusal means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Another token is needed.
    Token,
    /// Not before so long.
    Hold(Duration),
    /// The server closed the session.
    Sent,
    /// Something else.
    Other,
}

/// Reads a refusal's words (contract 5), and `retryAfterMs` where the server adds it.
pub(super) fn refusal(message: &str, data: Option<&Value>) -> Refusal {
    if message == "io server disconnect" {
        return Refusal::Sent;
    }
    let words = message.to_ascii_lowercase();
    let named = data
        .and_then(|data| data.get("retryAfterMs"))
        .and_then(Value::as_u64)
        .map(Duration::from_millis);
    if words.contains("rate limit") || words.contains("too many") || named.is_some() {
        let wait = named.or_else(|| seconds_in(&words)).unwrap_or(USUAL_HOLD);
        // A server rounds down, and one second too early is refused again.
        return Refusal::Hold(wait.clamp(Duration::from_secs(1), LONGEST_HOLD) + Duration::from_millis(250));
    }
    let of_token = ["authenticat", "unauthori", "token", "jwt", "not signed in"];
    if of_token.iter().any(|word| words.contains(word)) {
        return Refusal::Token;
    }
    Refusal::Other
}

/// The N of "Try again in N seconds".
fn seconds_in(words: &str) -> Option<Duration> {
    let digits: String = words
        .chars()
        .skip_while(|c| !c.is_ascii_digit())
        .take_while(char::is_ascii_digit)
        .take(6)
        .collect();
    digits.parse().ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_are_read_as_contract_5_words_them() {
        let seconds = |n| Refusal::Hold(Duration::from_secs(n) + Duration::from_millis(250));
        assert_eq!(refusal("Authentication required", None), Refusal::Token);
        assert_eq!(refusal("Authentication failed", None), Refusal::Token);
        assert_eq!(
            refusal("Rate limit exceeded. Try again in 17 seconds", None),
            seconds(17)
        );
        assert_eq!(refusal("Rate limit exceeded", None), seconds(60));
        assert_eq!(
            refusal("Rate limit exceeded. Try again in 999999999999 seconds", None),
            seconds(3600)
        );
        assert_eq!(refusal("io server disconnect", None), Refusal::Sent);
        assert_eq!(refusal("the database is on fire", None), Refusal::Other);
        let data = json!({ "retryAfterMs": 2000 });
        assert_eq!(refusal("busy", Some(&data)), seconds(2));
    }
}
