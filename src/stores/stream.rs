//! Which streams there are to show. The streams themselves live in the media registry; here are only ids and
//! revisions, so that a `<video>` knows when to ask again.

use engine::io::{PeerId, PeerStats};

use super::Slot;

/// Which streams there are to show.
#[derive(Clone, Copy)]
pub(crate) struct StreamStore {
    own: Slot<u32>,
    remote: Slot<(Option<PeerId>, u32)>,
    sound_blocked: Slot<bool>,
    stats: Slot<PeerStats>,
}

impl StreamStore {
    pub(super) fn new() -> Self {
        Self {
            own: Slot::new(0),
            remote: Slot::new((None, 0)),
            sound_blocked: Slot::new(false),
            stats: Slot::new(PeerStats::default()),
        }
    }

    pub(super) fn own_changed(&self) {
        self.own.update(|revision| *revision = revision.wrapping_add(1));
    }

    pub(super) fn remote_changed(&self, peer: PeerId) {
        self.remote.update(|(which, revision)| {
            *which = Some(peer);
            *revision = revision.wrapping_add(1);
        });
    }

    pub(super) fn set_sound_blocked(&self, blocked: bool) {
        self.sound_blocked.put(blocked);
    }

    pub(super) fn set_stats(&self, stats: PeerStats) {
        self.stats.put(stats);
    }

    /// Tracks changes of the own stream.
    pub(crate) fn track_own(&self) {
        self.own.track();
    }

    /// Tracks changes of remote streams.
    pub(crate) fn track_remote(&self) {
        self.remote.track();
    }

    /// The browser waits for a press before it plays sound.
    pub(crate) fn is_sound_blocked(&self) -> bool {
        self.sound_blocked.get()
    }

    /// The last reading of the call's statistics.
    pub(crate) fn stats(&self) -> PeerStats {
        self.stats.get()
    }
}
