//! Quiet news above a page: no network, a new version, installation.

use std::time::Duration;

use engine::command::Command;
use leptos::prelude::*;
use stylers_macro::style_sheet;

use crate::browser::timer::Interval;
use crate::components::button::Button;
use crate::components::icons;
use crate::local::{InstallState, LocalCommand};
use crate::stores::{Outage, PhaseKind, actions, narrate, stores};
use crate::texts::{fill, text, tr};

/// The banners of the moment.
pub(crate) fn banners() -> AnyView {
    let scope = style_sheet!("style/components/banners.css");
    let stores = stores();
    stores.ui.set_narrator(narrate);
    let install = Memo::new(move |_| stores.ui.install());
    let outage = Memo::new(move |_| stores.connection.outage());
    view! { class = scope,
        <div class="banners">
            {move || outage.get().map(|outage| offline(scope, outage))}
            {move || stores.ui.update().then(|| update(scope))}
            {move || match install.get() {
                state @ (InstallState::Offered | InstallState::ByHand) => Some(offer(scope, state)),
                InstallState::No | InstallState::Installed => None,
            }}
        </div>
    }
    .into_any()
}

fn offline(scope: &'static str, outage: Outage) -> AnyView {
    let (stores, actions) = (stores(), actions());
    let kind = if outage == Outage::Device {
        "device"
    } else {
        "server"
    };
    let clock = RwSignal::new(actions.now());
    let ticking = Interval::new(Duration::from_secs(1), move || {
        clock.try_set(actions.now());
    });
    // Dropped with this banner.
    let _ticking = StoredValue::new_local(ticking);
    let words = move || {
        let server = stores.connection.backend_name();
        match &outage {
            Outage::Device => fill(text!(offline_device), &[]),
            Outage::Refused(reason) => {
                fill(text!(offline_refused), &[("server", &server), ("reason", reason)])
            }
            Outage::Server(None) => fill(text!(offline_trying), &[("server", &server)]),
            Outage::Server(Some(next)) => match next.since(clock.get()).as_millis().div_ceil(1000) {
                0 => fill(text!(offline_trying), &[("server", &server)]),
                left => fill(
                    text!(offline_server),
                    &[("server", &server), ("seconds", &left.to_string())],
                ),
            },
        }
    };
    let again = (kind == "server").then(|| {
        Button::new("try-now", text!(try_now), move || {
            actions.send(Command::Reconnect)
        })
        .view()
    });
    view! { class = scope,
        <div class="banner warn" data-t="offline-banner" data-kind=kind>
            <p>{words}</p>
            {again}
        </div>
    }
    .into_any()
}

fn update(scope: &'static str) -> AnyView {
    let (stores, actions) = (stores(), actions());
    let calling =
        Signal::derive(move || matches!(stores.call.kind(), PhaseKind::Dialing | PhaseKind::Talking));
    let words = move || {
        let mut words = fill(text!(update_text), &[]);
        if calling.get() {
            words.push(' ');
            words.push_str(&fill(text!(update_after), &[]));
        }
        words
    };
    let apply = Button::new("update-apply", text!(update_apply), move || {
        actions.local(LocalCommand::ApplyUpdate)
    })
    .class("btn primary")
    .disabled(move || calling.get())
    .view();
    view! { class = scope,
        <div class="banner" data-t="update">
            <p>{words}</p>
            {apply}
        </div>
    }
    .into_any()
}

fn offer(scope: &'static str, state: InstallState) -> AnyView {
    let actions = actions();
    let body = if state == InstallState::ByHand {
        text!(install_by_hand)
    } else {
        text!(install_text)
    };
    let install = (state == InstallState::Offered).then(|| {
        Button::new("install-now", text!(install), move || {
            actions.local(LocalCommand::Install)
        })
        .view()
    });
    let dismiss = Button::new("install-dismiss", text!(not_now), move || {
        actions.local(LocalCommand::DismissInstall)
    })
    .class("btn quiet square")
    .icon(icons::CLOSE)
    .bare()
    .view();
    view! { class = scope,
        <div class="banner toast" data-t="install">
            <p>
                <strong>{tr(text!(install_title))}</strong>
                " "
                {tr(body)}
            </p>
            {install}
            {dismiss}
        </div>
    }
    .into_any()
}
