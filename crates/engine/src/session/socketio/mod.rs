//! A Socket.IO client (contract 0) without I/O: [`SocketIo`].
//!
//! From the outside in: [`SocketIo`] heals the connection, [`namespace`] and [`outbox`] are what it carries,
//! [`liveness`] finds out that it died, [`link`] is Engine.IO over WebSocket or polling.

mod api;
mod incoming;
mod link;
mod liveness;
mod namespace;
mod outbox;
mod outgoing;
mod timers;

#[cfg(test)]
mod tests;

pub use api::{Emit, EmitId, SessionEvent, SessionOutput, Settings, WhenOffline};

use std::collections::VecDeque;
use std::time::Duration;

use serde_json::Value;
use wire::engineio::Open;
use wire::socketio::{Ack, Body, Decoder, Packet};

use self::link::{Context, Down, Link, LinkEvent};
use self::liveness::{Liveness, Why};
use self::namespace::{Membership, Namespace};
use self::outbox::Outbox;
use self::timers::{Timer, Timers};
use super::backoff::Backoff;
use crate::event::ConnectionState;
use crate::io::{Environment, HttpFailure, Reply, RequestId, SocketId, SocketInput};
use crate::time::Instant;

/// A server that has not answered CONNECT by then does not. Longer than a slow check of a token.
const JOINS_WITHIN: Duration = Duration::from_secs(20);
/// A connection that lived shorter counts as one more failed attempt, lest a server that drops everybody is hammered.
const STEADY_AFTER: Duration = Duration::from_secs(5);
/// An attempt older than this is begun anew when the network changes.
const STALE_AFTER: Duration = Duration::from_secs(1);
/// No server may send clients away for longer.
const LONGEST_WAIT: Duration = Duration::from_secs(300);

/// One Engine.IO connection that carries several Socket.IO namespaces and heals by itself.
#[derive(Debug)]
pub struct SocketIo {
    auth: Value,
    namespaces: Vec<Namespace>,
    phase: Phase,
    /// Nothing was lost and no attempt failed since [`connect`](Self::connect).
    first: bool,
    reported: ConnectionState,
    link: Link,
    /// The longest message that the server takes, in bytes.
    max_payload: usize,
    decoder: Decoder,
    outbox: Outbox,
    liveness: Liveness,
    backoff: Backoff,
    timers: Timers,
    out: VecDeque<SessionOutput>,
    /// Counts links, so that an answer meant for one does not go out on the next.
    link_number: u16,
}

/// ```text
///           connect()             handshake            a namespace joined
///  Idle ──────────────► Opening ─────────────► Joining ──────────────────► Joined
///   ▲                    ▲   │                   │  │                       │  │
///   │           1, 2, 4… │   │ failed            │  │ every one refused     │  │
///   │           s, or a  │   ▼                   │  ▼                       │  │
///   │ disconnect() hint  └─ Waiting ◄────────────┘ Refused ◄────────────────┘  │
///   │ (from everywhere)          ▲                  │ (connect() starts anew)  │
///   └─                           └──────────────────┼─── lost ─────────────────┘
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
enum Phase {
    /// Not wanted.
    Idle,
    /// The link is being opened.
    Opening { since: Instant },
    /// The link is open, and CONNECTs are unanswered.
    Joining { since: Instant },
    /// At least one namespace is joined.
    Joined { since: Instant },
    /// The next attempt is to come.
    Waiting { next: Instant, reason: String },
    /// Every namespace was refused.
    Refused { reason: String },
}

impl SocketIo {
    /// A client that does nothing until [`connect`](Self::connect).
    pub fn new(settings: Settings) -> Self {
        let Settings {
            base_url,
            path,
            namespaces,
            auth,
            ids,
            seed,
        } = settings;
        Self {
            auth,
            namespaces: namespaces.iter().map(|name| Namespace::new(name)).collect(),
            phase: Phase::Idle,
            first: true,
            reported: ConnectionState::Idle,
            link: Link::new(&base_url, &path, ids),
            max_payload: usize::MAX,
            decoder: Decoder::default(),
            outbox: Outbox::default(),
            liveness: Liveness::default(),
            backoff: Backoff::new(seed),
            timers: Timers::default(),
            out: VecDeque::new(),
            link_number: 0,
        }
    }

    /// Starts connecting, or tries now instead of waiting for the next attempt. A live link is left alone, but
    /// namespaces that were refused are asked for again.
    pub fn connect(&mut self, now: Instant) {
        for namespace in &mut self.namespaces {
            if namespace.membership == Membership::Refused {
                namespace.membership = Membership::Down;
            }
        }
        match self.phase {
            Phase::Idle | Phase::Refused { .. } => {
                self.first = true;
                self.backoff.reset();
                self.attempt(now);
            }
            Phase::Waiting { .. } => self.attempt(now),
            Phase::Joining { .. } | Phase::Joined { .. } => self.join_all(now),
            Phase::Opening { .. } => {}
        }
        self.settle(now);
    }

    /// The person leaves: namespaces and link are closed, the queue is dropped, nothing is retried. Acks that were
    /// awaited are reported as timed out.
    pub fn disconnect(&mut self, now: Instant) {
        for index in 0..self.namespaces.len() {
            let joined = |namespace: &&Namespace| namespace.membership == Membership::Joined;
            if let Some(name) = self
                .namespaces
                .get(index)
                .filter(joined)
                .map(|namespace| namespace.name.clone())
            {
                self.send_packet(now, Packet::new(&name, Body::Disconnect));
            }
        }
        self.namespaces.iter_mut().for_each(Namespace::leave);
        let gone = self.outbox.clear();
        self.report_timed_out(gone);
        self.end_link(now, Phase::Idle);
        self.settle(now);
    }

    /// The auth payload of every CONNECT from the next one on: an object, or null.
    pub fn set_auth(&mut self, auth: Value) {
        self.auth = auth;
    }

    /// In a call: a dead link is noticed within 5 s, however rarely the server pings.
    pub fn watch_closely(&mut self, now: Instant, on: bool) {
        self.watch(now, on);
        self.settle(now);
    }

    /// Sends an event, at once or as soon as its namespace is connected.
    pub fn emit(&mut self, now: Instant, emit: Emit) -> EmitId {
        if emit.offline == WhenOffline::Drop && !self.is_member(&emit.namespace) {
            let id = self.outbox.name();
            if emit.ack_within.is_some() {
                self.report_timed_out(vec![id]);
            }
            return id;
        }
        let id = self.outbox.add(now, emit);
        self.settle(now);
        id
    }

    /// Drops an event that is still queued, and ignores its ack.
    pub fn cancel(&mut self, emit: EmitId) {
        self.outbox.forget(emit);
    }

    /// Answers a server's event that asked for an ack; does nothing when the link of that event is gone.
    pub fn reply(&mut self, now: Instant, namespace: &str, ack: u64, args: Vec<Value>) {
        let (link_number, id) = (ack >> ACK_BITS, ack & ACK_MASK);
        if link_number == u64::from(self.link_number) && self.is_member(namespace) {
            let ack = Ack {
                id,
                args,
                binary: Vec::new(),
            };
            self.send_packet(now, Packet::new(namespace, Body::Ack(ack)));
            self.settle(now);
        }
    }

    /// Takes news of a WebSocket.
    pub fn handle_socket(&mut self, now: Instant, socket: SocketId, input: SocketInput) {
        self.with_link(now, |link, cx| link.handle_socket(cx, socket, input));
        self.settle(now);
    }

    /// Takes the end of a request.
    pub fn handle_http(&mut self, now: Instant, request: RequestId, result: Result<Reply, HttpFailure>) {
        self.with_link(now, |link, cx| link.handle_http(cx, request, result));
        self.settle(now);
    }

    /// Takes news of the device's network. They shorten waits and raise suspicion, but never end a live link.
    pub fn handle_environment(&mut self, now: Instant, news: Environment) {
        match news {
            Environment::Online | Environment::NetworkChanged => {
                self.link.forget_blocked();
                self.backoff.reset();
                self.hurry(now, Stale::Restart);
                self.ask(now, Why::Suspicion);
            }
            Environment::Resumed(_) => {
                self.hurry(now, Stale::Restart);
                self.ask(now, Why::Suspicion);
            }
            Environment::Visible(true) => {
                self.hurry(now, Stale::Keep);
                if !self.heard_lately(now) {
                    self.ask(now, Why::Suspicion);
                }
            }
            Environment::Offline => self.ask(now, Why::Suspicion),
            Environment::Visible(false) => {}
        }
        self.settle(now);
    }

    /// Acts on every timer that is due.
    pub fn handle_tick(&mut self, now: Instant) {
        while let Some((timer, due)) = self.timers.pop_due(now) {
            match timer {
                Timer::Retry => self.attempt(now),
                Timer::Open => self.with_link(now, Link::open_timed_out),
                Timer::Upgrade => self.with_link(now, Link::upgrade_timed_out),
                Timer::Join => self.join_timed_out(now),
                Timer::Heartbeat => self.heartbeat_missed(now, due),
                Timer::Probe => self.ask(now, Why::Watching),
                Timer::ProbeAnswer => self.probe_unanswered(now, due),
                Timer::Ack => {
                    let overdue = self.outbox.overdue(now);
                    self.report_timed_out(overdue);
                }
            }
            self.settle(now);
        }
    }

    /// The next thing to do or to know; drain it after every call.
    pub fn poll(&mut self) -> Option<SessionOutput> {
        self.out.pop_front()
    }

    /// When [`handle_tick`](Self::handle_tick) is due.
    pub fn deadline(&self) -> Option<Instant> {
        self.timers.deadline()
    }

    /// How the connection stands.
    pub fn state(&self) -> ConnectionState {
        match &self.phase {
            Phase::Idle => ConnectionState::Idle,
            Phase::Opening { .. } | Phase::Joining { .. } if self.first => ConnectionState::Connecting,
            Phase::Opening { .. } | Phase::Joining { .. } => ConnectionState::Reconnecting {
                attempt: self.backoff.attempt().max(1),
            },
            Phase::Joined { .. } => ConnectionState::Connected,
            Phase::Waiting { next, reason } => ConnectionState::Waiting {
                attempt: self.backoff.attempt().max(1),
                next: *next,
                reason: reason.clone(),
            },
            Phase::Refused { reason } => ConnectionState::Refused {
                reason: reason.clone(),
            },
        }
    }
}

/// An ack's number as the engine sees it: the link's number, then the number on the wire.
const ACK_BITS: u32 = 48;
const ACK_MASK: u64 = (1 << ACK_BITS) - 1;

/// What a hint does to an attempt that has been going on for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stale {
    Restart,
    Keep,
}

impl SocketIo {
    /// What every step ends with: news of the link, what can be sent, what is due, and how it stands.
    fn settle(&mut self, now: Instant) {
        while let Some(event) = self.link.next_event() {
            self.on_link(now, event);
        }
        self.send_ready(now);
        self.with_link(now, Link::flush);
        match self.outbox.deadline() {
            Some(due) => self.timers.set(Timer::Ack, due),
            None => self.timers.clear(Timer::Ack),
        }
        self.report_state();
    }

    fn on_link(&mut self, now: Instant, event: LinkEvent) {
        if !matches!(event, LinkEvent::Down(_)) {
            self.heard(now);
        }
        match event {
            LinkEvent::Opened(open) => self.opened(now, &open),
            LinkEvent::Ping => self.heartbeat(now),
            LinkEvent::Posted(count) => self.outbox.posted(count),
            LinkEvent::Message(text) => {
                let packet = self.decoder.text(&text);
                self.on_decoded(now, packet);
            }
            LinkEvent::Binary(bytes) => {
                let packet = self.decoder.binary(bytes);
                self.on_decoded(now, packet);
            }
            LinkEvent::Unreadable(error) => self.push(SessionEvent::Unreadable(error)),
            LinkEvent::Down(down) => self.link_down(now, down),
        }
    }

    fn attempt(&mut self, now: Instant) {
        self.timers.clear_all();
        self.decoder = Decoder::default();
        self.link_number = self.link_number.wrapping_add(1);
        self.phase = Phase::Opening { since: now };
        self.with_link(now, Link::open);
    }

    /// A hint that an attempt would succeed now.
    fn hurry(&mut self, now: Instant, stale: Stale) {
        match self.phase {
            Phase::Waiting { .. } => self.attempt(now),
            Phase::Opening { since } | Phase::Joining { since } => {
                if stale == Stale::Restart && now.since(since) > STALE_AFTER {
                    self.namespaces.iter_mut().for_each(Namespace::lose);
                    self.attempt(now);
                }
            }
            Phase::Idle | Phase::Joined { .. } | Phase::Refused { .. } => {}
        }
    }

    fn opened(&mut self, now: Instant, open: &Open) {
        self.max_payload = open.max_payload;
        self.phase = Phase::Joining { since: now };
        self.expect_heartbeat(now, open.ping_interval.saturating_add(open.ping_timeout));
        self.timers.set(Timer::Join, now + JOINS_WITHIN);
        self.join_all(now);
    }

    fn join_timed_out(&mut self, now: Instant) {
        if matches!(self.phase, Phase::Joining { .. }) {
            self.lose(now, "the server does not let anybody join");
        }
    }

    /// The link is dead although nobody said so.
    fn lose(&mut self, now: Instant, reason: &str) {
        self.link_down(now, Down::because(reason));
    }

    fn link_down(&mut self, now: Instant, down: Down) {
        let lived = match self.phase {
            Phase::Joined { since } => Some(now.since(since)),
            Phase::Opening { .. } | Phase::Joining { .. } => None,
            // News of a link that is not wanted any more.
            Phase::Idle | Phase::Waiting { .. } | Phase::Refused { .. } => return,
        };
        if lived.is_some_and(|lived| lived >= STEADY_AFTER) {
            self.backoff.reset();
        }
        let unsent = self.link.unsent();
        let wait = self
            .backoff
            .next_delay()
            .max(down.retry_after.unwrap_or_default().min(LONGEST_WAIT));
        self.first = false;
        self.namespaces.iter_mut().for_each(Namespace::lose);
        self.end_link(
            now,
            Phase::Waiting {
                next: now + wait,
                reason: down.reason.clone(),
            },
        );
        self.timers.set(Timer::Retry, now + wait);
        let gone = self.outbox.link_lost(unsent);
        if lived.is_some() {
            self.push(SessionEvent::Lost { reason: down.reason });
        }
        self.report_timed_out(gone);
    }

    /// Closes the link, if there is one, and goes to a phase without one.
    fn end_link(&mut self, now: Instant, phase: Phase) {
        let politely = matches!(phase, Phase::Idle | Phase::Refused { .. });
        self.phase = phase;
        self.with_link(now, if politely { Link::close } else { Link::abandon });
        self.timers.clear_all();
        self.forget_liveness();
    }

    fn with_link<R>(&mut self, now: Instant, act: impl FnOnce(&mut Link, &mut Context<'_>) -> R) -> R {
        let mut cx = Context {
            now,
            timers: &mut self.timers,
            out: &mut self.out,
        };
        act(&mut self.link, &mut cx)
    }

    fn is_member(&self, namespace: &str) -> bool {
        self.namespaces
            .iter()
            .any(|known| known.name == namespace && known.membership == Membership::Joined)
    }

    fn report_timed_out(&mut self, emits: Vec<EmitId>) {
        for emit in emits {
            self.push(SessionEvent::AckTimedOut { emit });
        }
    }

    fn report_state(&mut self) {
        let state = self.state();
        if state != self.reported {
            self.reported = state.clone();
            self.push(SessionEvent::State(state));
        }
    }

    fn push(&mut self, event: SessionEvent) {
        self.out.push_back(SessionOutput::Event(event));
    }
}
