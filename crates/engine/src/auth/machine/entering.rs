//! Entering: sign-up, sign-in, and whose the tokens are that came.

use super::*;

impl Auth {
    pub(super) fn enter(&mut self, request: Request, form: Form) {
        if let Phase::Entering { id, .. } = self.phase {
            self.abort(id);
        }
        self.drop_refresh();
        // A late farewell would take the new session's cookie with it.
        if let Some(farewell) = self.farewell.take_if(|farewell| farewell.refresh_token.is_none())
            && let Refresh::Asked(id) = farewell.stage
        {
            self.abort(id);
        }
        let id = self.ask(request);
        self.phase = Phase::Entering { id, form };
    }

    pub(super) fn entered(&mut self, now: Instant, result: Result<Reply, HttpFailure>) {
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

    pub(super) fn refuse(&mut self, problem: AccountProblem) {
        match &mut self.session {
            // Somebody is signed in still, who wanted to be somebody else.
            Some(session) => session.profile.problem = Some(problem),
            None => self.phase = Phase::Settled(Some(problem)),
        }
    }

    /// Takes new tokens, from whatever they came.
    pub(super) fn accept(&mut self, now: Instant, answer: library::Session) {
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

    pub(super) fn read_tokens(
        &mut self,
        now: Instant,
        answer: library::Session,
    ) -> (Option<library::User>, Tokens) {
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
    pub(super) fn named(&mut self, now: Instant, result: Result<Reply, HttpFailure>) {
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

    pub(super) fn sign_in(&mut self, profile: Profile, tokens: Tokens) {
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
