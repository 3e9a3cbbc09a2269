//! What others see, and switches for it.

use engine::chat::api::{ChatCommand, LastSeen, LastSeenPrivacy, MeView, Privacy};
use leptos::prelude::*;

use super::face::face;
use super::words::Line;
use crate::components::dynamic::{part, part_if};
use crate::components::toggle::Toggle;
use crate::stores::actions;
use crate::stores::chat::chat;
use crate::texts::{Text, fill, text, tr};

/// Draws the switches and the preview.
pub(super) fn privacy(scope: &'static str) -> AnyView {
    let known = move || chat().me().is_some();
    view! { class = scope,
        <section class="card section" data-t="privacy">
            <h2>{tr(text!(people_privacy))}</h2>
            {part_if(known, move || switches(scope))}
        </section>
    }
    .into_any()
}

fn switches(scope: &'static str) -> AnyView {
    let online = Switch {
        hook: "privacy-online",
        label: text!(people_online),
        hint: text!(people_online_hint),
        field: |privacy| &mut privacy.online,
    };
    let typing = Switch {
        hook: "privacy-typing",
        label: text!(people_typing),
        hint: text!(people_typing_hint),
        field: |privacy| &mut privacy.typing,
    };
    let receipts = Switch {
        hook: "privacy-receipts",
        label: text!(people_receipts),
        hint: text!(people_receipts_hint),
        field: |privacy| &mut privacy.read_receipts,
    };
    // Only where the server has said what it can do is there something to be honest about.
    let cannot = move || {
        let server = chat().server();
        server.known && !server.hides_presence
    };
    let honest = move || {
        view! { class = scope,
            <p class="honest" data-t="privacy-honest">
                {tr(text!(people_cannot_hide))}
            </p>
        }
        .into_any()
    };
    view! { class = scope,
        {online.view()}
        {last_seen(scope)}
        {typing.view()}
        {receipts.view()}
        {part_if(cannot, honest)}
        {preview(scope)}
    }
    .into_any()
}

/// One field of the privacy as a switch.
struct Switch {
    hook: &'static str,
    label: Text,
    hint: Text,
    field: fn(&mut Privacy) -> &mut bool,
}

impl Switch {
    fn view(self) -> AnyView {
        let field = self.field;
        Toggle {
            hook: self.hook,
            label: self.label,
            hint: self.hint,
            on: Signal::derive(move || *field(&mut now())),
            switch: Box::new(move |on| change(|privacy| *field(privacy) = on)),
        }
        .view()
    }
}

fn now() -> Privacy {
    chat().me().map(|me| me.privacy).unwrap_or_default()
}

fn change(change: impl FnOnce(&mut Privacy)) {
    let Some(me) = chat().me_now() else {
        return;
    };
    let mut privacy = me.privacy;
    change(&mut privacy);
    actions().chat(ChatCommand::SetPrivacy(privacy));
}

const LAST_SEEN: [(&str, LastSeenPrivacy, Text); 4] = [
    ("exact", LastSeenPrivacy::Exact, text!(people_last_exact)),
    ("today", LastSeenPrivacy::Today, text!(people_last_today)),
    ("week", LastSeenPrivacy::Week, text!(people_last_week)),
    ("hidden", LastSeenPrivacy::Hidden, text!(people_last_hidden)),
];

fn last_seen(scope: &'static str) -> AnyView {
    let options = LAST_SEEN.map(|(key, value, label)| {
        view! { class = scope,
            <option value=key prop:selected=move || now().last_seen == value>
                {tr(label)}
            </option>
        }
    });
    let choose = move |event| {
        let key = event_target_value(&event);
        if let Some((_, value, _)) = LAST_SEEN.iter().find(|(known, ..)| *known == key) {
            change(|privacy| privacy.last_seen = *value);
        }
    };
    view! { class = scope,
        <label class="choice">
            <span>
                <strong>{tr(text!(people_last_seen))}</strong>
                <span class="muted">{tr(text!(people_last_seen_hint))}</span>
            </span>
            <select data-t="privacy-last-seen" on:change=choose>
                {options.into_iter().collect_view()}
            </select>
        </label>
    }
    .into_any()
}

/// Oneself as others see one.
fn preview(scope: &'static str) -> AnyView {
    let shown = part(move || match chat().me() {
        Some(me) => seen(scope, &me),
        None => ().into_any(),
    });
    view! { class = scope,
        <div class="preview" data-t="privacy-preview">
            <h3 class="title">{tr(text!(people_preview))}</h3>
            {shown}
        </div>
    }
    .into_any()
}

fn seen(scope: &'static str, me: &MeView) -> AnyView {
    let line = Line::of(&me.seen_as);
    let (presence, privacy) = (line.clone(), me.privacy);
    let last = me.seen_as.last_seen;
    let later = move || {
        fill(
            match last {
                Some(LastSeen::At(_)) => text!(people_later_exact),
                Some(LastSeen::Today) => text!(people_later_today),
                Some(LastSeen::ThisWeek) => text!(people_later_week),
                Some(LastSeen::Earlier) | None => text!(people_later_hidden),
            },
            &[],
        )
    };
    let typing: Text = if privacy.typing {
        text!(people_see_typing)
    } else {
        text!(people_see_no_typing)
    };
    let receipts: Text = if privacy.read_receipts {
        text!(people_see_receipts)
    } else {
        text!(people_see_no_receipts)
    };
    let status = (!line.status.is_empty()).then(|| {
        view! { class = scope, <span class="mine"><bdi>{line.status.clone()}</bdi></span> }
    });
    view! { class = scope,
        <div class="me">
            {face(scope, &line)}
            <div class="words">
                <span class="name">
                    <bdi>{line.name.clone()}</bdi>
                </span>
                <span class="sub" data-t="privacy-seen">{move || presence.presence_words()}</span>
                {status}
            </div>
        </div>
        <ul class="facts">
            <li>{later}</li>
            <li>{tr(typing)}</li>
            <li>{tr(receipts)}</li>
        </ul>
    }
    .into_any()
}
