//! The JavaScript that loads chunks, as wasm-split prints it, made smaller for the first screen: what it needs is a stub,
//! which fetches the rest, the table of all chunks, when the first chunk is asked for.
//!
//! The rest loads the later style sheet too: a chunk's views have their sheet before they are built. And it links the
//! manifest, which nobody needs before there is something to install. A chunk is compiled while those that it shares with
//! others are still on their way: only instantiating has to wait for them.

use crate::Result;
use std::fmt::Write as _;

/// How wasm-split begins and ends the lines of one chunk, with its file's address in between.
const BEGIN: &str = "makeLoad(() => {\n    const src = fetch(new URL(\"";
const END: &str = "\", import.meta.url));\n    src.catch(() => {});\n    return async (imports) => (WebAssembly.instantiateStreaming(src, imports));\n}\n, ";
/// Around the same in debug builds; what is explained there is thrown here as well.
const DEBUG: &str = "debugWrap(WebAssembly";
/// What waits for a chunk.
const AWAITS: &str = "await callee();";
/// Where the bindings' exports come from.
const IMPORT: &str = "import { initSync } from \"./antenna.js\";";
/// How the functions that the wasm imports begin.
const EXPORT: &str = "export const ";

/// The two modules.
pub(crate) struct Parts {
    /// What the bindings import; `__LOADER__` stands for the loader's file name.
    pub(crate) stub: String,
    /// The loader.
    pub(crate) loader: String,
}

/// Cuts wasm-split's loader in two; `style` is the later sheet's address relative to the module.
pub(crate) fn parts(printed: &str, style: &str) -> Result<Parts> {
    let printed: &str = &printed.replace(DEBUG, "(WebAssembly");
    let other = || "wasm-split prints its loader differently: see xtask/src/loader.rs";
    let mut loader = String::new();
    let mut rest = printed;
    let mut chunks = 0;
    while let Some((before, after)) = rest.split_once(BEGIN) {
        let (file, next) = after.split_once(END).ok_or_else(other)?;
        loader.push_str(before);
        write!(loader, "chunk(\"{file}\", ")?;
        rest = next;
        chunks += 1;
    }
    loader.push_str(rest);
    let once = |part: &str| printed.matches(part).count() == 1;
    if chunks == 0 || !once(AWAITS) || !once(IMPORT) {
        return Err(other().into());
    }
    let loader = loader
        .replace(AWAITS, "await Promise.all([callee(), style()]);")
        .replace(
            IMPORT,
            "let initSync;\nexport function use(bindings) { initSync = bindings; }",
        );
    let mut stub = format!("{IMPORT}\n{STUB}");
    for name in printed
        .split(EXPORT)
        .skip(1)
        .filter_map(|export| export.split_once(" = "))
        .map(|(name, _)| name)
    {
        writeln!(stub, "export const {name} = load(\"{name}\");")?;
    }
    Ok(Parts {
        stub,
        loader: format!("{loader}\n{}", HELPERS.replace("__STYLE__", style)),
    })
}

/// A module that could not be had is remembered by browsers, so every attempt has an address of its own.
const STUB: &str = r#"
let loader, attempts = 0;
const load = (name) => async (callback, data) => {
    try {
        loader ??= import(new URL("./__LOADER__" + (attempts ? "?" + attempts : ""), import.meta.url));
        const { use, [name]: its } = await loader;
        use(initSync);
        its(callback, data);
    } catch (failure) {
        attempts += 1;
        loader = undefined;
        console.error(failure);
        initSync().__indirect_function_table.get(callback)(data, false);
    }
};
"#;

const HELPERS: &str = r#"
document.head.append(Object.assign(document.createElement("link"), { rel: "manifest", href: "/manifest.json" }));
function chunk(file, deps) {
    return makeLoad(() => {
        const module = WebAssembly.compileStreaming(fetch(new URL(file, import.meta.url)));
        module.catch(() => {});
        return async (imports) => WebAssembly.instantiate(await module, imports);
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
    use super::parts;

    const PRINTED: &str = "import { initSync } from \"./antenna.js\";\nasync () => { await callee(); }\n/* a */\nconst __chunk_9 = makeLoad(() => {\n    const src = fetch(new URL(\"./chunk_9.wasm\", import.meta.url));\n    src.catch(() => {});\n    return async (imports) => (WebAssembly.instantiateStreaming(src, imports));\n}\n, []);\nexport const __wasm_split_load_a = wrapAsyncCb(__chunk_9);\n";

    #[test]
    fn every_chunk_is_one_line_of_the_loader_and_waits_for_the_style() {
        let loader = parts(PRINTED, "./later.css").unwrap().loader;
        assert!(
            loader.contains("const __chunk_9 = chunk(\"./chunk_9.wasm\", []);"),
            "{loader}"
        );
        assert!(
            loader.contains("Promise.all([callee(), style()])") && loader.contains("new URL(\"./later.css\""),
            "{loader}"
        );
        assert!(!loader.contains("import {"), "{loader}");
    }

    #[test]
    fn the_stub_has_what_the_wasm_imports_and_no_chunk() {
        let stub = parts(PRINTED, "./later.css").unwrap().stub;
        assert!(
            stub.contains("export const __wasm_split_load_a = load(\"__wasm_split_load_a\");"),
            "{stub}"
        );
        assert!(!stub.contains("chunk_9"), "{stub}");
    }

    #[test]
    fn a_loader_of_another_shape_ends_the_build() {
        assert!(parts("await callee();", "./later.css").is_err());
        assert!(parts(&PRINTED.replace("await callee", "await other"), "./later.css").is_err());
    }
}
