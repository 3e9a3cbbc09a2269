//! One-to-one calls, whatever dialect carries their signals: who calls whom, who consents, what survives.
//!
//! ```text
//!             Call                      their consent                 DTLS up
//!   Idle ───────────────▶ Dialing ───────────────────▶ Connecting ─────────────▶ Active ◀──▶ (broken, mended)
//!    ▲                       │ glare: they called us first                         │
//!    │      knock: Answer    ▼                                                     │
//!    │ ◀──── Ringing ────▶ Connecting                                              │
//!    └── Dismiss ── Ended ◀── hang-up, decline, busy, no answer in 30 s, no path, path lost for 30 s
//! ```
//!
//! At most one leg is current, and one more may be knocking. `callEnded`, which servers broadcast whenever anybody
//! disconnects, ends none of them.

use std::collections::VecDeque;

use wire::signal::{Bye, DeviceNote, Extension, IceServer, MAX_ID, Message, Word};

use crate::command::Preferences;
use crate::event::{CallPhase, CallView, EndReason, Ended, Incoming, Refusal};
use crate::io::{Environment, MediaInput, PeerId, Sending};
use crate::time::{Instant, earliest};

pub mod calling;
pub(crate) mod capture;
mod leg;
mod letters;
mod mail;
mod negotiation;
mod path;
pub(crate) mod secret;
mod spare;

pub use letters::{CallOutput, Mail, Post, Toward};

use leg::{Leg, Ring, Stage};
use letters::Shared;
use secret::Random;
use spare::Spare;

/// Ended calls whose late signals are recognised.
const MAX_GONE: usize = 16;
/// The longest name that is shown, in characters.
const MAX_NAME: usize = 80;
/// The longest text of the chat, in characters.
const MAX_TEXT: usize = 10_000;

/// All calls of one backend.
#[derive(Debug)]
pub struct Calls {
    shared: Shared,
    current: Option<Leg>,
    knock: Option<Leg>,
    ended: Option<Ended>,
    gone: VecDeque<String>,
    /// A classic client's call that crossed ours, and when it is answered if ours is not.
    crossing: Option<(Ring, Instant)>,
    spare: Spare,
}

impl Calls {
    /// No call, and signaling down. `first_peer` keeps connection ids apart when a backend follows another.
    pub(crate) fn new(
        preferences: Preferences,
        servers: Vec<IceServer>,
        random: Random,
        first_peer: u64,
    ) -> Self {
        let shared = Shared {
            out: VecDeque::new(),
            outbox: VecDeque::new(),
            me: None,
            up: false,
            name: String::new(),
            preferences,
            servers,
            random,
            numbers: first_peer,
            peers: first_peer,
            sending: Sending::default(),
            note: DeviceNote::default(),
        };
        Self {
            shared,
            current: None,
            knock: None,
            ended: None,
            gone: VecDeque::new(),
            crossing: None,
            spare: Spare::default(),
        }
    }

    // The person

    /// Calls somebody.
    ///
    /// # Errors
    /// Why it cannot be.
    pub fn dial(&mut self, now: Instant, to: &str) -> Result<(), Refusal> {
        let to = to.trim();
        if to.is_empty() || to.len() > MAX_ID || to.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err(Refusal::NotAnId);
        }
        if self.shared.me.as_deref() == Some(to) {
            return Err(Refusal::OwnId);
        }
        if self.current.is_some() {
            return Err(Refusal::AlreadyInCall);
        }
        if let Some(knock) = self.knock.as_ref().filter(|knock| knock.with == to) {
            let number = knock.number;
            return self.answer(now, number);
        }
        if !self.shared.up {
            return Err(Refusal::NotConnected);
        }
        self.ended = None;
        let spare = self.spare.take(now);
        self.current = Some(Leg::dial(&mut self.shared, now, to.to_owned(), spare));
        Ok(())
    }

    /// Answers the call with this number; a present one ends.
    ///
    /// # Errors
    /// When it is over.
    pub fn answer(&mut self, now: Instant, number: u64) -> Result<(), Refusal> {
        let Some(mut knock) = self.knock.take_if(|knock| knock.number == number) else {
            return Err(Refusal::CallGone);
        };
        if let Some(current) = self.current.take() {
            self.close(current, Some(Bye::HungUp));
        }
        self.ended = None;
        knock.consent(&mut self.shared, now);
        self.current = Some(knock);
        Ok(())
    }

    /// Declines the call with this number.
    ///
    /// # Errors
    /// When it is over.
    pub fn decline(&mut self, number: u64) -> Result<(), Refusal> {
        let Some(knock) = self.knock.take_if(|knock| knock.number == number) else {
            return Err(Refusal::CallGone);
        };
        let bye = if self.current.is_some() {
            Bye::Busy
        } else {
            Bye::Declined
        };
        self.turn_away(&knock);
        self.close(knock, Some(bye));
        Ok(())
    }

    /// Cancels the attempt or ends the call.
    ///
    /// # Errors
    /// When there is none.
    pub fn hang_up(&mut self, now: Instant) -> Result<(), Refusal> {
        if self.current.is_none() {
            return Err(Refusal::CallGone);
        }
        self.end_current(now, EndReason::HungUp);
        Ok(())
    }

    /// Takes note of how the last call ended.
    pub fn dismiss(&mut self) {
        self.ended = None;
    }

    /// Sends a text of the chat.
    ///
    /// # Errors
    /// When it is empty, too long, or the other side cannot get it.
    pub fn send_text(&mut self, now: Instant, text: &str) -> Result<(), Refusal> {
        let text = text.trim();
        let fits = !text.is_empty() && text.chars().take(MAX_TEXT + 1).count() <= MAX_TEXT;
        let sent = fits
            && self
                .current
                .as_mut()
                .is_some_and(|leg| leg.send_text(&mut self.shared, now, text.to_owned()));
        if sent { Ok(()) } else { Err(Refusal::TextNotSent) }
    }

    /// The person's name, for the next signal.
    pub fn set_name(&mut self, name: &str) {
        self.shared.name = clean_name(name);
    }

    /// The person's choices, for the next call.
    pub fn set_preferences(&mut self, preferences: Preferences) {
        if preferences.relay_only != self.shared.preferences.relay_only {
            self.spare.discard(&mut self.shared);
        }
        self.shared.preferences = preferences;
    }

    /// The person is about to call somebody.
    pub fn about_to_call(&mut self, now: Instant) {
        self.spare.sign(now);
    }

    /// After everything that happened: sees to the spare connection.
    pub(crate) fn settle(&mut self, now: Instant, preview: bool) {
        self.spare.set_preview(preview);
        let busy = self.current.is_some() || self.knock.is_some();
        self.spare.settle(&mut self.shared, now, busy);
    }

    /// What a consented call sends, and what is said of it.
    pub(crate) fn set_sending(&mut self, sending: Sending, note: DeviceNote) {
        if (self.shared.sending, self.shared.note) == (sending, note) {
            return;
        }
        (self.shared.sending, self.shared.note) = (sending, note);
        for leg in self.current.iter_mut().chain(&mut self.knock) {
            leg.sending_changed(&mut self.shared);
        }
    }

    /// Whether the person consented to a call, so that capture may run for it.
    pub fn wants_capture(&self) -> bool {
        self.current.is_some()
    }

    /// Whether both sides consented.
    pub fn is_talking(&self) -> bool {
        self.current.as_ref().is_some_and(Leg::consented)
    }

    /// The highest connection id in use.
    pub(crate) fn last_peer(&self) -> u64 {
        self.shared.peers.max(self.shared.numbers)
    }

    /// Ends everything: another backend is used from now on.
    pub(crate) fn leave(&mut self, now: Instant) {
        if self.current.is_some() {
            self.end_current(now, EndReason::HungUp);
        }
        if let Some(knock) = self.knock.take() {
            self.turn_away(&knock);
            self.close(knock, Some(Bye::Declined));
        }
        self.spare.discard(&mut self.shared);
        self.shared.up = false;
    }

    // Media, time, network

    /// Takes news of a connection.
    pub fn media(&mut self, now: Instant, peer: PeerId, input: MediaInput) {
        if self.spare.media(&mut self.shared, now, peer, &input) {
            return;
        }
        if let Some(leg) = self.current.as_mut().filter(|leg| leg.peer == peer) {
            let reason = leg.media(&mut self.shared, now, input);
            self.end_current_for(now, reason);
        } else if let Some(leg) = self.knock.as_mut().filter(|leg| leg.peer == peer) {
            let reason = leg.media(&mut self.shared, now, input);
            self.end_knock_for(reason);
        }
    }

    /// Takes news of the device's network.
    pub fn environment(&mut self, now: Instant, news: Environment) {
        self.spare.environment(&mut self.shared, now, news);
        for leg in self.current.iter_mut().chain(&mut self.knock) {
            match news {
                Environment::Online | Environment::NetworkChanged => {
                    leg.network_changed(&mut self.shared, now)
                }
                Environment::Offline => leg.offline(),
                Environment::Resumed(asleep) => leg.resumed(now, asleep),
                Environment::Visible(_) => {}
            }
        }
    }

    /// Acts on every timer that is due.
    pub fn tick(&mut self, now: Instant) {
        self.settle_crossing(now);
        if let Some(leg) = &mut self.current {
            let reason = leg.tick(&mut self.shared, now);
            self.end_current_for(now, reason);
        }
        if let Some(leg) = &mut self.knock {
            let reason = leg.tick(&mut self.shared, now);
            self.end_knock_for(reason);
        }
    }

    /// When [`tick`](Self::tick) is due.
    pub fn deadline(&self) -> Option<Instant> {
        let of = |leg: &Option<Leg>| leg.as_ref().and_then(Leg::deadline);
        let crossing = self.crossing.as_ref().map(|(_, at)| *at);
        let legs = earliest(of(&self.current), of(&self.knock));
        earliest(earliest(legs, crossing), self.spare.deadline())
    }

    /// The next thing to do.
    pub fn poll(&mut self) -> Option<CallOutput> {
        self.shared.out.pop_front()
    }

    /// How calling stands.
    pub fn view(&self) -> CallView {
        let phase = match (&self.current, &self.ended) {
            (Some(leg), _) => match leg.stage {
                Stage::Dialing | Stage::Ringing => CallPhase::Dialing {
                    to: leg.with.clone(),
                    ringing: leg.offer_left(),
                    since: leg.since,
                },
                Stage::Opening { .. } => CallPhase::Connecting(leg.talk(self.shared.up)),
                Stage::Talking { .. } => CallPhase::Active(leg.talk(self.shared.up)),
            },
            (None, Some(ended)) => CallPhase::Ended(ended.clone()),
            (None, None) => CallPhase::Idle,
        };
        let incoming = self.knock.as_ref().map(|leg| Incoming {
            call: leg.number,
            from: leg.with.clone(),
            name: leg.name.clone(),
            known: leg.known,
            since: leg.since,
        });
        CallView { phase, incoming }
    }

    // Ends

    fn end_current_for(&mut self, now: Instant, reason: Option<EndReason>) {
        if let Some(reason) = reason {
            self.end_current(now, reason);
        }
    }

    fn end_current(&mut self, now: Instant, reason: EndReason) {
        let Some(leg) = self.current.take() else { return };
        let bye = match &reason {
            EndReason::HungUp => Some(Bye::HungUp),
            EndReason::NoAnswer => Some(Bye::NoAnswer),
            EndReason::ConnectionLost | EndReason::NoPath | EndReason::Failed(_) => Some(Bye::Lost),
            EndReason::RemoteHungUp | EndReason::Declined | EndReason::Busy | EndReason::Missed => None,
        };
        let (name, with, duration) = (leg.name.clone(), leg.with.clone(), leg.duration(now));
        self.close(leg, bye);
        self.ended = Some(Ended {
            name,
            with,
            reason,
            duration,
        });
    }

    fn end_knock_for(&mut self, reason: Option<EndReason>) {
        let Some(reason) = reason else { return };
        let Some(leg) = self.knock.take() else { return };
        let (name, with) = (leg.name.clone(), leg.with.clone());
        let timed_out = reason == EndReason::Missed;
        let bye = match (timed_out, &self.current) {
            (true, Some(_)) => Bye::Busy,
            (true, None) => Bye::NoAnswer,
            (false, _) => Bye::Lost,
        };
        self.close(leg, Some(bye));
        // An offer that no browser takes was no call.
        if self.current.is_none() && timed_out {
            self.ended = Some(Ended {
                name,
                with,
                reason,
                duration: None,
            });
        }
    }

    fn close(&mut self, mut leg: Leg, bye: Option<Bye>) {
        self.forget(&leg);
        leg.close(&mut self.shared, bye);
    }

    fn forget(&mut self, leg: &Leg) {
        if let Some(call) = &leg.call {
            if self.gone.len() >= MAX_GONE {
                self.gone.pop_front();
            }
            self.gone.push_back(call.clone());
        }
        // What still waits for signaling is void, but for a good-bye that follows.
        self.shared.outbox.retain(|post| {
            post.message.antenna.as_ref().map(|extension| &extension.call) != Some(&leg.call)
                || leg.call.is_none()
        });
    }

    fn turn_away(&mut self, knock: &Leg) {
        if !knock.antenna {
            self.shared.out.push_back(CallOutput::Decline {
                to: knock.with.clone(),
            });
        }
    }

    fn bye_to(&mut self, to: String, toward: Toward, extension: Option<Extension>, bye: Bye) {
        let Some(Extension { call: Some(call), .. }) = extension else {
            return;
        };
        let antenna = Extension {
            call: Some(call),
            word: Some(Word::Bye(bye)),
            ..Extension::default()
        };
        let message = Message {
            signal: None,
            antenna: Some(antenna),
        };
        self.shared.post(
            Post {
                to,
                toward,
                message,
                certificate: None,
            },
            false,
        );
    }
}

fn is_bye(message: &Message) -> bool {
    matches!(
        &message.antenna,
        Some(Extension {
            word: Some(Word::Bye(_)),
            ..
        })
    )
}

/// A name as it may be shown: no control characters, no blanks around it, not too long.
pub(crate) fn clean_name(name: &str) -> String {
    let visible: String = name.chars().filter(|c| !c.is_control()).take(MAX_NAME).collect();
    visible.trim().to_owned()
}
