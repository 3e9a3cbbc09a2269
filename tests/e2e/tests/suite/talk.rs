//! Steps that many tests share: two people and a call between them.

use std::sync::Arc;

use e2e::{Antenna, Browser, Failure, Look, Outcome, Place, Stage};

/// Two people with the app open.
pub(crate) struct Pair {
    pub(crate) server: Antenna,
    pub(crate) ann: Arc<Browser>,
    pub(crate) bob: Arc<Browser>,
}

impl Pair {
    /// Two Chromiums at the call screen of the embedded backend.
    pub(crate) async fn start(stage: &Stage) -> Outcome<Self> {
        Self::with(stage, Look::default(), Look::default()).await
    }

    /// The same with other browsers.
    pub(crate) async fn with(stage: &Stage, ann: Look, bob: Look) -> Outcome<Self> {
        let server = stage.antenna().await?;
        Self::at(stage, server, ann, bob).await
    }

    /// The same at a server that is there.
    pub(crate) async fn at(stage: &Stage, server: Antenna, ann: Look, bob: Look) -> Outcome<Self> {
        let (ann, bob) = (stage.browser("ann", ann).await?, stage.browser("bob", bob).await?);
        for browser in [&ann, &bob] {
            home(browser, &server).await?;
        }
        Ok(Self { server, ann, bob })
    }

    /// Ann calls Bob until it rings there.
    pub(crate) async fn ring(&self) -> Outcome {
        dial(&self.ann, &self.bob).await?;
        self.bob.see("incoming").await.map(drop)
    }

    /// Ann calls Bob, Bob answers with video, both see the other moving.
    pub(crate) async fn talk(&self) -> Outcome {
        self.ring().await?;
        self.bob.press("answer-video").await?;
        self.both_see().await
    }

    /// Both see the other moving.
    pub(crate) async fn both_see(&self) -> Outcome {
        self.ann.moving("remote-video").await?;
        self.bob.moving("remote-video").await.map(drop)
    }

    /// Neither browser minds that the server is away: that it cannot be reached stands on its console.
    pub(crate) fn expect_outage(&self) {
        expect_outage(&self.ann);
        expect_outage(&self.bob);
    }
}

/// A browser says on its console that a server cannot be reached; nobody can keep it from that.
pub(crate) fn expect_outage(browser: &Browser) {
    for words in [
        "net::ERR_",
        "WebSocket connection to",
        "WebSocket is already in CLOSING or CLOSED state",
        "Failed to load resource",
        "can’t establish a connection",
        "NetworkError",
        // Chromium's words for the same, from the loader of chunks.
        "TypeError: Failed to fetch",
    ] {
        browser.tolerate(words);
    }
}

/// Opens the call screen and waits until calls are possible.
pub(crate) async fn home(browser: &Browser, server: &Antenna) -> Outcome {
    browser.open(&format!("{}/", server.url())).await?;
    ready(browser).await
}

/// Waits until the app is connected and knows its id.
pub(crate) async fn ready(browser: &Browser) -> Outcome {
    browser.attr_is("app", "data-conn", "connected").await?;
    browser.text("my-id").await.map(drop)
}

/// The one presses Call with the other's id.
pub(crate) async fn dial(from: &Browser, to: &Browser) -> Outcome {
    let id = to.text("my-id").await?;
    from.write("call-to", &id).await?;
    from.press("call").await
}

/// Waits for the end screen with a reason, and leaves it.
pub(crate) async fn ended(browser: &Browser, reason: &str) -> Outcome {
    browser.attr_is("ended", "data-reason", reason).await?;
    browser.press("dismiss").await?;
    browser.attr_is("app", "data-phase", "idle").await
}

/// Waits until a toggle is on or off.
pub(crate) async fn pressed(browser: &Browser, hook: &str, on: bool) -> Outcome {
    browser
        .attr_is(hook, "aria-pressed", if on { "true" } else { "false" })
        .await
}

/// A text of the app, in English.
pub(crate) fn words(key: &str) -> Outcome<String> {
    words_in("en", key)
}

/// A text of the app in a language.
pub(crate) fn words_in(language: &str, key: &str) -> Outcome<String> {
    let path = Place::root().join(format!("locales/{language}.json"));
    let all: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path)?)?;
    all[key]
        .as_str()
        .map(str::to_owned)
        .ok_or_else(|| Failure(format!("there is no text {key}")))
}
