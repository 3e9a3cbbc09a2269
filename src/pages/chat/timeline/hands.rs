//! What the person does to the list: presses, turns of the wheel, touches, keys.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use engine::chat::viewport::Intent;

use super::press;
use super::row::key_of;
use super::{Handle, Timeline};
use crate::browser::dom::Node;
use crate::browser::listener::Listener;
use crate::browser::timer::Timer;
use crate::browser::{clock, js, page, visibility};

/// A scroll so long after the wheel, a touch or a key is still theirs, in milliseconds: a flick goes on by itself.
const THEIRS: f64 = 400.0;
/// A finger that rests so long asks for the menu.
const LONG: Duration = Duration::from_millis(450);

/// The listeners of a list; dropping them ends all of it.
pub(super) struct Hands {
    _listeners: Vec<Listener>,
}

impl Hands {
    pub(super) fn new(timeline: Timeline, scroller: &Node, handle: Handle) -> Self {
        let acted: Rc<Cell<f64>> = Rc::new(Cell::new(f64::MIN));
        let mut listeners = scrolling(timeline, scroller, &handle, &acted);
        listeners.extend(pointing(scroller, &handle));
        listeners.extend(pressing(timeline, scroller));
        listeners.push(keys(timeline, scroller, handle.clone(), acted));
        // Whoever comes back to the page sees what came meanwhile.
        let back = handle.clone();
        listeners.push(Listener::new(&js::window(), "focus", move |_| {
            timeline.after(&back)
        }));
        listeners.push(visibility::watch(move |_| timeline.after(&handle)));
        Self {
            _listeners: listeners,
        }
    }
}

fn scrolling(timeline: Timeline, scroller: &Node, handle: &Handle, acted: &Rc<Cell<f64>>) -> Vec<Listener> {
    let mut listeners: Vec<Listener> = ["touchmove", "pointerdown"]
        .into_iter()
        .map(|event| {
            let acted = acted.clone();
            scroller.on(event, move |_| acted.set(clock::monotonic()))
        })
        .collect();
    let (list, turned) = (handle.clone(), acted.clone());
    listeners.push(scroller.on("wheel", move |event| {
        turned.set(clock::monotonic());
        let way = js::get(&event, "deltaY").as_f64().unwrap_or(0.0);
        // At once, not only with the scroll that follows: what comes in between would take the list back to its end.
        if way < 0.0 {
            list.with(|list| list.intends(Intent::Up));
        }
    }));
    let (handle, acted) = (handle.clone(), acted.clone());
    listeners.push(scroller.on("scroll", move |_| {
        let now = clock::monotonic();
        let theirs = now - acted.get() < THEIRS;
        if theirs {
            acted.set(now);
        }
        timeline.scrolled(&handle, theirs);
    }));
    listeners
}

/// The tools go to the row that is pointed at, or has the focus in it.
fn pointing(scroller: &Node, handle: &Handle) -> Vec<Listener> {
    let over = handle.clone();
    let out = handle.clone();
    let focus = handle.clone();
    let show = |handle: &Handle, target: Option<Node>| {
        let Some(key) = target.as_ref().and_then(key_of) else {
            return;
        };
        handle.with(|list| {
            let node = list.node(key).cloned();
            list.tools.show(node.as_ref().map(|node| (key, node)));
        });
    };
    vec![
        scroller.on("pointerover", move |event| {
            if js::text(&event, "pointerType") != "touch" {
                show(&over, Node::target(&event));
            }
        }),
        scroller.on("pointerleave", move |_| {
            out.with(|list| list.tools.show(None));
        }),
        scroller.on("focusin", move |event| {
            let target = Node::target(&event);
            if let Some(key) = target.as_ref().and_then(key_of) {
                focus.with(|list| list.set_current(key));
            }
            if target.is_some_and(|target| target.matches(":focus-visible")) {
                show(&focus, Node::target(&event));
                if let Some(key) = Node::target(&event).as_ref().and_then(key_of) {
                    // The tools have come into the row, and are to be reached as well.
                    focus.with(|list| list.reach_current(key));
                }
            }
        }),
    ]
}

/// Presses, and fingers that rest.
fn pressing(timeline: Timeline, scroller: &Node) -> Vec<Listener> {
    let (desk, actions) = (timeline.desk, timeline.actions);
    let resting: Rc<RefCell<Option<Timer>>> = Rc::default();
    let opened: Rc<Cell<bool>> = Rc::default();
    let rest = {
        let (resting, opened) = (resting.clone(), opened.clone());
        scroller.on("pointerdown", move |event| {
            opened.set(false);
            if js::text(&event, "pointerType") != "touch" {
                return;
            }
            let Some(row) = Node::target(&event).and_then(|target| target.closest("[data-key]")) else {
                return;
            };
            let opened = opened.clone();
            *resting.borrow_mut() = Some(Timer::new(LONG, move || {
                opened.set(true);
                press::menu(desk, &row);
            }));
        })
    };
    let mut listeners: Vec<Listener> = ["pointerup", "pointercancel", "scroll", "touchmove"]
        .into_iter()
        .map(|event| {
            let resting = resting.clone();
            scroller.on(event, move |_| drop(resting.borrow_mut().take()))
        })
        .collect();
    let held = opened.clone();
    listeners.push(rest);
    // The browser's own menu would come above ours.
    listeners.push(scroller.on("contextmenu", move |event| {
        if held.get() {
            page::prevent(&event);
        }
    }));
    listeners.push(scroller.on("click", move |event| {
        if !opened.replace(false) {
            press::press(desk, actions, &event);
        }
    }));
    listeners
}

fn keys(timeline: Timeline, scroller: &Node, handle: Handle, acted: Rc<Cell<f64>>) -> Listener {
    let list = scroller.clone();
    scroller.on("keydown", move |event| {
        acted.set(clock::monotonic());
        let Some(target) = Node::target(&event) else {
            return;
        };
        let on_row = target.get("data-key").is_some();
        let key = js::text(&event, "key");
        if matches!(key.as_str(), "PageUp" | "Home") {
            handle.with(|list| list.intends(Intent::Up));
        }
        let done = match key.as_str() {
            "ArrowUp" if on_row || target == list => step(&handle, -1),
            "ArrowDown" if on_row || target == list => step(&handle, 1),
            "Enter" | "ContextMenu" if on_row => {
                press::menu(timeline.desk, &target);
                true
            }
            "End" if on_row || target == list => {
                timeline.to_end();
                true
            }
            "Escape" => {
                page::focus("[data-t=chat-input]");
                true
            }
            _ => false,
        };
        if done {
            page::prevent(&event);
        }
    })
}

fn step(handle: &Handle, step: i32) -> bool {
    let node = handle.with(|list| list.next(step)).flatten();
    // Outside of the list's own work, so that its listeners hear of the focus.
    node.is_some_and(|node| {
        node.focus();
        node.scroll_into_view();
        true
    })
}
