//! The house around the calls: skeleton, routes, chunks, configuration, panics, languages, sizes.

use e2e::{Browser, Look, Outcome, ensure, run, until};
use serde_json::{Value, json};

use crate::talk::{Pair, expect_outage, home, words_in};

#[test]
fn the_skeleton_is_painted_before_any_wasm() {
    run("skeleton", async |stage| {
        let server = stage.antenna().await?;
        let ann = stage.chromium("ann").await?;
        expect_outage(&ann);
        ann.tolerate("wasm");
        ann.tolerate("Failed to fetch");
        ann.cdp("Network.enable", json!({})).await?;
        ann.cdp("Network.setBlockedURLs", json!({ "urls": ["*.wasm"] }))
            .await?;
        ann.open(&server.url()).await?;
        ann.see("skeleton").await?;
        until("a contentful paint", async || {
            Ok((ann
                .js(
                    "return performance.getEntriesByName('first-contentful-paint').length",
                    vec![],
                )
                .await?
                == 1)
                .then_some(()))
        })
        .await?;
        ann.cdp("Network.setBlockedURLs", json!({ "urls": [] })).await?;
        home(&ann, &server).await?;
        ann.gone("skeleton").await
    });
}

#[test]
fn nothing_shifts_until_the_preview_plays() {
    run("layout_shift", async |stage| {
        let server = stage.antenna().await?;
        for (name, look) in [("phone", Look::phone()), ("desktop", Look::default())] {
            let ann = stage.browser(name, look).await?;
            home(&ann, &server).await?;
            ann.moving("preview").await?;
            let (shift, shifts) = (
                ann.js("return window.__probe.shift", vec![]).await?,
                ann.js("return window.__probe.shifts", vec![]).await?,
            );
            ensure(shift.as_f64().is_some_and(|shift| shift <= 0.01), || {
                format!("{name}: {shift}: {shifts}")
            })?;
        }
        Ok(())
    });
}

#[test]
fn an_unknown_address_says_so_and_leads_back() {
    run("not_found", async |stage| {
        let server = stage.antenna().await?;
        let ann = stage.chromium("ann").await?;
        ann.tolerate("status of 404");
        ann.open(&format!("{}/nowhere/at/all", server.url())).await?;
        ann.see("not-found").await?;
        ann.press("nav-call").await?;
        ann.see("call-to").await.map(drop)
    });
}

#[test]
fn each_page_has_its_title_and_gets_the_focus() {
    run("titles", async |stage| {
        let server = stage.antenna().await?;
        let ann = stage.chromium("ann").await?;
        home(&ann, &server).await?;
        let mut titles = vec![ann.driver().title().await?];
        for (hook, seen) in [
            ("nav-settings", "theme"),
            ("nav-account", "email"),
            ("nav-call", "call-to"),
        ] {
            ann.press(hook).await?;
            ann.see(seen).await?;
            until(format!("the focus on the heading after {hook}"), async || {
                let focused = ann
                    .js("return document.activeElement?.tagName ?? ''", vec![])
                    .await?;
                Ok((focused == "H1").then_some(()))
            })
            .await?;
            titles.push(ann.driver().title().await?);
        }
        let mut different = titles.clone();
        different.sort();
        different.dedup();
        ensure(different.len() == 3, || format!("the titles are {titles:?}"))
    });
}

#[test]
fn a_chunk_that_cannot_be_fetched_is_an_error_view_with_a_retry() {
    run("chunk_error", async |stage| {
        let server = stage.antenna().await?;
        let ann = stage.chromium("ann").await?;
        expect_outage(&ann);
        let first = first_wasm(&ann, &server.url()).await?;
        // A fresh start without what the first screen does not need.
        let ben = stage.chromium("ben").await?;
        expect_outage(&ben);
        ben.tolerate("Failed to fetch");
        let blocked: Vec<Value> = chunks()?
            .into_iter()
            .filter(|name| !first.ends_with(name.as_str()))
            .map(|name| json!(format!("*{name}")))
            .collect();
        ensure(!blocked.is_empty(), || "the app has no chunks".into())?;
        ben.cdp("Network.enable", json!({})).await?;
        ben.cdp("Network.setBlockedURLs", json!({ "urls": blocked }))
            .await?;
        home(&ben, &server).await?;
        ben.press("nav-settings").await?;
        ben.see("chunk-error").await?;
        // The rest of the app goes on, and a retry works when the network does.
        ben.press("chunk-retry").await?;
        ben.see("chunk-error").await?;
        ben.cdp("Network.setBlockedURLs", json!({ "urls": [] })).await?;
        ben.press("chunk-retry").await?;
        ben.see("theme").await.map(drop)
    });
}

#[test]
fn the_parts_of_a_call_come_first_in_few_files_and_chats_are_not_fetched() {
    run("parts", async |stage| {
        let server = stage.antenna().await?;
        let ann = stage.chromium("ann").await?;
        home(&ann, &server).await?;
        let asked = until("the last part", async || {
            let found = ann
                .js(
                    "return performance.getEntriesByType('resource').sort((a, b) => a.startTime - b.startTime).map(({ name }) => new URL(name).pathname).filter(name => name.endsWith('.wasm'))",
                    vec![],
                )
                .await?;
            let names = words_of(&found);
            Ok(place(&names, "/split_rest.").is_some().then_some(names))
        })
        .await?;
        ensure(
            place(&asked, "/split_calls.") < place(&asked, "/split_rest."),
            || format!("not in order: {asked:?}"),
        )?;
        ensure(
            place(&asked, "/split_calls.").is_some() && place(&asked, "/split_chat.").is_none(),
            || format!("not what a call needs: {asked:?}"),
        )?;
        ensure(asked.len() <= 8, || format!("many requests: {asked:?}"))?;
        // They are of use: what they bring is on the screen, and the settings open.
        ann.see("copy-id").await?;
        ann.press("nav-settings").await?;
        ann.see("theme").await.map(drop)
    });
}

fn words_of(found: &Value) -> Vec<String> {
    let words = found.as_array().into_iter().flatten();
    words.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Where a file whose path begins like this stands in a list.
fn place(paths: &[String], begin: &str) -> Option<usize> {
    paths.iter().position(|path| path.starts_with(begin))
}

/// The wasm that the page itself asks for.
async fn first_wasm(browser: &Browser, url: &str) -> Outcome<String> {
    browser.open(url).await?;
    until("the first wasm", async || {
        let found = browser.js("return performance.getEntriesByType('resource').map(entry => entry.name).find(name => name.endsWith('.wasm')) ?? null", vec![]).await?;
        Ok(found.as_str().map(str::to_owned))
    })
    .await
}

fn chunks() -> Outcome<Vec<String>> {
    let mut found = Vec::new();
    let mut folders = vec![e2e::Place::dist()?];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "wasm") {
                found.extend(path.file_name().map(|name| name.to_string_lossy().into_owned()));
            }
        }
    }
    Ok(found)
}

#[test]
fn a_broken_configuration_names_line_and_field() {
    run("broken_config", async |stage| {
        let dist = stage.dist("broken")?;
        dist.write("config.json", "{\n  \"backends\": [\n    { \"id\": \"a\", \"kind\": \"peer-call\",\n      \"url\": 7 }\n  ]\n}\n")?;
        let server = e2e::Antenna::start(dist.path(), &stage.scratch().join("data")).await?;
        let ann = stage.chromium("ann").await?;
        ann.open(&server.url()).await?;
        ann.says("config-error", "line 4").await?;
        ann.says("config-error", "backends[0].url").await?;
        // Corrected beside the app, without a rebuild.
        dist.configure(
            &json!({ "backends": [{ "id": "a", "name": "A", "kind": "peer-call", "url": "/" }] }),
        )?;
        ann.open(&server.url()).await?;
        crate::talk::ready(&ann).await
    });
}

#[test]
fn a_panic_shows_a_screen_and_stops_camera_microphone_and_connections() {
    run("panic", async |stage| {
        let pair = Pair::start(stage).await?;
        pair.talk().await?;
        let ann = &pair.ann;
        ann.tolerate("panicked");
        ann.tolerate("unreachable");
        ann.tolerate("RuntimeError");
        ann.tolerate("broken on purpose");
        // The framework cannot draw a page without elements, and panics; nothing in the app does so by itself.
        ann.js(
            "const original = Document.prototype.createElement;
             Document.prototype.createElement = function (name, ...rest) {
               if (/^(section|fieldset|select)$/i.test(name)) throw new DOMException('broken on purpose');
               return original.call(this, name, ...rest);
             };",
            vec![],
        )
        .await?;
        ann.press("nav-settings").await?;
        ann.see("crash").await?;
        ann.see("crash-copy").await?;
        ann.devices_released().await?;
        ann.no_call_left().await?;
        ann.press("crash-reload").await?;
        // It starts again, on whatever page the panic left behind.
        ann.attr_is("app", "data-conn", "connected").await?;
        ann.press("nav-call").await?;
        crate::talk::ready(ann).await
    });
}

#[test]
fn theme_and_language_are_chosen_and_kept() {
    run("theme_and_language", async |stage| {
        let server = stage.antenna().await?;
        let ann = stage.chromium("ann").await?;
        home(&ann, &server).await?;
        ann.press("nav-settings").await?;
        let ink = "return getComputedStyle(document.body).color";
        ann.choose("theme", "light").await?;
        let light = ann.js(ink, vec![]).await?;
        ann.choose("theme", "dark").await?;
        until("another colour of text", async || {
            Ok((ann.js(ink, vec![]).await? != light).then_some(()))
        })
        .await?;
        ann.choose("language", "ar").await?;
        until("right to left", async || {
            Ok((ann
                .js(
                    "return document.documentElement.lang + document.documentElement.dir",
                    vec![],
                )
                .await?
                == "arrtl")
                .then_some(()))
        })
        .await?;
        ann.says("nav-settings", &words_in("ar", "settings")?).await?;
        home(&ann, &server).await?;
        let kept = ann.js("return document.documentElement.lang + document.documentElement.dir + getComputedStyle(document.body).color", vec![]).await?;
        ensure(
            kept.as_str().is_some_and(|kept| kept.starts_with("arrtl"))
                && !kept.to_string().contains(light.as_str().unwrap_or("?")),
            || format!("after a reload: {kept}, light was {light}"),
        )
    });
}

#[test]
fn the_system_theme_is_followed() {
    run("system_theme", async |stage| {
        let server = stage.antenna().await?;
        let ann = stage.chromium("ann").await?;
        ann.emulate(false, false).await?;
        home(&ann, &server).await?;
        let ink = "return getComputedStyle(document.body).color";
        let light = ann.js(ink, vec![]).await?;
        ann.emulate(true, false).await?;
        until("another colour of text", async || {
            Ok((ann.js(ink, vec![]).await? != light).then_some(()))
        })
        .await
    });
}

#[test]
fn nothing_is_wider_than_a_phone_nor_at_double_size() {
    run("no_sideways", async |stage| {
        let server = stage.antenna().await?;
        let ann = stage.browser("ann", Look::phone()).await?;
        home(&ann, &server).await?;
        // A desktop window of 1280 pixels at 200 % is one of 640; 320 is the smallest that WCAG names.
        for (width, height) in [(390, 844), (640, 400), (320, 640)] {
            ann.resize(width, height, true).await?;
            for language in ["en", "ar"] {
                for path in [
                    "/",
                    "/call/somebody",
                    "/settings",
                    "/signin",
                    "/signup",
                    "/nowhere",
                ] {
                    ann.open(&format!("{}{path}", server.url())).await?;
                    ann.see("app").await?;
                    if path == "/settings" {
                        ann.choose("language", language).await?;
                    }
                    let widths = ann
                        .js(
                            "return [document.scrollingElement.scrollWidth, innerWidth]",
                            vec![],
                        )
                        .await?;
                    let (Some(page), Some(window)) = (widths[0].as_u64(), widths[1].as_u64()) else {
                        continue;
                    };
                    ensure(page <= window, || {
                        format!("{path} in {language} is {page} wide in a window of {window}")
                    })?;
                }
            }
        }
        Ok(())
    });
}

#[test]
fn the_policies_of_the_server_hold() {
    run("policies", async |stage| {
        let server = stage.antenna().await?;
        let ann = stage.chromium("ann").await?;
        home(&ann, &server).await?;
        let headers = ann
            .js(
                "return fetch('/').then(answer => Object.fromEntries(answer.headers.entries()))",
                vec![],
            )
            .await?;
        let policy = headers["content-security-policy"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        ensure(policy.contains("wasm-unsafe-eval"), || {
            format!("the policy is {policy:?}")
        })?;
        ensure(
            !policy.contains("'unsafe-inline'") && !policy.contains("'unsafe-eval'"),
            || format!("the policy is {policy:?}"),
        )?;
        ensure(policy.contains("require-trusted-types-for 'script'"), || {
            format!("the policy is {policy:?}")
        })?;
        ensure(headers["x-content-type-options"] == "nosniff", || {
            format!("{headers}")
        })?;
        // They are enforced, not only announced.
        ann.tolerate("TrustedHTML");
        ann.tolerate("Trusted Type");
        ann.tolerate("TrustedScript");
        ann.tolerate("Content Security Policy");
        let refused = ann
            .js(
                "const script = document.createElement('script'); script.append('window.__ran = true');
                 try { document.body.append(script); } catch { }
                 const box = document.createElement('div');
                 let typed = false; try { box.innerHTML = '<img src=x onerror=window.__ran=true>'; } catch { typed = true; }
                 const before = [window.__ran === undefined, typed];
                 // Later, since what a driver runs itself is let through.
                 return new Promise(done => setTimeout(() => {
                   try { new Function('return 1')(); done([...before, false]); } catch { done([...before, true]); }
                 }))",
                vec![],
            )
            .await?;
        ensure(refused == json!([true, true, true]), || {
            format!("refused: {refused}")
        })
    });
}

#[test]
fn no_policy_is_violated_on_the_way_through_the_app() {
    run("no_violation", async |stage| {
        let pair = Pair::start(stage).await?;
        let ann = &pair.ann;
        for (hook, seen) in [
            ("nav-settings", "theme"),
            ("nav-account", "email"),
            ("nav-call", "call-to"),
        ] {
            ann.press(hook).await?;
            ann.see(seen).await?;
        }
        ann.press("qr-toggle").await?;
        ann.see("qr").await?;
        pair.talk().await?;
        for browser in [&pair.ann, &pair.bob] {
            let violations = browser.js("return window.__probe.violations", vec![]).await?;
            ensure(violations.as_array().is_some_and(Vec::is_empty), || {
                format!("{violations}")
            })?;
        }
        Ok(())
    });
}
