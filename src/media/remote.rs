//! What comes from the other side of a connection.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use engine::io::{MediaInput, PeerId, RemoteTracks};
use wasm_bindgen::JsValue;
use web_sys::{MediaStream, MediaStreamTrack, MediaStreamTrackState};

use super::output::Output;
use super::{Tell, registry};
use crate::browser::listener::Listener;

/// The remote tracks: the picture for the screen, the sound for the speaker.
pub(super) struct Remote {
    shared: Rc<Shared>,
    listeners: RefCell<Vec<Listener>>,
}

struct Shared {
    peer: PeerId,
    tell: Tell<MediaInput>,
    output: Rc<Output>,
    picture: MediaStream,
    sound: MediaStream,
    said: Cell<RemoteTracks>,
}

impl Remote {
    pub(super) fn new(peer: PeerId, tell: Tell<MediaInput>, output: Rc<Output>) -> Result<Self, JsValue> {
        let shared = Shared {
            peer,
            tell,
            output,
            picture: MediaStream::new()?,
            sound: MediaStream::new()?,
            said: Cell::default(),
        };
        Ok(Self {
            shared: Rc::new(shared),
            listeners: RefCell::default(),
        })
    }

    /// Takes a track in. Its stream stays the same one, so a `<video>` that shows it already shows the track, too.
    pub(super) fn add(&self, track: MediaStreamTrack) {
        for name in ["mute", "unmute", "ended"] {
            let shared = Rc::downgrade(&self.shared);
            self.listeners
                .borrow_mut()
                .push(Listener::new(&track, name, move |_| {
                    if let Some(shared) = shared.upgrade() {
                        shared.say();
                    }
                }));
        }
        let shared = &self.shared;
        if track.kind() == "audio" {
            shared.sound.add_track(&track);
            shared.output.play(shared.peer, &shared.sound);
        } else {
            shared.picture.add_track(&track);
            // `shared.picture.clone()` would be JavaScript's own method, which makes another stream.
            registry::set_remote(shared.peer, Some(Clone::clone(&shared.picture)));
            shared.output.say_stream_changed(shared.peer);
        }
        shared.say();
    }

    /// Drops everything.
    pub(super) fn clear(&self) {
        self.listeners.borrow_mut().clear();
        let shared = &self.shared;
        shared.output.stop(shared.peer);
        if registry::remote_stream(shared.peer).is_some() {
            registry::set_remote(shared.peer, None);
            shared.output.say_stream_changed(shared.peer);
        }
        for stream in [&shared.picture, &shared.sound] {
            for track in stream.get_tracks().iter() {
                stream.remove_track(&track.into());
            }
        }
    }
}

impl Shared {
    fn say(&self) {
        let live = |stream: &MediaStream, muted_counts: bool| {
            stream
                .get_tracks()
                .iter()
                .map(MediaStreamTrack::from)
                .any(|track| {
                    track.ready_state() == MediaStreamTrackState::Live && !(muted_counts && track.muted())
                })
        };
        let tracks = RemoteTracks {
            audio: live(&self.sound, false),
            video: live(&self.picture, true),
        };
        if self.said.replace(tracks) != tracks {
            (self.tell)(MediaInput::Remote {
                peer: self.peer,
                tracks,
            });
        }
    }
}
