//! The sound of the other side: played by elements that are in no document, so that no change of page touches it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use engine::io::PeerId;
use wasm_bindgen::JsValue;
use web_sys::MediaStream;

use super::Tell;
use crate::browser::promise::Task;
use crate::browser::{audio, js, promise};
use crate::local::LocalEvent;

/// Plays the other sides.
pub(super) struct Output {
    local: Tell<LocalEvent>,
    speaker: RefCell<Option<String>>,
    players: RefCell<BTreeMap<PeerId, Player>>,
}

/// One other side's sound; dropping it silences it.
struct Player {
    element: JsValue,
    blocked: bool,
    starting: Option<Task>,
}

impl Drop for Player {
    fn drop(&mut self) {
        let _ = js::call(&self.element, "pause", &[]);
        js::set(&self.element, "srcObject", &JsValue::NULL);
    }
}

impl Output {
    pub(super) fn new(local: Tell<LocalEvent>) -> Rc<Self> {
        Rc::new(Self {
            local,
            speaker: RefCell::default(),
            players: RefCell::default(),
        })
    }

    /// Plays `stream`; what is blocked by the browser is said as `SoundBlocked`.
    pub(super) fn play(self: &Rc<Self>, peer: PeerId, stream: &MediaStream) {
        if !self.players.borrow().contains_key(&peer) {
            let Ok(element) = web_sys::HtmlAudioElement::new() else {
                return;
            };
            let element = JsValue::from(element);
            js::set(&element, "autoplay", &JsValue::TRUE);
            self.to_speaker(&element);
            let player = Player {
                element,
                blocked: false,
                starting: None,
            };
            self.players.borrow_mut().insert(peer, player);
        }
        if let Some(player) = self.players.borrow().get(&peer)
            && &js::get(&player.element, "srcObject") != stream.as_ref() as &JsValue
        {
            js::set(&player.element, "srcObject", stream);
        }
        self.start(peer);
    }

    pub(super) fn stop(&self, peer: PeerId) {
        let player = self.players.borrow_mut().remove(&peer);
        if player.is_some_and(|player| player.blocked) {
            self.say_blocked();
        }
    }

    pub(super) fn unblock(self: &Rc<Self>) {
        audio::resume();
        let peers: Vec<_> = self.players.borrow().keys().copied().collect();
        for peer in peers {
            self.start(peer);
        }
    }

    pub(super) fn choose(&self, speaker: Option<String>) {
        audio::choose_speaker(speaker.as_deref());
        self.speaker.replace(speaker);
        for player in self.players.borrow().values() {
            self.to_speaker(&player.element);
        }
    }

    pub(super) fn say_stream_changed(&self, peer: PeerId) {
        (self.local)(LocalEvent::RemoteStreamChanged(peer));
    }

    fn to_speaker(&self, element: &JsValue) {
        let speaker = self.speaker.borrow().clone().unwrap_or_default();
        if js::has(element, "setSinkId") {
            // A speaker that is gone leaves the sound where it is.
            promise::ignore(js::call(element, "setSinkId", &[&speaker.into()]));
        }
    }

    fn start(self: &Rc<Self>, peer: PeerId) {
        let mut players = self.players.borrow_mut();
        let Some(player) = players.get_mut(&peer) else {
            return;
        };
        let started = js::call(&player.element, "play", &[]);
        let output = Rc::downgrade(self);
        player.starting = Some(Task::new(async move {
            let outcome = match started {
                Ok(started) => promise::settled(started).await,
                Err(error) => Err(error),
            };
            // `AbortError` only means that another start came in between.
            let blocked = outcome.is_err_and(|error| js::error_name(&error) == "NotAllowedError");
            if let Some(output) = output.upgrade() {
                output.set_blocked(peer, blocked);
            }
        }));
    }

    fn set_blocked(&self, peer: PeerId, blocked: bool) {
        let changed = self.players.borrow_mut().get_mut(&peer).is_some_and(|player| {
            let changed = player.blocked != blocked;
            player.blocked = blocked;
            changed
        });
        if changed {
            self.say_blocked();
        }
    }

    fn say_blocked(&self) {
        let blocked = self.players.borrow().values().any(|player| player.blocked);
        (self.local)(LocalEvent::SoundBlocked(blocked));
    }
}
