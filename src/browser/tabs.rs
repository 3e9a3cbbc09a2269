//! Other tabs of this app.

use wasm_bindgen::JsValue;

use super::js;
use super::listener::Listener;

/// A channel to the other tabs; closed when dropped. Says nothing in browsers without `BroadcastChannel`.
pub(crate) struct Tabs {
    channel: JsValue,
    _message: Listener,
}

impl Tabs {
    /// Joins the channel `name`; `heard` gets what the other tabs [`say`](Self::say).
    pub(crate) fn join(name: &str, mut heard: impl FnMut(Vec<String>) + 'static) -> Self {
        let channel = web_sys::BroadcastChannel::new(name).map_or(JsValue::UNDEFINED, JsValue::from);
        let message = Listener::new(&channel, "message", move |event| {
            let words = js::get(&event, "data");
            if js_sys::Array::is_array(&words) {
                heard(
                    js_sys::Array::from(&words)
                        .iter()
                        .filter_map(|word| word.as_string())
                        .collect(),
                );
            }
        });
        Self {
            channel,
            _message: message,
        }
    }

    /// Tells the other tabs.
    pub(crate) fn say(&self, words: &[&str]) {
        let list = js_sys::Array::new();
        for word in words {
            list.push(&JsValue::from_str(word));
        }
        let _ = js::call(&self.channel, "postMessage", &[&list]);
    }
}

impl Drop for Tabs {
    fn drop(&mut self) {
        let _ = js::call(&self.channel, "close", &[]);
    }
}
