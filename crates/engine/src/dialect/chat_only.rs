//! A backend without calls: nothing to connect to. Its chat is an engine of its own, [`crate::chat`].

use serde_json::Value;

use super::{Dialect, DialectOutput, News};
use crate::event::Capabilities;
use crate::time::Instant;

/// No vocabulary at all.
pub(crate) struct ChatOnly {
    pub(crate) accounts: bool,
}

impl Dialect for ChatOnly {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            calls: false,
            accounts: self.accounts,
            guests: false,
            chat: true,
        }
    }

    fn connect(&mut self, _: Instant) {}

    fn disconnect(&mut self, _: Instant) {}

    fn set_token(&mut self, _: Option<&str>) {}

    fn watch_closely(&mut self, _: Instant, _: bool) {}

    fn handle(&mut self, _: Instant, _: News) {}

    fn say(&mut self, _: Instant, _: &str, _: Vec<Value>) {}

    fn poll(&mut self) -> Option<DialectOutput> {
        None
    }

    fn deadline(&self) -> Option<Instant> {
        None
    }
}
