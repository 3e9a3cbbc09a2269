//! Being written.

/// The engine.
#[derive(Debug)]
pub struct Engine;
