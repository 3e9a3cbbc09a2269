//! A labelled choice among a few.

use leptos::prelude::*;

use crate::texts::{Text, tr};

/// One thing to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Choice {
    /// What is chosen.
    pub(crate) value: String,
    /// What it is called.
    pub(crate) label: String,
}

/// A labelled choice.
pub(crate) struct Picker {
    /// Its `data-t`.
    pub(crate) hook: &'static str,
    /// Its name.
    pub(crate) label: Text,
    /// What there is to choose.
    pub(crate) choices: Signal<Vec<Choice>>,
    /// What is chosen.
    pub(crate) chosen: Signal<String>,
    /// Choose.
    pub(crate) choose: Box<dyn Fn(String)>,
}

impl Picker {
    /// Draws it.
    pub(crate) fn view(self) -> AnyView {
        let Self {
            hook,
            label,
            choices,
            chosen,
            choose,
        } = self;
        let options = move || {
            let now = chosen.get();
            choices
                .get()
                .into_iter()
                .map(|choice| option(choice, &now))
                .collect::<Vec<_>>()
        };
        view! {
            <label class="field">
                <span>{tr(label)}</span>
                <select data-t=hook on:change=move |event| choose(event_target_value(&event))>
                    {options}
                </select>
            </label>
        }
        .into_any()
    }
}

fn option(choice: Choice, now: &str) -> AnyView {
    let selected = choice.value == now;
    view! {
        <option value=choice.value prop:selected=selected>
            {choice.label}
        </option>
    }
    .into_any()
}
