//! Which microphone, camera and speaker.

use engine::command::Command;
use engine::io::DeviceChoice;
use leptos::prelude::*;
use stylers_macro::style_sheet;

use crate::components::button::Button;
use crate::components::icons;
use crate::components::picker::{Choice, Picker};
use crate::local::{Device, LocalCommand};
use crate::stores::{actions, stores};
use crate::texts::{fill, text};

/// The pickers of all devices, with the speaker's test.
pub(crate) fn pickers() -> AnyView {
    let scope = style_sheet!("style/components/pickers.css");
    let (stores, actions) = (stores(), actions());
    let capture = stores.capture;
    let speaker = RwSignal::new(String::new());
    let microphone = Picker {
        hook: "pick-microphone",
        label: text!(microphone),
        choices: Signal::derive(move || choices(capture.devices().microphones)),
        chosen: Signal::derive(move || capture.microphone_id()),
        choose: Box::new(move |id| actions.send(Command::ChooseMicrophone(choice(id)))),
    };
    let camera = Picker {
        hook: "pick-camera",
        label: text!(camera),
        choices: Signal::derive(move || choices(capture.devices().cameras)),
        chosen: Signal::derive(move || capture.camera_id()),
        choose: Box::new(move |id| actions.send(Command::ChooseCamera(choice(id)))),
    };
    let speakers = Picker {
        hook: "pick-speaker",
        label: text!(speaker),
        choices: Signal::derive(move || choices(capture.devices().speakers)),
        chosen: speaker.into(),
        choose: Box::new(move |id| {
            speaker.set(id.clone());
            actions.local(LocalCommand::ChooseSpeaker((!id.is_empty()).then_some(id)));
        }),
    };
    let test = Button::new("speaker-test", text!(speaker_test), move || {
        actions.local(LocalCommand::TestSpeaker)
    })
    .icon(icons::SPEAKER)
    .view();
    view! { class = scope,
        <div class="pickers">
            {camera.view()}
            {microphone.view()}
            <div class="speaker">
                {speakers.view()}
                {test}
            </div>
        </div>
    }
    .into_any()
}

fn choice(id: String) -> DeviceChoice {
    DeviceChoice {
        id: (!id.is_empty()).then_some(id),
        facing_away: false,
    }
}

/// The devices, or the browser's default alone while it does not tell which there are.
fn choices(devices: Vec<Device>) -> Vec<Choice> {
    let named: Vec<Choice> = devices
        .into_iter()
        .enumerate()
        .filter(|(_, device)| !device.id.is_empty())
        .map(|(at, device)| Choice {
            label: label(&device.label, at),
            value: device.id,
        })
        .collect();
    if named.is_empty() {
        return vec![Choice {
            value: String::new(),
            label: fill(text!(device_default), &[]),
        }];
    }
    named
}

fn label(given: &str, at: usize) -> String {
    if given.is_empty() {
        fill(text!(device_n), &[("n", &(at + 1).to_string())])
    } else {
        given.to_owned()
    }
}
