//! What is attached to a message: pictures whose size is known before they are here, and files.

use engine::chat::api::AttachmentView;
use stylers_macro::style_sheet;

use super::pen::Pen;
use crate::browser::dom::Node;
use crate::pages::chat::{icons, times};
use crate::texts::{fill, text};

/// The largest a picture is shown, in CSS pixels.
const WIDEST: u32 = 360;
const HIGHEST: u32 = 280;

/// Draws them.
pub(super) fn list(attachments: &[AttachmentView]) -> Node {
    let pen = Pen::new(style_sheet!("style/components/attached.css"));
    let list = pen.el("div", "attached");
    for attachment in attachments {
        let node = pen.el("a", if is_picture(attachment) { "shot" } else { "file" });
        node.set("href", &attachment.url);
        node.set("tabindex", "-1");
        node.set("target", "_blank");
        node.set("rel", "noopener noreferrer");
        node.set("data-t", "msg-attachment");
        if is_picture(attachment) {
            picture(pen, attachment, &node);
        } else {
            file(pen, attachment, &node);
        }
        list.add(&node);
    }
    list
}

/// What browsers show as a picture and nothing else: SVG may hold more than that.
fn is_picture(attachment: &AttachmentView) -> bool {
    matches!(
        &*attachment.mime,
        "image/png" | "image/jpeg" | "image/gif" | "image/webp" | "image/avif"
    )
}

fn picture(pen: Pen, attachment: &AttachmentView, into: &Node) {
    let picture = pen.el("img", "picture");
    let (width, height) = shown(attachment.pixels);
    picture.set("width", &width.to_string());
    picture.set("height", &height.to_string());
    picture.set("loading", "lazy");
    picture.set("decoding", "async");
    picture.set("referrerpolicy", "no-referrer");
    picture.set("alt", &fill(text!(chat_picture), &[("name", &attachment.name)]));
    picture.set("src", &attachment.url);
    into.set("title", &attachment.name);
    into.add(&picture);
}

/// How large a picture is shown: never larger than it is; where that is not known, in a frame of one size.
fn shown(pixels: Option<(u32, u32)>) -> (u32, u32) {
    let Some((width, height)) = pixels.filter(|(width, height)| *width > 0 && *height > 0) else {
        return (240, 180);
    };
    let scale = (f64::from(WIDEST) / f64::from(width))
        .min(f64::from(HIGHEST) / f64::from(height))
        .min(1.0);
    let scaled = |side: u32| ((f64::from(side) * scale).round() as u32).max(24);
    (scaled(width), scaled(height))
}

fn file(pen: Pen, attachment: &AttachmentView, into: &Node) {
    into.add(&pen.icon(icons::FILE));
    let words = pen.el("span", "about");
    let name = pen.with("bdi", "name", &attachment.name);
    words.add(&name);
    if let Some(size) = attachment.size {
        words.add(&pen.with("span", "size", &times::size(size)));
    }
    into.add(&words);
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn a_picture_keeps_its_shape_and_is_never_larger_than_it_is() {
        assert_eq!(shown(Some((100, 50))), (100, 50));
        assert_eq!(shown(Some((3600, 1800))), (360, 180));
        assert_eq!(shown(Some((100, 2800))), (24, 280));
        assert_eq!(shown(Some((0, 10))), (240, 180));
        assert_eq!(shown(Some((u32::MAX, u32::MAX))), (280, 280));
    }
}
