//! `/users`, the members of a room, and what one lets others see.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{OriginalUri, Path, Query, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode, Uri};
use axum::response::IntoResponse as _;
use serde_json::{Value, json};

use super::query::{Column, Page, Parameters, order, words};
use super::{Answered, Caller, json as answer, object};
use crate::App;
use crate::chat::hub::Hub;
use crate::chat::refusal::Refusal;
use crate::chat::store::people::{self, PeoplePage};
use crate::chat::store::{rooms, settled};
use crate::chat::{images, parse};

const COLUMNS: [Column; 2] = [("name", "u.name COLLATE NOCASE"), ("createdAt", "u.created_at")];

pub(super) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    OriginalUri(uri): OriginalUri,
    Query(parameters): Query<Parameters>,
) -> Answered {
    page(&app, caller, (uri, parameters), None).await
}

pub(super) async fn members(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(room): Path<String>,
    OriginalUri(uri): OriginalUri,
    Query(parameters): Query<Parameters>,
) -> Answered {
    page(&app, caller, (uri, parameters), Some(room)).await
}

async fn page(
    app: &App,
    caller: Caller,
    (uri, parameters): (Uri, Parameters),
    room: Option<String>,
) -> Answered {
    let page = Page::of(&parameters)?;
    let wish = PeoplePage {
        search: words(&parameters)?,
        room,
        order: order(&parameters, &COLUMNS, "u.name COLLATE NOCASE, u.id")?,
        limit: page.limit,
        offset: page.offset(),
    };
    let user = caller.id.clone();
    let work = move |db: &mut rusqlite::Connection| {
        if let Some(room) = &wish.room
            && let Err(refusal) = settled(rooms::member(db, room, &user))?
        {
            return Ok(Err(refusal));
        }
        people::page(db, &wish).map(Ok)
    };
    let (found, total) = app.chat.db.read(work).await??;
    let found = app.chat.hub.ask(move |hub| {
        let people = found.into_iter().map(|(person, role)| {
            let mut value = person.to_json();
            hub.add_presence(&mut value, &caller.id);
            if let (Some(role), Some(map)) = (role, value.as_object_mut()) {
                map.insert("role".into(), role.into());
            }
            value
        });
        people.collect::<Vec<Value>>()
    });
    let found = found.await.ok_or(Refusal::Busy)?;
    Ok(answer(
        StatusCode::OK,
        &page.answer(&uri, &parameters, (found, total)),
    ))
}

pub(super) async fn one(State(app): State<Arc<App>>, caller: Caller, Path(id): Path<String>) -> Answered {
    let found = app.chat.db.read(move |db| people::find(db, &id)).await?;
    let mut person = found.ok_or(Refusal::NotFound("user"))?.to_json();
    let person = app.chat.hub.ask(move |hub| {
        hub.add_presence(&mut person, &caller.id);
        person
    });
    let person = person.await.ok_or(Refusal::Busy)?;
    Ok(answer(
        StatusCode::OK,
        &json!({ "success": true, "data": person }),
    ))
}

/// The id under which somebody can be called now (contract 1), or `null`.
pub(super) async fn call_id(State(app): State<Arc<App>>, _: Caller, Path(id): Path<String>) -> Answered {
    let user = id.clone();
    let found = app.chat.db.read(move |db| people::find(db, &user)).await?;
    found.ok_or(Refusal::NotFound("user"))?;
    let user = id.clone();
    let may = app.chat.hub.ask(move |hub| hub.may_be_called(&user)).await;
    let may = may.ok_or(Refusal::Busy)?;
    let call_id = may.then(|| app.calls.connection_of(&id)).flatten();
    Ok(answer(
        StatusCode::OK,
        &json!({ "success": true, "data": { "callId": call_id } }),
    ))
}

/// Somebody's picture. Their id is unguessable, and `<img>` cannot send a token.
pub(super) async fn avatar(State(app): State<Arc<App>>, Path(id): Path<String>) -> Answered {
    let url = app.chat.db.read(move |db| people::avatar(db, &id)).await?;
    let bytes = url
        .as_deref()
        .and_then(|url| url.split_once(";base64,"))
        .and_then(|(_, data)| wire::jwt::from_base64url(&data.replace('+', "-").replace('/', "_")))
        .ok_or(Refusal::NotFound("picture"))?;
    let kind = images::sniff(&bytes).map_or("application/octet-stream", |image| image.kind);
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(
        CACHE_CONTROL,
        HeaderValue::from_static("private, max-age=31536000, immutable"),
    );
    Ok(response)
}

pub(super) async fn privacy(State(app): State<Arc<App>>, caller: Caller) -> Answered {
    let privacy = app.chat.hub.ask(move |hub| hub.privacy(&caller.id));
    let privacy = privacy.await.ok_or(Refusal::Busy)?;
    Ok(answer(
        StatusCode::OK,
        &json!({ "success": true, "data": privacy.to_json() }),
    ))
}

pub(super) async fn set_privacy(State(app): State<Arc<App>>, caller: Caller, body: Bytes) -> Answered {
    let body = object(&body)?;
    let user = caller.id.clone();
    let old = app.chat.hub.ask(move |hub| hub.privacy(&user)).await;
    let privacy = parse::privacy(&body, old.ok_or(Refusal::Busy)?)?;
    let user = caller.id.clone();
    let work = move |db: &rusqlite::Connection| people::set_privacy(db, &user, privacy).map(Ok);
    // Only when others are told so is it true.
    let then = move |hub: &mut Hub, ()| hub.set_privacy(&caller.id, privacy);
    app.chat.change(work, then).await?;
    Ok(answer(
        StatusCode::OK,
        &json!({ "success": true, "data": privacy.to_json() }),
    ))
}
