//! The own id as a QR code.

use leptos::prelude::*;
use qrcodegen::{QrCode, QrCodeEcc};

use crate::browser::page;
use crate::stores::stores;
use crate::texts::{text, tr};

/// Draws the link to call this person.
pub(super) fn code() -> AnyView {
    let stores = stores();
    let drawn = move || {
        let id = stores.connection.my_id()?;
        let mut link = page::origin();
        link.push_str("/call/");
        link.push_str(&page::encoded(&id));
        QrCode::encode_text(&link, QrCodeEcc::Medium)
            .ok()
            .map(|code| draw(&code))
    };
    view! { <div class="qr" data-t="qr">{drawn}</div> }.into_any()
}

/// One path of unit squares; dark on light in both themes, with the quiet zone of four that scanners ask for.
fn draw(code: &QrCode) -> AnyView {
    const QUIET: i32 = 4;
    let size = code.size();
    let mut path = String::new();
    for y in 0..size {
        for x in 0..size {
            if code.get_module(x, y) {
                for part in [
                    "M",
                    &(x + QUIET).to_string(),
                    " ",
                    &(y + QUIET).to_string(),
                    "h1v1h-1z",
                ] {
                    path.push_str(part);
                }
            }
        }
    }
    let side = (size + 2 * QUIET).to_string();
    let frame = ["0 0 ", &side, " ", &side].concat();
    view! {
        <svg class="qr-code" role="img" aria-label=tr(text!(qr_label)) viewBox=frame shape-rendering="crispEdges">
            <path d=path></path>
        </svg>
    }
    .into_any()
}
