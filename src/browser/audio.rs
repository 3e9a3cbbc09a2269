//! The one audio context of the app: sounds, meters and mixing share it.

use std::cell::{Cell, RefCell};

use wasm_bindgen::JsValue;
use web_sys::{AudioContext, AudioContextState};

use super::{js, promise};

thread_local! {
    static CONTEXT: RefCell<Option<AudioContext>> = const { RefCell::new(None) };
    static LEASES: Cell<u32> = const { Cell::new(0) };
}

/// A need of the audio context. While there is one the context runs, as far as the autoplay policy allows; without
/// any it is suspended, so that it costs nothing.
#[derive(Debug)]
pub(crate) struct Lease {
    context: AudioContext,
}

impl Lease {
    /// Takes a lease; `None` where the browser has no Web Audio.
    pub(crate) fn take() -> Option<Self> {
        let context = CONTEXT.with_borrow_mut(|kept| {
            if kept.is_none() {
                *kept = AudioContext::new().ok();
            }
            kept.clone()
        })?;
        LEASES.set(LEASES.get() + 1);
        resume();
        Some(Self { context })
    }

    /// The context.
    pub(crate) fn context(&self) -> &AudioContext {
        &self.context
    }

    /// Whether it runs: sound can be heard and measured now.
    pub(crate) fn running(&self) -> bool {
        self.context.state() == AudioContextState::Running
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let left = LEASES.get().saturating_sub(1);
        LEASES.set(left);
        if left == 0 {
            promise::ignore(js::call(&self.context, "suspend", &[]));
        }
    }
}

/// Lets the context run where something needs it; on a press the browser allows it.
pub(crate) fn resume() {
    let context = CONTEXT.with_borrow(Clone::clone);
    if let Some(context) = context.filter(|_| LEASES.get() > 0)
        && context.state() == AudioContextState::Suspended
    {
        promise::ignore(js::call(&context, "resume", &[]));
    }
}

/// Plays everything of the context through this speaker (`None`: the default), where the browser can choose.
pub(crate) fn choose_speaker(id: Option<&str>) {
    let context = CONTEXT.with_borrow(Clone::clone);
    if let Some(context) = context {
        promise::ignore(js::call(
            &context,
            "setSinkId",
            &[&JsValue::from_str(id.unwrap_or_default())],
        ));
    }
}
