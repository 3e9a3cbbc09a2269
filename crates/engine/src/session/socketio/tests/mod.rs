//! Sessions in virtual time, against servers that are played by the test.

mod anything;
mod emits;
mod healing;
mod liveness;
mod opening;
mod polling;

use std::time::Duration;

use expect_test::Expect;
use serde_json::{Value, json};

use super::{Emit, EmitId, SessionEvent, SessionOutput, Settings, SocketIo, WhenOffline};
use crate::event::ConnectionState;
use crate::io::{
    Body, Environment, HttpFailure, IdSpace, Method, Output, Reply, RequestId, SocketCommand, SocketId,
    SocketInput,
};
use crate::time::Instant;

const OPEN: &str =
    r#"0{"sid":"E","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}"#;
const OPEN_UPGRADABLE: &str =
    r#"0{"sid":"E","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000}"#;

/// A session, its clock, and everything it said since the last look.
struct Sim {
    session: SocketIo,
    now: Instant,
    log: Vec<String>,
}

impl Sim {
    fn new() -> Self {
        Self::with(&["/"], Value::Null)
    }

    fn with(namespaces: &[&str], auth: Value) -> Self {
        let settings = Settings {
            base_url: "http://h".to_owned(),
            path: "/socket.io/".to_owned(),
            namespaces: namespaces.iter().map(|name| (*name).to_owned()).collect(),
            auth,
            ids: IdSpace(0),
            seed: 1,
        };
        Self {
            session: SocketIo::new(settings),
            now: Instant::from_millis(0),
            log: Vec::new(),
        }
    }

    /// One that is connected over the WebSocket with id 1, with nothing in the log.
    fn connected() -> Self {
        let mut sim = Self::new();
        sim.act(SocketIo::connect);
        sim.open_socket(1);
        sim.text(1, r#"40{"sid":"S"}"#);
        assert_eq!(sim.session.state(), ConnectionState::Connected);
        sim.log.clear();
        sim
    }

    /// One that is connected by polling: GET 3 is open, and nothing is in the log.
    fn polled(open: &str) -> Self {
        let mut sim = Self::new();
        sim.act(SocketIo::connect);
        sim.closed(1);
        sim.answer(2, open);
        // CONNECT is posted, and answered through the open GET.
        let post = sim.last_request("POST");
        sim.answer(post, "ok");
        let get = sim.last_request("GET");
        sim.answer(get, r#"40{"sid":"S"}"#);
        assert_eq!(sim.session.state(), ConnectionState::Connected);
        sim.log.clear();
        sim
    }

    fn act<R>(&mut self, act: impl FnOnce(&mut SocketIo, Instant) -> R) -> R {
        let result = act(&mut self.session, self.now);
        while let Some(output) = self.session.poll() {
            self.log
                .push(format!("{:<6} {}", self.now.as_millis(), print(output)));
        }
        result
    }

    fn socket(&mut self, id: u64, input: SocketInput) {
        self.act(|session, now| session.handle_socket(now, SocketId(id), input));
    }

    fn open_socket(&mut self, id: u64) {
        self.socket(id, SocketInput::Opened);
        self.text(id, OPEN);
    }

    fn text(&mut self, id: u64, text: &str) {
        self.socket(id, SocketInput::Text(text.to_owned()));
    }

    fn closed(&mut self, id: u64) {
        self.socket(
            id,
            SocketInput::Closed {
                code: 1006,
                reason: String::new(),
            },
        );
    }

    fn answer(&mut self, id: u64, body: &str) {
        self.status(id, 200, body);
    }

    fn status(&mut self, id: u64, status: u16, body: &str) {
        let reply = Reply {
            status,
            retry_after: None,
            body: body.to_owned(),
        };
        self.act(|session, now| session.handle_http(now, RequestId(id), Ok(reply)));
    }

    fn unreachable(&mut self, id: u64) {
        self.act(|session, now| session.handle_http(now, RequestId(id), Err(HttpFailure::Unreachable)));
    }

    fn environment(&mut self, news: Environment) {
        self.act(|session, now| session.handle_environment(now, news));
    }

    fn emit(&mut self, event: &str) -> EmitId {
        self.act(|session, now| session.emit(now, plain(event)))
    }

    /// Lets time pass, with a tick at every deadline.
    fn advance(&mut self, millis: u64) {
        let end = self.now + Duration::from_millis(millis);
        while let Some(deadline) = self.session.deadline().filter(|deadline| *deadline <= end) {
            self.now = deadline.max(self.now);
            self.act(SocketIo::handle_tick);
        }
        self.now = end;
    }

    /// Lets time pass without a tick, as under a closed lid.
    fn freeze(&mut self, millis: u64) {
        self.now = self.now + Duration::from_millis(millis);
    }

    /// The id of the last request of this method in the log.
    fn last_request(&self, method: &str) -> u64 {
        let marker = [method, " #"].concat();
        let mut ids = self
            .log
            .iter()
            .filter_map(|line| line.split_once(&marker))
            .map(|(_, rest)| rest);
        ids.next_back()
            .and_then(|rest| rest.split(' ').next())
            .and_then(|id| id.parse().ok())
            .expect("such a request")
    }

    /// What was said since the last look.
    fn check(&mut self, expected: Expect) {
        let log: String = self.log.drain(..).map(|line| line + "\n").collect();
        expected.assert_eq(&log);
    }

    /// The frames and bodies that were sent since the last look.
    fn sent(&mut self) -> Vec<String> {
        let log = std::mem::take(&mut self.log);
        log.iter()
            .filter_map(|line| line.split_once("<- "))
            .map(|(_, sent)| sent.to_owned())
            .collect()
    }

    fn said(&self, text: &str) -> bool {
        self.log.iter().any(|line| line.contains(text))
    }
}

fn plain(event: &str) -> Emit {
    Emit {
        namespace: "/".to_owned(),
        event: event.to_owned(),
        args: Vec::new(),
        binary: Vec::new(),
        ack_within: None,
        offline: WhenOffline::Queue,
    }
}

fn asking(event: &str, millis: u64) -> Emit {
    Emit {
        ack_within: Some(Duration::from_millis(millis)),
        ..plain(event)
    }
}

fn print(output: SessionOutput) -> String {
    match output {
        SessionOutput::Output(Output::Socket(id, command)) => match command {
            SocketCommand::Open { url } => format!("open #{} {url}", id.0),
            SocketCommand::Text(text) => format!("#{} <- {text}", id.0),
            SocketCommand::Binary(bytes) => format!("#{} <- {bytes:?}", id.0),
            SocketCommand::Close => format!("close #{}", id.0),
        },
        SessionOutput::Output(Output::Http(id, request)) => match (request.method, request.body) {
            (Method::Get, _) => format!("GET #{} {}", id.0, request.url),
            (_, Body::Text(text)) => format!("POST #{} <- {}", id.0, text.replace('\u{1e}', "␞")),
            (_, Body::Empty) => format!("POST #{}", id.0),
        },
        SessionOutput::Output(Output::AbortHttp(id)) => format!("abort #{}", id.0),
        SessionOutput::Output(other @ (Output::Media(_) | Output::Tab(_) | Output::Event(_))) => {
            format!("{other:?}")
        }
        SessionOutput::Event(event) => print_event(event),
    }
}

fn print_event(event: SessionEvent) -> String {
    match event {
        SessionEvent::State(ConnectionState::Waiting {
            attempt,
            next,
            reason,
        }) => {
            format!("waiting for attempt {attempt} at {}: {reason}", next.as_millis())
        }
        SessionEvent::State(state) => format!("{state:?}").to_lowercase(),
        SessionEvent::Connected {
            namespace,
            sid,
            recovered,
        } => {
            format!(
                "joined {namespace} as {sid}{}",
                if recovered { ", recovered" } else { "" }
            )
        }
        SessionEvent::Lost { reason } => format!("lost: {reason}"),
        SessionEvent::Refused {
            namespace,
            message,
            data,
        } => format!("refused {namespace}: {message} {}", json!(data)),
        SessionEvent::Event {
            namespace,
            name,
            args,
            binary,
            ack,
        } => {
            let ack = if ack.is_some() { ", wants an answer" } else { "" };
            format!("event {namespace} {name} {} {binary:?}{ack}", json!(args))
        }
        SessionEvent::Acked { emit, args } => format!("acked {} {}", emit.0, json!(args)),
        SessionEvent::AckTimedOut { emit } => format!("no ack {}", emit.0),
        SessionEvent::Unreadable(error) => format!("unreadable: {error}"),
    }
}
