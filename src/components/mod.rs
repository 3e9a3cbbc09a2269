//! Pieces that know nothing of the app: values in, presses out. The `<video>` leaf alone asks the media registry for
//! the stream of an id.

pub(crate) mod button;
pub(crate) mod dynamic;
pub(crate) mod element;
pub(crate) mod emoji;
pub(crate) mod emoji_data;
pub(crate) mod icons;
pub(crate) mod menu;
pub(crate) mod meter;
pub(crate) mod notice;
pub(crate) mod picker;
pub(crate) mod popup;
pub(crate) mod toggle;
pub(crate) mod video;
