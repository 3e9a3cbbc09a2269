//! What one does with the own id: copy it, share it, show it as a QR code.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::*;

use crate::browser::share::Share;
use crate::browser::timer::Timer;
use crate::browser::{clipboard, page, promise};
use crate::components::button::Button;
use crate::components::dynamic::part_if;
use crate::components::element::el;
use crate::components::icons;
use crate::pages::chunks::{Chunk, lazy};
use crate::stores::{Stores, stores};
use crate::texts::{say, text};

/// The buttons below the own id.
pub(crate) fn actions() -> AnyView {
    let stores = stores();
    let none = move || stores.connection.my_id().is_none();
    let qr = RwSignal::new(false);
    let show = Button::new("qr-toggle", text!(qr_code), move || {
        qr.update(|open| *open = !*open)
    })
    .icon(icons::QR)
    .toggles(move || qr.get(), None)
    .disabled(none);
    let mut row = el("div", &["row"]).child(copy_button(none));
    if Share::available() {
        let button = Button::new("share-id", text!(share), move || share(&link(stores)))
            .icon(icons::SHARE)
            .disabled(none);
        row = row.child(button.view());
    }
    el("div", &["stack"])
        .with(row.child(show.view()))
        .child(part_if(move || qr.get(), || lazy(Chunk::Qr)))
        .view()
}

fn copy_button(none: impl Fn() -> bool + 'static) -> AnyView {
    let stores = stores();
    let copied = RwSignal::new(false);
    let timer = Rc::new(Cell::new(None::<Timer>));
    let press = move || {
        let text = id(stores);
        let timer = timer.clone();
        promise::detach(async move {
            if clipboard::write(&text).await {
                stores.ui.announce(say(text!(copied), &[]));
                copied.try_set(true);
                timer.set(Some(Timer::new(Duration::from_secs(2), move || {
                    copied.try_set(false);
                })));
            }
        });
    };
    let button = Button::new("copy-id", text!(copy_link), press)
        .icon(icons::COPY)
        .disabled(none);
    el("span", &["row"])
        .child(button.view())
        .child(part_if(move || copied.get(), told))
        .view()
}

fn told() -> AnyView {
    el("span", &["muted"])
        .attr("aria-hidden", "true")
        .text(text!(copied))
        .view()
}

/// One's own id, empty while there is none; not tracked.
fn id(stores: Stores) -> String {
    untrack(|| stores.connection.my_id()).unwrap_or_default()
}

fn link(stores: Stores) -> String {
    let mut link = page::origin();
    link.push_str("/call/");
    link.push_str(&page::encoded(&id(stores)));
    link
}

fn share(url: &str) {
    let url = url.to_owned();
    let words = say(text!(share_text), &[]);
    promise::detach(async move {
        Share {
            title: "Antenna",
            text: &words,
            url: &url,
        }
        .open()
        .await;
    });
}
