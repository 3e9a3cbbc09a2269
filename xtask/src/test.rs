//! `cargo xtask test`: every check there is, one stage after the other; a stage that fails hides none behind it.

use crate::{
    Failure, Result, app,
    args::Args,
    layers, native, process,
    report::{begin, failure, seconds},
    serve, size, tools,
};
use std::{
    io::{BufRead as _, BufReader, Write as _},
    process::{Command, ExitCode, Stdio},
    time::Instant,
};

/// Tests of the contract suite that run at once: they wait for heartbeats and cut networks most of the time.
const CONTRACT_THREADS: usize = 6;

/// What can be said on the command line.
pub(crate) struct Options {
    quick: bool,
    /// Names of stages; all when empty.
    only: Vec<String>,
}

impl Options {
    pub(crate) fn read(mut args: Args) -> Result<Self> {
        let quick = args.flag("--quick");
        let only = args
            .value("--only")?
            .map(|names| names.split(',').map(str::to_owned).collect())
            .unwrap_or_default();
        args.done()?;
        Ok(Self { quick, only })
    }
}

/// How many checks passed and failed.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Tally {
    passed: u64,
    failed: u64,
}

impl Tally {
    /// A stage that is one check.
    const ONE: Self = Self { passed: 1, failed: 0 };

    fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

/// One stage: its name, and what it does.
struct Stage {
    name: &'static str,
    browsers: bool,
    /// It waits more than it works: the next stage runs beside it if it is this one.
    beside: Option<&'static str>,
    run: fn() -> Result<Tally>,
}

const STAGES: [Stage; 14] = [
    Stage {
        name: "tools",
        browsers: false,
        beside: None,
        run: || one(tools::for_build().and(tools::npm_of_tests())),
    },
    Stage {
        name: "format",
        browsers: false,
        beside: None,
        run: || one(cargo(&["fmt", "--all", "--check"])),
    },
    Stage {
        name: "styles",
        browsers: false,
        beside: None,
        run: || one(crate::styles::generate()),
    },
    Stage {
        name: "layers",
        browsers: false,
        beside: None,
        run: || one(layers::check()),
    },
    Stage {
        name: "clippy-native",
        browsers: false,
        beside: None,
        run: clippy_native,
    },
    Stage {
        name: "clippy-wasm",
        browsers: false,
        beside: None,
        run: clippy_wasm,
    },
    Stage {
        name: "unit",
        browsers: false,
        beside: None,
        run: unit,
    },
    Stage {
        name: "server",
        browsers: false,
        beside: None,
        run: || native_tests(&["server"], None),
    },
    Stage {
        name: "worker",
        browsers: false,
        beside: None,
        run: worker,
    },
    Stage {
        name: "contract",
        browsers: false,
        beside: Some("app"),
        run: || native_tests(&["contract"], Some(CONTRACT_THREADS)),
    },
    Stage {
        name: "app",
        browsers: false,
        beside: None,
        run: || one(app::build(app::Profile::Release)),
    },
    Stage {
        name: "budget",
        browsers: false,
        beside: None,
        run: || one(size::check(&app::Profile::Release.dist())),
    },
    Stage {
        name: "browser-tools",
        browsers: true,
        beside: None,
        run: || one(tools::for_tests()),
    },
    Stage {
        name: "browsers",
        browsers: true,
        beside: None,
        run: browsers,
    },
];

/// Runs the stages and prints `N passed, N failed` as the last line; fails when any check did.
pub(crate) fn test(options: &Options) -> Result<ExitCode> {
    let chosen = |stage: &&Stage| {
        if options.only.is_empty() {
            !(options.quick && stage.browsers)
        } else {
            options.only.iter().any(|name| name == stage.name)
        }
    };
    let stages: Vec<_> = STAGES.iter().filter(chosen).collect();
    if stages.is_empty() {
        let names: Vec<_> = STAGES.iter().map(|stage| stage.name).collect();
        return Err(format!("there is no such stage; there are {}", names.join(", ")).into());
    }
    let mut total = Tally::default();
    let mut lines = Vec::new();
    let mut stages = stages.as_slice();
    while let Some((first, rest)) = stages.split_first() {
        let (beside, rest) = match rest.split_first() {
            Some((next, rest)) if first.beside == Some(next.name) => (Some(*next), rest),
            _ => (None, rest),
        };
        stages = rest;
        let played = std::thread::scope(|scope| {
            let beside = beside.map(|stage| scope.spawn(move || play(stage)));
            let first = play(first);
            let beside = beside.map(|thread| thread.join().map_err(|_| "a stage stopped"));
            Ok::<_, Failure>(
                std::iter::once(first)
                    .chain(beside.transpose()?)
                    .collect::<Vec<_>>(),
            )
        })?;
        for (tally, line) in played {
            lines.push(line);
            total.add(tally);
        }
    }
    println!(
        "\n{}\n{} passed, {} failed",
        lines.join("\n"),
        total.passed,
        total.failed
    );
    std::io::stdout().flush()?;
    Ok(if total.failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Runs a stage; what came of it, and a line that says so.
fn play(stage: &Stage) -> (Tally, String) {
    let start = Instant::now();
    begin(stage.name);
    let tally = (stage.run)().unwrap_or_else(|why| {
        failure(&format!("{}: {why}", stage.name));
        Tally { passed: 0, failed: 1 }
    });
    let mark = if tally.failed == 0 { "✓" } else { "✗" };
    let line = format!(
        "{mark} {:<14} {:>5} passed {:>4} failed   {}",
        stage.name,
        tally.passed,
        tally.failed,
        seconds(start.elapsed())
    );
    eprintln!("{line}");
    (tally, line)
}

/// `cargo xtask bench`: the sizes, then what the browsers say.
pub(crate) fn bench(words: &[String]) -> Result<()> {
    tools::for_build()?;
    app::build(app::Profile::Release)?;
    let dist = app::Profile::Release.dist();
    size::print(&dist)?;
    println!("{}", size::json(&dist)?);
    let mut bench = Command::new("cargo");
    bench
        .args(["run", "--quiet", "--package", "e2e", "--bin", "bench", "--"])
        .args(words);
    let server = serve::server(app::Profile::Release)?;
    bench.env("ANTENNA_SERVER", server).current_dir(tools::root());
    process::run(with_browsers(&mut bench)?)
}

fn one<T>(outcome: Result<T>) -> Result<Tally> {
    outcome.map(|_| Tally::ONE)
}

fn cargo(words: &[&str]) -> Result<()> {
    process::run(Command::new("cargo").args(words).current_dir(tools::root()))
}

fn clippy_native() -> Result<Tally> {
    let mut words = vec!["clippy", "--quiet", "--all-targets"];
    for package in native::NATIVE.iter().chain(native::BROWSERS) {
        words.extend(["--package", package]);
    }
    words.extend(["--", "-D", "warnings"]);
    one(cargo(&words))
}

fn clippy_wasm() -> Result<Tally> {
    // As the release is built, so that both share macros and build scripts: they are half of the work.
    let mut clippy = Command::new("cargo");
    clippy
        .args(["clippy", "--quiet", "--release", "--package", "antenna"])
        .args(["--target", "wasm32-unknown-unknown", "--", "-D", "warnings"])
        .env("RUSTC_BOOTSTRAP", "1")
        .current_dir(tools::root());
    one(process::run(&mut clippy))
}

/// The service worker's decisions, under node.
fn worker() -> Result<Tally> {
    let mut node = Command::new("node");
    node.args(["--test", "--test-reporter=tap", "js/test/"])
        .current_dir(tools::root());
    let tally = followed(&mut node, tap_count, &mut |_| {})?;
    if tally.passed == 0 {
        Err("node ran no test of the service worker".into())
    } else {
        Ok(tally)
    }
}

/// The browser tests, against the release build of the app and a server in the dev profile.
///
/// Real browsers on a machine of two cores stumble now and then over something that is not ours. What failed is run once
/// more, alone, and said to have needed it; what fails twice has failed.
fn browsers() -> Result<Tally> {
    let server = native::build(native::NATIVE)?.server;
    let built = native::build(native::BROWSERS)?;
    let run = |test: &native::Test, only: Option<&str>, hear: &mut dyn FnMut(&str)| -> Result<Tally> {
        let mut command = test.command(server.as_ref());
        if let Some(name) = only {
            command.args(["--exact", name]);
        }
        followed(with_browsers(&mut command)?, cargo_count, hear)
    };
    let mut failed = Failures::default();
    let mut tally = Tally {
        passed: 0,
        failed: built.failed.into(),
    };
    for test in built.of("e2e") {
        tally.add(run(test, None, &mut |line| failed.hear(&test.name, line))?);
    }
    for (program, name) in failed.names {
        let Some(test) = built.of("e2e").find(|test| test.name == program) else {
            continue;
        };
        println!("once more: {name}");
        let again = run(test, Some(&name), &mut |_| {})?;
        if again == (Tally { passed: 1, failed: 0 }) {
            println!("passed at the second try: {name}");
            tally.add(again);
            tally.failed -= 1;
        }
    }
    if tally == Tally::default() {
        return Err("not one test was run".into());
    }
    tally.add(examples(native::BROWSERS)?);
    Ok(tally)
}

/// The names in the list that cargo prints under `failures:`.
#[derive(Debug, Default)]
struct Failures {
    listing: bool,
    /// The program, and its test.
    names: Vec<(String, String)>,
}

impl Failures {
    fn hear(&mut self, program: &str, line: &str) {
        let name = line.strip_prefix("    ").filter(|name| {
            let part_of_path = |letter: char| letter.is_ascii_alphanumeric() || "_:".contains(letter);
            name.contains("::") && name.chars().all(part_of_path)
        });
        match name {
            Some(name) if self.listing => self.names.push((program.to_owned(), name.to_owned())),
            _ => self.listing = line == "failures:",
        }
    }
}

/// Tells a command of e2e where everything is.
fn with_browsers(command: &mut Command) -> Result<&mut Command> {
    let drivers = tools::for_tests()?;
    command.env("ANTENNA_DIST", app::Profile::Release.dist());
    Ok(command
        .env("ANTENNA_CHROMEDRIVER", drivers.chromedriver)
        .env("ANTENNA_GECKODRIVER", drivers.geckodriver))
}

/// Tests without a server or a browser, and the examples in all documentation.
fn unit() -> Result<Tally> {
    let mut tally = native_tests(&["wire", "engine", "xtask"], None)?;
    tally.add(examples(native::NATIVE)?);
    Ok(tally)
}

fn examples(packages: native::Packages) -> Result<Tally> {
    followed(&mut native::examples(packages), cargo_count, &mut |_| {})
}

/// Runs the tests of these packages, `threads` of a program at once.
fn native_tests(packages: &[&str], threads: Option<usize>) -> Result<Tally> {
    let built = native::build(native::NATIVE)?;
    let mut tally = Tally {
        passed: 0,
        failed: built.failed.into(),
    };
    for test in packages.iter().flat_map(|package| built.of(package)) {
        println!("{}", test.name);
        let mut command = test.command(built.server.as_ref());
        if let Some(threads) = threads {
            command.arg(format!("--test-threads={threads}"));
        }
        tally.add(followed(&mut command, cargo_count, &mut |_| {})?);
    }
    if tally == Tally::default() {
        Err("not one test was run".into())
    } else {
        Ok(tally)
    }
}

/// Runs a command, shows its lines as they come, lets `hear` have them, and sums what `count` reads from them. A command
/// that fails without a failed test (it did not compile, it was killed) counts as one failure.
fn followed(command: &mut Command, count: fn(&str) -> Tally, hear: &mut dyn FnMut(&str)) -> Result<Tally> {
    let line = process::line_of(command);
    let mut running = process::Running::start(command.stdout(Stdio::piped()))?;
    let output = running.child().stdout.take().ok_or("no output to read")?;
    let mut tally = Tally::default();
    for line in BufReader::new(output).lines() {
        let line = line?;
        println!("{line}");
        hear(&line);
        tally.add(count(&line));
    }
    let status = running.wait()?;
    if !status.success() && tally.failed == 0 {
        failure(&format!("`{line}` failed ({status})"));
        tally.failed = 1;
    }
    Ok(tally)
}

/// `test result: ok. 3 passed; 0 failed; …`
fn cargo_count(line: &str) -> Tally {
    let Some((_, counts)) = line.split_once("test result: ") else {
        return Tally::default();
    };
    let number = |word: &str| {
        let before = counts
            .split_once(&format!(" {word}"))
            .map_or("", |(before, _)| before);
        before
            .rsplit(' ')
            .next()
            .and_then(|number| number.parse().ok())
            .unwrap_or(0)
    };
    Tally {
        passed: number("passed"),
        failed: number("failed"),
    }
}

/// `# pass 3`, `# fail 0`
fn tap_count(line: &str) -> Tally {
    let number = |word: &str| {
        line.strip_prefix(word)
            .and_then(|number| number.trim().parse().ok())
            .unwrap_or(0)
    };
    Tally {
        passed: number("# pass "),
        failed: number("# fail "),
    }
}

#[cfg(test)]
mod tests {
    use super::{Failures, Tally, cargo_count, followed, tap_count};
    use std::process::Command;

    #[test]
    fn results_of_cargo_and_node_are_read() {
        let line = "test result: FAILED. 12 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s";
        assert_eq!(
            cargo_count(line),
            Tally {
                passed: 12,
                failed: 3
            }
        );
        assert_eq!(cargo_count("test x ... ok"), Tally::default());
        assert_eq!(tap_count("# pass 7"), Tally { passed: 7, failed: 0 });
        assert_eq!(tap_count("# fail 2"), Tally { passed: 0, failed: 2 });
    }

    #[test]
    fn failed_tests_are_read_from_the_list_at_the_end() {
        let mut failures = Failures::default();
        let output = "failures:\n\n---- calls::glare stdout ----\n    at calls::glare\n\nfailures:\n    calls::glare\n    talk::mute\n\ntest result: FAILED. 1 passed; 2 failed";
        output.lines().for_each(|line| failures.hear("suite", line));
        let suite = |name: &str| ("suite".to_owned(), name.to_owned());
        assert_eq!(failures.names, [suite("calls::glare"), suite("talk::mute")]);
    }

    #[test]
    fn a_command_that_fails_without_a_failed_test_is_a_failure() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo 'test result: ok. 1 passed; 0 failed'; exit 3"]);
        assert_eq!(
            followed(&mut command, cargo_count, &mut |_| {}).unwrap(),
            Tally { passed: 1, failed: 1 }
        );
    }
}
