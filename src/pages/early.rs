//! The views of the chunk that is fetched right after the first screen: calls, and what that screen can be used without
//! for a moment. What the driver needs for calls is in the same chunk.

use leptos::wasm_split::SplitLoaderError;

use super::chunks::View;
use super::home::{own_id_actions, pickers, problems};
use super::{banners, call, incoming, not_found, trouble};

/// The views of the chunk.
#[derive(Clone, Copy)]
pub(crate) struct Early {
    pub(super) pickers: View,
    pub(super) incoming: View,
    pub(super) banners: View,
    pub(super) lost: View,
    pub(super) trouble: View,
    pub(super) id_actions: View,
    pub(super) problems: View,
    pub(super) call: View,
}

/// Fetches the chunk.
///
/// # Errors
/// Where it cannot be had.
#[leptos::wasm_split::wasm_split(calls, wasm_split_path = ::leptos::wasm_split, fallible)]
pub(crate) fn chunk() -> Result<Early, SplitLoaderError> {
    Ok(Early {
        pickers: pickers::pickers,
        incoming: incoming::alert,
        banners: banners::banners,
        lost: not_found::not_found,
        trouble: trouble::trouble,
        id_actions: own_id_actions::actions,
        problems: problems::problems,
        call: call::layer,
    })
}
