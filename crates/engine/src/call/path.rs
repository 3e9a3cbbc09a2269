//! Whether media flows, and what to do when it does not.
//!
//! ```text
//!            ICE or DTLS disconnected or failed, or no RTP for 1.5 s while some is due
//!   Flowing ───────────────────────────────────────────────────────────────────────▶ Broken ──▶ (restart, again
//!      ▲                                                                                │         with back-off)
//!      └── RTP grows and ICE is up, or the path proves itself and nothing is due ───────┤
//!                                                                                       └─ 30 s ─▶ lost
//! ```

use std::time::Duration;

use crate::event::Path;
use crate::io::{PeerState, PeerStats};
use crate::time::{Instant, earliest};

/// How often statistics are read while media flows: each reading costs the main thread some milliseconds.
const READ_EVERY: Duration = Duration::from_secs(1);
/// Likewise, while it may have stopped.
const READ_CLOSELY: Duration = Duration::from_millis(250);
/// Silence that may become a stall before the next reading.
const DOUBTFUL: Duration = Duration::from_millis(400);
/// No RTP for so long, while some is due, is a loss.
const STALL: Duration = Duration::from_millis(1500);
/// After a hint that somebody has disconnected, less is enough.
const STALL_AFTER_HINT: Duration = Duration::from_millis(700);
/// A still screen is sent once a second, or less.
const STALL_OF_SCREEN: Duration = Duration::from_secs(5);
/// How long a hint counts.
const HINT_COUNTS: Duration = Duration::from_secs(10);
/// A path that answers for so long without RTP lives, and the other side sends nothing.
const SILENT_BUT_ALIVE: Duration = Duration::from_secs(6);
/// After this without media the call is over.
const GIVE_UP: Duration = Duration::from_secs(30);
/// Likewise, when this device had no network meanwhile: a tunnel, a lift.
const GIVE_UP_OFFLINE: Duration = Duration::from_secs(60);
/// Likewise, when the server hinted that somebody left: a closed tab.
const GIVE_UP_AFTER_HINT: Duration = Duration::from_secs(12);
/// How long the screen says how long recovery took.
const SAY_HEALED: Duration = Duration::from_secs(8);
/// Pauses between attempts to mend.
const BACK_OFF: [Duration; 4] = [
    Duration::from_millis(1500),
    Duration::from_secs(2),
    Duration::from_secs(3),
    Duration::from_secs(4),
];

/// What the monitor asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Try to mend the path: restart ICE, or say the pending offer again.
    Mend,
    /// The call is lost.
    Lost,
}

/// What is due from the other side, as far as it says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Due {
    /// It does not say: what flowed shall go on flowing.
    #[default]
    Unsaid,
    /// Sound, or a moving picture.
    Media,
    /// A screen, which may stand still.
    Screen,
    /// Nothing: muted, and no picture.
    Nothing,
}

#[derive(Debug, Clone, Copy)]
struct Break {
    since: Instant,
    next_try: Instant,
    tries: usize,
    offline: bool,
    /// The clock stood still for so long meanwhile.
    grace: Duration,
}

/// The monitor of one connection's path, from the moment it first carried media.
#[derive(Debug, Default)]
pub(super) struct Monitor {
    started: bool,
    ice: Option<PeerState>,
    connection: Option<PeerState>,
    packets: u64,
    responses: u64,
    rtp_at: Option<Instant>,
    /// At the last reading no packet had come for a while, although some are due.
    doubtful: bool,
    /// Nothing is due until the next packet: the other side sends nothing, or has changed what it sends.
    quiet: bool,
    due: Due,
    alive_since_break: u32,
    broken: Option<Break>,
    healed: Option<(Duration, Instant)>,
    /// It has healed, and nobody was told yet.
    news: bool,
    hint: Option<Instant>,
    offline: bool,
}

impl Monitor {
    /// Media can flow from now on.
    pub(super) fn start(&mut self, now: Instant) {
        self.started = true;
        self.quiet = true;
        self.rtp_at = Some(now);
    }

    pub(super) fn path(&self) -> Path {
        match (self.started, self.broken) {
            (false, _) => Path::Opening,
            (true, None) => Path::Flowing,
            (true, Some(broken)) => Path::Broken { since: broken.since },
        }
    }

    pub(super) fn healed_after(&self) -> Option<Duration> {
        self.healed.map(|(took, _)| took)
    }

    /// Whether it has healed since the last question.
    pub(super) fn take_healed(&mut self) -> bool {
        std::mem::take(&mut self.news)
    }

    pub(super) fn is_broken(&self) -> bool {
        self.broken.is_some()
    }

    /// Whether ICE, and so the path, is up as far as the browser knows.
    pub(super) fn is_up(&self) -> bool {
        let up = |state: Option<PeerState>| matches!(state, Some(PeerState::Connected));
        let down = |state| {
            matches!(
                state,
                Some(PeerState::Disconnected | PeerState::Failed | PeerState::Closed)
            )
        };
        (up(self.ice) || up(self.connection)) && !down(self.ice) && !down(self.connection)
    }

    /// Whether DTLS is up too.
    pub(super) fn is_connected(&self) -> bool {
        self.connection == Some(PeerState::Connected)
    }

    pub(super) fn ice(&mut self, now: Instant, state: PeerState) -> Option<Step> {
        self.ice = Some(state);
        self.state_changed(now, state)
    }

    pub(super) fn connection(&mut self, now: Instant, state: PeerState) -> Option<Step> {
        self.connection = Some(state);
        self.state_changed(now, state)
    }

    fn state_changed(&mut self, now: Instant, state: PeerState) -> Option<Step> {
        if !self.started {
            return None;
        }
        match state {
            PeerState::Disconnected | PeerState::Failed => self.break_now(now),
            PeerState::Connected => {
                if self.broken.is_some() && self.is_up() && self.nothing_due() {
                    self.heal(now);
                }
                None
            }
            PeerState::New | PeerState::Connecting | PeerState::Closed => None,
        }
    }

    /// A reading of the statistics.
    pub(super) fn stats(&mut self, now: Instant, stats: &PeerStats) -> Option<Step> {
        let packets = stats
            .audio_packets_received
            .saturating_add(stats.video_packets_received);
        // Another pair counts from zero, so a change is a sign of life, and a growth of packets is one of media.
        let media = packets > self.packets;
        let answered = stats.responses_received != self.responses;
        self.packets = packets;
        self.responses = stats.responses_received;
        if !self.started {
            return None;
        }
        self.doubtful = (!media || stats.silent >= DOUBTFUL) && !self.nothing_due();
        if media {
            self.media_came(now);
            self.rtp_at = Some(earlier(now, stats.silent));
            return None;
        }
        if let Some(broken) = self.broken {
            self.alive_since_break += u32::from(answered);
            let patience = if self.due == Due::Media {
                SILENT_BUT_ALIVE * 2
            } else {
                SILENT_BUT_ALIVE
            };
            let alive = self.alive_since_break >= 2 && now.since(broken.since) >= patience;
            if self.is_up() && (alive || self.nothing_due()) {
                self.quiet = true;
                self.heal(now);
            }
            return None;
        }
        let silent = now.since(self.rtp_at.unwrap_or(now));
        (!self.nothing_due() && silent >= self.patience(now))
            .then(|| self.break_now(now))
            .flatten()
    }

    /// How often statistics are to be read.
    pub(super) fn read_every(&self, now: Instant) -> Duration {
        let hinted = self.hint.is_some_and(|hint| now.since(hint) <= HINT_COUNTS);
        if !self.started || self.broken.is_some() || self.doubtful || hinted {
            READ_CLOSELY
        } else {
            READ_EVERY
        }
    }

    /// A frame was drawn, or packets came.
    pub(super) fn media_came(&mut self, now: Instant) {
        self.rtp_at = Some(now);
        self.quiet = false;
        if self.broken.is_some() && self.is_up() {
            self.heal(now);
        }
    }

    /// The other side said what it sends.
    pub(super) fn says(&mut self, due: Due) {
        if due != self.due {
            // An encoder needs a moment to begin, and one that ends leaves silence: count from the next packet on.
            self.due = due;
            self.quiet = true;
        }
    }

    /// The server hinted that somebody has disconnected. Nothing is decided by it.
    pub(super) fn hint(&mut self, now: Instant) {
        self.hint = Some(now);
    }

    /// The device has another network, or one again: the path is renewed at once, and kept until then.
    pub(super) fn network(&mut self, now: Instant) -> Option<Step> {
        self.offline = false;
        if !self.started {
            return None;
        }
        if let Some(broken) = &mut self.broken {
            broken.tries = 0;
            broken.next_try = now + pause(0);
        }
        Some(Step::Mend)
    }

    /// The device has no network.
    pub(super) fn offline(&mut self) {
        self.offline = true;
        if let Some(broken) = &mut self.broken {
            broken.offline = true;
        }
    }

    /// Timers stood still for `asleep`: silence meant nothing, and nobody has had the time to mend anything.
    pub(super) fn resumed(&mut self, now: Instant, asleep: Duration) {
        self.rtp_at = Some(now);
        self.hint = None;
        if let Some(broken) = &mut self.broken {
            broken.grace += asleep;
            broken.next_try = now;
        }
    }

    /// An attempt is worth while now: signaling is back, or the other side has another address.
    pub(super) fn try_now(&mut self, now: Instant) {
        if let Some(broken) = &mut self.broken {
            broken.next_try = now;
        }
    }

    pub(super) fn tick(&mut self, now: Instant) -> Option<Step> {
        if self.healed.is_some_and(|(_, until)| now >= until) {
            self.healed = None;
        }
        let give_up = self.give_up()?;
        if now >= give_up {
            return Some(Step::Lost);
        }
        let offline = self.offline;
        let broken = self.broken.as_mut()?;
        if offline || now < broken.next_try {
            return None;
        }
        broken.next_try = now + pause(broken.tries);
        broken.tries += 1;
        Some(Step::Mend)
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        let next_try = self
            .broken
            .filter(|_| !self.offline)
            .map(|broken| broken.next_try);
        earliest(
            earliest(next_try, self.give_up()),
            self.healed.map(|(_, until)| until),
        )
    }

    fn give_up(&self) -> Option<Instant> {
        let broken = self.broken?;
        let hinted = self
            .hint
            .is_some_and(|hint| hint.since(broken.since) <= HINT_COUNTS)
            && self
                .hint
                .is_some_and(|hint| broken.since.since(hint) <= HINT_COUNTS);
        let patience = match (broken.offline, hinted && self.due == Due::Unsaid) {
            (true, _) => GIVE_UP_OFFLINE,
            (false, true) => GIVE_UP_AFTER_HINT,
            (false, false) => GIVE_UP,
        };
        Some(broken.since + patience + broken.grace)
    }

    fn nothing_due(&self) -> bool {
        self.quiet || self.due == Due::Nothing
    }

    fn patience(&self, now: Instant) -> Duration {
        let hinted = self.hint.is_some_and(|hint| now.since(hint) <= HINT_COUNTS);
        match (self.due, hinted) {
            (Due::Screen, _) => STALL_OF_SCREEN,
            (Due::Unsaid | Due::Media | Due::Nothing, true) => STALL_AFTER_HINT,
            (Due::Unsaid | Due::Media | Due::Nothing, false) => STALL,
        }
    }

    fn break_now(&mut self, now: Instant) -> Option<Step> {
        if let Some(broken) = &mut self.broken {
            // It got worse: do not wait for a long pause to end.
            broken.next_try = broken.next_try.min(now + pause(0));
            return None;
        }
        self.healed = None;
        self.alive_since_break = 0;
        self.broken = Some(Break {
            since: now,
            next_try: now + pause(0),
            tries: 1,
            offline: self.offline,
            grace: Duration::ZERO,
        });
        (!self.offline).then_some(Step::Mend)
    }

    fn heal(&mut self, now: Instant) {
        if let Some(broken) = self.broken.take() {
            self.healed = Some((now.since(broken.since), now + SAY_HEALED));
            self.rtp_at = Some(now);
            self.news = true;
        }
    }
}

fn earlier(than: Instant, by: Duration) -> Instant {
    let by = u64::try_from(by.as_millis()).unwrap_or(u64::MAX);
    Instant::from_millis(than.as_millis().saturating_sub(by))
}

fn pause(tries: usize) -> Duration {
    BACK_OFF
        .get(tries)
        .or(BACK_OFF.last())
        .copied()
        .unwrap_or(GIVE_UP)
}
