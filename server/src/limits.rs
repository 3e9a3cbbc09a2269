//! Rate limits: token buckets in memory.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// What is limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Limit {
    /// Sign-in attempts on one account from one address.
    SignIn,
    /// Sign-in attempts from one address.
    SignInAddress,
    /// New accounts from one address.
    SignUp,
    /// Refreshes from one address.
    Refresh,
    /// Signaling events of one socket.
    Signaling,
    /// New Socket.IO connections from one address.
    Connections,
    /// Chat messages of one person.
    Messages,
    /// Rooms that one person joins or makes.
    Joins,
    /// New chat connections of one person. Contract 5 has 10 an hour; a reload is one, and so is every tunnel of a train.
    ChatConnections,
    /// Edits, reactions, marks, typing and presence of one person.
    ChatEvents,
    /// Chat requests over HTTP of one person.
    ChatRequests,
    /// Searches in messages of one person: each may go through all that was ever written.
    Searches,
    /// Attachments of one person.
    Uploads,
}

impl Limit {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::SignIn,
        Self::SignInAddress,
        Self::SignUp,
        Self::Refresh,
        Self::Signaling,
        Self::Connections,
        Self::Messages,
        Self::Joins,
        Self::ChatConnections,
        Self::ChatEvents,
        Self::ChatRequests,
        Self::Searches,
        Self::Uploads,
    ];

    /// Its name on the command line and in the metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SignIn => "sign-in",
            Self::SignInAddress => "sign-in-address",
            Self::SignUp => "sign-up",
            Self::Refresh => "refresh",
            Self::Signaling => "signaling",
            Self::Connections => "connections",
            Self::Messages => "messages",
            Self::Joins => "joins",
            Self::ChatConnections => "chat-connections",
            Self::ChatEvents => "chat-events",
            Self::ChatRequests => "chat-requests",
            Self::Searches => "searches",
            Self::Uploads => "uploads",
        }
    }
}

/// So many per so long; all at once if need be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// How many.
    pub count: u32,
    /// Per how long.
    pub per: Duration,
}

/// The rate of each limit; `None` is no limit.
#[derive(Debug, Clone)]
pub struct Rates([Option<Rate>; Limit::ALL.len()]);

impl Rates {
    /// The rate of `limit`.
    pub fn get(&self, limit: Limit) -> Option<Rate> {
        self.0.get(limit as usize).copied().flatten()
    }

    /// Sets the rate of `limit`.
    pub fn set(&mut self, limit: Limit, rate: Option<Rate>) {
        if let Some(place) = self.0.get_mut(limit as usize) {
            *place = rate;
        }
    }
}

impl Default for Rates {
    /// Generous enough for an office behind one address, far too slow for guessing passwords.
    fn default() -> Self {
        let per = |count, seconds| {
            Some(Rate {
                count,
                per: Duration::from_secs(seconds),
            })
        };
        Self([
            per(10, 120),
            per(100, 120),
            per(40, 600),
            per(300, 60),
            per(200, 10),
            per(240, 60),
            per(60, 60),
            per(30, 60),
            per(600, 3600),
            per(1200, 60),
            per(1200, 60),
            per(240, 60),
            per(120, 3600),
        ])
    }
}

/// A limit was reached; there is room again after this long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooMany(pub Duration);

/// The buckets.
#[derive(Debug)]
pub struct Limits {
    rates: Rates,
    buckets: Mutex<HashMap<(Limit, String), Bucket>>,
}

#[derive(Debug)]
struct Bucket {
    left: f64,
    at: Instant,
}

/// Past this many buckets the full ones are thrown away; they say nothing.
const SWEEP_AT: usize = 20_000;

impl Limits {
    /// Empty buckets.
    pub fn new(rates: Rates) -> Self {
        Self {
            rates,
            buckets: Mutex::default(),
        }
    }

    /// Takes one from `who`'s bucket.
    ///
    /// # Errors
    /// How long until there is one again.
    pub fn take(&self, limit: Limit, who: &str) -> Result<(), TooMany> {
        self.take_at(limit, who, Instant::now())
    }

    fn take_at(&self, limit: Limit, who: &str, now: Instant) -> Result<(), TooMany> {
        let Some(rate) = self.rates.get(limit) else {
            return Ok(());
        };
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= SWEEP_AT {
            buckets.retain(|(limit, _), bucket| {
                self.rates
                    .get(*limit)
                    .is_some_and(|rate| bucket.filled(rate, now) < f64::from(rate.count))
            });
        }
        let full = Bucket {
            left: f64::from(rate.count),
            at: now,
        };
        let bucket = buckets.entry((limit, who.to_owned())).or_insert(full);
        bucket.left = bucket.filled(rate, now);
        bucket.at = now;
        if bucket.left >= 1.0 {
            bucket.left -= 1.0;
            return Ok(());
        }
        Err(TooMany(
            rate.per.mul_f64((1.0 - bucket.left) / f64::from(rate.count)),
        ))
    }
}

impl Bucket {
    fn filled(&self, rate: Rate, now: Instant) -> f64 {
        let gained = now.saturating_duration_since(self.at).as_secs_f64() / rate.per.as_secs_f64();
        (self.left + gained * f64::from(rate.count)).min(f64::from(rate.count))
    }
}

/// Who an address is for the limits: IPv6 hands whole /64 networks to one customer.
pub fn address_key(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits() -> Limits {
        let mut rates = Rates::default();
        rates.set(
            Limit::SignIn,
            Some(Rate {
                count: 3,
                per: Duration::from_secs(30),
            }),
        );
        Limits::new(rates)
    }

    #[test]
    fn a_burst_is_let_through_then_one_every_ten_seconds() {
        let (limits, start) = (limits(), Instant::now());
        let take = |seconds| limits.take_at(Limit::SignIn, "ada", start + Duration::from_secs(seconds));
        assert_eq!([take(0), take(0), take(0)], [Ok(()); 3]);
        assert_eq!(
            take(0).map_err(|TooMany(wait)| wait.as_secs_f64().round() as u64),
            Err(10)
        );
        assert_eq!(
            take(4).map_err(|TooMany(wait)| wait.as_secs_f64().round()),
            Err(6.0)
        );
        assert_eq!(take(10), Ok(()));
        assert!(take(11).is_err());
        assert_eq!(limits.take_at(Limit::SignIn, "bob", start), Ok(()));
    }

    #[test]
    fn full_buckets_are_forgotten_and_empty_ones_are_not() {
        let (limits, start) = (limits(), Instant::now());
        for _ in 0..3 {
            limits
                .take_at(Limit::SignIn, "ada", start + Duration::from_secs(60))
                .unwrap();
        }
        for who in 0..SWEEP_AT {
            let _ = limits.take_at(Limit::SignIn, &who.to_string(), start);
        }
        assert!(
            limits
                .take_at(Limit::SignIn, "ada", start + Duration::from_secs(61))
                .is_err()
        );
        assert!(limits.buckets.lock().unwrap().len() < 10);
    }

    #[test]
    fn one_customer_is_one_key() {
        let key = |address: &str| address_key(address.parse().unwrap());
        assert_eq!(key("2001:db8:1:2:aaaa::1"), key("2001:db8:1:2:bbbb::9"));
        assert_ne!(key("2001:db8:1:2::1"), key("2001:db8:1:3::1"));
        assert_eq!(key("::ffff:10.0.0.1"), key("10.0.0.1"));
    }
}
