//! The JavaScript that loads chunks, as wasm-split prints it, made shorter and made to load the later style sheet too.
//!
//! wasm-split prints five lines for every chunk, which all visitors download. One function does the same. And a chunk's
//! views have their style sheet before they are built: whoever asks for a chunk waits for both.

use crate::Result;

/// How wasm-split begins and ends the lines of one chunk, with its file's address in between.
const BEGIN: &str = "makeLoad(() => {\n    const src = fetch(new URL(\"";
const END: &str = "\", import.meta.url));\n    src.catch(() => {});\n    return async (imports) => (WebAssembly.instantiateStreaming(src, imports));\n}\n, ";
/// What waits for a chunk.
const AWAITS: &str = "await callee();";

/// The loader's text, with `style` (an address relative to the module) loaded beside the first chunk.
pub(crate) fn with_style(loader: &str, style: &str) -> Result<String> {
    let mut text = String::new();
    let mut rest = loader;
    let mut chunks = 0;
    while let Some((before, after)) = rest.split_once(BEGIN) {
        let (file, next) = after
            .split_once(END)
            .ok_or("wasm-split prints its loader differently: see xtask/src/loader.rs")?;
        text.push_str(before);
        text.push_str(&format!("chunk(\"{file}\", "));
        rest = next;
        chunks += 1;
    }
    text.push_str(rest);
    if chunks == 0 || text.matches(AWAITS).count() != 1 {
        return Err("wasm-split prints its loader differently: see xtask/src/loader.rs".into());
    }
    let text = text.replace(AWAITS, "await Promise.all([callee(), style()]);");
    Ok(format!("{text}\n{}", HELPERS.replace("__STYLE__", style)))
}

const HELPERS: &str = r#"
function chunk(file, deps) {
    return makeLoad(() => {
        const src = fetch(new URL(file, import.meta.url));
        src.catch(() => {});
        return (imports) => WebAssembly.instantiateStreaming(src, imports);
    }, deps);
}
let styled;
function style() {
    return styled ??= new Promise((resolve, reject) => {
        const link = document.createElement("link");
        link.rel = "stylesheet";
        link.href = new URL("__STYLE__", import.meta.url);
        link.onload = resolve;
        link.onerror = () => {
            styled = undefined;
            link.remove();
            reject(new TypeError("no style"));
        };
        document.head.append(link);
    });
}
"#;

#[cfg(test)]
mod tests {
    use super::with_style;

    const PRINTED: &str = "async () => { await callee(); }\n/* a */\nconst __chunk_9 = makeLoad(() => {\n    const src = fetch(new URL(\"./chunk_9.wasm\", import.meta.url));\n    src.catch(() => {});\n    return async (imports) => (WebAssembly.instantiateStreaming(src, imports));\n}\n, []);\n";

    #[test]
    fn every_chunk_is_one_line_and_waits_for_the_style() {
        let text = with_style(PRINTED, "./later.css").unwrap();
        assert!(
            text.contains("const __chunk_9 = chunk(\"./chunk_9.wasm\", []);"),
            "{text}"
        );
        assert!(
            text.contains("Promise.all([callee(), style()])") && text.contains("new URL(\"./later.css\""),
            "{text}"
        );
    }

    #[test]
    fn a_loader_of_another_shape_ends_the_build() {
        assert!(with_style("await callee();", "./later.css").is_err());
        assert!(with_style(&PRINTED.replace("await callee", "await other"), "./later.css").is_err());
    }
}
