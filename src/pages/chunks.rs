//! What the first screen does not need: views in wasm chunks of their own, fetched on the way there or when the browser
//! is idle.
//!
//! A chunk hands over a function pointer, so that its view is then built like any other, without suspense. The macro's
//! fallible form is used: a chunk that cannot be fetched (offline, a deploy in between) is a screen with a retry.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_split::SplitLoaderError;

use crate::browser::clock;
use crate::components::button::Button;
use crate::components::dynamic::part;
use crate::components::notice::{Notice, loading, notice};
use crate::stores::Slot;
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
    /// Dialing, talking, the end: everything of a call.
    Call,
    /// Settings.
    Settings,
    /// Sign-in, sign-up, the account.
    Account,
    /// The QR code of the own id.
    Qr,
}

/// In the order in which they are fetched: what may be wanted at any moment first.
const ALL: [Chunk; 9] = [
    Chunk::Pickers,
    Chunk::Incoming,
    Chunk::Banners,
    Chunk::Lost,
    Chunk::Trouble,
    Chunk::Call,
    Chunk::Settings,
    Chunk::Account,
    Chunk::Qr,
];

#[derive(Clone, Copy)]
enum State {
    Waiting,
    Ready(View),
    Failed,
}

/// Which chunks are here.
#[derive(Clone, Copy)]
pub(crate) struct Chunks {
    states: [Slot<State>; 9],
}

impl Chunks {
    /// Provides them as context.
    pub(crate) fn provide() -> Self {
        let chunks = Self {
            states: ALL.map(|_| Slot::new(State::Waiting)),
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
        let [
            pickers,
            incoming,
            banners,
            lost,
            trouble,
            call,
            settings,
            account,
            qr,
        ] = self.states;
        match chunk {
            Chunk::Pickers => pickers,
            Chunk::Incoming => incoming,
            Chunk::Banners => banners,
            Chunk::Lost => lost,
            Chunk::Trouble => trouble,
            Chunk::Call => call,
            Chunk::Settings => settings,
            Chunk::Account => account,
            Chunk::Qr => qr,
        }
    }

    async fn fetch(self, chunk: Chunk) {
        let state = self.state(chunk);
        if matches!(state.get_untracked(), State::Ready(_)) {
            return;
        }
        let found = load(chunk).await;
        // Another fetch of the same chunk may have been faster.
        if !matches!(state.get_untracked(), State::Ready(_)) {
            state.set(found.map_or(State::Failed, State::Ready));
        }
    }

    /// Fetches a chunk that is needed now, if it is not here.
    pub(crate) fn want(self, chunk: Chunk) {
        spawn_local(self.fetch(chunk));
    }

    fn again(self, chunk: Chunk) {
        self.state(chunk).set(State::Waiting);
        self.want(chunk);
    }
}

async fn load(chunk: Chunk) -> Result<View, SplitLoaderError> {
    match chunk {
        Chunk::Pickers => super::home::pickers::chunk().await,
        Chunk::Incoming => super::incoming::chunk().await,
        Chunk::Banners => super::banners::chunk().await,
        Chunk::Lost => super::not_found::chunk().await,
        Chunk::Trouble => super::trouble::chunk().await,
        Chunk::Call => super::call::chunk().await,
        Chunk::Settings => super::settings::chunk().await,
        Chunk::Account => super::account::chunk().await,
        Chunk::Qr => super::qr::chunk().await,
    }
}

/// The view of a chunk, once it is here.
pub(crate) fn lazy(chunk: Chunk) -> AnyView {
    let chunks: Chunks = expect_context();
    let state = chunks.state(chunk);
    if !matches!(state.get_untracked(), State::Ready(_)) {
        // Also after a failure: coming here again is reason enough to try again.
        chunks.again(chunk);
    }
    part(move || match state.get() {
        State::Waiting => loading(),
        State::Ready(view) => untrack(view),
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
        State::Ready(view) => untrack(view),
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
