//! Figures: samples, medians, and what they must and should be.

use std::fmt::Write;

use serde_json::{Value, json};

/// What a figure is held against.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Goal {
    /// An amount, at most.
    AtMost {
        /// More than this is a failure.
        must: f64,
        /// What it should be.
        aim: f64,
    },
    /// A ratio to the reference, at most.
    Ratio {
        /// More than this is a failure.
        must: f64,
        /// What it should be.
        aim: f64,
    },
    /// Only told.
    Told,
}

/// One row.
pub(crate) struct Figure {
    /// What was measured.
    pub(crate) what: String,
    /// Its unit.
    pub(crate) unit: &'static str,
    /// The app's samples.
    pub(crate) app: Vec<f64>,
    /// The reference and its samples.
    pub(crate) reference: Option<(&'static str, Vec<f64>)>,
    /// What it is held against.
    pub(crate) goal: Goal,
}

/// All rows.
#[derive(Default)]
pub(crate) struct Figures(Vec<Figure>);

impl Figures {
    pub(crate) fn add(&mut self, figure: Figure) {
        eprintln!("{}", figure.line());
        self.0.push(figure);
    }

    /// The rows as text for people.
    pub(crate) fn table(&self) -> String {
        let mut text = format!(
            "{:<62} {:>10} {:>10} {:>7}  {:<16} {}\n",
            "what", "Antenna", "reference", "ratio", "must / aim", ""
        );
        for figure in &self.0 {
            let _ = writeln!(text, "{}", figure.line());
        }
        text
    }

    /// The rows as JSON, samples included.
    pub(crate) fn json(&self, runs: usize) -> Value {
        json!({ "runs": runs, "figures": self.0.iter().map(Figure::json).collect::<Vec<_>>() })
    }
}

impl Figure {
    fn line(&self) -> String {
        let (app, reference) = (
            median(&self.app),
            self.reference.as_ref().map(|(_, samples)| median(samples)),
        );
        let goal = match self.goal {
            Goal::AtMost { must, aim } => format!("{must} / {aim}"),
            Goal::Ratio { must, aim } => format!("{must}x / {aim}x"),
            Goal::Told => String::new(),
        };
        format!(
            "{:<62} {:>10} {:>10} {:>7}  {:<16} {}",
            format!("{} ({})", self.what, self.unit),
            number(app),
            reference.map(number).unwrap_or_default(),
            self.ratio()
                .map(|ratio| format!("{ratio:.2}x"))
                .unwrap_or_default(),
            goal,
            self.verdict(),
        )
    }

    fn json(&self) -> Value {
        json!({
            "what": self.what, "unit": self.unit, "median": median(&self.app), "samples": self.app,
            "reference": self.reference.as_ref().map(|(name, samples)| json!({ "name": name, "median": median(samples), "samples": samples })),
            "ratio": self.ratio(), "verdict": self.verdict(),
        })
    }

    fn ratio(&self) -> Option<f64> {
        self.reference
            .as_ref()
            .map(|(_, samples)| median(&self.app) / median(samples))
    }

    fn verdict(&self) -> &'static str {
        let (value, must, aim) = match self.goal {
            Goal::AtMost { must, aim } => (median(&self.app), must, aim),
            Goal::Ratio { must, aim } => (self.ratio().unwrap_or(f64::INFINITY), must, aim),
            Goal::Told => return "",
        };
        if value <= aim {
            "aim reached"
        } else if value <= must {
            "within"
        } else {
            "MISSED"
        }
    }
}

/// The middle sample (of an even number, the mean of the two in the middle); infinite without any.
pub(crate) fn median(samples: &[f64]) -> f64 {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match (
        sorted.get(middle),
        middle.checked_sub(1).and_then(|below| sorted.get(below)),
    ) {
        (Some(upper), Some(lower)) if sorted.len().is_multiple_of(2) => (upper + lower) / 2.0,
        (Some(middle), _) => *middle,
        (None, _) => f64::INFINITY,
    }
}

fn number(value: f64) -> String {
    if value >= 100.0 {
        format!("{value:.0}")
    } else if value >= 1.0 || value == 0.0 {
        format!("{value:.1}")
    } else {
        format!("{value:.4}")
    }
}
