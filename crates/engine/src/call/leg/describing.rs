//! Descriptions and candidates: when ours leave, and when the browser sees theirs.

use super::*;

impl Leg {
    pub(super) fn create(&mut self, shared: &mut Shared, offerer: bool) {
        let config = PeerConfig {
            ice_servers: shared.servers.clone(),
            relay_only: shared.preferences.relay_only,
            offerer,
        };
        self.command(
            shared,
            MediaCommand::CreatePeer {
                peer: self.peer,
                config,
            },
        );
    }

    pub(super) fn offer(&mut self, shared: &mut Shared, ice_restart: bool) {
        self.negotiation.again = false;
        self.stale = false;
        self.negotiation.creating(DescriptionKind::Offer);
        self.command(
            shared,
            MediaCommand::Offer {
                peer: self.peer,
                ice_restart,
            },
        );
    }

    pub(super) fn answer(&mut self, shared: &mut Shared, description: Description, number: Option<u32>) {
        self.negotiation.remote(&description.sdp);
        self.negotiation.creating(DescriptionKind::Answer);
        self.negotiation.answering = number;
        self.command(
            shared,
            MediaCommand::RemoteDescription {
                peer: self.peer,
                description,
            },
        );
        self.command(shared, MediaCommand::Answer { peer: self.peer });
    }

    /// Before consent nothing of ours leaves, but what an early answer is for.
    pub(super) fn may_leave(&self) -> bool {
        self.stage != Stage::Ringing || self.early
    }

    pub(super) fn leave_if_due(&mut self, shared: &mut Shared, now: Instant) {
        if !self.may_leave() {
            return;
        }
        let due = match self.negotiation.leave(self.trickles) {
            Leave::Now => true,
            Leave::At(at) => at <= now,
            Leave::Never => false,
        };
        if !due {
            return;
        }
        self.answered_at = Some(now);
        self.say_description(shared);
        if self.negotiation.again && self.negotiation.offering == Offering::Idle {
            self.offer(shared, true);
        }
    }

    /// Says our description, with the candidates so far.
    pub(super) fn say_description(&mut self, shared: &mut Shared) {
        let Some(description) = self.negotiation.take_whole() else {
            return;
        };
        let certificate = self.negotiation.own_certificate();
        let extension = match description.kind {
            DescriptionKind::Offer => Extension {
                offer: Some(self.negotiation.offers),
                ..Extension::default()
            },
            DescriptionKind::Answer => Extension {
                answers: self.negotiation.answering,
                early: self.stage == Stage::Ringing,
                proved: self.proved,
                name: self.consented().then(|| shared.name.clone()),
                ..Extension::default()
            },
        };
        let first = self.stage == Stage::Dialing;
        let message = Message {
            signal: Some(Signal::Description(description)),
            antenna: Some(extension),
        };
        self.send(shared, message, first.then_some(certificate));
    }

    pub(super) fn tell_candidates(&mut self, shared: &mut Shared) {
        if !self.trickles || !self.may_leave() {
            return;
        }
        while let Some(candidate) = self.negotiation.take_untold() {
            let antenna = self.antenna.then(Extension::default);
            self.send(
                shared,
                Message {
                    signal: Some(Signal::Candidate(candidate)),
                    antenna,
                },
                None,
            );
        }
    }

    /// Lets the browser see the other side's candidates: from here on it checks them, which shows our address.
    pub(super) fn release(&mut self, shared: &mut Shared) {
        for candidate in std::mem::take(&mut self.negotiation.withheld) {
            self.command(
                shared,
                MediaCommand::RemoteCandidate {
                    peer: self.peer,
                    candidate,
                },
            );
        }
    }
}
