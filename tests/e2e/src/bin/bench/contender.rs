//! The pages that are compared. All carry the same hooks, so the same steps and the same moments are measured on each.

use e2e::{Browser, Failure, Outcome, until};
use serde_json::json;

/// The pages of one run.
pub(crate) struct Contenders {
    /// Antenna.
    pub(crate) app: Contender,
    /// The page without framework or library.
    pub(crate) raw: Contender,
    /// The lean React page.
    pub(crate) react: Contender,
}

/// One page.
#[derive(Clone)]
pub(crate) struct Contender {
    /// What the table calls it.
    pub(crate) name: &'static str,
    /// Its URL for a first visit.
    pub(crate) url: String,
    /// Its URL for a visit that leaves a worker behind.
    pub(crate) url_with_worker: String,
}

impl Contender {
    /// The app at the root of its server.
    pub(crate) fn app(server: &str) -> Self {
        Self {
            name: "Antenna",
            url: format!("{server}/"),
            url_with_worker: format!("{server}/"),
        }
    }

    /// A reference page on its own static host, signaling over the same server as the app.
    pub(crate) fn page(name: &'static str, url: &str, server: &str) -> Self {
        let url = format!("{url}/?signal={server}");
        Self {
            name,
            url_with_worker: format!("{url}&worker"),
            url,
        }
    }

    /// The page's origin.
    pub(crate) fn origin(&self) -> String {
        let end = self
            .url
            .match_indices('/')
            .nth(2)
            .map_or(self.url.len(), |(at, _)| at);
        self.url.chars().take(end).collect()
    }
}

/// Opens a contender at both ends and has `ann` call `bob` until it rings there.
pub(crate) async fn ring(contender: &Contender, ann: &Browser, bob: &Browser) -> Outcome {
    for browser in [ann, bob] {
        browser.open("about:blank").await?;
        browser
            .cdp(
                "Storage.clearDataForOrigin",
                json!({ "origin": contender.origin(), "storageTypes": "local_storage,indexeddb,cookies" }),
            )
            .await?;
        browser.open(&contender.url).await?;
    }
    for browser in [ann, bob] {
        browser.mark("usable").await?;
    }
    // An id must be told to somebody before they can call it; a page may use the time, as while it rings.
    tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
    again(ann, bob).await
}

/// Has `ann` call `bob` from pages that are open, until it rings.
pub(crate) async fn again(ann: &Browser, bob: &Browser) -> Outcome {
    let id = bob.text("my-id").await?;
    ann.write("call-to", &id).await?;
    ann.press("call").await?;
    bob.mark("ringing").await?;
    bob.see("answer-video").await.map(drop)
}

/// Answers, and waits for a frame at both ends.
pub(crate) async fn answer(ann: &Browser, bob: &Browser) -> Outcome {
    bob.press("answer-video").await?;
    for browser in [ann, bob] {
        browser.mark("remoteFrame").await?;
    }
    Ok(())
}

/// Hangs up at `ann` and waits until both are ready for the next call.
pub(crate) async fn hang_up(ann: &Browser, bob: &Browser) -> Outcome {
    ann.press("hangup").await?;
    for browser in [ann, bob] {
        until(format!("{} free again", browser.name()), async || {
            if let Some(button) = browser.visible("dismiss").await?.first() {
                button.click().await?;
            }
            let free = browser.js("const call = document.querySelector('[data-t=call]'); return Boolean(call) && !document.querySelector('[data-t=remote-video]')?.srcObject && window.__probe.leftPeers().length === 0", vec![]).await?;
            if free == true { Ok(Some(())) } else { Err(Failure("still in the call".into())) }
        })
        .await?;
    }
    Ok(())
}
