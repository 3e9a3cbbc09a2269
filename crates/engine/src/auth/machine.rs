//! The state machine of one backend's session.

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

/// Entering: sign-up and sign-in.
impl Auth {
    fn enter(&mut self, request: Request, form: Form) {
        if let Phase::Entering { id, .. } = self.phase {
            self.abort(id);
        }
        self.drop_refresh();
        // A late farewell would take the new session's cookie with it.
        if let Some(farewell) = self.farewell.take_if(|farewell| farewell.refresh_token.is_none()) {
            if let Refresh::Asked(id) = farewell.stage {
                self.abort(id);
            }
        }
        let id = self.ask(request);
        self.phase = Phase::Entering { id, form };
    }

    fn entered(&mut self, now: Instant, result: Result<Reply, HttpFailure>) {
        let Phase::Entering { form, .. } = std::mem::replace(&mut self.phase, Phase::Settled(None)) else {
            return;
        };
        let accepted = result.as_ref().ok().filter(|reply| is_success(reply.status));
        let Some(reply) = accepted else {
            return self.refuse(requests::problem(form.doing, &result));
        };
        match library::session("login", &reply.body) {
            Err(error) => self.refuse(AccountProblem::Other(error.to_string())),
            Ok(answer) if answer.access_token.is_none() && form.doing == Doing::SigningUp => {
                // Servers that only make the account: signing in is a step of its own there.
                let request = requests::login(&self.settings.base_url, &form.email, &form.password);
                self.enter(
                    request,
                    Form {
                        doing: Doing::SigningIn,
                        ..form
                    },
                );
            }
            Ok(answer) => {
                // Whoever was signed in before is not any more.
                self.session = None;
                self.accept(now, answer);
            }
        }
    }

    fn refuse(&mut self, problem: AccountProblem) {
        match &mut self.session {
            // Somebody is signed in still, who wanted to be somebody else.
            Some(session) => session.profile.problem = Some(problem),
            None => self.phase = Phase::Settled(Some(problem)),
        }
    }

    /// Takes new tokens, from whatever they came.
    fn accept(&mut self, now: Instant, answer: library::Session) {
        let (user, tokens) = self.read_tokens(now, answer);
        match (user, &self.session) {
            (Some(user), _) => self.sign_in(profile_of(user), tokens),
            (None, Some(session)) => {
                let profile = session.profile.clone();
                self.sign_in(profile, tokens);
            }
            (None, None) => {
                let mut request = requests::me(&self.settings.base_url);
                requests::authorise(&mut request, tokens.access.as_deref());
                let id = self.ask(request);
                self.nameless = Some(Nameless { id, tokens });
            }
        }
    }

    fn read_tokens(&mut self, now: Instant, answer: library::Session) -> (Option<library::User>, Tokens) {
        let claims = answer
            .access_token
            .as_deref()
            .and_then(|token| jwt::decode_unverified(token).ok());
        let seconds = claims.and_then(|claims| claims.lifetime()).or(answer.expires_in);
        let lifetime = seconds.map_or(LIFETIME, Duration::from_secs).max(SHORTEST);
        // A server that keeps the refresh token as it is does not repeat it.
        let old = self
            .session
            .as_ref()
            .and_then(|session| session.tokens.refresh.clone());
        let tokens = Tokens {
            access: answer.access_token,
            refresh: answer.refresh_token.or(old),
            renew_at: now + renew_after(lifetime, &mut self.jitter),
            expires_at: now + lifetime,
        };
        (answer.user, tokens)
    }

    /// The server said whose the new tokens are.
    fn named(&mut self, now: Instant, result: Result<Reply, HttpFailure>) {
        let Some(Nameless { tokens, .. }) = self.nameless.take() else {
            return;
        };
        let reply = result.as_ref().ok().filter(|reply| is_success(reply.status));
        let user = match reply {
            Some(reply) => library::me("me", &reply.body).ok(),
            None => None,
        };
        // Servers without such a route may have put it into the token.
        let profile = user
            .map(profile_of)
            .or_else(|| claimed_profile(tokens.access.as_deref()?));
        match profile {
            Some(profile) => self.sign_in(profile, tokens),
            None if matches!(self.phase, Phase::Restoring) => match &result {
                // A 200 that names nobody is not this server's: a hotel's sign-in page, say.
                Ok(reply) if !is_passing(reply.status) && !is_success(reply.status) => self.end(None),
                Ok(_) | Err(_) => self.refresh_later(now, None),
            },
            None => self.refuse(requests::problem(Doing::SigningIn, &result)),
        }
    }

    fn sign_in(&mut self, profile: Profile, tokens: Tokens) {
        let is_new = self.user_id() != Some(profile.id.as_str());
        let restored = matches!(self.phase, Phase::Restoring) || self.session.is_some();
        let token_changed = is_new || self.access_token() != tokens.access.as_deref();
        let generation = self
            .session
            .as_ref()
            .map_or(0, |session| session.generation.wrapping_add(1));
        let user = profile.id.clone();
        self.session = Some(Session {
            profile,
            tokens,
            generation,
            stale: false,
        });
        self.phase = Phase::Settled(None);
        self.show();
        if token_changed {
            self.outputs.push_back(AuthOutput::TokenChanged);
        }
        if is_new && !restored {
            let backend = self.settings.backend_id.clone();
            self.outputs
                .push_back(AuthOutput::Output(Output::Tab(TabMessage::SignedIn {
                    backend,
                    user,
                })));
        }
    }
}

/// Leaving: sign-out here, in another tab, or by the server.
impl Auth {
    fn sign_out(&mut self) {
        if let Phase::Entering { id, .. } = self.phase {
            self.abort(id);
        }
        self.begin_farewell();
        self.end(None);
        self.tell_signed_out();
    }

    fn tell_signed_out(&mut self) {
        let backend = self.settings.backend_id.clone();
        self.outputs
            .push_back(AuthOutput::Output(Output::Tab(TabMessage::SignedOut { backend })));
    }

    fn begin_farewell(&mut self) {
        let tokens = self.session.as_ref().map(|session| session.tokens.clone());
        let (refresh_token, access_token) = tokens
            .map(|tokens| (tokens.refresh, tokens.access))
            .unwrap_or_default();
        self.farewell = Some(Farewell {
            refresh_token,
            access_token,
            stage: Refresh::Idle,
            attempt: 0,
        });
        self.ask_farewell();
    }

    fn ask_farewell(&mut self) {
        let Some(farewell) = &self.farewell else { return };
        let mut request = requests::logout(&self.settings.base_url, farewell.refresh_token.as_deref());
        requests::authorise(&mut request, farewell.access_token.as_deref());
        let id = self.ask(request);
        if let Some(farewell) = &mut self.farewell {
            farewell.stage = Refresh::Asked(id);
        }
    }

    /// The server heard of the end, or did not: a cookie that lives on would bring the session back.
    fn left(&mut self, now: Instant, result: &Result<Reply, HttpFailure>) {
        let heard = result.as_ref().is_ok_and(|reply| !is_passing(reply.status));
        match &mut self.farewell {
            Some(farewell) if !heard => {
                farewell.stage = Refresh::Waiting {
                    at: now + back_off(farewell.attempt, &mut self.jitter),
                };
                farewell.attempt = farewell.attempt.saturating_add(1);
            }
            Some(_) | None => self.farewell = None,
        }
    }

    /// Forgets the session. What waits is handed back as refused, so that its owners keep their work.
    fn end(&mut self, problem: Option<AccountProblem>) {
        let had_token = self.session.take().is_some();
        self.drop_refresh();
        self.phase = Phase::Settled(problem);
        self.show();
        if had_token {
            self.outputs.push_back(AuthOutput::TokenChanged);
        }
        for fetch in self.fetches.take_waiting(|_| true) {
            let Stage::Waiting { refused } = fetch.stage else {
                continue;
            };
            let reply = refused.unwrap_or(Reply {
                status: 401,
                retry_after: None,
                body: String::new(),
            });
            self.hand_back(fetch.owner, Ok(reply));
        }
    }
}

/// Renewing.
impl Auth {
    /// Starts the one refresh, unless it is under way.
    fn ask_refresh(&mut self) {
        if matches!(self.refresh, Refresh::Asked(_)) {
            return;
        }
        let token = self
            .session
            .as_ref()
            .and_then(|session| session.tokens.refresh.as_deref());
        let request = requests::refresh(&self.settings.base_url, token);
        let id = self.ask(request);
        self.refresh = Refresh::Asked(id);
    }

    fn refreshed(&mut self, now: Instant, result: Result<Reply, HttpFailure>) {
        self.refresh = Refresh::Idle;
        let reply = match result {
            Ok(reply) => reply,
            Err(HttpFailure::Unreachable | HttpFailure::TimedOut) => return self.refresh_later(now, None),
        };
        if is_passing(reply.status) {
            return self.refresh_later(now, reply.retry_after);
        }
        let answer = if is_success(reply.status) {
            library::session("refresh", &reply.body).ok()
        } else {
            None
        };
        match answer {
            // A 200 without the token that was there before is not this server's: a hotel's sign-in page, say.
            Some(answer) if answer.access_token.is_none() && self.access_token().is_some() => {
                self.refresh_later(now, None);
            }
            Some(answer) => {
                self.refresh_attempt = 0;
                self.accept(now, answer);
            }
            None if self.session.is_some() => {
                self.end(Some(AccountProblem::SessionEnded));
                self.tell_signed_out();
            }
            // There was no session after all.
            None => self.end(None),
        }
    }

    fn refresh_later(&mut self, now: Instant, asked: Option<Duration>) {
        let wait = back_off(self.refresh_attempt, &mut self.jitter);
        self.refresh_attempt = self.refresh_attempt.saturating_add(1);
        self.refresh = Refresh::Waiting {
            at: now + asked.map_or(wait, |asked| asked.max(wait)),
        };
    }

    fn drop_refresh(&mut self) {
        if let Refresh::Asked(id) = std::mem::replace(&mut self.refresh, Refresh::Idle) {
            self.abort(id);
        }
        if let Some(nameless) = self.nameless.take() {
            self.abort(nameless.id);
        }
        self.refresh_attempt = 0;
    }

    /// The network may be back: no reason to wait any longer.
    fn try_now(&mut self, now: Instant) {
        if let Refresh::Waiting { at } = &mut self.refresh {
            *at = now;
        }
        if let Some(Farewell {
            stage: Refresh::Waiting { at },
            ..
        }) = &mut self.farewell
        {
            *at = now;
        }
    }
}

/// Authorised requests.
impl Auth {
    fn queue(&mut self, now: Instant, request: Request, owner: Owner) {
        let give_up = now + request.timeout;
        self.fetches.push(Fetch {
            owner,
            request,
            stage: Stage::Waiting { refused: None },
            give_up,
        });
    }

    fn save(&mut self, now: Instant, name: Option<&str>, avatar: Option<&Option<String>>) {
        let Some(session) = &mut self.session else { return };
        session.profile.saving = true;
        session.profile.problem = None;
        let request = requests::profile(&self.settings.base_url, name, avatar.map(Option::as_deref));
        self.queue(now, request, Owner::Save);
    }

    fn fetched(&mut self, fetch: Fetch, result: Result<Reply, HttpFailure>) {
        let Stage::Sent {
            generation, second, ..
        } = fetch.stage
        else {
            return;
        };
        match (result, &mut self.session) {
            (Ok(reply), Some(session)) if reply.status == 401 && !second => {
                // The token may have been renewed while this was on its way; then that was about the old one.
                session.stale |= session.generation == generation;
                self.fetches.push(Fetch {
                    stage: Stage::Waiting { refused: Some(reply) },
                    ..fetch
                });
            }
            (result, _) => self.hand_back(fetch.owner, result),
        }
    }

    fn hand_back(&mut self, owner: Owner, result: Result<Reply, HttpFailure>) {
        match owner {
            Owner::Caller(tag) => self.outputs.push_back(AuthOutput::Fetched { tag, result }),
            Owner::Save => self.saved(&result),
        }
    }

    fn saved(&mut self, result: &Result<Reply, HttpFailure>) {
        let Some(session) = &mut self.session else { return };
        let reply = result.as_ref().ok().filter(|reply| is_success(reply.status));
        let user = reply.and_then(|reply| library::me("me", &reply.body).ok());
        session.profile.saving = false;
        match user {
            Some(user) => {
                // Servers that answer with what changed alone leave the rest as it was.
                let old = std::mem::replace(&mut session.profile, profile_of(user));
                let new = &mut session.profile;
                new.email = if new.email.is_empty() {
                    old.email
                } else {
                    std::mem::take(&mut new.email)
                };
                new.name = if new.name.is_empty() {
                    old.name
                } else {
                    std::mem::take(&mut new.name)
                };
                new.role = if new.role.is_empty() {
                    old.role
                } else {
                    std::mem::take(&mut new.role)
                };
            }
            None => session.profile.problem = Some(requests::problem(Doing::Saving, result)),
        }
    }

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

    fn send_waiting(&mut self, now: Instant) {
        let undecided = match (&self.phase, &self.session) {
            (Phase::Restoring | Phase::Entering { .. }, _) => true,
            (Phase::Fresh | Phase::Settled(_), Some(session)) => {
                session.stale || session.tokens.expires_at <= now
            }
            (Phase::Fresh | Phase::Settled(_), None) => self.nameless.is_some(),
        };
        if undecided {
            return;
        }
        let generation = self.session.as_ref().map_or(0, |session| session.generation);
        for fetch in self.fetches.take_waiting(|_| true) {
            let Stage::Waiting { refused } = fetch.stage else {
                continue;
            };
            let mut request = fetch.request.clone();
            requests::authorise(&mut request, self.access_token());
            let id = self.ask(request);
            let stage = Stage::Sent {
                id,
                generation,
                second: refused.is_some(),
            };
            self.fetches.push(Fetch { stage, ..fetch });
        }
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
