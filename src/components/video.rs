//! The `<video>` leaf: shows the stream that the media registry holds for an id.

use engine::io::PeerId;
use leptos::html::Video;
use leptos::prelude::*;
use leptos::tachys::html::node_ref::NodeRefContainer;

use super::dynamic::follow;
use super::element::el;
use crate::browser::js;
use crate::media::registry::{self, FrameWatch};

/// Which stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// This device's camera, or the screen it shares.
    Own,
    /// The other side of this connection.
    Remote(PeerId),
}

/// A video.
pub(crate) struct Stream {
    /// Its `data-t`.
    pub(crate) hook: &'static str,
    /// Its classes.
    pub(crate) class: &'static str,
    /// Its name.
    pub(crate) label: Box<dyn Fn() -> String>,
    /// Which stream; it also notifies when the registry has another one for the same id.
    pub(crate) source: Box<dyn Fn() -> Option<Source>>,
    /// The element, for full screen and picture-in-picture.
    pub(crate) node: NodeRef<Video>,
}

/// Draws a video. It stays mounted; only its stream changes. It is always muted: the media layer plays the sound.
pub(crate) fn video(stream: Stream) -> AnyView {
    let Stream {
        hook,
        class,
        label,
        source,
        node,
    } = stream;
    let mut watch = None::<(PeerId, FrameWatch)>;
    follow(move || {
        let Some(element) = node.get() else { return };
        let (peer, stream) = match source() {
            None => return registry::show(&element, None),
            Some(Source::Own) => (registry::OWN, registry::own_stream()),
            Some(Source::Remote(peer)) => (peer, registry::remote_stream(peer)),
        };
        registry::show(&element, stream.as_ref());
        if watch.as_ref().is_none_or(|(watched, _)| *watched != peer) {
            watch = Some((peer, FrameWatch::new(&element, peer)));
        }
    });
    el("video", &[class])
        .attrs(&[("data-t", hook), ("autoplay", ""), ("playsinline", "")])
        .said("aria-label", label)
        .made(move |element| {
            js::set(element.as_ref(), "muted", &true.into());
            NodeRefContainer::<Video>::load(node, element);
        })
        .view()
}
