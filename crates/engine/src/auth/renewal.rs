//! When a token is renewed, and how long to wait after a failure.

use std::time::Duration;

use crate::io::RequestId;
use crate::time::Instant;

/// The one refresh that all share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refresh {
    /// None is under way.
    Idle,
    /// One is on the network.
    Asked(RequestId),
    /// The network or the server failed; the next try is at `at`.
    Waiting { at: Instant },
}

/// The end of an old session that the server was not told of yet.
#[derive(Debug)]
pub(super) struct Farewell {
    /// Where the server handed it out in the body; else the cookie speaks.
    pub(super) refresh_token: Option<String>,
    pub(super) access_token: Option<String>,
    pub(super) stage: Refresh,
    pub(super) attempt: u32,
}

/// Small, seeded and good enough for jitter (xorshift64*).
#[derive(Debug)]
pub(super) struct Jitter(u64);

impl Jitter {
    pub(super) fn new(seed: u64) -> Self {
        // Zero would stay zero for ever.
        Self(seed | 1)
    }

    /// Somewhere from 75 to 100 % of `whole`.
    pub(super) fn shorten(&mut self, whole: Duration) -> Duration {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let percent = 75 + (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 40) % 26;
        let millis = u64::try_from(whole.as_millis()).unwrap_or(u64::MAX);
        Duration::from_millis(millis.saturating_mul(percent) / 100)
    }
}

/// How long after birth a token of this lifetime is renewed: two minutes ahead of its end, or at two thirds of a short
/// life. With jitter (which only shortens), so that tabs do not all ask at once.
pub(super) fn renew_after(lifetime: Duration, jitter: &mut Jitter) -> Duration {
    let ahead = Duration::from_secs(120).min(lifetime / 3);
    let spread = ahead - jitter.shorten(ahead);
    lifetime.saturating_sub(ahead).saturating_sub(spread)
}

/// 1, 2, 4, 8, 16, then 30 s, less jitter. `attempt` counts from 0.
pub(super) fn back_off(attempt: u32, jitter: &mut Jitter) -> Duration {
    let seconds = 1u64.checked_shl(attempt.min(5)).unwrap_or(30).min(30);
    jitter.shorten(Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn renewal_comes_two_minutes_ahead_or_a_little_more() {
        let lifetime = Duration::from_secs(900);
        for seed in 0..200 {
            let after = renew_after(lifetime, &mut Jitter::new(seed));
            assert!((750..=780).contains(&after.as_secs()), "{after:?}");
        }
        assert!(renew_after(Duration::from_secs(30), &mut Jitter::new(7)) <= Duration::from_secs(20));
        assert_eq!(renew_after(Duration::ZERO, &mut Jitter::new(7)), Duration::ZERO);
    }

    #[test]
    fn back_off_doubles_to_half_a_minute() {
        let mut jitter = Jitter::new(3);
        for (attempt, most) in [
            (0, 1),
            (1, 2),
            (2, 4),
            (3, 8),
            (4, 16),
            (5, 30),
            (6, 30),
            (400, 30),
        ] {
            let wait = back_off(attempt, &mut jitter).as_millis();
            assert!((most * 750..=most * 1000).contains(&wait), "{attempt}: {wait}");
        }
    }
}
