//! When nothing is notified, and how being away is noticed.

use engine::chat::api::ChatCommand;
use leptos::prelude::*;

use crate::components::dynamic::part_if;
use crate::components::toggle::Toggle;
use crate::local::PermissionState;
use crate::stores::actions;
use crate::stores::chat::chat;
use crate::texts::{Text, text, tr};

/// From ten in the evening to seven in the morning, unless somebody says otherwise.
const USUAL: (u16, u16) = (22 * 60, 7 * 60);

/// Draws the section.
pub(super) fn quiet(scope: &'static str) -> AnyView {
    let hours = move || chat().me().and_then(|me| me.quiet_hours);
    // What was set last comes back when it is switched on again.
    let last = StoredValue::new(USUAL);
    let switch = Toggle {
        hook: "quiet-on",
        label: text!(people_quiet),
        hint: text!(people_quiet_hint),
        on: Signal::derive(move || hours().is_some()),
        switch: Box::new(move |on| {
            if let Some(hours) = chat().me_now().and_then(|me| me.quiet_hours) {
                last.set_value(hours);
            }
            set(on.then(|| last.get_value()));
        }),
    }
    .view();
    let times = part_if(
        move || hours().is_some(),
        move || {
            view! { class = scope,
                <div class="hours">
                    {hour(scope, "quiet-from", text!(people_quiet_from), |hours| &mut hours.0)}
                    {hour(scope, "quiet-to", text!(people_quiet_to), |hours| &mut hours.1)}
                </div>
            }
            .into_any()
        },
    );
    view! { class = scope,
        <section class="card section" data-t="quiet">
            <h2>{tr(text!(people_notices))}</h2>
            {switch}
            {times}
            <p class="muted">{tr(text!(people_notices_rooms))}</p>
            {idle(scope)}
        </section>
    }
    .into_any()
}

fn set(hours: Option<(u16, u16)>) {
    actions().chat(ChatCommand::SetQuietHours(hours));
}

fn hour(
    scope: &'static str,
    hook: &'static str,
    label: Text,
    field: fn(&mut (u16, u16)) -> &mut u16,
) -> AnyView {
    let shown = move || {
        let mut hours = chat().me().and_then(|me| me.quiet_hours).unwrap_or(USUAL);
        written(*field(&mut hours))
    };
    let typed = move |event| {
        let Some(minutes) = minutes(&event_target_value(&event)) else {
            return;
        };
        let mut hours = chat().me_now().and_then(|me| me.quiet_hours).unwrap_or(USUAL);
        *field(&mut hours) = minutes;
        set(Some(hours));
    };
    view! { class = scope,
        <label class="field">
            <span>{tr(label)}</span>
            <input type="time" required data-t=hook prop:value=shown on:change=typed />
        </label>
    }
    .into_any()
}

/// `22:05` for 1325.
fn written(minutes: u16) -> String {
    let two = |number: u16| [(number / 10).to_string(), (number % 10).to_string()].concat();
    [two(minutes / 60 % 24), two(minutes % 60)].join(":")
}

fn minutes(written: &str) -> Option<u16> {
    let (hours, rest) = written.split_once(':')?;
    let (hours, minutes): (u16, u16) = (hours.parse().ok()?, rest.get(..2)?.parse().ok()?);
    (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)
}

/// The switch of the IdleDetector, where the browser has one.
fn idle(scope: &'static str) -> AnyView {
    let supported = move || chat().idle_permission() != PermissionState::Unsupported;
    part_if(supported, move || {
        let switch = Toggle {
            hook: "idle-on",
            label: text!(people_idle),
            hint: text!(people_idle_hint),
            on: Signal::derive(move || chat().me().is_some_and(|me| me.idle_detector)),
            // From the press itself: the browser asks for permission.
            switch: Box::new(move |on| actions().chat(ChatCommand::SetIdleDetector(on))),
        };
        let is_denied = move || chat().idle_permission() == PermissionState::Denied;
        let denied = move || {
            view! { class = scope, <p class="muted" data-t="idle-denied">{tr(text!(people_idle_denied))}</p> }
                .into_any()
        };
        view! { class = scope,
            {switch.view()}
            {part_if(is_denied, denied)}
        }
        .into_any()
    })
}
