//! The views of the chunk that is fetched after what calls need: the other screens, and the QR code. What the driver
//! needs for accounts and errands is in the same chunk.

use leptos::wasm_split::SplitLoaderError;

use super::chunks::View;
use super::{account, qr, settings};

/// The views of the chunk.
#[derive(Clone, Copy)]
pub(crate) struct Later {
    pub(super) settings: View,
    pub(super) account: View,
    pub(super) qr: View,
}

/// Fetches the chunk.
///
/// # Errors
/// Where it cannot be had.
#[leptos::wasm_split::wasm_split(rest, wasm_split_path = ::leptos::wasm_split, fallible)]
pub(crate) fn chunk() -> Result<Later, SplitLoaderError> {
    Ok(Later {
        settings: settings::screen,
        account: account::screen,
        qr: qr::code,
    })
}
