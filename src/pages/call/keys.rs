//! Keys in a call: M for the microphone, V for the camera, Space held to talk while muted, Esc.

use engine::command::Command;
use leptos::prelude::*;
use wasm_bindgen::JsValue;

use crate::browser::listener::Listener;
use crate::browser::{js, page};
use crate::stores::{Actions, Stores, actions, stores};

/// Listens as long as the present view lives.
pub(super) fn listen() {
    let (stores, actions) = (stores(), actions());
    // The microphone is open only as long as Space is held.
    let held = StoredValue::new(false);
    let down = Listener::new(&js::window(), "keydown", move |event| {
        pressed(stores, actions, held, &event)
    });
    let up = Listener::new(&js::window(), "keyup", move |event| {
        if is_space(&event) && held.get_value() {
            release(actions, held);
        }
    });
    // A window that loses the focus never hears that the key came up.
    let blur = Listener::new(&js::window(), "blur", move |_| {
        if held.get_value() {
            release(actions, held);
        }
    });
    let _listeners = StoredValue::new_local([down, up, blur]);
}

fn pressed(stores: Stores, actions: Actions, held: StoredValue<bool>, event: &JsValue) {
    if !stores.call.is_talking() {
        return;
    }
    if js::text(event, "key") == "Escape" {
        stores.call.show_chat(false);
        return;
    }
    let modified = ["ctrlKey", "metaKey", "altKey"]
        .iter()
        .any(|key| js::get(event, key).is_truthy());
    if modified || page::is_typing(event) {
        return;
    }
    if is_space(event) {
        if !page::is_pressable(event) {
            let _ = js::call(event, "preventDefault", &[]);
            talk(stores, actions, held);
        }
        return;
    }
    if js::get(event, "repeat").is_truthy() {
        return;
    }
    // The place of the key, not its letter: with an Arabic layout M writes another one.
    match js::text(event, "code").as_str() {
        "KeyM" => actions.send(Command::Microphone(!stores.capture.microphone_wanted())),
        "KeyV" => actions.send(Command::Camera(!stores.capture.camera_wanted())),
        _ => {}
    }
}

fn talk(stores: Stores, actions: Actions, held: StoredValue<bool>) {
    if !held.get_value() && !stores.capture.microphone_wanted() {
        held.set_value(true);
        actions.send(Command::Microphone(true));
    }
}

fn release(actions: Actions, held: StoredValue<bool>) {
    held.set_value(false);
    actions.send(Command::Microphone(false));
}

fn is_space(event: &JsValue) -> bool {
    js::text(event, "code") == "Space"
}
