//! The tests of the native crates. One call of cargo builds those of several packages, so that a crate they have in common
//! is compiled once, with the features that any of them asks for; the stages then run the programs that it made.

use crate::{Result, process, report::step, tools};
use serde_json::Value;
use std::{
    io::{BufRead as _, BufReader},
    path::PathBuf,
    process::{Command, Stdio},
};

/// Packages that are built together.
pub(crate) type Packages = &'static [&'static str];

/// All that runs without a browser.
pub(crate) const NATIVE: Packages = &["wire", "engine", "server", "xtask", "contract"];
/// The browser tests. They stay apart: `thirtyfour` has serde_json keep the order of keys, which the app has not.
pub(crate) const BROWSERS: Packages = &["e2e"];

/// What was built.
#[derive(Debug, Default)]
pub(crate) struct Built {
    tests: Vec<Test>,
    /// The embedded backend.
    pub(crate) server: Option<PathBuf>,
    /// Not everything could be built; cargo has said what.
    pub(crate) failed: bool,
}

/// A program of tests.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Test {
    /// The package's folder, in which the program runs.
    folder: PathBuf,
    /// The name of the library, or of the file of tests.
    pub(crate) name: String,
    program: PathBuf,
}

/// Builds the tests of these packages, and the binaries that they start. What is up to date takes a second.
pub(crate) fn build(packages: Packages) -> Result<Built> {
    let mut cargo = cargo_test(
        packages,
        &[
            "--no-run",
            "--quiet",
            "--message-format",
            "json-render-diagnostics",
        ],
    );
    let mut built = Built::default();
    step(&format!("tests of {}", packages.join(", ")), || {
        let mut running = process::Running::start(cargo.stdout(Stdio::piped()))?;
        let output = running.child().stdout.take().ok_or("no output to read")?;
        for line in BufReader::new(output).lines() {
            built.hear(&line?);
        }
        built.failed = !running.wait()?.success();
        Ok(())
    })?;
    Ok(built)
}

/// The examples in the documentation of these packages.
pub(crate) fn examples(packages: Packages) -> Command {
    cargo_test(packages, &["--doc", "--no-fail-fast"])
}

/// Every package has to be named each time: those that are decide which features the crates in common have.
fn cargo_test(packages: Packages, words: &[&str]) -> Command {
    let mut cargo = Command::new("cargo");
    cargo.arg("test").args(words).current_dir(tools::root());
    for package in packages {
        cargo.args(["--package", package]);
    }
    cargo
}

impl Built {
    /// The tests of a package.
    pub(crate) fn of<'a>(&'a self, package: &str) -> impl Iterator<Item = &'a Test> {
        let folder = PathBuf::from(package);
        self.tests
            .iter()
            .filter(move |test| test.folder.ends_with(&folder))
    }

    /// Takes note of one of cargo's messages.
    fn hear(&mut self, line: &str) {
        let Ok(message) = serde_json::from_str::<Value>(line) else {
            return;
        };
        let Some(program) = message["executable"].as_str().map(PathBuf::from) else {
            return;
        };
        let name = message["target"]["name"].as_str().unwrap_or_default();
        if message["profile"]["test"] == true {
            let manifest = PathBuf::from(message["manifest_path"].as_str().unwrap_or_default());
            self.tests.push(Test {
                folder: manifest.parent().map(PathBuf::from).unwrap_or_default(),
                name: name.to_owned(),
                program,
            });
        } else if name == "antenna-server" {
            self.server = Some(program);
        }
    }
}

impl Test {
    /// Runs it as cargo would, with an embedded backend to start.
    pub(crate) fn command(&self, server: Option<&PathBuf>) -> Command {
        let mut command = Command::new(&self.program);
        command
            .current_dir(&self.folder)
            .env("CARGO_MANIFEST_DIR", &self.folder)
            .envs(server.map(|server| ("ANTENNA_SERVER", server)));
        command
    }
}

#[cfg(test)]
mod tests {
    use super::Built;
    use std::path::Path;

    #[test]
    fn programs_are_read_from_the_messages_of_cargo() {
        let mut built = Built::default();
        for line in [
            r#"{"reason":"compiler-artifact","manifest_path":"/a/crates/wire/Cargo.toml","target":{"name":"wire"},"profile":{"test":false},"executable":null}"#,
            r#"{"reason":"compiler-artifact","manifest_path":"/a/crates/wire/Cargo.toml","target":{"name":"wire"},"profile":{"test":true},"executable":"/t/wire-1"}"#,
            r#"{"reason":"compiler-artifact","manifest_path":"/a/server/Cargo.toml","target":{"name":"antenna-server"},"profile":{"test":false},"executable":"/t/antenna-server"}"#,
            r#"{"reason":"build-finished","success":true}"#,
            "what a build script printed",
        ] {
            built.hear(line);
        }
        let tests: Vec<_> = built.of("wire").collect();
        assert_eq!(tests.len(), 1);
        assert_eq!(
            (tests[0].name.as_str(), &*tests[0].program),
            ("wire", Path::new("/t/wire-1"))
        );
        assert_eq!(built.of("server").count(), 0);
        assert_eq!(built.server.as_deref(), Some(Path::new("/t/antenna-server")));
    }
}
