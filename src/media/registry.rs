//! Where the `<video>` leaf finds its stream. JavaScript values stay here; stores and views hold ids.
//!
//! The leaf is always muted: the other side's sound is played by the media layer itself, so that it goes on while the
//! leaf is unmounted, and so that a browser which blocks sound still shows the picture.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use engine::io::PeerId;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, MediaStream};

use crate::browser::js;
use crate::browser::listener::Listener;

/// Stands for the own picture where frames are watched; connections count from 1.
pub(crate) const OWN: PeerId = PeerId(0);

#[derive(Default)]
struct Registry {
    own: Option<MediaStream>,
    remote: Vec<(PeerId, MediaStream)>,
    drawn: Option<Rc<dyn Fn(PeerId)>>,
    watches: Vec<Weak<Watch>>,
}

thread_local! {
    static REGISTRY: RefCell<Registry> = RefCell::default();
}

/// The own picture: the camera's, or while the camera is off the shared screen's.
pub(crate) fn own_stream() -> Option<MediaStream> {
    REGISTRY.with_borrow(|registry| registry.own.clone())
}

/// What comes from the other side of this connection.
pub(crate) fn remote_stream(peer: PeerId) -> Option<MediaStream> {
    REGISTRY.with_borrow(|registry| {
        let found = registry.remote.iter().find(|(of, _)| *of == peer);
        found.map(|(_, stream)| Clone::clone(stream))
    })
}

/// Shows `stream` in a `<video>` element (`None`: nothing) and plays it without sound.
pub(crate) fn show(video: &Element, stream: Option<&MediaStream>) {
    js::set(video, "muted", &JsValue::TRUE);
    let shown = js::get(video, "srcObject");
    let nothing = JsValue::NULL;
    let wanted = stream.map_or(&nothing, AsRef::as_ref);
    if &shown != wanted {
        js::set(video, "srcObject", wanted);
    }
    if stream.is_some() {
        crate::browser::promise::ignore(js::call(video, "play", &[]));
    }
}

/// Says that a frame of this connection was drawn. [`FrameWatch`] does so by itself.
pub(crate) fn frame_drawn(peer: PeerId) {
    let drawn = REGISTRY.with_borrow(|registry| registry.drawn.clone());
    if let Some(drawn) = drawn {
        drawn(peer);
    }
}

/// Watches a `<video>` for the first frame of a connection, and for the first after each break. Costs nothing in
/// between: the callback is armed for one frame at a time.
pub(crate) struct FrameWatch {
    _watch: Rc<Watch>,
    _fallback: Option<Listener>,
}

impl FrameWatch {
    /// Watches `video`, which shows the stream of `peer`.
    #[must_use]
    pub(crate) fn new(video: &Element, peer: PeerId) -> Self {
        let watch = Rc::new_cyclic(|weak: &Weak<Watch>| {
            let weak = weak.clone();
            let drawn = Closure::wrap(Box::new(move || {
                if let Some(watch) = weak.upgrade() {
                    watch.drawn();
                }
            }) as Box<dyn FnMut()>);
            Watch {
                video: video.clone().into(),
                peer,
                armed: Cell::new(None),
                waiting: Cell::new(false),
                drawn,
            }
        });
        REGISTRY.with_borrow_mut(|registry| {
            registry.watches.retain(|watch| watch.strong_count() > 0);
            registry.watches.push(Rc::downgrade(&watch));
        });
        watch.arm();
        // Browsers without the frame callback move the clock when they draw.
        let fallback = (!js::has(video, "requestVideoFrameCallback")).then(|| {
            let watch = Rc::downgrade(&watch);
            Listener::new(video, "timeupdate", move |_| {
                if let Some(watch) = watch.upgrade().filter(|watch| watch.has_picture()) {
                    watch.drawn();
                }
            })
        });
        Self {
            _watch: watch,
            _fallback: fallback,
        }
    }
}

struct Watch {
    video: JsValue,
    peer: PeerId,
    armed: Cell<Option<f64>>,
    waiting: Cell<bool>,
    drawn: Closure<dyn FnMut()>,
}

impl Watch {
    fn arm(&self) {
        if self.waiting.replace(true) {
            return;
        }
        let handle = js::call(
            &self.video,
            "requestVideoFrameCallback",
            &[self.drawn.as_ref().unchecked_ref()],
        );
        self.armed.set(handle.ok().and_then(|handle| handle.as_f64()));
    }

    fn drawn(&self) {
        self.armed.set(None);
        if self.waiting.replace(false) {
            frame_drawn(self.peer);
        }
    }

    fn has_picture(&self) -> bool {
        js::get(&self.video, "videoWidth")
            .as_f64()
            .is_some_and(|width| width > 0.0)
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if let Some(handle) = self.armed.get() {
            let _ = js::call(&self.video, "cancelVideoFrameCallback", &[&handle.into()]);
        }
    }
}

pub(super) fn on_frame(drawn: Rc<dyn Fn(PeerId)>) {
    REGISTRY.with_borrow_mut(|registry| registry.drawn = Some(drawn));
}

pub(super) fn set_own(stream: Option<MediaStream>) {
    REGISTRY.with_borrow_mut(|registry| registry.own = stream);
}

pub(super) fn set_remote(peer: PeerId, stream: Option<MediaStream>) {
    REGISTRY.with_borrow_mut(|registry| {
        registry.remote.retain(|(of, _)| *of != peer);
        registry.remote.extend(stream.map(|stream| (peer, stream)));
    });
}

/// The path of this connection broke: the next frame counts again.
pub(super) fn broke(peer: PeerId) {
    let watches = REGISTRY.with_borrow(|registry| registry.watches.clone());
    for watch in watches
        .iter()
        .filter_map(Weak::upgrade)
        .filter(|watch| watch.peer == peer)
    {
        watch.arm();
    }
}
