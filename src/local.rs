//! What this device says and is asked to do where no decision of the engine is involved: device lists, meters,
//! installation, updates, storage. The engine's own news are `engine::event::Event`.

use engine::io::PeerId;
use leptos::prelude::AnyView;

/// News of this device.
#[derive(Clone)]
pub(crate) enum LocalEvent {
    /// The first screen can be used, and calls can be made: chunks of other screens may be fetched now.
    Usable,
    /// Which devices there are; labels are empty until the person allowed one.
    Devices(Devices),
    /// The own microphone's level, 0 to 1, at most 10 times a second, while it is captured.
    MicrophoneLevel(f32),
    /// The own picture's stream (registry: `own_stream`) is another one now, or gone.
    OwnStreamChanged,
    /// The remote stream of this connection (registry: `remote_stream`) is another one now, or gone.
    RemoteStreamChanged(PeerId),
    /// The browser blocked sound until the person presses something.
    SoundBlocked(bool),
    /// Installation.
    Install(InstallState),
    /// A new version of the app waits (`true`) to be applied.
    UpdateReady(bool),
    /// Bytes of storage used and granted.
    Storage {
        /// Used.
        used: f64,
        /// Granted.
        quota: f64,
    },
    /// Whether notifications may be shown.
    Notifications(PermissionState),
    /// So many messages of the chat are worth a look.
    Unread(u32),
    /// The screen of chat and people is here, or could not be had.
    Chat(Option<View>),
}

/// A view that a part hands over.
#[derive(Clone, Copy)]
pub(crate) struct View(pub(crate) fn() -> AnyView);

/// A wish that only this device is asked for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum LocalCommand {
    /// Play the other side through this speaker (`None`: the default).
    ChooseSpeaker(Option<String>),
    /// Play a test sound through the chosen speaker.
    TestSpeaker,
    /// Play what was blocked: called from a press.
    Unblock,
    /// Show the browser's install question.
    Install,
    /// The person does not want to be asked again for a while.
    DismissInstall,
    /// Apply the waiting version and reload.
    ApplyUpdate,
    /// Read storage use.
    ReadStorage,
    /// Empty caches and the service worker, keep what the person wrote, reload.
    Repair,
    /// Ask for the right to show notifications: called from a press.
    AskNotifications,
    /// The person goes to chat or people: their part of the driver is wanted now.
    StartChat,
    /// What the notification of an incoming call says below the caller's name, in the language of the app.
    NotificationText(String),
}

/// The devices there are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Devices {
    /// Microphones.
    pub microphones: Vec<Device>,
    /// Cameras.
    pub cameras: Vec<Device>,
    /// Speakers; empty where the browser cannot choose (Firefox, Safari).
    pub speakers: Vec<Device>,
}

/// One device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Device {
    /// The browser's id.
    pub id: String,
    /// Its name for people; empty before permission.
    pub label: String,
}

/// Whether and how the app can be installed here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum InstallState {
    /// Not offered (yet), or the person said no not long ago.
    #[default]
    No,
    /// The browser would ask on `LocalCommand::Install`.
    Offered,
    /// iOS: by hand, through the share menu.
    ByHand,
    /// Runs installed.
    Installed,
}

/// The state of a browser permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum PermissionState {
    /// Not asked yet.
    #[default]
    Ask,
    /// Granted.
    Granted,
    /// Denied.
    Denied,
    /// This browser has none.
    Unsupported,
}
