//! Which pages may use API and sockets from a browser (CORS, and the `Origin` of WebSockets, which CORS does not cover).

use axum::extract::Request;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_METHOD, HOST, ORIGIN, VARY,
};
use axum::http::{HeaderMap, HeaderValue, Method};

use super::Client;

/// How a request crosses from one origin to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Crossing {
    /// It does not: the same origin, or no browser.
    None,
    /// It may.
    Allowed {
        /// From here.
        origin: HeaderValue,
        /// With cookies: only for origins that are listed by name.
        credentials: bool,
    },
}

/// It may not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Refused;

/// Compares the request's origin with its own host and with the list.
pub(super) fn check(allowed: &[String], client: &Client, headers: &HeaderMap) -> Result<Crossing, Refused> {
    let Some(origin) = headers.get(ORIGIN) else {
        return Ok(Crossing::None);
    };
    let text = origin.to_str().map_err(|_| Refused)?;
    let host = headers
        .get(HOST)
        .and_then(|host| host.to_str().ok())
        .unwrap_or_default();
    let scheme = if client.secure { "https" } else { "http" };
    if text
        .split_once("://")
        .is_some_and(|(its, rest)| its == scheme && rest.eq_ignore_ascii_case(host))
    {
        return Ok(Crossing::None);
    }
    let listed = allowed.iter().any(|allowed| allowed.eq_ignore_ascii_case(text));
    if listed || allowed.iter().any(|allowed| allowed == "*") {
        return Ok(Crossing::Allowed {
            origin: origin.clone(),
            credentials: listed,
        });
    }
    Err(Refused)
}

impl Crossing {
    /// The browser only asks whether it may ask.
    pub(super) fn is_preflight(&self, request: &Request) -> bool {
        matches!(self, Self::Allowed { .. })
            && request.method() == Method::OPTIONS
            && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD)
    }

    /// Adds the CORS headers.
    pub(super) fn allow(&self, headers: &mut HeaderMap) {
        let Self::Allowed { origin, credentials } = self else {
            return;
        };
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        headers.append(VARY, HeaderValue::from_static("Origin"));
        headers.insert(
            ACCESS_CONTROL_ALLOW_METHODS,
            HeaderValue::from_static("GET, POST, PUT, PATCH"),
        );
        headers.insert(
            ACCESS_CONTROL_ALLOW_HEADERS,
            HeaderValue::from_static("content-type, authorization, x-file-name"),
        );
        headers.insert(
            ACCESS_CONTROL_EXPOSE_HEADERS,
            HeaderValue::from_static("retry-after"),
        );
        headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
        if *credentials {
            headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_origin(allowed: &[&str], secure: bool, origin: Option<&str>) -> Result<Crossing, Refused> {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, HeaderValue::from_static("box:8080"));
        if let Some(origin) = origin {
            headers.insert(ORIGIN, HeaderValue::from_str(origin).unwrap());
        }
        let client = Client {
            address: [127, 0, 0, 1].into(),
            secure,
            forwarded: false,
        };
        let allowed: Vec<String> = allowed.iter().map(|&origin| origin.into()).collect();
        check(&allowed, &client, &headers)
    }

    #[test]
    fn the_own_page_and_programs_cross_nothing() {
        assert_eq!(check_origin(&[], false, None), Ok(Crossing::None));
        assert_eq!(
            check_origin(&[], false, Some("http://box:8080")),
            Ok(Crossing::None)
        );
        assert_eq!(
            check_origin(&[], true, Some("https://BOX:8080")),
            Ok(Crossing::None)
        );
    }

    #[test]
    fn strangers_are_refused_unless_listed() {
        for stranger in [
            "http://box",
            "https://box:8080",
            "http://box:8080.evil",
            "null",
            "box:8080",
        ] {
            assert_eq!(
                check_origin(&["http://friend"], false, Some(stranger)),
                Err(Refused),
                "{stranger}"
            );
        }
        let allowed = |allowed: &[&str], origin| match check_origin(allowed, false, Some(origin)) {
            Ok(Crossing::Allowed { credentials, .. }) => Some(credentials),
            Ok(Crossing::None) | Err(Refused) => None,
        };
        assert_eq!(allowed(&["http://friend"], "http://friend"), Some(true));
        assert_eq!(allowed(&["*"], "http://anybody"), Some(false));
        assert_eq!(allowed(&["*", "http://friend"], "http://friend"), Some(true));
    }
}
