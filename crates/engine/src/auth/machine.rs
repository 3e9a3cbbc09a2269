//! The state machine of one backend's session.

use std::collections::VecDeque;

use super::{AuthCommand, AuthOutput, AuthSettings};
use crate::event::AccountView;
use crate::io::{Environment, HttpFailure, Reply, Request, RequestId, TabMessage};
use crate::time::Instant;

/// One backend's accounts, without I/O. Drain [`Auth::poll`] after every call; call [`Auth::handle_tick`] at
/// [`Auth::deadline`].
#[derive(Debug)]
pub struct Auth {
    settings: AuthSettings,
    outputs: VecDeque<AuthOutput>,
}

impl Auth {
    /// Accounts of one backend; nothing is asked for before [`Auth::restore`] or a command.
    pub fn new(settings: AuthSettings) -> Self {
        Self { settings, outputs: VecDeque::new() }
    }

    /// Looks whether a session lives behind the cookie, if one is expected; else the person is a guest at once.
    pub fn restore(&mut self, now: Instant) {
        let _ = (now, &self.settings);
    }

    /// A wish of the person.
    pub fn command(&mut self, now: Instant, command: AuthCommand) {
        let _ = (now, command);
    }

    /// Sends a request with the access token; answered by [`AuthOutput::Fetched`] with this `tag`.
    ///
    /// It waits for a refresh under way (at most its own time-out), and is sent once again after a 401.
    pub fn fetch(&mut self, now: Instant, request: Request, tag: u64) {
        let _ = (now, request, tag);
    }

    /// The access token, in memory only; `None` for guests and for servers that keep it in a cookie.
    pub fn access_token(&self) -> Option<&str> {
        None
    }

    /// The id of the account that is signed in.
    pub fn user_id(&self) -> Option<&str> {
        None
    }

    /// An answer from the network; ids of others are ignored.
    pub fn handle_http(&mut self, now: Instant, request: RequestId, result: Result<Reply, HttpFailure>) {
        let _ = (now, request, result);
    }

    /// Another tab signed in or out.
    pub fn handle_tab(&mut self, now: Instant, message: &TabMessage) {
        let _ = (now, message);
    }

    /// The deadline has passed.
    pub fn handle_tick(&mut self, now: Instant) {
        let _ = now;
    }

    /// News of the network.
    pub fn handle_environment(&mut self, now: Instant, environment: Environment) {
        let _ = (now, environment);
    }

    /// The next thing to do or tell.
    pub fn poll(&mut self) -> Option<AuthOutput> {
        self.outputs.pop_front()
    }

    /// When [`Auth::handle_tick`] is due.
    pub fn deadline(&self) -> Option<Instant> {
        None
    }

    /// Who is signed in.
    pub fn view(&self) -> AccountView {
        AccountView::Unknown
    }
}
