//! The icon set: one grid of 24, one stroke, drawn by the `icon` class. A path a name.

use leptos::prelude::*;

use super::element::svg;

/// An icon, as the path that draws it.
pub(crate) type Icon = &'static str;

/// Draws an icon; what it means is said by the label beside it.
pub(crate) fn icon(path: Icon) -> AnyView {
    svg("svg")
        .attrs(&[
            ("class", "icon"),
            ("viewBox", "0 0 24 24"),
            ("aria-hidden", "true"),
            ("focusable", "false"),
        ])
        .with(svg("path").attr("d", path))
        .view()
}

pub(crate) const CALL: Icon = "M5 4h4l1.5 5-2.3 1.6a12 12 0 0 0 5.2 5.2L15 13.5l5 1.5v4a1.5 1.5 0 0 1-1.6 1.5A15.5 15.5 0 0 1 3.5 5.6 1.5 1.5 0 0 1 5 4Z";
pub(crate) const HANG_UP: Icon = "M3 15.5v-2.2C5.4 11 8.6 9.8 12 9.8s6.6 1.2 9 3.5v2.2a1.2 1.2 0 0 1-1.5 1.2l-3.2-.8a1.2 1.2 0 0 1-.9-1.2v-2a11 11 0 0 0-6.8 0v2a1.2 1.2 0 0 1-.9 1.2l-3.2.8A1.2 1.2 0 0 1 3 15.5Z";
pub(crate) const SETTINGS: Icon = "M4 7h9M17 7h3M4 17h3M11 17h9M15 4.5v5M9 14.5v5";
pub(crate) const PERSON: Icon = "M12 11.5a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4.5 20.5a7.5 7.5 0 0 1 15 0";
pub(crate) const PEOPLE: Icon = "M9 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM2.5 19.5a6.5 6.5 0 0 1 13 0M16 4.8a3.5 3.5 0 0 1 0 6.4M18 13.6a6.5 6.5 0 0 1 3.5 5.9";
pub(crate) const MIC: Icon = "M12 15a3.5 3.5 0 0 0 3.5-3.5v-5a3.5 3.5 0 0 0-7 0v5A3.5 3.5 0 0 0 12 15ZM5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3.5";
pub(crate) const MIC_OFF: Icon = "M15.5 10V6.5a3.5 3.5 0 0 0-6.5-1.8M8.5 9v2.5a3.5 3.5 0 0 0 5.6 2.8M5.5 11.5a6.5 6.5 0 0 0 10.6 5M18.5 11.5a6.4 6.4 0 0 1-.4 2.3M12 18v3.5M4 3l16 18";
pub(crate) const CAMERA: Icon = "M4.5 6h9A1.5 1.5 0 0 1 15 7.5v9a1.5 1.5 0 0 1-1.5 1.5h-9A1.5 1.5 0 0 1 3 16.5v-9A1.5 1.5 0 0 1 4.5 6ZM15 10.5l6-3v9l-6-3";
pub(crate) const CAMERA_OFF: Icon = "M9 6h4.5A1.5 1.5 0 0 1 15 7.5V12M15 16.5a1.5 1.5 0 0 1-1.5 1.5h-9A1.5 1.5 0 0 1 3 16.5v-9A1.5 1.5 0 0 1 4.5 6M15 10.5l6-3v9l-3-1.5M3 2.5l17 19";
pub(crate) const SPEAKER: Icon =
    "M4 9.5v5h3.5L12 18.5v-13L7.5 9.5H4ZM15.5 9a4.2 4.2 0 0 1 0 6M18 6.5a7.8 7.8 0 0 1 0 11";
pub(crate) const SCREEN: Icon = "M4.5 4.5h15A1.5 1.5 0 0 1 21 6v9.5a1.5 1.5 0 0 1-1.5 1.5h-15A1.5 1.5 0 0 1 3 15.5V6a1.5 1.5 0 0 1 1.5-1.5ZM8.5 20.5h7M12 13.5v-6M9.5 10 12 7.5l2.5 2.5";
pub(crate) const FLIP: Icon =
    "M4 9.5A8.2 8.2 0 0 1 19 8M20 4v4.5h-4.5M20 14.5A8.2 8.2 0 0 1 5 16M4 20v-4.5h4.5";
pub(crate) const PIP: Icon = "M10 18.5H4.5A1.5 1.5 0 0 1 3 17V6.5A1.5 1.5 0 0 1 4.5 5h15A1.5 1.5 0 0 1 21 6.5V11M13.5 14h6.5a1 1 0 0 1 1 1v4a1 1 0 0 1-1 1h-6.5a1 1 0 0 1-1-1v-4a1 1 0 0 1 1-1Z";
pub(crate) const FULLSCREEN: Icon = "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5";
pub(crate) const CHAT: Icon = "M5.5 4.5h13A2.5 2.5 0 0 1 21 7v7.5a2.5 2.5 0 0 1-2.5 2.5H11l-5 4v-4h-.5A2.5 2.5 0 0 1 3 14.5V7a2.5 2.5 0 0 1 2.5-2.5ZM8 9h8M8 12.5h5";
pub(crate) const SEND: Icon = "M4 12 20 4.5 15.5 20l-3.5-6.5L4 12ZM12 13.5l3.5-4";
pub(crate) const COPY: Icon = "M9.5 8.5h9A1.5 1.5 0 0 1 20 10v9a1.5 1.5 0 0 1-1.5 1.5h-9A1.5 1.5 0 0 1 8 19v-9a1.5 1.5 0 0 1 1.5-1.5ZM16 8.5V5a1.5 1.5 0 0 0-1.5-1.5h-9A1.5 1.5 0 0 0 4 5v9a1.5 1.5 0 0 0 1.5 1.5H8";
pub(crate) const SHARE: Icon =
    "M12 15V3.5M8 7l4-3.5L16 7M5 12v6.5A1.5 1.5 0 0 0 6.5 20h11a1.5 1.5 0 0 0 1.5-1.5V12";
pub(crate) const QR: Icon =
    "M4 4h6v6H4ZM14 4h6v6h-6ZM4 14h6v6H4ZM14 14h2v2h-2ZM18 18h2v2h-2ZM18 14h2M14 18v2";
pub(crate) const CLOSE: Icon = "M6 6l12 12M18 6 6 18";
pub(crate) const LOGO: Icon = "M12 12.5V21M12 12.5a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3ZM7.8 15.2a6 6 0 0 1 0-8.4M16.2 6.8a6 6 0 0 1 0 8.4M4.9 18a10 10 0 0 1 0-14M19.1 4a10 10 0 0 1 0 14";
