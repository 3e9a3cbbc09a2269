//! Times of day: this device's, and the server's as well as it is known.

use super::api::Millis;
use crate::time::Instant;

/// Turns instants into times of day.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    start: Instant,
    wall: Millis,
    /// The server's clock less this device's, once it is known.
    ahead: Option<i64>,
}

impl Clock {
    pub(super) fn new(start: Instant, wall: Millis) -> Self {
        Self {
            start,
            wall,
            ahead: None,
        }
    }

    /// This device's time of day.
    pub(super) fn device(&self, now: Instant) -> Millis {
        self.wall + (now.as_millis().saturating_sub(self.start.as_millis()))
    }

    /// The server's time of day.
    pub(super) fn server(&self, now: Instant) -> Millis {
        self.device(now).saturating_add_signed(self.ahead.unwrap_or(0))
    }

    /// The server said its time just now.
    pub(super) fn heard(&mut self, now: Instant, server: Millis) {
        let device = i64::try_from(self.device(now)).unwrap_or(i64::MAX);
        // A time before 2001 is none.
        if let Ok(server) = i64::try_from(server)
            && server > 1_000_000_000_000
        {
            self.ahead = Some(server.saturating_sub(device));
        }
    }

    /// A time of this device in the server's clock, if that is known.
    pub(super) fn to_server(self, device: Millis) -> Option<Millis> {
        Some(device.saturating_add_signed(self.ahead?))
    }

    /// The server's clock less this device's.
    pub(super) fn ahead(self) -> Option<i64> {
        self.ahead
    }

    /// The same, as another tab knows it.
    pub(super) fn set_ahead(&mut self, ahead: i64) {
        self.ahead = Some(ahead);
    }
}
