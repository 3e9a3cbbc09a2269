//! What one does while talking.

use e2e::{Browser, Devices, Failure, Look, Outcome, ensure, run, until};
use thirtyfour::Key;

use crate::talk::{Pair, pressed, words};

#[test]
fn muted_is_silent_and_shown_at_the_other_side() {
    run("mute", async |stage| {
        let pair = Pair::start(stage).await?;
        pair.talk().await?;
        pair.ann.hears().await?;
        let before = heard(&pair.ann).await?;
        pair.bob.press("mic-toggle").await?;
        pressed(&pair.bob, "mic-toggle", false).await?;
        pair.ann.reads(&words("remote_muted")?).await?;
        silent(&pair.ann, before).await?;
        pair.bob.press("mic-toggle").await?;
        pressed(&pair.bob, "mic-toggle", true).await?;
        pair.ann.hears().await
    });
}

/// Sound that arrived so far: its energy, and the seconds it lasted.
async fn heard(browser: &Browser) -> Outcome<(f64, f64)> {
    let stats = browser.stats().await?;
    let audio = stats
        .iter()
        .find(|report| report["type"] == "inbound-rtp" && report["kind"] == "audio");
    let audio = audio.ok_or_else(|| Failure("no audio comes in".into()))?;
    let number = |name: &str| audio[name].as_f64().unwrap_or_default();
    Ok((number("totalAudioEnergy"), number("totalSamplesDuration")))
}

/// Waits until what arrives is silence: two seconds of sound (the beep comes every second) with next to no energy in
/// it, compared with `before`.
async fn silent(browser: &Browser, before: (f64, f64)) -> Outcome {
    let loudness = |(energy, seconds): (f64, f64)| energy / f64::max(seconds, 0.1);
    let mut since = heard(browser).await?;
    until(
        format!("{}: silence after {before:?}", browser.name()),
        async || {
            let now = heard(browser).await?;
            let (energy, seconds) = (now.0 - since.0, now.1 - since.1);
            if seconds < 2.0 {
                return Ok(None);
            }
            since = now;
            if loudness((energy, seconds)) < loudness(before) * 0.01 {
                return Ok(Some(()));
            }
            Err(Failure(format!("{energy} in {seconds} s")))
        },
    )
    .await
}

#[test]
fn a_camera_that_is_off_is_off_and_shown_at_the_other_side() {
    run("camera_toggle", async |stage| {
        let pair = Pair::start(stage).await?;
        pair.talk().await?;
        pair.bob.press("camera-toggle").await?;
        pressed(&pair.bob, "camera-toggle", false).await?;
        pair.ann.reads(&words("remote_camera_off")?).await?;
        until("bob's camera released", async || {
            let live = pair
                .bob
                .js(
                    "return window.__probe.liveTracks().filter(track => track.kind === 'video').length",
                    vec![],
                )
                .await?;
            Ok((live == 0).then_some(()))
        })
        .await?;
        pair.bob.press("camera-toggle").await?;
        pair.ann.moving("remote-video").await.map(drop)
    });
}

#[test]
fn a_shared_screen_replaces_the_camera_and_back() {
    run("screen_share", async |stage| {
        let pair = Pair::start(stage).await?;
        pair.talk().await?;
        // What Chromium shares here is a test picture too, but its track says that it is a screen.
        let surfaces = "return window.__probe.livePeers().flatMap(peer => peer.getSenders()).filter(sender => sender.track?.kind === 'video').map(sender => sender.track.getSettings().displaySurface ?? 'camera')";
        let sends = async |wanted: &str| {
            until(format!("bob sends a {wanted}"), async || {
                let found = pair.bob.js(surfaces, vec![]).await?;
                if found == serde_json::json!([wanted]) {
                    Ok(Some(()))
                } else {
                    Err(Failure(found.to_string()))
                }
            })
            .await
        };
        sends("camera").await?;
        pair.bob.press("screen-toggle").await?;
        pressed(&pair.bob, "screen-toggle", true).await?;
        sends("monitor").await?;
        pair.ann.reads(&words("remote_sharing")?).await?;
        pair.ann.moving("remote-video").await?;
        pair.bob.press("screen-toggle").await?;
        pressed(&pair.bob, "screen-toggle", false).await?;
        sends("camera").await?;
        pair.ann.moving("remote-video").await.map(drop)
    });
}

#[test]
fn texts_go_both_ways() {
    run("texts", async |stage| {
        let pair = Pair::start(stage).await?;
        pair.talk().await?;
        for (from, to, text) in [
            (&pair.ann, &pair.bob, "Hello <b>Bob</b> مرحبا"),
            (&pair.bob, &pair.ann, "Hello Ann"),
        ] {
            if from.visible("call-chat-input").await?.is_empty() {
                from.press("chat-toggle").await?;
            }
            from.write("call-chat-input", text).await?;
            from.press("call-chat-send").await?;
            from.says("call-text[data-own=true]", text).await?;
            if to.visible("call-chat").await?.is_empty() {
                to.press("chat-toggle").await?;
            }
            to.says("call-text[data-own=false]", text).await?;
        }
        // Esc puts it away, and the call goes on.
        pair.ann.keys(&Key::Escape.value().to_string()).await?;
        pair.ann.gone("call-chat").await?;
        pair.both_see().await
    });
}

#[test]
fn another_camera_is_chosen_without_renegotiation() {
    run("device_switch", async |stage| {
        let two = Look {
            // The second of Chromium's fake cameras is one for depth, and shows nothing: the third is wanted.
            devices: Devices::Fake(3),
            ..Look::default()
        };
        let pair = Pair::with(stage, two, Look::default()).await?;
        pair.talk().await?;
        let ann = &pair.ann;
        let descriptions = "return window.__probe.livePeers().map(peer => peer.localDescription.sdp)";
        let before = ann.js(descriptions, vec![]).await?;
        ann.press("devices-toggle").await?;
        ann.see("pick-camera").await?;
        let other = ann
            .js(
                "const live = window.__probe.liveTracks().find(track => track.kind === 'video').getSettings().deviceId;
                 return [...document.querySelector('[data-t=pick-camera]').options].map(option => option.value).findLast(value => value && value !== live) ?? null",
                vec![],
            )
            .await?;
        let other = other
            .as_str()
            .ok_or_else(|| Failure("there is one camera only".into()))?
            .to_owned();
        ann.choose("pick-camera", &other).await?;
        until("the other camera's track, and only that", async || {
            let live = ann.js("return window.__probe.liveTracks().filter(track => track.kind === 'video').map(track => track.getSettings().deviceId)", vec![]).await?;
            Ok((live == serde_json::json!([other])).then_some(()))
        })
        .await?;
        pair.bob.moving("remote-video").await?;
        ensure(ann.js(descriptions, vec![]).await? == before, || {
            "it was negotiated anew".into()
        })
    });
}

#[test]
fn keys_mute_hide_and_talk() {
    run("keys", async |stage| {
        let pair = Pair::start(stage).await?;
        pair.talk().await?;
        let ann = &pair.ann;
        ann.see("remote-video").await?.click().await?;
        ann.keys("m").await?;
        pressed(ann, "mic-toggle", false).await?;
        ann.keys("v").await?;
        pressed(ann, "camera-toggle", false).await?;
        // Space talks as long as it is held.
        ann.driver().action_chain().key_down(' ').perform().await?;
        pressed(ann, "mic-toggle", true).await?;
        ann.driver().action_chain().key_up(' ').perform().await?;
        pressed(ann, "mic-toggle", false).await?;
        ann.keys("m").await?;
        pressed(ann, "mic-toggle", true).await?;
        ann.keys("v").await?;
        pressed(ann, "camera-toggle", true).await?;
        // Letters that are written are no commands.
        ann.press("chat-toggle").await?;
        ann.write("call-chat-input", "mvm").await?;
        pressed(ann, "mic-toggle", true).await?;
        pair.both_see().await
    });
}

#[test]
fn walking_through_the_app_keeps_the_same_video_playing() {
    run("walking", async |stage| {
        let pair = Pair::start(stage).await?;
        pair.talk().await?;
        let ann = &pair.ann;
        ann.js(
            "document.querySelector('[data-t=remote-video]').__same = true",
            vec![],
        )
        .await?;
        for page in ["nav-settings", "nav-account", "nav-call"] {
            ann.press(page).await?;
            let same = ann
                .js(
                    "return document.querySelector('[data-t=remote-video]')?.__same === true",
                    vec![],
                )
                .await?;
            ensure(same == true, || format!("after {page} it is another video"))?;
            ann.moving("remote-video").await?;
        }
        pair.both_see().await
    });
}

#[test]
fn the_own_picture_is_moved_with_keys_and_pointer() {
    run("own_picture", async |stage| {
        let pair = Pair::start(stage).await?;
        pair.talk().await?;
        let ann = &pair.ann;
        let place = "const box = document.querySelector('[data-t=own-video]').getBoundingClientRect(); return [box.x + box.width / 2 > innerWidth / 2, box.y + box.height / 2 > innerHeight / 2]";
        until("it stands at the upper right", async || {
            Ok((ann.js(place, vec![]).await? == serde_json::json!([true, false])).then_some(()))
        })
        .await?;
        ann.js(
            "document.querySelector('[data-t=own-video]').parentElement.focus()",
            vec![],
        )
        .await?;
        ann.keys(&Key::Left.value().to_string()).await?;
        ann.keys(&Key::Down.value().to_string()).await?;
        until("it moved to the lower left", async || {
            Ok((ann.js(place, vec![]).await? == serde_json::json!([false, true])).then_some(()))
        })
        .await?;
        let own = ann.see("own-video").await?;
        ann.driver()
            .action_chain()
            .click_and_hold_element(&own)
            .move_by_offset(700, -450)
            .release()
            .perform()
            .await?;
        until("it was dragged back", async || {
            Ok((ann.js(place, vec![]).await? == serde_json::json!([true, false])).then_some(()))
        })
        .await
    });
}

#[test]
fn changes_of_state_are_announced_once() {
    run("announced", async |stage| {
        let pair = Pair::start(stage).await?;
        let ann = &pair.ann;
        ann.js(
            "window.__said = [];
             const region = document.querySelector('[data-t=live]');
             new MutationObserver(() => { const text = region.textContent.trim(); if (text) window.__said.push(text); }).observe(region, { childList: true, characterData: true, subtree: true });",
            vec![],
        )
        .await?;
        pair.talk().await?;
        ann.press("mic-toggle").await?;
        let muted = words("muted_now")?;
        until("what was said", async || {
            let said = ann.js("return window.__said", vec![]).await?;
            let times = said.as_array().map_or(0, |said| {
                said.iter().filter(|text| text.as_str() == Some(&muted)).count()
            });
            if times == 1 {
                Ok(Some(()))
            } else {
                Err(Failure(said.to_string()))
            }
        })
        .await
    });
}
