//! What a visitor downloads: a table, and the budget that the tests hold it to.

use crate::{Result, report::note};
use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

/// Brotli bytes of everything that is fetched until the call screen can be used: 160 KiB with headers.
const FIRST_SCREEN_LIMIT: u64 = 158 * 1024;
/// Requests until then: page, module, wasm and configuration here, one WebSocket later.
const FIRST_SCREEN_FILES: usize = 4;
/// Lazy chunks in all: each is a request. Three that are named and one for every combination of them.
const CHUNKS: usize = 7;
/// Brotli bytes of any one lazy chunk.
const CHUNK_LIMIT: u64 = 60 * 1024;
/// But for calls, the driver's part and the screens in one: less than the three that they were.
const CALLS_LIMIT: u64 = 100 * 1024;
/// And for chat, which is a second app by size: holds what is reached.
const CHAT_LIMIT: u64 = 360 * 1024;

/// One file of the build.
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) raw: u64,
    /// Size of the `.br` sibling; the raw size where there is none.
    pub(crate) brotli: u64,
    /// Fetched before the call screen can be used.
    pub(crate) first: bool,
}

/// The files of a build that a visitor's browser fetches as code, style or page.
pub(crate) fn entries(dist: &Path) -> Result<Vec<Entry>> {
    let page = fs::read_to_string(dist.join("index.html"))
        .map_err(|why| format!("{}: {why}; cargo xtask build makes it", dist.display()))?;
    let mut files: Vec<PathBuf> = Vec::new();
    crate::app::collect(dist, &mut files)?;
    let mut entries = Vec::new();
    for file in files {
        let name = file.strip_prefix(dist)?.to_string_lossy().into_owned();
        if !(name.ends_with(".html")
            || name.ends_with(".js")
            || name.ends_with(".css")
            || name.ends_with(".wasm")
            || name.ends_with(".json"))
        {
            continue;
        }
        let raw = fs::metadata(&file)?.len();
        let brotli = fs::metadata(dist.join(format!("{name}.br"))).map_or(raw, |compressed| compressed.len());
        let first = name == "index.html"
            || (name != "manifest.json" && name != "sw.js" && page.contains(&format!("/{name}\"")));
        entries.push(Entry {
            name,
            raw,
            brotli,
            first,
        });
    }
    entries.sort_by_key(|entry| std::cmp::Reverse((entry.first, entry.brotli)));
    Ok(entries)
}

/// Prints the table.
pub(crate) fn print(dist: &Path) -> Result<()> {
    println!("{}", table(&entries(dist)?));
    Ok(())
}

fn table(entries: &[Entry]) -> String {
    let mut table = format!("{:<44} {:>10} {:>10}\n", "file", "bytes", "brotli");
    for entry in entries {
        let mark = if entry.first { "first screen" } else { "" };
        let _ = writeln!(
            table,
            "{:<44} {:>10} {:>10}  {mark}",
            entry.name, entry.raw, entry.brotli
        );
    }
    let first = entries.iter().filter(|entry| entry.first);
    let _ = write!(
        table,
        "{:<44} {:>10} {:>10}  {} files",
        "first screen",
        "",
        first.clone().map(|entry| entry.brotli).sum::<u64>(),
        first.count()
    );
    table
}

/// Fails when a visitor would have to download more than the budget allows.
pub(crate) fn check(dist: &Path) -> Result<()> {
    let entries = entries(dist)?;
    note(&format!("\n{}", table(&entries)));
    let problems = over_budget(&entries);
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems.join("\n").into())
    }
}

fn over_budget(entries: &[Entry]) -> Vec<String> {
    let first: Vec<_> = entries.iter().filter(|entry| entry.first).collect();
    let sum: u64 = first.iter().map(|entry| entry.brotli).sum();
    let mut problems = Vec::new();
    if sum > FIRST_SCREEN_LIMIT {
        problems.push(format!(
            "the first screen is {sum} bytes of brotli, more than {FIRST_SCREEN_LIMIT}"
        ));
    }
    if first.len() != FIRST_SCREEN_FILES {
        problems.push(format!(
            "the first screen takes {} files, not {FIRST_SCREEN_FILES}",
            first.len()
        ));
    }
    let chunks: Vec<_> = entries
        .iter()
        .filter(|entry| !entry.first && entry.name.ends_with(".wasm"))
        .collect();
    if chunks.len() > CHUNKS {
        problems.push(format!(
            "there are {} lazy chunks, more than {CHUNKS}: functions that are fetched together belong under one name of wasm_split",
            chunks.len()
        ));
    }
    for entry in chunks {
        let limit = match entry.name.split('.').next() {
            Some("split_calls") => CALLS_LIMIT,
            Some("split_chat") => CHAT_LIMIT,
            _ => CHUNK_LIMIT,
        };
        if entry.brotli > limit {
            problems.push(format!(
                "the chunk {} is {} bytes of brotli, more than {limit}",
                entry.name, entry.brotli
            ));
        }
    }
    problems
}

/// The figures as JSON, for `cargo xtask bench`.
pub(crate) fn json(dist: &Path) -> Result<serde_json::Value> {
    let entries = entries(dist)?;
    let files: Vec<_> = entries
        .iter()
        .map(|entry| serde_json::json!({ "name": entry.name, "bytes": entry.raw, "brotli": entry.brotli, "first": entry.first }))
        .collect();
    let first: u64 = entries
        .iter()
        .filter(|entry| entry.first)
        .map(|entry| entry.brotli)
        .sum();
    Ok(serde_json::json!({ "firstScreenBrotli": first, "files": files }))
}

#[cfg(test)]
mod tests {
    use super::{CHUNKS, Entry, FIRST_SCREEN_LIMIT, over_budget};

    fn file(name: &str, brotli: u64, first: bool) -> Entry {
        Entry {
            name: name.to_owned(),
            raw: brotli,
            brotli,
            first,
        }
    }

    #[test]
    fn a_first_screen_over_its_limit_is_refused_and_lazy_chunks_do_not_count() {
        let mut files = vec![
            file("index.html", 9_000, true),
            file("a.js", 9_000, true),
            file("a.wasm", 90_000, true),
            file("config.json", 300, true),
            file("lazy.wasm", 50_000, false),
        ];
        assert!(over_budget(&files).is_empty());
        files[2].brotli = FIRST_SCREEN_LIMIT;
        assert_eq!(over_budget(&files).len(), 1);
        files[4].brotli = 70_000;
        files.push(file("more.js", 1, true));
        assert_eq!(over_budget(&files).len(), 3);
    }

    #[test]
    fn many_small_chunks_are_refused() {
        let mut files: Vec<_> = ["index.html", "a.js", "a.wasm", "config.json"]
            .map(|name| file(name, 300, true))
            .into();
        files.extend((0..CHUNKS).map(|index| file(&format!("chunk_{index}.wasm"), 300, false)));
        assert!(over_budget(&files).is_empty());
        files.push(file("one_more.wasm", 300, false));
        assert_eq!(over_budget(&files).len(), 1);
    }
}
