//! Trunk's post_build hook: everything between the cargo output and the files that are served.
//!
//! Hooks of one stage run at the same time, so this one does it all, in order: split the wasm into chunks, bind it, optimise
//! it, make one JavaScript module of the bindings and the chunk loader, name every file by its final bytes, write the page
//! and the service worker that know those names, and compress. Trunk's own bindings, made from the unsplit module, are
//! thrown away.

use crate::{
    Result, app, border, loader, page, process,
    report::step,
    tools::{self, Tools},
};
use sha2::{Digest as _, Sha256, Sha384};
use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

/// The name of the app's cargo package, of its wasm and of its module.
const STEM: &str = "antenna";
/// What wasm-split calls the file that loads chunks; also a key of the wasm's imports.
const LINK: &str = "./__wasm_split.js";

/// Finishes the build in Trunk's staging folder.
pub(crate) fn finish() -> Result<()> {
    let job = Job::from_trunk()?;
    let chunks = step("split", || job.split())?;
    step("bind", || job.bind())?;
    if job.small() {
        step(&format!("wasm-opt, main and {} chunks", chunks.len()), || {
            job.optimise(&chunks)
        })?;
    }
    let files = step("module and hashes", || job.name_files(&chunks))?;
    step("page and service worker", || {
        page::write(&job.staging, &job.scratch, &files)
    })?;
    if job.small() {
        step("brotli and gzip", || {
            node(&["compress", &job.staging.to_string_lossy()])
        })?;
    }
    Ok(())
}

/// The files of one build that are named by their bytes.
pub(crate) struct Files {
    /// `antenna.<hash>.js`
    pub(crate) module: String,
    /// `sha384-…` of the module.
    pub(crate) integrity: String,
    /// `antenna.<hash>.wasm`
    pub(crate) wasm: String,
    /// `<name>.<hash>.wasm`, and the module that loads them
    pub(crate) chunks: Vec<String>,
    /// `later.<hash>.css`
    pub(crate) style: String,
}

struct Job {
    profile: app::Profile,
    tools: Tools,
    staging: PathBuf,
    scratch: PathBuf,
}

impl Job {
    fn from_trunk() -> Result<Self> {
        let staging = env::var_os("TRUNK_STAGING_DIR")
            .ok_or("post is Trunk's post_build hook: run cargo xtask build")?;
        let profile = match env::var("TRUNK_PROFILE").as_deref() {
            Ok("release") => app::Profile::Release,
            _ => app::Profile::Dev,
        };
        let scratch = tools::target_dir().join("antenna/post").join(profile.folder());
        if scratch.exists() {
            fs::remove_dir_all(&scratch)?;
        }
        fs::create_dir_all(&scratch)?;
        Ok(Self {
            profile,
            tools: tools::for_build()?,
            staging: staging.into(),
            scratch,
        })
    }

    /// Every byte counts, as in what is published. A release with `ANTENNA_NAMES` in the environment keeps the functions'
    /// names instead, for a profiler.
    fn small(&self) -> bool {
        self.profile == app::Profile::Release && env::var_os("ANTENNA_NAMES").is_none()
    }

    fn main_wasm(&self) -> PathBuf {
        self.scratch.join(format!("{STEM}_bg.wasm"))
    }

    /// Cuts the cargo output into the main module and the chunks behind `#[wasm_split]` functions.
    fn split(&self) -> Result<Vec<PathBuf>> {
        let built = tools::target_dir()
            .join("wasm32-unknown-unknown")
            .join(self.profile.folder())
            .join(format!("{STEM}.wasm"));
        let input = fs::read(&built).map_err(|why| format!("{}: {why}", built.display()))?;
        let input = border::without_unused(&input)?;
        let mut options = wasm_split_cli_support::Options::new(&input);
        let main = self.scratch.join("split.wasm");
        let module = format!("./{STEM}.js");
        options.output_dir = &self.scratch;
        options.main_out_path = &main;
        options.main_module = &module;
        options.link_name = LINK;
        let split =
            wasm_split_cli_support::transform(options).map_err(|why| format!("wasm-split: {why:#}"))?;
        Ok(split.split_modules)
    }

    /// Writes the bindings of the main module.
    fn bind(&self) -> Result<()> {
        let mut bindgen = Command::new(&self.tools.bindgen);
        bindgen.args([
            "--target",
            "web",
            "--keep-lld-exports",
            "--no-demangle",
            "--no-typescript",
            "--out-name",
            STEM,
        ]);
        if !self.small() {
            bindgen.arg("--keep-debug");
        }
        bindgen
            .arg("--out-dir")
            .arg(&self.scratch)
            .arg(self.scratch.join("split.wasm"));
        process::quiet(&mut bindgen)?;
        match self.profile {
            app::Profile::Release => self.shorten(),
            // Names are for whoever reads a stack.
            app::Profile::Dev => Ok(()),
        }
    }

    /// Gives what the main module imports short names, and leaves out of its table what only chunks fill.
    fn shorten(&self) -> Result<()> {
        let (wasm, glue) = (self.main_wasm(), self.scratch.join(format!("{STEM}.js")));
        let from = format!("./{STEM}_bg.js");
        let (bytes, text) = border::with_short_names(&fs::read(&wasm)?, &fs::read_to_string(&glue)?, &from)?;
        fs::write(wasm, border::without_nulls(&bytes)?)?;
        Ok(fs::write(glue, text)?)
    }

    /// Optimises the modules for size.
    fn optimise(&self, chunks: &[PathBuf]) -> Result<()> {
        let main = self.main_wasm();
        let files: Vec<_> = [&main]
            .into_iter()
            .chain(chunks)
            .map(|file| file.to_string_lossy())
            .collect();
        let words: Vec<&str> = ["optimise"]
            .into_iter()
            .chain(files.iter().map(|file| &**file))
            .collect();
        node(&words)
    }

    /// Puts the final files under their final names into the staging folder.
    fn name_files(&self, chunks: &[PathBuf]) -> Result<Files> {
        for name in [format!("{STEM}.js"), format!("{STEM}_bg.wasm")] {
            let _ = fs::remove_file(self.staging.join(name));
        }
        let _ = fs::remove_dir_all(self.staging.join("snippets"));

        let wasm = self.place(&self.main_wasm(), STEM, "wasm")?;
        let glue = self.scratch.join(format!("{STEM}.js"));
        rename_in(
            &glue,
            &BTreeMap::from([(format!("{STEM}_bg.wasm"), wasm.clone())]),
        )?;
        let mut renamed = BTreeMap::new();
        for chunk in chunks {
            let name = chunk
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            let stem = name.trim_end_matches(".wasm");
            renamed.insert(
                format!("./{name}"),
                format!("./{}", self.place(chunk, stem, "wasm")?),
            );
        }
        let later = self.scratch.join("later.css");
        fs::write(&later, page::later_style(&self.scratch)?)?;
        let style = self.place(&later, "later", "css")?;
        let link = self.scratch.join(LINK);
        let mut loader_name = None;
        if link.exists() {
            rename_in(&link, &renamed)?;
            let parts = loader::parts(&fs::read_to_string(&link)?, &format!("./{style}"))?;
            let file = self.scratch.join("loader.js");
            fs::write(&file, parts.loader)?;
            let small = self.scratch.join("loader-small.js");
            node(&["module", &file.to_string_lossy(), &small.to_string_lossy()])?;
            loader_name = Some(self.place(&small, "loader", "js")?);
            let stub = parts
                .stub
                .replace("__LOADER__", loader_name.as_deref().unwrap_or_default());
            fs::write(&link, stub)?;
        }
        fs::copy(tools::root().join("js/start.js"), self.scratch.join("start.js"))?;
        let bundle = self.scratch.join("bundle.js");
        node(&[
            "module",
            &self.scratch.join("start.js").to_string_lossy(),
            &bundle.to_string_lossy(),
        ])?;
        let integrity = format!("sha384-{}", base64(&Sha384::digest(fs::read(&bundle)?)));
        let module = self.place(&bundle, STEM, "js")?;
        let chunks = renamed
            .into_values()
            .map(|name| name.trim_start_matches("./").to_owned())
            .chain(loader_name)
            .collect();
        Ok(Files {
            module,
            integrity,
            wasm,
            chunks,
            style,
        })
    }

    /// Copies a file into the staging folder under a name that holds its hash.
    fn place(&self, file: &Path, stem: &str, end: &str) -> Result<String> {
        let bytes = fs::read(file)?;
        let name = format!("{stem}.{}.{end}", short_hash(&bytes));
        fs::write(self.staging.join(&name), bytes)?;
        Ok(name)
    }
}

/// Replaces names in a JavaScript file, and fails on a name that is not in it.
fn rename_in(file: &Path, names: &BTreeMap<String, String>) -> Result<()> {
    let mut text = fs::read_to_string(file)?;
    for (old, new) in names {
        if !text.contains(old.as_str()) {
            return Err(format!("{} does not mention {old}", file.display()).into());
        }
        text = text.replace(old.as_str(), new);
    }
    Ok(fs::write(file, text)?)
}

/// Runs js/finish.mjs.
pub(crate) fn node(arguments: &[&str]) -> Result<()> {
    process::quiet(
        Command::new("node")
            .arg(tools::root().join("js/finish.mjs"))
            .args(arguments),
    )
    .map(drop)
}

/// 16 hexadecimal digits: what the file names carry.
pub(crate) fn short_hash(bytes: &[u8]) -> String {
    hex(Sha256::digest(bytes).get(..8).unwrap_or_default())
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let bits = group
            .iter()
            .fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte))
            << (8 * (3 - group.len()));
        for digit in 0..4 {
            let index = (bits >> (18 - 6 * digit)) & 63;
            text.push(if digit <= group.len() {
                char::from(DIGITS[index as usize])
            } else {
                '='
            });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{base64, short_hash};

    #[test]
    fn base64_is_that_of_rfc_4648() {
        for (plain, coded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
    }

    #[test]
    fn a_hash_in_a_name_is_the_head_of_sha_256() {
        assert_eq!(short_hash(b"abc"), "ba7816bf8f01cfea");
    }
}
