//! The composition: one backend's dialect and account, the calls, capture; whole snapshots out when they changed.

use std::collections::VecDeque;
use std::time::Duration;

use crate::auth::accounts::{Accounts, MakeAccounts};
use crate::call::calling::{Calling, MakeCalling, Parked};
use crate::call::capture::Capture;
use crate::call::secret::Random;
use crate::command::{Command, Preferences};
use crate::config::{Backend, Config};
use crate::dialect::{Dialect, News};
use crate::event::{AccountView, BackendView, CallView, CaptureView, ConnectionState, ConnectionView, Event};
use crate::io::{
    CaptureGoal, Environment, HttpFailure, IdSpace, Input, MediaInput, Output, PeerId, Reply, RequestId,
};
use crate::time::{Instant, earliest};

mod backend;
mod parts;
mod settle;
mod wishes;

/// A timer that fires so much too late was not late: the device slept.
const ASLEEP: Duration = Duration::from_secs(5);

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
pub struct Engine {
    backends: Vec<Backend>,
    sessions_expected: Vec<String>,
    guest_name: String,
    preferences: Preferences,
    random: Random,
    spaces: u16,
    link: Option<Link>,
    make_calling: Option<MakeCalling>,
    make_accounts: Option<MakeAccounts>,
    calls: Box<dyn Calling>,
    capture: Capture,
    goal: CaptureGoal,
    device_offline: bool,
    told: Told,
    expected_tick: Option<Instant>,
    out: VecDeque<Output>,
}

/// The backend in use.
struct Link {
    backend: Backend,
    dialect: Box<dyn Dialect>,
    auth: Option<Box<dyn Accounts>>,
    dialect_ids: IdSpace,
    auth_ids: IdSpace,
    state: ConnectionState,
    my_id: Option<String>,
    /// Connecting waits for the account until then.
    connect_by: Option<Instant>,
    /// The account the socket was connected as.
    connected_as: Option<String>,
    watched: bool,
}

/// The snapshots that the stores have.
#[derive(Debug, Default)]
struct Told {
    backend: Option<BackendView>,
    connection: Option<ConnectionView>,
    account: Option<AccountView>,
    call: Option<CallView>,
    capture: Option<CaptureView>,
}

impl Engine {
    /// An engine that starts connecting to its backend at once.
    pub fn new(now: Instant, settings: Settings) -> Self {
        let make_accounts: MakeAccounts = crate::auth::accounts::accounts;
        Self::start(now, settings, Some((crate::dialect::calling, make_accounts)))
    }

    /// The same without calls and accounts, which follow by [`install_calling`](Self::install_calling) and
    /// [`install_accounts`](Self::install_accounts). Until then it keeps what is for them, and
    /// [`wants_calling`](Self::wants_calling), [`wants_accounts`](Self::wants_accounts) when there is something.
    pub fn without_parts(now: Instant, settings: Settings) -> Self {
        Self::start(now, settings, None)
    }

    fn start(now: Instant, settings: Settings, parts: Option<(MakeCalling, MakeAccounts)>) -> Self {
        let mut engine = Self {
            backends: settings.config.backends,
            sessions_expected: settings.sessions_expected,
            guest_name: settings.guest_name,
            preferences: settings.preferences,
            random: Random::new(settings.seed),
            spaces: 0,
            link: None,
            make_calling: parts.map(|(calling, _)| calling),
            make_accounts: parts.map(|(_, accounts)| accounts),
            calls: Box::new(Parked::new(0)),
            capture: Capture::new(),
            goal: CaptureGoal::default(),
            device_offline: false,
            told: Told::default(),
            expected_tick: None,
            out: VecDeque::new(),
        };
        let chosen = engine
            .backends
            .iter()
            .find(|backend| settings.backend.as_ref() == Some(&backend.id));
        if let Some(backend) = chosen.or(engine.backends.first()).cloned() {
            engine.open(now, backend);
        }
        engine.settle(now);
        engine
    }

    /// Takes note of one thing that happened outside.
    pub fn handle(&mut self, now: Instant, input: Input) {
        self.notice_sleep(now, &input);
        match input {
            Input::Tick => self.tick(now),
            Input::Environment(news) => self.environment(now, news),
            Input::Socket(socket, input) => {
                if let Some(link) = &mut self.link {
                    link.dialect.handle(now, News::Socket(socket, input));
                }
            }
            Input::Http(request, result) => self.http(now, request, result),
            Input::Media(input) => self.media(now, input),
            Input::Tab(message) => {
                if let Some(auth) = self.link.as_mut().and_then(|link| link.auth.as_mut()) {
                    auth.handle_tab(now, message);
                }
            }
        }
        self.settle(now);
    }

    /// Does what the person asks for; a wish that cannot be had is answered by [`Event::Refused`].
    pub fn command(&mut self, now: Instant, command: Command) {
        if let Err(refusal) = self.perform(now, command) {
            self.event(Event::Refused(refusal));
        }
        self.settle(now);
    }

    /// The next thing to do; call it until it says `None` after every `handle` and `command`.
    pub fn poll(&mut self) -> Option<Output> {
        self.out.pop_front()
    }

    /// When [`Input::Tick`] is due.
    pub fn deadline(&self) -> Option<Instant> {
        let link = self.link.as_ref().and_then(|link| {
            let auth = link.auth.as_ref().and_then(|auth| auth.deadline());
            earliest(earliest(link.dialect.deadline(), auth), link.connect_by)
        });
        earliest(link, self.calls.deadline())
    }

    // What a chat beside this engine needs of it

    /// The backend in use.
    pub fn backend(&self) -> Option<&Backend> {
        self.link.as_ref().map(|link| &link.backend)
    }

    /// Who is signed in.
    pub fn who(&self) -> AccountView {
        let auth = self.link.as_ref().and_then(|link| link.auth.as_ref());
        auth.map_or(AccountView::Guest, |auth| auth.view())
    }

    /// The access token of who is signed in: in memory only, never to be kept or shown.
    pub fn access_token(&self) -> Option<&str> {
        self.link.as_ref()?.auth.as_ref()?.access_token()
    }

    /// A server refused this access token: it is renewed, by the one refresh that all share, unless that has happened.
    pub fn renew(&mut self, now: Instant, refused: &str) {
        if self.access_token() == Some(refused)
            && let Some(auth) = self.link.as_mut().and_then(|link| link.auth.as_mut())
        {
            auth.renew(now);
        }
        self.settle(now);
    }

    /// A call is answered, or media flow.
    pub fn is_in_call(&self) -> bool {
        self.calls.is_talking()
    }

    // News

    fn notice_sleep(&mut self, now: Instant, input: &Input) {
        let late = self
            .expected_tick
            .map(|expected| now.since(expected))
            .unwrap_or_default();
        let said = matches!(input, Input::Environment(Environment::Resumed(_)));
        if late >= ASLEEP && !said {
            self.environment(now, Environment::Resumed(late));
        }
    }

    fn tick(&mut self, now: Instant) {
        if let Some(link) = &mut self.link {
            link.dialect.handle(now, News::Tick);
            if let Some(auth) = &mut link.auth {
                auth.handle_tick(now);
            }
            if link.connect_by.is_some_and(|by| now >= by) {
                link.connect(now);
            }
        }
        self.calls.tick(now);
    }

    fn environment(&mut self, now: Instant, news: Environment) {
        match news {
            Environment::Online | Environment::NetworkChanged => self.device_offline = false,
            Environment::Offline => self.device_offline = true,
            Environment::Visible(_) | Environment::Resumed(_) => {}
        }
        // Signaling first: what calls want to send needs a live connection.
        if let Some(link) = &mut self.link {
            link.dialect.handle(now, News::Environment(news));
            if let Some(auth) = &mut link.auth {
                auth.handle_environment(now, news);
            }
        }
        self.drain_dialect(now);
        self.calls.environment(now, news);
    }

    fn http(&mut self, now: Instant, request: RequestId, result: Result<Reply, HttpFailure>) {
        let Some(link) = &mut self.link else { return };
        if link.dialect_ids.owns(request.0) {
            link.dialect.handle(now, News::Http(request, result));
        } else if let Some(auth) = link.auth.as_mut().filter(|_| link.auth_ids.owns(request.0)) {
            auth.handle_http(now, request, result);
        }
    }

    fn media(&mut self, now: Instant, input: MediaInput) {
        match input {
            MediaInput::Capture(state) => self.capture.update(state),
            MediaInput::ScreenEnded => self.capture.want_screen(false),
            input => {
                if let Some(peer) = peer_of(&input) {
                    self.calls.media(now, peer, input);
                }
            }
        }
    }
}

fn peer_of(input: &MediaInput) -> Option<PeerId> {
    match input {
        MediaInput::LocalDescription { peer, .. }
        | MediaInput::RemoteDescriptionSet { peer }
        | MediaInput::Failed { peer, .. }
        | MediaInput::Candidate { peer, .. }
        | MediaInput::Connection { peer, .. }
        | MediaInput::Ice { peer, .. }
        | MediaInput::DataChannel { peer, .. }
        | MediaInput::Data { peer, .. }
        | MediaInput::Remote { peer, .. }
        | MediaInput::FrameDrawn { peer }
        | MediaInput::Stats { peer, .. } => Some(*peer),
        MediaInput::Capture(_) | MediaInput::ScreenEnded => None,
    }
}
