//! What changed, in words: each change once. It is not in the main module: a chunk that is fetched right after the first
//! screen hands it to the stores.

use engine::event::{
    CallPhase, CallView, CaptureView, ConnectionState, ConnectionView, EndReason, Ended, Path, Talk,
};
use engine::io::VideoSource;

use super::connection::{Outage, outage_of};
use crate::texts::{say, text};

/// Something that changed.
pub(crate) enum News<'a> {
    /// The call: before, and now.
    Call(&'a CallView, &'a CallView),
    /// Camera, microphone and screen in a call: before, and now.
    Capture(&'a CaptureView, &'a CaptureView),
    /// The connection.
    Connection(Link<'a>),
}

/// What changed about the connection.
pub(crate) struct Link<'a> {
    /// Before.
    pub(crate) before: &'a ConnectionView,
    /// Now.
    pub(crate) now: &'a ConnectionView,
    /// It was connected at some time before.
    pub(crate) was_up: bool,
    /// The backend's name.
    pub(crate) server: &'a str,
}

/// Says what changed, where that is worth a word.
pub(crate) type Narrator = fn(&News<'_>) -> Option<String>;

/// The [`Narrator`].
pub(crate) fn narrate(news: &News<'_>) -> Option<String> {
    match news {
        News::Call(before, now) => of_call(before, now),
        News::Capture(before, now) => of_capture(before, now),
        News::Connection(link) => of_link(link),
    }
}

fn of_link(link: &Link<'_>) -> Option<String> {
    match (outage_of(link.before), outage_of(link.now)) {
        (None, Some(Outage::Device)) => Some(say(text!(offline_device), &[])),
        (None, Some(Outage::Server(_))) => Some(say(text!(offline_trying), &[("server", link.server)])),
        (Some(_), None) if link.was_up && link.now.state == ConnectionState::Connected => {
            Some(say(text!(online_again), &[]))
        }
        _ => None,
    }
}

fn of_capture(before: &CaptureView, now: &CaptureView) -> Option<String> {
    let sharing = |view: &CaptureView| view.sending == VideoSource::Screen;
    let words = match () {
        () if before.microphone_on != now.microphone_on && now.microphone_on => text!(unmuted_now),
        () if before.microphone_on != now.microphone_on => text!(muted_now),
        () if before.camera_on != now.camera_on && now.camera_on => text!(camera_on_now),
        () if before.camera_on != now.camera_on => text!(camera_off_now),
        () if sharing(now) && !sharing(before) => text!(screen_on_now),
        () if sharing(before) && !sharing(now) => text!(screen_off_now),
        () => return None,
    };
    Some(say(words, &[]))
}

fn of_call(before: &CallView, after: &CallView) -> Option<String> {
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
