//! `/rooms/:id/messages` and `/messages/search`.

use std::sync::Arc;

use axum::extract::{OriginalUri, Path, Query, State};
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::query::{Page, Parameters, time};
use super::{Answered, Caller, json as answer};
use crate::App;
use crate::chat::refusal::Refusal;
use crate::chat::store::history::{self, History, Place};
use crate::chat::store::search::{Search, search as find};
use crate::chat::store::settled;
use crate::limits::Limit;

pub(super) async fn history(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(room): Path<String>,
    OriginalUri(uri): OriginalUri,
    Query(parameters): Query<Parameters>,
) -> Answered {
    let page = Page::of(&parameters)?;
    if parameters.contains_key("page") || parameters.contains_key("sort") {
        let descending = match parameters.get("sort").map_or("timestamp", String::as_str) {
            "timestamp" | "createdAt" | "seq" => false,
            "-timestamp" | "-createdAt" | "-seq" => true,
            _ => {
                return Err(Refusal::Invalid {
                    field: "sort",
                    why: "expected timestamp or -timestamp",
                }
                .into());
            }
        };
        let which = (descending, page.limit, page.offset());
        let work = move |db: &mut rusqlite::Connection| settled(history::page(db, &room, &caller.id, which));
        let found = app.chat.db.read(work).await??;
        return Ok(answer(StatusCode::OK, &page.answer(&uri, &parameters, found)));
    }
    let limit = if parameters.contains_key("limit") {
        page.limit
    } else {
        50
    };
    let place = place(&parameters)?;
    let work = move |db: &mut rusqlite::Connection| {
        settled(history::history(db, &room, &caller.id, (&place, limit)))
    };
    let History {
        messages,
        has_previous,
        has_next,
    } = app.chat.db.read(work).await??;
    Ok(answer(
        StatusCode::OK,
        &cursors(messages, (has_previous, has_next)),
    ))
}

fn place(parameters: &Parameters) -> Result<Place, Refusal> {
    if let Some(id) = parameters.get("around") {
        return Ok(Place::Around(id.clone()));
    }
    let cursor = parameters
        .get("cursor")
        .filter(|cursor| !cursor.is_empty())
        .cloned();
    match (
        parameters.get("direction").map_or("before", String::as_str),
        cursor,
    ) {
        ("before" | "backward" | "prev", Some(id)) => Ok(Place::Before(id)),
        ("before" | "backward" | "prev", None) => Ok(Place::Tail),
        ("after" | "forward" | "next", cursor) => Ok(Place::After(cursor)),
        _ => Err(Refusal::Invalid {
            field: "direction",
            why: "expected before or after",
        }),
    }
}

/// `{data, pageInfo}`; a message's id is its cursor.
fn cursors(messages: Vec<Value>, (has_previous, has_next): (bool, bool)) -> Value {
    let cursor = |message: Option<&Value>| message.and_then(|message| message.get("id")).cloned();
    json!({
        "success": true,
        "count": messages.len(),
        "pageInfo": {
            "hasPreviousPage": has_previous,
            "hasNextPage": has_next,
            "startCursor": cursor(messages.first()),
            "endCursor": cursor(messages.last()),
        },
        "data": messages,
    })
}

pub(super) async fn search(
    State(app): State<Arc<App>>,
    caller: Caller,
    Query(parameters): Query<Parameters>,
) -> Answered {
    app.limit(Limit::Searches, &caller.id).map_err(Refusal::from)?;
    let page = Page::of(&parameters)?;
    let text = |field: &str| parameters.get(field).filter(|text| !text.is_empty()).cloned();
    let at = |field: &'static str| match text(field) {
        None => Ok(None),
        Some(text) => time(&text).map(Some).ok_or(Refusal::Invalid {
            field,
            why: "expected milliseconds or ISO 8601",
        }),
    };
    let wish = Search {
        words: text("q").unwrap_or_default(),
        room: text("room").or_else(|| text("roomId")),
        sender: text("sender").or_else(|| text("senderId")),
        from: at("from")?,
        to: at("to")?,
        cursor: text("cursor"),
        limit: page.limit,
    };
    let has_previous = wish.cursor.is_some();
    let work = move |db: &mut rusqlite::Connection| settled(find(db, &wish, &caller.id));
    let (found, more) = app.chat.db.read(work).await??;
    Ok(answer(StatusCode::OK, &cursors(found, (has_previous, more))))
}
