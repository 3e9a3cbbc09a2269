//! Before a call: preview, permission, devices, one's own id.

use e2e::{Devices, Look, Permission, ensure, run, until};

use crate::talk::{Pair, home, pressed};

#[test]
fn the_preview_shows_the_camera_and_the_meter_the_microphone() {
    run("preview", async |stage| {
        let server = stage.antenna().await?;
        let ann = stage.chromium("ann").await?;
        home(&ann, &server).await?;
        ann.moving("preview").await?;
        until("a level on the meter", async || {
            let level = ann.attr("mic-meter", "aria-valuenow").await?;
            Ok(level
                .and_then(|level| level.parse::<f64>().ok())
                .filter(|level| *level > 0.0))
        })
        .await?;
        ann.press("camera-toggle").await?;
        pressed(&ann, "camera-toggle", false).await?;
        ann.press("mic-toggle").await?;
        pressed(&ann, "mic-toggle", false).await?;
        ann.devices_released().await?;
        ann.press("camera-toggle").await?;
        ann.moving("preview").await.map(drop)
    });
}

#[test]
fn a_denied_camera_is_explained_inline_and_the_call_goes_on_without() {
    run("denied", async |stage| {
        let denied = Look {
            permission: Permission::Denied,
            ..Look::default()
        };
        let pair = Pair::with(stage, denied, Look::default()).await?;
        let ann = &pair.ann;
        if !ann.visible("preview-start").await?.is_empty() {
            ann.press("preview-start").await?;
        }
        ann.attr_is("preview-problem", "data-problem", "denied").await?;
        pair.ring().await?;
        pair.bob.press("answer-video").await?;
        // She sees and hears, and is neither seen nor heard.
        ann.moving("remote-video").await?;
        ann.hears().await
    });
}

#[test]
fn without_any_device_one_can_still_call_and_be_called() {
    run("no_device", async |stage| {
        let none = Look {
            devices: Devices::None,
            ..Look::default()
        };
        let pair = Pair::with(stage, none.clone(), Look::default()).await?;
        pair.ann
            .attr_is("preview-problem", "data-problem", "missing")
            .await?;
        pair.ring().await?;
        pair.bob.press("answer-video").await?;
        pair.ann.moving("remote-video").await?;
        pair.ann.hears().await
    });
}

#[test]
fn without_any_device_one_can_answer() {
    run("no_device_answers", async |stage| {
        let none = Look {
            devices: Devices::None,
            ..Look::default()
        };
        let pair = Pair::with(stage, Look::default(), none).await?;
        pair.ring().await?;
        pair.bob.press("answer-video").await?;
        pair.bob.moving("remote-video").await?;
        pair.bob.hears().await
    });
}

#[test]
fn the_own_id_is_copied_and_shown_as_a_code() {
    run("own_id", async |stage| {
        let server = stage.antenna().await?;
        let ann = stage.chromium("ann").await?;
        home(&ann, &server).await?;
        let id = ann.text("my-id").await?;
        ann.press("copy-id").await?;
        // What was copied can be pasted where one writes whom to call.
        ann.see("call-to").await?.click().await?;
        ann.driver()
            .action_chain()
            .key_down(thirtyfour::Key::Control)
            .send_keys("v")
            .key_up(thirtyfour::Key::Control)
            .perform()
            .await?;
        until("the id in the field", async || {
            Ok(ann
                .see("call-to")
                .await?
                .value()
                .await?
                .filter(|text| text.contains(&id)))
        })
        .await?;
        ann.press("qr-toggle").await?;
        let code = ann.see("qr").await?.rect().await?;
        ensure(code.width > 90.0 && code.height > 90.0, || {
            format!("a code of {} by {}", code.width, code.height)
        })
    });
}

#[test]
fn ones_own_id_and_nonsense_are_refused_with_words() {
    run("refused", async |stage| {
        let server = stage.antenna().await?;
        let ann = stage.chromium("ann").await?;
        home(&ann, &server).await?;
        let id = ann.text("my-id").await?;
        ann.write("call-to", &id).await?;
        ann.press("call").await?;
        ann.reads(&crate::talk::words("refused_own_id")?).await?;
        ann.write("call-to", " ").await?;
        ann.press("call").await?;
        ann.reads(&crate::talk::words("refused_not_an_id")?).await?;
        ann.attr_is("app", "data-phase", "idle").await
    });
}
