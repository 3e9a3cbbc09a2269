//! One Engine.IO connection over whatever transport works: WebSocket, else HTTP long-polling that changes to WebSocket
//! when it can.

mod down;
mod opening;
mod polling;
mod url;

use std::collections::VecDeque;

use wire::engineio::{Frame, MAX_PACKET, Open, Packet, Purpose};
use wire::lenient::DecodeError;

pub(super) use self::down::Down;
use self::down::{answer, closed_reason, not_taken};
use self::polling::Polling;
use self::url::Urls;
use super::api::SessionOutput;
use super::timers::{Timer, Timers};
use crate::io::{HttpFailure, IdSpace, Output, Reply, RequestId, SocketCommand, SocketId, SocketInput};
use crate::time::Instant;

/// Where a link writes to while it handles something.
pub(super) struct Context<'a> {
    pub(super) now: Instant,
    pub(super) timers: &'a mut Timers,
    pub(super) out: &'a mut VecDeque<SessionOutput>,
}

/// News of a link.
#[derive(Debug)]
pub(super) enum LinkEvent {
    /// The handshake is done.
    Opened(Open),
    /// The server's heartbeat came, and was answered.
    Ping,
    /// A text message.
    Message(String),
    /// A binary message.
    Binary(Vec<u8>),
    /// The first so many unconfirmed packets of [`Link::send_counted`] are with the server.
    Posted(usize),
    /// Something came that is no packet.
    Unreadable(DecodeError),
    /// The link is closed.
    Down(Down),
}

/// ```text
///           open                       0{…}
///  Closed ────────► OpeningSocket ──────────────────────────────► Socket
///    ▲  │                │ closed, or silent for 5 s                ▲
///    │  │ open, where    ▼                   0{…}                   │ 5 (upgrade)
///    │  └───────────► OpeningPoll ───────────────────► Polling ─────┘
///    │  WebSocket was    │                                │ │  (its own diagram: polling.rs)
///    │  blocked before   │ failed, silent for 15 s        │ │
///    └───────────────────┴────────────────────────────────┘ │ closed, failed, 1 (close)
///    └──────────────────────────────────────────────────────┘
/// ```
#[derive(Debug)]
enum State {
    Closed,
    OpeningSocket(SocketId),
    OpeningPoll(RequestId),
    Socket(SocketId),
    Polling(Polling),
}

/// An Engine.IO connection. It is opened again after it was closed.
#[derive(Debug)]
pub(super) struct Link {
    urls: Urls,
    ids: IdSpace,
    counter: u32,
    state: State,
    /// WebSocket did not work on this network while polling did: begin with polling, and change over if it can.
    socket_blocked: bool,
    events: VecDeque<LinkEvent>,
    /// [`LinkEvent::Down`] was said; nothing more is done until the session opens or abandons the link.
    down: bool,
}

impl Link {
    pub(super) fn new(base_url: &str, path: &str, ids: IdSpace) -> Self {
        Self {
            urls: Urls::new(base_url, path),
            ids,
            counter: 0,
            state: State::Closed,
            socket_blocked: false,
            events: VecDeque::new(),
            down: false,
        }
    }

    /// The network is another one: what was blocked may not be now.
    pub(super) fn forget_blocked(&mut self) {
        self.socket_blocked = false;
    }

    /// Drops everything at once, without a word to the server.
    pub(super) fn abandon(&mut self, cx: &mut Context<'_>) {
        cx.timers.clear(Timer::Open);
        cx.timers.clear(Timer::Upgrade);
        self.events.clear();
        self.down = false;
        match std::mem::replace(&mut self.state, State::Closed) {
            State::Closed => {}
            State::OpeningSocket(socket) | State::Socket(socket) => cx.socket(socket, SocketCommand::Close),
            State::OpeningPoll(request) => cx.push(Output::AbortHttp(request)),
            State::Polling(polling) => polling.abandon(cx),
        }
    }

    /// Closes it so that the server knows; what was sent before is still delivered.
    pub(super) fn close(&mut self, cx: &mut Context<'_>) {
        if let State::Polling(polling) = &mut self.state {
            let request = RequestId(next_id(self.ids, &mut self.counter));
            polling.say_goodbye(cx, &self.urls, request);
            self.state = State::Closed;
            cx.timers.clear(Timer::Upgrade);
            return;
        }
        self.abandon(cx);
    }

    /// Sends a packet.
    pub(super) fn send(&mut self, cx: &mut Context<'_>, packet: Packet) {
        self.put(cx, packet, false);
    }

    /// Sends the last packet of an emit: [`LinkEvent::Posted`] and [`Link::unsent`] count these.
    ///
    /// Gives whether the packet was handed to a WebSocket, after which nothing is known of it any more.
    pub(super) fn send_counted(&mut self, cx: &mut Context<'_>, packet: Packet) -> bool {
        self.put(cx, packet, true)
    }

    /// Whether more should be sent now, or should wait until a request in flight has ended.
    pub(super) fn writable(&self) -> bool {
        match &self.state {
            State::Closed | State::OpeningSocket(_) | State::OpeningPoll(_) => false,
            State::Socket(_) => true,
            State::Polling(polling) => polling.writable(),
        }
    }

    /// Whether packets are confirmed by [`LinkEvent::Posted`].
    pub(super) fn confirms(&self) -> bool {
        matches!(self.state, State::Polling(_))
    }

    /// How many of the counted packets, the last ones, have certainly not reached the server.
    pub(super) fn unsent(&self) -> usize {
        match &self.state {
            State::Polling(polling) => polling.unsent(),
            State::Closed | State::OpeningSocket(_) | State::OpeningPoll(_) | State::Socket(_) => 0,
        }
    }

    /// Lets waiting packets go. Called once at the end of every step, so that one request carries them together.
    pub(super) fn flush(&mut self, cx: &mut Context<'_>) {
        if let State::Polling(polling) = &mut self.state
            && polling.has_work()
        {
            let request = RequestId(next_id(self.ids, &mut self.counter));
            polling.post(cx, &self.urls, request);
        }
    }

    pub(super) fn next_event(&mut self) -> Option<LinkEvent> {
        self.events.pop_front()
    }

    pub(super) fn handle_socket(&mut self, cx: &mut Context<'_>, socket: SocketId, input: SocketInput) {
        match &mut self.state {
            State::OpeningSocket(id) if *id == socket => self.opening_socket(cx, input),
            State::Socket(id) if *id == socket => self.on_socket(cx, input),
            State::Polling(polling) if polling.upgrades_to(socket) => {
                if polling.handle_socket(cx, input) {
                    self.poll_again(cx);
                }
            }
            State::Closed
            | State::OpeningSocket(_)
            | State::OpeningPoll(_)
            | State::Socket(_)
            | State::Polling(_) => {}
        }
    }

    pub(super) fn handle_http(
        &mut self,
        cx: &mut Context<'_>,
        request: RequestId,
        result: Result<Reply, HttpFailure>,
    ) {
        match &mut self.state {
            State::OpeningPoll(id) if *id == request => match answer(result) {
                Ok(body) => self.opening_poll(cx, &body),
                Err(down) => self.opening_failed(cx, down),
            },
            State::Polling(polling) if polling.gets(request) => match answer(result) {
                Ok(body) => {
                    polling.got();
                    self.on_payload(cx, &body);
                    self.poll_again(cx);
                }
                Err(down) => self.fail(cx, down),
            },
            State::Polling(polling) if polling.posts(request) => {
                let refused = matches!(&result, Ok(reply) if not_taken(reply.status));
                match answer(result) {
                    Ok(_) => {
                        self.events.push_back(LinkEvent::Posted(polling.posted()));
                        self.poll_again(cx);
                    }
                    Err(down) => {
                        if refused {
                            polling.post_refused();
                        }
                        self.fail(cx, down);
                    }
                }
            }
            State::Closed
            | State::OpeningSocket(_)
            | State::OpeningPoll(_)
            | State::Socket(_)
            | State::Polling(_) => {}
        }
    }

    /// [`Timer::Upgrade`]: the WebSocket does not answer; polling goes on.
    pub(super) fn upgrade_timed_out(&mut self, cx: &mut Context<'_>) {
        if let State::Polling(polling) = &mut self.state {
            polling.give_up_upgrade(cx);
            self.poll_again(cx);
        }
    }

    fn on_socket(&mut self, cx: &mut Context<'_>, input: SocketInput) {
        match input {
            SocketInput::Opened => {}
            SocketInput::Text(text) => match Packet::from_text(&text, MAX_PACKET) {
                Ok(packet) => self.on_packet(cx, packet),
                Err(error) => self.events.push_back(LinkEvent::Unreadable(error)),
            },
            SocketInput::Binary(bytes) => self.events.push_back(LinkEvent::Binary(bytes)),
            SocketInput::Closed { code, reason } => {
                // Nothing is left to be closed by `fail`.
                self.state = State::Closed;
                self.fail(cx, Down::because(&closed_reason(code, &reason)));
            }
        }
    }

    fn on_payload(&mut self, cx: &mut Context<'_>, body: &str) {
        for packet in wire::engineio::decode_payload(body, MAX_PACKET) {
            self.on_polled(cx, packet);
        }
    }

    fn on_polled(&mut self, cx: &mut Context<'_>, packet: Result<Packet, DecodeError>) {
        match packet {
            // After a close packet nothing counts.
            _ if self.down => {}
            Ok(packet) => self.on_packet(cx, packet),
            Err(error) => self.events.push_back(LinkEvent::Unreadable(error)),
        }
    }

    fn on_packet(&mut self, cx: &mut Context<'_>, packet: Packet) {
        match packet {
            Packet::Ping(Purpose::Heartbeat) => {
                self.send(cx, Packet::Pong(Purpose::Heartbeat));
                self.events.push_back(LinkEvent::Ping);
            }
            Packet::Message(text) => self.events.push_back(LinkEvent::Message(text)),
            Packet::Binary(bytes) => self.events.push_back(LinkEvent::Binary(bytes)),
            Packet::Close => self.fail(cx, Down::because("closed by the server")),
            // A second handshake, or what only clients say: without meaning here.
            Packet::Open(_)
            | Packet::Ping(Purpose::Probe)
            | Packet::Pong(_)
            | Packet::Upgrade
            | Packet::Noop => {}
        }
    }

    /// Asks for the next packets, or finishes the change to WebSocket when nothing is in flight any more.
    fn poll_again(&mut self, cx: &mut Context<'_>) {
        let State::Polling(polling) = &mut self.state else {
            return;
        };
        if self.down {
            return;
        }
        if polling.drained() {
            self.change_over(cx);
        } else if polling.may_get() {
            let request = RequestId(next_id(self.ids, &mut self.counter));
            polling.get(cx, &self.urls, request);
        }
    }

    fn change_over(&mut self, cx: &mut Context<'_>) {
        let State::Polling(polling) = &mut self.state else {
            return;
        };
        let Some((socket, waiting)) = polling.finish() else {
            return;
        };
        cx.timers.clear(Timer::Upgrade);
        self.socket_blocked = false;
        self.state = State::Socket(socket);
        cx.frame(socket, Packet::Upgrade.into_frame());
        let counted = waiting.iter().filter(|outgoing| outgoing.counted).count();
        for outgoing in waiting {
            cx.frame(socket, outgoing.packet.into_frame());
        }
        self.events.push_back(LinkEvent::Posted(counted));
    }

    fn put(&mut self, cx: &mut Context<'_>, packet: Packet, counted: bool) -> bool {
        match &mut self.state {
            State::Socket(socket) => {
                cx.frame(*socket, packet.into_frame());
                true
            }
            State::Polling(polling) => {
                polling.put(packet, counted);
                false
            }
            State::Closed | State::OpeningSocket(_) | State::OpeningPoll(_) => false,
        }
    }

    /// Says that the link is down; the session reads [`Link::unsent`] before it abandons the rest.
    fn fail(&mut self, cx: &mut Context<'_>, down: Down) {
        cx.timers.clear(Timer::Open);
        self.down = true;
        self.events.push_back(LinkEvent::Down(down));
    }

    fn id(&mut self) -> u64 {
        next_id(self.ids, &mut self.counter)
    }
}

impl Context<'_> {
    fn push(&mut self, output: Output) {
        self.out.push_back(SessionOutput::Output(output));
    }

    fn socket(&mut self, socket: SocketId, command: SocketCommand) {
        self.push(Output::Socket(socket, command));
    }

    fn frame(&mut self, socket: SocketId, frame: Frame) {
        self.socket(
            socket,
            match frame {
                Frame::Text(text) => SocketCommand::Text(text),
                Frame::Binary(bytes) => SocketCommand::Binary(bytes),
            },
        );
    }
}

fn next_id(ids: IdSpace, counter: &mut u32) -> u64 {
    *counter = counter.wrapping_add(1);
    ids.id(*counter)
}
