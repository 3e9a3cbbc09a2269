//! Calls and accounts may come after the engine has started: they are taken in here, with what was kept for them.

use super::Engine;
use crate::auth::accounts::MakeAccounts;
use crate::call::calling::{CallWish, MakeCalling};
use crate::event::{Event, Refusal};
use crate::time::Instant;

impl Engine {
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
}
