//! Capture of the screen, with its sound.

use std::future::Future;
use std::pin::Pin;
use std::rc::{Rc, Weak};

use engine::io::DeviceProblem;
use web_sys::{MediaStream, MediaStreamTrack};

use super::acquire;
use super::capture::{Capture, Held, Mix};
use super::mixer::Mixer;
use crate::browser::js;

/// Asks for the screen that `capture` wants.
pub(super) fn open(capture: Weak<Capture>) -> Pin<Box<dyn Future<Output = ()>>> {
    Box::pin(run(capture))
}

async fn run(capture: Weak<Capture>) {
    let result = acquire::open_screen().await;
    let Some(capture) = capture.upgrade() else { return };
    capture.screen.borrow_mut().tried = true;
    match result {
        Ok(stream) => adopt(&capture, &stream),
        Err(error) => capture.screen.borrow_mut().problem = Some(acquire::explain_screen(&error)),
    }
    if !capture.screen.borrow().wanted {
        let released = std::mem::take(&mut *capture.screen.borrow_mut());
        drop(released);
    }
    let done = capture.opening_screen.take();
    drop(done);
    capture.reconcile();
}

fn adopt(capture: &Rc<Capture>, stream: &MediaStream) {
    let (video, audio) = (stream.get_video_tracks().get(0), stream.get_audio_tracks().get(0));
    if !video.is_object() {
        capture.screen.borrow_mut().problem = Some(DeviceProblem::Missing);
        return;
    }
    let video = MediaStreamTrack::from(video);
    js::set(&video, "contentHint", &"detail".into());
    let weak = Rc::downgrade(capture);
    let held = Held::new(video, move || {
        if let Some(capture) = weak.upgrade() {
            capture.screen_ended();
        }
    });
    let sound = audio.is_object().then(|| {
        let track = MediaStreamTrack::from(audio);
        js::set(&track, "contentHint", &"music".into());
        Held::new(track, || {})
    });
    let mixer = sound.as_ref().and_then(|sound| Mixer::new(&sound.track));
    let mut slot = capture.screen.borrow_mut();
    if slot.wanted {
        slot.held = Some(held);
        slot.mixer = mixer.map(|mixer| Box::new(mixer) as Box<dyn Mix>);
        slot.sound = sound;
    }
}
