//! A call that runs, breaks, and is made again and again.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use e2e::{Antenna, Browser, Failure, Look, Networks, Outcome, Place};
use serde_json::json;

use crate::Measures;
use crate::contender::{Contender, answer, hang_up, ring};
use crate::figures::{Figure, Figures, Goal};
use crate::hands;

/// Main-thread time per second of a running call, CPU 4x.
pub(crate) async fn main_thread(measures: &Measures<'_>, figures: &mut Figures) -> Outcome {
    let ann = Browser::start("ann-running", Look::default(), measures.scratch).await?;
    let bob = Browser::start("bob-running", Look::default(), measures.scratch).await?;
    let (app, parts) = busy(measures, &measures.contenders.app, &ann, &bob).await?;
    let (raw, raw_parts) = busy(measures, &measures.contenders.raw, &ann, &bob).await?;
    ann.quit().await;
    bob.quit().await;
    figures.add(Figure {
        what: "main-thread time per second in a running call, CPU 4x".into(),
        unit: "ms",
        app,
        reference: Some((measures.contenders.raw.name, raw)),
        goal: Goal::AtMost {
            must: 40.0,
            aim: 15.0,
        },
    });
    for ((what, app), (_, raw)) in parts.into_iter().zip(raw_parts) {
        figures.add(Figure {
            what: format!("  of that, {what}"),
            unit: "ms",
            app,
            reference: Some((measures.contenders.raw.name, raw)),
            goal: Goal::Told,
        });
    }
    Ok(())
}

/// Parts of the main thread's time that the browser tells apart.
const PARTS: [(&str, &str); 3] = [
    ("scripts and wasm", "ScriptDuration"),
    ("styles", "RecalcStyleDuration"),
    ("layout", "LayoutDuration"),
];

type Parts = Vec<(&'static str, Vec<f64>)>;

async fn busy(
    measures: &Measures<'_>,
    contender: &Contender,
    ann: &Browser,
    bob: &Browser,
) -> Outcome<(Vec<f64>, Parts)> {
    ring(contender, ann, bob).await?;
    answer(ann, bob).await?;
    ann.js("window.__probe.rest()", vec![]).await?;
    ann.slow_cpu(4.0).await?;
    // The thread's own time: what else the machine does while a task runs is not the page's. Slowing the processor down
    // makes the thread spin, so that is contained.
    ann.cdp("Performance.enable", json!({ "timeDomain": "threadTicks" }))
        .await?;
    // What follows the start of a call (fading in, first statistics) is not the running call.
    tokio::time::sleep(Duration::from_secs(5)).await;
    let mut all = Vec::new();
    let mut parts: Parts = PARTS.iter().map(|(what, _)| (*what, Vec::new())).collect();
    let mut before = metrics(ann).await?;
    for _ in 0..measures.runs {
        tokio::time::sleep(Duration::from_secs(4)).await;
        let now = metrics(ann).await?;
        let seconds = now.get("Timestamp")? - before.get("Timestamp")?;
        let per_second =
            |name: &str| -> Outcome<f64> { Ok((now.get(name)? - before.get(name)?) * 1000.0 / seconds) };
        all.push(per_second("TaskDuration")?);
        for ((_, samples), (_, metric)) in parts.iter_mut().zip(PARTS) {
            samples.push(per_second(metric)?);
        }
        before = now;
    }
    ann.slow_cpu(1.0).await?;
    hang_up(ann, bob).await?;
    Ok((all, parts))
}

/// Media back after the network of one end was away for 3 s, from the link's return.
pub(crate) async fn network_return(measures: &Measures<'_>, figures: &mut Figures) -> Outcome {
    let Some(networks) = Networks::make(2)? else {
        return Ok(());
    };
    let server = Antenna::start_at(
        &networks.host(),
        &Place::dist()?,
        &measures.scratch.join("data-networks"),
    )
    .await?;
    let inside = |index| Look {
        namespace: Some(networks.namespace(index)),
        trusted_origin: Some(server.url()),
        ..Look::default()
    };
    let ann = Browser::start("ann-cable", inside(0), measures.scratch).await?;
    let bob = Browser::start("bob-cable", inside(1), measures.scratch).await?;
    let contender = Contender::app(&server.url());
    ring(&contender, &ann, &bob).await?;
    answer(&ann, &bob).await?;
    let mut samples = Vec::new();
    for _ in 0..measures.runs {
        tokio::time::sleep(Duration::from_secs(3)).await;
        networks.cut(0)?;
        tokio::time::sleep(Duration::from_secs(2)).await;
        for browser in [&ann, &bob] {
            browser.forget_marks(&["remoteFrame"]).await?;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
        networks.mend(0)?;
        let back = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs_f64() * 1000.0;
        samples.push(ann.mark("remoteFrame").await?.max(bob.mark("remoteFrame").await?) - back);
    }
    ann.quit().await;
    bob.quit().await;
    figures.add(Figure {
        what: "media back after 3 s without network, from the link's return".into(),
        unit: "ms",
        app: samples,
        reference: None,
        goal: Goal::AtMost {
            must: 3000.0,
            aim: 1000.0,
        },
    });
    Ok(())
}

/// Heap, listeners, nodes and wasm memory after 50 calls against after 5.
pub(crate) async fn growth(measures: &Measures<'_>, figures: &mut Figures) -> Outcome {
    let ann = Browser::start("ann-growth", Look::default(), measures.scratch).await?;
    let bob = Browser::start("bob-growth", Look::default(), measures.scratch).await?;
    ring(&measures.contenders.app, &ann, &bob).await?;
    answer(&ann, &bob).await?;
    hang_up(&ann, &bob).await?;
    // What WebDriver found up to here it holds for as long as the page lives, and with it the nodes of that call. From
    // here on the pages are worked without it: nothing but the app can hold what a call leaves.
    let mut after_five = None;
    for call in 2..=50 {
        // Both roles in turn, so that both kinds of call can leave something behind.
        let (caller, callee) = if call % 2 == 0 { (&bob, &ann) } else { (&ann, &bob) };
        for browser in [&ann, &bob] {
            browser.forget_marks(&["remoteFrame"]).await?;
        }
        hands::call(caller, callee).await?;
        if call == 5 {
            after_five = Some(Left::read(&ann).await?);
        }
    }
    let (before, after) = (
        after_five.ok_or_else(|| Failure("fewer than five calls".into()))?,
        Left::read(&ann).await?,
    );
    ann.quit().await;
    bob.quit().await;
    // A heap breathes: a few per cent are noise, one leaked call of 45 would be more.
    for (what, unit, before, after, slack) in [
        (
            "heap after 50 calls against after 5",
            "KiB",
            before.heap,
            after.heap,
            1.05,
        ),
        ("listeners, the same", "", before.listeners, after.listeners, 1.0),
        ("DOM nodes, the same", "", before.nodes, after.nodes, 1.02),
        ("wasm memory, the same", "KiB", before.wasm, after.wasm, 1.0),
    ] {
        let goal = Goal::Ratio {
            must: slack,
            aim: 1.0,
        };
        figures.add(Figure {
            what: what.into(),
            unit,
            app: vec![after],
            reference: Some(("after 5", vec![before])),
            goal,
        });
    }
    Ok(())
}

/// What a page holds after everything that can go has gone.
struct Left {
    heap: f64,
    listeners: f64,
    nodes: f64,
    wasm: f64,
}

impl Left {
    async fn read(browser: &Browser) -> Outcome<Self> {
        browser.cdp("Performance.enable", json!({})).await?;
        for _ in 0..3 {
            browser.cdp("HeapProfiler.collectGarbage", json!({})).await?;
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
        let metrics = metrics(browser).await?;
        Ok(Self {
            heap: metrics.get("JSHeapUsedSize")? / 1024.0,
            listeners: metrics.get("JSEventListeners")?,
            nodes: metrics.get("Nodes")?,
            wasm: browser
                .js("return window.__probe.wasmMemory()", vec![])
                .await?
                .as_f64()
                .unwrap_or_default()
                / 1024.0,
        })
    }
}

struct Metrics(serde_json::Value);

impl Metrics {
    fn get(&self, name: &str) -> Outcome<f64> {
        let all = self.0["metrics"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        let found = all
            .iter()
            .find(|metric| metric["name"] == name)
            .and_then(|metric| metric["value"].as_f64());
        found.ok_or_else(|| Failure(format!("the browser has no metric {name}")))
    }
}

async fn metrics(browser: &Browser) -> Outcome<Metrics> {
    Ok(Metrics(browser.cdp("Performance.getMetrics", json!({})).await?))
}
