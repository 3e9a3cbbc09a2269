//! The way to one device, which may be slower than what is told to it.

use std::collections::VecDeque;

use serde_json::Value;
use socketioxide::extract::SocketRef;
use socketioxide::{SendError, SocketError};

/// The connection to one device.
#[derive(Debug)]
pub(super) struct Line {
    socket: SocketRef,
    /// Whose device it is.
    pub(super) user: String,
    waiting: Waiting,
    /// It takes nothing; what it missed it asks for when it comes back.
    lost: bool,
}

/// What a device could not take yet; a device that takes nothing for longer than this holds is not kept.
#[derive(Debug, Default)]
struct Waiting {
    packets: VecDeque<(&'static str, Value, usize)>,
    bytes: usize,
}

/// More packets than this do not wait.
const MAX_PACKETS: usize = 16_384;
/// More bytes than this do not wait, roughly.
const MAX_BYTES: usize = 4 * 1024 * 1024;

impl Waiting {
    /// Adds a packet, if there is room for it.
    fn push(&mut self, event: &'static str, data: &Value) -> bool {
        let bytes = weight(data);
        let fits = self.packets.len() < MAX_PACKETS && self.bytes.saturating_add(bytes) <= MAX_BYTES;
        if fits {
            self.bytes += bytes;
            self.packets.push_back((event, data.clone(), bytes));
        }
        fits
    }

    fn first(&self) -> Option<(&'static str, &Value)> {
        self.packets.front().map(|(event, data, _)| (*event, data))
    }

    fn pop(&mut self) {
        if let Some((_, _, bytes)) = self.packets.pop_front() {
            self.bytes = self.bytes.saturating_sub(bytes);
        }
    }
}

/// How much memory a value takes, roughly.
fn weight(value: &Value) -> usize {
    const EACH: usize = 64;
    EACH + match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
        Value::String(text) => text.len(),
        Value::Array(list) => list.iter().map(weight).sum(),
        Value::Object(map) => map.iter().map(|(name, value)| name.len() + weight(value)).sum(),
    }
}

impl Line {
    pub(super) fn new(socket: SocketRef, user: &str) -> Self {
        Self {
            socket,
            user: user.to_owned(),
            waiting: Waiting::default(),
            lost: false,
        }
    }

    /// Tells it something, as soon as it takes it.
    pub(super) fn tell(&mut self, event: &'static str, data: &Value) {
        if self.lost {
            return;
        }
        if self.waiting.first().is_none() && self.try_tell(event, data) {
            return;
        }
        if self.waiting.push(event, data) {
            return;
        }
        tracing::warn!(id = %self.socket.id, "a device takes nothing; it is let go");
        self.lost = true;
        self.waiting = Waiting::default();
    }

    fn try_tell(&self, event: &'static str, data: &Value) -> bool {
        // What is closed needs nothing any more.
        !matches!(
            self.socket.emit(event, data),
            Err(SendError::Socket(SocketError::InternalChannelFull))
        )
    }

    /// Time passed; it may take more.
    pub(super) fn flush(&mut self) {
        if self.lost {
            // It works as soon as there is room for one packet; until then the heartbeat may end it as well.
            let _ = self.socket.clone().disconnect();
            return;
        }
        while let Some((event, data)) = self.waiting.first() {
            if !self.try_tell(event, data) {
                break;
            }
            self.waiting.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_waits_is_bounded_in_bytes_and_in_packets() {
        let long = json!({ "content": "x".repeat(16 * 1024) });
        let mut waiting = Waiting::default();
        let taken = (0..MAX_PACKETS)
            .take_while(|_| waiting.push("new-message", &long))
            .count();
        assert!((200..256).contains(&taken), "{taken}");
        waiting.pop();
        assert!(waiting.push("new-message", &long), "there is room again");
        while waiting.first().is_some() {
            waiting.pop();
        }
        assert_eq!(waiting.bytes, 0);
        let short = json!(1);
        let taken = (0..=MAX_PACKETS)
            .take_while(|_| waiting.push("ping", &short))
            .count();
        assert_eq!(taken, MAX_PACKETS);
    }
}
