//! The document around the app: title, language, theme, focus, and the elements that views hold.

use wasm_bindgen::{JsCast, JsValue};

use super::{js, promise};

/// Names the page, in the tab and for screen readers.
pub(crate) fn set_title(title: &str) {
    if let Some(document) = js::document() {
        document.set_title(title);
    }
}

/// Sets an attribute of `<html>`, such as `lang`, or removes it (`None`).
pub(crate) fn set_root(name: &str, value: Option<&str>) {
    let Some(root) = js::document().and_then(|document| document.document_element()) else {
        return;
    };
    let _ = match value {
        Some(value) => root.set_attribute(name, value),
        None => root.remove_attribute(name),
    };
}

/// Takes the static skeleton out, and the message for browsers where nothing starts.
pub(crate) fn remove_skeleton() {
    if let Some(found) = find("[data-t=skeleton]") {
        found.remove();
    }
}

/// Moves the focus to the first element that matches; nothing where there is none.
pub(crate) fn focus(selector: &str) {
    if let Some(found) = find(selector) {
        focus_element(&found);
    }
}

/// Moves the focus to an element.
pub(crate) fn focus_element(element: &JsValue) {
    let _ = js::call(element, "focus", &[]);
}

/// Brings the page's first line into view.
pub(crate) fn scroll_to_top() {
    let _ = js::call(&js::window(), "scrollTo", &[&0.into(), &0.into()]);
}

/// Opens a `<dialog>` above everything, the rest inert, or closes it; the focus goes back to where it was.
pub(crate) fn show_modal(dialog: &JsValue, open: bool) {
    if js::get(dialog, "open").is_truthy() != open {
        let _ = js::call(dialog, if open { "showModal" } else { "close" }, &[]);
    }
}

/// The page's own address without path: `https://host:port`.
pub(crate) fn origin() -> String {
    js::text(&js::get(&js::window(), "location"), "origin")
}

/// Whether the page came over a secure connection, so that the browser blocks insecure ones.
pub(crate) fn is_https() -> bool {
    origin().starts_with("https:")
}

/// A signal that aborts a request after this many milliseconds; `None` in browsers without it.
pub(crate) fn abort_after(millis: u32) -> Option<web_sys::AbortSignal> {
    js::call(
        &js::get(&js::window(), "AbortSignal"),
        "timeout",
        &[&millis.into()],
    )
    .ok()?
    .dyn_into()
    .ok()
}

/// A part of a URL as the text it stands for; as it is where it is not well formed.
pub(crate) fn decoded(part: &str) -> String {
    js_sys::decode_uri_component(part).map_or_else(|_| part.to_owned(), String::from)
}

/// A text as a part of a URL.
pub(crate) fn encoded(text: &str) -> String {
    String::from(js_sys::encode_uri_component(text))
}

/// Goes to another page of the app, from outside of its views: the router listens to the history.
pub(crate) fn go(path: &str) {
    let history = js::get(&js::window(), "history");
    if js::call(&history, "pushState", &[&JsValue::NULL, &"".into(), &path.into()]).is_err() {
        return;
    }
    let event = js::get(&js::window(), "PopStateEvent").dyn_into::<js_sys::Function>();
    let name = js_sys::Array::new();
    name.push(&"popstate".into());
    if let Ok(event) = event.and_then(|make| js_sys::Reflect::construct(&make, &name)) {
        let _ = js::call(&js::window(), "dispatchEvent", &[&event]);
    }
}

/// The path of the page's address.
pub(crate) fn path() -> String {
    js::text(&js::get(&js::window(), "location"), "pathname")
}

/// The languages the person reads, most preferred first.
pub(crate) fn languages() -> Vec<String> {
    let list = js::get(&js::navigator(), "languages");
    js_sys::Array::from(&list)
        .iter()
        .filter_map(|language| language.as_string())
        .collect()
}

/// The middle of an element, in CSS pixels of the viewport: x from the left, y from the top.
pub(crate) fn middle(element: &JsValue) -> (f64, f64) {
    let place = js::call(element, "getBoundingClientRect", &[]).unwrap_or(JsValue::UNDEFINED);
    let number = |name| js::get(&place, name).as_f64().unwrap_or(0.0);
    (
        number("left") + number("width") / 2.0,
        number("top") + number("height") / 2.0,
    )
}

/// Whether a media query holds, such as `(pointer: coarse)`.
pub(crate) fn matches(query: &str) -> bool {
    js::call(&js::window(), "matchMedia", &[&query.into()])
        .is_ok_and(|answer| js::get(&answer, "matches").is_truthy())
}

/// Whether the keyboard is one of Apple's, where ⌘ does what Ctrl does elsewhere.
pub(crate) fn is_apple() -> bool {
    let platform = js::text(&js::navigator(), "platform");
    ["Mac", "iPhone", "iPad"]
        .iter()
        .any(|name| platform.starts_with(name))
}

/// Whether the page has the focus of the system: somebody is looking at it.
pub(crate) fn has_focus() -> bool {
    js::call(&js::get(&js::window(), "document"), "hasFocus", &[]).is_ok_and(|has| has.is_truthy())
}

/// Width and height of the viewport in CSS pixels.
pub(crate) fn size() -> (f64, f64) {
    let number = |name| js::get(&js::window(), name).as_f64().unwrap_or(0.0);
    (number("innerWidth"), number("innerHeight"))
}

/// Whether this browser can share a screen (phones cannot).
pub(crate) fn can_share_screen() -> bool {
    js::has(&js::get(&js::navigator(), "mediaDevices"), "getDisplayMedia")
}

/// Whether typing goes into this event's target: then single letters are no shortcuts.
pub(crate) fn is_typing(event: &JsValue) -> bool {
    let target = js::get(event, "target");
    let tag = js::text(&target, "tagName");
    matches!(tag.as_str(), "INPUT" | "TEXTAREA" | "SELECT")
        || js::get(&target, "isContentEditable").is_truthy()
}

/// Whether the event's target does something itself on a press of the space bar.
pub(crate) fn is_pressable(event: &JsValue) -> bool {
    let tag = js::text(&js::get(event, "target"), "tagName");
    matches!(tag.as_str(), "BUTTON" | "A" | "SUMMARY")
}

/// Runs `work` after the present changes are in the document.
pub(crate) fn soon(work: impl FnOnce() + 'static) {
    let run = wasm_bindgen::closure::Closure::once_into_js(work);
    let _ = js::call(&js::window(), "setTimeout", &[&run, &0.into()]);
}

/// Whether camera and microphone may be used without a question: true only where the browser says that both are
/// granted. Browsers that do not tell (older Firefox) give false.
pub(crate) async fn capture_granted() -> bool {
    granted("camera").await && granted("microphone").await
}

async fn granted(name: &str) -> bool {
    let api = js::get(&js::navigator(), "permissions");
    let query = js::object(&[("name", &name.into())]);
    promise::call(&api, "query", &[&query])
        .await
        .is_ok_and(|status| js::text(&status, "state") == "granted")
}

/// Empties a file input, so that the same file can be chosen again.
pub(crate) fn clear_input(input: &JsValue) {
    js::set(input, "value", &"".into());
}

fn find(selector: &str) -> Option<web_sys::Element> {
    js::document()?.query_selector(selector).ok().flatten()
}

/// An element as the plain value that the helpers here take.
pub(crate) fn value_of<T: JsCast + Clone>(element: &T) -> JsValue {
    element.clone().unchecked_into()
}

/// Keeps the browser from doing what it does by itself on this event.
pub(crate) fn prevent(event: &JsValue) {
    let _ = js::call(event, "preventDefault", &[]);
}

/// What is typed into the field that this event comes from.
pub(crate) fn typed(event: &JsValue) -> String {
    js::text(&js::get(event, "target"), "value")
}
