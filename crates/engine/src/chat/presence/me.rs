//! Oneself: what was chosen, what activity makes of it, and what of it is said.

use std::rc::Rc;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::{News, Now, presence_of, short, usual_end, word_of};
use crate::chat::api::{
    Activity, Choices, LastSeen, LastSeenPrivacy, MeView, Millis, OwnPresence, Person, Presence, Privacy,
    Server, spans,
};
use crate::chat::markdown::neutral;
use crate::time::{Instant, earliest};

/// A hidden page means away after this time: looking into another tab for a moment does not flap.
const HIDDEN_AWAY: Duration = Duration::from_secs(5);
/// What comes about oneself so soon after something was said is its echo, or crossed it on the way.
const ECHO: Duration = Duration::from_secs(5);

/// Oneself.
///
/// What was chosen stands; only `Online` follows activity, and a call shows where one is there at all:
///
/// ```text
///            30 s without activity, page hidden for 5 s, IdleDetector idle
///   Online ───────────────────────────────────────────────────────────────▶ Away
///      ▲                         activity, page visible                       │
///      └──────────────────────────────────────────────────────────────────────┘
///   Online, Away ── a call ──▶ InCall ── its end ──▶ as before
/// ```
#[derive(Debug)]
pub(in crate::chat) struct Me {
    chosen: OwnPresence,
    /// When the text ends, chosen or by contract.
    ends: Option<Millis>,
    privacy: Privacy,
    detector: Detector,
    in_call: bool,
    /// Until when the last activity holds.
    active_until: Instant,
    away: bool,
    server: Option<Server>,
    /// What the server holds us for on this connection.
    said: Option<Presence>,
    said_at: Option<Instant>,
    /// A choice has not been said yet.
    unsaid: bool,
    /// Of it, text and emoji.
    unsaid_text: bool,
    /// It is to be kept.
    unkept: bool,
    /// What [`Self::take_changed`] told last.
    shown: Option<(Presence, OwnPresence, Privacy)>,
}

/// The browser's IdleDetector, which knows of the whole device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Detector {
    /// Not wanted.
    Off,
    /// Wanted; whether it works (permission, support) has not shown yet.
    Silent,
    /// It has spoken, so it alone decides.
    Speaking,
}

impl Me {
    /// With the choices kept on this device.
    pub(in crate::chat) fn new(now: Instant, choices: &Choices) -> Self {
        Self {
            chosen: OwnPresence::default(),
            ends: None,
            privacy: choices.privacy,
            detector: if choices.idle_detector {
                Detector::Silent
            } else {
                Detector::Off
            },
            in_call: false,
            active_until: now + spans::AWAY_AFTER,
            away: false,
            server: None,
            said: None,
            said_at: None,
            unsaid: false,
            unsaid_text: false,
            unkept: false,
            shown: None,
        }
    }

    /// What was kept by [`Self::take_kept`], here or in another tab.
    pub(in crate::chat) fn restore(&mut self, now: Now, kept: &str) {
        let Ok(kept) = serde_json::from_str::<Value>(kept) else {
            return;
        };
        let text = |name: &str| kept.get(name).and_then(Value::as_str).unwrap_or_default();
        let flag = |name: &str| kept.get(name).and_then(Value::as_bool).unwrap_or_default();
        self.chosen = OwnPresence {
            status: presence_of(text("status")).unwrap_or_default(),
            text: Rc::from(neutral(text("text"))),
            emoji: short(text("emoji")),
            until: kept.get("until").and_then(Value::as_u64),
        };
        self.ends = kept.get("ends").and_then(Value::as_u64);
        self.unsaid = flag("unsaid");
        self.unsaid_text = flag("unsaidText");
        self.expire(now);
        self.unkept = false;
    }

    /// What is to be kept (a `meta` record), when it changed.
    pub(in crate::chat) fn take_kept(&mut self) -> Option<String> {
        std::mem::take(&mut self.unkept).then(|| {
            json!({
                "status": word_of(self.chosen.status),
                "text": &*self.chosen.text,
                "emoji": &*self.chosen.emoji,
                "until": self.chosen.until,
                "ends": self.ends,
                "unsaid": self.unsaid,
                "unsaidText": self.unsaid_text,
            })
            .to_string()
        })
    }

    /// The person chose.
    pub(in crate::chat) fn choose(&mut self, now: Now, own: OwnPresence) {
        let own = OwnPresence {
            status: match own.status {
                Presence::Unknown => Presence::Online,
                other => other,
            },
            text: Rc::from(neutral(&own.text)),
            emoji: short(&own.emoji),
            until: own.until,
        };
        let text = |own: &OwnPresence| (own.text.clone(), own.emoji.clone(), own.until);
        self.unsaid |= own.status != self.chosen.status;
        self.unsaid_text |= text(&own) != text(&self.chosen);
        self.chosen = own;
        self.ends = self.has_text().then(|| {
            self.chosen
                .until
                .unwrap_or(usual_end(now.wall, &self.chosen.emoji))
        });
        self.unkept = true;
        self.expire(now);
        self.live(now.at, spans::AWAY_AFTER);
    }

    /// Another device of this person chose: their own id in an event.
    pub(in crate::chat) fn heard(&mut self, now: Now, news: &News) {
        if self.said_at.is_some_and(|said| now.at.since(said) < ECHO) {
            return;
        }
        let before = self.chosen.clone();
        match (news.presence, self.chosen.status) {
            // Away, in a call and offline are what that device happens to be; these two are choices.
            (Some(Presence::DoNotDisturb), Presence::Online | Presence::Away)
            | (Some(Presence::Online), Presence::DoNotDisturb)
                if !self.unsaid =>
            {
                self.chosen.status = news.presence.unwrap_or_default();
                self.said = news.presence;
            }
            _ => {}
        }
        if !self.unsaid_text {
            if let Some(text) = &news.text {
                self.chosen.text = Rc::from(neutral(text));
            }
            if let Some(emoji) = &news.emoji {
                self.chosen.emoji = short(emoji);
            }
            if news.text.is_some() || news.emoji.is_some() {
                self.chosen.until = news.until;
                self.ends = self
                    .has_text()
                    .then(|| news.until.unwrap_or(usual_end(now.wall, &self.chosen.emoji)));
            }
        }
        self.unkept |= self.chosen != before;
    }

    /// The person changed what others may see.
    pub(in crate::chat) fn set_privacy(&mut self, privacy: Privacy) {
        self.privacy = privacy;
    }

    /// The person switched the IdleDetector.
    pub(in crate::chat) fn set_idle_detector(&mut self, now: Instant, on: bool) {
        self.detector = if on { Detector::Silent } else { Detector::Off };
        self.live(now, spans::AWAY_AFTER);
    }

    /// A call runs or not.
    pub(in crate::chat) fn set_in_call(&mut self, in_call: bool) {
        self.in_call = in_call;
    }

    /// Life in this tab, or what the IdleDetector says.
    pub(in crate::chat) fn activity(&mut self, now: Instant, activity: Activity) {
        match (activity, self.detector) {
            (Activity::Active, _) => self.live(now, spans::AWAY_AFTER),
            (Activity::Idle, Detector::Off) => {}
            (Activity::Idle, Detector::Silent | Detector::Speaking) => {
                self.detector = Detector::Speaking;
                self.away = true;
            }
        }
    }

    /// Life in another tab.
    pub(in crate::chat) fn active_elsewhere(&mut self, now: Instant) {
        self.live(now, spans::AWAY_AFTER);
    }

    /// The page became visible or hidden.
    pub(in crate::chat) fn visible(&mut self, now: Instant, visible: bool) {
        if visible {
            self.live(now, spans::AWAY_AFTER);
        } else {
            self.active_until = self.active_until.min(now + HIDDEN_AWAY);
        }
    }

    /// There is a connection to such a server, or what it can do became known.
    pub(in crate::chat) fn connected(&mut self, server: Server) {
        if self.server.is_none() {
            // Whoever connects is online by contract, so that needs no word.
            self.said = Some(Presence::Online);
        }
        self.server = Some(server);
    }

    /// The connection is lost.
    pub(in crate::chat) fn lost(&mut self, now: Instant) {
        self.server = None;
        if self.said_at.take().is_some_and(|said| now.since(said) < ECHO) {
            // It may not have arrived, and is no different when it is said twice.
            self.unsaid = true;
            self.unsaid_text = true;
            self.unkept = true;
        }
    }

    /// Time passed.
    pub(in crate::chat) fn tick(&mut self, now: Now) {
        if self.detector != Detector::Speaking && now.at >= self.active_until {
            self.away = true;
        }
        self.expire(now);
    }

    /// When [`Self::tick`] is due.
    pub(in crate::chat) fn deadline(&self, now: Now) -> Option<Instant> {
        let away = (!self.away && self.detector != Detector::Speaking).then_some(self.active_until);
        earliest(away, self.ends.map(|ends| now.instant_of(ends)))
    }

    /// The argument of the next `update-presence` to send, while connected.
    ///
    /// Where the server hides what shall be hidden, a hidden person says nothing of how they are there. Where it does
    /// not, `offline` is said once, which is all that contract 5 offers, and then nothing more.
    pub(in crate::chat) fn poll(&mut self, now: Instant) -> Option<Value> {
        let server = self.server.filter(|server| server.known)?;
        let status = match self.privacy.online {
            true => Some(self.presence()),
            false if server.hides_presence => None,
            false => Some(Presence::Offline),
        };
        let status = status.filter(|status| self.unsaid || self.said != Some(*status));
        let text = self.unsaid_text && server.exact;
        if self.unsaid || self.unsaid_text {
            self.unsaid = false;
            self.unsaid_text = false;
            self.unkept = true;
        }
        if status.is_none() && !text {
            return None;
        }
        self.said = status.or(self.said);
        self.said_at = Some(now);
        let word = status.map(|status| Value::from(word_of(status)));
        if !text {
            return word;
        }
        let mut fields = Map::new();
        if let Some(word) = word {
            fields.insert("status".to_owned(), word);
        }
        fields.insert("message".to_owned(), Value::from(&*self.chosen.text));
        fields.insert("emoji".to_owned(), Value::from(&*self.chosen.emoji));
        if let Some(until) = self.chosen.until.filter(|_| self.has_text()) {
            fields.insert("until".to_owned(), Value::from(until));
        }
        Some(Value::Object(fields))
    }

    /// How this person is there now, hidden or not: what decides about notifications.
    pub(in crate::chat) fn presence(&self) -> Presence {
        match self.chosen.status {
            Presence::Online | Presence::Away | Presence::Unknown if self.in_call => Presence::InCall,
            Presence::Online | Presence::Unknown if self.away => Presence::Away,
            Presence::Online | Presence::Unknown => Presence::Online,
            Presence::Away => Presence::Away,
            Presence::DoNotDisturb => Presence::DoNotDisturb,
            Presence::InCall => Presence::InCall,
            Presence::Offline => Presence::Offline,
        }
    }

    /// True once after anything in [`Self::view`] changed; away and back do so by themselves.
    pub(in crate::chat) fn take_changed(&mut self) -> bool {
        let now = Some((self.presence(), self.chosen.clone(), self.privacy));
        let changed = self.shown != now;
        self.shown = now;
        changed
    }

    /// For the stores. `me`: name and picture.
    pub(in crate::chat) fn view(&self, now: Now, me: &Person, choices: &Choices) -> MeView {
        // A server without the additions takes no text from us, so nobody sees one.
        let textless = self.server.is_some_and(|server| server.known && !server.exact);
        let text = |text: &Rc<str>| if textless { Rc::from("") } else { text.clone() };
        MeView {
            seen_as: Person {
                presence: if self.privacy.online {
                    self.presence()
                } else {
                    Presence::Offline
                },
                text: text(&self.chosen.text),
                emoji: text(&self.chosen.emoji),
                last_seen: match self.privacy.last_seen {
                    LastSeenPrivacy::Exact => Some(LastSeen::At(now.wall / 60_000 * 60_000)),
                    LastSeenPrivacy::Today => Some(LastSeen::Today),
                    LastSeenPrivacy::Week => Some(LastSeen::ThisWeek),
                    LastSeenPrivacy::Hidden => None,
                },
                ..me.clone()
            },
            chosen: self.chosen.clone(),
            privacy: self.privacy,
            quiet_hours: choices.quiet_hours,
            idle_detector: self.detector != Detector::Off,
        }
    }

    fn has_text(&self) -> bool {
        !(self.chosen.text.is_empty() && self.chosen.emoji.is_empty())
    }

    fn live(&mut self, now: Instant, span: Duration) {
        self.away = false;
        self.active_until = self.active_until.max(now + span);
    }

    /// A text whose end has come is gone, on the server by itself.
    fn expire(&mut self, now: Now) {
        if self.ends.take_if(|ends| *ends <= now.wall).is_some() {
            self.chosen.text = Rc::from("");
            self.chosen.emoji = Rc::from("");
            self.chosen.until = None;
            self.unkept = true;
        }
    }
}
