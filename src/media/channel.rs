//! The data channel of a connection.

use engine::io::{MediaInput, PeerId};
use web_sys::RtcDataChannel;

use super::Tell;
use crate::browser::js;
use crate::browser::listener::Listener;

/// More than this unsent: further texts are dropped rather than kept for a path that is gone.
const BUFFERED_AT_MOST: u32 = 1024 * 1024;

/// A data channel; dropping it closes it and says nothing more.
pub(super) struct Channel {
    channel: RtcDataChannel,
    listeners: Vec<Listener>,
}

impl Channel {
    pub(super) fn new(peer: PeerId, channel: RtcDataChannel, tell: Tell<MediaInput>) -> Self {
        js::set(&channel, "binaryType", &"arraybuffer".into());
        let (opened, closed) = (tell.clone(), tell.clone());
        let listeners = vec![
            Listener::new(&channel, "open", move |_| {
                opened(MediaInput::DataChannel { peer, open: true })
            }),
            Listener::new(&channel, "close", move |_| {
                closed(MediaInput::DataChannel { peer, open: false })
            }),
            Listener::new(&channel, "message", move |event| {
                if let Some(text) = text_of(&js::get(&event, "data")) {
                    tell(MediaInput::Data { peer, text });
                }
            }),
        ];
        Self { channel, listeners }
    }

    pub(super) fn send(&self, text: &str) {
        let open = js::text(&self.channel, "readyState") == "open";
        if open && self.channel.buffered_amount() < BUFFERED_AT_MOST {
            let _ = self.channel.send_with_str(text);
        }
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        self.listeners.clear();
        self.channel.close();
    }
}

/// simple-peer sends text as text or as bytes, depending on how it was written.
fn text_of(data: &wasm_bindgen::JsValue) -> Option<String> {
    use wasm_bindgen::JsCast;
    if let Some(text) = data.as_string() {
        return Some(text);
    }
    let buffer = data.dyn_ref::<js_sys::ArrayBuffer>()?;
    Some(String::from_utf8_lossy(&js_sys::Uint8Array::new(buffer).to_vec()).into_owned())
}
