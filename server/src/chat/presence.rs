//! How a person is there, by all their devices together.

use std::time::{Duration, Instant};

/// How somebody is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) enum Shown {
    #[default]
    Offline,
    Away,
    Online,
    InCall,
    DoNotDisturb,
}

impl Shown {
    pub(super) const ALL: [Self; 5] = [
        Self::Offline,
        Self::Away,
        Self::Online,
        Self::InCall,
        Self::DoNotDisturb,
    ];

    /// Its word on the wire.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Offline => "offline",
            Self::Away => "away",
            Self::Online => "online",
            Self::InCall => "in-call",
            Self::DoNotDisturb => "dnd",
        }
    }

    /// What a word means.
    pub(super) fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}

/// A device that is back within this time was never gone (contract 5).
const GRACE: Duration = Duration::from_secs(5);
/// A device that came back says again how it is there; others need not see it change twice.
const SETTLE: Duration = Duration::from_millis(700);

/// The devices of one person, and what was said of them last.
///
/// Do not disturb is a choice of the person and not of the device that said it: it outlives that device's connection, and
/// ends when any device says `online`, or the one that said it says anything else.
///
/// ```text
///   a device comes ──▶ at once, or after SETTLE when others know of the person already
///   a device speaks ─▶ at once
///   a device goes ───▶ after GRACE
/// ```
#[derive(Debug, Default)]
pub(super) struct Presence<K> {
    devices: Vec<(K, Shown)>,
    /// Nobody shall disturb them.
    quiet: bool,
    said: Shown,
    due: Option<Instant>,
}

impl<K: PartialEq> Presence<K> {
    /// A device connected; it is online until it says otherwise.
    pub(super) fn arrive(&mut self, now: Instant, device: K) {
        let known = self.said != Shown::Offline;
        self.devices.push((device, Shown::Online));
        self.due = Some(if known { now + SETTLE } else { now });
    }

    /// A device says how its person is there; `false` when there is no such device.
    pub(super) fn speak(&mut self, now: Instant, device: &K, shown: Shown) -> bool {
        let Some((_, kept)) = self.devices.iter_mut().find(|(one, _)| one == device) else {
            return false;
        };
        match shown {
            Shown::DoNotDisturb => self.quiet = true,
            Shown::Online => self.quiet = false,
            Shown::Away | Shown::InCall | Shown::Offline => self.quiet &= *kept != Shown::DoNotDisturb,
        }
        *kept = shown;
        if !self.quiet {
            for (_, other) in &mut self.devices {
                if *other == Shown::DoNotDisturb {
                    *other = Shown::Online;
                }
            }
        }
        self.due = Some(now);
        true
    }

    /// A device's connection ended.
    pub(super) fn leave(&mut self, now: Instant, device: &K) {
        self.devices.retain(|(one, _)| one != device);
        self.due = Some(now + GRACE);
    }

    /// How the person is there now, if that is news.
    pub(super) fn news(&mut self, now: Instant) -> Option<Shown> {
        self.due.take_if(|due| *due <= now)?;
        let strongest = self.devices.iter().map(|(_, shown)| *shown).max();
        let shown = strongest.map_or(Shown::Offline, |shown| {
            if self.quiet { Shown::DoNotDisturb } else { shown }
        });
        (shown != self.said).then(|| {
            self.said = shown;
            shown
        })
    }

    /// Whether it is time to ask for news.
    pub(super) fn is_due(&self, now: Instant) -> bool {
        self.due.is_some_and(|due| due <= now)
    }

    /// Whether nobody shall disturb them, there or not.
    pub(super) const fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// What was said last.
    pub(super) const fn said(&self) -> Shown {
        self.said
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `(milliseconds, what happens, what is news then)`.
    type Script = [(u64, fn(&mut Presence<u8>, Instant), Option<Shown>)];

    fn plays(script: &Script) {
        let (start, mut presence) = (Instant::now(), Presence::default());
        for (step, (at, happens, news)) in script.iter().enumerate() {
            let now = start + Duration::from_millis(*at);
            happens(&mut presence, now);
            assert_eq!(presence.news(now), *news, "step {step}");
        }
    }

    #[test]
    fn the_last_device_has_a_grace() {
        plays(&[
            (0, |p, now| p.arrive(now, 1), Some(Shown::Online)),
            (10, |p, now| p.arrive(now, 2), None),
            (1000, |p, now| p.leave(now, &1), None),
            (7000, |_, _| (), None),
            (8000, |p, now| p.leave(now, &2), None),
            (12_900, |_, _| (), None),
            (13_000, |_, _| (), Some(Shown::Offline)),
        ]);
    }

    #[test]
    fn a_reconnect_does_not_flap() {
        plays(&[
            (0, |p, now| p.arrive(now, 1), Some(Shown::Online)),
            (
                1,
                |p, now| assert!(p.speak(now, &1, Shown::DoNotDisturb)),
                Some(Shown::DoNotDisturb),
            ),
            (1000, |p, now| p.leave(now, &1), None),
            (3000, |p, now| p.arrive(now, 2), None),
            (
                3100,
                |p, now| assert!(p.speak(now, &2, Shown::DoNotDisturb)),
                None,
            ),
            (9000, |_, _| (), None),
        ]);
    }

    #[test]
    fn do_not_disturb_belongs_to_the_person_and_not_to_a_device() {
        plays(&[
            (0, |p, now| p.arrive(now, 1), Some(Shown::Online)),
            (10, |p, now| p.arrive(now, 2), None),
            (
                1000,
                |p, now| assert!(p.speak(now, &1, Shown::DoNotDisturb)),
                Some(Shown::DoNotDisturb),
            ),
            // What another device happens to be ends nothing, nor does the loss of the one that said it.
            (1001, |p, now| assert!(p.speak(now, &2, Shown::Away)), None),
            (2000, |p, now| p.leave(now, &1), None),
            (9000, |_, _| (), None),
            (9001, |p, now| p.leave(now, &2), None),
            (15_000, |_, _| (), Some(Shown::Offline)),
            (20_000, |p, now| p.arrive(now, 3), Some(Shown::DoNotDisturb)),
            (20_100, |p, now| p.arrive(now, 4), None),
            (
                21_000,
                |p, now| assert!(p.speak(now, &3, Shown::DoNotDisturb)),
                None,
            ),
            (
                22_000,
                |p, now| assert!(p.speak(now, &4, Shown::Online)),
                Some(Shown::Online),
            ),
            (
                23_000,
                |p, now| assert!(p.speak(now, &4, Shown::DoNotDisturb)),
                Some(Shown::DoNotDisturb),
            ),
            (24_000, |p, now| assert!(p.speak(now, &3, Shown::Away)), None),
            (
                25_000,
                |p, now| assert!(p.speak(now, &4, Shown::Away)),
                Some(Shown::Away),
            ),
        ]);
    }

    #[test]
    fn who_is_active_anywhere_is_there() {
        plays(&[
            (0, |p, now| p.arrive(now, 1), Some(Shown::Online)),
            (0, |p, now| p.arrive(now, 2), None),
            (900, |p, now| assert!(p.speak(now, &1, Shown::Away)), None),
            (
                901,
                |p, now| assert!(p.speak(now, &2, Shown::Away)),
                Some(Shown::Away),
            ),
            (
                902,
                |p, now| assert!(p.speak(now, &2, Shown::InCall)),
                Some(Shown::InCall),
            ),
            (903, |p, now| assert!(!p.speak(now, &3, Shown::Online)), None),
        ]);
    }
}
