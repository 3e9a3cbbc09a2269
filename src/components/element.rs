//! Elements as data. `view!` gives each element a type of its own, and leptos makes some two kilobytes of wasm for each;
//! the first screen is made of these instead, which are all of one type.

use std::borrow::Cow;

use leptos::__reexports::send_wrapper::SendWrapper;
use leptos::prelude::*;
use leptos::tachys::html::attribute::Attribute;
use leptos::tachys::html::attribute::any_attribute::AnyAttribute;
use leptos::tachys::hydration::Cursor;
use leptos::tachys::renderer::{Rndr, types};
use leptos::tachys::view::any_view::AnyViewState;
use leptos::tachys::view::{Mountable, Position, PositionState};
use wasm_bindgen::JsValue;

use crate::browser::js;
use crate::browser::listener::Listener;
use crate::texts::{Text, tr};

type Value = Option<Cow<'static, str>>;

/// What of an element moves.
enum Place {
    Attribute(&'static str),
    /// A property of its style, such as `--level`.
    Style(&'static str),
    Words,
}

struct Live {
    place: Place,
    read: Box<dyn Fn() -> Value>,
}

type Handler = Box<dyn FnMut(JsValue)>;
type Made = Box<dyn FnOnce(&types::Element)>;

struct Parts {
    tag: &'static str,
    namespace: Option<&'static str>,
    fixed: Vec<(&'static str, Cow<'static, str>)>,
    live: Vec<Live>,
    heard: Vec<(&'static str, Handler)>,
    made: Vec<Made>,
}

/// An element to be made.
pub(crate) struct Element {
    // Views are handed around as if there were threads.
    parts: SendWrapper<Parts>,
    children: Vec<AnyView>,
}

/// An element with these classes, the first of which may be the scope of a style sheet.
pub(crate) fn el(tag: &'static str, classes: &[&'static str]) -> Element {
    let element = Element::new(tag, None);
    if classes.is_empty() {
        return element;
    }
    element.owned("class", classes.join(" "))
}

/// An element of SVG.
pub(crate) fn svg(tag: &'static str) -> Element {
    Element::new(tag, Some("http://www.w3.org/2000/svg"))
}

impl Element {
    fn new(tag: &'static str, namespace: Option<&'static str>) -> Self {
        Self {
            parts: SendWrapper::new(Parts {
                tag,
                namespace,
                fixed: Vec::new(),
                live: Vec::new(),
                heard: Vec::new(),
                made: Vec::new(),
            }),
            children: Vec::new(),
        }
    }

    /// With this attribute.
    pub(crate) fn attr(mut self, name: &'static str, value: &'static str) -> Self {
        self.parts.fixed.push((name, Cow::Borrowed(value)));
        self
    }

    /// With these attributes.
    pub(crate) fn attrs(mut self, list: &[(&'static str, &'static str)]) -> Self {
        for (name, value) in list {
            self.parts.fixed.push((name, Cow::Borrowed(value)));
        }
        self
    }

    /// With this attribute.
    pub(crate) fn owned(mut self, name: &'static str, value: String) -> Self {
        self.parts.fixed.push((name, Cow::Owned(value)));
        self
    }

    fn live(mut self, place: Place, read: Box<dyn Fn() -> Value>) -> Self {
        self.parts.live.push(Live { place, read });
        self
    }

    /// With an attribute that comes, goes and changes.
    pub(crate) fn moving(
        self,
        name: &'static str,
        read: impl Fn() -> Option<&'static str> + 'static,
    ) -> Self {
        self.live(
            Place::Attribute(name),
            Box::new(move || read().map(Cow::Borrowed)),
        )
    }

    /// With an attribute that is there or not.
    pub(crate) fn flag(self, name: &'static str, is: impl Fn() -> bool + 'static) -> Self {
        self.live(
            Place::Attribute(name),
            Box::new(move || is().then_some(Cow::Borrowed(""))),
        )
    }

    /// With an attribute that is always there and changes.
    pub(crate) fn said(self, name: &'static str, say: impl Fn() -> String + 'static) -> Self {
        self.live(Place::Attribute(name), Box::new(move || Some(Cow::Owned(say()))))
    }

    /// With a text as an attribute, in the language of the moment.
    pub(crate) fn named(self, name: &'static str, text: Text) -> Self {
        let text = tr(text);
        self.moving(name, move || Some(text()))
    }

    /// With a property of its style that changes.
    pub(crate) fn style(self, name: &'static str, say: impl Fn() -> String + 'static) -> Self {
        self.live(Place::Style(name), Box::new(move || Some(Cow::Owned(say()))))
    }

    /// With a text in it and nothing else, in the language of the moment.
    pub(crate) fn text(self, text: Text) -> Self {
        let text = tr(text);
        self.live(Place::Words, Box::new(move || Some(Cow::Borrowed(text()))))
    }

    /// With words in it and nothing else.
    pub(crate) fn words(self, say: impl Fn() -> String + 'static) -> Self {
        self.live(Place::Words, Box::new(move || Some(Cow::Owned(say()))))
    }

    /// Which hears this event.
    pub(crate) fn on(mut self, event: &'static str, handler: impl FnMut(JsValue) + 'static) -> Self {
        self.parts.heard.push((event, Box::new(handler)));
        self
    }

    /// Given to `made` once it is made, before it is in the document.
    pub(crate) fn made(mut self, made: impl FnOnce(&types::Element) + 'static) -> Self {
        self.parts.made.push(Box::new(made));
        self
    }

    /// With this in it, after what is in it.
    pub(crate) fn child(mut self, child: AnyView) -> Self {
        self.children.push(child);
        self
    }

    /// With this element in it, after what is in it.
    pub(crate) fn with(self, child: Self) -> Self {
        self.child(child.view())
    }

    /// As a view among others.
    pub(crate) fn view(self) -> AnyView {
        self.into_any()
    }
}

/// An element that was made; what moves it stops when this is dropped.
pub(crate) struct Mounted {
    node: types::Element,
    _children: Vec<AnyViewState>,
    _live: Vec<RenderEffect<Value>>,
    _heard: Vec<Listener>,
}

impl Render for Element {
    type State = Mounted;

    fn build(self) -> Mounted {
        let parts = self.parts.take();
        let node = Rndr::create_element(parts.tag, parts.namespace);
        for (name, value) in &parts.fixed {
            Rndr::set_attribute(&node, name, value);
        }
        let target: &JsValue = node.as_ref();
        let heard = parts
            .heard
            .into_iter()
            .map(|(event, handler)| Listener::new(target, event, handler))
            .collect();
        let children = self
            .children
            .into_iter()
            .map(|child| {
                let mut child = child.build();
                child.mount(&node, None);
                child
            })
            .collect();
        let live = parts.live.into_iter().map(|live| follow(&node, live)).collect();
        for made in parts.made {
            made(&node);
        }
        Mounted {
            node,
            _children: children,
            _live: live,
            _heard: heard,
        }
    }

    /// What is drawn anew is made anew.
    fn rebuild(self, state: &mut Mounted) {
        let mut new = self.build();
        state.insert_before_this(&mut new);
        state.unmount();
        *state = new;
    }
}

fn follow(node: &types::Element, live: Live) -> RenderEffect<Value> {
    let node = node.clone();
    RenderEffect::new(move |before: Option<Value>| {
        let value = (live.read)();
        if before.as_ref() != Some(&value) {
            show(&node, &live.place, value.as_deref(), before.is_some());
        }
        value
    })
}

fn show(node: &types::Element, place: &Place, value: Option<&str>, was_there: bool) {
    match (place, value) {
        (Place::Attribute(name), Some(value)) => Rndr::set_attribute(node, name, value),
        (Place::Attribute(name), None) if was_there => Rndr::remove_attribute(node, name),
        (Place::Attribute(_), None) => {}
        (Place::Style(name), value) => {
            let style = js::get(node.as_ref(), "style");
            let value = value.unwrap_or_default().into();
            let _ = js::call(&style, "setProperty", &[&(*name).into(), &value]);
        }
        (Place::Words, value) => js::set(node.as_ref(), "textContent", &value.unwrap_or_default().into()),
    }
}

impl Mountable for Mounted {
    fn unmount(&mut self) {
        self.node.unmount();
    }

    fn mount(&mut self, parent: &types::Element, marker: Option<&types::Node>) {
        self.node.mount(parent, marker);
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        self.node.insert_before_this(child)
    }

    fn elements(&self) -> Vec<types::Element> {
        vec![self.node.clone()]
    }
}

/// The app is drawn in browsers only: there is no page from a server that this could be found in.
impl RenderHtml for Element {
    type AsyncOutput = Self;
    type Owned = Self;
    const MIN_LENGTH: usize = 0;

    fn dry_resolve(&mut self) {}

    async fn resolve(self) -> Self {
        self
    }

    fn to_html_with_buf(
        self,
        _buf: &mut String,
        _position: &mut Position,
        _escape: bool,
        _mark_branches: bool,
        _extra_attrs: Vec<AnyAttribute>,
    ) {
    }

    fn hydrate<const FROM_SERVER: bool>(self, _cursor: &Cursor, _position: &PositionState) -> Mounted {
        self.build()
    }

    fn into_owned(self) -> Self {
        self
    }
}

impl AddAnyAttr for Element {
    type Output<NewAttr: Attribute> = Self;

    /// Nothing of this app adds attributes from outside.
    fn add_any_attr<NewAttr: Attribute>(self, _attr: NewAttr) -> Self {
        self
    }
}
