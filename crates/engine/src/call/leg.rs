//! One call leg: one other side, one connection, from the first signal to the last.
//!
//! ```text
//!   caller   Dialing ──their consent──▶ Opening ──DTLS up──▶ Talking
//!                                          ▲
//!   callee   Ringing ──our consent─────────┘
//!
//!   From every stage: closed, with a reason. `Dialing` and `Ringing` may already have a connection that is up
//!   (an early answer between people who know each other): it carries no media before consent.
//! ```

use std::time::Duration;

use wire::signal::{Bye, Candidate, Description, DescriptionKind, Extension, Message, Signal, Word, sdp};

use super::negotiation::{Gathering, Leave, Negotiation, Offering};
use super::path::{Due, Monitor, Step};
use super::secret::{Claim, Secret, merge};
use super::spare::Prepared;
use super::{Post, Shared, Toward};
use crate::command::KnownPeer;
use crate::event::{CallText, EndReason, Event, RemoteSays, Talk};
use crate::io::{MediaCommand, PeerConfig, PeerId, RemoteTracks, Sending};
use crate::time::{Instant, earliest};

mod describing;
mod incoming;
mod media;
mod saying;

pub(super) use incoming::Ring;

use incoming::Unprepared;

/// How long it rings, on both sides (contract 1).
pub(super) const RING: Duration = Duration::from_secs(30);
/// How long a path may take to open after consent.
const OPEN: Duration = Duration::from_secs(30);
/// An answer is said again at most this often.
const SAY_AGAIN: Duration = Duration::from_millis(300);

/// Which end of the call this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// This side called: its signals travel as `callUser`.
    Caller,
    /// This side was called: its signals travel as `answerCall`.
    Callee,
}

/// How far the leg is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// We call; they have not consented.
    Dialing,
    /// They call; we have not consented.
    Ringing,
    /// Both consented; no path yet.
    Opening {
        /// Since when.
        since: Instant,
    },
    /// Both consented, and there is, or was, a path.
    Talking {
        /// Since when.
        since: Instant,
    },
}

/// One leg.
#[derive(Debug)]
pub(super) struct Leg {
    /// Number for `Command::Answer`, where it rings here.
    pub(super) number: u64,
    pub(super) peer: PeerId,
    pub(super) role: Role,
    pub(super) stage: Stage,
    /// The other side's id now.
    pub(super) with: String,
    pub(super) name: String,
    /// Since when it rings.
    pub(super) since: Instant,
    /// The call's id; `None` when a classic client called.
    pub(super) call: Option<String>,
    /// The other side is an Antenna.
    pub(super) antenna: bool,
    /// The other side takes candidates one by one.
    trickles: bool,
    /// The other side proved that it was talked to before.
    pub(super) known: bool,
    /// The answer left, or came, before consent.
    early: bool,
    /// The network changed since the last offer was made.
    stale: bool,
    /// A call that rings, until what can be prepared for it is.
    unprepared: Option<Unprepared>,
    proved: Option<Secret>,
    secret: Option<Secret>,
    half: Option<Secret>,
    their_half: Option<Secret>,
    greeted: bool,
    negotiation: Negotiation,
    monitor: Monitor,
    answered_at: Option<Instant>,
    /// What the connection was last told to send.
    sends: Option<Sending>,
    /// How often its statistics are read.
    read_every: Option<Duration>,
    extra_receivers: u32,
    channel: bool,
    texts: u64,
    remote: RemoteTracks,
    says: Option<RemoteSays>,
}

impl Leg {
    /// Calls somebody: everything but their consent is prepared at once, or was already.
    pub(super) fn dial(shared: &mut Shared, now: Instant, to: String, spare: Option<Prepared>) -> Self {
        let mut leg = Self::new(shared, now, Role::Caller, to);
        leg.call = Some(shared.random.call_id());
        let prepared = spare.is_some();
        match spare {
            Some(Prepared { peer, negotiation }) => {
                (leg.peer, leg.negotiation) = (peer, negotiation);
                // Before anything else: it is what the other side waits for.
                leg.leave_if_due(shared, now);
            }
            None => leg.create(shared, true),
        }
        leg.set_sending(shared, shared.sending);
        if !prepared {
            leg.offer(shared, false);
        }
        leg
    }

    fn new(shared: &mut Shared, now: Instant, role: Role, with: String) -> Self {
        let gathering = Gathering::of(&shared.servers, shared.preferences.relay_only);
        Self {
            number: shared.next_number(),
            peer: shared.next_peer(),
            role,
            stage: if role == Role::Caller {
                Stage::Dialing
            } else {
                Stage::Ringing
            },
            name: with.clone(),
            with,
            since: now,
            call: None,
            antenna: false,
            trickles: false,
            known: false,
            early: false,
            stale: false,
            unprepared: None,
            proved: None,
            secret: None,
            half: None,
            their_half: None,
            greeted: false,
            negotiation: Negotiation::new(gathering),
            monitor: Monitor::default(),
            answered_at: None,
            sends: None,
            read_every: None,
            extra_receivers: 0,
            channel: false,
            texts: 0,
            remote: RemoteTracks::default(),
            says: None,
        }
    }

    /// The person presses Answer (or called them at the same moment): only the last steps are left.
    pub(super) fn consent(&mut self, shared: &mut Shared, now: Instant) {
        self.prepare(shared);
        self.stage = Stage::Opening { since: now };
        if self.early {
            self.say(
                shared,
                Extension {
                    word: Some(Word::Accept),
                    ..Extension::default()
                },
            );
        } else {
            self.leave_if_due(shared, now);
        }
        self.release(shared);
        self.begin(shared, now);
    }

    /// They consented.
    fn accepted(&mut self, shared: &mut Shared, now: Instant) {
        if self.stage != Stage::Dialing {
            return;
        }
        self.stage = Stage::Opening { since: now };
        self.begin(shared, now);
    }

    /// Both consented: media may flow.
    fn begin(&mut self, shared: &mut Shared, now: Instant) {
        self.set_sending(shared, shared.sending);
        self.tell_candidates(shared);
        self.talk_if_up(now);
        self.read_stats(shared, now);
        self.greet(shared);
    }

    fn set_sending(&mut self, shared: &mut Shared, send: Sending) {
        if self.sends.replace(send) != Some(send) {
            self.command(
                shared,
                MediaCommand::Send {
                    peer: self.peer,
                    send,
                },
            );
        }
    }

    /// Ends it: the other side is told on every way there is, and nothing is left behind.
    pub(super) fn close(&mut self, shared: &mut Shared, bye: Option<Bye>) {
        if let Some(bye) = bye.filter(|_| self.antenna) {
            self.say(
                shared,
                Extension {
                    word: Some(Word::Bye(bye)),
                    ..Extension::default()
                },
            );
        }
        self.command(shared, MediaCommand::ClosePeer { peer: self.peer });
    }

    /// Whether both sides consented.
    pub(super) fn consented(&self) -> bool {
        matches!(self.stage, Stage::Opening { .. } | Stage::Talking { .. })
    }

    /// Whether the offer has left.
    pub(super) fn offer_left(&self) -> bool {
        self.negotiation.left
    }

    /// Whether this description comes from the very connection this leg talks to.
    pub(super) fn is_from(&self, description: &Description) -> bool {
        self.negotiation.same_certificate(&description.sdp)
    }

    /// The other side's candidates that nobody has checked.
    pub(super) fn take_withheld(&mut self) -> Vec<Candidate> {
        std::mem::take(&mut self.negotiation.withheld)
    }

    /// Keeps a candidate that came before its offer was taken up.
    pub(super) fn withhold(&mut self, candidate: Candidate) {
        self.negotiation.withhold(candidate);
    }

    pub(super) fn duration(&self, now: Instant) -> Option<Duration> {
        match self.stage {
            Stage::Talking { since } => Some(now.since(since)),
            Stage::Dialing | Stage::Ringing | Stage::Opening { .. } => None,
        }
    }

    pub(super) fn talk(&self, signaling: bool) -> Talk {
        Talk {
            peer: self.peer,
            with: self.with.clone(),
            name: self.name.clone(),
            since: match self.stage {
                Stage::Talking { since } => Some(since),
                Stage::Dialing | Stage::Ringing | Stage::Opening { .. } => None,
            },
            path: self.monitor.path(),
            signaling,
            remote: self.remote,
            remote_says: self.says,
            texts: self.channel,
            healed_after: self.monitor.healed_after(),
        }
    }

    /// What this side sends, or says of its devices, changed.
    pub(super) fn sending_changed(&mut self, shared: &mut Shared) {
        if self.consented() || !self.early && self.unprepared.is_none() {
            self.set_sending(shared, shared.sending);
        }
        if self.greeted {
            let devices = Some(shared.note);
            self.tell(
                shared,
                Extension {
                    devices,
                    ..Extension::default()
                },
            );
        }
    }

    /// Sends a text of the chat; `false` when the other side cannot get it.
    pub(super) fn send_text(&mut self, shared: &mut Shared, now: Instant, text: String) -> bool {
        if !self.channel || !self.consented() {
            return false;
        }
        if self.antenna {
            self.tell(
                shared,
                Extension {
                    text: Some(text.clone()),
                    ..Extension::default()
                },
            );
        } else {
            self.command(
                shared,
                MediaCommand::Data {
                    peer: self.peer,
                    text: text.clone(),
                },
            );
        }
        self.text(shared, now, true, text);
        true
    }

    fn text(&mut self, shared: &mut Shared, now: Instant, own: bool, text: String) {
        self.texts += 1;
        shared.event(Event::CallText(CallText {
            number: self.texts,
            own,
            text,
            at: now,
        }));
    }

    // Deadlines

    pub(super) fn tick(&mut self, shared: &mut Shared, now: Instant) -> Option<EndReason> {
        self.prepare(shared);
        self.leave_if_due(shared, now);
        match self.stage {
            Stage::Dialing if now.since(self.since) >= RING => Some(EndReason::NoAnswer),
            Stage::Ringing if now.since(self.since) >= RING => Some(EndReason::Missed),
            Stage::Opening { since } if now.since(since) >= OPEN => Some(EndReason::NoPath),
            Stage::Dialing | Stage::Ringing | Stage::Opening { .. } => None,
            Stage::Talking { .. } => {
                let step = self.monitor.tick(now);
                self.step(shared, step)
            }
        }
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        if self.unprepared.is_some() {
            return Some(self.since);
        }
        let limit = match self.stage {
            Stage::Dialing | Stage::Ringing => Some(self.since + RING),
            Stage::Opening { since } => Some(since + OPEN),
            Stage::Talking { .. } => self.monitor.deadline(),
        };
        let leave = match self.negotiation.leave(self.trickles) {
            Leave::At(at) if self.may_leave() => Some(at),
            Leave::At(_) | Leave::Now | Leave::Never => None,
        };
        earliest(limit, leave)
    }

    // The network and the server

    /// Signaling is up again, maybe under another id.
    pub(super) fn signaling_up(&mut self, shared: &mut Shared, now: Instant, moved: bool) {
        if moved && self.antenna {
            let word = if self.stage == Stage::Ringing {
                Word::Ringing
            } else {
                Word::Moved
            };
            self.say(
                shared,
                Extension {
                    word: Some(word),
                    ..Extension::default()
                },
            );
        }
        let unanswered = self.stage == Stage::Dialing && moved;
        let unopened = matches!(self.stage, Stage::Opening { .. }) && self.antenna;
        if self.negotiation.left && (unanswered || unopened) {
            self.say_description(shared);
        }
        self.monitor.try_now(now);
    }

    pub(super) fn network_changed(&mut self, shared: &mut Shared, now: Instant) {
        self.stale = true;
        if self.monitor.network(now).is_some() && matches!(self.stage, Stage::Talking { .. }) {
            self.mend(shared);
        }
    }

    pub(super) fn offline(&mut self) {
        self.monitor.offline();
    }

    pub(super) fn resumed(&mut self, now: Instant, asleep: Duration) {
        self.monitor.resumed(now, asleep);
    }

    pub(super) fn hint(&mut self, shared: &mut Shared, now: Instant) {
        self.monitor.hint(now);
        if self.consented() {
            self.read_stats(shared, now);
        }
    }

    // Mending

    fn step(&mut self, shared: &mut Shared, step: Option<Step>) -> Option<EndReason> {
        match step {
            None => None,
            Some(Step::Mend) => {
                self.mend(shared);
                None
            }
            Some(Step::Lost) => Some(EndReason::ConnectionLost),
        }
    }

    /// Has ICE restarted. Between two Antennas only the caller offers and the callee asks for it, so that offers never
    /// cross: after a rollback Chromium goes on decoding the other side's picture, but never shows it again. A classic
    /// client offers nothing by itself, so this side does, whichever it is.
    fn mend(&mut self, shared: &mut Shared) {
        if !shared.up && self.monitor.is_broken() {
            // It would reach nobody, and its candidates would be old when it could.
            return;
        }
        if self.antenna && self.role == Role::Callee {
            self.say(
                shared,
                Extension {
                    word: Some(Word::Restart),
                    answers: self.negotiation.answering,
                    ..Extension::default()
                },
            );
            return;
        }
        self.restart(shared);
    }

    /// The callee's path is broken, whatever ours looks like; unless it says so of a path that was renewed since, in a
    /// word that waited in the data channel.
    fn restart_for_them(&mut self, shared: &mut Shared, answered: Option<u32>) {
        let renewed = self.negotiation.offering == Offering::Idle
            && answered.is_some_and(|answered| answered < self.negotiation.offers);
        if self.role == Role::Caller && matches!(self.stage, Stage::Talking { .. }) && !renewed {
            self.restart(shared);
        }
    }

    /// Restarts ICE, or says the pending offer again where one waits for its answer and the network is still the one
    /// it was made on.
    fn restart(&mut self, shared: &mut Shared) {
        match self.negotiation.offering {
            Offering::Creating => self.negotiation.again |= self.stale,
            Offering::Pending if !self.stale => {
                if self.negotiation.left {
                    self.say_description(shared);
                }
            }
            Offering::Pending | Offering::Idle => self.offer(shared, true),
        }
    }
}

fn due(says: RemoteSays) -> Due {
    match (says.muted, says.camera_off, says.sharing) {
        (true, true, _) => Due::Nothing,
        (true, false, true) => Due::Screen,
        (false, _, _) | (true, false, false) => Due::Media,
    }
}
