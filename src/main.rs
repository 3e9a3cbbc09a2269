//! Antenna, the app.

mod local;
mod texts;
mod browser;
mod media;
mod driver;
mod config;
mod stores;
mod components;
mod pages;
mod app;

fn main() {
    browser::panic::install();
    leptos::mount::mount_to_body(app::app);
}
