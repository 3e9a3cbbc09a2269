//! What goes between calls and the dialect that carries their signals, and what all legs share.

use std::collections::VecDeque;

use wire::signal::{DeviceNote, IceServer, Message};

use super::secret::{Claim, Random};
use crate::command::Preferences;
use crate::event::Event;
use crate::io::{MediaCommand, PeerId, Sending};

/// Letters that wait for signaling to come back; more of them would be a loop.
const MAX_OUTBOX: usize = 64;

/// What signaling brings, in the words of no dialect.
#[derive(Debug, Clone, PartialEq)]
pub enum Mail {
    /// Signaling is up, and this is our id now.
    Up {
        /// Our id.
        me: String,
    },
    /// Signaling is down.
    Down,
    /// A caller's signal.
    FromCaller {
        /// Who says so.
        from: String,
        /// The name they give.
        name: String,
        /// The signal.
        message: Message,
    },
    /// A callee's signal; the sender is not named, but maybe in the extension.
    FromCallee(Message),
    /// Our call was declined.
    Declined {
        /// By whom, where the server says so.
        from: Option<String>,
    },
    /// Somebody has disconnected, maybe somebody else.
    Hint,
    /// A text through the server.
    Text {
        /// Who wrote it, where the server says so.
        from: Option<String>,
        /// The text.
        text: String,
    },
}

/// A signal that shall leave.
#[derive(Debug, Clone, PartialEq)]
pub struct Post {
    /// The other side's id.
    pub to: String,
    /// Which end the other side is.
    pub toward: Toward,
    /// The signal.
    pub message: Message,
    /// The certificate of the offer that opens a call; proofs are made for it when it leaves.
    pub(crate) certificate: Option<Vec<String>>,
}

/// Which end of the call a signal goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Toward {
    /// From caller to callee.
    Callee,
    /// From callee to caller.
    Caller,
}

/// What calls ask for.
#[derive(Debug, Clone, PartialEq)]
pub enum CallOutput {
    /// Act on WebRTC.
    Media(MediaCommand),
    /// Send a signal; `from` and `name` are ours at this moment.
    Post {
        /// The signal.
        post: Post,
        /// Our id.
        from: String,
        /// Our name.
        name: String,
    },
    /// Tell a classic caller, where its server can, that it was declined.
    Decline {
        /// The caller.
        to: String,
    },
    /// Tell the stores.
    Event(Event),
}

/// What all legs share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(super) out: VecDeque<CallOutput>,
    pub(super) outbox: VecDeque<Post>,
    pub(super) me: Option<String>,
    pub(super) up: bool,
    pub(super) name: String,
    pub(super) preferences: Preferences,
    pub(super) servers: Vec<IceServer>,
    pub(super) random: Random,
    pub(super) numbers: u64,
    pub(super) peers: u64,
    pub(super) sending: Sending,
    pub(super) note: DeviceNote,
}

impl Shared {
    pub(super) fn next_number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }

    pub(super) fn next_peer(&mut self) -> PeerId {
        self.peers += 1;
        PeerId(self.peers)
    }

    pub(super) fn media(&mut self, command: MediaCommand) {
        self.out.push_back(CallOutput::Media(command));
    }

    pub(super) fn event(&mut self, event: Event) {
        self.out.push_back(CallOutput::Event(event));
    }

    pub(super) fn trouble(&mut self, what: &str) {
        self.event(Event::Trouble(["call: ", what].concat()));
    }

    /// Sends at once, or, where `keep` says so, as soon as signaling is back.
    pub(super) fn post(&mut self, post: Post, keep: bool) {
        if self.up {
            self.dispatch(post);
        } else if keep && self.outbox.len() < MAX_OUTBOX {
            self.outbox.push_back(post);
        }
    }

    pub(super) fn dispatch(&mut self, mut post: Post) {
        let Some(me) = self.me.clone() else { return };
        if let Some(extension) = &mut post.message.antenna {
            extension.from = Some(me.clone());
            if let Some(certificate) = &post.certificate {
                let call = extension.call.as_deref().unwrap_or_default();
                let claim = Claim {
                    caller: &me,
                    callee: &post.to,
                    call,
                    certificate,
                };
                extension.proofs = claim.prove(&self.preferences.known);
            }
        }
        self.out.push_back(CallOutput::Post {
            post,
            from: me,
            name: self.name.clone(),
        });
    }
}
