//! The own id: to copy, share, show as a QR code.

use leptos::prelude::*;

use crate::browser::share::Share;
use crate::browser::timer::Timer;
use crate::browser::{clipboard, page, promise};
use crate::components::button::Button;
use crate::components::dynamic::{part, part_if};
use crate::components::icons;
use crate::pages::chunks::{Chunk, lazy};
use crate::stores::stores;
use crate::texts::{say, text, tr};

/// The card with the own id.
pub(super) fn own_id(scope: &'static str) -> AnyView {
    let stores = stores();
    let id = Memo::new(move |_| stores.connection.my_id());
    let none = Signal::derive(move || id.read().is_none());
    let qr = RwSignal::new(false);
    let copy = copy_button(id, none);
    let share = Share::available().then(|| {
        Button::new("share-id", text!(share), move || share(&link(id)))
            .icon(icons::SHARE)
            .disabled(none)
            .view()
    });
    let show = Button::new("qr-toggle", text!(qr_code), move || {
        qr.update(|open| *open = !*open)
    })
    .icon(icons::QR)
    .toggles(qr.into(), None)
    .disabled(none)
    .view();
    view! { class = scope,
        <section class="card stack" aria-labelledby="own-id">
            <h2 id="own-id">{tr(text!(your_id))}</h2>
            <p class="id">
                {part(move || match id.get() {
                    Some(id) => view! { <bdi data-t="my-id">{id}</bdi> }.into_any(),
                    None => view! { <span class="muted">{tr(text!(your_id_wait))}</span> }.into_any(),
                })}
            </p>
            <div class="row">{copy}{share}{show}</div>
            {part_if(move || qr.get(), || lazy(Chunk::Qr))}
            <p class="muted">{tr(text!(your_id_hint))}</p>
        </section>
    }
    .into_any()
}

fn copy_button(id: Memo<Option<String>>, none: Signal<bool>) -> AnyView {
    let stores = stores();
    let copied = RwSignal::new(false);
    let timer = StoredValue::new_local(None::<Timer>);
    let press = move || {
        let text = id.get_untracked().unwrap_or_default();
        promise::detach(async move {
            if clipboard::write(&text).await {
                stores.ui.announce(say(text!(copied), &[]));
                copied.try_set(true);
                let shown = Timer::new(std::time::Duration::from_secs(2), move || {
                    copied.try_set(false);
                });
                timer.try_update_value(|timer| *timer = Some(shown));
            }
        });
    };
    let plain = Button::new("copy-id", text!(copy_link), press)
        .icon(icons::COPY)
        .disabled(none)
        .view();
    view! {
        {plain}
        {part_if(move || copied.get(), told)}
    }
    .into_any()
}

fn told() -> AnyView {
    view! { <span class="muted" aria-hidden="true">{tr(text!(copied))}</span> }.into_any()
}

fn link(id: Memo<Option<String>>) -> String {
    let mut link = page::origin();
    link.push_str("/call/");
    link.push_str(&page::encoded(&id.get_untracked().unwrap_or_default()));
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
