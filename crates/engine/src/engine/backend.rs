//! The backend in use: opened, left for another one, and connected to.

use std::time::Duration;

use wire::signal::IceServer;

use super::{Engine, Link};
use crate::auth::AuthSettings;
use crate::auth::accounts::{Accounts, ParkedAccounts};
use crate::call::calling::{Calling, CallingSettings, Parked};
use crate::config::{Backend, Kind};
use crate::dialect::{ChatOnly, Dialect, DialectOutput, PeerCall};
use crate::event::{ConnectionState, Refusal};
use crate::io::IdSpace;
use crate::time::Instant;

/// How long the first connect waits for a session to come back from its cookie, so that it is made only once.
const SESSION_MAY_TAKE: Duration = Duration::from_millis(1500);

impl Engine {
    pub(super) fn use_backend(&mut self, now: Instant, id: String) -> Result<(), Refusal> {
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

    pub(super) fn open(&mut self, now: Instant, backend: Backend) {
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

    pub(super) fn calls_of(&mut self, kind: Kind, servers: Vec<IceServer>) -> Box<dyn Calling> {
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
}

impl Link {
    pub(super) fn connect(&mut self, now: Instant) {
        self.connect_by = None;
        self.connected_as = self
            .auth
            .as_ref()
            .and_then(|auth| auth.user_id())
            .map(str::to_owned);
        self.dialect.connect(now);
    }
}
