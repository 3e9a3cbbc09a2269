//! Attached files: taken, kept below the data folder, and served so that nothing in them can run.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::IntoResponse as _;
use serde_json::json;

use super::{Answered, Caller, decoded, encoded, json as answer};
use crate::App;
use crate::chat::parse::ATTACHMENT_BYTES;
use crate::chat::refusal::Refusal;
use crate::chat::store::attachments::{self, Attachment};
use crate::chat::{images, now, text};
use crate::limits::Limit;

/// Kinds that browsers may show in place; images only when their first bytes say so too.
const INLINE: [&str; 12] = [
    "image/png",
    "image/jpeg",
    "image/gif",
    "image/webp",
    "audio/mpeg",
    "audio/ogg",
    "audio/webm",
    "audio/wav",
    "video/mp4",
    "video/webm",
    "video/ogg",
    "text/plain",
];
/// The longest name, in characters.
const MAX_NAME: usize = 200;

pub(super) async fn upload(
    State(app): State<Arc<App>>,
    caller: Caller,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Answered {
    let body = body.map_err(|_| Refusal::TooLarge {
        field: "body",
        limit: ATTACHMENT_BYTES,
    })?;
    if body.is_empty() {
        return Err(Refusal::Invalid {
            field: "body",
            why: "is empty",
        }
        .into());
    }
    app.limit(Limit::Uploads, &caller.id).map_err(Refusal::from)?;
    let header = |name: &str| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    };
    let image = images::sniff(&body);
    let new = Attachment {
        id: app.chat.new_id()?,
        owner: caller.id,
        name: name(&decoded(header("x-file-name"))),
        kind: image.map_or_else(|| kind(header("content-type")), |image| image.kind.to_owned()),
        size: i64::try_from(body.len()).unwrap_or(i64::MAX),
        dimensions: image.and_then(|image| image.dimensions),
    };
    // The bytes are on the disk before anything speaks of them.
    app.chat.files.keep(&new.id, body).await.map_err(|error| {
        tracing::error!(%error, "an attachment was not kept");
        Refusal::Busy
    })?;
    let kept = new.clone();
    app.chat
        .db
        .written(move |db| attachments::add(db, &kept, now()))
        .await?;
    Ok(answer(
        StatusCode::CREATED,
        &json!({ "success": true, "data": new.to_json() }),
    ))
}

/// A file's name without its folders and without what a screen could be fooled with.
fn name(text: &str) -> String {
    let last = text.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = last
        .chars()
        .filter(|c| text::is_harmless(*c))
        .take(MAX_NAME)
        .collect();
    match name.trim().trim_matches('.') {
        "" => "file".into(),
        _ => name.trim().into(),
    }
}

/// What the client says it is, unless it is an image that is none, or no media type at all.
fn kind(text: &str) -> String {
    let kind = text
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    let token = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b))
    };
    let known = kind.len() <= 100
        && kind
            .split_once('/')
            .is_some_and(|(main, sub)| token(main) && token(sub));
    let fake = INLINE.contains(&kind.as_str()) && kind.starts_with("image/");
    if known && !fake {
        kind
    } else {
        "application/octet-stream".into()
    }
}

pub(super) async fn download(
    State(app): State<Arc<App>>,
    Path((id, _name)): Path<(String, String)>,
) -> Answered {
    let missing = Refusal::NotFound("attachment");
    let wanted = id.clone();
    let found = app.chat.db.read(move |db| attachments::find(db, &wanted)).await?;
    let found = found.ok_or_else(|| missing.clone())?;
    let bytes = app.chat.files.read(&id).await.map_err(|_| missing)?;
    let inline = INLINE.contains(&found.kind.as_str());
    let how = if inline { "inline" } else { "attachment" };
    let kind = match found.kind.as_str() {
        "text/plain" => "text/plain; charset=utf-8",
        kind if inline => kind,
        _ => "application/octet-stream",
    };
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    let disposition = format!("{how}; filename*=UTF-8''{}", encoded(&found.name));
    for (name, value) in [(CONTENT_TYPE, kind), (CONTENT_DISPOSITION, disposition.as_str())] {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    }
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; sandbox"),
    );
    headers.insert(
        CACHE_CONTROL,
        HeaderValue::from_static("private, max-age=31536000, immutable"),
    );
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_kinds_are_harmless() {
        assert_eq!(name("../../etc/passwd"), "passwd");
        assert_eq!(name("C:\\a\\b\u{0}.png"), "b.png");
        assert_eq!(name(".."), "file");
        assert_eq!(name("photo\u{202e}gnp.exe"), "photognp.exe", "shown as it is");
        assert_eq!(kind("text/HTML; charset=utf-8"), "text/html");
        assert_eq!(
            kind("image/png"),
            "application/octet-stream",
            "its bytes are none"
        );
        assert_eq!(kind("text/html\r\nX: y"), "application/octet-stream");
    }
}
