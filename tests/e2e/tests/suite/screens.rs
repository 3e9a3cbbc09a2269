//! Every screen, in both themes, both languages and both sizes: axe finds nothing, nothing is wider than the window.
//! With `ANTENNA_SCREENSHOTS=DIR` the screens are kept as pictures too.

use std::path::PathBuf;

use e2e::{Browser, Failure, Look, Outcome, Place, Stage, ensure, run, until};
use serde_json::{Value, json};

use crate::talk::{Pair, ended, home, ready};

/// How the screens are looked at.
#[derive(Clone, Copy)]
struct View {
    phone: bool,
    dark: bool,
    language: &'static str,
}

impl View {
    fn look(self) -> Look {
        let look = if self.phone {
            Look::phone()
        } else {
            Look {
                size: (1440, 900),
                ..Look::default()
            }
        };
        Look {
            dark: self.dark,
            reduced_motion: true,
            ..look
        }
    }

    fn name(self) -> String {
        let size = if self.phone { "phone" } else { "desktop" };
        let theme = if self.dark { "dark" } else { "light" };
        format!("{size}-{theme}-{}", self.language)
    }
}

#[test]
fn screens_on_a_desktop_in_light_english() {
    run("screens_desktop_light_en", async |stage| {
        walk(
            stage,
            View {
                phone: false,
                dark: false,
                language: "en",
            },
        )
        .await
    });
}

#[test]
fn screens_on_a_desktop_in_dark_english() {
    run("screens_desktop_dark_en", async |stage| {
        walk(
            stage,
            View {
                phone: false,
                dark: true,
                language: "en",
            },
        )
        .await
    });
}

#[test]
fn screens_on_a_phone_in_light_english() {
    run("screens_phone_light_en", async |stage| {
        walk(
            stage,
            View {
                phone: true,
                dark: false,
                language: "en",
            },
        )
        .await
    });
}

#[test]
fn screens_on_a_phone_in_dark_english() {
    run("screens_phone_dark_en", async |stage| {
        walk(
            stage,
            View {
                phone: true,
                dark: true,
                language: "en",
            },
        )
        .await
    });
}

#[test]
fn screens_on_a_desktop_in_dark_arabic() {
    run("screens_desktop_dark_ar", async |stage| {
        walk(
            stage,
            View {
                phone: false,
                dark: true,
                language: "ar",
            },
        )
        .await
    });
}

#[test]
fn screens_on_a_phone_in_light_arabic() {
    run("screens_phone_light_ar", async |stage| {
        walk(
            stage,
            View {
                phone: true,
                dark: false,
                language: "ar",
            },
        )
        .await
    });
}

/// What was found on the way; all of it is told at the end, not only the first.
#[derive(Default)]
struct Findings(Vec<String>);

async fn walk(stage: &Stage, view: View) -> Outcome {
    let server = stage.antenna().await?;
    let pair = Pair::at(stage, server, view.look(), Look::default()).await?;
    let (ann, bob, url) = (&pair.ann, &pair.bob, pair.server.url());
    ann.tolerate("status of 401");
    ann.cdp("Emulation.setDeviceMetricsOverride", json!({ "width": view.look().size.0, "height": view.look().size.1, "deviceScaleFactor": 1, "mobile": view.phone })).await?;
    ann.open(&format!("{url}/settings")).await?;
    ann.choose("language", view.language).await?;
    bob.write("guest-name", "Bob Marley").await?;
    let mut found = Findings::default();
    for (path, hook, name) in [
        ("/settings", "theme", "settings"),
        ("/signin", "email", "sign-in"),
        ("/signup", "name", "sign-up"),
        ("/nowhere", "not-found", "not-found"),
        ("/call/somebody", "call-to", "call-link"),
        ("/", "call-to", "home"),
    ] {
        ann.open(&format!("{url}{path}")).await?;
        ann.see(hook).await?;
        if hook == "call-to" {
            ready(ann).await?;
            ann.moving("preview").await?;
        }
        look(ann, view, name, &mut found).await?;
    }
    ann.press("qr-toggle").await?;
    ann.see("qr").await?;
    look(ann, view, "home-qr", &mut found).await?;
    calls(&pair, view, &mut found).await?;
    account(ann, &url, view, &mut found).await?;
    ensure(found.0.is_empty(), || found.0.join("\n"))
}

async fn calls(pair: &Pair, view: View, found: &mut Findings) -> Outcome {
    let Pair { ann, bob, .. } = pair;
    pair.ring().await?;
    look(ann, view, "dialing", found).await?;
    ann.press("cancel").await?;
    look(ann, view, "ended", found).await?;
    ended(ann, "hung-up").await?;
    bob.press("dismiss").await?;
    crate::talk::dial(bob, ann).await?;
    ann.see("incoming").await?;
    look(ann, view, "incoming", found).await?;
    ann.press("answer-video").await?;
    pair.both_see().await?;
    ann.moving("own-video").await?;
    ann.stir().await?;
    look(ann, view, "in-call", found).await?;
    ann.press("chat-toggle").await?;
    for (from, text) in [(bob, "Can you hear me now?"), (ann, "Loud and clear.")] {
        if from.visible("call-chat-input").await?.is_empty() {
            from.press("chat-toggle").await?;
        }
        from.write("call-chat-input", text).await?;
        from.press("call-chat-send").await?;
        ann.reads(text).await?;
    }
    look(ann, view, "in-call-chat", found).await?;
    ann.press("chat-close").await?;
    ann.press("devices-toggle").await?;
    ann.see("pick-camera").await?;
    look(ann, view, "in-call-devices", found).await?;
    ann.press("devices-close").await?;
    ann.press("camera-toggle").await?;
    ann.press("mic-toggle").await?;
    look(ann, view, "in-call-muted", found).await?;
    ann.press("camera-toggle").await?;
    ann.press("nav-settings").await?;
    ann.see("theme").await?;
    look(ann, view, "in-call-docked", found).await?;
    ann.press("nav-call").await?;
    bob.press("hangup").await?;
    ann.attr_is("ended", "data-reason", "remote-hung-up").await?;
    look(ann, view, "ended-by-the-other", found).await?;
    ann.press("dismiss").await?;
    bob.press("dismiss").await
}

async fn account(ann: &Browser, url: &str, view: View, found: &mut Findings) -> Outcome {
    ann.open(&format!("{url}/signup")).await?;
    ann.write("email", "nonsense").await?;
    ann.press("submit").await?;
    ann.see("field-error[data-field=email]").await?;
    look(ann, view, "sign-up-errors", found).await?;
    ann.write("name", "Ann of the Hill").await?;
    ann.write("email", "ann@example.org").await?;
    ann.write("password", "correct horse battery").await?;
    ann.press("submit").await?;
    ann.see("profile-name").await?;
    look(ann, view, "account", found).await?;
    chat(ann, url, view, found).await?;
    ann.open(&format!("{url}/account")).await?;
    ann.press("signout").await?;
    ann.see("email").await.map(drop)
}

/// Chat and people, with something in them.
async fn chat(ann: &Browser, url: &str, view: View, found: &mut Findings) -> Outcome {
    ann.open(&format!("{url}/chat")).await?;
    ann.see("chat-none").await?;
    look(ann, view, "chat-empty", found).await?;
    ann.press("chat-new").await?;
    ann.press("chat-create").await?;
    ann.write("chat-create-name", "Harbour").await?;
    look(ann, view, "chat-create", found).await?;
    ann.press("chat-dialog-go").await?;
    ann.says("chat-room-name", "Harbour").await?;
    for text in [
        "Ships at **nine**, see https://example.org/plan",
        "مرحبا بالجميع",
        "> quoted, and `code`",
    ] {
        crate::chat::write(ann, text).await?;
    }
    until("three messages sent", async || {
        let lines = crate::chat::lines(ann).await?;
        Ok((lines.len() == 3 && lines.iter().all(|(delivery, _)| delivery == "sent")).then_some(()))
    })
    .await?;
    look(ann, view, "chat-room", found).await?;
    ann.press("chat-emoji").await?;
    ann.see("emoji-picker").await?;
    look(ann, view, "chat-emoji", found).await?;
    ann.keys(&thirtyfour::Key::Escape.value().to_string()).await?;
    ann.gone("emoji-picker").await?;
    ann.open(&format!("{url}/chat")).await?;
    ann.see("chat-room").await?;
    look(ann, view, "chat-list", found).await?;
    ann.press("chat-find").await?;
    ann.write("chat-query", "ships").await?;
    ann.see("chat-entry").await?;
    look(ann, view, "chat-search", found).await?;
    ann.open(&format!("{url}/people")).await?;
    ann.see("people").await?;
    ann.see("status-edit").await?;
    look(ann, view, "people", found).await?;
    ann.press("status-edit").await?;
    ann.see("status-input").await?;
    look(ann, view, "people-status", found).await
}

/// Looks at the present screen: its width, what axe finds, and its picture.
async fn look(browser: &Browser, view: View, screen: &str, found: &mut Findings) -> Outcome {
    settled(browser).await?;
    if let Some(dir) = std::env::var_os("ANTENNA_SCREENSHOTS") {
        let dir = PathBuf::from(dir);
        std::fs::create_dir_all(&dir)?;
        browser
            .screenshot(&dir.join(format!("{screen}-{}.png", view.name())))
            .await?;
    }
    let widths = browser
        .js(
            "return [document.scrollingElement.scrollWidth, innerWidth]",
            vec![],
        )
        .await?;
    if widths[0].as_u64() > widths[1].as_u64() {
        found.0.push(format!("{screen}: wider than the window: {widths}"));
    }
    for violation in axe(browser).await? {
        found.0.push(format!("{screen}: {violation}"));
    }
    Ok(())
}

/// Transitions have ended: contrast is measured on what stays.
async fn settled(browser: &Browser) -> Outcome {
    until("the end of transitions", async || {
        let running = browser
            .js("return document.getAnimations().filter(a => a.playState === 'running' && a.effect?.getComputedTiming().iterations !== Infinity).length", vec![])
            .await?;
        Ok((running == 0).then_some(()))
    })
    .await
}

async fn axe(browser: &Browser) -> Outcome<Vec<String>> {
    let source = std::fs::read_to_string(Place::node().join("node_modules/axe-core/axe.min.js"))?;
    browser.js(&source, vec![]).await?;
    let result = browser
        .js(
            "return axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations)",
            vec![],
        )
        .await?;
    let violations = result
        .as_array()
        .ok_or_else(|| Failure(format!("axe says {result}")))?;
    Ok(violations.iter().map(describe).collect())
}

fn describe(violation: &Value) -> String {
    let nodes = violation["nodes"].as_array().into_iter().flatten();
    let nodes: Vec<String> = nodes
        .map(|node| {
            format!(
                "    {} {}\n      {}",
                node["target"],
                node["html"].as_str().unwrap_or_default(),
                node["failureSummary"]
                    .as_str()
                    .unwrap_or_default()
                    .replace('\n', " ")
            )
        })
        .collect();
    format!(
        "{}: {}\n{}",
        violation["id"].as_str().unwrap_or_default(),
        violation["help"].as_str().unwrap_or_default(),
        nodes.join("\n")
    )
}

/// The looking itself can fail: a page with known faults is found out.
#[test]
fn axe_finds_known_faults() {
    run("axe_works", async |stage| {
        let dir = stage.scratch().join("faulty");
        std::fs::create_dir_all(&dir)?;
        std::fs::write(
            dir.join("index.html"),
            "<!doctype html><title>x</title><link rel=icon href=data:,><img src=data:,><button></button>",
        )?;
        let site = e2e::Site::serve(&dir).await?;
        let browser = stage.chromium("ann").await?;
        browser.open(site.url()).await?;
        let found = axe(&browser).await?.join("\n");
        ensure(
            found.contains("image-alt") && found.contains("button-name") && found.contains("html-has-lang"),
            || found.clone(),
        )
    });
}

#[test]
fn the_call_screen_is_there_at_once_on_a_second_visit() {
    run("second_visit", async |stage| {
        let server = stage.antenna().await?;
        let ann = stage.chromium("ann").await?;
        home(&ann, &server).await?;
        ann.moving("preview").await?;
        home(&ann, &server).await?;
        // Allowed once, the camera is there again without being asked for.
        ann.moving("preview").await.map(drop)
    });
}
