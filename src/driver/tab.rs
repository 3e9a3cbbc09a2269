//! What the tabs of one app tell each other.

use std::rc::Rc;

use ::engine::io::{Input, TabMessage};

use super::Letter;
use super::inbox::Inbox;
use crate::browser::tabs::Tabs;

/// The channel to the other tabs.
pub(super) struct Tab {
    tabs: Tabs,
}

impl Tab {
    pub(super) fn new(inbox: &Rc<Inbox>) -> Self {
        let inbox = Rc::downgrade(inbox);
        let tabs = Tabs::join("antenna", move |words| {
            if let (Some(inbox), Some(message)) = (inbox.upgrade(), read(words)) {
                inbox.post(Letter::Input(Input::Tab(message)));
            }
        });
        Self { tabs }
    }

    pub(super) fn say(&self, message: &TabMessage) {
        match message {
            TabMessage::SignedIn { backend, user } => self.tabs.say(&["in", backend, user]),
            TabMessage::SignedOut { backend } => self.tabs.say(&["out", backend]),
        }
    }
}

/// A tab of another version may say something else: that is passed over.
fn read(words: Vec<String>) -> Option<TabMessage> {
    let mut words = words.into_iter();
    match words.next()?.as_str() {
        "in" => Some(TabMessage::SignedIn {
            backend: words.next()?,
            user: words.next()?,
        }),
        "out" => Some(TabMessage::SignedOut {
            backend: words.next()?,
        }),
        _ => None,
    }
}
