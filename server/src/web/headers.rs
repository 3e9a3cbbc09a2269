//! Security headers: what browsers are told to refuse. Also for whoever serves the app's files from another server:
//! [`for_static_hosting`] prints them.

use std::fmt::Write as _;

use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use ring::digest;
use serde_json::Value;

/// The Trusted Types policies that may be made.
pub const TRUSTED_TYPES: &str = "default antenna";

/// What pages may not do with devices. What the app uses (camera, microphone, screen, wake lock and the like) browsers allow
/// a page itself, and no frame, by default.
pub const PERMISSIONS: &str =
    "geolocation=(), payment=(), usb=(), serial=(), hid=(), midi=(), browsing-topics=()";

/// On every answer.
const COMMON: [(&str, &str); 2] = [
    ("x-content-type-options", "nosniff"),
    ("cross-origin-resource-policy", "same-origin"),
];

/// On pages; browsers look at them nowhere else, and what every file of the first screen carries is paid for.
const OF_PAGES: [(&str, &str); 3] = [
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("permissions-policy", PERMISSIONS),
];

/// Adds what every answer carries, and what a page does, unless it is there already.
pub(crate) fn add_common(headers: &mut HeaderMap) {
    let media = |of: &str| {
        headers
            .get(CONTENT_TYPE)
            .is_some_and(|media| media.as_bytes().starts_with(of.as_bytes()))
    };
    let (page, part_of_app) = (
        media("text/html"),
        ["text/css", "text/javascript", "application/wasm", "image/"]
            .iter()
            .any(|of| media(of) && !media("image/svg")),
    );
    for (name, value) in COMMON.iter().chain(OF_PAGES.iter().filter(|_| page)) {
        headers
            .entry(HeaderName::from_static(name))
            .or_insert(HeaderValue::from_static(value));
    }
    debug_assert!(headers.contains_key(X_CONTENT_TYPE_OPTIONS));
    // Scripts and pictures have no policy of their own: a worker's script brings one, a drawing is a page of its own, and
    // what else is no page needs nothing at all.
    if !part_of_app {
        headers
            .entry(CONTENT_SECURITY_POLICY)
            .or_insert(HeaderValue::from_static(
                "default-src 'none'; frame-ancestors 'none'",
            ));
    }
    // Other origins may use API and sockets as far as CORS allows; the policy for resources would forbid it.
    if headers.contains_key("access-control-allow-origin") {
        headers.insert(
            "cross-origin-resource-policy",
            HeaderValue::from_static("cross-origin"),
        );
    }
}

/// All headers that a server of the built app has to send with `index_html`: `(name, value)`.
pub fn for_static_hosting(index_html: &str, config_json: &str) -> Vec<(String, String)> {
    let mut headers: Vec<_> = COMMON
        .iter()
        .chain(&OF_PAGES)
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    headers.push((
        "content-security-policy".into(),
        content_security_policy(index_html, config_json),
    ));
    headers
}

/// The content security policy of a page.
///
/// Inline scripts and styles of the page are allowed by their hash; nothing else inline is, and no `eval`.
///
/// `connect-src` is the one wide door: people add backends of their own by URL, which no policy can know in advance.
/// So every encrypted origin is allowed, for development and for oneself also this machine, and what the
/// configuration names. Nothing can be *loaded* from there as script, style or frame. Pictures can: attachments and faces
/// of a chat come from its server.
pub fn content_security_policy(index_html: &str, config_json: &str) -> String {
    let mut scripts = String::from("'self' 'wasm-unsafe-eval'");
    for script in inline(index_html, "script") {
        // Writing into a String cannot fail.
        let _ = write!(scripts, " '{}'", hash(script));
    }
    let mut styles = String::from("'self'");
    for style in inline(index_html, "style") {
        let _ = write!(styles, " '{}'", hash(style));
    }
    let mut connect = String::from(
        "'self' https: wss: http://localhost:* ws://localhost:* http://127.0.0.1:* ws://127.0.0.1:*",
    );
    let mut images = String::from("'self' data: blob: https: http://localhost:* http://127.0.0.1:*");
    for origin in plain_origins(config_json) {
        let _ = write!(connect, " http://{origin} ws://{origin}");
        let _ = write!(images, " http://{origin}");
    }
    [
        "default-src 'none'",
        &format!("script-src {scripts}"),
        &format!("style-src {styles}"),
        &format!("connect-src {connect}"),
        &format!("img-src {images}"),
        "media-src 'self' blob:",
        "font-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "require-trusted-types-for 'script'",
        &format!("trusted-types {TRUSTED_TYPES}"),
    ]
    .join("; ")
}

/// `sha256-…` of an inline script or style (CSP Level 3, section 2.3.1).
fn hash(text: &str) -> String {
    format!(
        "sha256-{}",
        base64(digest::digest(&digest::SHA256, text.as_bytes()).as_ref())
    )
}

/// base64 with padding: CSP wants the classic alphabet.
fn base64(bytes: &[u8]) -> String {
    let mut text = wire::jwt::base64url(bytes).replace('-', "+").replace('_', "/");
    while !text.len().is_multiple_of(4) {
        text.push('=');
    }
    text
}

/// What stands between the tags of `<name>` elements that have no `src`. For our own built page, not for any HTML.
fn inline<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    let (open, close) = (format!("<{name}"), format!("</{name}>"));
    let mut found = Vec::new();
    let mut rest = html;
    while let Some((_, after)) = rest.split_once(open.as_str()) {
        rest = after;
        let Some((attributes, content)) = after.split_once('>') else {
            break;
        };
        // `<style` is also the beginning of `<styled-thing`.
        if !attributes.is_empty() && !attributes.starts_with(char::is_whitespace) {
            continue;
        }
        let Some((text, end)) = content.split_once(close.as_str()) else {
            break;
        };
        rest = end;
        if !attributes.contains("src=") && !text.is_empty() {
            found.push(text);
        }
    }
    found
}

/// Hosts with port of the unencrypted `http:` URLs of a configuration; encrypted ones are allowed anyway.
fn plain_origins(config_json: &str) -> Vec<String> {
    let config: Value = serde_json::from_str(config_json).unwrap_or_default();
    let backends = config
        .get("backends")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    let urls = backends
        .iter()
        .flat_map(|backend| ["url", "chat"].map(|key| backend.get(key).and_then(Value::as_str)))
        .flatten();
    let hosts = urls.filter_map(|url| url.strip_prefix("http://")?.split(['/', '?', '#']).next());
    // Whatever could end the directive or begin another never gets in. IPv6 addresses have no spelling in a policy.
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':');
    hosts
        .filter(|host| !host.is_empty() && host.chars().all(allowed))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn the_policy_names_inline_parts_by_hash_and_plain_backends_by_origin() {
        let page = r#"<html><head><style>body{color:red}</style><script src="a.js"></script>
            <script type="module">alert(1)</script><styled-thing></styled-thing></head></html>"#;
        let config = r#"{"backends":[{"url":"http://box:3000/x","chat":true},{"url":"https://safe","chat":"http://talk:81"},{"url":"http://a; script-src *"}]}"#;
        expect![[r#"
            default-src 'none'
            script-src 'self' 'wasm-unsafe-eval' 'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='
            style-src 'self' 'sha256-FcQqt3aNlV7AZnGV4zkQRVeCeJOxbMPnQSx258L803E='
            connect-src 'self' https: wss: http://localhost:* ws://localhost:* http://127.0.0.1:* ws://127.0.0.1:* http://box:3000 ws://box:3000 http://talk:81 ws://talk:81
            img-src 'self' data: blob: https: http://localhost:* http://127.0.0.1:* http://box:3000 http://talk:81
            media-src 'self' blob:
            font-src 'self'
            manifest-src 'self'
            worker-src 'self'
            frame-ancestors 'none'
            base-uri 'none'
            form-action 'self'
            require-trusted-types-for 'script'
            trusted-types default antenna"#]]
        .assert_eq(&content_security_policy(page, config).replace("; ", "\n"));
    }

    #[test]
    fn nothing_unsafe_is_ever_allowed() {
        for page in [
            "",
            "<script>",
            "<script>a",
            "<script>a</script>",
            "<style x>a</style>",
        ] {
            let policy = content_security_policy(page, "no json");
            assert!(
                !policy.contains("'unsafe-inline'") && !policy.contains("'unsafe-eval'"),
                "{policy}"
            );
        }
    }

    #[test]
    fn every_header_is_one_a_server_can_send() {
        for (name, value) in for_static_hosting("<script>1</script>", "{}") {
            assert!(
                HeaderName::try_from(&name).is_ok() && HeaderValue::try_from(&value).is_ok(),
                "{name}: {value}"
            );
        }
    }
}
