//! One connection's descriptions and candidates: what is there, what has left, and when the rest may leave.

use std::time::Duration;

use wire::signal::sdp::{self, CandidateKind};
use wire::signal::{Candidate, Description, DescriptionKind, IceServer};

use crate::time::Instant;

/// Host candidates of all interfaces come within a few milliseconds; after this pause there is no further one.
const QUIET: Duration = Duration::from_millis(20);
/// What a STUN or TURN server may cost a whole description: a live one needs a round trip, a dead one costs this.
const SERVERS: Duration = Duration::from_millis(200);
/// With no candidate of use by then the description leaves all the same: the other side's may do.
const NOTHING_USEFUL: Duration = Duration::from_secs(2);
/// A TURN server over TLS far away needs its time, and nothing else may be shown.
const NO_RELAY: Duration = Duration::from_secs(8);
/// More candidates than this from the other side are no candidates.
const MAX_REMOTE: usize = 200;

/// Which candidates a configuration can deliver.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Gathering {
    stun: bool,
    turn: bool,
    relay_only: bool,
}

impl Gathering {
    pub(super) fn of(servers: &[IceServer], relay_only: bool) -> Self {
        let any = |scheme: &str| {
            servers
                .iter()
                .flat_map(|server| &server.urls)
                .any(|url| url.starts_with(scheme))
        };
        Self {
            stun: any("stun") || any("turn"),
            turn: any("turn"),
            relay_only,
        }
    }
}

/// Where our own offer stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Offering {
    /// There is none.
    #[default]
    Idle,
    /// The browser is making it.
    Creating,
    /// Applied here, and not answered yet.
    Pending,
}

/// When a description may leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leave {
    /// At once.
    Now,
    /// Not before then.
    At(Instant),
    /// There is none.
    Never,
}

/// What one end knows of a negotiation.
#[derive(Debug, Default)]
pub(super) struct Negotiation {
    gathering: Gathering,
    /// Our description, without candidates.
    local: Option<Description>,
    described: Option<Instant>,
    candidates: Vec<Candidate>,
    /// How many of `candidates` the other side has.
    told: usize,
    gathered: bool,
    first_candidate: Option<Instant>,
    last_candidate: Option<Instant>,
    /// The local description waits to leave.
    pub(super) leaving: bool,
    /// The local description, with the candidates of then, has left.
    pub(super) left: bool,

    pub(super) offering: Offering,
    /// How many offers this end has made.
    pub(super) offers: u32,
    /// The number of the offer that our answer answers.
    pub(super) answering: Option<u32>,
    /// Another offer is wanted as soon as this exchange is over.
    pub(super) again: bool,

    pub(super) remote_set: bool,
    pub(super) remote_ufrag: Option<String>,
    pub(super) remote_certificate: Vec<String>,
    /// The other side's candidates that the browser must not see yet.
    pub(super) withheld: Vec<Candidate>,
}

impl Negotiation {
    pub(super) fn new(gathering: Gathering) -> Self {
        Self {
            gathering,
            ..Self::default()
        }
    }

    /// The browser is asked for a description.
    pub(super) fn creating(&mut self, kind: DescriptionKind) {
        self.local = None;
        self.described = None;
        self.candidates.clear();
        self.told = 0;
        self.gathered = false;
        self.first_candidate = None;
        self.last_candidate = None;
        self.leaving = true;
        self.left = false;
        match kind {
            DescriptionKind::Offer => {
                self.offering = Offering::Creating;
                self.offers += 1;
            }
            DescriptionKind::Answer => self.offering = Offering::Idle,
        }
    }

    /// The browser made and applied it. `false`: it is not the one that is wanted any more.
    pub(super) fn described(&mut self, now: Instant, description: &Description) -> bool {
        let wanted = match description.kind {
            DescriptionKind::Offer => self.offering == Offering::Creating,
            DescriptionKind::Answer => self.offering == Offering::Idle,
        };
        if !wanted {
            return false;
        }
        if description.kind == DescriptionKind::Offer {
            self.offering = Offering::Pending;
        }
        let (bare, found) = sdp::split_candidates(&description.sdp);
        self.local = Some(Description {
            kind: description.kind,
            sdp: bare,
        });
        self.described = Some(now);
        for candidate in found {
            self.gathered_one(now, candidate);
        }
        true
    }

    /// A local candidate was gathered; `None`: all of them.
    pub(super) fn candidate(&mut self, now: Instant, candidate: Option<Candidate>) {
        match candidate {
            Some(candidate) if !candidate.candidate.is_empty() => self.gathered_one(now, candidate),
            // Before the description is there, it is the end of what was before it.
            _ => self.gathered = self.local.is_some(),
        }
    }

    fn gathered_one(&mut self, now: Instant, candidate: Candidate) {
        let of_another_gathering = match (&self.local, ufrag_of(&candidate.candidate)) {
            (Some(local), Some(ufrag)) => sdp::ice_ufrag(&local.sdp).is_some_and(|own| own != ufrag),
            _ => false,
        };
        if of_another_gathering || self.candidates.contains(&candidate) {
            return;
        }
        self.first_candidate.get_or_insert(now);
        self.last_candidate = Some(now);
        self.candidates.push(candidate);
    }

    /// When the description may leave; `trickles`: the other side takes candidates one by one.
    pub(super) fn leave(&self, trickles: bool) -> Leave {
        let (Some(described), true) = (self.described, self.leaving) else {
            return Leave::Never;
        };
        if self.gathered || trickles {
            return Leave::Now;
        }
        let has = |kind: CandidateKind| {
            self.candidates
                .iter()
                .any(|candidate| sdp::candidate_kind(&candidate.candidate) == Some(kind))
        };
        let (Some(first), Some(last)) = (self.first_candidate, self.last_candidate) else {
            return Leave::At(
                described
                    + if self.gathering.relay_only {
                        NO_RELAY
                    } else {
                        NOTHING_USEFUL
                    },
            );
        };
        if self.gathering.relay_only {
            return if has(CandidateKind::Relayed) {
                Leave::At(last + QUIET)
            } else {
                Leave::At(described + NO_RELAY)
            };
        }
        let outstanding = (self.gathering.stun && !has(CandidateKind::Reflexive))
            || (self.gathering.turn && !has(CandidateKind::Relayed));
        if outstanding {
            Leave::At(first + SERVERS)
        } else {
            Leave::At(last + QUIET)
        }
    }

    /// The whole description with the candidates so far, which count as told.
    pub(super) fn take_whole(&mut self) -> Option<Description> {
        let local = self.local.as_ref()?;
        self.leaving = false;
        self.left = true;
        self.told = self.candidates.len();
        Some(Description {
            kind: local.kind,
            sdp: sdp::with_candidates(&local.sdp, &self.candidates),
        })
    }

    /// The next candidate that the other side does not have, once the description has left.
    pub(super) fn take_untold(&mut self) -> Option<Candidate> {
        if !self.left {
            return None;
        }
        let candidate = self.candidates.get(self.told)?.clone();
        self.told += 1;
        Some(candidate)
    }

    /// The fingerprints of our own description.
    pub(super) fn own_certificate(&self) -> Vec<String> {
        self.local
            .as_ref()
            .map(|local| sdp::fingerprints(&local.sdp))
            .unwrap_or_default()
    }

    /// Whether a description comes from the connection that this one talks to already.
    pub(super) fn same_certificate(&self, sdp: &str) -> bool {
        !self.remote_certificate.is_empty() && self.remote_certificate == sdp::fingerprints(sdp)
    }

    /// Takes note of the description that is being applied.
    pub(super) fn remote(&mut self, sdp: &str) {
        self.remote_set = true;
        self.remote_ufrag = sdp::ice_ufrag(sdp).map(str::to_owned);
        self.remote_certificate = sdp::fingerprints(sdp);
    }

    /// Keeps one of the other side's candidates for later.
    pub(super) fn withhold(&mut self, candidate: Candidate) {
        if self.withheld.len() < MAX_REMOTE {
            self.withheld.push(candidate);
        }
    }
}

/// Chromium and Firefox name the credentials a candidate belongs to.
fn ufrag_of(candidate: &str) -> Option<&str> {
    let mut words = candidate.split_ascii_whitespace();
    words.find(|word| *word == "ufrag")?;
    words.next()
}
