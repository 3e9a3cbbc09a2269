//! What goes into a [`ChatEngine`](crate::chat::ChatEngine) and what comes out of it: plain values, as everywhere in the engine.

mod ids;
mod input;
mod output;
mod row;
mod settings;
mod storage;
mod tab;
mod views;

pub use ids::*;
pub use input::*;
pub use output::*;
pub use row::*;
pub use settings::*;
pub use storage::*;
pub use tab::*;
pub use views::*;

/// Time spans the engine keeps to; in one place, since tests and texts need them.
pub mod spans {
    use std::time::Duration;

    /// A deletion can be undone for so long.
    pub const UNDO: Duration = Duration::from_secs(5);
    /// Typing is said at most so often.
    pub const TYPING_EVERY: Duration = Duration::from_secs(3);
    /// Somebody's typing expires after so long without news (contract 5: 3 to 5 s).
    pub const TYPING_EXPIRES: Duration = Duration::from_secs(5);
    /// Away after so long without activity (contract 5).
    pub const AWAY_AFTER: Duration = Duration::from_secs(30);
    /// Messages of one sender closer than this are one group.
    pub const GROUP_WITHIN: Duration = Duration::from_secs(300);
}
