//! One test's stage: what it starts, and what becomes of it.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::dist::Dist;
use crate::failure::{Failure, Outcome};
use crate::look::Look;
use crate::place::{Place, out_dir};
use crate::server::Antenna;

/// Where one test happens.
pub struct Stage {
    scratch: PathBuf,
    browsers: Arc<Mutex<Vec<Arc<Browser>>>>,
}

tokio::task_local! {
    /// What the running test would keep if it failed now.
    static EVIDENCE: Evidence;
}

/// Where a test's evidence goes and from whom it is taken.
#[derive(Clone)]
struct Evidence {
    test: String,
    browsers: Arc<Mutex<Vec<Arc<Browser>>>>,
    kept: Arc<AtomicBool>,
    /// When the first server of the test went for good, ms since the epoch.
    end: Arc<AtomicI64>,
}

impl Evidence {
    async fn keep(&self) {
        let browsers = self
            .browsers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        if let Ok(dir) = out_dir(&self.test)
            && !self.kept.swap(true, Ordering::SeqCst)
        {
            for browser in browsers {
                browser.keep_evidence(&dir).await;
            }
        }
    }
}

/// A server goes with the test's closure, before the consoles are read: what pages say of that is not the test's.
pub(crate) fn server_gone() {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let now = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
    let _ = EVIDENCE.try_with(|evidence| evidence.end.fetch_min(now, Ordering::SeqCst));
}

/// Keeps the evidence of the running test, if there is one: called at the moment of failure, while its servers still run.
pub(crate) async fn keep_evidence() {
    if let Ok(evidence) = EVIDENCE.try_with(Clone::clone) {
        evidence.keep().await;
    }
}

/// Runs a test: waits for a free slot, keeps evidence when it fails, ends what it started. An error on any page's
/// console that the test did not expect fails it too.
///
/// # Panics
/// When the test fails; that is how Rust's test harness is told.
pub fn run(name: &str, test: impl AsyncFnOnce(&Stage) -> Outcome) {
    play(name, Slots::all(), test);
}

/// [`run`] for a test that waits more than it works (no camera, no video): others like it may run at the same time.
///
/// # Panics
/// As [`run`].
pub fn run_beside_others(name: &str, test: impl AsyncFnOnce(&Stage) -> Outcome) {
    play(name, Slots::one(), test);
}

fn play(name: &str, _slots: Slots, test: impl AsyncFnOnce(&Stage) -> Outcome) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    let runtime = runtime.unwrap_or_else(|error| panic!("no runtime: {error}"));
    let stage = Stage::new(name).unwrap_or_else(|failure| panic!("{failure:?}"));
    let evidence = Evidence {
        test: name.to_owned(),
        browsers: Arc::clone(&stage.browsers),
        kept: Arc::default(),
        end: Arc::new(AtomicI64::new(i64::MAX)),
    };
    let played = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        runtime.block_on(EVIDENCE.scope(evidence.clone(), async {
            test(&stage).await?;
            stage.no_complaints(evidence.end.load(Ordering::SeqCst)).await
        }))
    }));
    let why = match played {
        Ok(Ok(())) => None,
        Ok(Err(Failure(why))) => Some(why),
        Err(panic) => Some(
            panic
                .downcast_ref::<String>()
                .cloned()
                .unwrap_or_else(|| "a panic".into()),
        ),
    };
    let mut kept = String::new();
    if let Some(why) = &why
        && let Ok(dir) = out_dir(name)
    {
        let _ = std::fs::write(dir.join("why.txt"), why);
        runtime.block_on(evidence.keep());
        kept = format!("evidence: {}", dir.display());
    }
    runtime.block_on(stage.end());
    drop(evidence);
    drop(stage);
    runtime.shutdown_background();
    if let Some(why) = why {
        panic!("{why}\n{kept}");
    }
}

impl Stage {
    fn new(name: &str) -> Outcome<Self> {
        let scratch = std::env::temp_dir().join(format!("antenna-e2e-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&scratch)?;
        Ok(Self {
            scratch,
            browsers: Arc::default(),
        })
    }

    /// A folder of this test's own, gone with it.
    #[must_use]
    pub fn scratch(&self) -> &Path {
        &self.scratch
    }

    /// A browser with a fresh profile.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn browser(&self, name: &str, look: Look) -> Outcome<Arc<Browser>> {
        let browser = Arc::new(Browser::start(name, look, &self.scratch).await?);
        self.browsers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(Arc::clone(&browser));
        Ok(browser)
    }

    /// Chromium on a desktop.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn chromium(&self, name: &str) -> Outcome<Arc<Browser>> {
        self.browser(name, Look::default()).await
    }

    /// The embedded backend serving the built app.
    ///
    /// # Errors
    /// When either is missing.
    pub async fn antenna(&self) -> Outcome<Antenna> {
        Antenna::start(&Place::dist()?, &self.scratch.join("data")).await
    }

    /// The embedded backend serving the app with another configuration.
    ///
    /// # Errors
    /// When either is missing.
    pub async fn antenna_with(&self, config: &Value) -> Outcome<Antenna> {
        let dist = self.dist("configured")?;
        dist.configure(config)?;
        Antenna::start(dist.path(), &self.scratch.join("data")).await
    }

    /// The app configured for one foreign server of contract 1.
    ///
    /// # Errors
    /// When server or app are missing.
    pub async fn antenna_for(&self, backend_url: &str) -> Outcome<Antenna> {
        self.antenna_with(&json!({ "backends": [{ "id": "foreign", "name": "Foreign", "kind": "peer-call", "url": backend_url }] })).await
    }

    /// A copy of the built app.
    ///
    /// # Errors
    /// When there is none.
    pub fn dist(&self, name: &str) -> Outcome<Dist> {
        Dist::copy(&self.scratch.join(name))
    }

    fn browsers(&self) -> Vec<Arc<Browser>> {
        self.browsers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    async fn no_complaints(&self, end: i64) -> Outcome {
        let mut all = String::new();
        for browser in self.browsers() {
            for complaint in browser.complaints_until(end).await? {
                all.push_str(&format!("\n{}: {complaint}", browser.name()));
            }
        }
        if all.is_empty() {
            Ok(())
        } else {
            Err(Failure(format!("the console is not clean:{all}")))
        }
    }

    async fn end(&self) {
        for browser in self.browsers() {
            browser.quit().await;
        }
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.browsers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
        let _ = std::fs::remove_dir_all(&self.scratch);
    }
}

/// What a running test holds, however many threads there are: one that encodes video in two browsers holds all slots, so
/// that it has the machine for itself. There are `ANTENNA_E2E_JOBS` of them, 2 unless told.
struct Slots(usize);

static FREE: (Mutex<Option<usize>>, Condvar) = (Mutex::new(None), Condvar::new());

impl Slots {
    fn all() -> Self {
        Self::take(Self::there_are())
    }

    fn one() -> Self {
        Self::take(1)
    }

    fn there_are() -> usize {
        let told = std::env::var("ANTENNA_E2E_JOBS").ok();
        told.and_then(|jobs| jobs.parse().ok()).unwrap_or(2)
    }

    fn take(count: usize) -> Self {
        let mut free = FREE.0.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let left = free.get_or_insert_with(Self::there_are);
            if *left >= count {
                *left -= count;
                return Self(count);
            }
            free = FREE.1.wait(free).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Drop for Slots {
    fn drop(&mut self) {
        if let Some(left) = FREE.0.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            *left += self.0;
        }
        // Those who wait want different numbers of slots.
        FREE.1.notify_all();
    }
}
