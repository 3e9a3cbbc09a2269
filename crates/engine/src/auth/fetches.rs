//! Authorised requests on their way: each waits for a good token, and is sent at most twice.

use crate::io::{Reply, Request, RequestId};
use crate::time::Instant;

/// Whose a request is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    /// A caller's of `Auth::fetch`, with their mark.
    Caller(u64),
    /// Our own: a changed profile.
    Save,
}

/// One authorised request.
#[derive(Debug)]
pub(super) struct Fetch {
    pub(super) owner: Owner,
    pub(super) request: Request,
    pub(super) stage: Stage,
    /// Waiting longer than this is a time-out.
    pub(super) give_up: Instant,
}

/// ```text
///   Waiting{refused: None} ─▶ Sent{second: false} ─ 401 ─▶ Waiting{refused: Some} ─▶ Sent{second: true} ─▶ any answer
/// ```
#[derive(Debug)]
pub(super) enum Stage {
    /// For a good token; `refused` is the 401 that the first try got.
    Waiting { refused: Option<Reply> },
    /// On the network, with the token of this generation.
    Sent {
        id: RequestId,
        generation: u32,
        second: bool,
    },
}

/// All of them, in the order in which they were asked for.
#[derive(Debug, Default)]
pub(super) struct Fetches(Vec<Fetch>);

impl Fetches {
    pub(super) fn push(&mut self, fetch: Fetch) {
        self.0.push(fetch);
    }

    /// Takes the one that `id` answers.
    pub(super) fn take_sent(&mut self, id: RequestId) -> Option<Fetch> {
        let place = self
            .0
            .iter()
            .position(|fetch| matches!(fetch.stage, Stage::Sent { id: sent, .. } if sent == id))?;
        Some(self.0.remove(place))
    }

    /// Takes all that wait and for which `which` holds.
    pub(super) fn take_waiting(&mut self, which: impl Fn(&Fetch) -> bool) -> Vec<Fetch> {
        let (taken, kept) = std::mem::take(&mut self.0)
            .into_iter()
            .partition(|fetch| matches!(fetch.stage, Stage::Waiting { .. }) && which(fetch));
        self.0 = kept;
        taken
    }

    /// When the first of those that wait gives up.
    pub(super) fn deadline(&self) -> Option<Instant> {
        let waiting = self
            .0
            .iter()
            .filter(|fetch| matches!(fetch.stage, Stage::Waiting { .. }));
        waiting.map(|fetch| fetch.give_up).min()
    }
}
