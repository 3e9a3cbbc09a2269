//! Authorised requests, a caller's and our own.

use super::*;

impl Auth {
    pub(super) fn queue(&mut self, now: Instant, request: Request, owner: Owner) {
        let give_up = now + request.timeout;
        self.fetches.push(Fetch {
            owner,
            request,
            stage: Stage::Waiting { refused: None },
            give_up,
        });
    }

    pub(super) fn save(&mut self, now: Instant, name: Option<&str>, avatar: Option<&Option<String>>) {
        let Some(session) = &mut self.session else { return };
        session.profile.saving = true;
        session.profile.problem = None;
        let request = requests::profile(&self.settings.base_url, name, avatar.map(Option::as_deref));
        self.queue(now, request, Owner::Save);
    }

    pub(super) fn fetched(&mut self, fetch: Fetch, result: Result<Reply, HttpFailure>) {
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

    pub(super) fn hand_back(&mut self, owner: Owner, result: Result<Reply, HttpFailure>) {
        match owner {
            Owner::Caller(tag) => self.outputs.push_back(AuthOutput::Fetched { tag, result }),
            Owner::Save => self.saved(&result),
        }
    }

    pub(super) fn saved(&mut self, result: &Result<Reply, HttpFailure>) {
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

    pub(super) fn send_waiting(&mut self, now: Instant) {
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
}
