//! Passwords: argon2id, a few at a time, off the async threads.

use std::sync::Arc;

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash};
use tokio::sync::Semaphore;

/// Hashes and compares passwords. Each needs 19 MiB and some 20 ms, so only as many run at once as there are cores.
#[derive(Debug, Clone)]
pub(super) struct Passwords {
    slots: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
    unknown: Arc<str>,
}

/// More waiting attempts than this are turned away; they would time out anyway.
const WAITING: usize = 64;

/// Why a password was neither hashed nor compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Busy {
    /// Too many attempts wait.
    TooMany,
    /// The library failed.
    Broken,
}

impl Passwords {
    /// Ready to work.
    ///
    /// # Errors
    /// When the system has no randomness.
    pub(super) fn new() -> Result<Self, Busy> {
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        Ok(Self {
            slots: Arc::new(Semaphore::new(cores)),
            waiting: Arc::new(Semaphore::new(WAITING)),
            unknown: hash("nobody has this password")?.into(),
        })
    }

    /// The PHC string to keep.
    ///
    /// # Errors
    /// [`Busy`].
    pub(super) async fn hash(&self, password: String) -> Result<String, Busy> {
        self.work(move || hash(&password)).await?
    }

    /// Whether `password` is the one of `kept`. For an account that does not exist (`None`) it works as long, so that
    /// the time tells nothing.
    ///
    /// # Errors
    /// [`Busy`].
    pub(super) async fn is(&self, password: String, kept: Option<String>) -> Result<bool, Busy> {
        let exists = kept.is_some();
        let kept = kept.unwrap_or_else(|| self.unknown.to_string());
        let equal = self.work(move || {
            PasswordHash::new(&kept).is_ok_and(|kept| {
                Argon2::default()
                    .verify_password(password.as_bytes(), &kept)
                    .is_ok()
            })
        });
        Ok(equal.await? && exists)
    }

    async fn work<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Busy> {
        let _place = self
            .waiting
            .clone()
            .try_acquire_owned()
            .map_err(|_| Busy::TooMany)?;
        let slot = self
            .slots
            .clone()
            .acquire_owned()
            .await
            .map_err(|_| Busy::Broken)?;
        let done = tokio::task::spawn_blocking(move || {
            let result = work();
            drop(slot);
            result
        });
        done.await.map_err(|_| Busy::Broken)
    }
}

fn hash(password: &str) -> Result<String, Busy> {
    let hash = Argon2::default()
        .hash_password(password.as_bytes())
        .map_err(|_| Busy::Broken)?;
    Ok(hash.to_string())
}
