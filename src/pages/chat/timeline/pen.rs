//! Makes the elements of rows, with the class of their style sheet.

use crate::browser::dom::Node;
use crate::components::icons::Icon;
use crate::texts::{Text, fill};

/// Makes elements of one style sheet.
#[derive(Clone, Copy)]
pub(in crate::pages::chat) struct Pen {
    scope: &'static str,
}

impl Pen {
    /// For the sheet of this class.
    pub(in crate::pages::chat) const fn new(scope: &'static str) -> Self {
        Self { scope }
    }

    /// The classes of the sheet, and these.
    pub(in crate::pages::chat) fn classes(self, class: &str) -> String {
        [self.scope, " ", class].concat()
    }

    /// An element.
    pub(in crate::pages::chat) fn el(self, tag: &'static str, class: &str) -> Node {
        Node::new(tag, &self.classes(class))
    }

    /// An element with a text in it.
    pub(in crate::pages::chat) fn with(self, tag: &'static str, class: &str, text: &str) -> Node {
        let made = self.el(tag, class);
        made.say(text);
        made
    }

    /// An icon.
    pub(in crate::pages::chat) fn icon(self, icon: Icon) -> Node {
        Node::icon(icon, &self.classes("icon"))
    }

    /// A text that only screen readers have.
    pub(in crate::pages::chat) fn unseen(self, text: &str) -> Node {
        self.with("span", "sr-only", text)
    }

    /// A button that is known by what it does.
    pub(in crate::pages::chat) fn button(self, class: &str, does: &str) -> Node {
        let button = self.el("button", class);
        button.set("type", "button");
        // Reached by Tab only while the keys are at its row.
        button.set("tabindex", "-1");
        button.set("data-do", does);
        button.set("data-t", &["msg-", does].concat());
        button
    }

    /// A button with words in it.
    pub(in crate::pages::chat) fn worded(self, does: &str, label: Text) -> Node {
        let button = self.button("link", does);
        button.say(&fill(label, &[]));
        button
    }

    /// A button with a picture in it.
    pub(in crate::pages::chat) fn pictured(self, class: &str, does: &str, sign: (Icon, Text)) -> Node {
        let (icon, label) = sign;
        let button = self.button(class, does);
        let words = fill(label, &[]);
        button.set("aria-label", &words);
        button.set("title", &words);
        button.add(&self.icon(icon));
        button
    }

    /// The circle with a picture or a first letter that stands for somebody.
    pub(in crate::pages::chat) fn face(self, name: &str, picture: Option<&str>) -> Node {
        let face = self.el("span", "face portrait");
        face.set("aria-hidden", "true");
        match picture {
            Some(url) => {
                let picture = self.el("img", "picture");
                picture.set("src", url);
                picture.set("alt", "");
                picture.set("loading", "lazy");
                picture.set("referrerpolicy", "no-referrer");
                face.add(&picture);
            }
            None => face.say(&initial(name)),
        }
        face
    }
}

/// The first letter of a name, as a capital.
pub(in crate::pages::chat) fn initial(name: &str) -> String {
    let first = name
        .chars()
        .find(|letter| letter.is_alphanumeric())
        .or_else(|| name.chars().next());
    first
        .map(|first| first.to_uppercase().collect())
        .unwrap_or_default()
}
