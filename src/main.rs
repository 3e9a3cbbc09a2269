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

fn main() {
    browser::panic::install();
    leptos::mount::mount_to_body(app::app);
}
