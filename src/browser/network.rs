//! What the browser knows of the network.

use super::js;
use super::listener::Listener;

/// What changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    /// There is a network.
    Online,
    /// There is none.
    Offline,
    /// It is another one than before (Wi-Fi to mobile).
    Other,
}

/// Whether the browser thinks that there is a network.
pub(crate) fn online() -> bool {
    js::get(&js::navigator(), "onLine").as_bool().unwrap_or(true)
}

/// Calls `changed` whenever the network changes.
pub(crate) fn watch(changed: impl Fn(Change) + Clone + 'static) -> [Listener; 3] {
    let window = js::window();
    let connection = js::get(&js::navigator(), "connection");
    let (online, offline, other) = (changed.clone(), changed.clone(), changed);
    // `change` also comes with every new guess of the bandwidth: only another kind of network counts.
    let mut kind = js::text(&connection, "type");
    let same = connection.clone();
    [
        Listener::new(&window, "online", move |_| online(Change::Online)),
        Listener::new(&window, "offline", move |_| offline(Change::Offline)),
        Listener::new(&connection, "change", move |_| {
            let now = js::text(&same, "type");
            if now != kind {
                let gone = now == "none";
                kind = now;
                if !gone {
                    other(Change::Other);
                }
            }
        }),
    ]
}
