//! Leaving: sign-out here, in another tab, or by the server.

use super::*;

impl Auth {
    pub(super) fn sign_out(&mut self) {
        if let Phase::Entering { id, .. } = self.phase {
            self.abort(id);
        }
        self.begin_farewell();
        self.end(None);
        self.tell_signed_out();
    }

    pub(super) fn tell_signed_out(&mut self) {
        let backend = self.settings.backend_id.clone();
        self.outputs
            .push_back(AuthOutput::Output(Output::Tab(TabMessage::SignedOut { backend })));
    }

    pub(super) fn begin_farewell(&mut self) {
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

    pub(super) fn ask_farewell(&mut self) {
        let Some(farewell) = &self.farewell else { return };
        let mut request = requests::logout(&self.settings.base_url, farewell.refresh_token.as_deref());
        requests::authorise(&mut request, farewell.access_token.as_deref());
        let id = self.ask(request);
        if let Some(farewell) = &mut self.farewell {
            farewell.stage = Refresh::Asked(id);
        }
    }

    /// The server heard of the end, or did not: a cookie that lives on would bring the session back.
    pub(super) fn left(&mut self, now: Instant, result: &Result<Reply, HttpFailure>) {
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
    pub(super) fn end(&mut self, problem: Option<AccountProblem>) {
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
