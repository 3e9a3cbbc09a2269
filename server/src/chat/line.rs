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
    /// What it could not take yet.
    waiting: VecDeque<(&'static str, Value)>,
    /// It takes nothing; what it missed it asks for when it comes back.
    lost: bool,
}

/// More than this a device that takes nothing is not kept.
const MAX_WAITING: usize = 16_384;

impl Line {
    pub(super) fn new(socket: SocketRef, user: &str) -> Self {
        Self {
            socket,
            user: user.to_owned(),
            waiting: VecDeque::new(),
            lost: false,
        }
    }

    /// Tells it something, as soon as it takes it.
    pub(super) fn tell(&mut self, event: &'static str, data: &Value) {
        if self.lost {
            return;
        }
        if self.waiting.is_empty() && self.try_tell(event, data) {
            return;
        }
        if self.waiting.len() < MAX_WAITING {
            self.waiting.push_back((event, data.clone()));
            return;
        }
        tracing::warn!(id = %self.socket.id, "a device takes nothing; it is let go");
        self.lost = true;
        self.waiting = VecDeque::new();
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
        while let Some((event, data)) = self.waiting.front() {
            if !self.try_tell(event, data) {
                break;
            }
            self.waiting.pop_front();
        }
    }
}
