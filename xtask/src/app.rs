//! Builds the app through Trunk, and only when something changed.

use crate::{
    Result, process,
    report::{note, step},
    tools,
};
use sha2::{Digest as _, Sha256};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// What the app is made of, relative to the repository. A change anywhere else builds nothing.
const SOURCES: [&str; 15] = [
    "src",
    "crates/wire",
    "crates/engine",
    "style",
    "locales",
    "public",
    "index.html",
    "sw.js",
    "manifest.json",
    "build.rs",
    "Cargo.toml",
    "Cargo.lock",
    ".cargo/config.toml",
    "Trunk.toml",
    "js",
];

/// The two ways to build the app.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    Dev,
    Release,
}

impl Profile {
    pub(crate) fn from_dev_flag(dev: bool) -> Self {
        if dev { Self::Dev } else { Self::Release }
    }

    /// The folder that is served.
    pub(crate) fn dist(self) -> PathBuf {
        match self {
            Self::Dev => tools::target_dir().join("antenna/dist-dev"),
            Self::Release => tools::root().join("dist"),
        }
    }

    /// Cargo's folder of this profile.
    pub(crate) fn folder(self) -> &'static str {
        match self {
            Self::Dev => "debug",
            Self::Release => "release",
        }
    }

    fn fingerprint(self) -> PathBuf {
        tools::target_dir()
            .join("antenna")
            .join(format!("{}.fingerprint", self.folder()))
    }
}

/// Builds the app into the profile's dist folder, unless its sources are those of the last build.
pub(crate) fn build(profile: Profile) -> Result<()> {
    let _one_at_a_time = lock(profile)?;
    let tools = tools::for_build()?;
    let now = fingerprint()?;
    let before = fs::read_to_string(profile.fingerprint()).unwrap_or_default();
    if before == now && profile.dist().join("index.html").exists() {
        note(&format!("app unchanged ({})", profile.dist().display()));
        return Ok(());
    }
    tools::describe(&tools);
    fetch_crates(profile)?;
    step(&format!("app ({})", profile.folder()), || {
        process::run(&mut trunk(profile, &tools, "build")?)
    })?;
    Ok(fs::write(profile.fingerprint(), now)?)
}

/// Held while a dist folder is written: two builds at once would delete each other's files.
fn lock(profile: Profile) -> Result<fs::File> {
    let place = tools::target_dir().join("antenna");
    fs::create_dir_all(&place)?;
    let file = fs::File::create(place.join(format!("{}.lock", profile.folder())))?;
    if file.try_lock().is_err() {
        note("another build of the app is under way; waiting for it");
        file.lock()?;
    }
    Ok(file)
}

/// Trunk, told where its tools and its dist folder are.
pub(crate) fn trunk(profile: Profile, tools: &tools::Tools, verb: &str) -> Result<Command> {
    // It takes minutes of all processors: whatever else runs, tests that keep time among it, goes first.
    let mut trunk = Command::new("nice");
    trunk
        .args(["-n", "10"])
        .arg(&tools.trunk)
        .arg(verb)
        .args(["--log", "warn", "--dist"])
        .arg(profile.dist())
        .current_dir(tools::root());
    small(profile, &mut trunk);
    if profile == Profile::Release {
        trunk.arg("--release");
    }
    // Trunk wants NO_COLOR to be true or false, and prints its own stack when a hook fails.
    trunk
        .env("PATH", tools.path()?)
        .env("ANTENNA_XTASK", std::env::current_exe()?)
        .env_remove("NO_COLOR")
        .env_remove("RUST_BACKTRACE");
    Ok(trunk)
}

/// Trunk has cargo build without network, since it would fetch tools of its own otherwise: the crates are here before.
fn fetch_crates(profile: Profile) -> Result<()> {
    let mut cargo = Command::new("cargo");
    cargo
        .args([
            "fetch",
            "--quiet",
            "--locked",
            "--target",
            "wasm32-unknown-unknown",
        ])
        .current_dir(tools::root());
    small(profile, &mut cargo);
    step("crates of the app", || process::run(&mut cargo))
}

/// What makes cargo's release build small.
fn small(profile: Profile, cargo: &mut Command) {
    if profile == Profile::Release {
        // Where each of some 700 checks stands in the sources is 4 KB of every first visit, and how values print for
        // developers another one. A crash report has the message and the stack. The flags are unstable ones; the toolchain
        // is pinned in rust-toolchain.toml.
        let flags = [
            "-Clink-args=--emit-relocs",
            "-Zlocation-detail=none",
            "-Zfmt-debug=none",
        ];
        cargo
            .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"))
            .env("RUSTC_BOOTSTRAP", "1");
        // The standard library as rustup brings it is made for speed, without knowing what of it is used: built along,
        // it is 4 KB less.
        cargo
            .env("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort")
            .env("CARGO_UNSTABLE_BUILD_STD_FEATURES", "optimize_for_size");
    }
}

/// One hash of every source file's name and content.
fn fingerprint() -> Result<String> {
    let root = tools::root();
    let mut files = Vec::new();
    for source in SOURCES {
        collect(&root.join(source), &mut files)?;
    }
    files.sort();
    let mut hash = Sha256::new();
    // What does the building counts too.
    hash.update(fs::read(std::env::current_exe()?)?);
    hash.update([u8::from(std::env::var_os("ANTENNA_NAMES").is_some())]);
    for file in files {
        hash.update(file.to_string_lossy().as_bytes());
        hash.update(Sha256::digest(fs::read(&file)?));
    }
    Ok(crate::post::hex(&hash.finalize()))
}

/// Every file below `place`, but what is generated, installed or half done.
pub(crate) fn collect(place: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    if place.is_file() {
        files.push(place.to_owned());
        return Ok(());
    }
    let Ok(entries) = fs::read_dir(place) else {
        return Ok(());
    };
    for entry in entries {
        let path = entry?.path();
        let generated = ["node_modules", ".stage"].iter().any(|name| path.ends_with(name))
            || path.ends_with("style/generated.css")
            || path.ends_with("style/generated-later.css");
        if !generated {
            collect(&path, files)?;
        }
    }
    Ok(())
}
