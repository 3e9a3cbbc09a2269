//! The benchmarks that need a browser.
fn main() {}
