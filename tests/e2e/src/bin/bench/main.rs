//! The figures that need a browser, each beside its reference in the same run on the same machine.
//!
//! `bench [--runs N] [--minutes N] [--only SUBSTRING,…] [--json FILE] [--calibrate]`: prints a table, and JSON as the last line (also
//! to FILE). With `--calibrate` the React page stands in for the app: what it shows is the noise of the measurement.

mod calling;
mod chat;
mod contender;
mod figures;
mod hands;
mod loading;
mod running;

use std::process::ExitCode;

use e2e::{Antenna, Failure, Outcome, PeerCall, Place, Sio, Site};

use crate::contender::{Contender, Contenders};
use crate::figures::Figures;

fn main() -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("no runtime: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(all()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure(why)) => {
            eprintln!("bench: {why}");
            ExitCode::FAILURE
        }
    }
}

/// What is asked for on the command line.
struct Options {
    runs: usize,
    /// How long a busy room is watched for growth.
    minutes: u64,
    only: Vec<String>,
    json: Option<String>,
    calibrate: bool,
}

impl Options {
    fn read() -> Outcome<Self> {
        let mut options = Self {
            runs: 7,
            minutes: 0,
            only: Vec::new(),
            json: None,
            calibrate: false,
        };
        let mut args = std::env::args().skip(1);
        while let Some(arg) = args.next() {
            if arg == "--calibrate" {
                options.calibrate = true;
                continue;
            }
            let mut value = || args.next().ok_or_else(|| Failure(format!("{arg} wants a value")));
            match arg.as_str() {
                "--runs" => options.runs = value()?.parse()?,
                "--minutes" => options.minutes = value()?.parse()?,
                "--only" => options.only = value()?.split(',').map(str::to_owned).collect(),
                "--json" => options.json = Some(value()?),
                other => return Err(Failure(format!("unknown option {other}"))),
            }
        }
        Ok(options)
    }

    fn wants(&self, group: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| group.contains(only.as_str()))
    }
}

/// The embedded backend without rate limits, since a bench calls more often than people do, open to the references.
async fn unlimited(scratch: &std::path::Path, references: &[&str]) -> Outcome<Antenna> {
    let mut options = vec!["--limit", "all=off"];
    for origin in references {
        options.extend(["--origin", origin]);
    }
    Antenna::start_with("127.0.0.1", &Place::dist()?, &scratch.join("data"), &options).await
}

/// A folder for profiles and pages, removed at the end.
struct Scratch(std::path::PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

async fn all() -> Outcome {
    let options = Options::read()?;
    let scratch = Scratch(std::env::temp_dir().join(format!("antenna-bench-{}", std::process::id())));
    std::fs::create_dir_all(&scratch.0)?;
    let (raw, react) = (Site::raw().await?, Site::react(&scratch.0).await?);
    // Every contender signals over the same server: the embedded one, or without the app an unmodified one.
    let (mut _antenna, mut _classic) = (None, None);
    let (app, signal) = if options.calibrate {
        let url = _classic.insert(PeerCall::start(Sio::V4).await?).url();
        (Contender::page("Antenna", react.url(), &url), url)
    } else {
        let url = _antenna
            .insert(unlimited(&scratch.0, &[raw.url(), react.url()]).await?)
            .url();
        (Contender::app(&url), url)
    };
    let contenders = Contenders {
        app,
        raw: Contender::page("raw JavaScript", raw.url(), &signal),
        react: Contender::page("React + simple-peer", react.url(), &signal),
    };
    let mut figures = Figures::default();
    let measures = Measures {
        runs: options.runs,
        minutes: options.minutes,
        scratch: &scratch.0,
        contenders: &contenders,
    };
    if options.wants("loading") {
        loading::measure(&measures, &mut figures).await?;
    }
    if options.wants("calling") {
        calling::measure(&measures, &mut figures).await?;
    }
    if options.wants("main-thread") {
        running::main_thread(&measures, &mut figures).await?;
    }
    if options.wants("network") {
        running::network_return(&measures, &mut figures).await?;
    }
    if options.wants("growth") {
        running::growth(&measures, &mut figures).await?;
    }
    if options.wants("chat") && !options.calibrate {
        chat::measure(&measures, &mut figures).await?;
    }
    print!("{}", figures.table());
    let json = figures.json(options.runs).to_string();
    println!("{json}");
    if let Some(path) = options.json {
        std::fs::write(path, json)?;
    }
    Ok(())
}

/// What every measurement needs.
struct Measures<'a> {
    runs: usize,
    minutes: u64,
    scratch: &'a std::path::Path,
    contenders: &'a Contenders,
}
