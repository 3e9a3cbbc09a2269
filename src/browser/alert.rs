//! What is to be answered before anything else: a surface above the page that takes the focus and the keys.
//!
//! It does what a modal `<dialog>` does, without being one: around a modal the rest of the page turns inert, for which
//! browsers compute the styles of the whole page anew, once when it opens and once when it closes. Only above something
//! modal (another dialog, full screen), where nothing else can be seen or pressed, it is a modal itself.

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::JsValue;

use super::dom::{Node, Step};
use super::listener::Listener;
use super::{js, page};

/// What the focus goes to with the Tab key.
const STOPS: &str = "button";
/// Keys besides those of letters that scroll, type, press or close.
const NAMED: [&str; 11] = [
    "Enter",
    "Escape",
    "Backspace",
    "ArrowUp",
    "ArrowDown",
    "ArrowLeft",
    "ArrowRight",
    "PageUp",
    "PageDown",
    "Home",
    "End",
];

/// An alert that is up; dropping it takes it down and gives the focus back.
#[must_use = "a dropped alert is down again"]
pub(crate) struct Alert {
    // Dropped first: they would take the focus that the other gives back.
    _listeners: [Listener; 2],
    _raised: Rc<Raised>,
}

struct Raised {
    /// A `<dialog>`.
    surface: Node,
    /// What has the focus when it is down.
    back: RefCell<Option<Node>>,
}

impl Alert {
    /// Shows a `<dialog>`, which must be able to have the focus itself (`tabindex`). Nothing in it gets the focus by
    /// itself: whoever is just writing would press it with the next blank.
    pub(crate) fn raise(surface: &Node) -> Self {
        let raised = Rc::new(Raised {
            surface: surface.clone(),
            back: RefCell::new(Node::focused()),
        });
        raised.show();
        raised.surface.focus();
        let (focus, keys) = (Rc::downgrade(&raised), Rc::downgrade(&raised));
        let moved = Listener::new(&js::window(), "focusin", move |_| {
            // Not before this is over: taking the focus is told to the same listener.
            let focus = focus.clone();
            page::soon(move || {
                if let Some(raised) = focus.upgrade() {
                    raised.take_focus();
                }
            });
        });
        let pressed = Listener::capturing(&js::window(), "keydown", move |event| {
            if let Some(raised) = keys.upgrade() {
                raised.take_key(&event);
            }
        });
        Self {
            _listeners: [moved, pressed],
            _raised: raised,
        }
    }
}

impl Raised {
    /// Takes the focus back from what is not in the surface.
    fn take_focus(&self) {
        let Some(holder) = Node::focused().filter(|focused| !self.surface.holds(focused)) else {
            return;
        };
        self.back.replace(Some(holder));
        self.show();
        self.surface.focus();
    }

    /// Shows it above what is there now: that may have become modal since it was shown.
    fn show(&self) {
        if self.surface.matches(MODAL) {
            return;
        }
        if is_something_modal() {
            page::show_modal(self.surface.value(), false);
            page::show_modal(self.surface.value(), true);
        } else {
            self.surface.set("open", "");
        }
    }

    /// No key reaches the page. What is let go of does: somebody may hold a key to talk.
    fn take_key(&self, event: &JsValue) {
        let _ = js::call(event, "stopPropagation", &[]);
        let held = |name| js::get(event, name).is_truthy();
        if held("ctrlKey") || held("metaKey") || held("altKey") {
            // The browser's own.
            return;
        }
        let key = js::text(event, "key");
        if key == "Tab" {
            page::prevent(event);
            let step = if held("shiftKey") {
                Step::Previous
            } else {
                Step::Next
            };
            return self.surface.step(STOPS, step);
        }
        let presses = matches!(key.as_str(), "Enter" | " ")
            && Node::target(event).is_some_and(|target| self.surface.holds(&target) && target.matches(STOPS));
        if !presses && (key.chars().count() == 1 || NAMED.contains(&key.as_str())) {
            page::prevent(event);
        }
    }
}

impl Drop for Raised {
    fn drop(&mut self) {
        page::show_modal(self.surface.value(), false);
        let (surface, back) = (self.surface.clone(), self.back.take());
        // Moving the focus makes the browser compute styles and layout at once: after the changes of the moment.
        page::soon(move || {
            // Where the focus is elsewhere by now, somebody else has moved it.
            let free =
                Node::focused().is_none_or(|focused| surface.holds(&focused) || focused.matches("body"));
            if let Some(back) = back.filter(|_| free && !surface.matches("[open]")) {
                back.focus();
            }
        });
    }
}

/// Modal dialogs, and what fills the screen.
const MODAL: &str = ":modal";

/// Also where the browser does not know the word: a modal is right everywhere.
fn is_something_modal() -> bool {
    let document = js::get(&js::window(), "document");
    js::call(&document, "querySelector", &[&MODAL.into()]).is_ok_and(|found| !found.is_null())
}
