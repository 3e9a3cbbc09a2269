//! System notifications, while the tab is hidden.

use wasm_bindgen::JsValue;

use super::listener::Listener;
use super::{js, promise};
use crate::local::PermissionState;

/// Whether notifications may be shown.
pub(crate) fn permission() -> PermissionState {
    let api = js::get(&js::window(), "Notification");
    if api.is_undefined() {
        return PermissionState::Unsupported;
    }
    match js::text(&api, "permission").as_str() {
        "granted" => PermissionState::Granted,
        "denied" => PermissionState::Denied,
        _ => PermissionState::Ask,
    }
}

/// Asks for the right to show notifications; only from a press.
pub(crate) async fn ask() -> PermissionState {
    let api = js::get(&js::window(), "Notification");
    let _ = promise::call(&api, "requestPermission", &[]).await;
    permission()
}

/// What a notification says.
#[derive(Debug)]
pub(crate) struct Text<'a> {
    /// First line.
    pub title: &'a str,
    /// What follows.
    pub body: &'a str,
    /// One notification a tag: the next replaces it.
    pub tag: &'a str,
    /// Where in the app a press on it leads; empty: to wherever that is now.
    pub url: &'a str,
    /// It stays until it is answered.
    pub stays: bool,
}

impl Text<'_> {
    fn options(&self) -> JsValue {
        js::object(&[
            ("body", &self.body.into()),
            ("tag", &self.tag.into()),
            ("icon", &"/icons/icon-192.png".into()),
            ("requireInteraction", &self.stays.into()),
            ("renotify", &true.into()),
            ("data", &js::object(&[("url", &self.url.into())])),
        ])
    }
}

/// A notification on screen; dropping it takes it away.
pub(crate) struct Notification {
    shown: JsValue,
    _click: Listener,
}

impl Notification {
    /// Shows it, where that is allowed. A click brings this tab to the front, then calls `clicked`.
    pub(crate) fn show(text: &Text<'_>, mut clicked: impl FnMut() + 'static) -> Option<Self> {
        if permission() != PermissionState::Granted {
            return None;
        }
        let options = text.options();
        let api = js::get(&js::window(), "Notification").into();
        let arguments = js_sys::Array::new();
        arguments.push(&text.title.into());
        arguments.push(&options);
        // Chromium on Android throws here: it only shows notifications of a service worker.
        let shown = js_sys::Reflect::construct(&api, &arguments).ok()?;
        let front = shown.clone();
        let click = Listener::new(&shown, "click", move |_| {
            let _ = js::call(&js::window(), "focus", &[]);
            let _ = js::call(&front, "close", &[]);
            clicked();
        });
        Some(Self { shown, _click: click })
    }
}

impl Drop for Notification {
    fn drop(&mut self) {
        let _ = js::call(&self.shown, "close", &[]);
    }
}

/// A notification through the service worker, the only kind Android has; the worker focuses the tab on a click.
pub(crate) struct WorkerNotification {
    tag: String,
}

impl WorkerNotification {
    /// Shows it, where that is allowed.
    pub(crate) fn show(text: &Text<'_>) -> Option<Self> {
        if permission() != PermissionState::Granted {
            return None;
        }
        let title = JsValue::from_str(text.title);
        let options = text.options();
        promise::detach(async move {
            if let Some(registration) = registration().await {
                let _ = promise::call(&registration, "showNotification", &[&title, &options]).await;
            }
        });
        Some(Self { tag: text.tag.into() })
    }

    /// Another one of the same tag takes its place: it is not to be taken away.
    pub(crate) fn replaced(mut self) {
        self.tag.clear();
    }
}

impl Drop for WorkerNotification {
    fn drop(&mut self) {
        if self.tag.is_empty() {
            return;
        }
        let filter = js::object(&[("tag", &self.tag.as_str().into())]);
        promise::detach(async move {
            let Some(registration) = registration().await else {
                return;
            };
            let Ok(list) = promise::call(&registration, "getNotifications", &[&filter]).await else {
                return;
            };
            for shown in js_sys::Array::from(&list).iter() {
                let _ = js::call(&shown, "close", &[]);
            }
        });
    }
}

async fn registration() -> Option<JsValue> {
    let container = js::get(&js::navigator(), "serviceWorker");
    let found = promise::call(&container, "getRegistration", &[]).await.ok()?;
    (!found.is_undefined()).then_some(found)
}

/// Vibrates in this pattern (milliseconds on, off, on …); an empty one stops it. Does nothing before the person has
/// pressed anything: browsers refuse it then, and say so in the console.
pub(crate) fn vibrate(pattern: &[u32]) {
    let activation = js::get(&js::navigator(), "userActivation");
    if !js::get(&activation, "hasBeenActive").is_truthy() {
        return;
    }
    let list = js_sys::Array::new();
    for millis in pattern {
        list.push(&JsValue::from(*millis));
    }
    let _ = js::call(&js::navigator(), "vibrate", &[&list]);
}
