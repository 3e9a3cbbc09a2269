//! What the connection says.

use super::*;
use crate::io::{MediaInput, MediaStep, PeerState};

impl Leg {
    /// Takes news of this leg's connection.
    pub(in crate::call) fn media(
        &mut self,
        shared: &mut Shared,
        now: Instant,
        input: MediaInput,
    ) -> Option<EndReason> {
        let reason = self.news(shared, now, input);
        if self.monitor.take_healed() {
            self.command(shared, MediaCommand::RefreshPicture { peer: self.peer });
        }
        if self.consented() {
            self.read_stats(shared, now);
        }
        reason
    }

    /// Has statistics read as often as the path wants it.
    pub(super) fn read_stats(&mut self, shared: &mut Shared, now: Instant) {
        let every = Some(self.monitor.read_every(now));
        if self.read_every != every {
            self.read_every = every;
            self.command(
                shared,
                MediaCommand::WatchStats {
                    peer: self.peer,
                    every,
                },
            );
        }
    }

    fn news(&mut self, shared: &mut Shared, now: Instant, input: MediaInput) -> Option<EndReason> {
        match input {
            MediaInput::LocalDescription { description, .. } => {
                if self.negotiation.described(now, &description) {
                    self.described(shared, now);
                }
                None
            }
            MediaInput::Candidate { candidate, .. } => {
                self.negotiation.candidate(now, candidate);
                self.leave_if_due(shared, now);
                self.tell_candidates(shared);
                None
            }
            MediaInput::Connection { state, .. } => self.connection(shared, now, state),
            MediaInput::Ice { state, .. } => {
                let step = self.monitor.ice(now, state);
                self.step(shared, step)
            }
            MediaInput::DataChannel { open, .. } => self.channel(shared, open),
            MediaInput::Data { text, .. } => self.data(shared, now, text),
            MediaInput::Remote { tracks, .. } => {
                self.remote = tracks;
                None
            }
            MediaInput::FrameDrawn { .. } => {
                self.monitor.media_came(now);
                None
            }
            MediaInput::Stats { stats, .. } => {
                if self.consented() {
                    shared.event(Event::CallStats(stats));
                }
                let step = self.monitor.stats(now, &stats);
                self.step(shared, step)
            }
            MediaInput::Failed { step, reason, .. } => self.failed(shared, step, &reason),
            MediaInput::RemoteDescriptionSet { .. } | MediaInput::Capture(_) | MediaInput::ScreenEnded => {
                None
            }
        }
    }

    fn described(&mut self, shared: &mut Shared, now: Instant) {
        if self.negotiation.again && self.negotiation.offering == Offering::Pending {
            // The network changed while this one was made.
            self.offer(shared, true);
            return;
        }
        self.leave_if_due(shared, now);
    }

    fn connection(&mut self, shared: &mut Shared, now: Instant, state: PeerState) -> Option<EndReason> {
        let step = self.monitor.connection(now, state);
        self.talk_if_up(now);
        self.greet(shared);
        match (state, self.stage) {
            (PeerState::Failed, Stage::Opening { .. }) => Some(EndReason::NoPath),
            (PeerState::Closed, Stage::Opening { .. } | Stage::Talking { .. }) => {
                Some(EndReason::RemoteHungUp)
            }
            (
                PeerState::New
                | PeerState::Connecting
                | PeerState::Connected
                | PeerState::Disconnected
                | PeerState::Failed
                | PeerState::Closed,
                Stage::Dialing | Stage::Ringing | Stage::Opening { .. } | Stage::Talking { .. },
            ) => self.step(shared, step),
        }
    }

    pub(super) fn talk_if_up(&mut self, now: Instant) {
        if matches!(self.stage, Stage::Opening { .. }) && self.monitor.is_connected() {
            self.stage = Stage::Talking { since: now };
            self.monitor.start(now);
        }
    }

    fn channel(&mut self, shared: &mut Shared, open: bool) -> Option<EndReason> {
        let was_open = std::mem::replace(&mut self.channel, open);
        if open {
            self.greet(shared);
            return None;
        }
        // A lost network leaves the channel open; only the other end closes it.
        (was_open && self.consented()).then_some(EndReason::RemoteHungUp)
    }

    fn failed(&mut self, shared: &mut Shared, step: MediaStep, reason: &str) -> Option<EndReason> {
        shared.trouble(reason);
        let established = matches!(self.stage, Stage::Talking { .. });
        match step {
            // Candidates of a protocol that this browser does not know, or of an offer that collided.
            MediaStep::RemoteCandidate => None,
            MediaStep::Offer | MediaStep::Answer | MediaStep::RemoteDescription if established => {
                self.negotiation.offering = Offering::Idle;
                None
            }
            MediaStep::Create | MediaStep::Offer | MediaStep::Answer | MediaStep::RemoteDescription => {
                Some(EndReason::Failed(reason.to_owned()))
            }
        }
    }
}
