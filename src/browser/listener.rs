//! An event listener that is removed when its value is dropped.

use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};

use super::js;

/// A listener on any event target; dropping it removes it.
///
/// All listeners share one closure type, which keeps the wasm small; handlers cast the event where they need it.
#[must_use = "a dropped listener hears nothing"]
pub(crate) struct Listener {
    target: JsValue,
    name: &'static str,
    capturing: JsValue,
    closure: Closure<dyn FnMut(JsValue)>,
}

impl Listener {
    /// Listens for `name` on `target`. A target without `addEventListener` (a missing feature) is heard from never.
    pub(crate) fn new(target: &JsValue, name: &'static str, handler: impl FnMut(JsValue) + 'static) -> Self {
        Self::add(target, name, false, Box::new(handler))
    }

    /// Listens before what is inside of `target` does, which need not hear the event.
    pub(crate) fn capturing(
        target: &JsValue,
        name: &'static str,
        handler: impl FnMut(JsValue) + 'static,
    ) -> Self {
        Self::add(target, name, true, Box::new(handler))
    }

    fn add(target: &JsValue, name: &'static str, capturing: bool, handler: Box<dyn FnMut(JsValue)>) -> Self {
        let (closure, capturing) = (Closure::wrap(handler), JsValue::from(capturing));
        let _ = js::call(
            target,
            "addEventListener",
            &[&name.into(), closure.as_ref().unchecked_ref(), &capturing],
        );
        Self {
            target: target.clone(),
            name,
            capturing,
            closure,
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let _ = js::call(
            &self.target,
            "removeEventListener",
            &[
                &self.name.into(),
                self.closure.as_ref().unchecked_ref(),
                &self.capturing,
            ],
        );
    }
}

impl std::fmt::Debug for Listener {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}
