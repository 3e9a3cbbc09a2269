//! The composition: one backend's dialect and account, the call, capture; whole snapshots out when they changed.

use crate::command::{Command, Preferences};
use crate::config::Config;
use crate::io::{Input, Output};
use crate::time::Instant;

/// What an engine starts with.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The backends there are.
    pub config: Config,
    /// The backend chosen last, if it is still in the configuration.
    pub backend: Option<String>,
    /// The name a guest calls under.
    pub guest_name: String,
    /// The person's choices.
    pub preferences: Preferences,
    /// Ids of the backends whose last session here was not signed out: a refresh at start is worth its request.
    pub sessions_expected: Vec<String>,
    /// From a cryptographic random source: call ids, jitter and pair secrets grow from it.
    pub seed: u64,
}

/// The engine: every decision of the client, without I/O.
///
/// Call [`handle`](Self::handle) or [`command`](Self::command), then drain [`poll`](Self::poll), then arm one timer
/// for [`deadline`](Self::deadline).
#[derive(Debug)]
pub struct Engine {
    outputs: std::collections::VecDeque<Output>,
}

impl Engine {
    /// An engine that starts connecting to its backend at once.
    pub fn new(now: Instant, settings: Settings) -> Self {
        let _ = (now, settings);
        Self { outputs: std::collections::VecDeque::new() }
    }

    /// Takes note of one thing that happened outside.
    pub fn handle(&mut self, now: Instant, input: Input) {
        let _ = (now, input);
    }

    /// Does what the person asks for.
    pub fn command(&mut self, now: Instant, command: Command) {
        let _ = (now, command);
    }

    /// The next thing to do; call it until it says `None` after every `handle` and `command`.
    pub fn poll(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When [`Input::Tick`] is due.
    pub fn deadline(&self) -> Option<Instant> {
        None
    }
}
