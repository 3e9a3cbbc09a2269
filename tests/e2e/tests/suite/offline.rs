//! Without a network, installed, and from one version to the next.

use std::time::Duration;

use e2e::{Antenna, Browser, Failure, Look, Outcome, Stage, ensure, run, until, until_within};
use serde_json::json;

use crate::talk::{Pair, ended, expect_outage, home};

#[test]
fn after_one_visit_the_app_starts_without_network_on_any_route_in_chromium() {
    run("offline_chromium", async |stage| {
        starts_offline(stage, Look::default()).await
    });
}

#[test]
fn after_one_visit_the_app_starts_without_network_on_any_route_in_firefox() {
    run("offline_firefox", async |stage| {
        starts_offline(stage, Look::firefox()).await
    });
}

async fn starts_offline(stage: &Stage, look: Look) -> Outcome {
    let mut server = stage.antenna().await?;
    let ann = stage.browser("ann", look).await?;
    expect_outage(&ann);
    home(&ann, &server).await?;
    worker_ready(&ann).await?;
    // No server at all: nothing but the worker can answer.
    server.kill()?;
    for (path, hook) in [
        ("/settings", "theme"),
        ("/", "call-to"),
        ("/call/somebody", "call-to"),
        ("/account", "app"),
        ("/nowhere", "not-found"),
    ] {
        ann.open(&format!("{}{path}", server.url())).await?;
        ann.see(hook).await?;
        ann.attr_is("offline-banner", "data-kind", "server").await?;
    }
    ann.open(&format!("{}/", server.url())).await?;
    ann.see("call-to").await?;
    server.restart().await?;
    // It comes alive by itself; how soon depends on how long it had been trying.
    ann.attr_is_within(Duration::from_secs(120), "app", "data-conn", "connected")
        .await?;
    ann.gone("offline-banner").await?;
    ann.text("my-id").await.map(drop)
}

#[test]
fn a_device_without_network_says_so_and_recovers() {
    run("device_offline", async |stage| {
        let server = stage.antenna().await?;
        let ann = stage.chromium("ann").await?;
        expect_outage(&ann);
        home(&ann, &server).await?;
        // The banner comes with the early chunk, as these buttons do.
        ann.see("copy-id").await?;
        ann.offline(true).await?;
        ann.attr_is("offline-banner", "data-kind", "device").await?;
        ann.offline(false).await?;
        ann.gone("offline-banner").await?;
        ann.attr_is("app", "data-conn", "connected").await
    });
}

#[test]
fn a_new_version_found_in_a_call_waits_until_after_it_and_for_a_press() {
    run("update", async |stage| {
        let dist = stage.dist("versions")?;
        let server = Antenna::start(dist.path(), &stage.scratch().join("data")).await?;
        let pair = Pair::at(stage, server, Look::default(), Look::default()).await?;
        let ann = &pair.ann;
        worker_ready(ann).await?;
        // The second visit is one of the worker's.
        home(ann, &pair.server).await?;
        pair.talk().await?;
        dist.make_next()?;
        found(ann).await?;
        // Found, and neither offered nor applied: the call goes on, in the old version, and its chunks are there.
        ann.press("nav-settings").await?;
        ann.see("theme").await?;
        pair.both_see().await?;
        ensure(ann.count("update").await? == 0, || {
            "an update is offered in a call".into()
        })?;
        ensure(!is_next(ann).await?, || {
            "the new version took over in a call".into()
        })?;
        ann.press("nav-call").await?;
        ann.press("hangup").await?;
        ended(ann, "hung-up").await?;
        ann.press("update-apply").await?;
        until("the new version", async || Ok(is_next(ann).await?.then_some(()))).await?;
        crate::talk::ready(ann).await?;
        ann.gone("update").await?;
        ended(&pair.bob, "remote-hung-up").await?;
        pair.talk().await
    });
}

/// Comes back to the page until a new version waits: the app looks for one on focus, not more than every few seconds.
async fn found(browser: &Browser) -> Outcome {
    until_within(Duration::from_secs(90), "a new version that waits", async || {
        browser
            .js("window.dispatchEvent(new Event('focus'))", vec![])
            .await?;
        let waiting =
            "return navigator.serviceWorker.getRegistration().then(found => found?.waiting?.state ?? null)";
        Ok((browser.js(waiting, vec![]).await? == "installed").then_some(()))
    })
    .await
}

async fn is_next(browser: &Browser) -> Outcome<bool> {
    Ok(browser
        .js(
            "return document.querySelector('meta[name=build]')?.content ?? 'first'",
            vec![],
        )
        .await?
        == "next")
}

#[test]
fn chromium_finds_nothing_in_the_way_of_installing() {
    run("installable", async |stage| {
        let server = stage.antenna().await?;
        let ann = stage.chromium("ann").await?;
        home(&ann, &server).await?;
        worker_ready(&ann).await?;
        home(&ann, &server).await?;
        until("no installability error", async || {
            let found = ann.cdp("Page.getInstallabilityErrors", json!({})).await?;
            let errors = found["installabilityErrors"]
                .as_array()
                .cloned()
                .unwrap_or_default();
            if errors.is_empty() {
                Ok(Some(()))
            } else {
                Err(Failure(format!("{errors:?}")))
            }
        })
        .await?;
        let manifest = ann.cdp("Page.getAppManifest", json!({})).await?;
        let errors = &manifest["errors"];
        ensure(errors.as_array().is_some_and(Vec::is_empty), || {
            format!("the manifest: {errors}")
        })?;
        let data: serde_json::Value = serde_json::from_str(manifest["data"].as_str().unwrap_or("{}"))?;
        for name in [
            "id",
            "name",
            "short_name",
            "start_url",
            "scope",
            "display",
            "display_override",
            "icons",
            "screenshots",
            "shortcuts",
            "launch_handler",
            "theme_color",
            "background_color",
        ] {
            ensure(!data[name].is_null(), || format!("the manifest lacks {name}"))?;
        }
        ensure(data["orientation"].is_null(), || {
            "the manifest locks the orientation".into()
        })?;
        // What it names is there.
        let named = ["icons", "screenshots"]
            .iter()
            .flat_map(|list| data[*list].as_array().cloned().unwrap_or_default());
        for picture in named {
            let src = picture["src"].as_str().unwrap_or_default().to_owned();
            let status = ann.js("return fetch(arguments[0]).then(answer => answer.status + ' ' + answer.headers.get('content-type'))", vec![json!(src)]).await?;
            ensure(
                status
                    .as_str()
                    .is_some_and(|status| status.starts_with("200 image/")),
                || format!("{src}: {status}"),
            )?;
        }
        Ok(())
    });
}

#[test]
fn repairing_the_app_keeps_what_the_person_chose() {
    run("repair", async |stage| {
        let server = stage.antenna().await?;
        let ann = stage.chromium("ann").await?;
        home(&ann, &server).await?;
        ann.write("guest-name", "Ann").await?;
        worker_ready(&ann).await?;
        ann.press("nav-settings").await?;
        ann.text("storage").await?;
        ann.js("window.__before = true", vec![]).await?;
        ann.press("repair").await?;
        until("a page made anew", async || {
            Ok((ann.js("return window.__before === undefined", vec![]).await? == true).then_some(()))
        })
        .await?;
        ann.see("theme").await?;
        ann.press("nav-call").await?;
        let kept = ann.see("guest-name").await?.value().await?;
        ensure(kept.as_deref() == Some("Ann"), || format!("the name is {kept:?}"))
    });
}

#[test]
fn nothing_that_must_not_be_cached_is() {
    run("not_cached", async |stage| {
        let server = stage.antenna().await?;
        let ann = stage.chromium("ann").await?;
        ann.tolerate("status of 401");
        home(&ann, &server).await?;
        worker_ready(&ann).await?;
        home(&ann, &server).await?;
        ann.js("return Promise.all(['/healthz', '/socket.io/?EIO=4&transport=polling', '/api/auth/me'].map(path => fetch(path)))", vec![]).await?;
        let kept = ann.js(
            "return caches.keys().then(names => Promise.all(names.map(name => caches.open(name).then(cache => cache.keys())))).then(all => all.flat().map(request => request.url))",
            vec![],
        ).await?;
        let wrong: Vec<_> = kept
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|url| url.as_str())
            .filter(|url| {
                ["/socket.io/", "/api/", "/healthz", "/metrics", "token"]
                    .iter()
                    .any(|part| url.contains(part))
            })
            .collect();
        ensure(wrong.is_empty(), || format!("cached: {wrong:?}"))
    });
}

/// Waits until the worker has all it needs for a start without network.
pub(crate) async fn worker_ready(browser: &Browser) -> Outcome {
    until(format!("{}: a worker", browser.name()), async || {
        let ready = browser
            .js("return navigator.serviceWorker.getRegistration().then(found => Boolean(found?.active?.state === 'activated' && !found.installing))", vec![])
            .await?;
        Ok((ready == true).then_some(()))
    })
    .await
}
