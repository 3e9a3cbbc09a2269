//! The engine's border: what the driver feeds in ([`Input`]) and what it is asked to do ([`Output`]).
//!
//! The driver calls `Engine::handle` with one input, then drains `Engine::poll`, executes every output in order,
//! and arms one timer for `Engine::deadline`. Every id below is chosen by the engine; a reply that carries an id the
//! engine has given up is ignored, so the driver never needs to know whether an answer is still wanted.

mod capture;
mod media;
mod network;

use std::time::Duration;

use crate::event::Event;

pub use capture::*;
pub use media::*;
pub use network::*;

/// One thing that happened outside.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// The deadline has passed.
    Tick,
    /// Something about the network or the device that is not tied to one connection.
    Environment(Environment),
    /// A WebSocket that the engine asked for has news.
    Socket(SocketId, SocketInput),
    /// A request that the engine asked for has ended.
    Http(RequestId, Result<Reply, HttpFailure>),
    /// WebRTC and capture have news.
    Media(MediaInput),
    /// Another tab of this app, same origin and same profile, said something.
    Tab(TabMessage),
}

/// News of the device and its network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Environment {
    /// The browser's `online` event.
    Online,
    /// The browser's `offline` event.
    Offline,
    /// The device moved to another network (`NetworkInformation` change) while online.
    NetworkChanged,
    /// The page became visible (`true`) or hidden.
    Visible(bool),
    /// Timers stood still for about this long (a closed laptop lid, a frozen tab). Not a lost connection by itself.
    Resumed(Duration),
}

/// One thing the driver shall do.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// Act on a WebSocket.
    Socket(SocketId, SocketCommand),
    /// Send a request; exactly one [`Input::Http`] with this id answers it, unless it is aborted.
    Http(RequestId, Request),
    /// Forget a request.
    AbortHttp(RequestId),
    /// Act on WebRTC or capture.
    Media(MediaCommand),
    /// Tell the other tabs.
    Tab(TabMessage),
    /// Tell the stores, and through them the screen.
    Event(Event),
}

/// A range of ids that one part of the engine chooses from, so that a reply finds its way back without a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdSpace(pub u16);

impl IdSpace {
    /// The `counter`-th id of this space.
    pub const fn id(self, counter: u32) -> u64 {
        ((self.0 as u64) << 32) | counter as u64
    }

    /// Whether `id` was chosen by this part.
    pub const fn owns(self, id: u64) -> bool {
        id >> 32 == self.0 as u64
    }
}

/// A WebSocket's handle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SocketId(pub u64);

/// An HTTP request's handle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(pub u64);

/// A peer connection's handle; new for every `RTCPeerConnection`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeerId(pub u64);

/// What tabs of one app tell each other (`BroadcastChannel`). No token ever travels here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TabMessage {
    /// Somebody signed in, as this account id, on this backend.
    SignedIn {
        /// The backend's id in the configuration.
        backend: String,
        /// The account.
        user: String,
    },
    /// The session of this backend ended.
    SignedOut {
        /// The backend's id in the configuration.
        backend: String,
    },
}
