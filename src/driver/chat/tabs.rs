//! What the tabs of one person tell each other: words in a channel of their own.

use std::rc::Rc;

use ::engine::chat::api::{ChatInput, TabWord, WishId};

use super::Letter;
use super::inbox::Inbox;
use crate::browser::tabs::Tabs;

/// Joins the tabs of this scope.
pub(super) fn join(scope: &str, inbox: &Rc<Inbox>) -> Tabs {
    let inbox = Rc::downgrade(inbox);
    Tabs::join(&["antenna-chat/", scope].concat(), move |words| {
        if let (Some(inbox), Some(word)) = (inbox.upgrade(), read(words)) {
            inbox.post(Letter::Input(ChatInput::Tab(word)));
        }
    })
}

/// Tells the others.
pub(super) fn say(tabs: &Tabs, word: &TabWord) {
    match word {
        TabWord::Hello { leads: true } => tabs.say(&["hello", "leads"]),
        TabWord::Hello { leads: false } => tabs.say(&["hello"]),
        TabWord::State(text) => tabs.say(&["state", text]),
        TabWord::Heard { event, args } => tabs.say(&["heard", event, args]),
        TabWord::Wish(id, Some(record)) => tabs.say(&["wish", &id.0, record]),
        TabWord::Wish(id, None) => tabs.say(&["wish", &id.0]),
        TabWord::Note(text) => tabs.say(&["note", text]),
        TabWord::Active => tabs.say(&["active"]),
    }
}

/// A tab of another version may say something else: that is passed over.
fn read(words: Vec<String>) -> Option<TabWord> {
    let mut words = words.into_iter();
    Some(match words.next()?.as_str() {
        "hello" => TabWord::Hello {
            leads: words.next().is_some(),
        },
        "state" => TabWord::State(words.next()?),
        "heard" => TabWord::Heard {
            event: words.next()?,
            args: words.next()?,
        },
        "wish" => TabWord::Wish(WishId(words.next()?.into()), words.next()),
        "note" => TabWord::Note(words.next()?),
        "active" => TabWord::Active,
        _ => return None,
    })
}
