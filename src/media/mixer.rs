//! The sound of a shared screen, mixed with the microphone into one track to send.

use std::cell::RefCell;

use web_sys::{MediaStream, MediaStreamAudioDestinationNode, MediaStreamAudioSourceNode, MediaStreamTrack};

use super::capture::Mix;
use crate::browser::audio::Lease;
use crate::browser::js;

/// Mixes until it is dropped.
pub(super) struct Mixer {
    lease: Lease,
    out: MediaStreamAudioDestinationNode,
    screen: MediaStreamAudioSourceNode,
    microphone: RefCell<Option<(String, MediaStreamAudioSourceNode)>>,
}

impl Mixer {
    /// A mix that begins with the screen's sound alone; `None` where the browser has no Web Audio.
    pub(super) fn new(screen: &MediaStreamTrack) -> Option<Self> {
        let lease = Lease::take()?;
        let out = lease.context().create_media_stream_destination().ok()?;
        let screen = source(&lease, screen)?;
        screen.connect_with_audio_node(&out).ok()?;
        Some(Self {
            lease,
            out,
            screen,
            microphone: RefCell::new(None),
        })
    }
}

impl Mix for Mixer {
    /// A muted one is silent of itself.
    fn set_microphone(&self, track: Option<&MediaStreamTrack>) {
        let wanted = track.map(MediaStreamTrack::id);
        let mut held = self.microphone.borrow_mut();
        if held.as_ref().map(|(id, _)| id) == wanted.as_ref() {
            return;
        }
        if let Some((_, before)) = held.take() {
            let _ = js::call(&before, "disconnect", &[]);
        }
        if let Some((track, id)) = track.zip(wanted)
            && let Some(node) = source(&self.lease, track)
        {
            let _ = node.connect_with_audio_node(&self.out);
            *held = Some((id, node));
        }
    }

    fn track(&self) -> Option<MediaStreamTrack> {
        let track = self.out.stream().get_audio_tracks().get(0);
        track.is_object().then(|| track.into())
    }
}

impl Drop for Mixer {
    fn drop(&mut self) {
        let _ = js::call(&self.screen, "disconnect", &[]);
        self.set_microphone(None);
        if let Some(track) = self.track() {
            track.stop();
        }
    }
}

fn source(lease: &Lease, track: &MediaStreamTrack) -> Option<MediaStreamAudioSourceNode> {
    let stream = MediaStream::new().ok()?;
    stream.add_track(track);
    lease.context().create_media_stream_source(&stream).ok()
}
