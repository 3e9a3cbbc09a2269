//! What the first screen does not need: views in wasm chunks of their own, fetched on the way there or when the browser
//! is idle.
//!
//! A chunk hands over function pointers, so that its views are then built like any others, without suspense. The macro's
//! fallible form is used: a chunk that cannot be fetched (offline, a deploy in between) is a screen with a retry.
//!
//! Chunks are few: what two of them share is a chunk of its own for every combination, and each is a request. So there
//! are those of calls, the driver's part of them included, those of the rest, and chat's.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_split::SplitLoaderError;

use super::early::Early;
use super::later::Later;
use crate::browser::clock;
use crate::components::button::Button;
use crate::components::dynamic::part;
use crate::components::notice::{Notice, loading, notice};
use crate::local::{self, LocalCommand};
use crate::stores::{Actions, Slot};
use crate::texts::{fill, text};

/// A view that a chunk hands over.
pub(crate) type View = fn() -> AnyView;

/// What is in chunks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Chunk {
    /// Which microphone, camera and speaker.
    Pickers,
    /// Somebody calls.
    Incoming,
    /// News above a page.
    Banners,
    /// An address with nothing behind it.
    Lost,
    /// No configuration.
    Trouble,
    /// What one does with the own id.
    IdActions,
    /// What is wrong with camera and microphone.
    Problems,
    /// Dialing, talking, the end: everything of a call.
    Call,
    /// Settings.
    Settings,
    /// Sign-in, sign-up, the account.
    Account,
    /// Chat and people.
    Chat,
    /// The QR code of the own id.
    Qr,
}

/// One view of each chunk, in the order in which they are fetched: what may be wanted at any moment first. Not chat:
/// whoever only calls never fetches it.
const ALL: [Chunk; 2] = [Chunk::Incoming, Chunk::Settings];

#[derive(Clone, Copy)]
enum State {
    Waiting,
    Ready(Views),
    Failed,
}

/// What a chunk hands over.
#[derive(Clone, Copy)]
enum Views {
    Early(Early),
    Later(Later),
    Chat(View),
}

impl Views {
    fn of(self, chunk: Chunk) -> View {
        match self {
            Self::Early(early) => match chunk {
                Chunk::Pickers => early.pickers,
                Chunk::Incoming => early.incoming,
                Chunk::Banners => early.banners,
                Chunk::Trouble => early.trouble,
                Chunk::IdActions => early.id_actions,
                Chunk::Problems => early.problems,
                Chunk::Call => early.call,
                Chunk::Lost | Chunk::Settings | Chunk::Account | Chunk::Chat | Chunk::Qr => early.lost,
            },
            Self::Later(later) => match chunk {
                Chunk::Account => later.account,
                Chunk::Qr => later.qr,
                Chunk::Settings
                | Chunk::Pickers
                | Chunk::Incoming
                | Chunk::Banners
                | Chunk::Lost
                | Chunk::Trouble
                | Chunk::IdActions
                | Chunk::Problems
                | Chunk::Call
                | Chunk::Chat => later.settings,
            },
            Self::Chat(view) => view,
        }
    }
}

/// Which chunks are here.
#[derive(Clone, Copy)]
pub(crate) struct Chunks {
    states: [Slot<State>; 3],
    actions: Actions,
}

impl Chunks {
    /// Provides them as context.
    pub(crate) fn provide(actions: Actions) -> Self {
        let chunks = Self {
            states: [(); 3].map(|()| Slot::new(State::Waiting)),
            actions,
        };
        provide_context(chunks);
        chunks
    }

    /// Fetches all of them once the browser has nothing better to do.
    pub(crate) fn prefetch(self) {
        clock::when_idle(Duration::from_secs(3), move || {
            spawn_local(async move {
                for chunk in ALL {
                    self.fetch(chunk).await;
                }
            });
        });
    }

    fn state(self, chunk: Chunk) -> Slot<State> {
        let [early, later, chat] = self.states;
        match chunk {
            Chunk::Pickers
            | Chunk::Incoming
            | Chunk::Banners
            | Chunk::Lost
            | Chunk::Trouble
            | Chunk::IdActions
            | Chunk::Problems
            | Chunk::Call => early,
            Chunk::Settings | Chunk::Account | Chunk::Qr => later,
            Chunk::Chat => chat,
        }
    }

    async fn fetch(self, chunk: Chunk) {
        let state = self.state(chunk);
        if is_ready(state) {
            return;
        }
        let found = load(chunk).await;
        // Another fetch of the same chunk may have been faster.
        if !is_ready(state) {
            state.set(found.map_or(State::Failed, State::Ready));
        }
    }

    /// Fetches a chunk that is needed now, if it is not here.
    pub(crate) fn want(self, chunk: Chunk) {
        if chunk == Chunk::Chat {
            // Comes with its part of the driver.
            return self.actions.local(LocalCommand::StartChat);
        }
        spawn_local(self.fetch(chunk));
    }

    /// Takes what came of chat's chunk, which the driver fetches.
    pub(crate) fn set_chat(self, screen: Option<local::View>) {
        let found = screen.map_or(State::Failed, |local::View(view)| State::Ready(Views::Chat(view)));
        self.state(Chunk::Chat).set(found);
    }

    /// Whether a chunk is here; tracked.
    pub(crate) fn is_here(self, chunk: Chunk) -> bool {
        matches!(self.state(chunk).get(), State::Ready(_))
    }

    fn again(self, chunk: Chunk) {
        self.state(chunk).set(State::Waiting);
        self.want(chunk);
    }
}

fn is_ready(state: Slot<State>) -> bool {
    matches!(state.get_untracked(), State::Ready(_))
}

async fn load(chunk: Chunk) -> Result<Views, SplitLoaderError> {
    match chunk {
        Chunk::Pickers
        | Chunk::Incoming
        | Chunk::Banners
        | Chunk::Lost
        | Chunk::Trouble
        | Chunk::IdActions
        | Chunk::Problems
        | Chunk::Call => super::early::chunk().await.map(Views::Early),
        // Chat's comes by the driver and is never asked for here.
        Chunk::Chat | Chunk::Settings | Chunk::Account | Chunk::Qr => {
            super::later::chunk().await.map(Views::Later)
        }
    }
}

/// The view of a chunk, once it is here.
pub(crate) fn lazy(chunk: Chunk) -> AnyView {
    let chunks: Chunks = expect_context();
    let state = chunks.state(chunk);
    if !is_ready(state) {
        // Also after a failure: coming here again is reason enough to try again.
        chunks.again(chunk);
    }
    part(move || match state.get() {
        State::Waiting => loading(),
        State::Ready(views) => untrack(views.of(chunk)),
        State::Failed => failed(chunks, chunk),
    })
}

/// As [`lazy`], for what nobody waits for: there is nothing to see until it is here, and it is tried again whenever
/// somebody comes here.
pub(crate) fn quiet(chunk: Chunk) -> AnyView {
    let chunks: Chunks = expect_context();
    let state = chunks.state(chunk);
    if matches!(state.get_untracked(), State::Failed) {
        chunks.again(chunk);
    }
    part(move || match state.get() {
        State::Waiting | State::Failed => ().into_any(),
        State::Ready(views) => untrack(views.of(chunk)),
    })
}

fn failed(chunks: Chunks, chunk: Chunk) -> AnyView {
    notice(Notice {
        hook: "chunk-error",
        title: text!(chunk_error),
        body: Box::new(|| fill(text!(chunk_error_text), &[])),
        button: Some(
            Button::new("chunk-retry", text!(retry), move || chunks.again(chunk)).class("btn primary"),
        ),
    })
}
