//! Writes the page and the service worker, which know the names of everything else.

use crate::{
    Result, app,
    post::{self, Files},
    styles, tools,
};
use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

/// The style sheets that the page carries, in order.
const FIRST_SHEETS: [&str; 5] = [
    "tokens.css",
    "reset.css",
    "base.css",
    "skeleton.css",
    "generated.css",
];
/// Those that come with the first chunk.
const LATER_SHEETS: [&str; 2] = ["later.css", "generated-later.css"];

/// The sheets that are not needed for the first screen, minified.
pub(crate) fn later_style(scratch: &Path) -> Result<String> {
    small(scratch, "css", &style(&tools::root(), &LATER_SHEETS)?)
}

/// Writes index.html and sw.js into `staging`, whose other files are final; `scratch` is for what is thrown away.
pub(crate) fn write(staging: &Path, scratch: &Path, files: &Files) -> Result<()> {
    let root = tools::root();
    let css = small(scratch, "css", &style(&root, &FIRST_SHEETS)?)?;
    let boot = small(scratch, "script", &fs::read_to_string(root.join("js/boot.js"))?)?;
    let template = fs::read_to_string(root.join("index.html"))?;
    let worker = fs::read_to_string(root.join("sw.js"))?;
    let statics = statics(staging)?;

    let mut everything = format!(
        "{css}{boot}{template}{worker}{}{}{}{}",
        files.style,
        files.module,
        files.wasm,
        files.chunks.concat()
    )
    .into_bytes();
    for name in &statics {
        everything.extend(fs::read(staging.join(name))?);
    }
    let version = post::short_hash(&everything);

    let page = fill(
        &template,
        &Parts {
            css: &css,
            boot: &boot,
            icon: &icon(&fs::read_to_string(root.join("public/icons/icon.svg"))?),
            version: &version,
            files,
        },
    )?;
    fs::write(staging.join("index.html"), page)?;

    let hashed = [&files.module, &files.wasm, &files.style]
        .into_iter()
        .chain(&files.chunks)
        .cloned();
    let precache: Vec<_> = hashed
        .chain(statics.into_iter().filter(|name| is_precached(name)))
        .map(|name| format!("/{name}"))
        .collect();
    let worker = replace_once(
        &worker,
        "const VERSION = \"unbuilt\";",
        &format!("const VERSION = \"{version}\";"),
    )?;
    let worker = replace_once(
        &worker,
        "const PRECACHE = [];",
        &format!("const PRECACHE = {};", serde_json::to_string_pretty(&precache)?),
    )?;
    Ok(fs::write(staging.join("sw.js"), worker)?)
}

/// What goes into the page's template.
struct Parts<'a> {
    css: &'a str,
    boot: &'a str,
    icon: &'a str,
    version: &'a str,
    files: &'a Files,
}

/// The template without Trunk's links and our comments, with its `{{parts}}` filled in.
fn fill(template: &str, parts: &Parts<'_>) -> Result<String> {
    let template = without_comments(template);
    let kept = template
        .lines()
        .filter(|line| !line.contains("data-trunk"))
        .map(str::trim)
        .filter(|line| !line.is_empty());
    let mut rest = kept.fold(String::new(), |page, line| page + line + "\n");
    let mut page = String::new();
    while let Some((before, after)) = rest.split_once("{{") {
        let (name, next) = after
            .split_once("}}")
            .ok_or("index.html: a {{part}} does not end")?;
        page.push_str(before);
        match name.split_once(':') {
            None => page.push_str(match name {
                "css" => parts.css,
                "boot" => parts.boot,
                "icon" => parts.icon,
                "version" => parts.version,
                "module" => &parts.files.module,
                "integrity" => &parts.files.integrity,
                _ => return Err(format!("index.html: there is no part {name}").into()),
            }),
            // The scope class of a component's sheet, so that the skeleton is painted by the sheets of the app itself.
            Some(("scope", sheet)) => page.push_str(&scope(sheet)?),
            Some(_) => return Err(format!("index.html: there is no part {name}").into()),
        }
        rest = next.to_owned();
    }
    page.push_str(&rest);
    // The boot script names the wasm, which it asks for before anything else runs.
    Ok(page
        .replace("__WASM__", &format!("/{}", parts.files.wasm))
        .replace("__VERSION__", parts.version))
}

/// A drawing as the value of an attribute (RFC 2397): one request less for the first screen.
fn icon(svg: &str) -> String {
    let quoted = svg
        .trim()
        .replace('%', "%25")
        .replace('#', "%23")
        .replace('"', "'");
    format!("data:image/svg+xml,{quoted}")
}

fn scope(sheet: &str) -> Result<String> {
    let file = tools::root()
        .join("style/components")
        .join(format!("{sheet}.css"));
    let text = fs::read_to_string(&file)
        .map_err(|why| format!("index.html names the sheet {}: {why}", file.display()))?;
    Ok(styles::class_of(&text))
}

fn without_comments(html: &str) -> String {
    let mut rest = html;
    let mut kept = String::new();
    while let Some((before, after)) = rest.split_once("<!--") {
        kept.push_str(before);
        rest = after.split_once("-->").map_or("", |(_, next)| next);
    }
    kept + rest
}

/// These style sheets as one text.
fn style(root: &Path, names: &[&str]) -> Result<String> {
    let folder = root.join("style");
    let mut css = String::new();
    for name in names {
        let text = fs::read_to_string(folder.join(name)).map_err(|why| format!("style/{name}: {why}"))?;
        let _ = writeln!(css, "{text}");
    }
    Ok(css)
}

/// Lets esbuild make a text small; a syntax error ends the build here.
fn small(scratch: &Path, kind: &str, text: &str) -> Result<String> {
    let (input, output) = (
        scratch.join(format!("small-in.{kind}")),
        scratch.join(format!("small-out.{kind}")),
    );
    fs::write(&input, text)?;
    post::node(&[kind, &input.to_string_lossy(), &output.to_string_lossy()])?;
    Ok(fs::read_to_string(output)?.trim().to_owned())
}

/// The files of public/ and their like, by their names in the served folder.
fn statics(staging: &Path) -> Result<Vec<String>> {
    let mut files: Vec<PathBuf> = Vec::new();
    app::collect(staging, &mut files)?;
    let names = files
        .into_iter()
        .filter_map(|file| Some(file.strip_prefix(staging).ok()?.to_string_lossy().into_owned()));
    let mut names: Vec<_> = names
        .filter(|name| !is_hashed(name) && !["index.html", "sw.js"].contains(&name.as_str()))
        .collect();
    names.sort();
    Ok(names)
}

/// `name.<16 hexadecimal digits>.js|wasm|css`: the same rule as in sw.js and in the server.
fn is_hashed(name: &str) -> bool {
    let hash = name
        .strip_suffix(".js")
        .or(name.strip_suffix(".wasm"))
        .or(name.strip_suffix(".css"))
        .and_then(|stem| stem.rsplit_once('.'));
    hash.is_some_and(|(_, hash)| hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// What the worker keeps from the start: not what only stores and launchers look at, nor the configuration, which it keeps
/// apart because that changes without a new version.
fn is_precached(name: &str) -> bool {
    !name.starts_with("screenshots/") && !name.contains("512") && name != "config.json"
}

fn replace_once(text: &str, old: &str, new: &str) -> Result<String> {
    match text.matches(old).count() {
        1 => Ok(text.replacen(old, new, 1)),
        count => Err(format!("sw.js: {old} stands there {count} times").into()),
    }
}

#[cfg(test)]
mod tests {
    use super::{icon, is_hashed, is_precached, replace_once, without_comments};

    #[test]
    fn only_names_with_a_whole_hash_are_kept_for_ever() {
        assert!(is_hashed("antenna.0123456789abcdef.wasm") && is_hashed("antenna.0123456789abcdef.js"));
        assert!(is_hashed("later.0123456789abcdef.css"));
        assert!(!is_hashed("sw.js") && !is_hashed("antenna.0123.js") && !is_hashed("x.0123456789abcdeg.js"));
    }

    #[test]
    fn the_configuration_and_screenshots_are_not_precached() {
        assert!(is_precached("manifest.json") && is_precached("icons/icon-192.png"));
        assert!(
            !is_precached("config.json")
                && !is_precached("screenshots/wide.png")
                && !is_precached("icons/icon-512.png")
        );
    }

    #[test]
    fn a_marker_that_is_missing_or_doubled_ends_the_build() {
        assert_eq!(replace_once("a b", "b", "c").unwrap(), "a c");
        assert!(replace_once("a", "b", "c").is_err() && replace_once("b b", "b", "c").is_err());
    }

    #[test]
    fn an_icon_has_nothing_that_ends_an_attribute_or_an_address() {
        assert_eq!(
            icon("<g fill=\"#fff\"/>\n"),
            "data:image/svg+xml,<g fill='%23fff'/>"
        );
    }

    #[test]
    fn comments_do_not_reach_the_page() {
        assert_eq!(without_comments("a<!-- x -->b<!-- y"), "ab");
    }
}
