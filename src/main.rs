//! Antenna, the app.

mod app;
mod browser;
mod components;
mod config;
mod driver;
mod local;
mod media;
mod pages;
mod stores;
mod texts;

/// Smaller than std's own allocator in the first screen, and faster.
#[cfg(target_family = "wasm")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

fn main() {
    browser::panic::install();
    leptos::mount::mount_to_body(app::app);
}
