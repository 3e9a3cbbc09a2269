//! Counters, and how Prometheus reads them (text exposition format 0.0.4).

use std::fmt::Write as _;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use crate::limits::Limit;

/// All counters of this process.
#[derive(Debug)]
pub struct Metrics {
    /// Socket.IO connections that are open.
    pub connections: Gauge,
    /// Socket.IO connections that were ever opened.
    pub connected: Counter,
    /// Offers passed on (`callUser`).
    pub calls: Counter,
    /// Answers passed on (`answerCall`).
    pub answers: Counter,
    /// Sign-ins and sign-ups that succeeded.
    pub sign_ins: Counter,
    /// Sign-ins that were refused.
    pub sign_ins_refused: Counter,
    /// Refresh tokens that were used a second time, too late.
    pub refresh_reused: Counter,
    requests: Vec<AtomicU64>,
    limited: [AtomicU64; Limit::ALL.len()],
    db: Histogram,
}

/// Counts up.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

/// Goes up and down.
#[derive(Debug, Default)]
pub struct Gauge(AtomicI64);

impl Counter {
    /// One more.
    pub fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

impl Gauge {
    /// One more.
    pub fn up(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// One less.
    pub fn down(&self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Upper bounds in microseconds.
const BOUNDS: [u64; 8] = [100, 500, 1_000, 5_000, 20_000, 100_000, 500_000, 2_000_000];

#[derive(Debug, Default)]
struct Histogram {
    buckets: [AtomicU64; BOUNDS.len()],
    count: AtomicU64,
    micros: AtomicU64,
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            connections: Gauge::default(),
            connected: Counter::default(),
            calls: Counter::default(),
            answers: Counter::default(),
            sign_ins: Counter::default(),
            sign_ins_refused: Counter::default(),
            refresh_reused: Counter::default(),
            requests: (0..600).map(|_| AtomicU64::new(0)).collect(),
            limited: Default::default(),
            db: Histogram::default(),
        }
    }
}

impl Metrics {
    /// A request was answered with `status`.
    pub fn request(&self, status: u16) {
        if let Some(count) = self.requests.get(usize::from(status)) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Somebody ran into `limit`.
    pub fn limited(&self, limit: Limit) {
        if let Some(count) = self.limited.get(limit as usize) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// The database took this long, waiting for its thread included.
    pub fn db(&self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        for (bound, bucket) in BOUNDS.iter().zip(&self.db.buckets) {
            if micros <= *bound {
                bucket.fetch_add(1, Ordering::Relaxed);
            }
        }
        self.db.count.fetch_add(1, Ordering::Relaxed);
        self.db.micros.fetch_add(micros, Ordering::Relaxed);
    }

    /// As Prometheus reads it.
    pub fn print(&self) -> String {
        let mut out = String::with_capacity(2048);
        gauge(
            &mut out,
            "antenna_connections",
            "Open Socket.IO connections.",
            self.connections.0.load(Ordering::Relaxed),
        );
        let counters = [
            (
                "antenna_connected_total",
                "Socket.IO connections ever opened.",
                &self.connected,
            ),
            ("antenna_calls_signaled_total", "Offers passed on.", &self.calls),
            (
                "antenna_answers_signaled_total",
                "Answers passed on.",
                &self.answers,
            ),
            ("antenna_sign_ins_total", "Sign-ins and sign-ups.", &self.sign_ins),
            (
                "antenna_sign_ins_refused_total",
                "Refused sign-ins.",
                &self.sign_ins_refused,
            ),
            (
                "antenna_refresh_reused_total",
                "Sessions ended because an old refresh token came back.",
                &self.refresh_reused,
            ),
        ];
        for (name, help, counter) in counters {
            head(&mut out, name, help, "counter");
            line(
                &mut out,
                format_args!("{name} {}", counter.0.load(Ordering::Relaxed)),
            );
        }
        head(
            &mut out,
            "antenna_rate_limited_total",
            "Refusals by rate limit.",
            "counter",
        );
        for (limit, count) in Limit::ALL.iter().zip(&self.limited) {
            let count = count.load(Ordering::Relaxed);
            line(
                &mut out,
                format_args!("antenna_rate_limited_total{{limit=\"{}\"}} {count}", limit.name()),
            );
        }
        head(
            &mut out,
            "antenna_http_requests_total",
            "Requests by status.",
            "counter",
        );
        for (status, count) in self.requests.iter().enumerate() {
            let count = count.load(Ordering::Relaxed);
            if count > 0 {
                line(
                    &mut out,
                    format_args!("antenna_http_requests_total{{status=\"{status}\"}} {count}"),
                );
            }
        }
        self.print_db(&mut out);
        out
    }

    fn print_db(&self, out: &mut String) {
        head(
            out,
            "antenna_db_seconds",
            "Time of database work, waiting included.",
            "histogram",
        );
        for (bound, bucket) in BOUNDS.iter().zip(&self.db.buckets) {
            let (bound, count) = (*bound as f64 / 1e6, bucket.load(Ordering::Relaxed));
            line(
                out,
                format_args!("antenna_db_seconds_bucket{{le=\"{bound}\"}} {count}"),
            );
        }
        let count = self.db.count.load(Ordering::Relaxed);
        line(
            out,
            format_args!("antenna_db_seconds_bucket{{le=\"+Inf\"}} {count}"),
        );
        line(
            out,
            format_args!(
                "antenna_db_seconds_sum {}",
                self.db.micros.load(Ordering::Relaxed) as f64 / 1e6
            ),
        );
        line(out, format_args!("antenna_db_seconds_count {count}"));
    }
}

fn gauge(out: &mut String, name: &str, help: &str, value: i64) {
    head(out, name, help, "gauge");
    line(out, format_args!("{name} {value}"));
}

fn head(out: &mut String, name: &str, help: &str, kind: &str) {
    line(out, format_args!("# HELP {name} {help}\n# TYPE {name} {kind}"));
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing into a String cannot fail.
    let _ = writeln!(out, "{text}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_counted_is_printed() {
        let metrics = Metrics::default();
        metrics.request(200);
        metrics.request(999);
        metrics.limited(Limit::SignUp);
        metrics.db(Duration::from_micros(600));
        let text = metrics.print();
        for line in [
            "antenna_http_requests_total{status=\"200\"} 1",
            "antenna_rate_limited_total{limit=\"sign-up\"} 1",
            "antenna_db_seconds_bucket{le=\"0.0005\"} 0",
            "antenna_db_seconds_bucket{le=\"0.001\"} 1",
            "antenna_db_seconds_sum 0.0006",
        ] {
            assert!(
                text.lines().any(|found| found == line),
                "{line} is not in\n{text}"
            );
        }
    }
}
