//! The call, if there is one.

use engine::event::{CallPhase, CallText, CallView, EndReason, Ended, Incoming, Talk};
use engine::io::PeerId;

use super::Slot;

/// The state of the call in one word: what decides which view is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PhaseKind {
    /// No call.
    Idle,
    /// Calling.
    Dialing,
    /// Answered, or talking.
    Talking,
    /// Over.
    Ended,
}

/// The call, if there is one.
#[derive(Clone, Copy)]
pub(crate) struct CallStore {
    view: Slot<CallView>,
    texts: Slot<Vec<CallText>>,
    unread: Slot<u32>,
    chat_open: Slot<bool>,
    kind: Slot<PhaseKind>,
    settled: Slot<PhaseKind>,
}

impl CallStore {
    pub(super) fn new() -> Self {
        Self {
            view: Slot::new(CallView::default()),
            texts: Slot::new(Vec::new()),
            unread: Slot::new(0),
            chat_open: Slot::new(false),
            kind: Slot::new(PhaseKind::Idle),
            settled: Slot::new(PhaseKind::Idle),
        }
    }

    /// Returns what was before.
    pub(super) fn set(&self, view: &CallView) -> CallView {
        let before = self.view.get_untracked();
        if kind(&before.phase) != PhaseKind::Talking && kind(&view.phase) == PhaseKind::Talking {
            self.texts.set(Vec::new());
            self.unread.set(0);
            self.chat_open.set(false);
        }
        self.view.set(view.clone());
        self.kind.put(kind(&view.phase));
        if kind(&view.phase) != PhaseKind::Talking {
            self.settle();
        }
        before
    }

    pub(super) fn add_text(&self, text: &CallText) {
        self.texts.update(|texts| texts.push(text.clone()));
        if !text.own && !self.chat_open.get_untracked() {
            self.unread.update(|unread| *unread += 1);
        }
    }

    /// Shows or hides the texts of the call.
    pub(crate) fn show_chat(&self, open: bool) {
        self.chat_open.put(open);
        if open {
            self.unread.put(0);
        }
    }

    /// The texts of the call are shown.
    pub(crate) fn is_chat_open(&self) -> bool {
        self.chat_open.get()
    }

    /// How many texts came while they were not shown.
    pub(crate) fn unread(&self) -> u32 {
        self.unread.get()
    }

    /// The numbers of the texts, for a keyed list.
    pub(crate) fn text_numbers(&self) -> Vec<u64> {
        self.texts
            .with(|texts| texts.iter().map(|text| text.number).collect())
    }

    /// One text, not tracked: a text never changes.
    pub(crate) fn text(&self, number: u64) -> Option<CallText> {
        self.texts
            .with_untracked(|texts| texts.iter().find(|text| text.number == number).cloned())
    }

    /// Which view is drawn.
    pub(crate) fn kind(&self) -> PhaseKind {
        self.kind.get()
    }

    /// Like [`Self::kind`], but a moment later where a call was answered: what goes by this does not keep the first picture
    /// waiting.
    pub(crate) fn settled(&self) -> PhaseKind {
        self.settled.get()
    }

    /// Now [`Self::settled`] is what [`Self::kind`] is.
    pub(crate) fn settle(&self) {
        self.settled.put(self.kind.get_untracked());
    }

    /// A call is answered, being set up or running; not tracked.
    pub(crate) fn is_talking(&self) -> bool {
        self.view
            .with_untracked(|view| kind(&view.phase) == PhaseKind::Talking)
    }

    /// The phase as tests and style know it.
    pub(crate) fn phase_word(&self) -> &'static str {
        self.view.with(|view| match view.phase {
            CallPhase::Idle => "idle",
            CallPhase::Dialing { .. } => "dialing",
            CallPhase::Connecting(_) => "connecting",
            CallPhase::Active(_) => "active",
            CallPhase::Ended(_) => "ended",
        })
    }

    /// Who is called, and whether it rings there.
    pub(crate) fn dialing(&self) -> Option<(String, bool)> {
        self.view.with(|view| match &view.phase {
            CallPhase::Dialing { to, ringing, .. } => Some((to.clone(), *ringing)),
            CallPhase::Idle | CallPhase::Connecting(_) | CallPhase::Active(_) | CallPhase::Ended(_) => None,
        })
    }

    /// The call that was answered.
    pub(crate) fn talk(&self) -> Option<Talk> {
        self.view.with(|view| talk(&view.phase).cloned())
    }

    /// The connection whose stream is shown.
    pub(crate) fn peer(&self) -> Option<PeerId> {
        self.view.with(|view| talk(&view.phase).map(|talk| talk.peer))
    }

    /// How the last call ended.
    pub(crate) fn ended(&self) -> Option<Ended> {
        self.view.with(|view| match &view.phase {
            CallPhase::Ended(ended) => Some(ended.clone()),
            CallPhase::Idle | CallPhase::Dialing { .. } | CallPhase::Connecting(_) | CallPhase::Active(_) => {
                None
            }
        })
    }

    /// Somebody calls.
    pub(crate) fn is_incoming(&self) -> bool {
        self.view.with(|view| view.incoming.is_some())
    }

    /// Somebody who calls.
    pub(crate) fn incoming(&self) -> Option<Incoming> {
        self.view.with(|view| view.incoming.clone())
    }
}

fn kind(phase: &CallPhase) -> PhaseKind {
    match phase {
        CallPhase::Idle => PhaseKind::Idle,
        CallPhase::Dialing { .. } => PhaseKind::Dialing,
        CallPhase::Connecting(_) | CallPhase::Active(_) => PhaseKind::Talking,
        CallPhase::Ended(_) => PhaseKind::Ended,
    }
}

fn talk(phase: &CallPhase) -> Option<&Talk> {
    match phase {
        CallPhase::Connecting(talk) | CallPhase::Active(talk) => Some(talk),
        CallPhase::Idle | CallPhase::Dialing { .. } | CallPhase::Ended(_) => None,
    }
}

/// The reason as tests know it.
pub(crate) fn reason_word(reason: &EndReason) -> &'static str {
    match reason {
        EndReason::HungUp => "hung-up",
        EndReason::RemoteHungUp => "remote-hung-up",
        EndReason::Declined => "declined",
        EndReason::Busy => "busy",
        EndReason::NoAnswer => "no-answer",
        EndReason::Missed => "missed",
        EndReason::ConnectionLost => "connection-lost",
        EndReason::NoPath => "no-path",
        EndReason::Failed(_) => "failed",
    }
}
