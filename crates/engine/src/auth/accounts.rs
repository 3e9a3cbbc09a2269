//! The border between the engine and its accounts: like calls, a part that a front end may fetch after the first screen.
//! A guest's first screen needs nothing of it.

use super::{Auth, AuthCommand, AuthOutput, AuthSettings};
use crate::event::AccountView;
use crate::io::{Environment, HttpFailure, Reply, RequestId, TabMessage};
use crate::time::Instant;

/// One backend's accounts. What each does is said at [`Auth`].
pub trait Accounts {
    /// Looks whether a session lives behind the cookie, if one is expected.
    fn restore(&mut self, now: Instant);
    /// A wish of the person.
    fn command(&mut self, now: Instant, command: AuthCommand);
    /// The access token, in memory only.
    fn access_token(&self) -> Option<&str>;
    /// The id of the account that is signed in.
    fn user_id(&self) -> Option<&str>;
    /// An answer from the network.
    fn handle_http(&mut self, now: Instant, request: RequestId, result: Result<Reply, HttpFailure>);
    /// Another tab signed in or out.
    fn handle_tab(&mut self, now: Instant, message: TabMessage);
    /// The deadline has passed.
    fn handle_tick(&mut self, now: Instant);
    /// News of the network.
    fn handle_environment(&mut self, now: Instant, environment: Environment);
    /// The access token is no longer good, whatever its age.
    fn renew(&mut self, _: Instant) {}
    /// The next thing to do or tell.
    fn poll(&mut self) -> Option<AuthOutput>;
    /// When [`handle_tick`](Self::handle_tick) is due.
    fn deadline(&self) -> Option<Instant>;
    /// Who is signed in.
    fn view(&self) -> AccountView;
    /// What a stand-in kept; nothing of accounts that are there.
    fn kept(&mut self) -> Option<Kept> {
        None
    }
    /// Whether something waits for the accounts.
    fn waits(&self) -> bool {
        false
    }
}

/// Makes the accounts of a backend.
pub type MakeAccounts = fn(AuthSettings) -> Box<dyn Accounts>;

/// Makes them.
pub fn accounts(settings: AuthSettings) -> Box<dyn Accounts> {
    Box::new(Auth::new(settings))
}

impl Accounts for Auth {
    fn restore(&mut self, now: Instant) {
        self.restore(now);
    }

    fn command(&mut self, now: Instant, command: AuthCommand) {
        self.command(now, command);
    }

    fn access_token(&self) -> Option<&str> {
        self.access_token()
    }

    fn user_id(&self) -> Option<&str> {
        self.user_id()
    }

    fn handle_http(&mut self, now: Instant, request: RequestId, result: Result<Reply, HttpFailure>) {
        self.handle_http(now, request, result);
    }

    fn handle_tab(&mut self, now: Instant, message: TabMessage) {
        self.handle_tab(now, &message);
    }

    fn handle_tick(&mut self, now: Instant) {
        self.handle_tick(now);
    }

    fn handle_environment(&mut self, now: Instant, environment: Environment) {
        self.handle_environment(now, environment);
    }

    fn renew(&mut self, now: Instant) {
        self.renew(now);
    }

    fn poll(&mut self) -> Option<AuthOutput> {
        self.poll()
    }

    fn deadline(&self) -> Option<Instant> {
        self.deadline()
    }

    fn view(&self) -> AccountView {
        self.view()
    }
}

/// What a stand-in kept for the accounts.
#[derive(Debug)]
pub struct Kept {
    /// What they are made with.
    pub settings: AuthSettings,
    /// The person's last wish.
    pub command: Option<AuthCommand>,
    /// What other tabs said.
    pub tabs: Vec<TabMessage>,
}

/// Stands in for accounts that are not there yet.
#[derive(Debug)]
pub(crate) struct ParkedAccounts {
    settings: AuthSettings,
    command: Option<AuthCommand>,
    tabs: Vec<TabMessage>,
}

impl ParkedAccounts {
    pub(crate) fn new(settings: AuthSettings) -> Self {
        Self {
            settings,
            command: None,
            tabs: Vec::new(),
        }
    }
}

impl Accounts for ParkedAccounts {
    fn restore(&mut self, _: Instant) {}

    fn command(&mut self, _: Instant, command: AuthCommand) {
        self.command = Some(command);
    }

    fn access_token(&self) -> Option<&str> {
        None
    }

    fn user_id(&self) -> Option<&str> {
        None
    }

    fn handle_http(&mut self, _: Instant, _: RequestId, _: Result<Reply, HttpFailure>) {}

    fn handle_tab(&mut self, _: Instant, message: TabMessage) {
        self.tabs.push(message);
    }

    fn handle_tick(&mut self, _: Instant) {}

    fn handle_environment(&mut self, _: Instant, _: Environment) {}

    fn poll(&mut self) -> Option<AuthOutput> {
        None
    }

    fn deadline(&self) -> Option<Instant> {
        None
    }

    fn view(&self) -> AccountView {
        if self.command.is_some() {
            AccountView::Working
        } else if self.settings.session_expected {
            AccountView::Unknown
        } else {
            AccountView::Guest
        }
    }

    fn kept(&mut self) -> Option<Kept> {
        Some(Kept {
            settings: self.settings.clone(),
            command: self.command.take(),
            tabs: std::mem::take(&mut self.tabs),
        })
    }

    fn waits(&self) -> bool {
        self.settings.session_expected || self.command.is_some() || !self.tabs.is_empty()
    }
}
