//! From a press to what it should bring about at the other end.

use e2e::{Browser, Look, Outcome};

use crate::Measures;
use crate::contender::{Contender, again, answer, hang_up, ring};
use crate::figures::{Figure, Figures, Goal, median};

/// The machine and network of a comparison.
struct Condition {
    name: &'static str,
    cpu: f64,
    /// Added to each packet when it leaves and again when it arrives, at each end, ms: a round trip takes four times as long.
    latency: u32,
    must: f64,
    aim: f64,
}

const CONDITIONS: [Condition; 3] = [
    Condition {
        name: "CPU 1x",
        cpu: 1.0,
        latency: 0,
        must: 1.0,
        aim: 0.75,
    },
    Condition {
        name: "CPU 4x",
        cpu: 4.0,
        latency: 0,
        must: 1.0,
        aim: 0.55,
    },
    Condition {
        name: "85 ms round trip",
        cpu: 1.0,
        latency: 21,
        must: 1.0,
        aim: 0.5,
    },
];

/// The two ends, and what was measured between them.
struct Ends {
    ann: Browser,
    bob: Browser,
}

#[derive(Default)]
struct Samples {
    answer: Vec<f64>,
    ring: Vec<f64>,
    round_trip: Vec<f64>,
}

/// Measures the rows about calling.
pub(crate) async fn measure(measures: &Measures<'_>, figures: &mut Figures) -> Outcome {
    for condition in &CONDITIONS {
        // Fresh browsers: WebRTC is delayed only if the network was emulated before the first connection was made.
        let look = || Look {
            network: (condition.latency > 0).then_some(condition.latency),
            ..Look::default()
        };
        let ends = Ends {
            ann: Browser::start(
                &format!("ann-{}-{}", condition.cpu, condition.latency),
                look(),
                measures.scratch,
            )
            .await?,
            bob: Browser::start(
                &format!("bob-{}-{}", condition.cpu, condition.latency),
                look(),
                measures.scratch,
            )
            .await?,
        };
        let result = compare(measures, condition, &ends, figures).await;
        ends.ann.quit().await;
        ends.bob.quit().await;
        result?;
    }
    Ok(())
}

async fn compare(
    measures: &Measures<'_>,
    condition: &Condition,
    ends: &Ends,
    figures: &mut Figures,
) -> Outcome {
    let all = measures.contenders;
    let (mut app, mut raw, mut react, mut known) = (
        Samples::default(),
        Samples::default(),
        Samples::default(),
        Vec::new(),
    );
    for run in 0..=measures.runs {
        for (contender, samples) in [
            (&all.raw, &mut raw),
            (&all.app, &mut app),
            (&all.react, &mut react),
        ] {
            // The first round warms both browsers up: encoders, camera, code.
            let mut unused = Samples::default();
            one_call(
                contender,
                condition,
                ends,
                if run == 0 { &mut unused } else { samples },
            )
            .await?;
            if std::ptr::eq(contender, &raw const all.app) && run > 0 {
                known.push(known_call(condition, ends).await?);
            }
        }
    }
    let name = condition.name;
    let goal = Goal::Ratio {
        must: condition.must,
        aim: condition.aim,
    };
    let mut add = |what: String, app: &[f64], reference: Option<(&'static str, &[f64])>, goal| {
        let reference = reference.map(|(name, samples)| (name, samples.to_vec()));
        figures.add(Figure {
            what,
            unit: "ms",
            app: app.to_vec(),
            reference,
            goal,
        });
    };
    add(
        format!("answer to first frame at both ends, {name}"),
        &app.answer,
        Some((all.raw.name, &raw.answer)),
        goal,
    );
    add(
        format!("  a known caller, {name}"),
        &known,
        Some((all.raw.name, &raw.answer)),
        Goal::Told,
    );
    add(
        format!("  React + simple-peer itself, {name}"),
        &react.answer,
        Some((all.raw.name, &raw.answer)),
        Goal::Told,
    );
    let goal = Goal::Ratio { must: 1.3, aim: 1.0 };
    add(
        format!("call to ringing at the other end, {name}"),
        &app.ring,
        Some((all.raw.name, &raw.ring)),
        goal,
    );
    if condition.latency > 0 {
        add(
            "  measured round trip of media".into(),
            &app.round_trip,
            Some((all.raw.name, &raw.round_trip)),
            Goal::Told,
        );
    }
    Ok(())
}

async fn one_call(
    contender: &Contender,
    condition: &Condition,
    ends: &Ends,
    samples: &mut Samples,
) -> Outcome {
    let Ends { ann, bob } = ends;
    for browser in [ann, bob] {
        browser.slow_cpu(condition.cpu).await?;
    }
    ring(contender, ann, bob).await?;
    let rang = bob.mark("ringing").await? - ann.mark("press:call").await?;
    // People take a moment to answer; a page may use it.
    tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
    answer(ann, bob).await?;
    samples.ring.push(rang);
    samples.answer.push(first_frames(ends).await?);
    samples.round_trip.extend(round_trip(ann).await?);
    hang_up(ann, bob).await
}

/// A second call between the same two: they have talked before.
async fn known_call(_condition: &Condition, ends: &Ends) -> Outcome<f64> {
    let Ends { ann, bob } = ends;
    for browser in [ann, bob] {
        browser
            .forget_marks(&["press:call", "ringing", "press:answer-video", "remoteFrame"])
            .await?;
    }
    again(ann, bob).await?;
    tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
    answer(ann, bob).await?;
    let took = first_frames(ends).await?;
    hang_up(ann, bob).await?;
    Ok(took)
}

async fn first_frames(ends: &Ends) -> Outcome<f64> {
    let (here, there) = (
        ends.ann.mark("remoteFrame").await?,
        ends.bob.mark("remoteFrame").await?,
    );
    Ok(here.max(there) - ends.bob.mark("press:answer-video").await?)
}

async fn round_trip(browser: &Browser) -> Outcome<Option<f64>> {
    let stats = browser.stats().await?;
    let pairs = stats
        .iter()
        .filter(|report| report["type"] == "candidate-pair" && report["state"] == "succeeded");
    let times: Vec<f64> = pairs
        .filter_map(|pair| pair["currentRoundTripTime"].as_f64())
        .map(|seconds| seconds * 1000.0)
        .collect();
    Ok((!times.is_empty()).then(|| median(&times)))
}
