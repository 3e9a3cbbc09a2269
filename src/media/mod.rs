//! WebRTC and capture as a device: commands in, news out. It decides nothing; `engine::io` says what each does.
//!
//! Capture is there from the start, for the preview. Connections, screen capture and all they need are a part of their
//! own ([`connections`]), which is handed in when it was fetched: see `driver::parts`.

pub(crate) mod connections;
pub(crate) mod registry;

mod acquire;
mod capture;
mod channel;
mod devices;
mod meter;
mod mixer;
mod negotiation;
mod output;
mod peer;
mod remote;
mod screen;
mod stats;

use std::cell::RefCell;
use std::rc::Rc;

use engine::io::{MediaCommand, MediaInput};

use crate::local::LocalEvent;
use capture::Capture;

/// Where the media layer says what happened.
type Tell<T> = Rc<dyn Fn(T)>;

/// The media layer; dropping it closes every connection and releases every device.
pub(crate) struct Media {
    inner: Rc<Inner>,
}

struct Inner {
    tell: Tell<MediaInput>,
    local: Tell<LocalEvent>,
    distribute: Rc<dyn Fn()>,
    capture: Rc<Capture>,
    connections: RefCell<Option<Rc<dyn Connecting>>>,
    speaker: RefCell<Option<String>>,
}

/// What executes the commands of connections.
pub(crate) trait Connecting {
    /// Executes one command of a connection.
    fn execute(&self, command: MediaCommand);
    /// Gives every connection the tracks it is to send.
    fn distribute(&self);
    /// Plays the other side through this speaker (`None`: the default).
    fn choose_speaker(&self, id: Option<String>);
    /// Plays what the browser blocked; only from a press.
    fn unblock(&self);
    /// Lets the browser start what its first connection needs, while nobody waits for it.
    fn warm_up(&self);
}

/// Makes what executes the commands of connections.
pub(crate) type MakeConnections = fn(Needs) -> Rc<dyn Connecting>;

/// What connections need of the media layer.
pub(crate) struct Needs {
    tell: Tell<MediaInput>,
    local: Tell<LocalEvent>,
    distribute: Rc<dyn Fn()>,
    capture: Rc<Capture>,
    speaker: Option<String>,
}

impl Media {
    /// A media layer that says what happens through `tell` and `local`. Both must only enqueue.
    pub(crate) fn new(tell: Tell<MediaInput>, local: Tell<LocalEvent>) -> Self {
        let drawn = tell.clone();
        registry::on_frame(Rc::new(move |peer| drawn(MediaInput::FrameDrawn { peer })));
        let inner = Rc::new_cyclic(|weak: &std::rc::Weak<Inner>| {
            let weak = weak.clone();
            let distribute: Rc<dyn Fn()> = Rc::new(move || {
                let connections = weak.upgrade().and_then(|inner| inner.connections());
                if let Some(connections) = connections {
                    connections.distribute();
                }
            });
            Inner {
                capture: Capture::new(tell.clone(), local.clone(), distribute.clone()),
                connections: RefCell::new(None),
                speaker: RefCell::default(),
                distribute,
                local,
                tell,
            }
        });
        Self { inner }
    }

    /// Takes in what executes the commands of connections. Before, there are none: the calls come with it.
    pub(crate) fn install(&self, make: MakeConnections) {
        let inner = &self.inner;
        let made = make(Needs {
            tell: inner.tell.clone(),
            local: inner.local.clone(),
            distribute: inner.distribute.clone(),
            capture: inner.capture.clone(),
            speaker: inner.speaker.borrow().clone(),
        });
        inner.connections.replace(Some(made));
    }

    /// Executes one command.
    pub(crate) fn execute(&self, command: MediaCommand) {
        match command {
            MediaCommand::Capture(goal) => self.inner.capture.set_goal(goal),
            command => {
                if let Some(connections) = self.inner.connections() {
                    connections.execute(command);
                }
            }
        }
    }

    /// Plays the other side through this speaker (`None`: the default).
    pub(crate) fn choose_speaker(&self, id: Option<String>) {
        self.inner.speaker.replace(id.clone());
        if let Some(connections) = self.inner.connections() {
            connections.choose_speaker(id);
        }
    }

    /// Plays what the browser blocked; only from a press.
    pub(crate) fn unblock(&self) {
        if let Some(connections) = self.inner.connections() {
            connections.unblock();
        }
    }

    /// Lets the browser start what its first connection needs, while nobody waits for it.
    pub(crate) fn warm_up(&self) {
        if let Some(connections) = self.inner.connections() {
            connections.warm_up();
        }
    }
}

impl Inner {
    fn connections(&self) -> Option<Rc<dyn Connecting>> {
        self.connections.borrow().clone()
    }
}
