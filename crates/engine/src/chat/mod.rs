//! Chat and presence (contract 5): rooms that never lose a message, and people who are really there.
//!
//! [`ChatEngine`] is an engine of its own, beside [`Engine`](crate::Engine) and driven the same way: `handle` what
//! happened, `command` what the person wants, drain `poll`, arm one timer for `deadline`. It has its own connection,
//! since chat servers are often not the servers of calls, and so that neither can hurt the other.

pub mod api;
pub mod markdown;
pub mod viewport;

mod blocks;
mod links;
mod model;
mod notify;
mod presence;
mod search;
mod timeline;
mod typing;
