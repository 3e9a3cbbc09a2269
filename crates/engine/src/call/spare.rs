//! The spare connection: an offer with its candidates that is ready before anybody is called, so that the press on Call
//! only sends it.
//!
//! ```text
//!             wanted, signaling is up, the page is seen
//!   Absent ─────────────────────────────────────────────▶ Held ──Call──▶ a leg takes it, ready or not
//!     ▲ ▲                                                   │
//!     │ └── not wanted, somebody knocks, too old, another ──┤
//!     │     network, other servers: closed                  │
//!     └──── the browser failed: not again for a while ──────┘
//! ```
//!
//! Gathering tells this device's address to the STUN and TURN servers of the configuration and to nobody else; no
//! candidate leaves before the person calls somebody. So where there are such servers, the spare waits for a sign that
//! the person is about to call; where there are none it contacts nobody, and is made as soon as the preview is open.

use std::time::Duration;

use wire::signal::DescriptionKind;

use super::letters::Shared;
use super::negotiation::{Gathering, Negotiation};
use crate::io::{Environment, MediaCommand, MediaInput, PeerConfig, PeerId};
use crate::time::{Instant, earliest};

/// How long its candidates count as fresh: mappings of NATs and the network itself change unseen.
const FRESH: Duration = Duration::from_secs(60);
/// How long a sign that the person is about to call counts.
const SIGN_COUNTS: Duration = Duration::from_secs(180);
/// A page that is hidden for so long needs none.
const HIDDEN: Duration = Duration::from_secs(30);
/// Closing it costs the main thread a few milliseconds, which the dialog of an incoming call needs first.
const AFTER_KNOCK: Duration = Duration::from_millis(300);
/// After the browser failed to make one.
const RETRY: Duration = Duration::from_secs(30);

/// The spare connection, and whether one is wanted.
#[derive(Debug, Default)]
pub(super) struct Spare {
    held: Option<Held>,
    preview: bool,
    sign: Option<Instant>,
    hidden: Option<Instant>,
    offline: bool,
    /// Since when a call keeps it from being wanted.
    busy: Option<Instant>,
    failed: Option<Instant>,
}

#[derive(Debug)]
struct Held {
    prepared: Prepared,
    since: Instant,
}

/// A connection whose offer is made, or being made.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) peer: PeerId,
    pub(super) negotiation: Negotiation,
}

impl Spare {
    /// Whether the preview is on screen.
    pub(super) fn set_preview(&mut self, on: bool) {
        self.preview = on;
    }

    /// The person is about to call somebody.
    pub(super) fn sign(&mut self, now: Instant) {
        self.sign = Some(now);
    }

    /// Takes news of the device: its candidates are those of the network of before.
    pub(super) fn environment(&mut self, shared: &mut Shared, now: Instant, news: Environment) {
        match news {
            Environment::Visible(seen) => {
                self.hidden = (!seen).then(|| self.hidden.unwrap_or(now));
                return;
            }
            Environment::Online | Environment::NetworkChanged => self.offline = false,
            Environment::Offline => self.offline = true,
            Environment::Resumed(_) => {}
        }
        self.discard(shared);
    }

    /// A call takes it.
    pub(super) fn take(&mut self, now: Instant) -> Option<Prepared> {
        self.sign = None;
        let fresh = |held: &Held| now.since(held.since) < FRESH;
        self.held.take_if(|held| fresh(held)).map(|held| held.prepared)
    }

    /// Closes it: its candidates are worth nothing any more.
    pub(super) fn discard(&mut self, shared: &mut Shared) {
        if let Some(held) = self.held.take() {
            shared.media(MediaCommand::ClosePeer {
                peer: held.prepared.peer,
            });
        }
    }

    /// Makes it, renews it or closes it, as it is wanted now.
    pub(super) fn settle(&mut self, shared: &mut Shared, now: Instant, busy: bool) {
        self.busy = busy.then(|| self.busy.unwrap_or(now));
        self.sign = self.sign.filter(|sign| now.since(*sign) < SIGN_COUNTS);
        self.failed = self.failed.filter(|failed| now.since(*failed) < RETRY);
        let due = |since: Option<Instant>, after| since.is_some_and(|since| now.since(since) >= after);
        let wanted = self.wanted(shared);
        let old = due(self.held.as_ref().map(|held| held.since), FRESH);
        if !wanted || old || due(self.busy, AFTER_KNOCK) || due(self.hidden, HIDDEN) {
            self.discard(shared);
        }
        let may = shared.up
            && !self.offline
            && self.hidden.is_none()
            && self.busy.is_none()
            && self.failed.is_none();
        if wanted && may && self.held.is_none() {
            self.held = Some(Held {
                prepared: make(shared),
                since: now,
            });
        }
    }

    fn wanted(&self, shared: &Shared) -> bool {
        self.sign.is_some() || (self.preview && shared.servers.is_empty())
    }

    /// Takes news of it. `false`: it is about another connection.
    pub(super) fn media(
        &mut self,
        shared: &mut Shared,
        now: Instant,
        peer: PeerId,
        input: &MediaInput,
    ) -> bool {
        let Some(held) = self.held.as_mut().filter(|held| held.prepared.peer == peer) else {
            return false;
        };
        let negotiation = &mut held.prepared.negotiation;
        match input {
            MediaInput::LocalDescription { description, .. } => {
                negotiation.described(now, description);
            }
            MediaInput::Candidate { candidate, .. } => negotiation.candidate(now, candidate.clone()),
            MediaInput::Failed { reason, .. } => {
                shared.trouble(reason);
                self.failed = Some(now);
                self.discard(shared);
            }
            MediaInput::RemoteDescriptionSet { .. }
            | MediaInput::Connection { .. }
            | MediaInput::Ice { .. }
            | MediaInput::DataChannel { .. }
            | MediaInput::Data { .. }
            | MediaInput::Remote { .. }
            | MediaInput::FrameDrawn { .. }
            | MediaInput::Stats { .. }
            | MediaInput::Capture(_)
            | MediaInput::ScreenEnded => {}
        }
        true
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        let sign = self.sign.map(|sign| sign + SIGN_COUNTS);
        let failed = self.failed.map(|failed| failed + RETRY);
        let Some(held) = &self.held else {
            return earliest(sign, failed);
        };
        let old = Some(held.since + FRESH);
        let busy = self.busy.map(|busy| busy + AFTER_KNOCK);
        let hidden = self.hidden.map(|hidden| hidden + HIDDEN);
        earliest(earliest(sign, old), earliest(busy, hidden))
    }
}

fn make(shared: &mut Shared) -> Prepared {
    let peer = shared.next_peer();
    let gathering = Gathering::of(&shared.servers, shared.preferences.relay_only);
    let mut negotiation = Negotiation::new(gathering);
    let config = PeerConfig {
        ice_servers: shared.servers.clone(),
        relay_only: shared.preferences.relay_only,
        offerer: true,
    };
    shared.media(MediaCommand::CreatePeer { peer, config });
    negotiation.creating(DescriptionKind::Offer);
    shared.media(MediaCommand::Offer {
        peer,
        ice_restart: false,
    });
    Prepared { peer, negotiation }
}
