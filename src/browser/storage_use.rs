//! How much storage the app uses, and whether it is kept.

use wasm_bindgen::JsValue;

use super::{js, promise};

/// Bytes used and granted.
pub(crate) async fn estimate() -> Option<(f64, f64)> {
    let found = promise::call(&manager(), "estimate", &[]).await.ok()?;
    Some((
        js::get(&found, "usage").as_f64()?,
        js::get(&found, "quota").as_f64()?,
    ))
}

/// Asks the browser not to clear this app's storage when space runs short.
pub(crate) async fn persist() {
    let _ = promise::call(&manager(), "persist", &[]).await;
}

/// Deletes the app's caches and its service worker, nothing that the person wrote, and loads the app anew.
pub(crate) async fn repair() {
    let caches = js::get(&js::window(), "caches");
    if let Ok(names) = promise::call(&caches, "keys", &[]).await {
        for name in js_sys::Array::from(&names).iter() {
            let _ = promise::call(&caches, "delete", &[&name]).await;
        }
    }
    let workers = js::get(&js::navigator(), "serviceWorker");
    if let Ok(list) = promise::call(&workers, "getRegistrations", &[]).await {
        for registration in js_sys::Array::from(&list).iter() {
            let _ = promise::call(&registration, "unregister", &[]).await;
        }
    }
    reload();
}

/// Loads the page anew.
pub(crate) fn reload() {
    let _ = js::call(&js::get(&js::window(), "location"), "reload", &[]);
}

fn manager() -> JsValue {
    js::get(&js::navigator(), "storage")
}
