//! How long to wait before the next attempt (contract 0): 1, 2, 4, 8 … s, at most 30 s, with jitter.

use std::time::Duration;

const FIRST: Duration = Duration::from_secs(1);
const CAP: Duration = Duration::from_secs(30);

/// Counts attempts and says how long to wait before each.
#[derive(Debug, Clone)]
pub struct Backoff {
    attempt: u32,
    random: Random,
}

impl Backoff {
    /// A back-off whose jitter comes from `seed`.
    pub const fn new(seed: u64) -> Self {
        Self {
            attempt: 0,
            random: Random::new(seed),
        }
    }

    /// Counts one more attempt, and says how long to wait before it.
    ///
    /// The nominal delay doubles up to the cap; the actual one lies between half of it and all of it, so that clients
    /// of a server that restarted do not come back all at once.
    pub fn next_delay(&mut self) -> Duration {
        let doublings = self.attempt.min(5);
        self.attempt = self.attempt.saturating_add(1);
        let nominal = (FIRST * (1 << doublings)).min(CAP).as_millis() as u64;
        let half = nominal / 2;
        Duration::from_millis(half + self.random.below(nominal - half + 1))
    }

    /// Which attempt is being waited for or made, from 1; 0 after a success.
    pub const fn attempt(&self) -> u32 {
        self.attempt
    }

    /// There was a success, or the network is another one: start from 1 s again.
    pub const fn reset(&mut self) {
        self.attempt = 0;
    }
}

/// Pseudo-random numbers from a seed (SplitMix64): good for jitter, not for secrets.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// The numbers of this seed.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `bound`, or 0 when that is 0. The bias is below `bound` / 2^64.
    pub const fn below(&mut self, bound: u64) -> u64 {
        if bound == 0 { 0 } else { self.draw() % bound }
    }

    const fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::{Backoff, CAP, Random};
    use std::time::Duration;

    #[test]
    fn delays_double_up_to_the_cap_and_never_exceed_the_nominal_one() {
        let nominal = [1, 2, 4, 8, 16, 30, 30, 30].map(Duration::from_secs);
        for seed in 0..200 {
            let mut backoff = Backoff::new(seed);
            for (index, nominal) in nominal.iter().enumerate() {
                let delay = backoff.next_delay();
                assert!(
                    delay <= *nominal && delay >= *nominal / 2,
                    "attempt {index}, seed {seed}: {delay:?}"
                );
                assert_eq!(backoff.attempt() as usize, index + 1);
            }
        }
    }

    #[test]
    fn clients_of_one_server_spread_over_half_the_delay() {
        let mut first: Vec<_> = (0..1000)
            .map(|seed| Backoff::new(seed).next_delay().as_millis())
            .collect();
        first.sort_unstable();
        first.dedup();
        assert!(first.len() > 300, "only {} different delays", first.len());
    }

    #[test]
    fn a_success_starts_from_the_beginning() {
        let mut backoff = Backoff::new(7);
        for _ in 0..100 {
            assert!(backoff.next_delay() <= CAP);
        }
        backoff.reset();
        assert!(backoff.next_delay() <= Duration::from_secs(1));
    }

    #[test]
    fn no_bound_is_zero() {
        assert_eq!(Random::new(1).below(0), 0);
    }
}
