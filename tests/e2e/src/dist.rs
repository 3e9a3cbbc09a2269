//! Copies of the built app that differ from it in one thing.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::failure::{Failure, Outcome};
use crate::place::Place;

/// A copy of the built app.
pub struct Dist {
    path: PathBuf,
}

impl Dist {
    /// Copies the built app to `to`.
    ///
    /// # Errors
    /// When there is none.
    pub fn copy(to: &Path) -> Outcome<Self> {
        copy_dir(&Place::dist()?, to)?;
        Ok(Self { path: to.to_owned() })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Replaces the configuration, as somebody who deploys the app does: without a rebuild.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn configure(&self, config: &Value) -> Outcome {
        self.write("config.json", &serde_json::to_string_pretty(config)?)
    }

    /// Replaces one file and drops its compressed copies.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, name: &str, text: &str) -> Outcome {
        let path = self.path.join(name);
        for suffix in [".br", ".gz"] {
            let packed = self.path.join(format!("{name}{suffix}"));
            if packed.exists() {
                fs::remove_file(packed)?;
            }
        }
        Ok(fs::write(path, text)?)
    }

    /// Makes it the next build: another version in the worker, another shell (`<meta name="build" content="next">`).
    ///
    /// # Errors
    /// When the worker has no version to change.
    pub fn make_next(&self) -> Outcome {
        let worker = fs::read_to_string(self.path.join("sw.js"))?;
        let start = worker
            .find("VERSION")
            .and_then(|at| {
                worker
                    .get(at..)
                    .and_then(|rest| rest.find(['"', '\'']).map(|quote| at + quote + 1))
            })
            .ok_or_else(|| Failure("sw.js has no VERSION".into()))?;
        let (before, after) = worker.split_at(start);
        self.write("sw.js", &format!("{before}next-{after}"))?;
        let shell = fs::read_to_string(self.path.join("index.html"))?;
        self.write(
            "index.html",
            &shell.replacen("</head>", "<meta name=\"build\" content=\"next\"></head>", 1),
        )
    }
}

fn copy_dir(from: &Path, to: &Path) -> Outcome {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_dir(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
