//! Until the handshake is done: WebSocket first, polling where that does not work.

use std::time::Duration;

use wire::engineio::{MAX_PACKET, Packet};

use super::polling::Polling;
use super::{Context, Down, Link, LinkEvent, State, Timer};
use crate::io::{Output, RequestId, SocketCommand, SocketId, SocketInput};

/// A WebSocket that has not brought the handshake by then is taken for blocked.
const SOCKET_OPENS_WITHIN: Duration = Duration::from_secs(5);

/// An opening poll that is not answered by then has failed. Longer, since sleeping servers need to wake up.
const POLL_OPENS_WITHIN: Duration = Duration::from_secs(15);

impl Link {
    /// Opens it, giving up what there was.
    pub(in crate::session::socketio) fn open(&mut self, cx: &mut Context<'_>) {
        self.abandon(cx);
        if self.socket_blocked {
            self.open_poll(cx);
            return;
        }
        let socket = SocketId(self.id());
        cx.socket(
            socket,
            SocketCommand::Open {
                url: self.urls.socket(None),
            },
        );
        cx.timers.set(Timer::Open, cx.now + SOCKET_OPENS_WITHIN);
        self.state = State::OpeningSocket(socket);
    }

    /// [`Timer::Open`]: the transport being opened is silent.
    pub(in crate::session::socketio) fn open_timed_out(&mut self, cx: &mut Context<'_>) {
        match self.state {
            State::OpeningSocket(socket) => {
                cx.socket(socket, SocketCommand::Close);
                self.open_poll(cx);
            }
            State::OpeningPoll(request) => {
                cx.push(Output::AbortHttp(request));
                self.opening_failed(cx, Down::because("the server does not answer"));
            }
            State::Closed | State::Socket(_) | State::Polling(_) => {}
        }
    }

    pub(super) fn opening_socket(&mut self, cx: &mut Context<'_>, input: SocketInput) {
        match input {
            SocketInput::Opened | SocketInput::Binary(_) => {}
            SocketInput::Text(text) => match Packet::from_text(&text, MAX_PACKET) {
                Ok(Packet::Open(open)) => {
                    let State::OpeningSocket(socket) = self.state else {
                        return;
                    };
                    cx.timers.clear(Timer::Open);
                    self.state = State::Socket(socket);
                    self.events.push_back(LinkEvent::Opened(open));
                }
                Ok(_) => {}
                Err(error) => {
                    self.events.push_back(LinkEvent::Unreadable(error));
                    self.open_timed_out(cx);
                }
            },
            // Browsers do not say why; proxies that block WebSocket and servers that are down look the same here.
            SocketInput::Closed { .. } => self.open_poll(cx),
        }
    }

    fn open_poll(&mut self, cx: &mut Context<'_>) {
        let request = RequestId(self.id());
        cx.push(Output::Http(
            request,
            self.urls.get(None, request, POLL_OPENS_WITHIN),
        ));
        cx.timers.set(Timer::Open, cx.now + POLL_OPENS_WITHIN);
        self.state = State::OpeningPoll(request);
    }

    pub(super) fn opening_poll(&mut self, cx: &mut Context<'_>, body: &str) {
        let mut packets = wire::engineio::decode_payload(body, MAX_PACKET);
        let open = match packets.next() {
            Some(Ok(Packet::Open(open))) => open,
            Some(Err(error)) => return self.opening_failed(cx, Down::because(&error.to_string())),
            Some(Ok(_)) | None => {
                return self.opening_failed(cx, Down::because("the answer is no Engine.IO handshake"));
            }
        };
        cx.timers.clear(Timer::Open);
        self.socket_blocked = true;
        self.state = State::Polling(Polling::new(&open));
        if open.upgrades.iter().any(|upgrade| upgrade == "websocket") {
            let socket = SocketId(self.id());
            if let State::Polling(polling) = &mut self.state {
                polling.try_upgrade(cx, &self.urls, socket);
            }
        }
        self.events.push_back(LinkEvent::Opened(open));
        for packet in packets {
            self.on_polled(cx, packet);
        }
        self.poll_again(cx);
    }

    /// Polling does not work either, so it says nothing about WebSocket.
    pub(super) fn opening_failed(&mut self, cx: &mut Context<'_>, down: Down) {
        self.socket_blocked = false;
        self.state = State::Closed;
        self.fail(cx, down);
    }
}
