//! What a call does besides the screen: sounds, vibration, a notification while the tab is hidden, the wake lock, the
//! media session. All of it is derived from the engine's events; nothing here decides. It comes after the picture: the
//! browser works for most of this on the thread that draws.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::{Rc, Weak};
use std::time::Duration;

use ::engine::command::Command;
use ::engine::event::{CallPhase, CallView, Event, Incoming, Path, Talk};

use super::Letter;
use super::inbox::Inbox;
use super::sounds::{Playing, Sound};
use crate::browser::listener::Listener;
use crate::browser::media_session::{MediaSession, Pressed};
use crate::browser::notification::{self, Notification, Text, WorkerNotification};
use crate::browser::paint::AfterPaint;
use crate::browser::service_worker::CallLock;
use crate::browser::timer::Interval;
use crate::browser::wake_lock::WakeLock;
use crate::browser::{js, pip, visibility};

/// What follows calls.
pub(super) trait Affecting {
    /// Follows one event.
    fn notice(&self, event: &Event);
    /// Plays a test sound.
    fn test_speaker(&self);
}

/// Makes what follows calls.
pub(super) type Make = fn(Needs) -> Rc<dyn Affecting>;

/// What effects need of the driver.
pub(super) struct Needs {
    pub(super) inbox: Rc<Inbox>,
    /// What a notification of an incoming call says, in the language of the app.
    pub(super) text: Rc<RefCell<String>>,
    /// Microphone and camera are wanted.
    pub(super) capture: Rc<Cell<(bool, bool)>>,
}

/// Makes them.
pub(super) fn make(needs: Needs) -> Rc<dyn Affecting> {
    let effects = Effects {
        inbox: needs.inbox,
        phase: Cell::new(Phase::Idle),
        sound: Rc::default(),
        ringing: RefCell::new(None),
        call: RefCell::new(None),
        text: needs.text,
        capture: needs.capture,
    };
    Rc::new_cyclic(|queue: &Weak<Queue>| Queue {
        queue: queue.clone(),
        effects,
        due: RefCell::default(),
        painted: RefCell::default(),
    })
}

/// What waits until its picture is painted, in order.
struct Queue {
    queue: Weak<Self>,
    effects: Effects,
    due: RefCell<VecDeque<Due>>,
    painted: RefCell<Option<AfterPaint>>,
}

/// What is to be followed.
enum Due {
    Call(CallView),
    Capture { microphone: bool, camera: bool },
}

/// The effects that are on.
struct Effects {
    inbox: Rc<Inbox>,
    phase: Cell<Phase>,
    sound: Rc<RefCell<Option<Playing>>>,
    ringing: RefCell<Option<Ringing>>,
    call: RefCell<Option<InCall>>,
    text: Rc<RefCell<String>>,
    capture: Rc<Cell<(bool, bool)>>,
}

/// What of a call's phase makes a sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Idle,
    Dialing,
    RingingThere,
    Connecting,
    Flowing,
    Broken,
    Ended,
}

/// What is on while somebody calls.
struct Ringing {
    call: u64,
    _leaving: Listener,
    _vibration: Vibration,
    _hidden: Listener,
    _shown: Rc<RefCell<Option<Shown>>>,
}

#[expect(dead_code, reason = "held for what dropping them does")]
enum Shown {
    Page(Notification),
    Worker(WorkerNotification),
}

/// What is on during a call.
struct InCall {
    session: MediaSession,
    _leaving: Listener,
    _wake: WakeLock,
    _lock: CallLock,
}

impl Affecting for Queue {
    fn notice(&self, event: &Event) {
        match event {
            Event::Call(view) => self.put(Due::Call(view.clone())),
            Event::Capture(view) => self.put(Due::Capture {
                microphone: view.microphone_on,
                camera: view.camera_on,
            }),
            Event::Backend(_)
            | Event::Connection(_)
            | Event::Account(_)
            | Event::CallText(_)
            | Event::CallStats(_)
            | Event::Known(_)
            | Event::Refused(_)
            | Event::Trouble(_) => {}
        }
    }

    fn test_speaker(&self) {
        self.effects.play(Some(Sound::Test));
    }
}

impl Queue {
    fn put(&self, due: Due) {
        self.due.borrow_mut().push_back(due);
        if self.painted.borrow().is_some() {
            return;
        }
        let queue = self.queue.clone();
        let wait = AfterPaint::new(move || {
            if let Some(queue) = queue.upgrade() {
                drop(queue.painted.take());
                queue.run();
            }
        });
        let waits = wait.is_some();
        self.painted.replace(wait);
        if !waits {
            self.run();
        }
    }

    fn run(&self) {
        loop {
            let due = self.due.borrow_mut().pop_front();
            match due {
                Some(Due::Call(view)) => self.effects.notice_call(&view),
                Some(Due::Capture { microphone, camera }) => self.effects.notice_capture(microphone, camera),
                None => return,
            }
        }
    }
}

impl Effects {
    fn notice_call(&self, view: &CallView) {
        let phase = Phase::of(&view.phase);
        let before = self.phase.replace(phase);
        self.set_in_call(&view.phase);
        self.set_ringing(view.incoming.as_ref());
        let repeated = match (&view.incoming, phase) {
            (Some(_), Phase::Idle | Phase::Ended) => Some(Sound::Ring),
            (Some(_), _) => Some(Sound::Knock),
            (None, Phase::RingingThere) => Some(Sound::RingBack),
            (None, _) => None,
        };
        if repeated.is_some() {
            self.play(repeated);
        } else if let Some(once) = once(before, phase) {
            self.play(Some(once));
        } else if self.plays_repeated() {
            self.play(None);
        }
    }

    fn notice_capture(&self, microphone: bool, camera: bool) {
        if let Some(call) = self.call.borrow().as_ref() {
            call.session.show(microphone, camera);
        }
    }

    fn set_in_call(&self, phase: &CallPhase) {
        let name = match phase {
            CallPhase::Dialing { to, .. } => to,
            CallPhase::Connecting(Talk { name, .. }) | CallPhase::Active(Talk { name, .. }) => name,
            CallPhase::Idle | CallPhase::Ended(_) => {
                let over = self.call.borrow_mut().take();
                if over.is_some() {
                    // Browsers keep the small window of a video that has left the page.
                    pip::leave();
                }
                return;
            }
        };
        if self.call.borrow().is_some() {
            return;
        }
        let session = MediaSession::new(name, pressed(&self.inbox, &self.capture));
        let (microphone, camera) = self.capture.get();
        session.show(microphone, camera);
        self.call.replace(Some(InCall {
            session,
            _leaving: on_leaving(&self.inbox, Command::HangUp),
            _wake: WakeLock::new(),
            _lock: CallLock::take(),
        }));
    }

    fn set_ringing(&self, incoming: Option<&Incoming>) {
        let same = self.ringing.borrow().as_ref().map(|ringing| ringing.call)
            == incoming.map(|incoming| incoming.call);
        if same {
            return;
        }
        let before = self.ringing.borrow_mut().take();
        drop(before);
        let Some(incoming) = incoming else { return };
        self.ringing
            .replace(Some(ring(incoming, &self.text, &self.inbox)));
    }

    fn plays_repeated(&self) -> bool {
        self.sound
            .borrow()
            .as_ref()
            .is_some_and(|playing| matches!(playing.sound(), Sound::Ring | Sound::Knock | Sound::RingBack))
    }

    fn play(&self, sound: Option<Sound>) {
        let same = self.sound.borrow().as_ref().map(Playing::sound) == sound;
        if same && self.plays_repeated() {
            return;
        }
        let slot = Rc::downgrade(&self.sound);
        let playing = sound.and_then(|sound| {
            Playing::start(sound, move || {
                let over = slot.upgrade().and_then(|slot| slot.borrow_mut().take());
                drop(over);
            })
        });
        let before = self.sound.replace(playing);
        drop(before);
    }
}

/// Presses outside of the page become the same commands as those in it.
fn pressed(inbox: &Rc<Inbox>, capture: &Rc<Cell<(bool, bool)>>) -> impl Fn(Pressed) + Clone + 'static {
    let (inbox, capture) = (Rc::downgrade(inbox), capture.clone());
    move |pressed| {
        let Some(inbox) = inbox.upgrade() else { return };
        let (microphone, camera) = capture.get();
        inbox.post(Letter::Command(match pressed {
            Pressed::Microphone => Command::Microphone(!microphone),
            Pressed::Camera => Command::Camera(!camera),
            Pressed::HangUp => Command::HangUp,
        }));
    }
}

impl Phase {
    fn of(phase: &CallPhase) -> Self {
        match phase {
            CallPhase::Idle => Self::Idle,
            CallPhase::Dialing { ringing: false, .. } => Self::Dialing,
            CallPhase::Dialing { ringing: true, .. } => Self::RingingThere,
            CallPhase::Connecting(_) => Self::Connecting,
            CallPhase::Active(Talk {
                path: Path::Broken { .. },
                ..
            }) => Self::Broken,
            CallPhase::Active(Talk {
                path: Path::Opening | Path::Flowing,
                ..
            }) => Self::Flowing,
            CallPhase::Ended(_) => Self::Ended,
        }
    }
}

/// The sound of a change from one phase to another.
fn once(before: Phase, now: Phase) -> Option<Sound> {
    match (before, now) {
        (same, now) if same == now => None,
        (Phase::Broken, Phase::Flowing) => Some(Sound::Healed),
        (_, Phase::Flowing) => Some(Sound::Connected),
        (_, Phase::Broken) => Some(Sound::Broken),
        (Phase::Idle, Phase::Ended) => None,
        (_, Phase::Ended) => Some(Sound::Ended),
        (_, Phase::Idle | Phase::Dialing | Phase::RingingThere | Phase::Connecting) => None,
    }
}

fn ring(incoming: &Incoming, text: &Rc<RefCell<String>>, inbox: &Rc<Inbox>) -> Ringing {
    let shown = Rc::new(RefCell::new(None));
    let (slot, name, text) = (Rc::downgrade(&shown), incoming.name.clone(), text.clone());
    let show = move |visible: bool| {
        let Some(slot) = slot.upgrade() else { return };
        let notification = if visible {
            None
        } else {
            notify(&name, &text.borrow())
        };
        let before = slot.replace(notification);
        drop(before);
    };
    show(visibility::visible());
    let call = incoming.call;
    Ringing {
        call,
        _leaving: on_leaving(inbox, Command::Decline { call }),
        _vibration: Vibration::start(),
        _hidden: visibility::watch(show),
        _shown: shown,
    }
}

/// Does `then` when the page is left, so that the other side need not wait: the pump runs right after the listener, and
/// what it sends still leaves.
fn on_leaving(inbox: &Rc<Inbox>, then: Command) -> Listener {
    let inbox = Rc::downgrade(inbox);
    Listener::new(&js::window(), "pagehide", move |_| {
        if let Some(inbox) = inbox.upgrade() {
            inbox.post(Letter::Command(then.clone()));
        }
    })
}

fn notify(name: &str, body: &str) -> Option<Shown> {
    let text = Text {
        title: name,
        body,
        tag: "antenna-incoming",
        url: "",
        stays: true,
    };
    Notification::show(&text, || {})
        .map(Shown::Page)
        .or_else(|| WorkerNotification::show(&text).map(Shown::Worker))
}

/// Vibrates until it is dropped.
struct Vibration {
    _again: Interval,
}

impl Vibration {
    const PATTERN: [u32; 3] = [300, 150, 300];

    fn start() -> Self {
        notification::vibrate(&Self::PATTERN);
        Self {
            _again: Interval::new(Duration::from_millis(2600), || {
                notification::vibrate(&Self::PATTERN)
            }),
        }
    }
}

impl Drop for Vibration {
    fn drop(&mut self) {
        notification::vibrate(&[]);
    }
}
