//! Everything that follows from what has just happened: parts are drained, capture reconciled, changed views told.

use crate::auth::AuthOutput;
use crate::call::calling::CallingOutput;
use crate::dialect::DialectOutput;
use crate::event::{AccountView, BackendView, ConnectionState, ConnectionView, Event};
use crate::io::{MediaCommand, Output};
use crate::time::Instant;

use super::Engine;

impl Engine {
    pub(super) fn settle(&mut self, now: Instant) {
        let name = self.name();
        self.calls.set_name(&name);
        self.drain_dialect(now);
        self.drain_auth(now);
        self.calls.settle(now, self.capture.preview);
        self.drain_calls(now);
        self.reconcile_capture();
        self.drain_calls(now);
        self.tell();
        self.watch(now);
        self.drain_dialect(now);
        self.tell();
        self.expected_tick = self.deadline();
    }

    pub(super) fn drain_dialect(&mut self, now: Instant) {
        while let Some(output) = self.link.as_mut().and_then(|link| link.dialect.poll()) {
            match output {
                DialectOutput::Output(output) => self.out.push_back(output),
                DialectOutput::State(state) => {
                    if let Some(link) = &mut self.link {
                        link.state = state;
                    }
                }
                DialectOutput::Up { me } => {
                    self.calls.up(now, &me);
                    if let Some(link) = &mut self.link {
                        link.my_id = Some(me);
                    }
                }
                DialectOutput::Down => {
                    self.calls.down();
                    if let Some(link) = &mut self.link {
                        link.my_id = None;
                    }
                }
                DialectOutput::Signal(signal) => {
                    if let Err(error) = self.calls.signal(now, signal) {
                        self.event(Event::Trouble(error.to_string()));
                    }
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
                        let token = link
                            .auth
                            .as_ref()
                            .and_then(|auth| auth.access_token())
                            .map(str::to_owned);
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
            match output {
                CallingOutput::Media(command) => self.out.push_back(Output::Media(command)),
                CallingOutput::Event(event) => {
                    if let Event::Known(known) = &event {
                        self.preferences.known.retain(|peer| peer.secret != known.secret);
                        self.preferences.known.insert(0, known.clone());
                    }
                    self.event(event);
                }
                CallingOutput::Say { event, args } => {
                    if let Some(link) = &mut self.link {
                        link.dialect.say(now, event, args);
                    }
                    // At once, so that outputs keep their order: an answer leaves before the camera is asked for.
                    self.drain_dialect(now);
                }
            }
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

    /// While it rings, too: a link that is known to answer questions is known to be dead when an answer goes into it.
    fn watch(&mut self, now: Instant) {
        let rings = self
            .told
            .call
            .as_ref()
            .is_some_and(|call| call.incoming.is_some());
        let on = rings || self.calls.wants_capture();
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
            link.auth.as_ref().map_or(AccountView::Guest, |auth| auth.view()),
        )
    }

    pub(super) fn name(&self) -> String {
        let account = self
            .link
            .as_ref()
            .and_then(|link| link.auth.as_ref())
            .map(|auth| auth.view());
        match account {
            Some(AccountView::SignedIn(profile)) => profile.name,
            _ => self.guest_name.clone(),
        }
    }

    pub(super) fn event(&mut self, event: Event) {
        self.out.push_back(Output::Event(event));
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
