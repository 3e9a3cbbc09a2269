//! Signals that arrive: whose they are, and which of two calls remains when they cross.

use std::time::Duration;

use wire::signal::{Bye, DescriptionKind, Message, Signal};

use super::leg::{Leg, Ring, Stage};
use super::{CallOutput, Calls, Mail, Toward, clean_name, is_bye};
use crate::event::EndReason;
use crate::time::Instant;

/// How long a classic client has to answer our call when its own crosses it.
const CROSSING: Duration = Duration::from_millis(400);

impl Calls {
    /// Takes what signaling brings.
    pub fn mail(&mut self, now: Instant, mail: Mail) {
        match mail {
            Mail::Up { me } => self.up(now, me),
            Mail::Down => self.shared.up = false,
            Mail::FromCaller { from, name, message } => self.caller_says(now, from, &name, message),
            Mail::FromCallee(message) => self.callee_says(now, message),
            Mail::Declined { from } => {
                let ours = self.current.as_ref().is_some_and(|leg| {
                    leg.stage == Stage::Dialing && from.as_ref().is_none_or(|from| *from == leg.with)
                });
                if ours {
                    self.end_current(now, EndReason::Declined);
                }
            }
            Mail::Hint => {
                if let Some(leg) = &mut self.current {
                    leg.hint(&mut self.shared, now);
                }
            }
            Mail::Text { from, text } => {
                if let Some(leg) = self
                    .current
                    .as_mut()
                    .filter(|leg| from.is_none_or(|from| from == leg.with))
                {
                    let reason = leg.data(&mut self.shared, now, text);
                    self.end_current_for(now, reason);
                }
            }
        }
    }

    fn up(&mut self, now: Instant, me: String) {
        let moved = self.shared.me.as_ref().is_some_and(|old| *old != me);
        let was_up = std::mem::replace(&mut self.shared.up, true);
        if was_up && !moved && self.shared.me.is_some() {
            return;
        }
        self.shared.me = Some(me);
        for post in std::mem::take(&mut self.shared.outbox) {
            self.shared.dispatch(post);
        }
        for leg in self.current.iter_mut().chain(&mut self.knock) {
            leg.signaling_up(&mut self.shared, now, moved);
        }
    }

    fn caller_says(&mut self, now: Instant, from: String, name: &str, message: Message) {
        if self.shared.me.as_deref() == Some(from.as_str()) {
            return;
        }
        let call = message
            .antenna
            .as_ref()
            .and_then(|extension| extension.call.clone());
        let offer = match &message.signal {
            Some(Signal::Description(description)) if description.kind == DescriptionKind::Offer => {
                Some(description)
            }
            _ => None,
        };
        let belongs = |leg: &Leg| match (&call, offer) {
            (Some(call), _) => leg.call.as_ref() == Some(call),
            // A classic client's later signals; an offer only when it comes from the connection we talk to.
            (None, Some(offer)) => !leg.antenna && leg.is_from(offer),
            (None, None) => leg.with == from,
        };
        if self.current.as_ref().is_some_and(belongs) {
            self.tell_current(now, message);
        } else if self.knock.as_ref().is_some_and(belongs) {
            self.tell_knock(now, message);
        } else if let Some(offer) = offer.cloned() {
            if call.is_some_and(|call| self.gone.contains(&call)) {
                self.bye_to(from, Toward::Caller, message.antenna, Bye::HungUp);
            } else {
                let ring = Ring {
                    from,
                    name: clean_name(name),
                    offer,
                    extension: message.antenna,
                };
                self.ring(now, ring);
            }
        } else if !is_bye(&message) {
            self.bye_to(from, Toward::Caller, message.antenna, Bye::HungUp);
        }
    }

    fn callee_says(&mut self, now: Instant, message: Message) {
        let (call, from) = match &message.antenna {
            Some(extension) => (extension.call.clone(), extension.from.clone()),
            None => (None, None),
        };
        let belongs = |leg: &Leg| call.is_none() || leg.call == call;
        if self.current.as_ref().is_some_and(belongs) {
            self.tell_current(now, message);
        } else if call.is_some() && self.knock.as_ref().is_some_and(belongs) {
            self.tell_knock(now, message);
        } else if let (Some(from), false) = (from, is_bye(&message)) {
            // We gave this call up before it got there.
            self.bye_to(from, Toward::Callee, message.antenna, Bye::HungUp);
        }
    }

    /// A new call. At most one rings, and who calls while we call them is answered or waits for our offer.
    fn ring(&mut self, now: Instant, ring: Ring) {
        let dialing = self
            .current
            .as_ref()
            .filter(|leg| leg.stage == Stage::Dialing && leg.with == ring.from);
        if let Some(ours) = dialing {
            let me = self.shared.me.as_deref().unwrap_or_default();
            match &ring.extension {
                // Glare: both compare the same two ids, so exactly one call remains, and it is ours.
                Some(_) if me < ring.from.as_str() => {}
                // A classic client knows no such rule. One that hands every signal to its one peer answers our offer
                // in a moment; one that rings never does, and is answered then.
                None if ours.offer_left() => self.crossing = Some((ring, now + CROSSING)),
                Some(_) | None => self.give_way(now, ring),
            }
            return;
        }
        if let Some(mut old) = self.knock.take_if(|knock| knock.with == ring.from) {
            // They gave up and called again; a classic client has no word for that.
            old.close(&mut self.shared, None);
            let number = old.number;
            let mut leg = Leg::ring(&mut self.shared, now, ring);
            leg.number = number;
            self.knock = Some(leg);
            return;
        }
        if self.knock.is_some() {
            if ring.extension.is_some() {
                self.bye_to(ring.from, Toward::Caller, ring.extension, Bye::Busy);
            } else {
                self.shared.out.push_back(CallOutput::Decline { to: ring.from });
            }
            return;
        }
        self.knock = Some(Leg::ring(&mut self.shared, now, ring));
    }

    /// Their call remains instead of ours.
    fn give_way(&mut self, now: Instant, ring: Ring) {
        let mut candidates = Vec::new();
        if let Some(mut ours) = self.current.take() {
            candidates = ours.take_withheld();
            self.forget(&ours);
            ours.close(&mut self.shared, None);
        }
        let mut leg = Leg::ring(&mut self.shared, now, ring);
        candidates
            .into_iter()
            .for_each(|candidate| leg.withhold(candidate));
        leg.consent(&mut self.shared, now);
        self.current = Some(leg);
    }

    /// A call of theirs that crossed ours is answered now, or rings where ours is over, or is void where ours was
    /// answered.
    pub(super) fn settle_crossing(&mut self, now: Instant) {
        let dialing = self.current.as_ref().map(|leg| leg.stage == Stage::Dialing);
        match dialing {
            Some(false) => self.crossing = None,
            Some(true) => {
                if let Some((ring, _)) = self.crossing.take_if(|(_, at)| *at <= now) {
                    self.give_way(now, ring);
                }
            }
            None => {
                if let Some((ring, _)) = self.crossing.take() {
                    self.ring(now, ring);
                }
            }
        }
    }

    fn tell_current(&mut self, now: Instant, message: Message) {
        let Some(leg) = &mut self.current else { return };
        let reason = leg.message(&mut self.shared, now, message);
        self.end_current_for(now, reason);
    }

    fn tell_knock(&mut self, now: Instant, message: Message) {
        let Some(leg) = &mut self.knock else { return };
        let reason = leg.message(&mut self.shared, now, message);
        self.end_knock_for(reason);
    }
}
