//! Antenna, the app.

mod local;

fn main() {}
