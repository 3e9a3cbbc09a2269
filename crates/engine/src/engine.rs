//! The composition: one backend's dialect and account, the calls, capture; whole snapshots out when they changed.

use std::collections::VecDeque;
use std::time::Duration;

use crate::auth::{Auth, AuthCommand, AuthOutput, AuthSettings};
use crate::call::capture::Capture;
use crate::call::secret::Random;
use crate::call::{CallOutput, Calls, Mail};
use crate::command::{Command, Preferences};
use crate::config::{Backend, Config, Kind};
use crate::dialect::{Dialect, DialectOutput, Letter, News, PeerCall};
use crate::event::{
    AccountView, BackendView, CallView, CaptureView, ConnectionState, ConnectionView, Event, Refusal,
};
use crate::io::{
    CaptureGoal, Environment, HttpFailure, IdSpace, Input, MediaCommand, MediaInput, Output, PeerId, Reply,
    RequestId,
};
use crate::time::{Instant, earliest};

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
#[derive(Debug)]
pub struct Engine {
    backends: Vec<Backend>,
    sessions_expected: Vec<String>,
    guest_name: String,
    preferences: Preferences,
    random: Random,
    spaces: u16,
    link: Option<Link>,
    calls: Calls,
    capture: Capture,
    goal: CaptureGoal,
    device_offline: bool,
    told: Told,
    expected_tick: Option<Instant>,
    out: VecDeque<Output>,
}

/// The backend in use.
#[derive(Debug)]
struct Link {
    backend: Backend,
    dialect: Box<dyn Dialect>,
    auth: Option<Auth>,
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
        let mut random = Random::new(settings.seed);
        let calls = Calls::new(
            settings.preferences.clone(),
            Vec::new(),
            Random::new(random.number()),
            0,
        );
        let mut engine = Self {
            backends: settings.config.backends,
            sessions_expected: settings.sessions_expected,
            guest_name: settings.guest_name,
            preferences: settings.preferences,
            random,
            spaces: 0,
            link: None,
            calls,
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
                    auth.handle_tab(now, &message);
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
            let auth = link.auth.as_ref().and_then(Auth::deadline);
            earliest(earliest(link.dialect.deadline(), auth), link.connect_by)
        });
        earliest(link, self.calls.deadline())
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
            Command::Call { to } => return self.calls.dial(now, &to),
            Command::Answer { call, video } => {
                self.calls.answer(now, call)?;
                self.capture.camera_on = video;
            }
            Command::Decline { call } => return self.calls.decline(call),
            Command::HangUp => return self.calls.hang_up(now),
            Command::Dismiss => self.calls.dismiss(),
            Command::SendText(text) => return self.calls.send_text(now, &text),
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
        };
        let session_expected = self.sessions_expected.contains(&backend.id);
        let auth = backend.accounts.then(|| {
            let mut auth = Auth::new(AuthSettings {
                backend_id: backend.id.clone(),
                base_url: backend.url.clone(),
                ids: auth_ids,
                seed: self.random.number(),
                session_expected,
            });
            auth.restore(now);
            auth
        });
        let waits = auth.is_some() && session_expected;
        let random = Random::new(self.random.number());
        let servers = backend.ice_servers.clone();
        self.calls = Calls::new(self.preferences.clone(), servers, random, self.calls.last_peer());
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

    // Settling: everything that follows from what has just happened

    fn settle(&mut self, now: Instant) {
        let name = self.name();
        self.calls.set_name(&name);
        self.drain_dialect(now);
        self.drain_auth(now);
        self.drain_calls(now);
        self.reconcile_capture();
        self.drain_calls(now);
        self.watch(now);
        self.drain_dialect(now);
        self.tell();
        self.expected_tick = self.deadline();
    }

    fn drain_dialect(&mut self, now: Instant) {
        while let Some(output) = self.link.as_mut().and_then(|link| link.dialect.poll()) {
            match output {
                DialectOutput::Output(output) => self.out.push_back(output),
                DialectOutput::State(state) => {
                    if let Some(link) = &mut self.link {
                        link.state = state;
                    }
                }
                DialectOutput::Mail(mail) => {
                    if let Some(link) = &mut self.link {
                        match &mail {
                            Mail::Up { me } => link.my_id = Some(me.clone()),
                            Mail::Down => link.my_id = None,
                            _ => {}
                        }
                    }
                    self.calls.mail(now, mail);
                }
                DialectOutput::Unreadable(error) => self.event(Event::Trouble(error.to_string())),
            }
        }
    }

    fn drain_auth(&mut self, now: Instant) {
        while let Some(output) = self.link.as_mut().and_then(|link| link.auth.as_mut()?.poll()) {
            match output {
                AuthOutput::Output(output) => self.out.push_back(output),
                AuthOutput::View(_) => {}
                AuthOutput::TokenChanged => {
                    if let Some(link) = &mut self.link {
                        let token = link.auth.as_ref().and_then(Auth::access_token).map(str::to_owned);
                        link.dialect.set_token(token.as_deref());
                        if matches!(link.state, ConnectionState::Refused { .. }) {
                            link.dialect.connect(now);
                        }
                    }
                }
                // Nothing of this issue is fetched with a token yet.
                AuthOutput::Fetched { .. } => {}
            }
        }
        let in_call = self.calls.wants_capture();
        let Some(link) = &mut self.link else { return };
        let Some(auth) = &link.auth else { return };
        let user = auth.user_id().map(str::to_owned);
        if link.connect_by.is_some() {
            if !matches!(auth.view(), AccountView::Unknown) {
                link.connect(now);
            }
        } else if user != link.connected_as && !in_call {
            // The socket speaks for somebody else: it is connected anew, but never under a running call.
            link.connected_as = user;
            link.dialect.disconnect(now);
            link.dialect.connect(now);
            self.drain_dialect(now);
        }
    }

    fn drain_calls(&mut self, now: Instant) {
        while let Some(output) = self.calls.poll() {
            let letter = match output {
                CallOutput::Media(command) => {
                    self.out.push_back(Output::Media(command));
                    continue;
                }
                CallOutput::Event(event) => {
                    if let Event::Known(known) = &event {
                        self.preferences.known.retain(|peer| peer.secret != known.secret);
                        self.preferences.known.insert(0, known.clone());
                    }
                    self.event(event);
                    continue;
                }
                CallOutput::Post { post, from, name } => Letter::Signal { post, from, name },
                CallOutput::Decline { to } => Letter::Decline { to },
            };
            if let Some(link) = &mut self.link {
                link.dialect.post(now, letter);
            }
            // At once, so that outputs keep their order: an answer leaves before the camera is asked for.
            self.drain_dialect(now);
        }
    }

    fn reconcile_capture(&mut self) {
        self.capture.set_in_call(self.calls.wants_capture());
        let goal = self.capture.goal();
        if goal != self.goal {
            self.goal = goal.clone();
            self.out.push_back(Output::Media(MediaCommand::Capture(goal)));
        }
        self.calls
            .set_sending(self.capture.sending(), self.capture.note());
    }

    fn watch(&mut self, now: Instant) {
        let on = self.calls.wants_capture();
        if let Some(link) = self.link.as_mut().filter(|link| link.watched != on) {
            link.watched = on;
            link.dialect.watch_closely(now, on);
        }
    }

    // Views

    fn tell(&mut self) {
        let (backend, connection, account) = self.link_views();
        if changed(&mut self.told.backend, &backend) {
            self.event(Event::Backend(backend));
        }
        if changed(&mut self.told.connection, &connection) {
            self.event(Event::Connection(connection));
        }
        if changed(&mut self.told.account, &account) {
            self.event(Event::Account(account));
        }
        let call = self.calls.view();
        if changed(&mut self.told.call, &call) {
            self.event(Event::Call(call));
        }
        let capture = self.capture.view();
        if changed(&mut self.told.capture, &capture) {
            self.event(Event::Capture(capture));
        }
    }

    fn link_views(&self) -> (BackendView, ConnectionView, AccountView) {
        let Some(link) = &self.link else {
            return Default::default();
        };
        let backend = BackendView {
            id: link.backend.id.clone(),
            name: link.backend.name.clone(),
            capabilities: link.dialect.capabilities(),
        };
        let connection = ConnectionView {
            state: link.state.clone(),
            my_id: link.my_id.clone(),
            device_offline: self.device_offline,
        };
        (
            backend,
            connection,
            link.auth.as_ref().map_or(AccountView::Guest, Auth::view),
        )
    }

    fn name(&self) -> String {
        let account = self
            .link
            .as_ref()
            .and_then(|link| link.auth.as_ref())
            .map(Auth::view);
        match account {
            Some(AccountView::SignedIn(profile)) => profile.name,
            _ => self.guest_name.clone(),
        }
    }

    fn event(&mut self, event: Event) {
        self.out.push_back(Output::Event(event));
    }
}

impl Link {
    fn connect(&mut self, now: Instant) {
        self.connect_by = None;
        self.connected_as = self.auth.as_ref().and_then(Auth::user_id).map(str::to_owned);
        self.dialect.connect(now);
    }
}

/// Puts `new` in the place of `old` when they differ.
fn changed<T: PartialEq + Clone>(old: &mut Option<T>, new: &T) -> bool {
    let differs = old.as_ref() != Some(new);
    if differs {
        *old = Some(new.clone());
    }
    differs
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
