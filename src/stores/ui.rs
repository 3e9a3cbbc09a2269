//! This device: the person's choices, installation, what is announced, and the note about a wish that was refused.

use engine::command::{KnownPeer, Preferences};
use engine::event::Refusal;

use super::news::Narrator;
use super::{AddedBackend, Choices, Slot};
use crate::browser::page;
use crate::local::{InstallState, PermissionState};
use crate::texts::{self, Locale, Text, text};

/// Which theme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Theme {
    /// Like the system.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// The theme of this word.
    pub(crate) fn of(word: &str) -> Self {
        match word {
            "light" => Self::Light,
            "dark" => Self::Dark,
            _ => Self::System,
        }
    }

    /// Its word.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// This device.
#[derive(Clone, Copy)]
pub(crate) struct UiStore {
    choices: Slot<Choices>,
    install: Slot<InstallState>,
    update: Slot<bool>,
    storage: Slot<Option<(f64, f64)>>,
    notifications: Slot<PermissionState>,
    unread: Slot<u32>,
    refusal: Slot<Option<Refusal>>,
    live: Slot<String>,
    typed: Slot<String>,
    narrator: Slot<Option<Narrator>>,
}

impl UiStore {
    pub(super) fn new(choices: Choices) -> Self {
        let store = Self {
            choices: Slot::new(choices),
            install: Slot::new(InstallState::No),
            update: Slot::new(false),
            storage: Slot::new(None),
            notifications: Slot::new(PermissionState::Ask),
            unread: Slot::new(0),
            refusal: Slot::new(None),
            live: Slot::new(String::new()),
            typed: Slot::new(String::new()),
            narrator: Slot::new(None),
        };
        store.show_theme();
        store.show_locale();
        store
    }

    /// Says something once, in the live region.
    pub(crate) fn announce(&self, mut words: String) {
        // The same words twice would not be read again: an invisible difference makes them new.
        if self.live.with_untracked(|old| *old == words) {
            words.push('\u{a0}');
        }
        self.live.set(words);
    }

    /// Who puts news into words, once that is here; not tracked.
    pub(super) fn narrator(&self) -> Option<Narrator> {
        self.narrator.get_untracked()
    }

    /// From now on this one puts news into words.
    pub(crate) fn set_narrator(&self, narrator: Narrator) {
        self.narrator.set(Some(narrator));
    }

    /// What was said last.
    pub(crate) fn live(&self) -> String {
        self.live.get()
    }

    /// Whom to call, as far as it is typed; not tracked.
    pub(crate) fn typed(&self) -> String {
        self.typed.get_untracked()
    }

    /// Keeps whom to call.
    pub(crate) fn set_typed(&self, typed: String) {
        self.typed.set(typed);
    }

    pub(super) fn keep_known(&self, peer: &KnownPeer) {
        self.change(|choices| choices.remember(peer));
    }

    pub(super) fn refuse(&self, refusal: &Refusal) {
        self.refusal.set(Some(refusal.clone()));
        self.announce(texts::say(refusal_text(refusal), &[]));
    }

    pub(super) fn set_install(&self, state: InstallState) {
        self.install.put(state);
    }

    pub(super) fn set_update(&self, ready: bool) {
        self.update.put(ready);
    }

    pub(super) fn set_storage(&self, used: f64, quota: f64) {
        self.storage.put(Some((used, quota)));
    }

    pub(super) fn set_notifications(&self, state: PermissionState) {
        self.notifications.put(state);
    }

    pub(super) fn set_unread(&self, count: u32) {
        self.unread.put(count);
    }

    /// So many messages of the chat are worth a look.
    pub(crate) fn unread(&self) -> u32 {
        self.unread.get()
    }

    /// Forgets the note about a refused wish.
    pub(crate) fn clear_refusal(&self) {
        self.refusal.put(None);
    }

    /// Why the last wish was refused.
    pub(crate) fn refusal(&self) -> Option<Text> {
        self.refusal.with(|refusal| refusal.as_ref().map(refusal_text))
    }

    /// Installation.
    pub(crate) fn install(&self) -> InstallState {
        self.install.get()
    }

    /// A new version waits.
    pub(crate) fn update(&self) -> bool {
        self.update.get()
    }

    /// Bytes used and granted.
    pub(crate) fn storage(&self) -> Option<(f64, f64)> {
        self.storage.get()
    }

    /// Whether notifications may be shown.
    pub(crate) fn notifications(&self) -> PermissionState {
        self.notifications.get()
    }

    /// The theme.
    pub(crate) fn theme(&self) -> Theme {
        self.choices.with(|choices| choices.theme)
    }

    /// Chooses the theme.
    pub(crate) fn set_theme(&self, theme: Theme) {
        self.change(|choices| choices.theme = theme);
        self.show_theme();
    }

    /// Chooses the language.
    pub(crate) fn set_locale(&self, locale: Locale) {
        self.change(|choices| choices.locale = Some(locale));
        self.show_locale();
    }

    /// The backend that was chosen.
    pub(crate) fn backend(&self) -> Option<String> {
        self.choices.with_untracked(|choices| choices.backend.clone())
    }

    /// Keeps which backend is used.
    pub(crate) fn set_backend(&self, id: &str) {
        self.change(|choices| choices.backend = Some(id.to_owned()));
    }

    /// The backends that were added.
    pub(crate) fn added(&self) -> Vec<AddedBackend> {
        self.choices.with(|choices| choices.added.clone())
    }

    /// Keeps a backend.
    pub(crate) fn add_backend(&self, backend: AddedBackend) {
        self.change(|choices| choices.added.push(backend));
    }

    /// Forgets an added backend.
    pub(crate) fn remove_backend(&self, id: &str) {
        self.change(|choices| {
            choices.added.retain(|backend| backend.id != id);
            if choices.backend.as_deref() == Some(id) {
                choices.backend = None;
            }
        });
    }

    /// The guest's name, not tracked.
    pub(crate) fn guest_name(&self) -> String {
        self.choices.with_untracked(|choices| choices.guest_name.clone())
    }

    /// Keeps the guest's name.
    pub(crate) fn set_guest_name(&self, name: &str) {
        self.change(|choices| choices.guest_name = name.to_owned());
    }

    /// Camera and microphone were opened in a preview before.
    pub(crate) fn previewed(&self) -> bool {
        self.choices.with_untracked(|choices| choices.preview)
    }

    /// Keeps that they were.
    pub(crate) fn set_previewed(&self) {
        self.change(|choices| choices.preview = true);
    }

    /// What decisions depend on.
    pub(crate) fn preferences(&self) -> Preferences {
        self.choices.with(|choices| choices.preferences.clone())
    }

    /// Changes what decisions depend on; returns it for the engine.
    pub(crate) fn set_preferences(&self, change: impl FnOnce(&mut Preferences)) -> Preferences {
        self.change(|choices| change(&mut choices.preferences));
        self.choices.with_untracked(|choices| choices.preferences.clone())
    }

    fn change(&self, change: impl FnOnce(&mut Choices)) {
        let mut choices = self.choices.get_untracked();
        change(&mut choices);
        if self.choices.with_untracked(|old| *old == choices) {
            return;
        }
        choices.save();
        self.choices.set(choices);
    }

    fn show_theme(&self) {
        let theme = self.choices.with_untracked(|choices| choices.theme);
        page::set_root("data-theme", (theme != Theme::System).then_some(theme.word()));
    }

    fn show_locale(&self) {
        let chosen = self.choices.with_untracked(|choices| choices.locale);
        let locale = chosen
            .or_else(|| page::languages().iter().find_map(|code| texts::locale_of(code)))
            .unwrap_or(Locale::en);
        texts::locale_signal().put(locale);
        page::set_root("lang", Some(texts::code(locale)));
        page::set_root("dir", Some(texts::direction(locale)));
    }
}

fn refusal_text(refusal: &Refusal) -> Text {
    match refusal {
        Refusal::UnknownBackend(_) => text!(refused_backend),
        Refusal::NotConnected => text!(refused_not_connected),
        Refusal::OwnId => text!(refused_own_id),
        Refusal::NotAnId => text!(refused_not_an_id),
        Refusal::AlreadyInCall => text!(refused_in_call),
        Refusal::CallGone => text!(refused_gone),
        Refusal::TextNotSent => text!(refused_text),
        Refusal::NotOffered => text!(refused_not_offered),
    }
}
