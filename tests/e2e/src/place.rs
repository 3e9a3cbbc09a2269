//! Where things are on this machine.

use std::path::{Path, PathBuf};

use crate::failure::{Failure, Outcome};

/// Paths of what the tests use, from the environment that xtask sets, or where a developer has them.
pub struct Place;

impl Place {
    /// The workspace's root.
    #[must_use]
    pub fn root() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .ancestors()
            .nth(2)
            .unwrap_or(Path::new("."))
            .to_path_buf()
    }

    /// `tests/node`, with its `node_modules`.
    #[must_use]
    pub fn node() -> PathBuf {
        Self::root().join("tests/node")
    }

    /// The built app (`ANTENNA_DIST`).
    ///
    /// # Errors
    /// When there is none.
    pub fn dist() -> Outcome<PathBuf> {
        let path = from_env("ANTENNA_DIST").unwrap_or_else(|| Self::root().join("dist"));
        existing(path.join("index.html"), "build the app first: cargo xtask build").map(|_| path)
    }

    /// The server's binary (`ANTENNA_SERVER`).
    ///
    /// # Errors
    /// When there is none.
    pub fn server() -> Outcome<PathBuf> {
        let target = target_dir();
        let found = from_env("ANTENNA_SERVER").or_else(|| {
            ["debug", "release"]
                .iter()
                .map(|profile| target.join(profile).join("antenna-server"))
                .find(|path| path.exists())
        });
        existing(
            found.unwrap_or_else(|| target.join("debug/antenna-server")),
            "cargo build -p antenna-server",
        )
    }

    /// chromedriver (`ANTENNA_CHROMEDRIVER`).
    #[must_use]
    pub fn chromedriver() -> PathBuf {
        from_env("ANTENNA_CHROMEDRIVER").unwrap_or_else(|| "chromedriver".into())
    }

    /// geckodriver (`ANTENNA_GECKODRIVER`).
    #[must_use]
    pub fn geckodriver() -> PathBuf {
        from_env("ANTENNA_GECKODRIVER").unwrap_or_else(|| {
            let tools = Path::new(&std::env::var("HOME").unwrap_or_default()).join(".cache/antenna/tools");
            let kept = std::fs::read_dir(tools)
                .into_iter()
                .flatten()
                .flatten()
                .map(|entry| entry.path())
                .find(|path| {
                    path.file_name()
                        .is_some_and(|name| name.to_string_lossy().starts_with("geckodriver"))
                });
            kept.map_or_else(|| "geckodriver".into(), |dir| dir.join("bin/geckodriver"))
        })
    }
}

/// The folder that a test's evidence goes to, made when it is not there.
///
/// # Errors
/// When it cannot be made.
pub fn out_dir(test: &str) -> Outcome<PathBuf> {
    let path = target_dir().join("e2e").join(test);
    std::fs::create_dir_all(&path)?;
    Ok(path)
}

fn target_dir() -> PathBuf {
    from_env("CARGO_TARGET_DIR").unwrap_or_else(|| Place::root().join("target"))
}

fn from_env(name: &str) -> Option<PathBuf> {
    let path = PathBuf::from(std::env::var_os(name).filter(|value| !value.is_empty())?);
    Some(if path.is_absolute() || path.components().count() == 1 {
        path
    } else {
        Place::root().join(path)
    })
}

fn existing(path: PathBuf, advice: &str) -> Outcome<PathBuf> {
    if path.exists() {
        Ok(path)
    } else {
        Err(Failure(format!("{} is missing: {advice}", path.display())))
    }
}
