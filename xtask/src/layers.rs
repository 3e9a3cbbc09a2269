//! The absences of ARCHITECTURE.md that no compiler checks: who may name whom.

use crate::{Result, app, process, tools};
use std::{fs, path::Path, process::Command};

/// What the crates without a world of their own must not depend on, not even through others.
const NO_WORLD: [&str; 8] = [
    "web-sys",
    "js-sys",
    "wasm-bindgen",
    "leptos",
    "tokio",
    "getrandom",
    "gloo-net",
    "axum",
];

/// A word that must not stand in the sources of some folder.
struct Rule {
    /// Where it holds, relative to the repository; a folder or a file.
    place: &'static str,
    /// Files of that place where it does not hold.
    except: &'static [&'static str],
    words: &'static [&'static str],
    why: &'static str,
}

const RULES: [Rule; 10] = [
    Rule {
        place: "src/components",
        except: &[],
        words: &[
            "web_sys",
            "js_sys",
            "crate::driver",
            "crate::stores",
            "crate::pages",
        ],
        why: "components take props and give callbacks: they know nothing of ours",
    },
    Rule {
        place: "src/components",
        except: &["video.rs"],
        words: &["engine::", "wire::"],
        why: "components take plain data; only the <video> leaf knows whose picture it shows",
    },
    Rule {
        place: "src/components",
        except: &["video.rs"],
        words: &["media::registry"],
        why: "only the <video> leaf asks the registry for a stream",
    },
    Rule {
        place: "src/pages",
        except: &[],
        words: &["web_sys", "js_sys", "crate::driver", "crate::media"],
        why: "pages read stores and compose components",
    },
    Rule {
        place: "src/stores",
        except: &[],
        words: &[
            "web_sys",
            "crate::driver",
            "crate::pages",
            "crate::components",
            "crate::media",
        ],
        why: "stores hold plain data",
    },
    Rule {
        place: "src/media",
        except: &[],
        words: &[
            "crate::driver",
            "crate::stores",
            "crate::pages",
            "crate::components",
            "leptos",
        ],
        why: "media rests on browser alone",
    },
    Rule {
        place: "src/browser",
        except: &[],
        words: &[
            "crate::driver",
            "crate::stores",
            "crate::pages",
            "crate::components",
            "crate::media",
            "leptos",
        ],
        why: "browser wraps the platform and knows nothing of ours",
    },
    Rule {
        place: "src/driver",
        // Chat's part of the driver and its screens are one chunk, which is put together there.
        except: &["parts.rs"],
        // `leptos::wasm_split` cuts code into chunks and draws nothing.
        words: &[
            "crate::pages",
            "crate::components",
            "leptos::prelude",
            "leptos::html",
            "leptos_router",
        ],
        why: "the driver draws nothing",
    },
    Rule {
        place: "crates",
        except: &[],
        words: &[
            "std::time::Instant",
            "SystemTime",
            "std::thread",
            "std::net",
            "HashMap",
        ],
        why: "the engine has no clock, no thread, no socket and no chance order",
    },
    Rule {
        place: ".",
        except: &["xtask/src/layers.rs"],
        words: &[".forget()", "todo!(", "unimplemented!(", "dbg!(", "#[ignore"],
        why: "nothing leaks, nothing is left undone, nothing is switched off",
    },
];

/// Checks every absence.
pub(crate) fn check() -> Result<()> {
    let root = tools::root();
    let mut problems = Vec::new();
    for package in ["wire", "engine"] {
        problems.extend(world_of(package)?);
    }
    for rule in &RULES {
        problems.extend(broken(&root, rule)?);
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(format!("layers:\n  {}", problems.join("\n  ")).into())
    }
}

/// Crates that `package` must not see, of those it depends on when it is built for the browser.
fn world_of(package: &str) -> Result<Vec<String>> {
    let mut tree = Command::new("cargo");
    tree.args([
        "tree",
        "--package",
        package,
        "--edges",
        "normal",
        "--prefix",
        "none",
        "--target",
        "wasm32-unknown-unknown",
    ]);
    let said = process::quiet(tree.current_dir(tools::root()))?;
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    let seen = |name: &&&str| said.lines().any(|line| line.split(' ').next() == Some(name));
    Ok(NO_WORLD
        .iter()
        .filter(seen)
        .map(|name| format!("{package} depends on {name}"))
        .collect())
}

fn broken(root: &Path, rule: &Rule) -> Result<Vec<String>> {
    let mut files = Vec::new();
    let tops: &[&str] = if rule.place == "." {
        &["src", "crates", "server/src", "tests", "xtask/src"]
    } else {
        &[rule.place]
    };
    for top in tops {
        app::collect(&root.join(top), &mut files)?;
    }
    let mut problems = Vec::new();
    for file in files
        .iter()
        .filter(|file| file.extension().is_some_and(|end| end == "rs"))
    {
        if rule.except.iter().any(|except| file.ends_with(except)) {
            continue;
        }
        let text = fs::read_to_string(file)?;
        for (number, line) in text.lines().enumerate() {
            let code = code_of(line);
            for word in rule.words.iter().filter(|word| code.contains(**word)) {
                let file = file.strip_prefix(root).unwrap_or(file).display();
                problems.push(format!("{file}:{}: {word}: {}", number + 1, rule.why));
            }
        }
    }
    Ok(problems)
}

/// A line without its comment: what is explained may be named.
fn code_of(line: &str) -> &str {
    let line = line.trim_start();
    if line.starts_with("//") {
        ""
    } else {
        line.split_once(" // ").map_or(line, |(code, _)| code)
    }
}

#[cfg(test)]
mod tests {
    use super::{RULES, broken, code_of};
    use std::fs;

    #[test]
    fn a_page_that_touches_the_platform_is_found_with_its_line() {
        let root = std::env::temp_dir().join(format!("antenna-layers-{}", std::process::id()));
        fs::create_dir_all(root.join("src/pages")).unwrap();
        fs::write(
            root.join("src/pages/home.rs"),
            "//! Never web_sys.\nuse crate::stores;\nuse web_sys::Window;\n",
        )
        .unwrap();
        let rule = RULES.iter().find(|rule| rule.place == "src/pages").unwrap();
        let problems = broken(&root, rule).unwrap();
        assert_eq!(problems.len(), 1);
        assert!(
            problems[0].starts_with("src/pages/home.rs:3: web_sys"),
            "{problems:?}"
        );
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn comments_may_name_what_code_may_not() {
        assert_eq!(code_of("    // web_sys"), "");
        assert_eq!(code_of("let x = 1; // web_sys"), "let x = 1;");
    }
}
