//! Being written.
use leptos::prelude::*;
use leptos::wasm_split::SplitLoaderError;
use crate::pages::chunks::View;

#[leptos::wasm_split::wasm_split(settings, wasm_split_path = ::leptos::wasm_split, fallible)]
pub(crate) fn chunk() -> Result<View, SplitLoaderError> {
    Ok(screen)
}

fn screen() -> AnyView {
    ().into_any()
}
