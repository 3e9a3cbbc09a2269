//! The own status: presence, text, emoji and its end, set in one action.

use engine::chat::api::{ChatCommand, Millis, OwnPresence, Presence};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use stylers_macro::style_sheet;

use crate::browser::format::local_day;
use crate::browser::page;
use crate::components::dynamic::part_if;
use crate::components::emoji;
use crate::components::icons::icon;
use crate::components::popup::Close;
use crate::pages::chat::{icons, presence, times};
use crate::stores::actions;
use crate::stores::chat::chat;
use crate::texts::{Text, fill, say, text, tr};

const MINUTE: Millis = 60_000;

/// When the text ends.
#[derive(Debug, Clone, Copy, PartialEq)]
enum End {
    /// When the server ends it by itself.
    Usual,
    /// So many minutes from the moment it is set.
    In(u16),
    /// When this day ends.
    Today,
    /// Seven days from now.
    Week,
    /// When it was said to end before.
    As(Millis),
}

impl End {
    const ALL: [Self; 6] = [
        Self::Usual,
        Self::In(30),
        Self::In(60),
        Self::In(240),
        Self::Today,
        Self::Week,
    ];

    fn key(self) -> String {
        match self {
            Self::Usual => "usual".to_owned(),
            Self::In(minutes) => minutes.to_string(),
            Self::Today => "today".to_owned(),
            Self::Week => "week".to_owned(),
            Self::As(_) => "as".to_owned(),
        }
    }

    /// Its name; tracked.
    fn words(self) -> String {
        match self {
            Self::Usual => fill(text!(status_end_usual), &[]),
            Self::In(30) => fill(text!(status_end_half), &[]),
            Self::In(60) => fill(text!(status_end_hour), &[]),
            Self::In(_) => fill(text!(status_end_hours), &[]),
            Self::Today => fill(text!(status_end_today), &[]),
            Self::Week => fill(text!(status_end_week), &[]),
            Self::As(until) => fill(text!(status_end_at), &[("time", &times::full(until))]),
        }
    }

    fn until(self, now: Millis) -> Option<Millis> {
        match self {
            Self::Usual => None,
            Self::In(minutes) => Some(now + Millis::from(minutes) * MINUTE),
            Self::Today => Some(end_of_day(now)),
            Self::Week => Some(now + 7 * 24 * 60 * MINUTE),
            Self::As(until) => Some(until),
        }
    }
}

/// The first millisecond of the next local day.
fn end_of_day(now: Millis) -> Millis {
    let today = local_day(now);
    // A day of 23 or 25 hours is one too.
    let (mut before, mut after) = (now, now + 26 * 60 * MINUTE);
    while after - before > 1 {
        let middle = before + (after - before) / 2;
        if local_day(middle) > today {
            after = middle;
        } else {
            before = middle;
        }
    }
    after
}

/// Statuses that are often wanted.
const USUAL: [(&str, Text, End, Presence); 4] = [
    ("🗓️", text!(status_meeting), End::In(60), Presence::DoNotDisturb),
    ("🍲", text!(status_lunch), End::In(60), Presence::Away),
    ("🎧", text!(status_focus), End::Today, Presence::DoNotDisturb),
    ("🌴", text!(status_holiday), End::Week, Presence::Away),
];

const PRESENCES: [(Presence, Text); 4] = [
    (Presence::Online, text!(status_online)),
    (Presence::Away, text!(status_away)),
    (Presence::DoNotDisturb, text!(status_dnd)),
    (Presence::Offline, text!(status_offline)),
];

/// What the person has put in so far.
#[derive(Clone, Copy)]
struct Form {
    presence: RwSignal<Presence>,
    emoji: RwSignal<String>,
    text: RwSignal<String>,
    end: RwSignal<End>,
    picking: RwSignal<bool>,
}

impl Form {
    fn new() -> Self {
        let chosen = chat().me_now().map(|me| me.chosen.clone()).unwrap_or_default();
        Self {
            presence: RwSignal::new(chosen.status),
            emoji: RwSignal::new(chosen.emoji.to_string()),
            text: RwSignal::new(chosen.text.to_string()),
            end: RwSignal::new(chosen.until.map_or(End::Usual, End::As)),
            picking: RwSignal::new(false),
        }
    }

    fn chosen(self) -> OwnPresence {
        let (text, emoji) = (self.text.get_untracked(), self.emoji.get_untracked());
        let some = !(text.trim().is_empty() && emoji.is_empty());
        let end = self.end.get_untracked();
        OwnPresence {
            status: self.presence.get_untracked(),
            text: text.trim().into(),
            emoji: emoji.as_str().into(),
            until: some.then(|| end.until(times::now())).flatten(),
        }
    }

    fn clear(self) {
        self.emoji.set(String::new());
        self.text.set(String::new());
        self.end.set(End::Usual);
    }
}

/// Draws it, in a window.
pub(super) fn editor(close: Close) -> AnyView {
    let scope = style_sheet!("style/components/person.css");
    let actions = actions();
    let form = Form::new();
    let close = StoredValue::new_local(close);
    let done = move || close.with_value(|close| close());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        actions.chat(ChatCommand::SetPresence(form.chosen()));
        done();
    };
    let takes_text = move || {
        let server = chat().server();
        server.exact || !server.known
    };
    view! { class = scope,
        <form class="dialog" data-t="status-form" on:submit=submit>
            <h2 class="title">{tr(text!(status_edit))}</h2>
            {presences(scope, form)}
            {part_if(takes_text, move || texts(scope, form))}
            {part_if(
                move || !takes_text(),
                move || view! { class = scope, <p class="muted">{tr(text!(status_no_text))}</p> }.into_any(),
            )}
            <div class="ends">
                <button type="button" class="btn quiet" data-t="status-cancel" on:click=move |_| done()>
                    {tr(text!(cancel))}
                </button>
                <button type="submit" class="btn primary" data-t="status-save">
                    {tr(text!(save))}
                </button>
            </div>
        </form>
    }
    .into_any()
}

fn presences(scope: &'static str, form: Form) -> AnyView {
    let options = PRESENCES.map(|(value, label)| {
        view! { class = scope,
            <label class="option" class:chosen=move || form.presence.get() == value>
                <input
                    type="radio"
                    class="sr-only"
                    name="presence"
                    value=presence::word(value)
                    data-t="status-option"
                    prop:checked=move || form.presence.get() == value
                    on:change=move |_| form.presence.set(value)
                />
                <span class="dot presence" data-presence=presence::word(value)></span>
                <span>{tr(label)}</span>
            </label>
        }
    });
    view! { class = scope,
        <fieldset class="options">
            <legend class="sr-only">{tr(text!(status_presence))}</legend>
            {options.into_iter().collect_view()}
        </fieldset>
    }
    .into_any()
}

fn texts(scope: &'static str, form: Form) -> AnyView {
    let pick = move |_| form.picking.update(|picking| *picking = !*picking);
    let emoji_label = move || match form.emoji.read().as_str() {
        "" => fill(text!(status_emoji), &[]),
        emoji => fill(text!(status_emoji_is), &[("emoji", emoji)]),
    };
    let sign = move || match form.emoji.get() {
        emoji if emoji.is_empty() => icon(icons::SMILE),
        emoji => emoji.into_any(),
    };
    let picker = move || {
        emoji::picker(move |emoji| {
            form.emoji.set(emoji.to_owned());
            form.picking.set(false);
            page::soon(|| page::focus("[data-t=status-input]"));
        })
    };
    view! { class = scope,
        <div class="line">
            <button
                type="button"
                class="btn square"
                data-t="status-emoji"
                aria-label=emoji_label
                title=emoji_label
                aria-expanded=move || if form.picking.get() { "true" } else { "false" }
                on:click=pick
            >
                {sign}
            </button>
            <input
                type="text"
                dir="auto"
                maxlength="100"
                autocomplete="off"
                autofocus
                data-t="status-input"
                aria-label=tr(text!(status_text))
                placeholder=tr(text!(status_text))
                prop:value=move || form.text.get()
                on:input=move |event| form.text.set(event_target_value(&event))
            />
        </div>
        {part_if(move || form.picking.get(), picker)}
        {usual(scope, form)}
        {end(scope, form)}
    }
    .into_any()
}

fn usual(scope: &'static str, form: Form) -> AnyView {
    let chips = USUAL.map(|(emoji, words, end, presence)| {
        let take = move |_| {
            form.emoji.set(emoji.to_owned());
            form.text.set(say(words, &[]));
            form.end.set(end);
            form.presence.set(presence);
        };
        view! { class = scope,
            <button type="button" class="chip" data-t="status-usual" on:click=take>
                <span aria-hidden="true">{emoji}</span>
                <span>{tr(words)}</span>
            </button>
        }
    });
    let none = move || form.emoji.read().is_empty() && form.text.read().is_empty();
    view! { class = scope,
        <div class="chips">
            {chips.into_iter().collect_view()}
            <button
                type="button"
                class="chip"
                data-t="status-clear"
                disabled=none
                on:click=move |_| form.clear()
            >
                {tr(text!(status_clear))}
            </button>
        </div>
    }
    .into_any()
}

fn end(scope: &'static str, form: Form) -> AnyView {
    let kept = match form.end.get_untracked() {
        kept @ End::As(_) => Some(kept),
        End::Usual | End::In(_) | End::Today | End::Week => None,
    };
    let all: Vec<End> = kept.into_iter().chain(End::ALL).collect();
    let options: Vec<_> = all
        .iter()
        .map(|&end| {
            view! { class = scope,
                <option value=end.key() prop:selected=move || form.end.get() == end>
                    {move || end.words()}
                </option>
            }
        })
        .collect();
    let choose = move |event| {
        let key = event_target_value(&event);
        if let Some(end) = all.iter().find(|end| end.key() == key) {
            form.end.set(*end);
        }
    };
    view! { class = scope,
        <label class="field">
            <span>{tr(text!(status_end))}</span>
            <select data-t="status-end" on:change=choose>
                {options}
            </select>
        </label>
    }
    .into_any()
}
