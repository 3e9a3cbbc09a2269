//! What the screen shows, as plain data and ids. Views read; only [`Stores::apply`] and [`Stores::apply_local`] write,
//! but for [`ui`], which keeps the person's choices about this device.

mod auth;
mod call;
mod capture;
pub(crate) mod chat;
mod connection;
mod kept;
mod news;
mod slot;
mod stream;
mod ui;

use engine::command::Command;
use engine::event::Event;
use engine::time::Instant;
use leptos::prelude::*;

use self::news::{Link, News};
use crate::local::{LocalCommand, LocalEvent};

pub(crate) use auth::AuthStore;
pub(crate) use call::{CallStore, PhaseKind, reason_word};
pub(crate) use capture::CaptureStore;
pub(crate) use connection::{ConnectionStore, Outage};
pub(crate) use kept::{AddedBackend, Choices};
pub(crate) use news::{ended_words, narrate, seconds};
pub(crate) use slot::Slot;
pub(crate) use stream::StreamStore;
pub(crate) use ui::{Theme, UiStore};

/// All stores; a cheap copy.
#[derive(Clone, Copy)]
pub(crate) struct Stores {
    /// Who is signed in.
    pub(crate) auth: AuthStore,
    /// The call.
    pub(crate) call: CallStore,
    /// Which streams there are to show.
    pub(crate) stream: StreamStore,
    /// The backend and the connection to it.
    pub(crate) connection: ConnectionStore,
    /// Camera, microphone and screen.
    pub(crate) capture: CaptureStore,
    /// This device: choices, installation, what is announced.
    pub(crate) ui: UiStore,
}

impl Stores {
    /// Makes the stores and provides them as context.
    pub(crate) fn provide(choices: Choices) -> Self {
        let ui = UiStore::new(choices);
        let stores = Self {
            auth: AuthStore::new(),
            call: CallStore::new(),
            stream: StreamStore::new(),
            connection: ConnectionStore::new(),
            capture: CaptureStore::new(),
            ui,
        };
        provide_context(stores);
        stores
    }

    /// Takes note of what the engine says.
    pub(crate) fn apply(&self, event: &Event) {
        match event {
            Event::Backend(view) => self.connection.set_backend(view),
            Event::Connection(view) => {
                let before = self.connection.set_view(view);
                self.tell(&News::Connection(Link {
                    before: &before,
                    now: view,
                    was_up: self.connection.was_up(view),
                    server: &self.connection.backend_name_now(),
                }));
            }
            Event::Account(view) => self.auth.set(view),
            Event::Call(view) => {
                let before = self.call.set(view);
                self.tell(&News::Call(&before, view));
            }
            Event::CallText(text) => {
                self.call.add_text(text);
                if !text.own {
                    self.ui.announce(text.text.clone());
                }
            }
            Event::CallStats(stats) => self.stream.set_stats(*stats),
            Event::Known(peer) => self.ui.keep_known(peer),
            Event::Capture(view) => {
                let before = self.capture.set_view(view);
                if self.call.is_talking() {
                    self.tell(&News::Capture(&before, view));
                }
            }
            Event::Refused(refusal) => self.ui.refuse(refusal),
            Event::Trouble(_) => {}
        }
    }

    fn tell(&self, news: &News<'_>) {
        if let Some(words) = self.ui.narrator().and_then(|narrate| narrate(news)) {
            self.ui.announce(words);
        }
    }

    /// Takes note of what this device says.
    pub(crate) fn apply_local(&self, event: &LocalEvent) {
        match event {
            LocalEvent::Devices(devices) => self.capture.set_devices(devices),
            LocalEvent::MicrophoneLevel(level) => self.capture.set_level(*level),
            LocalEvent::OwnStreamChanged => self.stream.own_changed(),
            LocalEvent::RemoteStreamChanged(peer) => self.stream.remote_changed(*peer),
            LocalEvent::SoundBlocked(blocked) => self.stream.set_sound_blocked(*blocked),
            LocalEvent::Install(state) => self.ui.set_install(*state),
            LocalEvent::UpdateReady(ready) => self.ui.set_update(*ready),
            LocalEvent::Storage { used, quota } => self.ui.set_storage(*used, *quota),
            LocalEvent::Notifications(state) => self.ui.set_notifications(*state),
            LocalEvent::Unread(count) => self.ui.set_unread(*count),
            // `App` fetches the chunks of screens then; no store holds anything of it.
            LocalEvent::Usable | LocalEvent::Chat(_) => {} // The panic screen is drawn outside of Leptos: after a panic no view can be trusted.
        }
    }
}

/// The stores of the context.
///
/// # Panics
/// Outside of `App`.
pub(crate) fn stores() -> Stores {
    expect_context()
}

/// A wish, on its way to the driver.
pub(crate) enum Wish {
    /// For the engine.
    Engine(Command),
    /// For this device.
    Device(LocalCommand),
}

type Deliver = Box<dyn Fn(Wish)>;

/// How views ask for things, so that pages never touch the driver; a cheap copy, provided as context.
#[derive(Clone, Copy)]
pub(crate) struct Actions {
    deliver: StoredValue<Option<Deliver>, LocalStorage>,
    clock: fn() -> Instant,
}

impl Actions {
    /// Provides actions that go nowhere until [`Actions::connect`].
    pub(crate) fn provide(clock: fn() -> Instant) -> Self {
        let actions = Self {
            deliver: StoredValue::new_local(None),
            clock,
        };
        provide_context(actions);
        actions
    }

    /// Sends wishes to the driver from now on.
    pub(crate) fn connect(&self, deliver: impl Fn(Wish) + 'static) {
        self.deliver.set_value(Some(Box::new(deliver)));
    }

    /// Asks the engine.
    pub(crate) fn send(&self, command: Command) {
        self.wish(Wish::Engine(command));
    }

    /// Asks the device.
    pub(crate) fn local(&self, command: LocalCommand) {
        self.wish(Wish::Device(command));
    }

    /// The engine's clock, for times since.
    pub(crate) fn now(&self) -> Instant {
        (self.clock)()
    }

    fn wish(&self, wish: Wish) {
        let _ = self.deliver.try_with_value(|deliver| {
            if let Some(deliver) = deliver {
                deliver(wish);
            }
        });
    }
}

/// The actions of the context.
///
/// # Panics
/// Outside of `App`.
pub(crate) fn actions() -> Actions {
    expect_context()
}
