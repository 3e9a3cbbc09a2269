//! What becomes of wishes that change rooms, whichever way they came.

use serde_json::{Value, json};

use super::hub::{Hub, To};
use super::now;
use super::store::people::Person;
use super::store::rooms::Changed;

/// Tells all whom it concerns that a person is a member now.
pub(super) fn joined(hub: &mut Hub, room: &str, (person, change): (&Person, &mut Changed)) {
    hub.add_room_presence(&mut change.room, &person.id);
    if !change.changed {
        return;
    }
    hub.enter(room, &person.id);
    hub.tell(
        To::Person(&person.id),
        "room-added",
        &json!({ "room": change.room }),
    );
    hub.tell(To::Others(room, &person.id), "user-joined", &moved(room, person));
    hub.tell(
        To::Others(room, &person.id),
        "room-updated",
        &json!({ "room": change.shared }),
    );
}

/// Tells all whom it concerns that a person is no member any more.
pub(super) fn left(hub: &mut Hub, room: &str, (person, change): (&Person, &mut Changed)) {
    hub.add_room_presence(&mut change.room, &person.id);
    if !change.changed {
        return;
    }
    hub.leave(room, &person.id);
    hub.tell(To::Person(&person.id), "room-removed", &json!({ "roomId": room }));
    hub.tell(To::Room(room), "user-left", &moved(room, person));
    hub.tell(To::Room(room), "room-updated", &json!({ "room": change.shared }));
}

fn moved(room: &str, person: &Person) -> Value {
    let mut value = json!({
        "userId": person.id,
        "username": person.name,
        "roomId": room,
        "timestamp": now(),
    });
    if let (Some(avatar), Some(value)) = (&person.avatar, value.as_object_mut()) {
        value.insert("avatar".into(), avatar.as_str().into());
    }
    value
}
