//! Whether the link lives: the server's heartbeat, and a question of our own that every server answers.
//!
//! Servers ping every 25 s by default, so a link that died silently is found out after up to 45 s. That is too late in
//! a call. A CONNECT to a namespace that nobody has is answered at once by an unmodified server (CONNECT_ERROR
//! "Invalid namespace"; one that admits everybody answers too, and is left again). Asked after 2 s without a word and
//! waiting 2.5 s, a dead link is found out within 4.5 s.

use std::time::Duration;

use wire::socketio::{Body, Packet};

use super::timers::Timer;
use super::{Phase, SocketIo};
use crate::time::Instant;

/// The namespace that is asked for.
pub(super) const PROBE: &str = "/antenna-probe";

const ASK_AFTER: Duration = Duration::from_secs(2);
const ANSWER_WITHIN: Duration = Duration::from_millis(2500);

/// A timer this late means that timers stood still (a lid, a frozen tab), and that the answer may lie unread.
const LATE: Duration = Duration::from_secs(2);

/// What is known of a server's answers to questions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answers {
    /// It was not asked yet.
    Unknown,
    /// It has answered before, so silence means that the link is dead.
    Yes,
    /// It did not answer although the link was young and watched: some other implementation, whose silence means
    /// nothing. Learned anew with every link.
    No,
}

/// Why the server is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// The link is watched closely.
    Watching,
    /// Something happened that kills links: another network, a closed lid, a late timer.
    Suspicion,
}

#[derive(Debug)]
pub(super) struct Liveness {
    watching: bool,
    answers: Answers,
    /// A question was asked and not answered by name. Two at once would be an error to a server that admits everybody.
    asked: bool,
    why: Why,
    heard: Instant,
    /// `pingInterval + pingTimeout`.
    patience: Duration,
}

impl Default for Liveness {
    fn default() -> Self {
        Self {
            watching: false,
            answers: Answers::Unknown,
            asked: false,
            why: Why::Watching,
            heard: Instant::default(),
            patience: Duration::MAX,
        }
    }
}

impl SocketIo {
    /// Turns watching on or off; turning it on asks at once, which tells whether this server answers.
    pub(super) fn watch(&mut self, now: Instant, on: bool) {
        if self.liveness.watching == on {
            return;
        }
        self.liveness.watching = on;
        self.timers.clear(Timer::Probe);
        if on {
            self.ask(now, Why::Watching);
        }
    }

    /// The link is open.
    pub(super) fn expect_heartbeat(&mut self, now: Instant, patience: Duration) {
        self.liveness.patience = patience;
        self.timers.set(Timer::Heartbeat, now + patience);
    }

    /// A namespace was joined.
    pub(super) fn watch_if_wanted(&mut self, now: Instant) {
        if self.liveness.watching {
            self.ask(now, Why::Watching);
        }
    }

    /// The server's ping came.
    pub(super) fn heartbeat(&mut self, now: Instant) {
        self.timers.set(Timer::Heartbeat, now + self.liveness.patience);
    }

    /// Anything came from the server.
    pub(super) fn heard(&mut self, now: Instant) {
        self.liveness.heard = now;
        self.timers.clear(Timer::ProbeAnswer);
        if self.liveness.watching && self.liveness.answers != Answers::No && self.is_joined() {
            self.timers.set(Timer::Probe, now + ASK_AFTER);
        }
    }

    /// Whether the server was heard so lately that asking would be idle.
    pub(super) fn heard_lately(&self, now: Instant) -> bool {
        now.since(self.liveness.heard) < ASK_AFTER
    }

    /// Asks whether the link lives.
    pub(super) fn ask(&mut self, now: Instant, why: Why) {
        if !self.is_joined() || self.liveness.answers == Answers::No {
            return;
        }
        if !self.liveness.asked {
            self.liveness.asked = true;
            self.send_packet(now, Packet::new(PROBE, Body::Connect(None)));
        }
        self.liveness.why = why;
        self.timers.clear(Timer::Probe);
        self.timers.set(Timer::ProbeAnswer, now + ANSWER_WITHIN);
    }

    /// The server said something about the namespace that nobody has.
    pub(super) fn probe_answered(&mut self, now: Instant, body: &Body) {
        match body {
            Body::Connect(_) => self.send_packet(now, Packet::new(PROBE, Body::Disconnect)),
            Body::ConnectError(_) => {}
            Body::Disconnect | Body::Event(_) | Body::Ack(_) => return,
        }
        self.liveness.asked = false;
        self.liveness.answers = Answers::Yes;
    }

    /// [`Timer::ProbeAnswer`]: nothing came after asking.
    pub(super) fn probe_unanswered(&mut self, now: Instant, due: Instant) {
        if now.since(due) > LATE {
            self.timers.set(Timer::ProbeAnswer, now + ANSWER_WITHIN);
            return;
        }
        match (self.liveness.answers, self.liveness.why) {
            (Answers::Yes, Why::Watching | Why::Suspicion) | (Answers::Unknown, Why::Suspicion) => {
                self.lose(now, "the server stopped answering");
            }
            (Answers::Unknown, Why::Watching) => self.liveness.answers = Answers::No,
            (Answers::No, Why::Watching | Why::Suspicion) => {}
        }
    }

    /// [`Timer::Heartbeat`]: no ping came in time.
    pub(super) fn heartbeat_missed(&mut self, now: Instant, due: Instant) {
        if now.since(due) <= LATE {
            self.lose(now, "ping timeout");
            return;
        }
        // Pings may lie unread, so the link gets a last chance: a short one where the server answers questions.
        self.timers.set(Timer::Heartbeat, now + ANSWER_WITHIN * 2);
        self.ask(now, Why::Suspicion);
    }

    /// The link is gone; the next one is asked anew.
    pub(super) fn forget_liveness(&mut self) {
        self.liveness.asked = false;
        if self.liveness.answers == Answers::No {
            self.liveness.answers = Answers::Unknown;
        }
    }

    pub(super) fn is_joined(&self) -> bool {
        matches!(self.phase, Phase::Joined { .. })
    }
}
