//! The embedded backend as a program.
fn main() {}
