//! A `SocketIo` on real wires.

use std::io;
use std::time::Duration;

use engine::event::ConnectionState;
use engine::io::{Environment, IdSpace, Input};
use engine::session::socketio::{Emit, EmitId, SessionEvent, SessionOutput, Settings, SocketIo, WhenOffline};
use engine::time::Instant;
use serde_json::Value;

use crate::transcript::{Deed, input_line, output_line};
use crate::{GENEROUS, Wires};

/// A Socket.IO client that keeps everything it was told.
#[derive(Debug)]
pub struct Client {
    session: SocketIo,
    wires: Wires,
    /// Every event so far, with its time.
    pub log: Vec<(Instant, SessionEvent)>,
    seen: usize,
    /// The transports of all requests and sockets, in the order in which they were opened.
    pub opened: Vec<String>,
    /// Everything that passed, a line each; complete as long as the session is asked by [`Client::deed`] alone.
    pub transcript: Vec<String>,
    base: String,
}

impl Client {
    /// A client of the main namespace at `url`, not connected yet.
    #[must_use]
    pub fn new(url: &str) -> Self {
        Self::with(settings(url))
    }

    /// A client with other settings.
    #[must_use]
    pub fn with(settings: Settings) -> Self {
        let base = settings.base_url.clone();
        let (session, wires) = (SocketIo::new(settings), Wires::default());
        Self {
            session,
            wires,
            log: Vec::new(),
            seen: 0,
            opened: Vec::new(),
            transcript: Vec::new(),
            base,
        }
    }

    /// Asks the session for something, for the transcript too.
    pub fn deed(&mut self, deed: &Deed) {
        let now = self.wires.now();
        self.transcript.push(deed.line(now).to_string());
        deed.perform(&mut self.session, now);
        self.drain(now);
    }

    /// Does something to the session, and performs what comes of it.
    pub fn act<R>(&mut self, act: impl FnOnce(&mut SocketIo, Instant) -> R) -> R {
        let now = self.wires.now();
        let result = act(&mut self.session, now);
        self.drain(now);
        result
    }

    /// Connects, and waits until the main namespace is joined; gives its sid.
    ///
    /// # Errors
    /// When that does not happen.
    pub async fn connect(&mut self) -> io::Result<String> {
        self.act(SocketIo::connect);
        self.until_connected().await.map(|(sid, _)| sid)
    }

    /// Waits until the main namespace is joined; gives its sid, and whether the session was recovered.
    ///
    /// # Errors
    /// When that does not happen.
    pub async fn until_connected(&mut self) -> io::Result<(String, bool)> {
        self.until("connected", |event| match event {
            SessionEvent::Connected {
                namespace,
                sid,
                recovered,
            } if namespace == "/" => Some((sid.clone(), *recovered)),
            _ => None,
        })
        .await
    }

    /// Emits to the main namespace.
    pub fn emit(&mut self, event: &str, args: Vec<Value>) -> EmitId {
        self.act(|session, now| session.emit(now, plain(event, args)))
    }

    /// Emits to the main namespace, and waits for the ack.
    ///
    /// # Errors
    /// When none comes.
    pub async fn ask(&mut self, event: &str, args: Vec<Value>) -> io::Result<Vec<Value>> {
        let question = Emit {
            ack_within: Some(GENEROUS),
            ..plain(event, args)
        };
        let asked = self.act(|session, now| session.emit(now, question));
        self.until(event, |event| match event {
            SessionEvent::Acked { emit, args } if *emit == asked => Some(Ok(args.clone())),
            SessionEvent::AckTimedOut { emit } if *emit == asked => Some(Err(io::Error::other("no ack"))),
            _ => None,
        })
        .await?
    }

    /// Waits for a server's event; gives its arguments and attachments.
    ///
    /// # Errors
    /// When it does not come.
    pub async fn until_event(&mut self, wanted: &str) -> io::Result<(Vec<Value>, Vec<Vec<u8>>)> {
        self.until(wanted, |event| match event {
            SessionEvent::Event {
                name, args, binary, ..
            } if name == wanted => Some((args.clone(), binary.clone())),
            _ => None,
        })
        .await
    }

    /// Waits until the `count`-th request or socket of this kind (`websocket`, `Get`, `Post`) was opened.
    ///
    /// # Errors
    /// When that does not happen.
    pub async fn until_opened(&mut self, kind: &str, count: usize) -> io::Result<()> {
        let give_up = tokio::time::Instant::now() + GENEROUS;
        while self.opened.iter().filter(|opened| *opened == kind).count() < count {
            if tokio::time::timeout_at(give_up, self.step()).await.is_err() {
                return Err(io::Error::other(format!("opened only {:?}", self.opened)));
            }
        }
        Ok(())
    }

    /// Waits for an event that `pick` takes, beginning after the last one that was waited for.
    ///
    /// # Errors
    /// With the log, when it does not come within a generous time.
    pub async fn until<R>(&mut self, what: &str, pick: impl Fn(&SessionEvent) -> Option<R>) -> io::Result<R> {
        let give_up = tokio::time::Instant::now() + GENEROUS;
        loop {
            while let Some((_, event)) = self.log.get(self.seen) {
                self.seen += 1;
                if let Some(found) = pick(event) {
                    return Ok(found);
                }
            }
            if tokio::time::timeout_at(give_up, self.step()).await.is_err() {
                return Err(io::Error::other(format!(
                    "waited in vain for {what}: {:#?}",
                    self.log
                )));
            }
        }
    }

    /// Runs on for a while, whatever comes: only to give something that must not happen the time to happen.
    pub async fn run_for(&mut self, time: Duration) {
        let end = tokio::time::Instant::now() + time;
        while tokio::time::timeout_at(end, self.step()).await.is_ok() {}
    }

    /// How the connection stands.
    #[must_use]
    pub fn state(&self) -> ConnectionState {
        self.session.state()
    }

    /// The clock of the log.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.wires.now()
    }

    async fn step(&mut self) {
        let input = self.wires.next(self.session.deadline()).await;
        let now = self.wires.now();
        self.transcript
            .extend(input_line(now, &input).map(|line| line.to_string()));
        self.feed(now, input);
        self.drain(now);
    }

    fn feed(&mut self, now: Instant, input: Input) {
        match input {
            Input::Tick => self.session.handle_tick(now),
            Input::Environment(news) => self.session.handle_environment(now, news),
            Input::Socket(id, input) => self.session.handle_socket(now, id, input),
            Input::Http(id, result) => self.session.handle_http(now, id, result),
            Input::Media(_) | Input::Tab(_) => {}
        }
    }

    fn drain(&mut self, now: Instant) {
        use engine::io::{Output, SocketCommand};
        while let Some(output) = self.session.poll() {
            self.transcript.push(output_line(&output, &self.base).to_string());
            match output {
                SessionOutput::Event(event) => self.log.push((now, event)),
                SessionOutput::Output(output) => {
                    match &output {
                        Output::Socket(_, SocketCommand::Open { .. }) => {
                            self.opened.push("websocket".to_owned())
                        }
                        Output::Http(_, request) => self.opened.push(format!("{:?}", request.method)),
                        _ => {}
                    }
                    self.wires.perform(output);
                }
            }
        }
    }

    /// Tells the session news of the device.
    pub fn environment(&mut self, news: Environment) {
        self.act(|session, now| session.handle_environment(now, news));
    }
}

/// The main namespace at `url`, without auth.
#[must_use]
pub fn settings(url: &str) -> Settings {
    Settings {
        base_url: url.to_owned(),
        path: "/socket.io/".to_owned(),
        namespaces: vec!["/".to_owned()],
        auth: Value::Null,
        ids: IdSpace(1),
        seed: 1,
    }
}

/// An event of the main namespace that waits for a connection and wants no ack.
#[must_use]
pub fn plain(event: &str, args: Vec<Value>) -> Emit {
    Emit {
        namespace: "/".to_owned(),
        event: event.to_owned(),
        args,
        binary: Vec::new(),
        ack_within: None,
        offline: WhenOffline::Queue,
    }
}
