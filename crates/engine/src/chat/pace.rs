//! Staying below a server's rate limits, so that refusals are rare.

use std::collections::VecDeque;
use std::time::Duration;

use crate::time::Instant;

/// At most so many in any span of so long.
#[derive(Debug)]
pub(super) struct Pace {
    most: usize,
    within: Duration,
    taken: VecDeque<Instant>,
}

impl Pace {
    pub(super) fn new(most: usize, within: Duration) -> Self {
        Self {
            most: most.max(1),
            within,
            taken: VecDeque::new(),
        }
    }

    /// Another limit, as a server says it.
    pub(super) fn set_most(&mut self, most: usize) {
        self.most = most.max(1);
    }

    /// When the next one may be: `now` or later.
    pub(super) fn next(&mut self, now: Instant) -> Instant {
        self.next_with(now, 0)
    }

    /// The same, with some kept for what is more important.
    pub(super) fn next_with(&mut self, now: Instant, kept: usize) -> Instant {
        while self.taken.front().is_some_and(|at| *at + self.within <= now) {
            self.taken.pop_front();
        }
        match self
            .taken
            .len()
            .checked_sub(self.most.saturating_sub(kept).max(1))
        {
            None => now,
            Some(excess) => self.taken.get(excess).map_or(now, |at| *at + self.within),
        }
    }

    /// One was done.
    pub(super) fn took(&mut self, now: Instant) {
        self.taken.push_back(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_minute_has_more_than_allowed() {
        let mut pace = Pace::new(3, Duration::from_secs(60));
        let at = |seconds: u64| Instant::from_millis(seconds * 1000);
        for second in 0..3 {
            assert_eq!(pace.next(at(second)), at(second));
            pace.took(at(second));
        }
        assert_eq!(pace.next(at(3)), at(60));
        assert_eq!(pace.next(at(60)), at(60));
        pace.took(at(60));
        assert_eq!(pace.next(at(60)), at(61));
    }
}
