//! What tabs tell each other.

use super::ids::WishId;

/// What tabs of one backend and account tell each other (`BroadcastChannel`, one channel a scope). No token travels.
///
/// One tab leads (it holds the Web Lock): it alone connects, sends the outbox and writes what is received. The others
/// hear from it what came, as if it had come to themselves, and tell it what the person wants.
#[derive(Debug, Clone, PartialEq)]
pub enum TabWord {
    /// A tab came, or took the lead: say what there is to say.
    Hello {
        /// It leads.
        leads: bool,
    },
    /// The leader's connection and server, as text that only the engine reads.
    State(String),
    /// An event came from the server: its name and its arguments as a JSON array. Replayed history too.
    Heard {
        /// The name.
        event: String,
        /// A JSON array.
        args: String,
    },
    /// A wish is in the outbox, or changed: its id and its record as stored (`None`: it is done or cancelled).
    Wish(WishId, Option<String>),
    /// A room is open in this tab (join it), or a page of history was fetched, drafts, places: as text that only the
    /// engine reads.
    Note(String),
    /// The person is active in this tab.
    Active,
}
