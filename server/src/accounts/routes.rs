//! `/api/auth/*`: the accounts over HTTP, in cookie and in body form (contract 4).
//!
//! `register` and `login` hand the refresh token out in the body, unless asked with `?session=cookie` to put it into a
//! cookie that scripts cannot read. `refresh` and `logout` answer in the form in which they were asked.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Extension, Query, State};
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, COOKIE, RETRY_AFTER, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::Value;
use wire::http::{FieldError, error_body, fields_body};
use wire::lenient::Fields;
use wire::library::Session;

use super::{Accounts, Change, Issued, Refusal, SignUp, validate};
use crate::App;
use crate::limits::{Limit, TooMany};
use crate::web::Client;

/// Larger bodies are refused unread: an avatar of 64 KB is 88 KB in base64.
const MAX_BODY: usize = 128 * 1024;

/// The routes.
pub fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/api/auth/register", post(register))
        .route("/api/auth/login", post(login))
        .route("/api/auth/refresh", post(refresh))
        .route("/api/auth/logout", post(logout))
        .route("/api/auth/me", get(me).patch(update))
        .layer(DefaultBodyLimit::max(MAX_BODY))
}

type Parameters = BTreeMap<String, String>;

async fn register(
    State(app): State<Arc<App>>,
    Extension(client): Extension<Client>,
    Query(parameters): Query<Parameters>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Answer> {
    app.limit(Limit::SignUp, &client.key())?;
    let [email, name, password] = texts(&read_object(&headers, &body)?, ["email", "name", "password"])?;
    let issued = app
        .accounts
        .sign_up(SignUp {
            email,
            name,
            password,
        })
        .await?;
    let carrier = carrier(&app, &parameters, &headers).await?;
    Ok(answer(&app, &client, StatusCode::CREATED, issued, carrier))
}

async fn login(
    State(app): State<Arc<App>>,
    Extension(client): Extension<Client>,
    Query(parameters): Query<Parameters>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Answer> {
    app.limit(Limit::SignInAddress, &client.key())?;
    let [email, password] = texts(&read_object(&headers, &body)?, ["email", "password"])?;
    app.limit(
        Limit::SignIn,
        &format!("{} {}", client.key(), email.trim().to_lowercase()),
    )?;
    let issued = app.accounts.sign_in(&email, password).await?;
    let carrier = carrier(&app, &parameters, &headers).await?;
    Ok(answer(&app, &client, StatusCode::OK, issued, carrier))
}

/// How a new session shall travel. The one that the browser's cookie carried before ends with it.
async fn carrier(app: &App, parameters: &Parameters, headers: &HeaderMap) -> Result<Carrier, Answer> {
    if parameters.get("session").map(String::as_str) != Some("cookie") {
        return Ok(Carrier::Body);
    }
    if let Some(old) = cookie(&app.accounts, headers) {
        app.accounts.sign_out(old).await?;
    }
    Ok(Carrier::Cookie)
}

async fn refresh(
    State(app): State<Arc<App>>,
    Extension(client): Extension<Client>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Answer> {
    app.limit(Limit::Refresh, &client.key())?;
    let Some((token, carrier)) = shown(&app, &headers, &body) else {
        return Err(Refusal::Over.into());
    };
    match app.accounts.refresh(token).await {
        Ok(issued) => Ok(answer(&app, &client, StatusCode::OK, issued, carrier)),
        Err(Refusal::Over) => {
            let mut response = Answer::from(Refusal::Over).into_response();
            if carrier == Carrier::Cookie {
                set_cookie(&mut response, &forget_cookie(&app.accounts, &client));
            }
            Ok(response)
        }
        Err(refusal) => Err(refusal.into()),
    }
}

async fn logout(
    State(app): State<Arc<App>>,
    Extension(client): Extension<Client>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Answer> {
    if let Some((token, _)) = shown(&app, &headers, &body) {
        app.accounts.sign_out(token).await?;
    }
    let mut response = StatusCode::NO_CONTENT.into_response();
    if cookie(&app.accounts, &headers).is_some() {
        set_cookie(&mut response, &forget_cookie(&app.accounts, &client));
    }
    Ok(response)
}

async fn me(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Response, Answer> {
    let user = app.accounts.user_of(bearer(&headers)?).await?;
    Ok(json(StatusCode::OK, user.to_json().to_string()))
}

async fn update(State(app): State<Arc<App>>, headers: HeaderMap, body: Bytes) -> Result<Response, Answer> {
    let id = app
        .accounts
        .verify(bearer(&headers)?)
        .and_then(|claims| claims.user_id)
        .ok_or(Refusal::Over)?;
    let body = read_object(&headers, &body)?;
    let text = |field: &str| match body.get(field) {
        None => Ok(None),
        Some(Value::Null) => Ok(Some(None)),
        Some(Value::String(text)) => Ok(Some(Some(text.clone()))),
        Some(_) => Err(Answer::Refusal(Refusal::Fields(vec![validate::error(
            field,
            "Expected a text.",
        )]))),
    };
    let name = text("name")?.flatten();
    let user = app
        .accounts
        .update(
            id,
            Change {
                name,
                avatar: text("avatar")?,
            },
        )
        .await?;
    app.calls.rename(&user.id, &user.name);
    Ok(json(StatusCode::OK, user.to_json().to_string()))
}

/// How the refresh token travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Carrier {
    Cookie,
    Body,
}

/// The refresh token of a request: in the body, else in the cookie.
fn shown(app: &App, headers: &HeaderMap, body: &Bytes) -> Option<(String, Carrier)> {
    let in_body = read_object(headers, body).ok().and_then(|body| {
        let fields = Fields::of("refresh", &body).ok()?;
        fields.text(&["refreshToken", "refresh_token"]).ok()
    });
    match in_body {
        Some(token) => Some((token, Carrier::Body)),
        None => cookie(&app.accounts, headers).map(|token| (token, Carrier::Cookie)),
    }
}

fn answer(app: &App, client: &Client, status: StatusCode, issued: Issued, carrier: Carrier) -> Response {
    let lifetimes = app.accounts.lifetimes;
    let Issued {
        user,
        access,
        refresh,
    } = issued;
    let (in_body, in_cookie) = match carrier {
        Carrier::Body => (Some(refresh), None),
        Carrier::Cookie => (None, Some(refresh)),
    };
    let session = Session {
        access_token: Some(access),
        refresh_token: in_body,
        expires_in: Some(lifetimes.access.as_secs()),
        user: Some(user),
    };
    let mut response = json(status, session.to_json().to_string());
    if let Some(token) = in_cookie {
        set_cookie(
            &mut response,
            &print_cookie(&app.accounts, client, &token, lifetimes.refresh),
        );
    }
    response
}

fn read_object(headers: &HeaderMap, body: &Bytes) -> Result<Value, Answer> {
    // Pages of other origins can send forms and plain text without asking; JSON they cannot.
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .unwrap_or_default();
    if !kind
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .eq_ignore_ascii_case("application/json")
    {
        return Err(Answer::Status(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "Expected application/json.",
        ));
    }
    match serde_json::from_slice(body) {
        Ok(value @ Value::Object(_)) => Ok(value),
        Ok(_) | Err(_) => Err(Answer::Status(StatusCode::BAD_REQUEST, "Expected a JSON object.")),
    }
}

/// The texts of these fields; all that are missing are named at once.
fn texts<const N: usize>(body: &Value, names: [&str; N]) -> Result<[String; N], Answer> {
    let mut errors: Vec<FieldError> = Vec::new();
    let texts = names.map(|name| match body.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(_) => {
            errors.push(validate::error(name, "Expected a text."));
            String::new()
        }
        None => {
            errors.push(validate::error(name, "Is missing."));
            String::new()
        }
    });
    if errors.is_empty() {
        Ok(texts)
    } else {
        Err(Refusal::Fields(errors).into())
    }
}

fn bearer(headers: &HeaderMap) -> Result<&str, Answer> {
    let value = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = value
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    token
        .map(|(_, token)| token.trim())
        .ok_or(Answer::Refusal(Refusal::Over))
}

fn cookie(accounts: &Accounts, headers: &HeaderMap) -> Option<String> {
    let name = accounts.cookie_name();
    let pairs = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'));
    pairs
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(found, _)| *found == name)
        .map(|(_, token)| token.to_owned())
}

fn print_cookie(accounts: &Accounts, client: &Client, token: &str, life: Duration) -> String {
    let (name, life) = (accounts.cookie_name(), life.as_secs());
    let secure = if client.secure { "; Secure" } else { "" };
    format!("{name}={token}; Path=/api/auth; HttpOnly; SameSite=Strict; Max-Age={life}{secure}")
}

fn forget_cookie(accounts: &Accounts, client: &Client) -> String {
    print_cookie(accounts, client, "", Duration::ZERO)
}

fn set_cookie(response: &mut Response, cookie: &str) {
    if let Ok(cookie) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
}

fn json(status: StatusCode, body: String) -> Response {
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (status, headers, body).into_response()
}

/// A refusal on its way out.
enum Answer {
    Refusal(Refusal),
    Status(StatusCode, &'static str),
    TooMany(Duration),
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        Self::Refusal(refusal)
    }
}

impl From<TooMany> for Answer {
    fn from(TooMany(wait): TooMany) -> Self {
        Self::TooMany(wait)
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let plain = |status: StatusCode, message: &str| json(status, error_body(status.as_u16(), message));
        match self {
            Self::Status(status, message) => plain(status, message),
            Self::TooMany(wait) => too_many(wait),
            Self::Refusal(Refusal::Fields(errors)) => json(
                StatusCode::BAD_REQUEST,
                fields_body("Please check the form.", &errors),
            ),
            Self::Refusal(Refusal::Taken) => {
                let error = validate::error("email", "There is an account with this address already.");
                json(
                    StatusCode::CONFLICT,
                    fields_body("Please check the form.", &[error]),
                )
            }
            Self::Refusal(Refusal::WrongCredentials) => {
                plain(StatusCode::UNAUTHORIZED, "Wrong e-mail address or password.")
            }
            Self::Refusal(Refusal::Over) => plain(StatusCode::UNAUTHORIZED, "Please sign in."),
            Self::Refusal(Refusal::Busy) => {
                let mut response = plain(StatusCode::SERVICE_UNAVAILABLE, "Too busy, please try again.");
                response
                    .headers_mut()
                    .insert(RETRY_AFTER, HeaderValue::from_static("2"));
                response
            }
            Self::Refusal(Refusal::Broken) => {
                plain(StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong here.")
            }
        }
    }
}

/// 429 with `Retry-After` in whole seconds, rounded up (RFC 9110, section 10.2.3).
pub fn too_many(wait: Duration) -> Response {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    let message = format!("Rate limit exceeded. Try again in {seconds} seconds");
    let mut response = json(StatusCode::TOO_MANY_REQUESTS, error_body(429, &message));
    response
        .headers_mut()
        .insert(RETRY_AFTER, HeaderValue::from(seconds));
    response
}
