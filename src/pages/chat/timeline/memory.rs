//! Where one was in each room, as long as the page lives.

use std::cell::RefCell;
use std::collections::BTreeMap;

use engine::chat::api::{RoomId, RowKey};

thread_local! {
    static PLACES: RefCell<BTreeMap<RoomId, (RowKey, f64)>> = const { RefCell::new(BTreeMap::new()) };
}

/// Keeps where one is: a row, and how far below the upper edge it is; `None`: at the end.
pub(super) fn keep(room: &RoomId, place: Option<(RowKey, f64)>) {
    PLACES.with_borrow_mut(|places| match place {
        Some(place) => drop(places.insert(room.clone(), place)),
        None => drop(places.remove(room)),
    });
}

/// Where one was.
pub(super) fn place(room: Option<&RoomId>) -> Option<(RowKey, f64)> {
    room.and_then(|room| PLACES.with_borrow(|places| places.get(room).copied()))
}
