//! Web Share: the system's own share sheet.

use wasm_bindgen::JsValue;

use super::{js, promise};

/// What is shared.
#[derive(Debug)]
pub(crate) struct Share<'a> {
    /// The title.
    pub title: &'a str,
    /// The text.
    pub text: &'a str,
    /// The link.
    pub url: &'a str,
}

impl Share<'_> {
    /// Whether this browser has a share sheet.
    pub(crate) fn available() -> bool {
        js::has(&js::navigator(), "share")
    }

    /// Opens the share sheet; only from a press. False where it failed for another reason than that the person
    /// closed it.
    pub(crate) async fn open(&self) -> bool {
        let data: JsValue = js::object(&[
            ("title", &self.title.into()),
            ("text", &self.text.into()),
            ("url", &self.url.into()),
        ]);
        match promise::call(&js::navigator(), "share", &[&data]).await {
            Ok(_) => true,
            Err(error) => js::error_name(&error) == "AbortError",
        }
    }
}
