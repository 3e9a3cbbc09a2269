//! The backend in use and the connection to it.

use engine::config::{Backend, Config};
use engine::event::{BackendView, Capabilities, ConnectionState, ConnectionView};
use engine::time::Instant;

use super::{AddedBackend, Slot};

/// The backend in use and the connection to it.
#[derive(Clone, Copy)]
pub(crate) struct ConnectionStore {
    backend: Slot<BackendView>,
    view: Slot<ConnectionView>,
    my_id: Slot<Option<String>>,
    configured: Slot<Vec<Backend>>,
    /// It was connected before, so that a break is worth a word.
    was_up: Slot<bool>,
}

/// Why nobody can be reached now.
#[derive(Clone, PartialEq)]
pub(crate) enum Outage {
    /// The device has no network.
    Device,
    /// The server cannot be reached; the next attempt is then, or under way (`None`).
    Server(Option<Instant>),
    /// The server said no.
    Refused(String),
}

impl ConnectionStore {
    pub(super) fn new() -> Self {
        Self {
            backend: Slot::new(BackendView::default()),
            view: Slot::new(ConnectionView::default()),
            my_id: Slot::new(None),
            configured: Slot::new(Vec::new()),
            was_up: Slot::new(false),
        }
    }

    pub(super) fn set_backend(&self, view: &BackendView) {
        self.backend.set(view.clone());
    }

    /// Returns what was before.
    pub(super) fn set_view(&self, view: &ConnectionView) -> ConnectionView {
        let before = self.view.get_untracked();
        self.view.set(view.clone());
        self.my_id.put(view.my_id.clone());
        before
    }

    /// It was connected before now, so that a new connection is worth a word; asked once an event.
    pub(super) fn was_up(&self, view: &ConnectionView) -> bool {
        let was_up = self.was_up.get_untracked();
        if !was_up && matches!(view.state, ConnectionState::Connected) {
            self.was_up.set(true);
        }
        was_up
    }

    /// Takes note of which backends the configuration offers, without those that the person added to it.
    pub(crate) fn keep_config(&self, config: &Config, added: &[AddedBackend]) {
        let offered = |backend: &&Backend| added.iter().all(|added| added.id != backend.id);
        self.configured
            .set(config.backends.iter().filter(offered).cloned().collect());
    }

    /// The backends that the configuration offers.
    pub(crate) fn configured(&self) -> Vec<Backend> {
        self.configured.get()
    }

    /// The backend's id in the configuration.
    pub(crate) fn backend_id(&self) -> String {
        self.backend.with(|backend| backend.id.clone())
    }

    /// As [`Self::backend_id`], not tracked.
    pub(crate) fn backend_id_now(&self) -> String {
        self.backend.with_untracked(|backend| backend.id.clone())
    }

    /// As [`Self::configured`], not tracked.
    pub(crate) fn configured_now(&self) -> Vec<Backend> {
        self.configured.get_untracked()
    }

    /// The backend's name for people.
    pub(crate) fn backend_name(&self) -> String {
        self.backend.with(|backend| backend.name.clone())
    }

    /// As [`Self::backend_name`], not tracked.
    pub(crate) fn backend_name_now(&self) -> String {
        self.backend.with_untracked(|backend| backend.name.clone())
    }

    /// What the backend can do.
    pub(crate) fn capabilities(&self) -> Capabilities {
        self.backend.with(|backend| backend.capabilities)
    }

    /// The backend has chat and no calls.
    pub(crate) fn is_chat_only(&self) -> bool {
        let can = self.capabilities();
        can.chat && !can.calls
    }

    /// The own id; `None` until the server has said it.
    pub(crate) fn my_id(&self) -> Option<String> {
        self.my_id.get()
    }

    /// The engine has said which backend it uses.
    pub(crate) fn is_settled(&self) -> bool {
        self.backend.with(|backend| !backend.id.is_empty())
    }

    /// Why nobody can be reached now, where that is so.
    pub(crate) fn outage(&self) -> Option<Outage> {
        self.view.with(outage_of)
    }

    /// Nobody can be reached now.
    pub(crate) fn is_out(&self) -> bool {
        self.view.with(|view| {
            view.device_offline
                || matches!(
                    view.state,
                    ConnectionState::Waiting { .. }
                        | ConnectionState::Reconnecting { .. }
                        | ConnectionState::Refused { .. }
                )
        })
    }

    /// One word for the state, for tests and style.
    pub(crate) fn state_word(&self) -> &'static str {
        self.view.with(|view| match view.state {
            ConnectionState::Idle => "idle",
            ConnectionState::Connecting => "connecting",
            ConnectionState::Connected => "connected",
            ConnectionState::Waiting { .. } => "waiting",
            ConnectionState::Reconnecting { .. } => "reconnecting",
            ConnectionState::Refused { .. } => "refused",
        })
    }
}

pub(super) fn outage_of(view: &ConnectionView) -> Option<Outage> {
    if view.device_offline {
        return Some(Outage::Device);
    }
    match &view.state {
        ConnectionState::Idle | ConnectionState::Connecting | ConnectionState::Connected => None,
        ConnectionState::Waiting { next, .. } => Some(Outage::Server(Some(*next))),
        ConnectionState::Reconnecting { .. } => Some(Outage::Server(None)),
        ConnectionState::Refused { reason } => Some(Outage::Refused(reason.clone())),
    }
}
