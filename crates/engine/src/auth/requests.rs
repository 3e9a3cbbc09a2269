//! The requests of accounts as values, and what their refusals mean.

use std::time::Duration;

use wire::{http, library};

use crate::event::{AccountProblem, FieldProblem};
use crate::io::{Body, HttpFailure, Method, Reply, Request};

/// Hashing a password takes a server a moment, and a phone's network another.
const TIMEOUT: Duration = Duration::from_secs(20);

/// `POST /api/auth/register`. The query asks the embedded backend for the cookie form; others ignore it.
pub(super) fn register(base: &str, email: &str, name: &str, password: &str) -> Request {
    json(
        Method::Post,
        [base, "/api/auth/register?session=cookie"].concat(),
        library::register_body(email, name, password),
    )
}

/// `POST /api/auth/login`, in cookie form as above.
pub(super) fn login(base: &str, email: &str, password: &str) -> Request {
    json(
        Method::Post,
        [base, "/api/auth/login?session=cookie"].concat(),
        library::login_body(email, password),
    )
}

/// `POST /api/auth/refresh`.
pub(super) fn refresh(base: &str, refresh_token: Option<&str>) -> Request {
    json(
        Method::Post,
        [base, "/api/auth/refresh"].concat(),
        library::refresh_body(refresh_token),
    )
}

/// `POST /api/auth/logout`.
pub(super) fn logout(base: &str, refresh_token: Option<&str>) -> Request {
    json(
        Method::Post,
        [base, "/api/auth/logout"].concat(),
        library::refresh_body(refresh_token),
    )
}

/// `GET /api/auth/me`.
pub(super) fn me(base: &str) -> Request {
    let mut request = json(Method::Get, [base, "/api/auth/me"].concat(), String::new());
    request.headers.clear();
    request.body = Body::Empty;
    request
}

/// `PATCH /api/auth/me`.
pub(super) fn profile(base: &str, name: Option<&str>, avatar: Option<Option<&str>>) -> Request {
    json(
        Method::Patch,
        [base, "/api/auth/me"].concat(),
        library::profile_body(name, avatar),
    )
}

/// Adds the access token.
pub(super) fn authorise(request: &mut Request, token: Option<&str>) {
    if let Some(token) = token {
        request
            .headers
            .push(("authorization".to_owned(), ["Bearer ", token].concat()));
    }
}

/// What a person was doing when a request was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Doing {
    SigningUp,
    SigningIn,
    Saving,
}

/// Why a request failed, for people.
pub(super) fn problem(doing: Doing, result: &Result<Reply, HttpFailure>) -> AccountProblem {
    let reply = match result {
        Ok(reply) => reply,
        Err(HttpFailure::Unreachable | HttpFailure::TimedOut) => return AccountProblem::Unreachable,
    };
    let http::Problem { message, fields } = http::problem(&reply.body);
    match (reply.status, doing) {
        (429, _) => return AccountProblem::TooMany(reply.retry_after),
        (401, Doing::SigningIn) => return AccountProblem::WrongCredentials,
        (401, Doing::Saving) => return AccountProblem::SessionEnded,
        (401, Doing::SigningUp) | (_, _) => {}
    }
    if !fields.is_empty() {
        let problems = fields.into_iter().map(|found| FieldProblem {
            field: found.field,
            message: found.message,
        });
        return AccountProblem::Fields(problems.collect());
    }
    let message = message.unwrap_or_else(|| ["status ", &reply.status.to_string()].concat());
    if reply.status == 409 && doing == Doing::SigningUp {
        return AccountProblem::Fields(vec![FieldProblem {
            field: "email".to_owned(),
            message,
        }]);
    }
    AccountProblem::Other(message)
}

fn json(method: Method, url: String, body: String) -> Request {
    Request {
        method,
        url,
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body: Body::Text(body),
        credentials: true,
        timeout: TIMEOUT,
    }
}
