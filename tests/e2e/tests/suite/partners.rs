//! The partners and references themselves work: a failure elsewhere is then not theirs.

use e2e::{Browser, Failure, Look, Networks, Outcome, PeerCall, Sio, Site, Turn, ensure, run, until};
use serde_json::json;

#[test]
fn classic_pages_call_each_other_without_trickle() {
    run("classic_without_trickle", async |stage| {
        let server = PeerCall::start(Sio::V4).await?;
        let site = Site::simple_peer(stage.scratch()).await?;
        let url = format!("{}/?trickle=0&signal={}", site.url(), server.url());
        let (ann, bob) = (stage.chromium("ann").await?, stage.chromium("bob").await?);
        call(&ann, &bob, &url).await
    });
}

#[test]
fn classic_pages_call_each_other_with_trickle_over_socket_io_3() {
    run("classic_with_trickle", async |stage| {
        let server = PeerCall::start(Sio::V3).await?;
        let site = Site::simple_peer(stage.scratch()).await?;
        let url = format!("{}/?trickle=1&signal={}", site.url(), server.url());
        let (ann, bob) = (
            stage.chromium("ann").await?,
            stage.browser("bob", Look::firefox()).await?,
        );
        call(&ann, &bob, &url).await
    });
}

#[test]
fn classic_pages_call_each_other_through_turn() {
    run("classic_through_turn", async |stage| {
        let server = PeerCall::start(Sio::V4).await?;
        let turn = Turn::start().await?;
        let site = Site::simple_peer(stage.scratch()).await?;
        let ice = json!([turn.ice_server()]).to_string();
        let (ann, bob) = (stage.chromium("ann").await?, stage.chromium("bob").await?);
        let url = format!(
            "{}/?trickle=1&signal={}&ice={}",
            site.url(),
            server.url(),
            percent(&ice)
        );
        call(&ann, &bob, &url).await?;
        let stats = ann.stats().await?;
        let relayed = stats
            .iter()
            .any(|report| report["type"] == "local-candidate" && report["candidateType"] == "relay");
        ensure(relayed, || {
            format!("coturn gave no relay candidate:\n{}", turn.log())
        })
    });
}

#[test]
fn raw_pages_call_each_other() {
    run("raw", async |stage| {
        let server = PeerCall::start(Sio::V4).await?;
        let site = Site::raw().await?;
        let url = format!("{}/?signal={}", site.url(), server.url());
        let (ann, bob) = (stage.chromium("ann").await?, stage.chromium("bob").await?);
        call(&ann, &bob, &url).await
    });
}

#[test]
fn react_pages_call_each_other() {
    run("react", async |stage| {
        let server = PeerCall::start(Sio::V4).await?;
        let site = Site::react(stage.scratch()).await?;
        let url = format!("{}/?signal={}", site.url(), server.url());
        let (ann, bob) = (stage.chromium("ann").await?, stage.chromium("bob").await?);
        call(&ann, &bob, &url).await
    });
}

/// A clean console means something: what a page says there, throws, or is refused by its policy is noticed.
#[test]
fn errors_of_a_page_are_noticed() {
    run("errors_are_noticed", async |stage| {
        let dir = stage.scratch().join("faulty");
        std::fs::create_dir_all(&dir)?;
        let policy = "<meta http-equiv=\"Content-Security-Policy\" content=\"script-src 'self'\">";
        std::fs::write(
            dir.join("index.html"),
            format!("<!doctype html>{policy}<script>var inline;</script><script src=x.js></script>"),
        )?;
        std::fs::write(
            dir.join("x.js"),
            "console.error('said so'); setTimeout(() => { throw new Error('thrown') });",
        )?;
        let site = Site::serve(&dir).await?;
        for (name, look, expected) in [
            (
                "chromium",
                Look::default(),
                vec!["said so", "thrown", "Content Security Policy"],
            ),
            ("firefox", Look::firefox(), vec!["said so", "thrown"]),
        ] {
            let browser = stage.browser(name, look).await?;
            browser.open(site.url()).await?;
            until(format!("{name}: all three complaints"), async || {
                let complaints = browser.complaints().await?.join("\n");
                let all = expected.iter().all(|text| complaints.contains(text));
                if all {
                    Ok(Some(()))
                } else {
                    Err(Failure(complaints))
                }
            })
            .await?;
            browser.tolerate("");
        }
        Ok(())
    });
}

/// The network tests cut what they mean to cut: a page in a namespace loses its media with the cable, and the test keeps
/// hold of its browser.
#[test]
fn a_pulled_cable_stops_media_and_leaves_the_browser_in_hand() {
    run("pulled_cable", async |stage| {
        let Some(networks) = Networks::make(2)? else {
            return Ok(());
        };
        let site = Site::raw_at(&networks.host()).await?;
        let server = PeerCall::start_at(&networks.host(), Sio::V4).await?;
        let inside = |index| Look {
            namespace: Some(networks.namespace(index)),
            trusted_origin: Some(site.url().to_owned()),
            ..Look::default()
        };
        let (ann, bob) = (
            stage.browser("ann", inside(0)).await?,
            stage.browser("bob", inside(1)).await?,
        );
        call(&ann, &bob, &format!("{}/?signal={}", site.url(), server.url())).await?;
        networks.cut(0)?;
        until("bob's connection to notice", async || {
            let states = bob
                .js(
                    "return window.__probe.livePeers().map(peer => peer.connectionState)",
                    vec![],
                )
                .await?;
            Ok((states == json!(["disconnected"])).then_some(()))
        })
        .await?;
        networks.mend(0)?;
        bob.moving("remote-video").await.map(drop)
    });
}

async fn call(ann: &Browser, bob: &Browser, url: &str) -> Outcome {
    ann.open(url).await?;
    bob.open(url).await?;
    let id = bob.text("my-id").await?;
    ann.text("my-id").await?;
    ann.write("call-to", &id).await?;
    ann.press("call").await?;
    bob.press("answer-video").await?;
    ann.moving("remote-video").await?;
    bob.moving("remote-video").await?;
    bob.hears().await?;
    until("a usable mark", async || {
        let marks = ann.js("return Object.keys(window.__probe.marks)", vec![]).await?;
        if ann.look().kind == e2e::Kind::Firefox || marks.to_string().contains("usable") {
            Ok(Some(()))
        } else {
            Err(Failure(marks.to_string()))
        }
    })
    .await
}

fn percent(text: &str) -> String {
    text.bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}
