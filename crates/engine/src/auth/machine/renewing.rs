//! Renewing: the one refresh that all share.

use super::*;

impl Auth {
    /// Starts the one refresh, unless it is under way.
    pub(super) fn ask_refresh(&mut self) {
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

    /// The access token is no longer good, whatever its age: it is renewed, unless that is under way.
    pub fn renew(&mut self, now: Instant) {
        if let Some(session) = &mut self.session {
            session.stale = true;
        }
        self.settle(now);
    }

    pub(super) fn refreshed(&mut self, now: Instant, result: Result<Reply, HttpFailure>) {
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

    pub(super) fn refresh_later(&mut self, now: Instant, asked: Option<Duration>) {
        let wait = back_off(self.refresh_attempt, &mut self.jitter);
        self.refresh_attempt = self.refresh_attempt.saturating_add(1);
        self.refresh = Refresh::Waiting {
            at: now + asked.map_or(wait, |asked| asked.max(wait)),
        };
    }

    pub(super) fn drop_refresh(&mut self) {
        if let Refresh::Asked(id) = std::mem::replace(&mut self.refresh, Refresh::Idle) {
            self.abort(id);
        }
        if let Some(nameless) = self.nameless.take() {
            self.abort(nameless.id);
        }
        self.refresh_attempt = 0;
    }

    /// The network may be back: no reason to wait any longer.
    pub(super) fn try_now(&mut self, now: Instant) {
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
