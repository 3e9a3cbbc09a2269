//! The call, if there is one.

use engine::event::{CallPhase, CallText, CallView, EndReason, Ended, Incoming, Path, Talk};
use engine::io::PeerId;
use leptos::prelude::*;

use super::put;
use crate::texts::{say, text};

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
    view: RwSignal<CallView>,
    texts: RwSignal<Vec<CallText>>,
    unread: RwSignal<u32>,
    chat_open: RwSignal<bool>,
    kind: Memo<PhaseKind>,
}

impl CallStore {
    pub(super) fn new() -> Self {
        let view = RwSignal::new(CallView::default());
        Self {
            view,
            texts: RwSignal::new(Vec::new()),
            unread: RwSignal::new(0),
            chat_open: RwSignal::new(false),
            kind: Memo::new(move |_| view.with(|view| kind(&view.phase))),
        }
    }

    /// Returns what is worth saying.
    pub(super) fn set(&self, view: &CallView) -> Option<String> {
        let before = self.view.get_untracked();
        if kind(&before.phase) != PhaseKind::Talking && kind(&view.phase) == PhaseKind::Talking {
            self.texts.set(Vec::new());
            self.unread.set(0);
            self.chat_open.set(false);
        }
        put(self.view, view.clone());
        news(&before, view)
    }

    pub(super) fn add_text(&self, text: &CallText) -> Option<String> {
        self.texts.update(|texts| texts.push(text.clone()));
        if text.own || self.chat_open.get_untracked() {
            return (!text.own).then(|| text.text.clone());
        }
        self.unread.update(|unread| *unread += 1);
        Some(text.text.clone())
    }

    /// Shows or hides the texts of the call.
    pub(crate) fn show_chat(&self, open: bool) {
        put(self.chat_open, open);
        if open {
            put(self.unread, 0);
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

/// What changed, in words; each change once.
fn news(before: &CallView, after: &CallView) -> Option<String> {
    if let Some(incoming) = &after.incoming
        && before
            .incoming
            .as_ref()
            .is_none_or(|old| old.call != incoming.call)
    {
        return Some(say(text!(incoming_title), &[("name", &incoming.name)]));
    }
    match (&before.phase, &after.phase) {
        (CallPhase::Dialing { ringing: true, .. }, CallPhase::Dialing { .. }) => None,
        (_, CallPhase::Dialing { ringing: true, .. }) => Some(say(text!(ringing), &[])),
        (CallPhase::Dialing { .. }, CallPhase::Dialing { .. }) => None,
        (_, CallPhase::Dialing { to, .. }) => Some(say(text!(calling), &[("name", to)])),
        (CallPhase::Connecting(_), CallPhase::Connecting(_)) => None,
        (CallPhase::Active(old), CallPhase::Active(new)) => path_news(old, new),
        (_, CallPhase::Connecting(_)) => Some(say(text!(connecting), &[])),
        (_, CallPhase::Active(talk)) => Some(say(text!(in_call_with), &[("name", &talk.name)])),
        (CallPhase::Ended(old), CallPhase::Ended(new)) if old == new => None,
        (_, CallPhase::Ended(ended)) => Some(ended_words(ended, say)),
        (_, CallPhase::Idle) => None,
    }
}

fn path_news(old: &Talk, new: &Talk) -> Option<String> {
    let broken = |talk: &Talk| matches!(talk.path, Path::Broken { .. });
    if broken(new) && !broken(old) {
        return Some(say(text!(path_broken), &[]));
    }
    if let Some(took) = new.healed_after
        && old.healed_after != new.healed_after
    {
        return Some(say(text!(path_healed), &[("seconds", &seconds(took))]));
    }
    let (was, is) = (
        old.remote_says.unwrap_or_default(),
        new.remote_says.unwrap_or_default(),
    );
    if is.sharing && !was.sharing {
        return Some(say(text!(remote_sharing), &[]));
    }
    (old.signaling && !new.signaling).then(|| say(text!(signaling_lost), &[]))
}

/// A duration as seconds with one decimal.
pub(crate) fn seconds(time: std::time::Duration) -> String {
    let tenths = (time.as_millis() + 50) / 100;
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// How the call ended, in words. `fill` chooses whether the language is tracked.
pub(crate) fn ended_words(ended: &Ended, fill: fn(crate::texts::Text, &[(&str, &str)]) -> String) -> String {
    let holes = [("name", ended.name.as_str())];
    match &ended.reason {
        EndReason::HungUp if ended.duration.is_none() => fill(text!(ended_cancelled), &holes),
        EndReason::HungUp => fill(text!(ended_hung_up), &holes),
        EndReason::RemoteHungUp => fill(text!(ended_remote), &holes),
        EndReason::Declined => fill(text!(ended_declined), &holes),
        EndReason::Busy => fill(text!(ended_busy), &holes),
        EndReason::NoAnswer => fill(text!(ended_no_answer), &holes),
        EndReason::Missed => fill(text!(ended_missed), &holes),
        EndReason::ConnectionLost => fill(text!(ended_lost), &holes),
        EndReason::NoPath => fill(text!(ended_no_path), &holes),
        EndReason::Failed(reason) => fill(text!(ended_failed), &[("reason", reason)]),
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
