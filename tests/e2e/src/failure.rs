//! What went wrong, in words.

use std::fmt;

/// Why a test failed. Anything that is an error becomes one, so that `?` works everywhere.
pub struct Failure(pub String);

/// The result of every step.
pub type Outcome<T = ()> = Result<T, Failure>;

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

/// Fails with `why` unless `condition` holds.
///
/// # Errors
/// When it does not hold.
pub fn ensure(condition: bool, why: impl FnOnce() -> String) -> Outcome {
    if condition { Ok(()) } else { Err(Failure(why())) }
}
