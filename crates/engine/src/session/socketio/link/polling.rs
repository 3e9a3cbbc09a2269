//! A session over HTTP long-polling, and its change to WebSocket.

use std::collections::VecDeque;
use std::time::Duration;

use wire::engineio::{MAX_PACKET, Open, Packet, Purpose, encode_payload, polling_length};

use super::url::Urls;
use super::{Context, Timer};
use crate::io::{Output, RequestId, SocketCommand, SocketId, SocketInput};

/// A WebSocket that does not answer the probe by then is given up.
const UPGRADES_WITHIN: Duration = Duration::from_secs(10);
/// A poll lasts until the server's next ping; this is added to that.
const SLACK: Duration = Duration::from_secs(5);

/// A packet that waits for a request, or for the WebSocket.
#[derive(Debug)]
pub(super) struct Outgoing {
    pub(super) packet: Packet,
    /// It is the last one of an emit.
    pub(super) counted: bool,
}

/// The change to WebSocket.
///
/// ```text
///   Not ──► Opening ──opened──► Probing ──3probe──► Draining ──nothing in flight──► (Link: Socket)
///    ▲         │ closed, silent    │ likewise          │ likewise
///    └─────────┴───────────────────┴───────────────────┘
/// ```
#[derive(Debug, Clone, Copy)]
enum Upgrade {
    /// Not offered, not wanted, or given up.
    Not,
    /// The WebSocket is being opened.
    Opening(SocketId),
    /// It was sent `2probe`.
    Probing(SocketId),
    /// It works. No new request is made; the server ends the poll that is open.
    Draining(SocketId),
}

/// A polling session: at most one GET, and at most one POST, at a time.
#[derive(Debug)]
pub(super) struct Polling {
    sid: String,
    max_payload: usize,
    lasts: Duration,
    get: Option<RequestId>,
    post: Option<Post>,
    waiting: VecDeque<Outgoing>,
    /// Counted packets of a POST that the server refused.
    refused: usize,
    upgrade: Upgrade,
}

#[derive(Debug)]
struct Post {
    id: RequestId,
    counted: usize,
}

impl Polling {
    pub(super) fn new(open: &Open) -> Self {
        Self {
            sid: open.sid.clone(),
            max_payload: open.max_payload,
            lasts: open
                .ping_interval
                .saturating_add(open.ping_timeout)
                .saturating_add(SLACK),
            get: None,
            post: None,
            waiting: VecDeque::new(),
            refused: 0,
            upgrade: Upgrade::Not,
        }
    }

    pub(super) fn gets(&self, request: RequestId) -> bool {
        self.get == Some(request)
    }

    pub(super) fn posts(&self, request: RequestId) -> bool {
        self.post.as_ref().is_some_and(|post| post.id == request)
    }

    /// Whether a GET should be made now.
    pub(super) fn may_get(&self) -> bool {
        self.get.is_none() && !self.draining()
    }

    pub(super) fn get(&mut self, cx: &mut Context<'_>, urls: &Urls, request: RequestId) {
        cx.push(Output::Http(
            request,
            urls.get(Some(&self.sid), request, self.lasts),
        ));
        self.get = Some(request);
    }

    pub(super) fn got(&mut self) {
        self.get = None;
    }

    pub(super) fn put(&mut self, packet: Packet, counted: bool) {
        self.waiting.push_back(Outgoing { packet, counted });
    }

    /// Nothing is being posted or about to be: packets of one step then travel in one request, and the rest waits
    /// where it can still be cancelled.
    pub(super) fn writable(&self) -> bool {
        self.post.is_none() && !self.draining() && self.waiting_length() < self.max_payload
    }

    /// Whether a POST should be made now.
    pub(super) fn has_work(&self) -> bool {
        self.post.is_none() && !self.draining() && !self.waiting.is_empty()
    }

    /// Posts as much of what waits as the server takes at once.
    pub(super) fn post(&mut self, cx: &mut Context<'_>, urls: &Urls, request: RequestId) {
        let mut packets = Vec::new();
        let mut counted = 0;
        let mut length = 0_usize;
        while let Some(next) = self.waiting.front() {
            length = length.saturating_add(polling_length(&next.packet));
            if length > self.max_payload && !packets.is_empty() {
                break;
            }
            let Some(next) = self.waiting.pop_front() else {
                break;
            };
            counted += usize::from(next.counted);
            packets.push(next.packet);
        }
        let body = encode_payload(&packets);
        cx.push(Output::Http(
            request,
            urls.post(&self.sid, request, body, self.lasts),
        ));
        self.post = Some(Post { id: request, counted });
    }

    /// The POST was taken; gives how many counted packets it carried.
    pub(super) fn posted(&mut self) -> usize {
        self.post.take().map_or(0, |post| post.counted)
    }

    /// The server answered that it did not take the POST.
    pub(super) fn post_refused(&mut self) {
        self.refused = self.post.take().map_or(0, |post| post.counted);
    }

    /// How many counted packets have certainly not reached the server.
    pub(super) fn unsent(&self) -> usize {
        self.refused + self.waiting.iter().filter(|outgoing| outgoing.counted).count()
    }

    pub(super) fn upgrades_to(&self, socket: SocketId) -> bool {
        self.upgrade.socket() == Some(socket)
    }

    pub(super) fn try_upgrade(&mut self, cx: &mut Context<'_>, urls: &Urls, socket: SocketId) {
        cx.socket(
            socket,
            SocketCommand::Open {
                url: urls.socket(Some(&self.sid)),
            },
        );
        cx.timers.set(Timer::Upgrade, cx.now + UPGRADES_WITHIN);
        self.upgrade = Upgrade::Opening(socket);
    }

    /// Takes news of the WebSocket; gives whether the link should look if it can change over now.
    pub(super) fn handle_socket(&mut self, cx: &mut Context<'_>, input: SocketInput) -> bool {
        match (input, self.upgrade) {
            (SocketInput::Opened, Upgrade::Opening(socket)) => {
                cx.frame(socket, Packet::Ping(Purpose::Probe).into_frame());
                self.upgrade = Upgrade::Probing(socket);
            }
            (SocketInput::Text(text), Upgrade::Probing(socket)) => {
                if Packet::from_text(&text, MAX_PACKET) == Ok(Packet::Pong(Purpose::Probe)) {
                    self.upgrade = Upgrade::Draining(socket);
                    return true;
                }
                self.give_up_upgrade(cx);
            }
            (SocketInput::Closed { .. }, _) => {
                cx.timers.clear(Timer::Upgrade);
                self.upgrade = Upgrade::Not;
                return true;
            }
            (
                SocketInput::Opened | SocketInput::Text(_) | SocketInput::Binary(_),
                Upgrade::Not | Upgrade::Opening(_) | Upgrade::Probing(_) | Upgrade::Draining(_),
            ) => {}
        }
        false
    }

    /// Stays with polling.
    pub(super) fn give_up_upgrade(&mut self, cx: &mut Context<'_>) {
        cx.timers.clear(Timer::Upgrade);
        if let Some(socket) = self.upgrade.socket() {
            cx.socket(socket, SocketCommand::Close);
        }
        self.upgrade = Upgrade::Not;
    }

    /// The WebSocket works and no request is in flight.
    pub(super) fn drained(&self) -> bool {
        self.draining() && self.get.is_none() && self.post.is_none()
    }

    /// Hands over the WebSocket and what still waits.
    pub(super) fn finish(&mut self) -> Option<(SocketId, VecDeque<Outgoing>)> {
        let socket = self.upgrade.socket()?;
        Some((socket, std::mem::take(&mut self.waiting)))
    }

    pub(super) fn abandon(mut self, cx: &mut Context<'_>) {
        self.give_up_upgrade(cx);
        if let Some(request) = self.get {
            cx.push(Output::AbortHttp(request));
        }
        if let Some(post) = self.post {
            cx.push(Output::AbortHttp(post.id));
        }
    }

    /// Posts what waits together with a close packet. The open GET is left to the server, which ends it: aborting it
    /// would look like a fault.
    pub(super) fn say_goodbye(&mut self, cx: &mut Context<'_>, urls: &Urls, request: RequestId) {
        self.give_up_upgrade(cx);
        let mut packets: Vec<_> = self.waiting.drain(..).map(|outgoing| outgoing.packet).collect();
        packets.push(Packet::Close);
        let body = encode_payload(&packets);
        cx.push(Output::Http(request, urls.post(&self.sid, request, body, SLACK)));
    }

    fn draining(&self) -> bool {
        matches!(self.upgrade, Upgrade::Draining(_))
    }

    fn waiting_length(&self) -> usize {
        self.waiting
            .iter()
            .map(|outgoing| polling_length(&outgoing.packet))
            .sum()
    }
}

impl Upgrade {
    fn socket(self) -> Option<SocketId> {
        match self {
            Self::Not => None,
            Self::Opening(socket) | Self::Probing(socket) | Self::Draining(socket) => Some(socket),
        }
    }
}
