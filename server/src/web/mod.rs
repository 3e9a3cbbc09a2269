//! Everything over HTTP: routes, who is asking, and what holds for all answers.

pub mod files;
pub mod headers;

mod origin;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::extract::{Extension, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, STRICT_TRANSPORT_SECURITY};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use socketioxide::layer::SocketIoLayer;

use crate::App;
use crate::accounts;
use crate::chat;
use crate::limits::{Limit, TooMany, address_key};
use crate::net::Peer;

/// Who is asking; found in every request's extensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Client {
    /// Their address, as the proxy says where one is trusted.
    pub address: IpAddr,
    /// The browser's connection is encrypted.
    pub secure: bool,
    /// The request came through a proxy.
    pub forwarded: bool,
}

impl Client {
    /// Who they are for the rate limits.
    pub fn key(&self) -> String {
        address_key(self.address)
    }
}

/// All routes.
pub fn router(app: Arc<App>, sockets: SocketIoLayer) -> Router {
    Router::new()
        .merge(accounts::router())
        .merge(chat::router())
        .route("/api/{*rest}", any(no_such_api))
        .route("/healthz", get(healthz))
        .route("/metrics", get(metrics))
        .route("/antenna-ca.crt", get(authority))
        .fallback(files::serve)
        .layer(sockets)
        .layer(from_fn_with_state(app.clone(), guard))
        .with_state(app)
}

/// The outermost layer: finds out who is asking, lets only allowed origins use API and sockets, and counts.
async fn guard(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let start = Instant::now();
    let client = client(&app, &request);
    request.extensions_mut().insert(client);
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());

    let mut response = match checked(&app, &client, &request) {
        Err(refusal) => *refusal,
        Ok(crossing) => {
            let mut response = if crossing.is_preflight(&request) {
                StatusCode::NO_CONTENT.into_response()
            } else {
                next.run(request).await
            };
            crossing.allow(response.headers_mut());
            response
        }
    };
    headers::add_common(response.headers_mut());
    if client.secure {
        // Two years, as browsers' preload lists ask; this host alone, since others of its domain are not ours.
        let value = HeaderValue::from_static("max-age=63072000");
        response.headers_mut().insert(STRICT_TRANSPORT_SECURITY, value);
    }
    app.metrics.request(response.status().as_u16());
    // No query: it carries session ids.
    tracing::debug!(%method, path, status = response.status().as_u16(), millis = start.elapsed().as_millis(), "request");
    response
}

fn checked(app: &App, client: &Client, request: &Request) -> Result<origin::Crossing, Box<Response>> {
    let path = request.uri().path();
    let sockets = path.starts_with("/socket.io");
    if !sockets && !path.starts_with("/api/") {
        return Ok(origin::Crossing::None);
    }
    let crossing =
        origin::check(&app.settings.origins, client, request.headers()).map_err(|origin::Refused| {
            let message = wire::http::error_body(403, "This origin may not use this server (--origin).");
            (
                StatusCode::FORBIDDEN,
                [(CONTENT_TYPE, "application/json")],
                message,
            )
                .into_response()
        })?;
    let query = request.uri().query().unwrap_or_default();
    let handshake = sockets && !query.split('&').any(|pair| pair.starts_with("sid="));
    if handshake
        && !crossing.is_preflight(request)
        && let Err(TooMany(wait)) = app.limit(Limit::Connections, &client.key())
    {
        let mut response = accounts::too_many(wait);
        crossing.allow(response.headers_mut());
        return Err(Box::new(response));
    }
    Ok(crossing)
}

fn client(app: &App, request: &Request) -> Client {
    let peer = request.extensions().get::<Peer>().copied();
    let mut client = Client {
        address: peer.map_or(IpAddr::from([0, 0, 0, 0]), |peer| peer.address.ip()),
        secure: peer.is_some_and(|peer| peer.secure),
        forwarded: request.headers().contains_key("x-forwarded-for")
            || request.headers().contains_key("forwarded"),
    };
    if app.settings.behind_proxy {
        // The last entry is what our own proxy saw; those before it anybody can write.
        let last = |name| {
            Some(
                request
                    .headers()
                    .get_all(name)
                    .iter()
                    .next_back()?
                    .to_str()
                    .ok()?
                    .rsplit(',')
                    .next()?
                    .trim(),
            )
        };
        if let Some(address) = last("x-forwarded-for").and_then(|text| text.parse().ok()) {
            client.address = address;
        }
        client.secure |= last("x-forwarded-proto") == Some("https");
    }
    client
}

async fn no_such_api() -> Response {
    let body = wire::http::error_body(404, "There is nothing here.");
    (StatusCode::NOT_FOUND, [(CONTENT_TYPE, "application/json")], body).into_response()
}

/// 200 when requests can be answered, the database included.
async fn healthz(State(app): State<Arc<App>>) -> Response {
    let plain = [(CONTENT_TYPE, "text/plain"), (CACHE_CONTROL, "no-store")];
    if app.accounts.is_reachable().await {
        (plain, "ok\n").into_response()
    } else {
        (
            StatusCode::SERVICE_UNAVAILABLE,
            plain,
            "the database does not answer\n",
        )
            .into_response()
    }
}

async fn metrics(State(app): State<Arc<App>>, Extension(client): Extension<Client>) -> Response {
    // Behind a proxy on the same machine everybody comes from loopback, but forwarded.
    let local = client.address.to_canonical().is_loopback() && !client.forwarded;
    if !local && !app.settings.open_metrics {
        return (StatusCode::FORBIDDEN, "Only for this machine (--open-metrics).\n").into_response();
    }
    let kind = [
        (CONTENT_TYPE, "text/plain; version=0.0.4"),
        (CACHE_CONTROL, "no-store"),
    ];
    (kind, app.metrics.print()).into_response()
}

/// The certificate that a phone has to trust before its browser allows a service worker here.
async fn authority(State(app): State<Arc<App>>) -> Response {
    match &app.authority {
        Some(pem) => {
            let mut headers = HeaderMap::new();
            headers.insert(
                CONTENT_TYPE,
                HeaderValue::from_static("application/x-x509-ca-cert"),
            );
            headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
            (headers, pem.clone()).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
