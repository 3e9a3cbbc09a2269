//! Properties and methods by name, for the parts of the platform that not every browser has: what is missing is
//! `undefined` or an error value here, never an exception that unwinds into wasm.

use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

/// The property `name` of `of`, `undefined` where there is none or `of` is no object.
pub(crate) fn get(of: &JsValue, name: &str) -> JsValue {
    Reflect::get(of, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED)
}

/// Whether `of` has a property `name` that is neither `undefined` nor `null`.
pub(crate) fn has(of: &JsValue, name: &str) -> bool {
    let value = get(of, name);
    !value.is_undefined() && !value.is_null()
}

/// Sets the property `name` of `of`; ignored where it is read-only.
pub(crate) fn set(of: &JsValue, name: &str, value: &JsValue) {
    let _ = Reflect::set(of, &JsValue::from_str(name), value);
}

/// The string property `name`, empty where there is none.
pub(crate) fn text(of: &JsValue, name: &str) -> String {
    get(of, name).as_string().unwrap_or_default()
}

/// Calls the method `name` of `of`.
///
/// # Errors
/// What the method threw, or a string that names it where there is no such method.
pub(crate) fn call(of: &JsValue, name: &str, arguments: &[&JsValue]) -> Result<JsValue, JsValue> {
    let method = get(of, name)
        .dyn_into::<Function>()
        .map_err(|_| JsValue::from_str(name))?;
    let list = Array::new();
    for argument in arguments {
        list.push(argument);
    }
    method.apply(of, &list)
}

/// A plain object with these properties.
pub(crate) fn object(properties: &[(&str, &JsValue)]) -> JsValue {
    let made = JsValue::from(Object::new());
    for (name, value) in properties {
        set(&made, name, value);
    }
    made
}

/// The `name` of an error, such as `NotAllowedError`; empty where it has none.
pub(crate) fn error_name(error: &JsValue) -> String {
    text(error, "name")
}

/// An error in words: its name and message, or the thrown string.
pub(crate) fn error_text(error: &JsValue) -> String {
    if let Some(words) = error.as_string() {
        return words;
    }
    let mut words = error_name(error);
    words.push_str(": ");
    words.push_str(&text(error, "message"));
    words
}

/// The window as a value. `undefined` outside of a window, where every [`get`] finds nothing.
pub(crate) fn window() -> JsValue {
    web_sys::window().map_or(JsValue::UNDEFINED, JsValue::from)
}

/// `navigator` as a value.
pub(crate) fn navigator() -> JsValue {
    get(&window(), "navigator")
}

/// The document, where there is one.
pub(crate) fn document() -> Option<web_sys::Document> {
    web_sys::window().and_then(|window| window.document())
}
