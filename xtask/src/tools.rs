//! What the build and the tests need and a fresh machine lacks. Nothing is looked for twice and nothing is installed
//! outside the user's cache but by apt, and apt only as root.

use crate::{
    Result, process,
    report::{begin, note, step},
};
use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

const TRUNK: CargoTool = CargoTool {
    name: "trunk",
    binary: "trunk",
    version: "0.21.14",
    locked: true,
    // It is offline.
    features: &["--no-default-features"],
    opt_level: "0",
};
const GECKODRIVER: CargoTool = CargoTool {
    name: "geckodriver",
    binary: "geckodriver",
    version: "0.37.1",
    locked: true,
    features: &[],
    opt_level: "0",
};

/// The repository.
pub(crate) fn root() -> PathBuf {
    // xtask is one folder below the root, wherever it was compiled.
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap_or(Path::new("."))
        .to_owned()
}

/// Where cargo puts what it builds.
pub(crate) fn target_dir() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| root().join(dir))
}

/// The tools of the build: the wasm target, Trunk, wasm-bindgen and the npm packages of js/, among them binaryen.
///
/// Debian's binaryen would be faster, but its version 108 exports every table as the first one, and ours has two.
pub(crate) fn for_build() -> Result<Tools> {
    wasm_target()?;
    let trunk = TRUNK.ensure()?;
    let bindgen = bindgen_of_the_lock_file()?.ensure()?;
    npm_packages("js")?;
    Ok(Tools { trunk, bindgen })
}

/// The tools of the tests: browsers with their drivers, a TURN server, network namespaces and the npm packages of tests/node.
pub(crate) fn for_tests() -> Result<TestTools> {
    npm_of_tests()?;
    apt_packages(&[
        AptPackage {
            program: "chromium",
            package: "chromium",
        },
        AptPackage {
            program: "chromedriver",
            package: "chromium-driver",
        },
        AptPackage {
            program: "firefox-esr",
            package: "firefox-esr",
        },
        AptPackage {
            program: "turnserver",
            package: "coturn",
        },
        AptPackage {
            program: "ip",
            package: "iproute2",
        },
    ])?;
    let chromedriver = find_on_path("chromedriver").ok_or("chromedriver is not on PATH")?;
    Ok(TestTools {
        chromedriver,
        geckodriver: GECKODRIVER.ensure()?,
    })
}

/// The unmodified servers and clients that the native tests talk to.
pub(crate) fn npm_of_tests() -> Result<()> {
    npm_packages("tests/node")
}

/// Where the tools of the build are.
pub(crate) struct Tools {
    pub(crate) trunk: PathBuf,
    pub(crate) bindgen: PathBuf,
}

impl Tools {
    /// PATH with the tools first: Trunk looks for wasm-bindgen there.
    pub(crate) fn path(&self) -> Result<OsString> {
        let ours = [&self.trunk, &self.bindgen]
            .into_iter()
            .filter_map(|tool| tool.parent().map(Path::to_owned));
        let rest = env::var_os("PATH").unwrap_or_default();
        Ok(env::join_paths(ours.chain(env::split_paths(&rest)))?)
    }
}

/// Where the browser drivers are.
pub(crate) struct TestTools {
    pub(crate) chromedriver: PathBuf,
    pub(crate) geckodriver: PathBuf,
}

/// A program on crates.io in one exact version.
struct CargoTool {
    name: &'static str,
    binary: &'static str,
    version: &'static str,
    locked: bool,
    /// What of it is built, in the words of `cargo install`.
    features: &'static [&'static str],
    /// Those that read the whole app are worth some optimisation.
    opt_level: &'static str,
}

impl CargoTool {
    /// The program: from PATH in this very version, else from the cache, else newly installed there.
    fn ensure(&self) -> Result<PathBuf> {
        if let Some(found) = find_on_path(self.binary).filter(|found| self.is_this_version(found)) {
            return Ok(found);
        }
        let place = cache_dir()?
            .join("antenna/tools")
            .join(format!("{}-{}", self.name, self.version));
        let program = place.join("bin").join(self.binary);
        if self.is_this_version(&program) {
            return Ok(program);
        }
        let mut install = Command::new("cargo");
        install
            .args([
                "install",
                self.name,
                "--version",
                self.version,
                "--quiet",
                "--root",
            ])
            .arg(&place);
        if self.locked {
            install.arg("--locked");
        }
        // Compiling them takes much longer than they ever run, Trunk above all: its own release profile optimises all of
        // its crates as one.
        for (setting, value) in [
            ("OPT_LEVEL", self.opt_level),
            ("LTO", "off"),
            ("CODEGEN_UNITS", "16"),
            ("DEBUG", "0"),
        ] {
            install.env(format!("CARGO_PROFILE_RELEASE_{setting}"), value);
        }
        install.args(self.features);
        // Its own target folder and flags: ours would make it another build.
        install
            .current_dir(cache_dir()?)
            .env_remove("CARGO_TARGET_DIR")
            .env_remove("RUSTFLAGS");
        install.env("RUSTUP_TOOLCHAIN", toolchain()?);
        begin(&format!(
            "installing {} {} into {} (minutes, once)",
            self.name,
            self.version,
            place.display()
        ));
        step(&format!("{} {}", self.name, self.version), || {
            process::run(&mut install)
                .map_err(|why| format!("{} cannot be installed: {why}", self.name).into())
        })?;
        Ok(program)
    }

    fn is_this_version(&self, program: &Path) -> bool {
        let answer = Command::new(program)
            .arg("--version")
            .stderr(Stdio::null())
            .output();
        answer.is_ok_and(|said| {
            String::from_utf8_lossy(&said.stdout)
                .split_whitespace()
                .any(|word| word == self.version)
        })
    }
}

/// wasm-bindgen's command line must be of the version that the app links.
fn bindgen_of_the_lock_file() -> Result<CargoTool> {
    const NAME: &str = "name = \"wasm-bindgen\"\nversion = \"";
    let lock = std::fs::read_to_string(root().join("Cargo.lock"))?;
    let version = lock
        .split_once(NAME)
        .and_then(|(_, rest)| rest.split_once('"'))
        .map(|(version, _)| version.to_owned());
    let version = version.ok_or("Cargo.lock names no wasm-bindgen")?;
    // Its own lock file asks for a crate version that is not to be had any more, hence not locked.
    Ok(CargoTool {
        name: "wasm-bindgen-cli",
        binary: "wasm-bindgen",
        version: version.leak(),
        locked: false,
        features: &["--no-default-features", "--bin", "wasm-bindgen"],
        opt_level: "1",
    })
}

/// The toolchain of rust-toolchain.toml: outside the repository rustup would choose another one.
fn toolchain() -> Result<String> {
    let file = std::fs::read_to_string(root().join("rust-toolchain.toml"))?;
    let channel = file.lines().find_map(|line| line.strip_prefix("channel = "));
    Ok(channel
        .ok_or("rust-toolchain.toml names no channel")?
        .trim_matches('"')
        .to_owned())
}

fn cache_dir() -> Result<PathBuf> {
    let dir = env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache")));
    let dir = dir.ok_or("neither XDG_CACHE_HOME nor HOME is set")?;
    std::fs::create_dir_all(&dir)?;
    Ok(dir)
}

/// The wasm target, and the sources of the standard library: a release builds it along.
fn wasm_target() -> Result<()> {
    let found = process::quiet(
        Command::new("rustc")
            .args([
                "--print",
                "sysroot",
                "--print",
                "target-libdir",
                "--target",
                "wasm32-unknown-unknown",
            ])
            .current_dir(root()),
    )?;
    let found = String::from_utf8_lossy(&found.stdout);
    let (sysroot, libraries) = found.trim().split_once('\n').ok_or("rustc names no sysroot")?;
    for (kind, name, place) in [
        (
            "target",
            "wasm32-unknown-unknown",
            PathBuf::from(libraries.trim()),
        ),
        (
            "component",
            "rust-src",
            Path::new(sysroot).join("lib/rustlib/src/rust/library"),
        ),
    ] {
        if place.is_dir() {
            continue;
        }
        step(&format!("rustup {kind} {name}"), || {
            process::quiet(
                Command::new("rustup")
                    .args([kind, "add", name])
                    .current_dir(root()),
            )
            .map(drop)
        })?;
    }
    Ok(())
}

/// Packages of a folder's lock file, installed when the lock file is not the one that was installed last.
fn npm_packages(folder: &str) -> Result<()> {
    let place = root().join(folder);
    let (lock, stamp) = (
        place.join("package-lock.json"),
        place.join("node_modules/.antenna-lock"),
    );
    let wanted = std::fs::read(&lock)?;
    if std::fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    step(&format!("npm packages of {folder}"), || {
        let mut npm = Command::new("npm");
        npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
            .current_dir(&place);
        process::quiet(&mut npm).map_err(|why| {
            format!("npm packages of {folder} cannot be installed (node 20 and npm are needed): {why}")
        })?;
        Ok(std::fs::write(&stamp, wanted)?)
    })
}

/// A program and the Debian package that brings it.
struct AptPackage {
    program: &'static str,
    package: &'static str,
}

fn apt_packages(wanted: &[AptPackage]) -> Result<()> {
    let missing: Vec<_> = wanted
        .iter()
        .filter(|wanted| find_on_path(wanted.program).is_none())
        .map(|wanted| wanted.package)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    if !may_use_apt() {
        return Err(format!(
            "missing: {0}. This would install it: sudo apt-get install {0}",
            missing.join(" ")
        )
        .into());
    }
    apt_install(&missing)
}

fn apt_install(packages: &[&str]) -> Result<()> {
    step(&format!("apt packages {}", packages.join(" ")), || {
        let mut update = Command::new("apt-get");
        process::quiet(
            update
                .args(["update", "-qq"])
                .env("DEBIAN_FRONTEND", "noninteractive"),
        )?;
        let mut install = Command::new("apt-get");
        install
            .args(["install", "-y", "-qq", "--no-install-recommends"])
            .args(packages)
            .env("DEBIAN_FRONTEND", "noninteractive");
        process::quiet(&mut install).map(drop)
    })
}

/// Whether we are root on a machine with apt.
pub(crate) fn may_use_apt() -> bool {
    let id = Command::new("id").arg("-u").output();
    let root = id.is_ok_and(|said| said.stdout.trim_ascii() == b"0");
    root && find_on_path("apt-get").is_some()
}

/// The first file of that name on PATH, or in the folders of system programs that a user's PATH leaves out.
pub(crate) fn find_on_path(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let system = ["/usr/sbin", "/sbin"].map(PathBuf::from);
    env::split_paths(&path)
        .chain(system)
        .map(|dir| dir.join(program))
        .find(|file| file.is_file())
}

/// Says which tools are in use; for reports.
pub(crate) fn describe(tools: &Tools) {
    note(&format!(
        "trunk {} · wasm-bindgen {}",
        tools.trunk.display(),
        tools.bindgen.display()
    ));
}
