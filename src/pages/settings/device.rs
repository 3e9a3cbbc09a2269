//! Notifications, installation, storage, repair, version.

use leptos::prelude::*;

use crate::components::button::Button;
use crate::components::icons;
use crate::local::{InstallState, LocalCommand, PermissionState};
use crate::stores::{PhaseKind, actions, stores};
use crate::texts::{Text, fill, text, tr};

pub(super) fn notifications() -> AnyView {
    let (stores, actions) = (stores(), actions());
    let state = move || match stores.ui.notifications() {
        PermissionState::Granted => note(text!(notifications_on)),
        PermissionState::Denied => note(text!(notifications_denied)),
        PermissionState::Unsupported => note(text!(notifications_unsupported)),
        PermissionState::Ask => Button::new("notifications-ask", text!(notifications_allow), move || {
            actions.local(LocalCommand::AskNotifications);
        })
        .view(),
    };
    view! {
        {note(text!(notifications_hint))}
        <div class="row">{state}</div>
    }
    .into_any()
}

pub(super) fn app(scope: &'static str) -> AnyView {
    let (stores, actions) = (stores(), actions());
    actions.local(LocalCommand::ReadStorage);
    let calling =
        Signal::derive(move || matches!(stores.call.kind(), PhaseKind::Dialing | PhaseKind::Talking));
    let used = move || {
        let (used, quota) = stores.ui.storage()?;
        Some(fill(
            text!(storage_of),
            &[("used", &size(used)), ("quota", &size(quota))],
        ))
    };
    let repair = Button::new("repair", text!(repair), move || {
        actions.local(LocalCommand::Repair)
    })
    .icon(icons::FLIP)
    .disabled(move || calling.get())
    .view();
    view! { class = scope,
        <dl class="facts">
            <dt>{tr(text!(version))}</dt>
            <dd dir="ltr">{env!("CARGO_PKG_VERSION")}</dd>
            <dt>{tr(text!(storage))}</dt>
            <dd data-t="storage" dir="auto">
                {used}
            </dd>
            <dt>{tr(text!(install_title))}</dt>
            <dd>{install}</dd>
        </dl>
        <div class="repair">
            {repair}
            <p class="muted">{tr(text!(repair_hint))}</p>
        </div>
    }
    .into_any()
}

fn install() -> AnyView {
    let (stores, actions) = (stores(), actions());
    (move || match stores.ui.install() {
        InstallState::Installed => note(text!(installed)),
        InstallState::ByHand => note(text!(install_by_hand)),
        InstallState::No => note(text!(install_browser)),
        InstallState::Offered => Button::new("install-settings", text!(install), move || {
            actions.local(LocalCommand::Install)
        })
        .view(),
    })
    .into_any()
}

fn note(words: Text) -> AnyView {
    view! { <p class="muted">{tr(words)}</p> }.into_any()
}

/// Bytes as megabytes with one decimal, or gigabytes.
fn size(bytes: f64) -> String {
    let tenths = (bytes / 100_000.0).max(0.0) as u64;
    if tenths >= 10_000 {
        return [&(tenths / 10_000).to_string(), " GB"].concat();
    }
    [&(tenths / 10).to_string(), ".", &(tenths % 10).to_string(), " MB"].concat()
}
