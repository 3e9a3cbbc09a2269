//! What a call does besides the screen: wake lock, media session, notifications, full screen, picture in picture; and what
//! it does when a device goes.

use e2e::{Browser, Failure, Outcome, ensure, run, until};
use serde_json::{Value, json};

use crate::talk::{Pair, ended, pressed, words};

/// Waits until a script answers `true`.
async fn holds(browser: &Browser, what: &str, script: &str) -> Outcome {
    until(format!("{}: {what}", browser.name()), async || {
        let found = browser.js(script, vec![]).await?;
        if found == Value::Bool(true) {
            Ok(Some(()))
        } else {
            Err(Failure(found.to_string()))
        }
    })
    .await
}

#[test]
fn the_screen_stays_awake_for_as_long_as_the_call() {
    run("wake_lock", async |stage| {
        let pair = Pair::start(stage).await?;
        let watch = "window.__locks = [];
            const ask = navigator.wakeLock.request.bind(navigator.wakeLock);
            navigator.wakeLock.request = async (kind) => { const lock = await ask(kind); window.__locks.push(lock); return lock; };";
        pair.ann.js(watch, vec![]).await?;
        pair.talk().await?;
        holds(
            &pair.ann,
            "a wake lock is held",
            "return window.__locks.length === 1 && !window.__locks[0].released",
        )
        .await?;
        pair.ann.press("hangup").await?;
        ended(&pair.ann, "hung-up").await?;
        holds(
            &pair.ann,
            "the wake lock is released",
            "return window.__locks.every((lock) => lock.released)",
        )
        .await
    });
}

#[test]
fn what_a_call_does_besides_comes_after_its_picture() {
    run("after_the_picture", async |stage| {
        let pair = Pair::start(stage).await?;
        // What is changed in the document when a frame begins is painted in it; what begins in a task after it comes later.
        let watch = "window.__order = [];
            const app = document.querySelector('[data-t=app]');
            new MutationObserver(() => {
              if (app.dataset.phase === 'connecting') requestAnimationFrame(() => window.__order.push('picture'));
            }).observe(app, { attributeFilter: ['data-phase'] });
            const ask = navigator.wakeLock.request.bind(navigator.wakeLock);
            navigator.wakeLock.request = (kind) => { window.__order.push('wake lock'); return ask(kind); };
            const set = navigator.mediaSession.setActionHandler.bind(navigator.mediaSession);
            navigator.mediaSession.setActionHandler = (name, act) => { if (name === 'hangup' && act) window.__order.push('media session'); set(name, act); };";
        pair.bob.js(watch, vec![]).await?;
        pair.talk().await?;
        holds(
            &pair.bob,
            "the picture first, then the rest in its order",
            "return window.__order.join() === 'picture,media session,wake lock' || window.__order",
        )
        .await
    });
}

#[test]
fn the_systems_media_keys_mute_and_hang_up() {
    run("media_session", async |stage| {
        let pair = Pair::start(stage).await?;
        let watch = "window.__actions = {};
            const set = navigator.mediaSession.setActionHandler.bind(navigator.mediaSession);
            navigator.mediaSession.setActionHandler = (name, act) => { window.__actions[name] = act; set(name, act); };";
        pair.ann.js(watch, vec![]).await?;
        pair.talk().await?;
        holds(
            &pair.ann,
            "the call has a title for the system",
            "return (navigator.mediaSession.metadata?.title ?? '') !== ''",
        )
        .await?;
        pair.ann.js("window.__actions.togglemicrophone()", vec![]).await?;
        pressed(&pair.ann, "mic-toggle", false).await?;
        pair.ann.js("window.__actions.togglecamera()", vec![]).await?;
        pressed(&pair.ann, "camera-toggle", false).await?;
        pair.bob.reads(&words("remote_muted")?).await?;
        pair.ann.js("window.__actions.hangup()", vec![]).await?;
        ended(&pair.ann, "hung-up").await?;
        holds(
            &pair.ann,
            "the system is told that it is over",
            "return navigator.mediaSession.metadata === null && window.__actions.hangup === null",
        )
        .await
    });
}

#[test]
fn a_call_fills_the_screen_and_comes_back() {
    run("fullscreen", async |stage| {
        let pair = Pair::start(stage).await?;
        pair.talk().await?;
        pair.ann.press("fullscreen").await?;
        holds(
            &pair.ann,
            "full screen",
            "return document.fullscreenElement !== null",
        )
        .await?;
        pair.ann.moving("remote-video").await?;
        pair.ann.press("fullscreen").await?;
        holds(
            &pair.ann,
            "no full screen",
            "return document.fullscreenElement === null",
        )
        .await?;
        pair.ann.press("fullscreen").await?;
        holds(
            &pair.ann,
            "full screen again",
            "return document.fullscreenElement !== null",
        )
        .await?;
        pair.bob.press("hangup").await?;
        ended(&pair.ann, "remote-hung-up").await?;
        holds(
            &pair.ann,
            "no full screen after the call",
            "return document.fullscreenElement === null",
        )
        .await
    });
}

#[test]
fn a_call_goes_on_in_a_small_window_of_its_own() {
    run("pip", async |stage| {
        let pair = Pair::start(stage).await?;
        pair.talk().await?;
        pair.ann.press("pip").await?;
        holds(
            &pair.ann,
            "picture in picture",
            "return document.pictureInPictureElement !== null",
        )
        .await?;
        pair.ann.moving("remote-video").await?;
        pair.bob.press("hangup").await?;
        ended(&pair.ann, "remote-hung-up").await?;
        holds(
            &pair.ann,
            "no window after the call",
            "return document.pictureInPictureElement === null",
        )
        .await
    });
}

#[test]
fn an_unplugged_camera_is_replaced_without_a_press() {
    run("unplugged", async |stage| {
        let pair = Pair::start(stage).await?;
        pair.talk().await?;
        // What a page sees of a pulled plug: the track ends by itself, and the list of devices changes.
        let pull =
            "const [track] = window.__probe.liveTracks().filter((track) => track.kind === arguments[0]);
            track.stop();
            track.dispatchEvent(new Event('ended'));
            navigator.mediaDevices.dispatchEvent(new Event('devicechange'));";
        for kind in ["video", "audio"] {
            pair.ann.js(pull, vec![json!(kind)]).await?;
            let script = format!(
                "return window.__probe.livePeers().flatMap((peer) => peer.getSenders()).some((sender) => sender.track?.kind === '{kind}' && sender.track.readyState === 'live')"
            );
            holds(&pair.ann, &format!("{kind} is sent again"), &script).await?;
        }
        pair.bob.moving("remote-video").await?;
        pair.bob.hears().await
    });
}

/// What a page sees when its tab goes to the background; the rest of the browser is as it was.
pub(crate) async fn hide(browser: &Browser, hidden: bool) -> Outcome {
    let script = "Object.defineProperty(document, 'visibilityState', { value: arguments[0] ? 'hidden' : 'visible', configurable: true });
        Object.defineProperty(document, 'hidden', { value: arguments[0], configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));";
    browser.js(script, vec![json!(hidden)]).await.map(drop)
}

#[test]
fn a_call_to_a_hidden_tab_is_notified_and_gone_when_it_is_seen() {
    run("notification", async |stage| {
        let pair = Pair::start(stage).await?;
        let grant = json!({ "origin": pair.server.url(), "permissions": ["notifications"] });
        pair.bob.cdp("Browser.grantPermissions", grant).await?;
        let watch = "window.__shown = [];
            window.Notification = new Proxy(Notification, { construct(target, args) {
              const made = new target(...args);
              made.addEventListener('close', () => { made.isClosed = true; });
              window.__shown.push(made);
              return made;
            } });";
        pair.bob.js(watch, vec![]).await?;
        hide(&pair.bob, true).await?;
        pair.ring().await?;
        holds(
            &pair.bob,
            "a notification",
            "return window.__shown.length === 1 && window.__shown[0].title !== ''",
        )
        .await?;
        hide(&pair.bob, false).await?;
        holds(
            &pair.bob,
            "no notification any more",
            "return window.__shown.every((one) => one.isClosed)",
        )
        .await?;
        pair.bob.press("answer-video").await?;
        pair.both_see().await
    });
}

#[test]
fn installation_is_offered_after_the_first_call_and_asks_the_browsers_question() {
    run("install_prompt", async |stage| {
        let pair = Pair::start(stage).await?;
        let question = "const event = new Event('beforeinstallprompt', { cancelable: true });
            event.prompt = async () => { window.__asked = true; return { outcome: 'accepted' }; };
            event.userChoice = Promise.resolve({ outcome: 'accepted' });
            window.dispatchEvent(event);
            return event.defaultPrevented;";
        let held = pair.ann.js(question, vec![]).await?;
        ensure(held == Value::Bool(true), || {
            "the browser's own question was not held back".into()
        })?;
        ensure(pair.ann.visible("install").await?.is_empty(), || {
            "it is offered to somebody who has not used the app yet".into()
        })?;
        pair.talk().await?;
        pair.ann.press("hangup").await?;
        ended(&pair.ann, "hung-up").await?;
        pair.ann.see("install-now").await?;
        // Chromium may have come with a question of its own meanwhile, which no test can answer.
        pair.ann.js(question, vec![]).await?;
        pair.ann.press("install-now").await?;
        holds(&pair.ann, "the browser asks", "return window.__asked === true").await
    });
}

#[test]
fn leaving_the_page_ends_the_call_at_the_other_side_at_once() {
    run("page_left", async |stage| {
        let pair = Pair::start(stage).await?;
        pair.talk().await?;
        pair.bob.open("about:blank").await?;
        ended(&pair.ann, "remote-hung-up").await
    });
}
