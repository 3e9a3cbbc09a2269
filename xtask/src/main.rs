//! The project's commands: `cargo xtask help` lists them.
//!
//! One module a topic: `tools` installs what is missing, `app` drives Trunk, whose hooks come back here as `styles` and
//! `post`, `serve` and `test` are what people type, and `size` and `layers` are the two checks that no compiler does.

mod app;
mod args;
mod border;
mod layers;
mod loader;
mod native;
mod page;
mod post;
mod process;
mod report;
mod serve;
mod size;
mod styles;
mod test;
mod tools;

use std::{error::Error, process::ExitCode};

/// Every failure here ends in front of a person, so it is a sentence.
type Failure = Box<dyn Error + Send + Sync>;
type Result<T> = std::result::Result<T, Failure>;

const HELP: &str = "\
cargo xtask serve [--addr HOST:PORT] [--data DIR] [--dev] [--tls]   build and serve app and backend
cargo xtask test  [--quick] [--only STAGE[,STAGE]]                  every check; --quick leaves the browsers out
cargo xtask bench [ARGUMENTS OF THE e2e BENCHMARKS]                 the figures, as a table and as JSON
cargo xtask build [--dev]                                           the app alone, into dist/
cargo xtask size                                                    what a visitor downloads, file by file
cargo xtask setup [--tests]                                         the tools alone
Trunk's hooks: styles (pre_build), post (post_build)";

fn main() -> ExitCode {
    process::end_children_on_signal();
    let mut words = std::env::args().skip(1);
    let command = words.next().unwrap_or_default();
    match run(&command, words.collect()) {
        Ok(code) => code,
        Err(failure) => {
            report::failure(&failure.to_string());
            ExitCode::FAILURE
        }
    }
}

fn run(command: &str, words: Vec<String>) -> Result<ExitCode> {
    let mut args = args::Args::new(words);
    match command {
        "serve" => serve::serve(&serve::Options::read(args)?)?,
        "test" => return test::test(&test::Options::read(args)?),
        "bench" => test::bench(&args.rest())?,
        "build" => {
            let profile = app::Profile::from_dev_flag(args.flag("--dev"));
            args.done()?;
            app::build(profile)?;
        }
        "size" => {
            args.done()?;
            size::print(&app::Profile::Release.dist())?;
        }
        "setup" => {
            let tests = args.flag("--tests");
            args.done()?;
            tools::for_build()?;
            if tests {
                tools::for_tests()?;
            }
        }
        "styles" => styles::generate()?,
        "post" => post::finish()?,
        "" | "help" | "--help" | "-h" => println!("{HELP}"),
        unknown => return Err(format!("there is no command {unknown}\n{HELP}").into()),
    }
    Ok(ExitCode::SUCCESS)
}
