//! Names: of rooms, messages, people, rows, wishes.

use std::rc::Rc;

/// Milliseconds since the epoch, in the server's or this device's clock as the field says.
pub type Millis = u64;

/// A room's id, as its server spells it.
pub type RoomId = Rc<str>;
/// A message's id, as its server spells it.
pub type MessageId = Rc<str>;
/// A person's id, as its server spells it.
pub type UserId = Rc<str>;

/// Names one row of a timeline on this device, for as long as the engine lives. A message keeps its key when its echo
/// gives it an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowKey(pub u64);

/// Names one wish in the outbox: unique among all tabs of this device, ordered by the time it was made.
/// Printed as `<milliseconds, 13 digits>-<16 hex digits>`; it is the client id on servers that take one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WishId(pub Rc<str>);
