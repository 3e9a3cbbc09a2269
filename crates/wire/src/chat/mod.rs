//! Chat and presence (contract 5, and what the embedded backend adds to it: docs/chat-additions.md).
//!
//! Values are read by taking them apart, not by copying: a busy room is a thousand messages a second.

mod event;
mod message;
mod read;
mod rest;

pub use event::{Hello, PresenceNews, ServerEvent, Typing, decode};
pub use message::{Attachment, Message, Reaction, Unreadable, message, messages};
pub use read::millis;
pub use rest::{LastSeen, Page, Room, User, call_id, page, room, user};
