//! One tab with accounts, in virtual time: everything that they did, as lines.

use std::time::Duration;

use engine::auth::{Auth, AuthCommand, AuthOutput, AuthSettings};
use engine::event::AccountView;
use engine::io::{
    Body, Environment, HttpFailure, IdSpace, Method, Output, Reply, Request, RequestId, TabMessage,
};
use engine::time::Instant;
use expect_test::Expect;

pub(crate) const ADA: &str = r#"{"id":"u1","email":"ada@b.c","name":"Ada","role":"viewer"}"#;

/// One tab, its clock, and what was done so far.
pub(crate) struct Tab {
    pub(crate) auth: Auth,
    pub(crate) now: Instant,
    pub(crate) log: Vec<String>,
    pub(crate) asked: Vec<(RequestId, String)>,
}

impl Tab {
    pub(crate) fn new(session_expected: bool) -> Self {
        let settings = AuthSettings {
            backend_id: "home".into(),
            base_url: "https://box".into(),
            ids: IdSpace(3),
            seed: 1,
            session_expected,
        };
        let mut tab = Self {
            auth: Auth::new(settings),
            now: Instant::from_millis(0),
            log: Vec::new(),
            asked: Vec::new(),
        };
        tab.auth.restore(tab.now);
        tab.drain();
        tab
    }

    pub(crate) fn signed_in() -> Self {
        let mut tab = Self::new(true);
        tab.answer("refresh", 200, &session("t1"));
        tab.log.clear();
        tab
    }

    pub(crate) fn drain(&mut self) {
        while let Some(output) = self.auth.poll() {
            let line = match output {
                AuthOutput::Output(Output::Http(id, request)) => {
                    let line = show(&request);
                    self.asked.push((id, line.clone()));
                    line
                }
                AuthOutput::Output(Output::AbortHttp(id)) => {
                    let place = self
                        .asked
                        .iter()
                        .position(|(asked, _)| *asked == id)
                        .expect("was asked");
                    format!("abort {}", self.asked.remove(place).1)
                }
                AuthOutput::Output(Output::Tab(message)) => format!("tell tabs {message:?}"),
                AuthOutput::Output(other) => format!("{other:?}"),
                AuthOutput::View(AccountView::SignedIn(profile)) => {
                    let saving = if profile.saving { ", saving" } else { "" };
                    let problem = profile
                        .problem
                        .map(|problem| format!(", {problem:?}"))
                        .unwrap_or_default();
                    format!("view SignedIn {} {}{saving}{problem}", profile.id, profile.name)
                }
                AuthOutput::View(view) => format!("view {view:?}"),
                AuthOutput::TokenChanged => format!("token {}", self.auth.access_token().unwrap_or("-")),
                AuthOutput::Fetched { tag, result } => match result {
                    Ok(reply) => format!("fetched {tag}: {} {}", reply.status, reply.body),
                    Err(failure) => format!("fetched {tag}: {failure:?}"),
                },
            };
            self.log
                .push(format!("{:<6.1} {line}", self.now.as_millis() as f64 / 1000.0));
        }
    }

    /// Answers the oldest request whose line contains `what`.
    pub(crate) fn answer_with(&mut self, what: &str, result: Result<Reply, HttpFailure>) {
        let place = self.asked.iter().position(|(_, line)| line.contains(what));
        let (id, _) = self
            .asked
            .remove(place.unwrap_or_else(|| panic!("nobody asked {what}: {:?}", self.asked)));
        self.auth.handle_http(self.now, id, result);
        self.drain();
    }

    pub(crate) fn answer(&mut self, what: &str, status: u16, body: &str) {
        self.answer_with(
            what,
            Ok(Reply {
                status,
                retry_after: None,
                body: body.into(),
            }),
        );
    }

    pub(crate) fn fail(&mut self, what: &str) {
        self.answer_with(what, Err(HttpFailure::Unreachable));
    }

    pub(crate) fn fetch(&mut self, tag: u64) {
        let request = Request {
            method: Method::Get,
            url: format!("https://box/api/thing/{tag}"),
            headers: Vec::new(),
            body: Body::Empty,
            credentials: false,
            timeout: Duration::from_secs(60),
        };
        self.auth.fetch(self.now, request, tag);
        self.drain();
    }

    pub(crate) fn command(&mut self, command: AuthCommand) {
        self.auth.command(self.now, command);
        self.drain();
    }

    pub(crate) fn sign_up(&mut self) {
        self.command(AuthCommand::SignUp {
            email: "ada@b.c".into(),
            name: "Ada".into(),
            password: "secret12".into(),
        });
    }

    pub(crate) fn sign_in(&mut self) {
        self.command(AuthCommand::SignIn {
            email: "ada@b.c".into(),
            password: "secret".into(),
        });
    }

    pub(crate) fn environment(&mut self, environment: Environment) {
        self.auth.handle_environment(self.now, environment);
        self.drain();
    }

    pub(crate) fn tab(&mut self, message: TabMessage) {
        self.auth.handle_tab(self.now, &message);
        self.drain();
    }

    /// Lets time pass, and does what falls due on the way.
    pub(crate) fn wait(&mut self, seconds: u64) {
        let end = self.now + Duration::from_secs(seconds);
        while let Some(due) = self.auth.deadline().filter(|due| *due <= end) {
            self.now = self.now.max(due);
            let before = self.auth.deadline();
            self.auth.handle_tick(self.now);
            self.drain();
            assert!(
                self.auth.deadline() != before,
                "a deadline that stays would spin the driver"
            );
        }
        self.now = end;
    }

    pub(crate) fn check(&mut self, expected: Expect) {
        let lines: Vec<&str> = self.log.iter().map(|line| line.trim_end()).collect();
        expected.assert_eq(&lines.join("\n"));
        self.log.clear();
    }
}

fn show(request: &Request) -> String {
    let method = format!("{:?}", request.method).to_uppercase();
    let path = request.url.trim_start_matches("https://box");
    let bearer = request.headers.iter().find(|(name, _)| name == "authorization");
    let bearer = bearer.map(|(_, value)| format!(" [{value}]")).unwrap_or_default();
    let body = match &request.body {
        Body::Empty => String::new(),
        Body::Text(text) => format!(" {text}"),
    };
    format!("{method} {path}{bearer}{body}")
}

/// A session of 15 minutes, as the embedded backend answers in cookie form.
pub(crate) fn session(token: &str) -> String {
    format!(r#"{{"accessToken":"{token}","expiresIn":900,"user":{ADA}}}"#)
}
