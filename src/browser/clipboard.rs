//! The clipboard.

use super::{js, promise};

/// Puts `text` on the clipboard; false where that is not allowed (an insecure page, no recent press).
pub(crate) async fn write(text: &str) -> bool {
    let api = js::get(&js::navigator(), "clipboard");
    promise::call(&api, "writeText", &[&text.into()]).await.is_ok()
}
