//! Elements made and moved by hand, for what is drawn too often for reactive views: the rows of a long list.
//!
//! Whatever the first screen does not need either is reached by name: each typed binding has its glue in the main module,
//! whoever uses it.

use wasm_bindgen::{JsCast, JsValue};

use super::js;
use super::listener::Listener;

const SVG: &str = "http://www.w3.org/2000/svg";

/// An element of the document; a cheap copy of a reference.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node(web_sys::Element);

/// A place on screen, in CSS pixels of the viewport.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Rect {
    /// Left edge.
    pub left: f64,
    /// Upper edge.
    pub top: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

/// Where the focus goes among elements; beyond either end it comes in at the other one.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Step {
    /// To the next one.
    Next,
    /// To the one before.
    Previous,
    /// To the first.
    First,
    /// To the last.
    Last,
}

impl Node {
    /// The element that a view holds.
    pub(crate) fn of<T: JsCast>(element: &T) -> Option<Self> {
        element.dyn_ref::<web_sys::Element>().cloned().map(Self)
    }

    /// The element that an event comes from.
    pub(crate) fn target(event: &JsValue) -> Option<Self> {
        js::get(event, "target").dyn_into().ok().map(Self)
    }

    /// The element that has the focus.
    pub(crate) fn focused() -> Option<Self> {
        let document = JsValue::from(js::document()?);
        js::get(&document, "activeElement").dyn_into().ok().map(Self)
    }

    /// A new element with these classes.
    pub(crate) fn new(tag: &'static str, class: &str) -> Self {
        let made = Self::made(js::document().and_then(|document| document.create_element(tag).ok()));
        if !class.is_empty() {
            made.classes(class);
        }
        made
    }

    /// A new icon of one path on a grid of 24, with these classes.
    pub(crate) fn icon(path: &'static str, class: &str) -> Self {
        let svg = Self::drawing("svg");
        svg.set("class", class);
        svg.set("viewBox", "0 0 24 24");
        svg.set("aria-hidden", "true");
        let line = Self::drawing("path");
        line.set("d", path);
        svg.add(&line);
        svg
    }

    fn drawing(tag: &'static str) -> Self {
        let document = js::document();
        Self::made(document.and_then(|document| document.create_element_ns(Some(SVG), tag).ok()))
    }

    /// Tags are names in the source, and the app draws in documents only: there is always an element.
    fn made(element: Option<web_sys::Element>) -> Self {
        Self(element.unwrap_or_else(|| JsValue::UNDEFINED.unchecked_into()))
    }

    /// Sets an attribute.
    pub(crate) fn set(&self, name: &str, value: &str) {
        let _ = self.0.set_attribute(name, value);
    }

    /// Removes an attribute.
    pub(crate) fn unset(&self, name: &str) {
        let _ = self.0.remove_attribute(name);
    }

    /// An attribute.
    pub(crate) fn get(&self, name: &str) -> Option<String> {
        self.0.get_attribute(name)
    }

    /// Sets a property of its style; scripts may, where the page's policy forbids style attributes.
    pub(crate) fn style(&self, name: &str, value: &str) {
        let style = js::get(self.0.as_ref(), "style");
        let _ = js::call(&style, "setProperty", &[&name.into(), &value.into()]);
    }

    /// Adds a text after what is in it.
    pub(crate) fn text(&self, text: &str) {
        if let Some(document) = js::document() {
            let _ = self.0.insert_before(&document.create_text_node(text), None);
        }
    }

    /// Puts this text in place of all that is in it.
    pub(crate) fn say(&self, text: &str) {
        js::set(self.value(), "textContent", &text.into());
    }

    /// Adds an element after what is in it.
    pub(crate) fn add(&self, child: &Self) {
        self.insert(child, None);
    }

    /// Puts an element in it, before another one of its children, or last.
    pub(crate) fn insert(&self, child: &Self, before: Option<&Self>) {
        let before = before.map(|before| AsRef::<web_sys::Node>::as_ref(&before.0));
        let _ = self.0.insert_before(&child.0, before);
    }

    /// Takes it out of the document.
    pub(crate) fn remove(&self) {
        self.0.remove();
    }

    /// Takes everything out of it.
    pub(crate) fn clear(&self) {
        self.say("");
    }

    /// Whether another element is it or is in it.
    pub(crate) fn holds(&self, other: &Self) -> bool {
        js::call(self.value(), "contains", &[other.value()]).is_ok_and(|holds| holds.is_truthy())
    }

    /// The nearest element from it outwards that matches.
    pub(crate) fn closest(&self, selector: &str) -> Option<Self> {
        self.found("closest", selector)
    }

    /// Whether it matches.
    pub(crate) fn matches(&self, selector: &str) -> bool {
        js::call(self.value(), "matches", &[&selector.into()]).is_ok_and(|matches| matches.is_truthy())
    }

    /// The first element in it that matches.
    pub(crate) fn find(&self, selector: &str) -> Option<Self> {
        self.found("querySelector", selector)
    }

    fn found(&self, method: &str, selector: &str) -> Option<Self> {
        let found = js::call(self.value(), method, &[&selector.into()]).ok()?;
        found.dyn_into().ok().map(Self)
    }

    /// All elements in it that match, in the order of the document.
    pub(crate) fn all(&self, selector: &str) -> Vec<Self> {
        let found = js::call(self.0.as_ref(), "querySelectorAll", &[&selector.into()]);
        found
            .map(|found| js_sys::Array::from(&found))
            .unwrap_or_default()
            .iter()
            .filter_map(|element| element.dyn_into().ok().map(Self))
            .collect()
    }

    /// Sets all of its classes.
    pub(crate) fn classes(&self, classes: &str) {
        self.set("class", classes);
    }

    /// Switches a class.
    pub(crate) fn class(&self, name: &str, on: bool) {
        let list = js::get(self.value(), "classList");
        let _ = js::call(&list, "toggle", &[&name.into(), &on.into()]);
    }

    /// Gives it the focus without scrolling.
    pub(crate) fn focus(&self) {
        let options = js::object(&[("preventScroll", &true.into())]);
        let _ = js::call(self.0.as_ref(), "focus", &[&options]);
    }

    /// Moves the focus among the elements in it that match.
    pub(crate) fn step(&self, selector: &str, step: Step) {
        let all = self.all(selector);
        let now = Self::focused().and_then(|focused| all.iter().position(|one| *one == focused));
        let last = all.len().saturating_sub(1);
        let to = match (step, now) {
            (Step::First, _) | (Step::Next, None) => 0,
            (Step::Last, _) | (Step::Previous, None | Some(0)) => last,
            (Step::Next, Some(now)) => {
                if now >= last {
                    0
                } else {
                    now + 1
                }
            }
            (Step::Previous, Some(now)) => now - 1,
        };
        if let Some(one) = all.get(to) {
            one.focus();
        }
    }

    /// Where it is.
    pub(crate) fn rect(&self) -> Rect {
        let place = self.place();
        let number = |name| js::get(&place, name).as_f64().unwrap_or(0.0);
        Rect {
            left: number("left"),
            top: number("top"),
            width: number("width"),
            height: number("height"),
        }
    }

    /// Brings it into view, as little as needed.
    pub(crate) fn scroll_into_view(&self) {
        let options = js::object(&[("block", &"nearest".into())]);
        let _ = js::call(self.0.as_ref(), "scrollIntoView", &[&options]);
    }

    /// How high it is, without rounding; forces the layout where it is stale.
    pub(crate) fn height(&self) -> f64 {
        js::get(&self.place(), "height").as_f64().unwrap_or(0.0)
    }

    fn place(&self) -> JsValue {
        js::call(self.value(), "getBoundingClientRect", &[]).unwrap_or(JsValue::UNDEFINED)
    }

    /// How far it is scrolled.
    pub(crate) fn scroll_top(&self) -> f64 {
        js::get(self.0.as_ref(), "scrollTop").as_f64().unwrap_or(0.0)
    }

    /// Scrolls it.
    pub(crate) fn set_scroll_top(&self, to: f64) {
        js::set(self.0.as_ref(), "scrollTop", &to.into());
    }

    /// How much of it can be seen at once.
    pub(crate) fn client_height(&self) -> f64 {
        js::get(self.value(), "clientHeight").as_f64().unwrap_or(0.0)
    }

    /// Hears an event, those of what is in it included.
    pub(crate) fn on(&self, event: &'static str, heard: impl FnMut(JsValue) + 'static) -> Listener {
        Listener::new(self.0.as_ref(), event, heard)
    }

    /// As the plain value that other helpers take.
    pub(crate) fn value(&self) -> &JsValue {
        self.0.as_ref()
    }
}

/// Says when the size of elements changes; after layout, before they are painted. Dropping it ends that.
#[must_use = "a dropped observer says nothing"]
pub(crate) struct SizeWatch {
    observer: JsValue,
    _heard: wasm_bindgen::closure::Closure<dyn FnMut()>,
}

impl SizeWatch {
    /// Watches these elements. Where the browser has no `ResizeObserver`, nothing is said.
    pub(crate) fn new(elements: &[&Node], changed: impl FnMut() + 'static) -> Self {
        let heard = wasm_bindgen::closure::Closure::wrap(Box::new(changed) as Box<dyn FnMut()>);
        let observer = js::get(&js::window(), "ResizeObserver")
            .dyn_into::<js_sys::Function>()
            .and_then(|make| {
                let arguments = js_sys::Array::new();
                arguments.push(heard.as_ref());
                js_sys::Reflect::construct(&make, &arguments)
            })
            .unwrap_or(JsValue::UNDEFINED);
        for element in elements {
            let _ = js::call(&observer, "observe", &[element.value()]);
        }
        Self {
            observer,
            _heard: heard,
        }
    }
}

impl Drop for SizeWatch {
    fn drop(&mut self) {
        let _ = js::call(&self.observer, "disconnect", &[]);
    }
}
