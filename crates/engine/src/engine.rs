//! The composition: one backend's dialect and account, the calls, capture; whole snapshots out when they changed.

use std::collections::VecDeque;
use std::time::Duration;

use crate::auth::accounts::{Accounts, MakeAccounts, ParkedAccounts};
use crate::auth::{AuthCommand, AuthSettings};
use crate::call::calling::{CallWish, Calling, CallingSettings, MakeCalling, Parked};
use crate::call::capture::Capture;
use crate::call::secret::Random;
use crate::command::{Command, Preferences};
use crate::config::{Backend, Config, Kind};
use crate::dialect::{ChatOnly, Dialect, DialectOutput, News, PeerCall};
use crate::event::{
    AccountView, BackendView, CallView, CaptureView, ConnectionState, ConnectionView, Event, Refusal,
};
use crate::io::{
    CaptureGoal, Environment, HttpFailure, IdSpace, Input, MediaInput, Output, PeerId, Reply, RequestId,
};
use crate::time::{Instant, earliest};
use wire::signal::IceServer;

mod settle;

/// A timer that fires so much too late was not late: the device slept.
const ASLEEP: Duration = Duration::from_secs(5);
/// How long the first connect waits for a session to come back from its cookie, so that it is made only once.
const SESSION_MAY_TAKE: Duration = Duration::from_millis(1500);

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

    // Parts that come later

    /// Takes the calls in, and gives them what was kept for them.
    pub fn install_calling(&mut self, now: Instant, make: MakeCalling) {
        if self.make_calling.replace(make).is_some() {
            return;
        }
        let Some(link) = &self.link else { return };
        let (kind, servers) = (link.backend.kind, link.backend.ice_servers.clone());
        let me = link.my_id.clone();
        let kept = self.calls.kept();
        self.calls = self.calls_of(kind, servers);
        let name = self.name();
        self.calls.set_name(&name);
        if let Some(me) = me {
            self.calls.up(now, &me);
        }
        for signal in kept.signals {
            if let Err(error) = self.calls.signal(now, signal) {
                self.event(Event::Trouble(error.to_string()));
            }
        }
        if kept.prepare {
            let _ = self.calls.wish(now, CallWish::Prepare);
        }
        if let Some(Err(refusal)) = kept.dial.map(|to| self.calls.wish(now, CallWish::Dial(to))) {
            self.event(Event::Refused(refusal));
        }
        self.settle(now);
    }

    /// Whether something waits for the calls.
    pub fn wants_calling(&self) -> bool {
        self.calls.waits()
    }

    /// The calls cannot be had now: the person need not wait for theirs. Signals are kept for another attempt.
    pub fn calling_missing(&mut self, now: Instant) {
        if self.make_calling.is_none() && self.calls.wish(now, CallWish::HangUp).is_ok() {
            self.event(Event::Refused(Refusal::NotConnected));
            self.settle(now);
        }
    }

    /// Takes the accounts in, and gives them what was kept for them.
    pub fn install_accounts(&mut self, now: Instant, make: MakeAccounts) {
        if self.make_accounts.replace(make).is_some() {
            return;
        }
        let parked = self.link.as_mut().and_then(|link| link.auth.as_mut());
        if let Some(auth) = parked
            && let Some(kept) = auth.kept()
        {
            *auth = make(kept.settings);
            auth.restore(now);
            for message in kept.tabs {
                auth.handle_tab(now, message);
            }
            if let Some(command) = kept.command {
                auth.command(now, command);
            }
        }
        self.settle(now);
    }

    /// Whether something waits for the accounts: a session, a wish, another tab's word.
    pub fn wants_accounts(&self) -> bool {
        let auth = self.link.as_ref().and_then(|link| link.auth.as_ref());
        auth.is_some_and(|auth| auth.waits())
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

    // Wishes

    fn perform(&mut self, now: Instant, command: Command) -> Result<(), Refusal> {
        match command {
            Command::UseBackend(id) => return self.use_backend(now, id),
            Command::AddBackend(backend) => {
                self.backends.retain(|known| known.id != backend.id);
                self.backends.push(backend);
            }
            Command::Reconnect => {
                if let Some(link) = &mut self.link {
                    link.connect_by = None;
                    link.dialect.connect(now);
                }
            }
            Command::SignUp {
                email,
                name,
                password,
            } => {
                return self.account(
                    now,
                    AuthCommand::SignUp {
                        email,
                        name,
                        password,
                    },
                );
            }
            Command::SignIn { email, password } => {
                return self.account(now, AuthCommand::SignIn { email, password });
            }
            Command::SignOut => return self.account(now, AuthCommand::SignOut),
            Command::UpdateProfile { name, avatar } => {
                return self.account(now, AuthCommand::UpdateProfile { name, avatar });
            }
            Command::SetGuestName(name) => self.guest_name = name,
            Command::Preview(open) => self.capture.preview = open,
            Command::Microphone(on) => self.capture.microphone_on = on,
            Command::Camera(on) => self.capture.camera_on = on,
            Command::Screen(on) => {
                if on && !self.calls.is_talking() {
                    return Err(Refusal::CallGone);
                }
                self.capture.want_screen(on);
            }
            Command::ChooseMicrophone(choice) => self.capture.choose_microphone(choice),
            Command::ChooseCamera(choice) => self.capture.choose_camera(choice),
            Command::Prepare => return self.calls.wish(now, CallWish::Prepare),
            Command::Call { to } => return self.calls.wish(now, CallWish::Dial(to)),
            Command::Answer { call, video } => {
                self.calls.wish(now, CallWish::Answer(call))?;
                self.capture.camera_on = video;
            }
            Command::Decline { call } => return self.calls.wish(now, CallWish::Decline(call)),
            Command::HangUp => return self.calls.wish(now, CallWish::HangUp),
            Command::Dismiss => return self.calls.wish(now, CallWish::Dismiss),
            Command::SendText(text) => return self.calls.wish(now, CallWish::SendText(text)),
            Command::Preferences(preferences) => {
                self.preferences = preferences.clone();
                self.calls.set_preferences(preferences);
            }
        }
        Ok(())
    }

    fn account(&mut self, now: Instant, command: AuthCommand) -> Result<(), Refusal> {
        let auth = self
            .link
            .as_mut()
            .and_then(|link| link.auth.as_mut())
            .ok_or(Refusal::NotOffered)?;
        auth.command(now, command);
        Ok(())
    }

    fn use_backend(&mut self, now: Instant, id: String) -> Result<(), Refusal> {
        let Some(backend) = self.backends.iter().find(|backend| backend.id == id).cloned() else {
            return Err(Refusal::UnknownBackend(id));
        };
        if self.link.as_ref().is_some_and(|link| link.backend == backend) {
            return Ok(());
        }
        self.calls.leave(now);
        self.settle(now);
        if let Some(mut link) = self.link.take() {
            link.dialect.disconnect(now);
            while let Some(output) = link.dialect.poll() {
                if let DialectOutput::Output(output) = output {
                    self.out.push_back(output);
                }
            }
        }
        self.open(now, backend);
        Ok(())
    }

    fn open(&mut self, now: Instant, backend: Backend) {
        let (dialect_ids, auth_ids) = (self.next_space(), self.next_space());
        let dialect: Box<dyn Dialect> = match backend.kind {
            Kind::PeerCall => Box::new(PeerCall::new(&backend, dialect_ids, self.random.number())),
            Kind::Chat => Box::new(ChatOnly {
                accounts: backend.accounts,
            }),
        };
        let session_expected = self.sessions_expected.contains(&backend.id);
        let auth = backend.accounts.then(|| {
            let settings = AuthSettings {
                backend_id: backend.id.clone(),
                base_url: backend.url.clone(),
                ids: auth_ids,
                seed: self.random.number(),
                session_expected,
            };
            let mut auth = self.accounts_of(settings);
            auth.restore(now);
            auth
        });
        let waits = auth.is_some() && session_expected;
        self.calls = self.calls_of(backend.kind, backend.ice_servers.clone());
        let mut link = Link {
            backend,
            dialect,
            auth,
            dialect_ids,
            auth_ids,
            state: ConnectionState::Idle,
            my_id: None,
            connect_by: waits.then(|| now + SESSION_MAY_TAKE),
            connected_as: None,
            watched: false,
        };
        if !waits {
            link.dialect.connect(now);
        }
        self.link = Some(link);
    }

    fn accounts_of(&self, settings: AuthSettings) -> Box<dyn Accounts> {
        match self.make_accounts {
            Some(make) => make(settings),
            None => Box::new(ParkedAccounts::new(settings)),
        }
    }

    fn calls_of(&mut self, kind: Kind, servers: Vec<IceServer>) -> Box<dyn Calling> {
        let first_peer = self.calls.last_peer();
        let settings = CallingSettings {
            kind,
            preferences: self.preferences.clone(),
            servers,
            seed: self.random.number(),
            first_peer,
        };
        match self.make_calling {
            Some(make) => make(settings),
            None => Box::new(Parked::new(first_peer)),
        }
    }

    fn next_space(&mut self) -> IdSpace {
        self.spaces = self.spaces.wrapping_add(1);
        IdSpace(self.spaces)
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

impl Link {
    fn connect(&mut self, now: Instant) {
        self.connect_by = None;
        self.connected_as = self
            .auth
            .as_ref()
            .and_then(|auth| auth.user_id())
            .map(str::to_owned);
        self.dialect.connect(now);
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
