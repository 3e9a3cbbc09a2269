//! Chat and presence (contract 5): rooms that never lose a message, and people who are really there.
//!
//! [`ChatEngine`] is an engine of its own, beside [`Engine`](crate::Engine) and driven the same way: `handle` what
//! happened, `command` what the person wants, drain `poll`, arm one timer for `deadline`. It has its own connection,
//! since chat servers are often not the servers of calls, and so that neither can hurt the other.
//!
//! Views are computed when `poll` finds nothing else, so a driver that hands over many inputs before it drains is told
//! one splice and one list for all of them.

pub mod api;
pub mod markdown;
pub mod memory;
pub mod viewport;

mod engine;

mod account;
mod belonging;
mod commands;
mod heard;
mod words;

mod arrive;
mod changes;
mod merge;
mod newest;
mod open;
mod overlay;
mod pages;
mod screen;
mod scroll;
mod seen;

mod doubt;
mod joins;
mod names;
mod outbox;
mod refusals;
mod sending;
mod uploads;
mod wish;

mod answers;
mod keep;
mod searching;
mod tell;

mod announce;
mod clock;
mod echo;
mod link;
mod links;
mod log;
mod notify;
mod pace;
mod presence;
mod rest;
mod rooms;
mod search;
mod store;
mod tabs;
mod typing;

pub use engine::ChatEngine;
