//! What the other side says: signals through the server and over the data channel.

use super::*;
use crate::io::TrackKind;

/// A call that arrives.
#[derive(Debug)]
pub(in crate::call) struct Ring {
    pub(in crate::call) from: String,
    pub(in crate::call) name: String,
    pub(in crate::call) offer: Description,
    pub(in crate::call) extension: Option<Extension>,
}

/// The offer of a call that rings, as it came.
#[derive(Debug)]
pub(super) struct Unprepared {
    offer: Description,
    number: Option<u32>,
}

/// More sections than this nobody needs.
const MAX_EXTRA_RECEIVERS: u32 = 8;
/// The longest text of the chat, in characters.
const MAX_TEXT: usize = 10_000;

impl Leg {
    /// Somebody calls. First it rings; what can be prepared is prepared with the next tick, since making a connection
    /// keeps the browser from drawing.
    pub(in crate::call) fn ring(shared: &mut Shared, now: Instant, ring: Ring) -> Self {
        let Ring {
            from,
            name,
            offer,
            extension,
        } = ring;
        let mut leg = Self::new(shared, now, Role::Callee, from);
        leg.name = if name.is_empty() { leg.with.clone() } else { name };
        leg.trickles = sdp::trickles(&offer.sdp);
        let mut number = None;
        if let Some(extension) = &extension {
            leg.antenna = true;
            leg.trickles = extension.trickle;
            leg.call.clone_from(&extension.call);
            number = extension.offer;
            leg.recognise(shared, &offer, extension);
            leg.early = leg.known && extension.early_answers && shared.preferences.prepare_for_known;
        }
        leg.negotiation.remote_certificate = sdp::fingerprints(&offer.sdp);
        leg.unprepared = Some(Unprepared { offer, number });
        if leg.antenna {
            leg.say(
                shared,
                Extension {
                    word: Some(Word::Ringing),
                    ..Extension::default()
                },
            );
        }
        leg
    }

    /// Prepares everything that shows nothing of this device, while it rings.
    ///
    /// The offer is applied without its candidates, so that no connectivity check, and with it our address, leaves
    /// before consent. People talked to before get an early answer instead, where the person allows it.
    pub(super) fn prepare(&mut self, shared: &mut Shared) {
        let Some(Unprepared { offer, number }) = self.unprepared.take() else {
            return;
        };
        self.create(shared, false);
        if self.early {
            self.answer(shared, offer, number);
            self.release(shared);
            return;
        }
        let (bare, candidates) = sdp::split_candidates(&offer.sdp);
        candidates
            .into_iter()
            .for_each(|candidate| self.negotiation.withhold(candidate));
        let bare = Description {
            kind: DescriptionKind::Offer,
            sdp: bare,
        };
        self.answer(shared, bare, number);
        // Nothing can leave, since the other side has neither our credentials nor our address before the answer leaves;
        // but senders are ready then.
        self.set_sending(shared, shared.sending);
    }

    fn recognise(&mut self, shared: &Shared, offer: &Description, extension: &Extension) {
        let certificate = sdp::fingerprints(&offer.sdp);
        let claim = Claim {
            caller: extension.from.as_deref().unwrap_or(&self.with),
            callee: shared.me.as_deref().unwrap_or_default(),
            call: extension.call.as_deref().unwrap_or_default(),
            certificate: &certificate,
        };
        if let Some((secret, proof)) = claim.check(&shared.preferences.known, &extension.proofs) {
            self.known = true;
            self.secret = Some(secret);
            self.proved = Some(proof);
        }
    }

    /// Takes a signal of this leg.
    pub(in crate::call) fn message(
        &mut self,
        shared: &mut Shared,
        now: Instant,
        message: Message,
    ) -> Option<EndReason> {
        let extension = message.antenna.unwrap_or_default();
        if extension != Extension::default()
            && let Some(reason) = self.extension(shared, now, &extension)
        {
            return Some(reason);
        }
        match message.signal {
            None => {}
            Some(Signal::Description(description)) => match description.kind {
                DescriptionKind::Offer => self.take_offer(shared, now, description, extension.offer),
                DescriptionKind::Answer => self.take_answer(shared, now, description, &extension),
            },
            Some(Signal::Candidate(candidate)) => self.take_candidate(shared, candidate),
            Some(Signal::Renegotiate) => self.renegotiate(shared),
            Some(Signal::TransceiverRequest { kind }) => self.make_room(shared, &kind),
        }
        None
    }

    fn extension(&mut self, shared: &mut Shared, now: Instant, extension: &Extension) -> Option<EndReason> {
        if !self.antenna {
            self.antenna = true;
            self.greet(shared);
        }
        if extension.trickle {
            self.trickles = true;
        }
        if let Some(name) = extension
            .name
            .as_deref()
            .map(super::super::clean_name)
            .filter(|name| !name.is_empty())
        {
            self.name = name;
        }
        if let Some(from) = extension.from.as_ref().filter(|from| **from != self.with) {
            self.with.clone_from(from);
            self.monitor.try_now(now);
        }
        if let (None, Some(proof), Role::Caller) = (self.secret, extension.proved, self.role) {
            self.recognise_proof(shared, proof);
        }
        match extension.word {
            Some(Word::Ringing) => self.tell_candidates(shared),
            Some(Word::Accept) => self.accepted(shared, now),
            Some(Word::Bye(bye)) => return Some(self.ended_by(bye)),
            Some(Word::Restart) => self.restart_for_them(shared, extension.answers),
            Some(Word::Moved) | None => {}
        }
        None
    }

    /// The callee showed which of our proofs it recognised.
    fn recognise_proof(&mut self, shared: &Shared, proof: Secret) {
        let certificate = self.negotiation.own_certificate();
        let claim = Claim {
            caller: shared.me.as_deref().unwrap_or_default(),
            callee: &self.with,
            call: self.call.as_deref().unwrap_or_default(),
            certificate: &certificate,
        };
        if let Some((secret, _)) = claim.check(&shared.preferences.known, &[proof]) {
            self.secret = Some(secret);
            self.known = true;
        }
    }

    fn ended_by(&self, bye: Bye) -> EndReason {
        match (self.stage, bye) {
            (Stage::Ringing, _) => EndReason::Missed,
            (_, Bye::Declined) => EndReason::Declined,
            (_, Bye::Busy) => EndReason::Busy,
            (_, Bye::NoAnswer) => EndReason::NoAnswer,
            (_, Bye::Lost) => EndReason::ConnectionLost,
            (_, Bye::HungUp) => EndReason::RemoteHungUp,
        }
    }

    fn take_offer(&mut self, shared: &mut Shared, now: Instant, offer: Description, number: Option<u32>) {
        if self.negotiation.remote_set && !self.is_from(&offer) {
            // Ids are public and `callAccepted` names no sender: only the connection's own certificate counts.
            shared.trouble("an offer from another connection was ignored");
            return;
        }
        if number.is_some() && number <= self.negotiation.answering {
            let again = self.answered_at.is_none_or(|at| now.since(at) >= SAY_AGAIN);
            if number == self.negotiation.answering && again && self.negotiation.left && self.may_leave() {
                self.answered_at = Some(now);
                self.say_description(shared);
            }
            return;
        }
        if !self.consented() {
            return;
        }
        let collision = self.negotiation.offering != Offering::Idle;
        if collision && self.antenna && self.role == Role::Caller {
            // Only callers offer, so this is none of ours: the callee gets our offer, maybe once more.
            if self.negotiation.left {
                self.say_description(shared);
            }
            return;
        }
        self.answer(shared, offer, number);
        self.release(shared);
    }

    fn take_answer(&mut self, shared: &mut Shared, now: Instant, answer: Description, extension: &Extension) {
        let stale = extension
            .answers
            .is_some_and(|number| number != self.negotiation.offers);
        if self.negotiation.offering != Offering::Pending || stale {
            return;
        }
        if self.negotiation.remote_set && !self.is_from(&answer) {
            shared.trouble("an answer from another connection was ignored");
            return;
        }
        self.trickles |= sdp::trickles(&answer.sdp);
        if extension.early && self.stage == Stage::Dialing {
            self.early = true;
            self.set_sending(shared, Sending::default());
        }
        self.negotiation.remote(&answer.sdp);
        self.negotiation.offering = Offering::Idle;
        self.command(
            shared,
            MediaCommand::RemoteDescription {
                peer: self.peer,
                description: answer,
            },
        );
        self.release(shared);
        if extension.early {
            self.tell_candidates(shared);
        } else {
            self.accepted(shared, now);
        }
        if self.negotiation.again {
            self.offer(shared, true);
        }
    }

    fn take_candidate(&mut self, shared: &mut Shared, candidate: Candidate) {
        self.trickles = true;
        if candidate.candidate.is_empty() {
            return;
        }
        let before_consent = self.stage == Stage::Ringing && !self.early;
        if before_consent || !self.negotiation.remote_set {
            self.negotiation.withhold(candidate);
        } else {
            self.command(
                shared,
                MediaCommand::RemoteCandidate {
                    peer: self.peer,
                    candidate,
                },
            );
        }
        if self.consented() {
            self.tell_candidates(shared);
        }
    }

    /// They want to send one more track.
    fn make_room(&mut self, shared: &mut Shared, kind: &str) {
        if !self.consented() || self.extra_receivers >= MAX_EXTRA_RECEIVERS {
            return;
        }
        self.extra_receivers += 1;
        let kind = if kind == "audio" {
            TrackKind::Audio
        } else {
            TrackKind::Video
        };
        self.command(
            shared,
            MediaCommand::AddReceiver {
                peer: self.peer,
                kind,
            },
        );
        self.renegotiate(shared);
    }

    fn renegotiate(&mut self, shared: &mut Shared) {
        if !self.consented() {
            return;
        }
        match self.negotiation.offering {
            Offering::Idle => self.offer(shared, false),
            Offering::Creating | Offering::Pending => self.negotiation.again = true,
        }
    }

    /// Takes a text that came over the data channel.
    pub(in crate::call) fn data(
        &mut self,
        shared: &mut Shared,
        now: Instant,
        text: String,
    ) -> Option<EndReason> {
        let extension = self.antenna.then(|| parse(&text)).flatten();
        let Some(mut extension) = extension else {
            if self.consented() {
                let text = text.chars().take(MAX_TEXT).collect();
                self.text(shared, now, false, text);
            }
            return None;
        };
        let signal = extension.signal.take();
        if let Some(reason) = self.extension(shared, now, &extension) {
            return Some(reason);
        }
        if let Some(message) = signal {
            return self.message(shared, now, *message);
        }
        if let Some(devices) = extension.devices {
            let says = RemoteSays {
                muted: devices.muted,
                camera_off: devices.camera_off,
                sharing: devices.sharing,
            };
            self.says = Some(says);
            self.monitor.says(due(says));
        }
        if let Some(half) = extension.half {
            self.their_half = Some(half);
            self.acquaint(shared);
        }
        if let Some(text) = extension.text.filter(|_| self.consented()) {
            self.text(shared, now, false, text);
        }
        None
    }
}

fn parse(text: &str) -> Option<Extension> {
    let value = serde_json::from_str(text).ok()?;
    Message::decode("data", &value).ok()?.antenna
}
