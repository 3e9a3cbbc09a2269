//! The engine's transport against unmodified servers, without a browser.
//!
//! [`Wires`] performs the engine's network outputs natively, [`Node`] runs a server of tests/node, [`Relay`] is a
//! network that can be cut, frozen, or closed to WebSockets, and [`Client`] ties a `SocketIo` to them. [`ChatClient`] does
//! the same with a whole chat engine and a storage device, against a [`ChatServer`].

mod chat;
mod chat_client;
mod client;
mod node;
mod relay;
pub mod transcript;
mod wires;

pub use chat::{ChatServer, Flavour};
pub use chat_client::{ChatClient, Group};
pub use client::{Client, plain, settings};
pub use node::{Node, Sio};
pub use relay::{Network, Relay};
pub use wires::Wires;

use std::time::Duration;

/// No test waits longer for what should happen within a second or two; a machine that is busy is no failure.
pub const GENEROUS: Duration = Duration::from_secs(60);
