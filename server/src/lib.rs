//! The embedded backend: accounts (contract 4), one-to-one calls and chat over Socket.IO (contracts 0, 1
//! and 5), and the app itself.
//!
//! ```text
//!   net (TCP, TLS, HTTP/1.1, graceful stop)
//!     └ web (origin check, status counts) ─┬ accounts  /api/auth/*      ── db (one SQLite thread)
//!                                          ├ calls     /socket.io/
//!                                          ├ chat      /socket.io/, /api/v1/*   ── db (and one that reads)
//!                                          ├ metrics   /healthz /metrics
//!                                          └ files     everything else, with headers (CSP and the rest)
//! ```
//!
//! Start at [`run`]; the program in `main.rs` only reads [`Settings`] and listens for signals.

pub mod accounts;
pub mod calls;
pub mod chat;
pub mod db;
pub mod limits;
pub mod metrics;
pub mod net;
pub mod settings;
pub mod tls;
pub mod web;

mod app;

pub use app::{App, StartError, run};
pub use settings::Settings;
pub use web::headers;
