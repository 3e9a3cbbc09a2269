//! Contract 5's REST family, below `/api/v1` and `/api`.

mod attachments;
mod messages;
mod people;
mod query;
mod rooms;

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequestParts};
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::Value;
use wire::http::{FieldError, encoded, error_body, fields_body};

use super::parse::ATTACHMENT_BYTES;
use super::refusal::Refusal;
use crate::App;
use crate::db::DbError;
use crate::limits::Limit;

/// Bodies but those of attachments are forms of a few fields.
const MAX_BODY: usize = 64 * 1024;

/// The routes.
pub fn router() -> Router<Arc<App>> {
    Router::new().nest("/api/v1", routes()).nest("/api", routes())
}

fn routes() -> Router<Arc<App>> {
    let uploads = post(attachments::upload).layer(DefaultBodyLimit::max(ATTACHMENT_BYTES));
    Router::new()
        .route("/rooms", get(rooms::list).post(rooms::create))
        .route("/rooms/direct", post(rooms::direct))
        .route("/rooms/{id}", get(rooms::one))
        .route("/rooms/{id}/join", post(rooms::join))
        .route("/rooms/{id}/leave", post(rooms::leave))
        .route("/rooms/{id}/members", get(people::members))
        .route("/rooms/{id}/messages", get(messages::history))
        .route("/messages/search", get(messages::search))
        .route("/users", get(people::list))
        .route("/users/{id}", get(people::one))
        .route("/users/{id}/call-id", get(people::call_id))
        .route("/users/{id}/avatar", get(people::avatar))
        .route("/me/privacy", get(people::privacy).put(people::set_privacy))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .route("/attachments", uploads)
        .route("/attachments/{id}/{name}", get(attachments::download))
}

/// The person whose token came with the request.
struct Caller {
    id: String,
}

impl FromRequestParts<Arc<App>> for Caller {
    type Rejection = Answer;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Answer> {
        let value = parts
            .headers
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok());
        let id = value
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .and_then(|(_, token)| app.accounts.verify(token.trim()))
            .and_then(|claims| claims.user_id)
            .ok_or(Refusal::Unauthenticated)?;
        app.limit(Limit::ChatRequests, &id).map_err(Refusal::from)?;
        Ok(Self { id })
    }
}

/// A refusal on its way out.
struct Answer(Refusal);

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        Self(refusal)
    }
}

impl From<DbError> for Answer {
    fn from(error: DbError) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let Self(refusal) = self;
        let (status, message) = (refusal.status(), refusal.message());
        let body = match refusal.field() {
            Some(field) => {
                let errors = [FieldError {
                    field: field.to_owned(),
                    message: message.clone(),
                }];
                fields_body("Please check the request.", &errors)
            }
            None => error_body(status.as_u16(), &message),
        };
        let mut response = text(status, body);
        let wait = match refusal {
            Refusal::RateLimited(wait) => Some(wait.as_secs() + 1),
            Refusal::Busy => Some(2),
            _ => None,
        };
        if let Some(seconds) = wait {
            response
                .headers_mut()
                .insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

type Answered = Result<Response, Answer>;

fn json(status: StatusCode, body: &Value) -> Response {
    text(status, body.to_string())
}

fn text(status: StatusCode, body: String) -> Response {
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (status, headers, body).into_response()
}

/// A body; none is an empty object.
fn object(body: &Bytes) -> Result<Value, Refusal> {
    if body.is_empty() {
        return Ok(Value::Object(serde_json::Map::new()));
    }
    let value = serde_json::from_slice(body).ok().filter(Value::is_object);
    value.ok_or(Refusal::Invalid {
        field: "body",
        why: "expected a JSON object",
    })
}

/// Undoes [`encoded`]; what is no encoding stays.
fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let hex = (*byte == b'%')
            .then(|| text.get(at + 1..at + 3))
            .flatten()
            .filter(|hex| hex.bytes().all(|digit| digit.is_ascii_hexdigit()))
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        out.push(hex.unwrap_or(*byte));
        at += if hex.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_survive_addresses() {
        for name in ["a b/ü%?#.png", "100%.txt", "%zz", ""] {
            assert_eq!(decoded(&encoded(name)), name);
        }
        assert_eq!(decoded("%e4%"), "\u{fffd}%");
    }
}
