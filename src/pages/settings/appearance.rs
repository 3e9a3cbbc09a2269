//! Theme and language.

use leptos::prelude::*;

use crate::components::picker::{Choice, Picker};
use crate::stores::{Theme, stores};
use crate::texts::{self, Locale, Text, fill, text};

pub(super) fn appearance() -> AnyView {
    let stores = stores();
    let theme = Picker {
        hook: "theme",
        label: text!(theme),
        choices: Signal::derive(|| {
            let named = |theme: Theme, label: Text| Choice {
                value: theme.word().into(),
                label: fill(label, &[]),
            };
            vec![
                named(Theme::System, text!(theme_system)),
                named(Theme::Light, text!(theme_light)),
                named(Theme::Dark, text!(theme_dark)),
            ]
        }),
        chosen: Signal::derive(move || stores.ui.theme().word().to_owned()),
        choose: Box::new(move |word| stores.ui.set_theme(Theme::of(&word))),
    };
    let language = Picker {
        hook: "language",
        label: text!(language),
        // Each in its own words, whatever the present language is.
        choices: Signal::stored(vec![
            Choice {
                value: texts::code(Locale::en).into(),
                label: text!(language_en)(Locale::en).into(),
            },
            Choice {
                value: texts::code(Locale::ar).into(),
                label: text!(language_ar)(Locale::ar).into(),
            },
        ]),
        chosen: Signal::derive(|| texts::code(texts::locale()).to_owned()),
        choose: Box::new(move |code| {
            if let Some(locale) = texts::locale_of(&code) {
                stores.ui.set_locale(locale);
            }
        }),
    };
    let pair = "pair";
    view! { <div class=pair>{theme.view()}{language.view()}</div> }.into_any()
}
