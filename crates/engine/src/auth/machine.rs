//! The state machine of one backend's session.

mod entering;
mod fetching;
mod leaving;
mod renewing;

use std::collections::VecDeque;
use std::time::Duration;

use wire::{jwt, library};

use super::fetches::{Fetch, Fetches, Owner, Stage};
use super::renewal::{Farewell, Jitter, Refresh, back_off, renew_after};
use super::requests::{self, Doing};
use super::{AuthCommand, AuthOutput, AuthSettings};
use crate::event::{AccountProblem, AccountView, Profile};
use crate::io::{Environment, HttpFailure, Output, Reply, Request, RequestId, TabMessage};
use crate::time::{Instant, earliest};

/// One backend's accounts, without I/O. Drain [`Auth::poll`] after every call; call [`Auth::handle_tick`] at
/// [`Auth::deadline`].
#[derive(Debug)]
pub struct Auth {
    settings: AuthSettings,
    outputs: VecDeque<AuthOutput>,
    ids_used: u32,
    jitter: Jitter,
    phase: Phase,
    session: Option<Session>,
    /// Tokens that were accepted while the server has not said yet whose they are.
    nameless: Option<Nameless>,
    refresh: Refresh,
    refresh_attempt: u32,
    farewell: Option<Farewell>,
    fetches: Fetches,
    /// The view that was told last.
    shown: AccountView,
}

/// See the picture in the module's documentation.
#[derive(Debug)]
enum Phase {
    /// Nothing was asked for yet.
    Fresh,
    /// There may be a session behind the cookie.
    Restoring,
    /// A form is on its way.
    Entering { id: RequestId, form: Form },
    /// Signed in if there is a session; else a guest, and maybe why.
    Settled(Option<AccountProblem>),
}

/// What was typed; kept until it is answered.
#[derive(Debug)]
struct Form {
    doing: Doing,
    email: String,
    password: String,
}

#[derive(Debug)]
struct Session {
    profile: Profile,
    tokens: Tokens,
    /// Counts up with every renewal, so that a late 401 is not taken for one about the new token.
    generation: u32,
    /// A 401 said that the token is no longer good.
    stale: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Tokens {
    access: Option<String>,
    refresh: Option<String>,
    renew_at: Instant,
    expires_at: Instant,
}

#[derive(Debug)]
struct Nameless {
    id: RequestId,
    tokens: Tokens,
}

/// Of tokens that do not say how long they live (contract 4).
const LIFETIME: Duration = Duration::from_secs(15 * 60);
/// Shorter lives are not believed: renewing would never end.
const SHORTEST: Duration = Duration::from_secs(10);

impl Auth {
    /// Accounts of one backend; nothing is asked for before [`Auth::restore`] or a command.
    pub fn new(settings: AuthSettings) -> Self {
        Self {
            jitter: Jitter::new(settings.seed),
            settings,
            outputs: VecDeque::new(),
            ids_used: 0,
            phase: Phase::Fresh,
            session: None,
            nameless: None,
            refresh: Refresh::Idle,
            refresh_attempt: 0,
            farewell: None,
            fetches: Fetches::default(),
            shown: AccountView::Unknown,
        }
    }

    /// Looks whether a session lives behind the cookie, if one is expected; else the person is a guest at once.
    pub fn restore(&mut self, now: Instant) {
        if self.settings.session_expected {
            self.phase = Phase::Restoring;
            self.ask_refresh();
        } else {
            self.phase = Phase::Settled(None);
        }
        self.settle(now);
    }

    /// A wish of the person.
    pub fn command(&mut self, now: Instant, command: AuthCommand) {
        match command {
            AuthCommand::SignUp {
                email,
                name,
                password,
            } => {
                let request = requests::register(&self.settings.base_url, &email, &name, &password);
                self.enter(
                    request,
                    Form {
                        doing: Doing::SigningUp,
                        email,
                        password,
                    },
                );
            }
            AuthCommand::SignIn { email, password } => {
                let request = requests::login(&self.settings.base_url, &email, &password);
                self.enter(
                    request,
                    Form {
                        doing: Doing::SigningIn,
                        email,
                        password,
                    },
                );
            }
            AuthCommand::SignOut => self.sign_out(),
            AuthCommand::UpdateProfile { name, avatar } => self.save(now, name.as_deref(), avatar.as_ref()),
        }
        self.settle(now);
    }

    /// Sends a request with the access token; answered by [`AuthOutput::Fetched`] with this `tag`.
    ///
    /// It waits for a refresh under way (at most its own time-out), and is sent once again after a 401.
    pub fn fetch(&mut self, now: Instant, request: Request, tag: u64) {
        self.queue(now, request, Owner::Caller(tag));
        self.settle(now);
    }

    /// The access token, in memory only; `None` for guests and for servers that keep it in a cookie.
    pub fn access_token(&self) -> Option<&str> {
        self.session.as_ref()?.tokens.access.as_deref()
    }

    /// The id of the account that is signed in.
    pub fn user_id(&self) -> Option<&str> {
        Some(self.session.as_ref()?.profile.id.as_str())
    }

    /// An answer from the network; ids of others, and those that nobody waits for any more, are ignored.
    pub fn handle_http(&mut self, now: Instant, request: RequestId, result: Result<Reply, HttpFailure>) {
        if !self.settings.ids.owns(request.0) {
            return;
        }
        if self.refresh == Refresh::Asked(request) {
            self.refreshed(now, result);
        } else if matches!(self.phase, Phase::Entering { id, .. } if id == request) {
            self.entered(now, result);
        } else if self
            .nameless
            .as_ref()
            .is_some_and(|nameless| nameless.id == request)
        {
            self.named(now, result);
        } else if self
            .farewell
            .as_ref()
            .is_some_and(|farewell| farewell.stage == Refresh::Asked(request))
        {
            self.left(now, &result);
        } else if let Some(fetch) = self.fetches.take_sent(request) {
            self.fetched(fetch, result);
        }
        self.settle(now);
    }

    /// Another tab signed in or out.
    pub fn handle_tab(&mut self, now: Instant, message: &TabMessage) {
        match message {
            TabMessage::SignedIn { backend, user } if *backend == self.settings.backend_id => {
                let entering = matches!(self.phase, Phase::Entering { .. });
                if !entering && self.user_id() != Some(user) {
                    if self.session.is_none() {
                        self.phase = Phase::Restoring;
                    }
                    self.ask_refresh();
                }
            }
            TabMessage::SignedOut { backend } if *backend == self.settings.backend_id => {
                // The cookie is gone for all tabs; a refresh token of our own is not.
                let own = self
                    .session
                    .as_ref()
                    .is_some_and(|session| session.tokens.refresh.is_some());
                if own {
                    self.begin_farewell();
                }
                if self.session.is_some() || matches!(self.phase, Phase::Restoring) {
                    self.end(None);
                }
            }
            TabMessage::SignedIn { .. } | TabMessage::SignedOut { .. } => {}
        }
        self.settle(now);
    }

    /// The deadline has passed.
    pub fn handle_tick(&mut self, now: Instant) {
        self.settle(now);
    }

    /// News of the network.
    pub fn handle_environment(&mut self, now: Instant, environment: Environment) {
        match environment {
            Environment::Online | Environment::NetworkChanged | Environment::Visible(true) => {
                self.try_now(now)
            }
            Environment::Resumed(slept) => {
                // Not every browser's clock runs while it sleeps; renewing early does no harm.
                if let Some(session) = &mut self.session {
                    let tokens = &mut session.tokens;
                    tokens.renew_at = earlier_by(tokens.renew_at, slept);
                    tokens.expires_at = earlier_by(tokens.expires_at, slept);
                }
                self.try_now(now);
            }
            Environment::Offline | Environment::Visible(false) => {}
        }
        self.settle(now);
    }

    /// The next thing to do or tell.
    pub fn poll(&mut self) -> Option<AuthOutput> {
        self.outputs.pop_front()
    }

    /// When [`Auth::handle_tick`] is due.
    pub fn deadline(&self) -> Option<Instant> {
        let renewal = match (self.refresh, &self.session) {
            (Refresh::Waiting { at }, _) => Some(at),
            (Refresh::Idle, Some(session)) if !matches!(self.phase, Phase::Entering { .. }) => {
                Some(session.tokens.renew_at)
            }
            (Refresh::Idle | Refresh::Asked(_), _) => None,
        };
        let farewell = match self.farewell.as_ref().map(|farewell| farewell.stage) {
            Some(Refresh::Waiting { at }) => Some(at),
            Some(Refresh::Idle | Refresh::Asked(_)) | None => None,
        };
        earliest(earliest(renewal, farewell), self.fetches.deadline())
    }

    /// Who is signed in.
    pub fn view(&self) -> AccountView {
        match (&self.phase, &self.session) {
            (Phase::Entering { .. }, _) => AccountView::Working,
            (Phase::Fresh | Phase::Restoring | Phase::Settled(_), Some(session)) => {
                AccountView::SignedIn(session.profile.clone())
            }
            (Phase::Settled(None), None) if self.nameless.is_some() => AccountView::Working,
            (Phase::Fresh | Phase::Restoring, None) => AccountView::Unknown,
            (Phase::Settled(None), None) => AccountView::Guest,
            (Phase::Settled(Some(problem)), None) => AccountView::Failed(problem.clone()),
        }
    }
}

/// What all parts share.
impl Auth {
    /// Does what has become due or possible. The last step of every input.
    fn settle(&mut self, now: Instant) {
        for fetch in self.fetches.take_waiting(|fetch| fetch.give_up <= now) {
            self.hand_back(fetch.owner, Err(HttpFailure::TimedOut));
        }
        let entering = matches!(self.phase, Phase::Entering { .. });
        let due = self
            .session
            .as_ref()
            .is_some_and(|session| session.stale || session.tokens.renew_at <= now);
        match self.refresh {
            Refresh::Idle if due && !entering => self.ask_refresh(),
            Refresh::Waiting { at } if at <= now => self.ask_refresh(),
            Refresh::Idle | Refresh::Waiting { .. } | Refresh::Asked(_) => {}
        }
        if matches!(&self.farewell, Some(Farewell { stage: Refresh::Waiting { at }, .. }) if *at <= now) {
            self.ask_farewell();
        }
        self.send_waiting(now);
        self.show();
    }

    fn show(&mut self) {
        let view = self.view();
        if view != self.shown {
            self.shown = view.clone();
            self.outputs.push_back(AuthOutput::View(view));
        }
    }

    fn ask(&mut self, request: Request) -> RequestId {
        self.ids_used = self.ids_used.wrapping_add(1);
        let id = RequestId(self.settings.ids.id(self.ids_used));
        self.outputs
            .push_back(AuthOutput::Output(Output::Http(id, request)));
        id
    }

    fn abort(&mut self, id: RequestId) {
        self.outputs.push_back(AuthOutput::Output(Output::AbortHttp(id)));
    }
}

fn is_success(status: u16) -> bool {
    (200..300).contains(&status)
}

/// Refusals that say nothing about the session: the same may succeed later.
fn is_passing(status: u16) -> bool {
    status >= 500 || matches!(status, 408 | 425 | 429)
}

fn earlier_by(at: Instant, by: Duration) -> Instant {
    Instant::from_millis(
        at.as_millis()
            .saturating_sub(u64::try_from(by.as_millis()).unwrap_or(u64::MAX)),
    )
}

fn profile_of(user: library::User) -> Profile {
    let library::User {
        id,
        email,
        name,
        avatar,
        role,
        organization_id: _,
    } = user;
    Profile {
        id,
        email,
        name,
        avatar,
        role,
        ..Profile::default()
    }
}

fn claimed_profile(token: &str) -> Option<Profile> {
    let claims = jwt::decode_unverified(token).ok()?;
    let email = claims.email.unwrap_or_default();
    let role = claims.role.unwrap_or_default();
    // The address is the only name there is.
    Some(Profile {
        id: claims.user_id?,
        name: email.clone(),
        email,
        role,
        ..Profile::default()
    })
}
