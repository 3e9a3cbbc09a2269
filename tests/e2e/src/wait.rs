//! Waiting for something to become true.

use std::time::{Duration, Instant};

use crate::failure::{Failure, Outcome};
use crate::stage::keep_evidence;

/// How long a test waits for what will surely come. It is generous because it is no assertion: a busy machine is slow.
pub const PATIENCE: Duration = Duration::from_secs(45);

/// Asks `probe` until it gives something, for [`PATIENCE`] at most. Errors of the probe count as "not yet", since a page
/// that is being replaced answers with errors.
///
/// # Errors
/// When it never came; the text says what was awaited and the probe's last error.
pub async fn until<T>(what: impl Into<String>, probe: impl AsyncFnMut() -> Outcome<Option<T>>) -> Outcome<T> {
    until_within(PATIENCE, what, probe).await
}

/// [`until`] with another patience.
///
/// # Errors
/// As [`until`].
pub async fn until_within<T>(
    patience: Duration,
    what: impl Into<String>,
    mut probe: impl AsyncFnMut() -> Outcome<Option<T>>,
) -> Outcome<T> {
    let start = Instant::now();
    let mut last = String::from("nothing");
    while start.elapsed() < patience {
        match probe().await {
            Ok(Some(found)) => return Ok(found),
            Ok(None) => {}
            Err(Failure(text)) => last = text,
        }
        tokio::time::sleep(Duration::from_millis(40)).await;
    }
    keep_evidence().await;
    Err(Failure(format!(
        "waited {} s in vain for: {} (last error: {last})",
        patience.as_secs(),
        what.into()
    )))
}
