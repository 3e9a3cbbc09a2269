//! A busy room: what a thousand messages a second cost the main thread, beside a lean React list fed by the same server;
//! and a large one: opening it, searching through it, writing into it.
//!
//! Main-thread time is time that the thread had the processor, so that other load on the machine changes little.

mod stored;

use std::time::{Duration, Instant};

use e2e::{Antenna, Browser, ChatServer, Dist, Failure, Look, Outcome, Site, until};
use serde_json::{Value, json};

use crate::Measures;
use crate::figures::{Figure, Figures, Goal};

const RATE: u64 = 1000;
/// One sample.
const SAMPLE: Duration = Duration::from_secs(5);
/// A list that has just been filled is not yet the busy list.
const WARM_UP: Duration = Duration::from_secs(5);

/// Main-thread time and memory under load, CPU 4x.
pub(crate) async fn measure(measures: &Measures<'_>, figures: &mut Figures) -> Outcome {
    let server = ChatServer::start().await?;
    let dist = Dist::copy(&measures.scratch.join("chat-app"))?;
    dist.configure(&json!({ "backends": [{ "id": "chat", "name": "Chat", "kind": "chat", "url": server.url(), "accounts": true }] }))?;
    let app = Antenna::start_with(
        "127.0.0.1",
        dist.path(),
        &measures.scratch.join("chat-data"),
        &["--limit", "all=off"],
    )
    .await?;
    let react = Site::react_chat(measures.scratch).await?;

    let ann = Browser::start("ann-chat", Look::default(), measures.scratch).await?;
    sign_up(&ann, &app.url()).await?;
    // Through the app, without a reload: this server hands refresh tokens out in bodies, and no page keeps those.
    ann.press("nav-chat").await?;
    stored::join(&ann, "busy").await?;
    let ours = busy(measures, &ann, &server).await?;
    ann.quit().await;

    let ben = Browser::start("ben-chat", Look::default(), measures.scratch).await?;
    ben.open(react.url()).await?;
    let token = hook(&ben, &server, "sign-in", json!({ "name": "Ben" })).await?;
    let token = ["accessToken", "token"]
        .iter()
        .find_map(|name| token[*name].as_str())
        .ok_or_else(|| Failure(format!("no token in {token}")))?
        .to_owned();
    ben.open(&format!(
        "{}/?server={}&room=busy&token={token}",
        react.url(),
        server.url()
    ))
    .await?;
    let theirs = busy(measures, &ben, &server).await?;
    ben.quit().await;
    tell_busy(ours, theirs, figures);

    let eve = Browser::start("eve-chat", Look::default(), measures.scratch).await?;
    sign_up(&eve, &app.url()).await?;
    eve.press("nav-chat").await?;
    stored::measure(measures, &eve, &server, figures).await?;
    eve.quit().await;
    Ok(())
}

fn tell_busy(ours: Busy, theirs: Busy, figures: &mut Figures) {
    let name = "React + react-virtuoso";
    figures.add(Figure {
        what: "1,000 messages a second, CPU 4x: main-thread time a second".into(),
        unit: "ms",
        app: ours.busy,
        reference: Some((name, theirs.busy)),
        goal: Goal::Ratio { must: 0.8, aim: 0.4 },
    });
    figures.add(Figure {
        what: "  time of a flush, 95th percentile".into(),
        unit: "ms",
        app: ours.flush,
        reference: None,
        goal: Goal::AtMost { must: 8.0, aim: 4.0 },
    });
    figures.add(Figure {
        what: "  the same of flushes that draw rows".into(),
        unit: "ms",
        app: ours.draw,
        reference: None,
        goal: Goal::Told,
    });
    figures.add(Figure {
        what: "  frames a second meanwhile".into(),
        unit: "",
        app: ours.frames,
        reference: Some((name, theirs.frames)),
        goal: Goal::Told,
    });
    figures.add(Figure {
        what: "  messages a second that came on screen or passed by".into(),
        unit: "",
        app: ours.messages,
        reference: Some((name, theirs.messages)),
        goal: Goal::Told,
    });
    figures.add(Figure {
        what: "  the longest task of a sample".into(),
        unit: "ms",
        app: ours.longest,
        reference: Some((name, theirs.longest)),
        goal: Goal::Told,
    });
    figures.add(Figure {
        what: "  rows in the document".into(),
        unit: "",
        app: ours.rows,
        reference: Some((name, theirs.rows)),
        goal: Goal::AtMost {
            must: 300.0,
            aim: 120.0,
        },
    });
    figures.add(Figure {
        what: "  JavaScript heap after garbage collection".into(),
        unit: "MB",
        app: ours.heap,
        reference: Some((name, theirs.heap)),
        goal: Goal::Told,
    });
    if let (Some(early), Some(late)) = (ours.early, ours.late) {
        for (what, early, late) in [
            ("  JavaScript heap, minutes later", early.0, late.0),
            ("  wasm memory, minutes later", early.1, late.1),
        ] {
            figures.add(Figure {
                what: what.into(),
                unit: "MB",
                app: vec![late],
                reference: Some(("before", vec![early])),
                goal: Goal::Ratio { must: 1.05, aim: 1.0 },
            });
        }
    }
}

#[derive(Default)]
struct Busy {
    busy: Vec<f64>,
    flush: Vec<f64>,
    draw: Vec<f64>,
    frames: Vec<f64>,
    messages: Vec<f64>,
    longest: Vec<f64>,
    rows: Vec<f64>,
    heap: Vec<f64>,
    /// What is held before and after the minutes of the options.
    early: Option<(f64, f64)>,
    late: Option<(f64, f64)>,
}

async fn busy(measures: &Measures<'_>, browser: &Browser, server: &ChatServer) -> Outcome<Busy> {
    browser.js("window.__probe.rest()", vec![]).await?;
    browser.slow_cpu(4.0).await?;
    browser
        .cdp("Performance.enable", json!({ "timeDomain": "threadTicks" }))
        .await?;
    // Longer than it takes: on a busy machine WebDriver is slow, and a sample of a quiet room would be worth nothing.
    let seconds =
        (WARM_UP.as_secs() + (SAMPLE.as_secs() + 2) * measures.runs as u64) * 5 + measures.minutes * 120;
    hook(
        browser,
        server,
        "feed",
        json!({ "roomId": "busy", "userId": "feed", "rate": RATE, "seconds": seconds }),
    )
    .await?;
    until("messages on screen", async || {
        let rows = rows(browser).await?;
        Ok((rows > 3.0).then_some(()))
    })
    .await?;
    tokio::time::sleep(WARM_UP).await;
    // What callbacks take, layout that they force included, and whether they changed rows. (Time as it passes: other
    // load on the machine counts.)
    let watch = "window.__frames = 0; window.__longest = 0; window.__flushes = []; window.__draws = [];
        if (!window.__counting) {
          window.__counting = true;
          const frame = window.requestAnimationFrame.bind(window);
          const count = () => { window.__frames += 1; frame(count); };
          frame(count);
          const rows = document.querySelector('[data-t=timeline] [role=list]');
          const changes = rows && new MutationObserver(() => {});
          changes?.observe(rows, { childList: true });
          const timed = (run, least) => (...given) => {
            changes?.takeRecords();
            const began = performance.now();
            run(...given);
            const took = performance.now() - began;
            if (took >= least) window.__flushes.push(took);
            if (changes?.takeRecords().length) window.__draws.push(took);
          };
          window.requestAnimationFrame = (run) => frame(timed(run, 0));
          // On a late frame the app does not wait for the next; what else comes here is short.
          const soon = window.queueMicrotask.bind(window);
          window.queueMicrotask = (run) => soon(timed(run, 0.5));
          // A list that has rested is drawn by a timer.
          const later = window.setTimeout.bind(window);
          window.setTimeout = (run, ...rest) => later(timed(run, 0.5), ...rest);
          new PerformanceObserver((list) => { for (const { duration } of list.getEntries()) window.__longest = Math.max(window.__longest, duration); }).observe({ type: 'longtask' });
        }";
    let mut found = Busy::default();
    for _ in 0..measures.runs {
        browser.js(watch, vec![]).await?;
        let first = newest(browser).await?;
        let (before, began) = (metrics(browser).await?, Instant::now());
        tokio::time::sleep(SAMPLE).await;
        let now = metrics(browser).await?;
        let span = began.elapsed().as_secs_f64();
        found.messages.push((newest(browser).await? - first) / span);
        found.busy.push((now.0 - before.0) * 1000.0 / span);
        let seen = browser
            .js(
                "const late = (all) => all.sort((a, b) => a - b)[Math.floor((all.length - 1) * 0.95)] ?? 0;
                return [window.__frames, window.__longest, late(window.__flushes), late(window.__draws)]",
                vec![],
            )
            .await?;
        let number = |at: usize| seen[at].as_f64().unwrap_or_default();
        found.frames.push(number(0) / span);
        found.longest.push(number(1));
        found.flush.push(number(2));
        found.draw.push(number(3));
        found.rows.push(rows(browser).await?);
        found.heap.push(held(browser).await?.0);
    }
    if measures.minutes > 0 {
        // In the first minutes rooms fill up to what they hold.
        found.early = Some(held(browser).await?);
        tokio::time::sleep(Duration::from_secs(60 * measures.minutes)).await;
        found.late = Some(held(browser).await?);
    }
    hook(
        browser,
        server,
        "feed",
        json!({ "roomId": "busy", "userId": "feed", "rate": RATE, "seconds": 0 }),
    )
    .await?;
    browser.slow_cpu(1.0).await?;
    Ok(found)
}

/// JavaScript heap after garbage collection, and wasm memory, MB.
async fn held(browser: &Browser) -> Outcome<(f64, f64)> {
    browser.cdp("HeapProfiler.collectGarbage", json!({})).await?;
    let wasm = browser.js("return window.__probe.wasmMemory()", vec![]).await?;
    Ok((
        metrics(browser).await?.1 / 1e6,
        wasm.as_f64().unwrap_or_default() / 1e6,
    ))
}

/// Main-thread time so far (seconds), and heap in use (bytes).
async fn metrics(browser: &Browser) -> Outcome<(f64, f64)> {
    let reply = browser.cdp("Performance.getMetrics", json!({})).await?;
    let get = |name: &str| {
        let all = reply["metrics"].as_array().into_iter().flatten();
        let mut found = all.filter(|metric| metric["name"] == name);
        found
            .next()
            .and_then(|metric| metric["value"].as_f64())
            .ok_or_else(|| Failure(format!("no metric {name}")))
    };
    Ok((get("TaskDuration")?, get("JSHeapUsedSize")?))
}

/// The number of the newest message on screen.
async fn newest(browser: &Browser) -> Outcome<f64> {
    let script = "const numbers = [...document.querySelectorAll('[data-t=msg], [data-t=message]')].map((row) => Number(/Message (\\d+) /.exec(row.textContent)?.[1] ?? 0));
        return Math.max(0, ...numbers)";
    Ok(browser.js(script, vec![]).await?.as_f64().unwrap_or_default())
}

async fn rows(browser: &Browser) -> Outcome<f64> {
    let script = "return document.querySelectorAll('[data-t=msg], [data-t=message]').length";
    Ok(browser.js(script, vec![]).await?.as_f64().unwrap_or_default())
}

/// Calls one of the test server's hooks.
async fn hook(browser: &Browser, server: &ChatServer, name: &str, body: Value) -> Outcome<Value> {
    let script = "const [url, body] = arguments; return fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }).then((reply) => reply.json())";
    browser
        .js(
            script,
            vec![json!(format!("{}/__test/{name}", server.url())), body],
        )
        .await
}

async fn sign_up(browser: &Browser, url: &str) -> Outcome {
    browser.open(&format!("{url}/signup")).await?;
    browser.write("name", "Ann").await?;
    let email = format!("{}@example.org", browser.name());
    browser.write("email", &email).await?;
    browser.write("password", "correct horse battery").await?;
    browser.press("submit").await?;
    browser.see("profile-name").await.map(drop)
}
