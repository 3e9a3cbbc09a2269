//! Which devices there are.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use wasm_bindgen::JsValue;

use super::Tell;
use crate::browser::listener::Listener;
use crate::browser::promise::Task;
use crate::browser::{js, promise};
use crate::local::{Device, Devices, LocalEvent};

/// Watches the list of devices.
pub(super) struct DeviceList {
    shared: Rc<Shared>,
    _changed: Listener,
}

struct Shared {
    local: Tell<LocalEvent>,
    said: RefCell<Option<Devices>>,
    task: RefCell<Option<Task>>,
    again: Cell<bool>,
}

impl DeviceList {
    /// Reads the list now, and again whenever it changes; `changed` is called when devices came or went.
    pub(super) fn new(local: Tell<LocalEvent>, changed: impl Fn() + 'static) -> Self {
        let shared = Rc::new(Shared {
            local,
            said: RefCell::new(None),
            task: RefCell::new(None),
            again: Cell::new(false),
        });
        let weak = Rc::downgrade(&shared);
        let listener = Listener::new(&media_devices(), "devicechange", move |_| {
            if let Some(shared) = weak.upgrade() {
                shared.read();
            }
            changed();
        });
        shared.read();
        Self {
            shared,
            _changed: listener,
        }
    }

    /// Reads it again: labels come with the first permission.
    pub(super) fn read(&self) {
        self.shared.read();
    }
}

impl Shared {
    fn read(self: &Rc<Self>) {
        if self.task.borrow().is_some() {
            self.again.set(true);
            return;
        }
        let weak = Rc::downgrade(self);
        self.task.replace(Some(Task::new(async move {
            loop {
                let found = promise::call(&media_devices(), "enumerateDevices", &[]).await;
                let Some(shared) = weak.upgrade() else { return };
                if let Ok(found) = found {
                    shared.say(sort(&found));
                }
                if !shared.again.replace(false) {
                    let done = shared.task.take();
                    drop(done);
                    return;
                }
            }
        })));
    }

    fn say(&self, devices: Devices) {
        if self.said.borrow().as_ref() != Some(&devices) {
            self.said.replace(Some(devices.clone()));
            (self.local)(LocalEvent::Devices(devices));
        }
    }
}

/// `navigator.mediaDevices`, `undefined` on insecure pages.
pub(super) fn media_devices() -> JsValue {
    js::get(&js::navigator(), "mediaDevices")
}

fn sort(found: &JsValue) -> Devices {
    let mut devices = Devices::default();
    for entry in js_sys::Array::from(found).iter() {
        let device = Device {
            id: js::text(&entry, "deviceId"),
            label: js::text(&entry, "label"),
        };
        // Before permission browsers list one nameless device of each kind, which says only that there is one.
        match js::text(&entry, "kind").as_str() {
            "audioinput" => devices.microphones.push(device),
            "videoinput" => devices.cameras.push(device),
            "audiooutput" => devices.speakers.push(device),
            _ => {}
        }
    }
    devices
}
