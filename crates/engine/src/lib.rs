//! What happens: every decision of the client as state machines that do no I/O.
//!
//! Inputs go in, outputs come out, deadlines are asked for. There is no clock, socket, randomness or DOM in here
//! (`cargo tree -p engine -i web-sys` finds nothing), so a two-hour call with three network cuts is a native test
//! of milliseconds. Start at [`Engine`], then [`io`].

pub mod command;
pub mod config;
pub mod event;
pub mod io;
pub mod time;

pub mod auth;
pub mod call;
pub mod chat;
pub mod dialect;
pub mod session;

mod engine;

pub use auth::accounts::{MakeAccounts, accounts};
pub use call::calling::MakeCalling;
pub use dialect::calling;
pub use engine::{Engine, Settings};
