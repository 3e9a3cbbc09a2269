//! The root: loads the configuration, makes the stores, starts the driver, mounts the router.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::components::Router;

use engine::config::Config;

use crate::browser::page;
use crate::components::dynamic::{follow, part_if};
use crate::config::{self, Trouble};
use crate::driver::{self, Driver, Start};
use crate::local::{LocalCommand, LocalEvent};
use crate::pages::chunks::{Chunk, Chunks, lazy};
use crate::pages::shell;
use crate::stores::{Actions, Choices, Slot, Stores, Wish};
use crate::texts::{fill, text};

/// The app.
pub(crate) fn app() -> AnyView {
    let choices = Choices::load();
    let added = choices.added.clone();
    let stores = Stores::provide(choices);
    let actions = Actions::provide(driver::now);
    let chunks = Chunks::provide(actions);
    let (ready, found) = (RwSignal::new(false), Slot::new(None::<Trouble>));
    provide_context(found);
    let owner = Owner::current();
    spawn_local(async move {
        let loaded = config::load(&added).await.map(|config| {
            start(stores, actions, chunks, config);
            if let Some(owner) = owner {
                owner.with(|| tell_notification_text(actions));
            }
        });
        // The skeleton goes when there is something to take its place, in the same frame.
        page::remove_skeleton();
        found.set(loaded.err());
        ready.set(true);
    });
    // Nothing is drawn before: the skeleton of index.html is what one sees.
    part_if(
        move || ready.get(),
        move || {
            if found.with_untracked(Option::is_some) {
                lazy(Chunk::Trouble)
            } else {
                view! { <Router>{shell::shell()}</Router> }.into_any()
            }
        },
    )
}

fn start(stores: Stores, actions: Actions, chunks: Chunks, config: Config) {
    untrack(|| stores.connection.keep_config(&config, &stores.ui.added()));
    let start = Start {
        backend: stores.ui.backend(),
        guest_name: stores.ui.guest_name(),
        preferences: untrack(|| stores.ui.preferences()),
        config,
    };
    let driver = Driver::start(
        start,
        move |event| stores.apply(event),
        move |event| {
            match event {
                LocalEvent::Usable => chunks.prefetch(),
                LocalEvent::Chat(screen) => chunks.set_chat(*screen),
                _ => {}
            }
            stores.apply_local(event);
        },
    );
    actions.connect(move |wish| match wish {
        Wish::Engine(command) => driver.send(command),
        Wish::Device(command) => driver.local(command),
    });
}

/// The driver shows notifications, in the words of the app's language.
fn tell_notification_text(actions: Actions) {
    follow(move || {
        actions.local(LocalCommand::NotificationText(fill(
            text!(notification_text),
            &[],
        )))
    });
}
