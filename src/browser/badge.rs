//! The number on the icon of the installed app.

use super::{js, promise};

/// Shows `count`, and nothing for 0; browsers without badges do without.
pub(crate) fn show(count: u32) {
    let navigator = js::navigator();
    if count == 0 {
        promise::ignore(js::call(&navigator, "clearAppBadge", &[]));
    } else {
        promise::ignore(js::call(&navigator, "setAppBadge", &[&count.into()]));
    }
}
