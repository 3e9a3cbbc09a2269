//! A message's Markdown as elements of the document, node by node: nothing a person wrote is ever read as HTML.

use engine::chat::markdown::{Block, Inline, LinkTarget, Suspicion};
use stylers_macro::style_sheet;

use super::pen::Pen;
use crate::browser::dom::Node;
use crate::pages::chat::icons;
use crate::texts::{fill, text};

/// Puts a message's blocks into `into`.
pub(super) fn draw(blocks: &[Block], into: &Node) {
    all(Pen::new(style_sheet!("style/components/words.css")), blocks, into);
}

fn all(pen: Pen, blocks: &[Block], into: &Node) {
    for block in blocks {
        into.add(&drawn(pen, block));
    }
}

fn drawn(pen: Pen, block: &Block) -> Node {
    match block {
        Block::Paragraph(parts) => {
            let paragraph = pen.el("p", "para");
            paragraph.set("dir", "auto");
            inlines(pen, parts, &paragraph);
            paragraph
        }
        Block::Code { language, text } => {
            let block = pen.el("pre", "code");
            block.set("dir", "ltr");
            block.set("tabindex", "-1");
            if !language.is_empty() {
                block.set("data-language", language);
            }
            let code = Node::new("code", "");
            code.say(text);
            block.add(&code);
            block
        }
        Block::Quote(inside) => {
            let quote = pen.el("blockquote", "quote");
            all(pen, inside, &quote);
            quote
        }
        Block::List { start, items } => {
            let list = pen.el(if start.is_some() { "ol" } else { "ul" }, "list");
            list.set("dir", "auto");
            if let Some(start) = start {
                list.set("start", &start.to_string());
            }
            for item in items {
                let line = Node::new("li", "");
                all(pen, item, &line);
                list.add(&line);
            }
            list
        }
    }
}

fn inlines(pen: Pen, parts: &[Inline], into: &Node) {
    for part in parts {
        inline(pen, part, into);
    }
}

fn inline(pen: Pen, part: &Inline, into: &Node) {
    let wrapped = |tag, parts: &[Inline]| {
        let node = Node::new(tag, "");
        inlines(pen, parts, &node);
        into.add(&node);
    };
    match part {
        Inline::Text(text) => into.text(text),
        Inline::Break => into.add(&Node::new("br", "")),
        Inline::Emphasis(parts) => wrapped("em", parts),
        Inline::Strong(parts) => wrapped("strong", parts),
        Inline::Strike(parts) => wrapped("s", parts),
        Inline::Code(code) => {
            let node = pen.with("code", "snippet", code);
            node.set("dir", "ltr");
            into.add(&node);
        }
        Inline::Link { target, content } => link(pen, target, content, into),
        Inline::Mention { name, me } => {
            let node = pen.el("span", if *me { "mention me" } else { "mention" });
            let inside = Node::new("bdi", "");
            inside.say(&["@", name].concat());
            node.add(&inside);
            into.add(&node);
        }
    }
}

/// A link opens elsewhere, knows nothing of this page, and says where it leads where its text does not.
fn link(pen: Pen, target: &LinkTarget, content: &[Inline], into: &Node) {
    let node = pen.el(
        "a",
        if target.suspicious.is_some() {
            "wary"
        } else {
            "away"
        },
    );
    node.set("href", &target.href);
    node.set("tabindex", "-1");
    node.set("target", "_blank");
    node.set("rel", "noopener noreferrer");
    node.set("title", &target.host);
    let words = Node::new("bdi", "");
    inlines(pen, content, &words);
    node.add(&words);
    into.add(&node);
    let shown = plain(content);
    let Some(why) = target.suspicious else {
        if !shown.contains(&target.host) {
            into.add(&host(pen, &target.host));
        }
        return;
    };
    into.add(&host(pen, &target.host));
    let why = match why {
        Suspicion::OtherHost => text!(chat_link_other_host),
        Suspicion::LookAlike => text!(chat_link_look_alike),
        Suspicion::UserInfo => text!(chat_link_user_info),
    };
    let words = fill(why, &[("host", &target.host)]);
    let warning = pen.el("span", "warning");
    warning.set("title", &words);
    warning.add(&pen.icon(icons::WARNING));
    warning.add(&pen.unseen(&words));
    into.add(&warning);
    node.set("title", &words);
}

fn host(pen: Pen, host: &str) -> Node {
    let node = pen.el("span", "host");
    node.set("dir", "ltr");
    node.say(&[" (", host, ")"].concat());
    node
}

fn plain(content: &[Inline]) -> String {
    content
        .iter()
        .map(|part| match part {
            Inline::Text(text) | Inline::Code(text) => text.clone(),
            Inline::Break => " ".to_owned(),
            Inline::Emphasis(parts) | Inline::Strong(parts) | Inline::Strike(parts) => plain(parts),
            Inline::Link { content, .. } => plain(content),
            Inline::Mention { name, .. } => name.to_string(),
        })
        .collect()
}
