//! `/rooms`: lists, one, made, joined, left.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{OriginalUri, Path, Query, State};
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::query::{Column, Page, Parameters, conditions, order, words};
use super::{Answer, Answered, Caller, json as answer, object};
use crate::App;
use crate::chat::hub::{Hub, To};
use crate::chat::refusal::Refusal;
use crate::chat::store::people::{self, Person};
use crate::chat::store::rooms::{self, Changed, NewRoom, RoomPage};
use crate::chat::store::{Stored, settled};
use crate::chat::{actions, now, text};
use crate::limits::Limit;

/// The longest name of a room, in characters.
const MAX_NAME: usize = 80;
/// The longest topic.
const MAX_TOPIC: usize = 300;

const COLUMNS: [Column; 4] = [
    ("createdAt", "r.created_at"),
    ("name", "r.name COLLATE NOCASE"),
    ("memberCount", "r.member_count"),
    ("lastMessage", "r.active_at"),
];

pub(super) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    OriginalUri(uri): OriginalUri,
    Query(parameters): Query<Parameters>,
) -> Answered {
    let page = Page::of(&parameters)?;
    let (mut sql, mut values) = conditions(&parameters, &COLUMNS)?;
    if let Some(words) = words(&parameters)? {
        sql.push_str(" AND r.name LIKE ? ESCAPE '\\'");
        values.push(people::like(&words).into());
    }
    if let Some(kind) = parameters.get("kind") {
        sql.push_str(" AND r.kind = ?");
        values.push(kind.clone().into());
    }
    let wish = RoomPage {
        conditions: sql,
        values,
        order: order(&parameters, &COLUMNS, "r.active_at DESC, r.id")?,
        limit: page.limit,
        offset: page.offset(),
        member: parameters
            .get("member")
            .is_some_and(|flag| flag == "true" || flag == "1"),
    };
    let user = caller.id.clone();
    let (mut found, total) = app.chat.db.read(move |db| rooms::page(db, &wish, &user)).await?;
    let found = app.chat.hub.ask(move |hub| {
        for room in &mut found {
            hub.add_room_presence(room, &caller.id);
        }
        found
    });
    let found = found.await.ok_or(Refusal::Busy)?;
    Ok(answer(
        StatusCode::OK,
        &page.answer(&uri, &parameters, (found, total)),
    ))
}

pub(super) async fn create(State(app): State<Arc<App>>, caller: Caller, body: Bytes) -> Answered {
    let body = object(&body)?;
    let name = line(&body, "name", MAX_NAME)?.ok_or(Refusal::Invalid {
        field: "name",
        why: "is missing",
    })?;
    let topic = line(&body, "topic", MAX_TOPIC)?;
    let new = NewRoom {
        id: app.chat.new_id()?,
        name,
        topic,
    };
    app.limit(Limit::Joins, &caller.id).map_err(Refusal::from)?;
    let (id, user) = (new.id.clone(), caller.id.clone());
    let room = enter(&app, caller, id, move |db| rooms::create(db, &new, &user, now())).await?;
    Ok(answer(
        StatusCode::CREATED,
        &json!({ "success": true, "data": room }),
    ))
}

pub(super) async fn direct(State(app): State<Arc<App>>, caller: Caller, body: Bytes) -> Answered {
    let body = object(&body)?;
    let other = body
        .get("userId")
        .and_then(Value::as_str)
        .ok_or(Refusal::Invalid {
            field: "userId",
            why: "expected an id",
        })?;
    app.limit(Limit::Joins, &caller.id).map_err(Refusal::from)?;
    let (id, other, user, chat) = (app.chat.new_id()?, other.to_owned(), caller.id, &app.chat);
    let work = move |db: &rusqlite::Connection| {
        let made = rooms::direct(db, id, [&user, &other], now());
        settled(made.and_then(|mine| {
            let id = mine
                .room
                .get("id")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned();
            // Each sees the other one in it.
            let room = rooms::find(db, &id)?.ok_or(Refusal::NotFound("room"))?;
            let theirs = rooms::for_person(db, &room, &other)?;
            let is_member = rooms::membership(db, &id, &other)?.is_some();
            Ok((id, [user, other], mine, is_member.then_some(theirs)))
        }))
    };
    let then = |hub: &mut Hub, (id, [user, other], mut mine, theirs): Direct| {
        hub.add_room_presence(&mut mine.room, &user);
        let theirs = theirs.map(|mut theirs| {
            hub.add_room_presence(&mut theirs, &other);
            (other, theirs)
        });
        let mine = mine.room;
        for (person, room) in theirs.into_iter().chain([(user, mine.clone())]) {
            if !hub.is_member(&id, &person) {
                hub.enter(&id, &person);
                hub.tell(To::Person(&person), "room-added", &json!({ "room": room }));
            }
        }
        mine
    };
    let room = chat.change(work, then).await?;
    Ok(answer(StatusCode::OK, &json!({ "success": true, "data": room })))
}

/// A direct room: its id, its two people, as the first one sees it, as the other one does when they are in it.
type Direct = (String, [String; 2], Changed, Option<Value>);

pub(super) async fn one(State(app): State<Arc<App>>, caller: Caller, Path(id): Path<String>) -> Answered {
    let user = caller.id.clone();
    let work = move |db: &mut rusqlite::Connection| {
        let room = rooms::visible(db, &id, &user);
        settled(room.and_then(|room| Ok(rooms::for_person(db, &room, &user)?)))
    };
    let mut room = app.chat.db.read(work).await??;
    let room = app.chat.hub.ask(move |hub| {
        hub.add_room_presence(&mut room, &caller.id);
        room
    });
    let room = room.await.ok_or(Refusal::Busy)?;
    Ok(answer(StatusCode::OK, &json!({ "success": true, "data": room })))
}

pub(super) async fn join(State(app): State<Arc<App>>, caller: Caller, Path(id): Path<String>) -> Answered {
    app.limit(Limit::Joins, &caller.id).map_err(Refusal::from)?;
    let (room, user) = (id.clone(), caller.id.clone());
    let room = enter(&app, caller, id, move |db| rooms::join(db, &room, &user, now())).await?;
    Ok(answer(StatusCode::OK, &json!({ "success": true, "data": room })))
}

pub(super) async fn leave(State(app): State<Arc<App>>, caller: Caller, Path(id): Path<String>) -> Answered {
    let (room, user) = (id.clone(), caller.id);
    let work = move |db: &rusqlite::Connection| {
        let person = people::find(db, &user)?;
        let change = settled(rooms::leave(db, &room, &user))?;
        Ok(change.and_then(|change| Ok((change, person.ok_or(Refusal::Unauthenticated)?))))
    };
    let then = move |hub: &mut Hub, (mut change, person): (Changed, Person)| {
        actions::left(hub, &id, (&person, &mut change));
        change.room
    };
    let room = app.chat.change(work, then).await?;
    Ok(answer(StatusCode::OK, &json!({ "success": true, "data": room })))
}

/// Makes the caller a member of a room, and tells whom it concerns; the room.
async fn enter(
    app: &App,
    caller: Caller,
    id: String,
    work: impl FnOnce(&rusqlite::Connection) -> Stored<Changed> + Send + 'static,
) -> Result<Value, Answer> {
    let work = move |db: &rusqlite::Connection| {
        let person = people::find(db, &caller.id)?;
        let change = settled(work(db))?;
        Ok(change.and_then(|change| Ok((change, person.ok_or(Refusal::Unauthenticated)?))))
    };
    let then = move |hub: &mut Hub, (mut change, person): (Changed, Person)| {
        actions::joined(hub, &id, (&person, &mut change));
        change.room
    };
    Ok(app.chat.change(work, then).await?)
}

/// A field that is one line; `None` when it is missing or empty.
fn line(body: &Value, field: &'static str, max: usize) -> Result<Option<String>, Refusal> {
    match body.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(given)) => {
            let given = given.trim();
            if given.chars().count() > max || !given.chars().all(text::is_harmless) {
                let why = "is too long, or not one line of text";
                return Err(Refusal::Invalid { field, why });
            }
            Ok((!given.is_empty()).then(|| given.to_owned()))
        }
        Some(_) => Err(Refusal::Invalid {
            field,
            why: "expected a text",
        }),
    }
}
