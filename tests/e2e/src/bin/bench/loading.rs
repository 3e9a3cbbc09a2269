//! From the address bar to a call screen that can be used.

use std::collections::BTreeMap;

use e2e::{Browser, Failure, Look, Outcome, ensure, until};
use serde_json::Value;

use crate::Measures;
use crate::contender::Contender;
use crate::figures::{Figure, Figures, Goal};

/// Whether a visit is the first one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Visit {
    First,
    Second,
}

/// What one visit gave.
struct Load {
    /// From the start of the navigation, ms.
    usable: f64,
    /// The same to the first contentful paint.
    paint: f64,
    /// The same to the last byte of the wasm, where there is one.
    wasm: Option<f64>,
    /// Layout shift until the preview played.
    shift: f64,
    /// Bytes received until it was usable, headers included.
    bytes: f64,
    /// Requests sent until then; a WebSocket is one.
    requests: f64,
}

/// Measures the rows about loading.
pub(crate) async fn measure(measures: &Measures<'_>, figures: &mut Figures) -> Outcome {
    let (app, react) = (&measures.contenders.app, &measures.contenders.react);
    let (mut app_first, mut react_first, mut app_second, mut react_second) = (vec![], vec![], vec![], vec![]);
    for run in 0..measures.runs {
        app_first.push(visit(measures, run, app, Visit::First).await?);
        react_first.push(visit(measures, run, react, Visit::First).await?);
        app_second.push(visit(measures, run, app, Visit::Second).await?);
        react_second.push(visit(measures, run, react, Visit::Second).await?);
    }
    let each = |loads: &[Load], what: fn(&Load) -> f64| loads.iter().map(what).collect::<Vec<_>>();
    let kib = |load: &Load| load.bytes / 1024.0;
    let mut add = |what: &str, unit, app, reference, goal| {
        figures.add(Figure {
            what: what.to_owned(),
            unit,
            app,
            reference,
            goal,
        });
    };
    let bytes = Goal::AtMost {
        must: 160.0,
        aim: 110.0,
    };
    add(
        "bytes until the call screen can be used",
        "KiB",
        each(&app_first, kib),
        Some((react.name, each(&react_first, kib))),
        bytes,
    );
    let requests = |load: &Load| load.requests;
    let goal = Goal::AtMost { must: 8.0, aim: 5.0 };
    add(
        "requests until then",
        "",
        each(&app_first, requests),
        Some((react.name, each(&react_first, requests))),
        goal,
    );
    // The paint must come before the wasm: each paint is told as a part of the time until the wasm was there.
    let paint = |load: &Load| load.paint;
    add(
        "first contentful paint, slow 4G, CPU 4x",
        "ms",
        each(&app_first, paint),
        Some((react.name, each(&react_first, paint))),
        Goal::Told,
    );
    let before_wasm: Vec<f64> = app_first
        .iter()
        .filter_map(|load| load.wasm.map(|wasm| load.paint / wasm))
        .collect();
    add(
        "the same, as a part of the time until the wasm is there",
        "",
        before_wasm,
        None,
        Goal::AtMost {
            must: 0.99,
            aim: 0.99,
        },
    );
    let usable = |load: &Load| load.usable;
    let goal = Goal::Ratio { must: 1.5, aim: 1.0 };
    add(
        "call screen usable, slow 4G, CPU 4x",
        "ms",
        each(&app_first, usable),
        Some((react.name, each(&react_first, usable))),
        goal,
    );
    let goal = Goal::Ratio { must: 1.2, aim: 0.9 };
    add(
        "second visit usable, both with a worker",
        "ms",
        each(&app_second, usable),
        Some((react.name, each(&react_second, usable))),
        goal,
    );
    let shift = |load: &Load| load.shift;
    let goal = Goal::AtMost { must: 0.01, aim: 0.0 };
    add(
        "layout shift until the preview is up",
        "",
        each(&app_first, shift),
        Some((react.name, each(&react_first, shift))),
        goal,
    );
    Ok(())
}

/// One visit in a browser of its own, so that nothing is left of the visit before: no cache, no compiled code, no camera.
async fn visit(measures: &Measures<'_>, run: usize, contender: &Contender, visit: Visit) -> Outcome<Load> {
    let look = Look {
        record_network: true,
        ..Look::default()
    };
    let name = format!(
        "{}-{run}-{}",
        contender.name.replace([' ', '+'], ""),
        if visit == Visit::First { 1 } else { 2 }
    );
    let browser = Browser::start(&name, look, measures.scratch).await?;
    let result = in_browser(&browser, contender, visit).await;
    browser.quit().await;
    let _ = std::fs::remove_dir_all(measures.scratch.join(format!("profile-{name}")));
    result
}

async fn in_browser(browser: &Browser, contender: &Contender, visit: Visit) -> Outcome<Load> {
    let url = match visit {
        Visit::First => &contender.url,
        Visit::Second => {
            browser.open(&contender.url_with_worker).await?;
            browser.mark("usable").await?;
            until("a worker that has all it wants", async || {
                let ready = "return navigator.serviceWorker.getRegistration().then(found => Boolean(found?.active?.state === 'activated' && !found.installing))";
                Ok((browser.js(ready, vec![]).await? == true).then_some(()))
            })
            .await?;
            &contender.url_with_worker
        }
    };
    browser.open("about:blank").await?;
    browser.slow_4g().await?;
    browser.slow_cpu(4.0).await?;
    browser.network_events().await?;
    browser.open(url).await?;
    let usable = browser.mark("usable").await?;
    let timing = browser
        .js(
            "const paint = performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null;
             const wasm = performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('.wasm')).map(({ responseEnd }) => responseEnd);
             return { origin: performance.timeOrigin, paint, wasm: wasm.length ? Math.max(...wasm) : null, shift: window.__probe.shift, shifts: window.__probe.shifts }",
            vec![],
        )
        .await?;
    let origin = timing["origin"]
        .as_f64()
        .ok_or_else(|| Failure("no timeOrigin".into()))?;
    if timing["shift"].as_f64().unwrap_or_default() > 0.0 {
        eprintln!("  shifts of {}: {}", contender.name, timing["shifts"]);
    }
    let traffic = Traffic::read(&browser.network_events().await?, usable / 1000.0)?;
    Ok(Load {
        usable: usable - origin,
        paint: timing["paint"].as_f64().unwrap_or(f64::INFINITY),
        wasm: timing["wasm"].as_f64(),
        shift: timing["shift"].as_f64().unwrap_or_default(),
        bytes: traffic.bytes,
        requests: traffic.requests,
    })
}

/// What went over the network until a moment.
struct Traffic {
    bytes: f64,
    requests: f64,
}

impl Traffic {
    /// Reads events of CDP's Network domain; `until` in seconds since the epoch.
    fn read(events: &[Value], until: f64) -> Outcome<Self> {
        // CDP's timestamps are monotonic; requests carry the wall clock too.
        let offset = events
            .iter()
            .find_map(|event| {
                Some(event["params"]["wallTime"].as_f64()? - event["params"]["timestamp"].as_f64()?)
            })
            .ok_or_else(|| Failure("no request was recorded".into()))?;
        let mut per_request: BTreeMap<String, f64> = BTreeMap::new();
        let mut requests = 0.0;
        for event in events {
            let params = &event["params"];
            if params["timestamp"].as_f64().is_none_or(|at| at + offset > until) {
                continue;
            }
            let id = params["requestId"].as_str().unwrap_or_default();
            let is_data = |url: &Value| {
                url.as_str()
                    .is_none_or(|url| url.starts_with("data:") || url.starts_with("blob:"))
            };
            match event["method"].as_str().unwrap_or_default() {
                "Network.requestWillBeSent" if !is_data(&params["request"]["url"]) => {
                    requests += 1.0;
                    per_request.insert(id.to_owned(), 0.0);
                    if std::env::var_os("BENCH_REQUESTS").is_some() {
                        let before = until - params["timestamp"].as_f64().unwrap_or_default() - offset;
                        eprintln!(
                            "  {:>6.0} ms before: {}",
                            before * 1000.0,
                            params["request"]["url"]
                        );
                    }
                }
                "Network.responseReceived" => add(
                    &mut per_request,
                    id,
                    params["response"]["encodedDataLength"].as_f64(),
                ),
                "Network.dataReceived" => add(&mut per_request, id, params["encodedDataLength"].as_f64()),
                // The total, exact where the parts above are not.
                "Network.loadingFinished" => {
                    if let (Some(sum), Some(total)) =
                        (per_request.get_mut(id), params["encodedDataLength"].as_f64())
                    {
                        *sum = total;
                    }
                }
                "Network.webSocketWillSendHandshakeRequest" => {
                    requests += 1.0;
                    per_request.insert(id.to_owned(), 0.0);
                }
                "Network.webSocketHandshakeResponseReceived" => {
                    let text = params["response"]["headersText"]
                        .as_str()
                        .map_or(200.0, |text| text.len() as f64);
                    add(&mut per_request, id, Some(text));
                }
                "Network.webSocketFrameReceived" => {
                    let text = params["response"]["payloadData"]
                        .as_str()
                        .map(|text| text.len() as f64 + 2.0);
                    add(&mut per_request, id, text);
                }
                _ => {}
            }
        }
        ensure(requests > 0.0, || "no request before it was usable".into())?;
        Ok(Self {
            bytes: per_request.values().sum(),
            requests,
        })
    }
}

fn add(per_request: &mut BTreeMap<String, f64>, id: &str, bytes: Option<f64>) {
    if let (Some(sum), Some(bytes)) = (per_request.get_mut(id), bytes) {
        *sum += bytes;
    }
}
