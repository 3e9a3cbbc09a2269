//! Camera, microphone and screen as wanted: one serialised reconciliation of what is with what shall be.
//!
//! A new goal is compared with what is held. What is not wanted any more is stopped at once, so that its light goes
//! off; what is missing is opened by one task that takes the next missing thing until nothing is missing. A goal that
//! changes while the browser asks the person is looked at when the answer is there.

mod slot;

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::time::Duration;

use engine::io::{CaptureGoal, CaptureState, DeviceChoice, DeviceProblem, MediaInput};
use wasm_bindgen::JsValue;
use web_sys::{MediaStream, MediaStreamTrack};

use super::acquire::{self, Kind, Refused};
use super::devices::{DeviceList, media_devices};
use super::meter::Meter;
use super::{Tell, registry};
use crate::browser::listener::Listener;
use crate::browser::promise::Task;
use crate::browser::{clock, js};
use crate::local::LocalEvent;
pub(super) use slot::{Held, Mix};
use slot::{ScreenSlot, Slot, same};

/// What there is to send.
#[derive(Debug, Default)]
pub(super) struct Tracks {
    pub(super) microphone: Option<MediaStreamTrack>,
    pub(super) camera: Option<MediaStreamTrack>,
    pub(super) screen: Option<MediaStreamTrack>,
    /// Microphone and the screen's sound in one, while the screen has sound.
    pub(super) mixed: Option<MediaStreamTrack>,
}

/// Opens the screen for a capture that wants it.
pub(super) type OpenScreen = fn(Weak<Capture>) -> Pin<Box<dyn Future<Output = ()>>>;

/// The devices.
pub(super) struct Capture {
    this: Weak<Self>,
    tell: Tell<MediaInput>,
    local: Tell<LocalEvent>,
    changed: Rc<dyn Fn()>,
    microphone: RefCell<Slot>,
    camera: RefCell<Slot>,
    pub(super) screen: RefCell<ScreenSlot>,
    open_screen: Cell<Option<OpenScreen>>,
    devices: RefCell<Option<DeviceList>>,
    permissions: RefCell<Vec<Listener>>,
    opening: RefCell<Option<Task>>,
    pub(super) opening_screen: RefCell<Option<Task>>,
    said: RefCell<CaptureState>,
    own: RefCell<Option<String>>,
    meter: RefCell<Option<(String, Meter)>>,
    in_call: Cell<bool>,
}

/// A track that ends sooner than this after it was opened would only end again: wait for a change of devices.
const SETTLED: f64 = 2_000.0;
const METER: Duration = Duration::from_millis(100);

impl Capture {
    pub(super) fn new(tell: Tell<MediaInput>, local: Tell<LocalEvent>, changed: Rc<dyn Fn()>) -> Rc<Self> {
        let capture = Rc::new_cyclic(|this: &Weak<Self>| Self {
            this: this.clone(),
            tell,
            local: local.clone(),
            changed,
            microphone: RefCell::default(),
            camera: RefCell::default(),
            screen: RefCell::default(),
            open_screen: Cell::new(None),
            devices: RefCell::new(None),
            permissions: RefCell::default(),
            opening: RefCell::new(None),
            opening_screen: RefCell::new(None),
            said: RefCell::default(),
            own: RefCell::default(),
            meter: RefCell::new(None),
            in_call: Cell::new(false),
        });
        let plugged = Rc::downgrade(&capture);
        let devices = DeviceList::new(local, move || {
            if let Some(capture) = plugged.upgrade() {
                capture.try_again(|problem| {
                    matches!(
                        problem,
                        DeviceProblem::Missing | DeviceProblem::Unplugged | DeviceProblem::Busy
                    )
                });
            }
        });
        capture.devices.replace(Some(devices));
        capture
    }

    /// Makes it so.
    pub(super) fn set_goal(&self, goal: CaptureGoal) {
        self.microphone.borrow_mut().want(goal.microphone);
        self.camera.borrow_mut().want(goal.camera);
        let released = self.screen.borrow_mut().want(goal.screen);
        drop(released);
        self.reconcile();
    }

    /// What there is to send now.
    pub(super) fn tracks(&self) -> Tracks {
        let screen = self.screen.borrow();
        Tracks {
            microphone: self.microphone.borrow().track(),
            camera: self.camera.borrow().track(),
            screen: screen.held.as_ref().map(|held| same(&held.track)),
            mixed: screen.mixer.as_ref().and_then(|mixer| mixer.track()),
        }
    }

    /// In a call there is no meter: nobody sees it, and each reading costs the main thread.
    pub(super) fn in_call(&self, in_call: bool) {
        if self.in_call.replace(in_call) != in_call {
            self.see_to_meter();
        }
    }

    /// From now on the screen can be opened. It is only ever wanted in a call, and comes with the calls.
    pub(super) fn install_screen(&self, open: OpenScreen) {
        self.open_screen.set(Some(open));
    }

    pub(super) fn reconcile(&self) {
        if self.opening.borrow().is_none() && !self.missing().is_empty() {
            let task = Task::new(open_missing(self.this.clone()));
            self.opening.replace(Some(task));
        }
        if let Some(open) = self.open_screen.get()
            && self.opening_screen.borrow().is_none()
            && self.screen.borrow().is_missing()
        {
            let task = Task::new(open(self.this.clone()));
            self.opening_screen.replace(Some(task));
        }
        self.announce();
    }

    /// What is wanted, not held, and not tried in vain.
    fn missing(&self) -> Vec<(Kind, DeviceChoice)> {
        [(Kind::Microphone, &self.microphone), (Kind::Camera, &self.camera)]
            .into_iter()
            .filter_map(|(kind, slot)| {
                let slot = slot.borrow();
                let wanted = slot.wanted.clone()?;
                (slot.tried.as_ref() != Some(&wanted)).then_some((kind, wanted))
            })
            .collect()
    }

    fn slot(&self, kind: Kind) -> &RefCell<Slot> {
        match kind {
            Kind::Microphone => &self.microphone,
            Kind::Camera => &self.camera,
        }
    }

    /// Opens what is missing with one question, and where that fails each by itself, to learn which is to blame.
    async fn open(&self, missing: &[(Kind, DeviceChoice)]) {
        if media_devices().is_undefined() {
            for (kind, choice) in missing {
                self.refuse(*kind, choice, DeviceProblem::Unsupported);
            }
            return;
        }
        self.before_opening(missing);
        if missing.len() > 1 {
            match acquire::open(missing).await {
                Ok(stream) => {
                    for (kind, choice) in missing {
                        self.adopt(*kind, choice, &stream);
                    }
                    return self.announce_devices();
                }
                Err(error) if js::error_name(&error) == "NotAllowedError" => {
                    self.open_the_granted(missing, &error).await;
                    return;
                }
                Err(_) => {}
            }
        }
        for (kind, choice) in missing {
            self.open_one(*kind, choice).await;
        }
    }

    /// One "no" came for both: only what is granted by itself is worth another attempt, or the person is asked twice.
    async fn open_the_granted(&self, missing: &[(Kind, DeviceChoice)], error: &JsValue) {
        for (kind, choice) in missing {
            let status = acquire::permission(*kind).await;
            if status.is_some_and(|status| js::text(&status, "state") == "granted") {
                self.open_one(*kind, choice).await;
            } else if let Refused::Problem(problem) = acquire::explain(*kind, error).await {
                self.refuse(*kind, choice, problem);
            }
        }
    }

    async fn open_one(&self, kind: Kind, choice: &DeviceChoice) {
        let mut wanted = choice.clone();
        loop {
            let error = match acquire::open(&[(kind, wanted.clone())]).await {
                Ok(stream) => {
                    self.adopt(kind, choice, &stream);
                    return self.announce_devices();
                }
                Err(error) => error,
            };
            match acquire::explain(kind, &error).await {
                Refused::NotThisOne if wanted.id.is_some() => wanted.id = None,
                Refused::NotThisOne => return self.refuse(kind, choice, DeviceProblem::Missing),
                // Phones cannot open a second camera while the first is open.
                Refused::Problem(DeviceProblem::Busy) if self.slot(kind).borrow().held.is_some() => {
                    let before = self.slot(kind).borrow_mut().held.take();
                    drop(before);
                    self.announce();
                }
                Refused::Problem(problem) => return self.refuse(kind, choice, problem),
            }
        }
    }

    fn before_opening(&self, missing: &[(Kind, DeviceChoice)]) {
        for (kind, choice) in missing {
            let mut slot = self.slot(*kind).borrow_mut();
            let flipped = slot
                .tried
                .as_ref()
                .is_some_and(|tried| tried.facing_away != choice.facing_away);
            slot.asking = true;
            let before = if flipped { slot.held.take() } else { None };
            drop(slot);
            drop(before);
        }
        self.announce();
    }

    /// Takes the track in, unless it is not wanted any more.
    fn adopt(&self, kind: Kind, choice: &DeviceChoice, stream: &MediaStream) {
        let track = match kind {
            Kind::Microphone => stream.get_audio_tracks().get(0),
            Kind::Camera => stream.get_video_tracks().get(0),
        };
        if !track.is_object() {
            return self.refuse(kind, choice, DeviceProblem::Missing);
        }
        let track = MediaStreamTrack::from(track);
        js::set(
            &track,
            "contentHint",
            &if kind == Kind::Camera { "motion" } else { "speech" }.into(),
        );
        let capture = self.this.clone();
        let held = Held::new(track, move || {
            if let Some(capture) = capture.upgrade() {
                capture.vanished(kind);
            }
        });
        let mut slot = self.slot(kind).borrow_mut();
        slot.asking = false;
        let before = if slot.wanted.is_some() {
            slot.tried = Some(choice.clone());
            slot.problem = None;
            slot.unplugged = false;
            slot.held.replace(held)
        } else {
            Some(held)
        };
        drop(slot);
        drop(before);
    }

    /// Something was opened: with the first permission the list of devices gets its labels.
    fn announce_devices(&self) {
        self.announce();
        if let Some(devices) = self.devices.borrow().as_ref() {
            devices.read();
        }
    }

    fn refuse(&self, kind: Kind, choice: &DeviceChoice, problem: DeviceProblem) {
        let mut slot = self.slot(kind).borrow_mut();
        slot.asking = false;
        if slot.wanted.is_some() {
            slot.tried = Some(choice.clone());
        }
        // A device that another one was to replace is better than none.
        let kept = slot.held.is_some();
        let gone = slot.unplugged && problem == DeviceProblem::Missing;
        slot.problem = (!kept).then_some(if gone { DeviceProblem::Unplugged } else { problem });
        drop(slot);
        if matches!(problem, DeviceProblem::Denied | DeviceProblem::Dismissed) {
            self.watch_permission(kind);
        }
        self.announce();
    }

    /// The track ended by itself: unplugged, or the permission was taken back.
    fn vanished(&self, kind: Kind) {
        let mut slot = self.slot(kind).borrow_mut();
        let held = slot.held.take();
        let lasted = held
            .as_ref()
            .is_some_and(|held| clock::monotonic() - held.since > SETTLED);
        slot.unplugged = true;
        slot.problem = Some(DeviceProblem::Unplugged);
        if lasted {
            slot.tried = None;
        }
        drop(slot);
        drop(held);
        self.reconcile();
    }

    /// Tries again what was not to be had for a reason that may be gone.
    fn try_again(&self, gone: impl Fn(DeviceProblem) -> bool) {
        for slot in [&self.microphone, &self.camera] {
            let mut slot = slot.borrow_mut();
            if slot.held.is_none() && slot.problem.is_some_and(&gone) {
                slot.tried = None;
            }
        }
        self.reconcile();
    }

    /// A "no" can be taken back in the browser's own settings.
    fn watch_permission(&self, kind: Kind) {
        let capture = self.this.clone();
        crate::browser::promise::detach(async move {
            let (Some(status), Some(capture)) = (acquire::permission(kind).await, capture.upgrade()) else {
                return;
            };
            let (weak, watched) = (capture.this.clone(), status.clone());
            let listener = Listener::new(&status, "change", move |_| {
                let Some(capture) = weak.upgrade() else { return };
                if js::text(&watched, "state") == "granted" {
                    capture.try_again(|problem| {
                        matches!(problem, DeviceProblem::Denied | DeviceProblem::Dismissed)
                    });
                }
            });
            let mut kept = capture.permissions.borrow_mut();
            // One for each kind is enough; an older one of the same kind hears the same.
            if kept.len() < 2 {
                kept.push(listener);
            }
        });
    }

    /// The person ended it with the browser's own button.
    pub(super) fn screen_ended(&self) {
        let released = self.screen.borrow_mut().release();
        drop(released);
        (self.tell)(MediaInput::ScreenEnded);
        self.announce();
    }

    /// Hands the tracks on and says what changed.
    fn announce(&self) {
        if let Some(mixer) = &self.screen.borrow().mixer {
            mixer.set_microphone(self.microphone.borrow().track().as_ref());
        }
        (self.changed)();
        self.see_to_own_stream();
        self.see_to_meter();
        let state = CaptureState {
            microphone: self.microphone.borrow().state(),
            camera: self.camera.borrow().state(),
            screen: self.screen.borrow().state(),
        };
        if *self.said.borrow() != state {
            self.said.replace(state.clone());
            (self.tell)(MediaInput::Capture(state));
        }
    }

    fn see_to_own_stream(&self) {
        let tracks = self.tracks();
        let shown = tracks.camera.or(tracks.screen);
        let id = shown.as_ref().map(MediaStreamTrack::id);
        if *self.own.borrow() == id {
            return;
        }
        self.own.replace(id);
        registry::set_own(shown.and_then(|track| stream_of(&track)));
        (self.local)(LocalEvent::OwnStreamChanged);
    }

    fn see_to_meter(&self) {
        let track = self.microphone.borrow().track();
        let wanted = track.filter(|_| !self.in_call.get());
        let held = self.meter.borrow().as_ref().map(|(id, _)| id.clone());
        if held == wanted.as_ref().map(MediaStreamTrack::id) {
            return;
        }
        let before = self.meter.take();
        drop(before);
        let Some(track) = wanted else { return };
        let meter = stream_of(&track).and_then(|stream| Meter::start(&stream, METER, self.local.clone()));
        self.meter.replace(meter.map(|meter| (track.id(), meter)));
    }
}

/// Opens what is missing, one after the other, until nothing is.
async fn open_missing(capture: Weak<Capture>) {
    loop {
        let Some(capture) = capture.upgrade() else { return };
        let missing = capture.missing();
        if missing.is_empty() {
            let done = capture.opening.take();
            drop(done);
            capture.announce();
            return;
        }
        capture.open(&missing).await;
    }
}

fn stream_of(track: &MediaStreamTrack) -> Option<MediaStream> {
    let stream = MediaStream::new().ok()?;
    stream.add_track(track);
    Some(stream)
}
