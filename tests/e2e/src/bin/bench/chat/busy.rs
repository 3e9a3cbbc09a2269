//! A room of a thousand messages a second: what it costs the main thread, and what is seen of it meanwhile.
//!
//! Main-thread time is time that the thread had the processor, so that other load on the machine changes little. It is
//! measured in a page that nobody watches: a watch that asks for every frame has the browser draw them all, which costs
//! a page that draws seldom a third of its time. What only a watch can see has samples of its own.

use std::time::{Duration, Instant};

use e2e::{Browser, ChatServer, Failure, Outcome, until};
use serde_json::json;

use super::hook;
use crate::Measures;
use crate::figures::{Figure, Figures, Goal};

const RATE: u64 = 1000;
/// One sample.
const SAMPLE: Duration = Duration::from_secs(5);
/// A list that has just been filled is not yet the busy list.
const WARM_UP: Duration = Duration::from_secs(5);
/// So long a room fills up to what is held of it (100,000 messages); only then its memory can be flat.
const FILLING: Duration = Duration::from_secs(120);

/// What callbacks take, layout that they force included, and whether they changed rows. (Time as it passes: other load on
/// the machine counts.)
const WATCH: &str = "window.__frames = 0; window.__longest = 0; window.__flushes = []; window.__draws = [];
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

/// What was seen since the watch was set up, or set up again.
const SEEN: &str =
    "const late = (all) => all.sort((a, b) => a - b)[Math.floor((all.length - 1) * 0.95)] ?? 0;
    return [window.__frames, window.__longest, late(window.__flushes), late(window.__draws)]";

/// The samples of one page.
#[derive(Default)]
pub(super) struct Busy {
    // Bare samples.
    time: Vec<f64>,
    messages: Vec<f64>,
    heap: Vec<f64>,
    // Samples under the watch.
    flush: Vec<f64>,
    draw: Vec<f64>,
    frames: Vec<f64>,
    longest: Vec<f64>,
    rows: Vec<f64>,
    /// What is held before and after the minutes of the options.
    early: Option<(f64, f64)>,
    late: Option<(f64, f64)>,
}

/// Samples a page that shows the room, CPU 4x.
pub(super) async fn measure(
    measures: &Measures<'_>,
    browser: &Browser,
    server: &ChatServer,
) -> Outcome<Busy> {
    browser.js("window.__probe.rest()", vec![]).await?;
    browser.slow_cpu(4.0).await?;
    browser
        .cdp("Performance.enable", json!({ "timeDomain": "threadTicks" }))
        .await?;
    // Longer than it takes: on a busy machine WebDriver is slow, and a sample of a quiet room would be worth nothing.
    let samples = measures.runs as u64 * 2;
    let mut seconds = (WARM_UP.as_secs() + (SAMPLE.as_secs() + 2) * samples) * 5;
    if measures.minutes > 0 {
        seconds += FILLING.as_secs() * 2 + measures.minutes * 120;
    }
    feed(browser, server, seconds).await?;
    until("messages on screen", async || {
        let rows = rows(browser).await?;
        Ok((rows > 3.0).then_some(()))
    })
    .await?;
    tokio::time::sleep(WARM_UP).await;
    let mut found = Busy::default();
    for _ in 0..measures.runs {
        bare(browser, &mut found).await?;
    }
    if measures.minutes > 0 {
        // Before the watch, whose own notes would count.
        tokio::time::sleep(FILLING).await;
        found.early = Some(held(browser).await?);
        tokio::time::sleep(Duration::from_secs(60 * measures.minutes)).await;
        found.late = Some(held(browser).await?);
    }
    for _ in 0..measures.runs {
        watched(browser, &mut found).await?;
    }
    feed(browser, server, 0).await?;
    browser.slow_cpu(1.0).await?;
    Ok(found)
}

/// A sample of a page that nobody watches.
async fn bare(browser: &Browser, found: &mut Busy) -> Outcome {
    let first = newest(browser).await?;
    let (before, began) = (metrics(browser).await?, Instant::now());
    tokio::time::sleep(SAMPLE).await;
    let now = metrics(browser).await?;
    let span = began.elapsed().as_secs_f64();
    found.messages.push((newest(browser).await? - first) / span);
    found.time.push((now.0 - before.0) * 1000.0 / span);
    found.heap.push(held(browser).await?.0);
    Ok(())
}

/// A sample under the watch.
async fn watched(browser: &Browser, found: &mut Busy) -> Outcome {
    browser.js(WATCH, vec![]).await?;
    let began = Instant::now();
    tokio::time::sleep(SAMPLE).await;
    let seen = browser.js(SEEN, vec![]).await?;
    let span = began.elapsed().as_secs_f64();
    let number = |at: usize| seen[at].as_f64().unwrap_or_default();
    found.frames.push(number(0) / span);
    found.longest.push(number(1));
    found.flush.push(number(2));
    found.draw.push(number(3));
    found.rows.push(rows(browser).await?);
    Ok(())
}

pub(super) fn tell(ours: Busy, theirs: Busy, figures: &mut Figures) {
    let name = "React + react-virtuoso";
    figures.add(Figure {
        what: "1,000 messages a second, CPU 4x: main-thread time a second".into(),
        unit: "ms",
        app: ours.time,
        reference: Some((name, theirs.time)),
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

/// Has the server feed the room for so long from now on.
async fn feed(browser: &Browser, server: &ChatServer, seconds: u64) -> Outcome {
    let feed = json!({ "roomId": "busy", "userId": "feed", "rate": RATE, "seconds": seconds });
    hook(browser, server, "feed", feed).await.map(drop)
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
