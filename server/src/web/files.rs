//! The built app: from a folder or from inside the binary, in the encoding the browser likes best.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::header::{
    ACCEPT, ACCEPT_ENCODING, ALLOW, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE,
    ETAG, IF_NONE_MATCH, VARY,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use ring::digest;

use super::headers::content_security_policy;
use crate::App;

/// Where the files are.
#[derive(Debug)]
pub struct Files {
    source: Source,
    config: Option<PathBuf>,
    cache: Mutex<HashMap<String, Arc<Asset>>>,
}

#[derive(Debug)]
enum Source {
    /// Read again whenever they change, so that a rebuild shows at once.
    Folder(PathBuf),
    #[cfg(feature = "embed")]
    Embedded,
    #[cfg(not(feature = "embed"))]
    None,
}

#[cfg(feature = "embed")]
#[derive(rust_embed::RustEmbed)]
#[folder = "../dist"]
struct Embedded;

/// A file with all its encodings.
#[derive(Debug)]
struct Asset {
    stamp: Stamp,
    plain: Encoded,
    brotli: Option<Encoded>,
    gzip: Option<Encoded>,
}

#[derive(Debug, Clone)]
struct Encoded {
    bytes: Bytes,
    etag: HeaderValue,
}

/// Changes when the file does.
type Stamp = Option<(SystemTime, u64)>;

impl Files {
    /// Files of this folder, or those inside the binary; `config` is served in place of their `config.json`.
    ///
    /// # Errors
    /// When the folder or the configuration is not there.
    pub fn open(folder: Option<PathBuf>, config: Option<PathBuf>) -> std::io::Result<Self> {
        let missing = |path: &Path, what| std::io::Error::other(format!("{} {what}", path.display()));
        let source = match folder {
            Some(folder) if folder.is_dir() => Source::Folder(folder),
            Some(folder) => return Err(missing(&folder, "is no folder")),
            #[cfg(feature = "embed")]
            None => Source::Embedded,
            #[cfg(not(feature = "embed"))]
            None => Source::None,
        };
        match config {
            Some(path) if !path.is_file() => Err(missing(&path, "is no file")),
            config => Ok(Self {
                source,
                config,
                cache: Mutex::default(),
            }),
        }
    }

    /// The file of this path (no leading slash), from memory while it does not change.
    fn get(&self, path: &str) -> Option<Arc<Asset>> {
        let stamp = self.stamp(path)?;
        let cached = self
            .cache
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(path)
            .cloned();
        if let Some(asset) = cached.filter(|asset| asset.stamp == stamp) {
            return Some(asset);
        }
        let encoded = |path: &str, suffix: &str| self.read(path).map(|bytes| Encoded::new(bytes, suffix));
        let sibling = |extension: &str| {
            // A sibling older than the file is of another build, unless their name says of which.
            let path_of = format!("{path}.{extension}");
            let its = self.stamp(&path_of)?;
            let newer = is_hashed(path) || its.zip(stamp).is_none_or(|(its, of_file)| its.0 >= of_file.0);
            if newer { encoded(&path_of, extension) } else { None }
        };
        let asset = Arc::new(Asset {
            stamp,
            plain: encoded(path, "")?,
            brotli: sibling("br"),
            gzip: sibling("gz"),
        });
        self.cache
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(path.to_owned(), asset.clone());
        Some(asset)
    }

    fn overridden(&self, path: &str) -> Option<&Path> {
        if path == "config.json" {
            self.config.as_deref()
        } else {
            None
        }
    }

    fn stamp(&self, path: &str) -> Option<Stamp> {
        let on_disk = |path: &Path| {
            let meta = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file)?;
            Some(Some((meta.modified().ok()?, meta.len())))
        };
        if let Some(config) = self.overridden(path) {
            return on_disk(config);
        }
        // The siblings of a configuration that is overridden are of the other one.
        if self.config.is_some() && path.starts_with("config.json.") {
            return None;
        }
        match &self.source {
            Source::Folder(folder) => on_disk(&folder.join(path)),
            #[cfg(feature = "embed")]
            Source::Embedded => Embedded::get(path).map(|_| None),
            #[cfg(not(feature = "embed"))]
            Source::None => None,
        }
    }

    fn read(&self, path: &str) -> Option<Bytes> {
        if let Some(config) = self.overridden(path) {
            return std::fs::read(config).ok().map(Bytes::from);
        }
        match &self.source {
            Source::Folder(folder) => std::fs::read(folder.join(path)).ok().map(Bytes::from),
            #[cfg(feature = "embed")]
            Source::Embedded => Embedded::get(path).map(|file| match file.data {
                Cow::Borrowed(bytes) => Bytes::from_static(bytes),
                Cow::Owned(bytes) => Bytes::from(bytes),
            }),
            #[cfg(not(feature = "embed"))]
            Source::None => None,
        }
    }

    fn text(&self, path: &str) -> Cow<'static, str> {
        let asset = self.get(path);
        Cow::Owned(
            asset
                .map(|asset| String::from_utf8_lossy(&asset.plain.bytes).into_owned())
                .unwrap_or_default(),
        )
    }
}

impl Encoded {
    fn new(bytes: Bytes, suffix: &str) -> Self {
        let hash = digest::digest(&digest::SHA256, &bytes);
        let hash = wire::jwt::base64url(hash.as_ref());
        let hash: String = hash.chars().take(16).collect();
        let etag =
            HeaderValue::try_from(format!("\"{hash}{suffix}\"")).unwrap_or(HeaderValue::from_static("\"\""));
        Self { bytes, etag }
    }
}

/// Answers with a file, the app's page for its own routes, or 404.
pub(super) async fn serve(State(app): State<Arc<App>>, request: Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return (StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, "GET, HEAD")]).into_response();
    }
    let path = request.uri().path().trim_start_matches('/').to_owned();
    let headers = request.headers().clone();
    // Disks can be slow; a busy thread pool is no reason to fail.
    let answer = tokio::task::spawn_blocking(move || answer(&app.files, &path, &headers));
    answer
        .await
        .unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

fn answer(files: &Files, path: &str, headers: &HeaderMap) -> Response {
    let path = if path.is_empty() { INDEX } else { path };
    if is_plain(path)
        && !is_sibling(path)
        && let Some(asset) = files.get(path)
    {
        return found(files, path, &asset, headers);
    }
    let is_page = headers
        .get(ACCEPT)
        .and_then(|kinds| kinds.to_str().ok())
        .is_some_and(|kinds| kinds.contains("text/html"));
    match files.get(INDEX) {
        Some(index) if is_page && mime(path).is_none() => found(files, INDEX, &index, headers),
        Some(_) | None => {
            let text = [
                (CONTENT_TYPE, "text/plain; charset=utf-8"),
                (CACHE_CONTROL, "no-store"),
            ];
            (StatusCode::NOT_FOUND, text, "There is nothing here.\n").into_response()
        }
    }
}

const INDEX: &str = "index.html";

fn found(files: &Files, path: &str, asset: &Asset, headers: &HeaderMap) -> Response {
    let accepted = headers
        .get(ACCEPT_ENCODING)
        .and_then(|text| text.to_str().ok())
        .unwrap_or_default();
    let (encoded, encoding) = match (&asset.brotli, &asset.gzip) {
        (Some(brotli), _) if accepts(accepted, "br") => (brotli, Some("br")),
        (_, Some(gzip)) if accepts(accepted, "gzip") => (gzip, Some("gzip")),
        _ => (&asset.plain, None),
    };
    let mut response = Response::new(Body::empty());
    let out = response.headers_mut();
    let cache = if is_hashed(path) {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    out.insert(CACHE_CONTROL, HeaderValue::from_static(cache));
    out.insert(ETAG, encoded.etag.clone());
    out.insert(
        CONTENT_TYPE,
        HeaderValue::from_static(mime(path).unwrap_or("application/octet-stream")),
    );
    if asset.brotli.is_some() || asset.gzip.is_some() {
        out.insert(VARY, HeaderValue::from_static("Accept-Encoding"));
    }
    if let Some(encoding) = encoding {
        out.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    if path.ends_with(".html") {
        let html = String::from_utf8_lossy(&asset.plain.bytes);
        let policy = content_security_policy(&html, &files.text("config.json"));
        if let Ok(policy) = HeaderValue::try_from(policy) {
            out.insert(CONTENT_SECURITY_POLICY, policy);
        }
    } else if path.ends_with("sw.js") {
        // A worker's own policy comes with its script: it fetches from here and nowhere else.
        let policy = HeaderValue::from_static("default-src 'none'; script-src 'self'; connect-src 'self'");
        out.insert(CONTENT_SECURITY_POLICY, policy);
    }
    let known = headers
        .get(IF_NONE_MATCH)
        .and_then(|text| text.to_str().ok())
        .unwrap_or_default();
    if encoded.etag.to_str().is_ok_and(|etag| {
        known
            .split(',')
            .any(|known| known.trim().trim_start_matches("W/") == etag)
    }) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    } else {
        *response.body_mut() = Body::from(encoded.bytes.clone());
    }
    response
}

/// Whether `Accept-Encoding` allows `name` (RFC 9110, section 12.5.3); `q=0` forbids it.
fn accepts(header: &str, name: &str) -> bool {
    header.split(',').any(|item| {
        let mut parts = item.split(';').map(str::trim);
        let coding = parts.next().unwrap_or_default();
        let refused = parts.any(|part| {
            part.strip_prefix("q=")
                .is_some_and(|q| q.parse().is_ok_and(|q: f32| q <= 0.0))
        });
        (coding.eq_ignore_ascii_case(name) || coding == "*") && !refused
    })
}

/// A path inside the folder: no way up, nothing hidden, no drive letters, nothing encoded.
fn is_plain(path: &str) -> bool {
    let segment = |segment: &str| !segment.is_empty() && !segment.starts_with('.');
    path.split('/').all(segment) && !path.contains(['\\', ':', '%', '\0'])
}

/// The compressed siblings are no files of their own.
fn is_sibling(path: &str) -> bool {
    path.ends_with(".br") || path.ends_with(".gz")
}

/// Whether the name carries a hash of the content: a part of 8 or more hexadecimal digits, one of them a digit.
fn is_hashed(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.split(['-', '.', '_']).any(|part| {
        part.len() >= 8
            && part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
            && part.bytes().any(|byte| byte.is_ascii_digit())
    })
}

/// The media type of a file; `None` for names that no file of the app has, which are routes.
fn mime(path: &str) -> Option<&'static str> {
    let (_, extension) = path.rsplit('/').next()?.rsplit_once('.')?;
    Some(match extension {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" if path == "manifest.json" => "application/manifest+json",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "gif" => "image/gif",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "mp3" => "audio/mpeg",
        "ogg" | "opus" => "audio/ogg",
        "wav" => "audio/wav",
        "mp4" => "video/mp4",
        "webm" => "video/webm",
        "txt" => "text/plain; charset=utf-8",
        "br" | "gz" | "xml" | "php" => "application/octet-stream",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_told_from_words() {
        for hashed in [
            "antenna-1a2b3c4d5e6f7a8b.js",
            "x_bg-0123456789abcdef.wasm",
            "chunks/a.deadbeef01.css",
        ] {
            assert!(is_hashed(hashed), "{hashed}");
        }
        for plain in [
            "index.html",
            "sw.js",
            "icon-192.png",
            "defaced.js",
            "effaceddecade.js",
            "1a2b3c4d/index.html",
        ] {
            assert!(!is_hashed(plain), "{plain}");
        }
    }

    #[test]
    fn encodings_are_negotiated() {
        assert!(accepts("gzip, deflate, br;q=0.5", "br"));
        assert!(accepts("*", "br"));
        assert!(!accepts("gzip, br;q=0", "br"));
        assert!(!accepts("gzip, br; q=0.0", "br"));
        assert!(!accepts("", "gzip"));
        assert!(!accepts("brotli", "br"));
    }

    #[test]
    fn no_path_leads_out() {
        for path in [
            "../secret",
            "a/../b",
            ".git/config",
            "a//b",
            "a/./b",
            "c:x",
            "%2e%2e/x",
            "a\\b",
            "/etc/passwd",
        ] {
            assert!(!is_plain(path), "{path}");
        }
        assert!(is_plain("icons/icon-192.png"));
    }
}
