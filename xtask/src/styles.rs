//! Trunk's pre_build hook: extracts the sheets of stylers to style/generated.css (the first screen's) and
//! style/generated-later.css, and refuses what stylers gets wrong.
//!
//! `style_sheet!` leaves a class in the wasm and nothing else; the rules themselves have to be extracted by a program, and
//! stylers' own looks at the first level of functions only. The class comes from the number of non-blank characters of a
//! sheet, so two sheets can share one; that, and what its parser misreads, ends the build here.

use crate::{Result, app, tools};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};
use stylers_core::{Class, from_str};

const MACRO: &str = "style_sheet!(\"";

/// The sheets of the main module's components: they are inlined in the page. All others come with the first chunk.
const FIRST: [&str; 5] = ["home", "meter", "notice", "preview", "shell"];

/// The scoped rules of all sheets, in the order of their names.
#[derive(Debug, Default, PartialEq, Eq)]
struct Extracted {
    /// Of the first screen.
    first: String,
    /// Of everything else.
    later: String,
}

/// Writes style/generated.css and style/generated-later.css.
pub(crate) fn generate() -> Result<()> {
    let css = extract(&tools::root())?;
    let write = |name: &str, css: String| {
        let file = tools::root().join("style").join(name);
        // Unchanged, it keeps its time stamp, so that nothing watches a change that is none.
        if fs::read_to_string(&file).is_ok_and(|old| old == css) {
            return Ok(());
        }
        fs::write(file, css)
    };
    write("generated.css", css.first)?;
    Ok(write("generated-later.css", css.later)?)
}

/// The scoped rules of every sheet in style/components.
fn extract(root: &Path) -> Result<Extracted> {
    let sheets = sheets(root)?;
    let used = uses(root)?;
    let mut problems = Vec::new();
    let mut css = Extracted::default();
    let mut classes: BTreeMap<String, &str> = BTreeMap::new();
    for (name, text) in &sheets {
        problems.extend(misread(name, text));
        if !used.contains_key(name) {
            problems.push(format!("{name}: no style_sheet! names it"));
        }
        let class = class_of(text);
        if let Some(other) = classes.insert(class.clone(), name) {
            problems.push(format!("{name} and {other} get the same class {class}: stylers counts characters; change the length of one"));
        }
        let scoped = from_str(text, &Class::rand_class_from_seed(text.clone()));
        if scoped.trim().is_empty() {
            problems.push(format!("{name}: nothing was extracted"));
        }
        let of = match FIRST.iter().any(|first| name.ends_with(&format!("/{first}.css"))) {
            true => &mut css.first,
            false => &mut css.later,
        };
        of.push_str(&scoped);
        of.push('\n');
    }
    for (name, file) in &used {
        if !sheets.contains_key(name) {
            problems.push(format!("{}: there is no sheet {name}", file.display()));
        }
    }
    if problems.is_empty() {
        Ok(css)
    } else {
        Err(format!("style sheets:\n  {}", problems.join("\n  ")).into())
    }
}

/// The class that `style_sheet!` gives to a sheet of that text.
pub(crate) fn class_of(text: &str) -> String {
    Class::rand_class_from_seed(text.to_owned()).as_name().to_owned()
}

fn sheets(root: &Path) -> Result<BTreeMap<String, String>> {
    let mut files = Vec::new();
    app::collect(&root.join("style/components"), &mut files)?;
    files.retain(|file| file.extension().is_some_and(|end| end == "css"));
    let read = |file: PathBuf| {
        Ok((
            file.strip_prefix(root)?.to_string_lossy().into_owned(),
            fs::read_to_string(&file)?,
        ))
    };
    files.into_iter().map(read).collect()
}

/// Which sheets the sources name, and one file that does.
fn uses(root: &Path) -> Result<BTreeMap<String, PathBuf>> {
    let mut files = Vec::new();
    app::collect(&root.join("src"), &mut files)?;
    let mut uses = BTreeMap::new();
    for file in files
        .into_iter()
        .filter(|file| file.extension().is_some_and(|end| end == "rs"))
    {
        let source = fs::read_to_string(&file)?;
        for rest in source.split(MACRO).skip(1) {
            if let Some((name, _)) = rest.split_once('"') {
                uses.insert(name.to_owned(), file.clone());
            }
        }
    }
    Ok(uses)
}

/// What stylers' parser gets wrong without a word.
fn misread(name: &str, text: &str) -> Vec<String> {
    let prefix = Path::new(name)
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let mut problems = Vec::new();
    let code = without_comments(text);
    for (number, line) in code
        .lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line.trim()))
    {
        // A selector ends with `{` or, in a list, with `,`; a declaration ends with `;`.
        let selector =
            (line.ends_with('{') || line.ends_with(',')) && !line.starts_with('@') && !line.contains(": ");
        if selector
            && [" > ", " + ", " ~ "]
                .iter()
                .any(|combinator| line.contains(combinator))
        {
            problems.push(format!(
                "{name}:{number}: write combinators without blanks (a>b): {line}"
            ));
        }
        if let Some(rest) = line.strip_prefix("@keyframes ")
            && !rest.starts_with(&format!("{prefix}-"))
        {
            problems.push(format!(
                "{name}:{number}: keyframes are not scoped: begin their name with {prefix}-"
            ));
        }
    }
    problems
}

/// The text with comments blanked, so that line numbers stay.
fn without_comments(text: &str) -> String {
    let mut rest = text;
    let mut code = String::new();
    while let Some((before, after)) = rest.split_once("/*") {
        let (comment, next) = after.split_once("*/").unwrap_or((after, ""));
        code.push_str(before);
        code.extend(comment.chars().filter(|c| *c == '\n'));
        rest = next;
    }
    code + rest
}

#[cfg(test)]
mod tests {
    use super::{class_of, extract, misread};
    use std::{fs, path::PathBuf};

    #[test]
    fn blanks_around_combinators_and_bare_keyframes_are_found_with_their_line() {
        let problems = misread(
            "style/components/tile.css",
            "/* a > b\n */\n.a > .b {\n  width: calc(1px + 2px);\n}\n@keyframes spin {\n}\n@keyframes tile-spin {\n}\n",
        );
        assert_eq!(problems.len(), 2, "{problems:?}");
        assert!(
            problems[0].contains("tile.css:3") && problems[1].contains("tile.css:6"),
            "{problems:?}"
        );
        assert!(misread("style/components/tile.css", ".a>.b,\n.c {\n}\n").is_empty());
    }

    #[test]
    fn two_sheets_of_one_length_are_refused() {
        let root = project(&[
            ("a.css", ".a {\n  color: red;\n}\n"),
            ("b.css", ".b {\n  color: tan;\n}\n"),
        ]);
        assert_eq!(
            class_of(".a {\n  color: red;\n}\n"),
            class_of(".b {\n  color: tan;\n}\n")
        );
        let failure = extract(&root).unwrap_err().to_string();
        assert!(failure.contains("same class"), "{failure}");
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn a_sheet_nobody_names_is_refused_and_a_named_one_is_scoped() {
        let root = project(&[
            ("a.css", ".a {\n  color: red;\n}\n"),
            ("b.css", ".long {\n  color: tan;\n}\n"),
        ]);
        fs::write(
            root.join("src/x.rs"),
            "let scope = style_sheet!(\"style/components/a.css\");",
        )
        .unwrap();
        let failure = extract(&root).unwrap_err().to_string();
        assert!(
            failure.contains("b.css: no style_sheet!") && !failure.contains("a.css: no"),
            "{failure}"
        );
        fs::remove_file(root.join("style/components/b.css")).unwrap();
        let css = extract(&root).unwrap().later;
        assert!(
            css.contains(&format!(".a.{}", class_of(".a {\n  color: red;\n}\n"))),
            "{css}"
        );
        fs::remove_dir_all(root).unwrap();
    }

    fn project(sheets: &[(&str, &str)]) -> PathBuf {
        static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let number = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let root = std::env::temp_dir().join(format!("antenna-styles-{}-{number}", std::process::id()));
        fs::create_dir_all(root.join("style/components")).unwrap();
        fs::create_dir_all(root.join("src")).unwrap();
        let names: String = sheets
            .iter()
            .map(|(name, _)| format!("style_sheet!(\"style/components/{name}\");\n"))
            .collect();
        fs::write(root.join("src/x.rs"), names).unwrap();
        for (name, text) in sheets {
            fs::write(root.join("style/components").join(name), text).unwrap();
        }
        root
    }
}
