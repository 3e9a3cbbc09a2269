//! The harness of the browser tests and benchmarks: real browsers, real servers, real networks, all on this machine.
//!
//! A test is a closure given a [`Stage`]; what it starts through the stage is stopped with it, and what it saw is kept
//! in `target/e2e/<test>/` when it fails.

mod browser;
mod chat_server;
mod console;
mod dist;
mod failure;
mod look;
mod netns;
mod page;
mod place;
mod process;
mod relay;
mod server;
mod service;
mod site;
mod stage;
mod turn;
mod wait;

pub use browser::Browser;
pub use chat_server::{ChatFlavour, ChatServer, Stored};
pub use dist::Dist;
pub use failure::{Failure, Outcome, ensure};
pub use look::{Devices, Kind, Look, Permission};
pub use netns::Networks;
pub use page::Picture;
pub use place::{Place, out_dir};
pub use process::Process;
pub use relay::Relay;
pub use server::{Antenna, PeerCall, Sio};
pub use site::Site;
pub use stage::{Stage, run, run_beside_others};
pub use turn::Turn;
pub use wait::{PATIENCE, until, until_within};
