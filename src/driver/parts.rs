//! What the first screen does not need of the driver, the media layer and the engine: parts in wasm chunks of their own,
//! fetched when the first screen can be used, or at once when something asks for them.
//!
//! Calls are in one chunk with their screens, accounts and errands in one with the other screens: see `pages::chunks`.
//!
//! A part is handed over as function pointers that make it. Whoever waits for a part keeps what it would have been told
//! (the engine its calls' signals and wishes, the driver requests and wishes), so that nothing is lost. One that cannot
//! be fetched (offline, a deploy in between) is tried again, ever less often, and at once when the network comes back.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use std::time::Duration;

use ::engine::{MakeAccounts, MakeCalling};
use leptos::wasm_split::SplitLoaderError;

use super::Letter;
use super::inbox::Inbox;
use super::{chat, effects, errands, http};
use crate::browser::promise::Task;
use crate::browser::timer::Timer;
use crate::local::View;
use crate::media::{MakeConnections, connections};

/// The longest wait before a part is fetched again.
const AGAIN_AT_MOST: u32 = 30;

/// A part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// Calls, their connections, and what they do besides the screen.
    Calling,
    /// Installation, updates, storage, notifications.
    Errands,
    /// Accounts and HTTP requests: for a session, and for the transport where there is no WebSocket.
    Accounts,
    /// Chat and people, their screens included. Fetched ahead of time only where somebody who chats is expected.
    Chat,
}

/// The order in which they are fetched when nothing asks for any.
const ALL: [Part; 4] = [Part::Calling, Part::Errands, Part::Accounts, Part::Chat];

/// A part that is here.
pub(super) enum Loaded {
    /// [`Part::Calling`]
    Calling(Calling),
    /// [`Part::Errands`]
    Errands(errands::Make),
    /// [`Part::Accounts`]
    Accounts(Accounts),
    /// [`Part::Chat`]
    Chat(Talk),
}

/// What [`Part::Calling`] is made of.
pub(super) struct Calling {
    pub(super) calls: MakeCalling,
    pub(super) connections: MakeConnections,
    pub(super) effects: effects::Make,
}

/// What [`Part::Accounts`] is made of.
pub(super) struct Accounts {
    pub(super) accounts: MakeAccounts,
    pub(super) requests: http::Make,
}

#[leptos::wasm_split::wasm_split(calls, wasm_split_path = ::leptos::wasm_split, fallible)]
fn calling() -> Result<Calling, SplitLoaderError> {
    Ok(Calling {
        calls: ::engine::calling,
        connections: connections::make,
        effects: effects::make,
    })
}

#[leptos::wasm_split::wasm_split(rest, wasm_split_path = ::leptos::wasm_split, fallible)]
fn errands() -> Result<errands::Make, SplitLoaderError> {
    Ok(errands::make)
}

#[leptos::wasm_split::wasm_split(rest, wasm_split_path = ::leptos::wasm_split, fallible)]
fn accounts() -> Result<Accounts, SplitLoaderError> {
    Ok(Accounts {
        accounts: ::engine::accounts,
        requests: http::make,
    })
}

/// What [`Part::Chat`] is made of: one chunk for both, since neither is of use without the other and every border
/// between chunks costs bytes of the first screen.
pub(super) struct Talk {
    pub(super) make: chat::Make,
    /// Puts the banner above the pages, for as long as what it gives is kept.
    pub(super) banner: chat::Banner,
    pub(super) screen: View,
}

#[leptos::wasm_split::wasm_split(chat, wasm_split_path = ::leptos::wasm_split, fallible)]
fn talk() -> Result<Talk, SplitLoaderError> {
    Ok(Talk {
        make: chat::make,
        banner: crate::pages::talk::mount_banner,
        screen: View(crate::pages::talk::screen),
    })
}

/// Which parts are here.
pub(super) struct Parts {
    inbox: Weak<Inbox>,
    fetches: [Fetching; 4],
}

#[derive(Default)]
struct Fetching {
    state: RefCell<State>,
    failures: Cell<u32>,
}

/// ```text
///   Unasked ──▶ UnderWay ──▶ Here
///                │    ▲
///        failed  ▼    │ after a while, or the network came back
///                Waiting
/// ```
#[derive(Default)]
enum State {
    #[default]
    Unasked,
    UnderWay(#[expect(dead_code, reason = "dropping it would stop it")] Task),
    Waiting(#[expect(dead_code, reason = "dropping it would stop it")] Timer),
    Here,
}

impl Parts {
    pub(super) fn new(inbox: &Rc<Inbox>) -> Self {
        Self {
            inbox: Rc::downgrade(inbox),
            fetches: Default::default(),
        }
    }

    /// Fetches a part, unless it is here or on its way. What comes of it is posted as `Letter::Part` or
    /// `Letter::PartMissing`.
    pub(super) fn want(&self, part: Part) {
        let fetching = self.of(part);
        if matches!(*fetching.state.borrow(), State::Unasked) {
            self.fetch(part);
        }
    }

    /// Fetches what could not be had before: the network is back.
    pub(super) fn try_again(&self) {
        for part in ALL {
            if matches!(*self.of(part).state.borrow(), State::Waiting(_)) {
                self.fetch(part);
            }
        }
    }

    /// Takes note that a part is here; the next one that is not follows.
    pub(super) fn here(&self, part: Part) {
        let before = self.of(part).state.replace(State::Here);
        drop(before);
        self.prefetch();
    }

    /// Takes note that a part could not be had: it is wanted again later.
    pub(super) fn missing(&self, part: Part) {
        let fetching = self.of(part);
        let failures = fetching.failures.get().saturating_add(1);
        fetching.failures.set(failures);
        let wait = AGAIN_AT_MOST.min(1 << failures.min(5));
        let inbox = self.inbox.clone();
        let timer = Timer::new(Duration::from_secs(u64::from(wait)), move || {
            if let Some(inbox) = inbox.upgrade() {
                inbox.post(Letter::PartDue(part));
            }
        });
        let before = fetching.state.replace(State::Waiting(timer));
        drop(before);
        self.prefetch();
    }

    /// Fetches all parts, one after the other.
    pub(super) fn prefetch(&self) {
        let next = ALL
            .into_iter()
            .find(|part| matches!(*self.of(*part).state.borrow(), State::Unasked));
        if let Some(part) = next
            && (part != Part::Chat || chat::is_expected())
        {
            self.fetch(part);
        }
    }

    /// Fetches a part whose wait is over, or for which the browser has time now.
    pub(super) fn due(&self, part: Part) {
        if matches!(*self.of(part).state.borrow(), State::Unasked | State::Waiting(_)) {
            self.fetch(part);
        }
    }

    fn fetch(&self, part: Part) {
        let inbox = self.inbox.clone();
        let task = Task::new(async move {
            let found = load(part).await;
            if let Some(inbox) = inbox.upgrade() {
                inbox.post(found.map_or(Letter::PartMissing(part), Letter::Part));
            }
        });
        let before = self.of(part).state.replace(State::UnderWay(task));
        drop(before);
    }

    fn of(&self, part: Part) -> &Fetching {
        let [calling, errands, accounts, chat] = &self.fetches;
        match part {
            Part::Calling => calling,
            Part::Errands => errands,
            Part::Accounts => accounts,
            Part::Chat => chat,
        }
    }
}

impl Loaded {
    pub(super) fn part(&self) -> Part {
        match self {
            Self::Calling(_) => Part::Calling,
            Self::Errands(_) => Part::Errands,
            Self::Accounts(_) => Part::Accounts,
            Self::Chat(_) => Part::Chat,
        }
    }
}

async fn load(part: Part) -> Result<Loaded, SplitLoaderError> {
    match part {
        Part::Calling => calling().await.map(Loaded::Calling),
        Part::Errands => errands().await.map(Loaded::Errands),
        Part::Accounts => accounts().await.map(Loaded::Accounts),
        Part::Chat => talk().await.map(Loaded::Chat),
    }
}
