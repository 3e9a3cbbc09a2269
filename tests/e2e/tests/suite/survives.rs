//! A call through what real networks and servers do.

use e2e::{Antenna, Look, Networks, Outcome, PeerCall, Place, Sio, Site, Stage, Turn, ensure, run, until};
use serde_json::json;

use crate::talk::{Pair, dial, ended, expect_outage, home, ready};

#[test]
fn the_signaling_server_is_killed_and_restarted_in_a_call() {
    run("server_restarted", async |stage| {
        let mut pair = Pair::start(stage).await?;
        pair.expect_outage();
        pair.talk().await?;
        pair.server.kill()?;
        // The app notices, and the call goes on without.
        for browser in [&pair.ann, &pair.bob] {
            until(format!("{} notices", browser.name()), async || {
                Ok((browser.attr("app", "data-conn").await?.as_deref() != Some("connected")).then_some(()))
            })
            .await?;
        }
        pair.both_see().await?;
        pair.ann.attr_is("app", "data-phase", "active").await?;
        pair.server.restart().await?;
        for browser in [&pair.ann, &pair.bob] {
            browser.attr_is("app", "data-conn", "connected").await?;
        }
        pair.both_see().await?;
        // Everybody has a new id now; a new call is possible.
        pair.ann.press("hangup").await?;
        ended(&pair.ann, "hung-up").await?;
        ended(&pair.bob, "remote-hung-up").await?;
        ready(&pair.bob).await?;
        pair.talk().await
    });
}

#[test]
fn the_network_of_one_end_goes_away_and_comes_back() {
    run("network_away", async |stage| {
        let Some(networks) = Networks::make(2)? else {
            return Ok(());
        };
        let server =
            Antenna::start_at(&networks.host(), &Place::dist()?, &stage.scratch().join("data")).await?;
        let inside = |index| Look {
            namespace: Some(networks.namespace(index)),
            trusted_origin: Some(server.url()),
            ..Look::default()
        };
        let (ann, bob) = (inside(0), inside(1));
        let pair = Pair::at(stage, server, ann, bob).await?;
        pair.expect_outage();
        pair.talk().await?;
        networks.cut(0)?;
        for browser in [&pair.ann, &pair.bob] {
            browser.attr_is("call-status", "data-path", "broken").await?;
        }
        networks.mend(0)?;
        for browser in [&pair.ann, &pair.bob] {
            browser.attr_is("call-status", "data-path", "flowing").await?;
        }
        pair.both_see().await?;
        // It says how long that took.
        pair.ann.says("call-status", "Reconnected after").await?;
        pair.ann.attr_is("app", "data-conn", "connected").await
    });
}

#[test]
fn the_network_goes_away_in_a_call_with_a_classic_client() {
    run("network_away_classic", async |stage| {
        let Some(networks) = Networks::make(2)? else {
            return Ok(());
        };
        let host = networks.host();
        let classic = PeerCall::start_at(&host, Sio::V4).await?;
        let dist = stage.dist("configured")?;
        dist.configure(&json!({ "backends": [{ "id": "foreign", "name": "Foreign", "kind": "peer-call", "url": classic.url() }] }))?;
        let server = Antenna::start_at(&host, dist.path(), &stage.scratch().join("data")).await?;
        let site = Site::simple_peer_at(&host, stage.scratch()).await?;
        let inside = |index, origin: &str| Look {
            namespace: Some(networks.namespace(index)),
            trusted_origin: Some(origin.to_owned()),
            ..Look::default()
        };
        let ann = stage.browser("ann", inside(0, &server.url())).await?;
        let bob = stage.browser("bob", inside(1, site.url())).await?;
        expect_outage(&ann);
        expect_outage(&bob);
        home(&ann, &server).await?;
        bob.open(&format!("{}/?trickle=1&signal={}", site.url(), classic.url()))
            .await?;
        dial(&ann, &bob).await?;
        bob.press("answer-video").await?;
        ann.moving("remote-video").await?;
        networks.cut(0)?;
        ann.attr_is("call-status", "data-path", "broken").await?;
        networks.mend(0)?;
        ann.attr_is("call-status", "data-path", "flowing").await?;
        ann.moving("remote-video").await?;
        bob.moving("remote-video").await.map(drop)
    });
}

/// The browser's own emulation cuts one page only: here the page that is cut learns of it by its `offline` event.
#[test]
fn a_page_that_goes_offline_mends_its_call_when_it_is_online_again() {
    run("page_offline", async |stage| {
        let cut = Look {
            network: Some(1),
            ..Look::default()
        };
        let pair = Pair::with(stage, cut, Look::default()).await?;
        pair.expect_outage();
        pair.talk().await?;
        pair.ann.offline(true).await?;
        pair.ann.attr_is("call-status", "data-path", "broken").await?;
        pair.bob.attr_is("call-status", "data-path", "broken").await?;
        pair.ann.offline(false).await?;
        pair.ann.attr_is("call-status", "data-path", "flowing").await?;
        pair.bob.attr_is("call-status", "data-path", "flowing").await?;
        pair.both_see().await
    });
}

#[test]
fn a_network_that_never_comes_back_ends_the_call_with_a_reason() {
    run("network_gone", async |stage| {
        let cut = Look {
            network: Some(1),
            ..Look::default()
        };
        let pair = Pair::with(stage, cut, Look::default()).await?;
        pair.expect_outage();
        pair.talk().await?;
        pair.ann.offline(true).await?;
        let patience = std::time::Duration::from_secs(180);
        pair.bob
            .attr_is_within(patience, "ended", "data-reason", "connection-lost")
            .await?;
        pair.ann
            .attr_is_within(patience, "ended", "data-reason", "connection-lost")
            .await?;
        pair.bob.no_call_left().await?;
        pair.ann.no_call_left().await
    });
}

#[test]
fn relay_only_hides_the_own_address_behind_turn() {
    run("relay_only", async |stage| {
        let turn = Turn::start().await?;
        let pair = with_turn(stage, &turn).await?;
        let ann = &pair.ann;
        ann.press("nav-settings").await?;
        ann.press("relay-only").await?;
        ann.press("nav-call").await?;
        pair.talk().await?;
        let stats = ann.stats().await?;
        let kinds: Vec<_> = stats
            .iter()
            .filter(|report| report["type"] == "local-candidate")
            .map(|report| &report["candidateType"])
            .collect();
        ensure(
            !kinds.is_empty() && kinds.iter().all(|kind| *kind == "relay"),
            || format!("ann's candidates: {kinds:?}\n{}", turn.log()),
        )?;
        // What Bob was told holds no other address either.
        let told = pair
            .bob
            .js(
                "return window.__probe.livePeers().map(peer => peer.remoteDescription.sdp).join('\\n')",
                vec![],
            )
            .await?;
        let told = told.as_str().unwrap_or_default().to_owned();
        let leaked: Vec<&str> = told
            .lines()
            .filter(|line| line.starts_with("a=candidate") && !line.contains("typ relay"))
            .collect();
        ensure(leaked.is_empty(), || format!("bob was told {leaked:?}"))?;
        let known = pair.bob.stats().await?;
        let known: Vec<_> = known
            .iter()
            .filter(|report| report["type"] == "remote-candidate")
            .map(|report| &report["candidateType"])
            .collect();
        ensure(known.iter().all(|kind| *kind == "relay"), || {
            format!("bob knows {known:?}")
        })
    });
}

async fn with_turn(stage: &Stage, turn: &Turn) -> Outcome<Pair> {
    let config = json!({ "backends": [{ "id": "here", "name": "Here", "kind": "peer-call", "url": "/", "accounts": true, "iceServers": [turn.ice_server()] }] });
    let server = stage.antenna_with(&config).await?;
    Pair::at(stage, server, Look::default(), Look::default()).await
}

/// A STUN server that never answers costs nothing noticeable, also towards a client that wants all candidates at once.
#[test]
fn a_dead_stun_server_does_not_delay_the_offer() {
    run("dead_stun", async |stage| {
        let classic = PeerCall::start(Sio::V4).await?;
        // A port of this machine that swallows what it gets.
        let silent = std::net::UdpSocket::bind("127.0.0.1:0")?;
        let dead = format!("stun:{}", silent.local_addr()?);
        let config = json!({ "backends": [{ "id": "foreign", "name": "Foreign", "kind": "peer-call", "url": classic.url(), "iceServers": [{ "urls": [dead] }] }] });
        let server = stage.antenna_with(&config).await?;
        let site = Site::simple_peer(stage.scratch()).await?;
        let (ann, bob) = (stage.chromium("ann").await?, stage.chromium("bob").await?);
        home(&ann, &server).await?;
        bob.open(&format!("{}/?trickle=0&signal={}", site.url(), classic.url()))
            .await?;
        bob.text("my-id").await?;
        dial(&ann, &bob).await?;
        bob.see("answer-video").await?;
        // No limit in seconds: the offer was there before the browser had given up on the server.
        let gathering = ann
            .js(
                "return window.__probe.livePeers().map(peer => peer.iceGatheringState)",
                vec![],
            )
            .await?;
        ensure(gathering == json!(["gathering"]), || {
            format!("the offer waited until gathering was {gathering}")
        })?;
        bob.press("answer-video").await?;
        ann.moving("remote-video").await?;
        bob.moving("remote-video").await.map(drop)
    });
}
