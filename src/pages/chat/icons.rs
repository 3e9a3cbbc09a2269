//! The pictures of chat: the same grid and stroke as everywhere.

use crate::components::icons::Icon;

pub(in crate::pages) const PLUS: Icon = "M12 5v14M5 12h14";
pub(in crate::pages) const MORE: Icon = "M5.25 12a.75.75 0 1 0 1.5 0 .75.75 0 1 0-1.5 0ZM11.25 12a.75.75 0 1 0 1.5 0 .75.75 0 1 0-1.5 0ZM17.25 12a.75.75 0 1 0 1.5 0 .75.75 0 1 0-1.5 0Z";
pub(in crate::pages) const SEARCH: Icon = "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13ZM15.3 15.3 20 20";
pub(in crate::pages) const BACK: Icon = "M19 12H5M11 6l-6 6 6 6";
pub(in crate::pages) const DOWN: Icon = "M12 5v14M6 13l6 6 6-6";
pub(in crate::pages) const REPLY: Icon = "M9 7 4 12l5 5M4 12h10a6 6 0 0 1 6 6v1";
pub(in crate::pages) const EDIT: Icon =
    "M4 20l1-4.5L16.5 4a2 2 0 0 1 2.8 0l.7.7a2 2 0 0 1 0 2.8L8.5 19 4 20ZM14.5 6l3.5 3.5";
pub(in crate::pages) const DELETE: Icon = "M4.5 7h15M9.5 7V4.5h5V7M6.5 7l1 12.5h9l1-12.5M10.5 11v5M13.5 11v5";
pub(in crate::pages) const SMILE: Icon =
    "M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17ZM8.5 14a4.2 4.2 0 0 0 7 0M9 9.5h.01M15 9.5h.01";
pub(in crate::pages) const CLIP: Icon =
    "M19.5 11.5 12 19a5 5 0 0 1-7-7l8-8a3.3 3.3 0 0 1 4.7 4.7l-8 8a1.7 1.7 0 0 1-2.4-2.4l7.2-7.3";
pub(in crate::pages) const CLOCK: Icon = "M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17ZM12 7.5V12l3 2";
pub(in crate::pages) const WARNING: Icon = "M12 4 2.5 20h19L12 4ZM12 10v4.5M12 17.2h.01";
pub(in crate::pages) const BELL: Icon = "M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 1.5h-15L6 16.5ZM10 20.5h4";
pub(in crate::pages) const BELL_OFF: Icon =
    "M8 6.5A6 6 0 0 1 18 11v4M6 10.5v6L4.5 18H16M10 20.5h4M3.5 3.5l17 17";
pub(in crate::pages) const MENTION: Icon =
    "M12 15.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM15.5 8.5v4.7a2.3 2.3 0 0 0 4.6 0V12a8.1 8.1 0 1 0-3.4 6.6";
pub(in crate::pages) const LEAVE: Icon =
    "M14 4.5H6.5A1.5 1.5 0 0 0 5 6v12a1.5 1.5 0 0 0 1.5 1.5H14M10 12h10M16.5 8.5 20 12l-3.5 3.5";
pub(in crate::pages) const LINK: Icon =
    "M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.7-5.7L12 7M14 10a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.7 5.7L12 17";
pub(in crate::pages) const ROOMS: Icon = "M9 4 7 20M17 4l-2 16M4.5 9h16M3.5 15h16";
pub(in crate::pages) const FILE: Icon = "M6.5 3.5H14l4.5 4.5v12.5h-12v-17ZM14 3.5V8h4.5";
pub(in crate::pages) const AGAIN: Icon = "M20 5v5h-5M19.5 10A8 8 0 1 0 20 14";
