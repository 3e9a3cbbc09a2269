//! Calling: from a press to the end of a call.

use std::time::Duration;

use e2e::{Browser, Failure, Look, Outcome, ensure, run, until};
use thirtyfour::Key;

use crate::talk::{Pair, dial, ended, home, pressed, ready};

#[test]
fn two_people_see_and_hear_each_other_and_call_again() {
    run("two_people", async |stage| {
        let pair = Pair::start(stage).await?;
        pair.talk().await?;
        let Pair { ann, bob, .. } = &pair;
        for browser in [ann, bob] {
            browser.hears().await?;
            browser.moving("own-video").await?;
            browser.attr_is("call-status", "data-path", "flowing").await?;
        }
        ann.press("hangup").await?;
        ended(ann, "hung-up").await?;
        bob.attr_is("ended", "data-reason", "remote-hung-up").await?;
        for browser in [ann, bob] {
            browser.no_call_left().await?;
        }
        // The same page calls again, the other way round, from the end screen.
        ann.moving("preview").await?;
        bob.press("call-again").await?;
        ann.press("answer-video").await?;
        pair.both_see().await
    });
}

#[test]
fn a_declined_call_says_so() {
    run("declined", async |stage| {
        let pair = Pair::start(stage).await?;
        pair.ring().await?;
        pair.bob.press("decline").await?;
        pair.bob.gone("incoming").await?;
        ended(&pair.ann, "declined").await?;
        pair.ann.no_call_left().await?;
        pair.bob.no_call_left().await
    });
}

#[test]
fn a_cancelled_call_stops_ringing_and_is_missed() {
    run("cancelled", async |stage| {
        let pair = Pair::start(stage).await?;
        pair.ring().await?;
        pair.ann.press("cancel").await?;
        ended(&pair.ann, "hung-up").await?;
        pair.bob.gone("incoming").await?;
        ended(&pair.bob, "missed").await?;
        // Both are free for the next call.
        pair.talk().await
    });
}

#[test]
fn a_ringing_call_keeps_the_keys() {
    run("rings_keys", async |stage| {
        let pair = Pair::start(stage).await?;
        let bob = &pair.bob;
        bob.js(
            "window.__heard = []; document.addEventListener('keydown', (event) => window.__heard.push(event.key));",
            vec![],
        )
        .await?;
        bob.write("call-to", "ab").await?;
        bob.js("window.__heard.length = 0", vec![]).await?;
        pair.ring().await?;
        // Whoever is just writing presses nothing.
        focused(bob, "incoming").await?;
        bob.keys("x ").await?;
        bob.keys(&Key::Enter.value().to_string()).await?;
        bob.keys(&Key::Escape.value().to_string()).await?;
        // Tab goes around.
        let tab = Key::Tab.value().to_string();
        for hook in ["answer-video", "answer-audio", "decline", "answer-video"] {
            bob.keys(&tab).await?;
            focused(bob, hook).await?;
        }
        bob.driver()
            .action_chain()
            .key_down(Key::Shift)
            .send_keys(&tab)
            .key_up(Key::Shift)
            .perform()
            .await?;
        focused(bob, "decline").await?;
        // The focus stays, also where something else asks for it, and where nothing has it.
        bob.js("document.querySelector('[data-t=call-to]').focus()", vec![])
            .await?;
        focused(bob, "incoming").await?;
        bob.js("document.activeElement.blur()", vec![]).await?;
        bob.keys("y").await?;
        bob.keys(&Key::Escape.value().to_string()).await?;
        bob.keys(&tab).await?;
        focused(bob, "answer-video").await?;
        let heard = bob.js("return window.__heard", vec![]).await?;
        ensure(heard == serde_json::json!([]), || {
            format!("the page heard {heard}")
        })?;
        // What has the focus is pressed by a key; then the focus is where it was, and so are the keys.
        bob.keys(&tab).await?;
        bob.keys(&tab).await?;
        focused(bob, "decline").await?;
        bob.keys(&Key::Enter.value().to_string()).await?;
        bob.gone("incoming").await?;
        ended(&pair.ann, "declined").await?;
        focused(bob, "call-to").await?;
        bob.keys("c").await?;
        let written = bob.see("call-to").await?.value().await?;
        ensure(written.as_deref() == Some("abc"), || {
            format!("written is {written:?}")
        })
    });
}

/// Waits until the element of a hook has the focus.
async fn focused(browser: &Browser, hook: &str) -> Outcome {
    until(format!("{}: the focus on `{hook}`", browser.name()), async || {
        let has = browser
            .js("return document.activeElement?.dataset.t ?? null", vec![])
            .await?;
        if has.as_str() == Some(hook) {
            Ok(Some(()))
        } else {
            Err(Failure(format!("it is on {has}")))
        }
    })
    .await
}

#[test]
fn it_rings_above_whatever_is_modal() {
    run("rings_above", async |stage| {
        let pair = Pair::start(stage).await?;
        let bob = &pair.bob;
        let open = "const dialog = document.body.appendChild(document.createElement('dialog'));
            dialog.id = 'other';
            dialog.append(Object.assign(document.createElement('button'), { textContent: 'of a dialog' }));
            dialog.showModal();";
        // A dialog that is there already, and one that comes meanwhile.
        bob.js(open, vec![]).await?;
        pair.ring().await?;
        focused(bob, "incoming").await?;
        bob.press("decline").await?;
        ended(&pair.ann, "declined").await?;
        bob.js("document.querySelector('#other').remove()", vec![])
            .await?;
        pair.ring().await?;
        bob.js(open, vec![]).await?;
        focused(bob, "incoming").await?;
        bob.press("answer-video").await?;
        bob.js("document.querySelector('#other').remove()", vec![])
            .await?;
        pair.both_see().await?;
        // A call that fills the screen.
        let cay = stage.chromium("cay").await?;
        home(&cay, &pair.server).await?;
        bob.press("fullscreen").await?;
        until("full screen", async || {
            let full = bob
                .js("return document.fullscreenElement !== null", vec![])
                .await?;
            Ok((full == true).then_some(()))
        })
        .await?;
        dial(&cay, bob).await?;
        bob.press("decline").await?;
        cay.attr_is("ended", "data-reason", "busy").await?;
        pair.both_see().await
    });
}

#[test]
fn nobody_answers_and_the_attempt_ends_by_itself() {
    run("no_answer", async |stage| {
        let pair = Pair::start(stage).await?;
        pair.ring().await?;
        pair.ann
            .attr_is_within(Duration::from_secs(90), "ended", "data-reason", "no-answer")
            .await?;
        pair.bob.gone("incoming").await?;
        pair.ann.no_call_left().await
    });
}

#[test]
fn a_second_caller_is_told_busy_and_the_call_goes_on() {
    run("busy", async |stage| {
        let pair = Pair::start(stage).await?;
        pair.talk().await?;
        let cay = stage.chromium("cay").await?;
        home(&cay, &pair.server).await?;
        // Bob's id is no longer on his screen; it is the one Ann was connected to.
        let id = pair
            .bob
            .js(
                "return document.querySelector('[data-t=my-id]').textContent",
                vec![],
            )
            .await?;
        cay.write("call-to", id.as_str().unwrap_or_default()).await?;
        cay.press("call").await?;
        pair.bob.press("decline").await?;
        cay.attr_is("ended", "data-reason", "busy").await?;
        pair.both_see().await
    });
}

#[test]
fn a_second_caller_can_be_answered_instead() {
    run("answered_instead", async |stage| {
        let pair = Pair::start(stage).await?;
        pair.talk().await?;
        let cay = stage.chromium("cay").await?;
        home(&cay, &pair.server).await?;
        dial(&cay, &pair.bob).await?;
        pair.bob.press("answer-video").await?;
        pair.ann.attr_is("ended", "data-reason", "remote-hung-up").await?;
        cay.moving("remote-video").await?;
        pair.bob.moving("remote-video").await?;
        let peers = pair
            .bob
            .js("return window.__probe.livePeers().length", vec![])
            .await?;
        ensure(peers == 1, || format!("{peers} connections"))
    });
}

#[test]
fn hanging_up_turns_the_camera_off() {
    run("camera_off", async |stage| {
        let pair = Pair::start(stage).await?;
        pair.talk().await?;
        // Away from the call screen, so that no preview takes the camera again.
        pair.bob.press("nav-settings").await?;
        pair.bob.press("hangup").await?;
        pair.bob.press("dismiss").await?;
        pair.bob.no_call_left().await?;
        pair.bob.devices_released().await?;
        pair.ann.attr_is("ended", "data-reason", "remote-hung-up").await?;
        pair.ann.no_call_left().await
    });
}

#[test]
fn both_call_each_other_at_once_and_get_one_call() {
    run("glare", async |stage| {
        let pair = Pair::start(stage).await?;
        let Pair { ann, bob, .. } = &pair;
        let (to_ann, to_bob) = (ann.text("my-id").await?, bob.text("my-id").await?);
        ann.write("call-to", &to_bob).await?;
        bob.write("call-to", &to_ann).await?;
        // At the same moment by the machine's clock: it rings some 20 ms after a press, faster than a driver presses.
        let press =
            "setTimeout(() => document.querySelector('[data-t=call]').click(), arguments[0] - Date.now())";
        let soon = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)?
            .as_millis()
            + 1500;
        for browser in [ann, bob] {
            browser.js(press, vec![(soon as u64).into()]).await?;
        }
        pair.both_see().await?;
        for browser in [ann, bob] {
            until(format!("one connection at {}", browser.name()), async || {
                Ok((browser
                    .js("return window.__probe.livePeers().length", vec![])
                    .await?
                    == 1)
                    .then_some(()))
            })
            .await?;
            browser.gone("incoming").await?;
        }
        pair.both_see().await
    });
}

#[test]
fn a_link_asks_and_then_dials() {
    run("call_link", async |stage| {
        let pair = Pair::start(stage).await?;
        let id = pair.bob.text("my-id").await?;
        pair.ann.open(&format!("{}/call/{id}", pair.server.url())).await?;
        ready(&pair.ann).await?;
        pair.ann.reads(&format!("Call {id}?")).await?;
        ensure(pair.bob.visible("incoming").await?.is_empty(), || {
            "it rings before the question was answered".into()
        })?;
        pair.ann.press("call").await?;
        pair.bob.press("answer-video").await?;
        pair.both_see().await
    });
}

#[test]
fn a_call_is_answered_from_any_page() {
    run("answered_from_settings", async |stage| {
        let pair = Pair::start(stage).await?;
        dial_from_settings(&pair).await?;
        pair.bob.press("answer-video").await?;
        pair.both_see().await
    });
}

async fn dial_from_settings(pair: &Pair) -> e2e::Outcome {
    let id = pair.bob.text("my-id").await?;
    pair.bob.press("nav-settings").await?;
    pair.bob.see("theme").await?;
    pair.ann.write("call-to", &id).await?;
    pair.ann.press("call").await
}

#[test]
fn a_guests_name_is_shown_to_the_other_side_and_remembered() {
    run("guest_name", async |stage| {
        let pair = Pair::start(stage).await?;
        pair.ann.write("guest-name", "Ann of the Hill").await?;
        pair.ring().await?;
        pair.bob.says("incoming", "Ann of the Hill").await?;
        pair.bob.press("answer-video").await?;
        pair.bob.says("call-name", "Ann of the Hill").await?;
        pair.ann.press("hangup").await?;
        ended(&pair.ann, "hung-up").await?;
        home(&pair.ann, &pair.server).await?;
        let kept = pair.ann.see("guest-name").await?.value().await?;
        ensure(kept.as_deref() == Some("Ann of the Hill"), || {
            format!("the name is {kept:?}")
        })
    });
}

#[test]
fn answered_without_video_the_camera_stays_off() {
    run("answered_without_video", async |stage| {
        let pair = Pair::start(stage).await?;
        pair.ring().await?;
        pair.bob.press("answer-audio").await?;
        pair.bob.moving("remote-video").await?;
        pressed(&pair.bob, "camera-toggle", false).await?;
        pressed(&pair.bob, "mic-toggle", true).await?;
        pair.ann.hears().await?;
        // It can be turned on later, without another call.
        pair.bob.press("camera-toggle").await?;
        pair.ann.moving("remote-video").await.map(drop)
    });
}

#[test]
fn a_stranger_who_leaves_ends_nothing() {
    run("stranger_leaves", async |stage| {
        let pair = Pair::start(stage).await?;
        let cay = stage.chromium("cay").await?;
        home(&cay, &pair.server).await?;
        pair.talk().await?;
        cay.open("about:blank").await?;
        // The broadcast has come when somebody who joins afterwards has been served.
        home(&cay, &pair.server).await?;
        pair.both_see().await?;
        pair.ann.attr_is("app", "data-phase", "active").await?;
        pair.bob.attr_is("app", "data-phase", "active").await
    });
}

#[test]
fn a_call_between_chromium_and_firefox() {
    run("chromium_firefox", async |stage| {
        let pair = Pair::with(stage, Look::default(), Look::firefox()).await?;
        pair.talk().await?;
        pair.ann.hears().await?;
        pair.ann.press("hangup").await?;
        ended(&pair.ann, "hung-up").await?;
        ended(&pair.bob, "remote-hung-up").await?;
        dial(&pair.bob, &pair.ann).await?;
        pair.ann.press("answer-video").await?;
        pair.both_see().await
    });
}

#[test]
fn a_call_on_phones() {
    run("phones", async |stage| {
        let pair = Pair::with(
            stage,
            Look::phone(),
            Look {
                dark: true,
                reduced_motion: true,
                ..Look::phone()
            },
        )
        .await?;
        pair.talk().await?;
        pair.ann.press("hangup").await?;
        ended(&pair.ann, "hung-up").await
    });
}
