//! `localStorage`, where it may be had. It never throws: private windows and full disks keep nothing, and that is all.

use web_sys::Storage;

/// The value kept under `key`.
pub(crate) fn read(key: &str) -> Option<String> {
    storage()?.get_item(key).ok().flatten()
}

/// Keeps `value` under `key`; false where it could not be kept.
pub(crate) fn write(key: &str, value: &str) -> bool {
    storage().is_some_and(|storage| storage.set_item(key, value).is_ok())
}

fn storage() -> Option<Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}
