//! The border of the wasm, made smaller: exports that nothing calls are taken out before it is split, and after it was
//! bound imports have short names and the table's places of the chunks are not spelt out.
//!
//! `wasm-streams`, which `leptos` links for its server functions, exports classes for JavaScript. Exports are roots: with
//! them the first screen would carry promises, channels and sinks that nothing ever uses. wasm-bindgen names each of some
//! 250 imports with a hash of 16 digits, twice: in the wasm and in the JavaScript. wasm-split writes a null into every place
//! of the table that a chunk fills later, so that what binds the module gives these places to nobody else.

use crate::Result;

/// A part of the names of all exports of `wasm-streams`, and of their descriptions for wasm-bindgen.
const UNUSED: &str = "intounderlying";
/// The import section's id (WebAssembly core specification, 5.5.2).
const IMPORTS: u8 = 2;
/// The export section's id.
const EXPORTS: u8 = 7;
/// The element section's id.
const ELEMENTS: u8 = 9;
/// `end` and `ref.null` (5.4).
const END: u8 = 0x0b;
const NULL: u8 = 0xd0;
/// The magic number and the version.
const HEADER: usize = 8;

/// The module without the exports of `wasm-streams`. wasm-bindgen passes over what is not described.
pub(crate) fn without_unused(wasm: &[u8]) -> Result<Vec<u8>> {
    rewrite(wasm, EXPORTS, kept)
}

/// The module and its bindings with short names for all that is imported from the module `from`, and for the exports
/// that have mangled names; and the bindings without the classes of `wasm-streams`.
pub(crate) fn with_short_names(wasm: &[u8], glue: &str, from: &str) -> Result<(Vec<u8>, String)> {
    let mut glue = without_classes(glue);
    let wasm = rewrite(wasm, IMPORTS, |section| shortened(section, &mut glue, from))?;
    let wasm = rewrite(&wasm, EXPORTS, |section| shortened_exports(section, &mut glue))?;
    Ok((wasm, glue))
}

/// The module without the segments that write nothing but nulls into the table: its places are null before. Their
/// number stays, and with it the places that chunks fill.
pub(crate) fn without_nulls(wasm: &[u8]) -> Result<Vec<u8>> {
    rewrite(wasm, ELEMENTS, filled)
}

/// The bindings without what they print for exports that [`without_unused`] has taken out.
fn without_classes(glue: &str) -> String {
    let blocks = [
        ("\nexport class IntoUnderlying", ".prototype.free;\n"),
        ("\nconst IntoUnderlying", ";\n"),
        ("\nconst IntoUnderlying", ";\n"),
        ("\nconst IntoUnderlying", ";\n"),
    ];
    let mut glue = glue.to_owned();
    for (begin, end) in blocks.into_iter().chain([blocks[0], blocks[0]]) {
        let Some(start) = glue.find(begin) else { continue };
        let Some(length) = glue.get(start..).and_then(|rest| rest.find(end)) else {
            continue;
        };
        glue.replace_range(start..start + length + end.len(), "\n");
    }
    glue
}

/// The export section with short names in the place of mangled ones.
fn shortened_exports(section: &[u8], glue: &mut String) -> Result<Vec<u8>> {
    let mut rest = Reader {
        bytes: section,
        at: 0,
    };
    let count = rest.number()?;
    let mut written = Vec::new();
    number(&mut written, count);
    let mut renamed = Vec::new();
    for index in 0..count {
        let name = String::from_utf8_lossy(rest.sized()?).into_owned();
        let start = rest.at;
        rest.byte()?;
        rest.number()?;
        let name = if name.starts_with("_R") {
            let short = format!("x{index}");
            renamed.push((name, short.clone()));
            short
        } else {
            name
        };
        number(&mut written, name.len());
        written.extend(name.as_bytes());
        written.extend(section.get(start..rest.at).unwrap_or_default());
    }
    for (name, short) in renamed {
        let (call, short) = (format!("wasm.{name}("), format!("wasm.{short}("));
        if !glue.contains(&call) {
            return Err(format!("the bindings do not call the export {name}").into());
        }
        *glue = glue.replace(&call, &short);
    }
    Ok(written)
}

/// The module with another content of one section.
fn rewrite(wasm: &[u8], section: u8, mut with: impl FnMut(&[u8]) -> Result<Vec<u8>>) -> Result<Vec<u8>> {
    let mut written = wasm.get(..HEADER).ok_or("no wasm module")?.to_vec();
    let mut rest = Reader {
        bytes: wasm,
        at: HEADER,
    };
    while rest.at < wasm.len() {
        let start = rest.at;
        let id = rest.byte()?;
        let content = rest.sized()?;
        if id == section {
            let content = with(content)?;
            written.push(id);
            number(&mut written, content.len());
            written.extend(content);
        } else {
            written.extend(wasm.get(start..rest.at).unwrap_or_default());
        }
    }
    Ok(written)
}

fn shortened(section: &[u8], glue: &mut String, from: &str) -> Result<Vec<u8>> {
    let mut rest = Reader {
        bytes: section,
        at: 0,
    };
    let count = rest.number()?;
    let mut written = Vec::new();
    number(&mut written, count);
    for index in 0..count {
        let module = rest.sized()?;
        let name = rest.sized()?;
        let start = rest.at;
        rest.import_type()?;
        let name = if module == from.as_bytes() {
            let short = format!("i{index}");
            rename(glue, &String::from_utf8_lossy(name), &short)?;
            short.into_bytes()
        } else {
            name.to_vec()
        };
        for text in [module, &name] {
            number(&mut written, text.len());
            written.extend(text);
        }
        written.extend(section.get(start..rest.at).unwrap_or_default());
    }
    Ok(written)
}

/// Renames a member of the object that wasm-bindgen prints for the imports.
fn rename(glue: &mut String, name: &str, short: &str) -> Result<()> {
    let member = format!("\n        {name}: ");
    let mut places = glue.match_indices(&member);
    let (Some((at, _)), None) = (places.next(), places.next()) else {
        return Err(format!("the bindings do not define {name} once").into());
    };
    glue.replace_range(at..at + member.len(), &format!("\n        {short}: "));
    Ok(())
}

/// A section with those of its entries for which `wanted`, which reads each to its end, is true.
fn entries(section: &[u8], wanted: impl Fn(&mut Reader<'_>) -> Result<bool>) -> Result<Vec<u8>> {
    let mut rest = Reader {
        bytes: section,
        at: 0,
    };
    let (mut count, mut entries) = (0, Vec::<u8>::new());
    for _ in 0..rest.number()? {
        let start = rest.at;
        if wanted(&mut rest)? {
            count += 1;
            entries.extend(section.get(start..rest.at).unwrap_or_default());
        }
    }
    let mut kept = Vec::new();
    number(&mut kept, count);
    kept.extend(entries);
    Ok(kept)
}

/// The export section without what nobody calls.
fn kept(section: &[u8]) -> Result<Vec<u8>> {
    entries(section, |rest| {
        let unused = String::from_utf8_lossy(rest.sized()?).contains(UNUSED);
        rest.byte()?;
        rest.number()?;
        Ok(!unused)
    })
}

/// The element section without active segments of nulls.
fn filled(section: &[u8]) -> Result<Vec<u8>> {
    entries(section, |rest| rest.segment())
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn byte(&mut self) -> Result<u8> {
        let byte = *self.bytes.get(self.at).ok_or("the wasm ends too early")?;
        self.at += 1;
        Ok(byte)
    }

    /// An unsigned LEB128 number.
    fn number(&mut self) -> Result<usize> {
        let (mut value, mut shift) = (0, 0);
        loop {
            let byte = self.byte()?;
            value |= usize::from(byte & 127) << shift;
            shift += 7;
            if byte < 128 {
                return Ok(value);
            }
            if shift > 28 {
                return Err("a number in the wasm is too long".into());
            }
        }
    }

    /// What is imported: a function, table, memory, global or tag (5.5.5).
    fn import_type(&mut self) -> Result<()> {
        match self.byte()? {
            0 => drop(self.number()?),
            1 => {
                self.byte()?;
                self.limits()?;
            }
            2 => self.limits()?,
            3 => {
                self.byte()?;
                self.byte()?;
            }
            4 => {
                self.byte()?;
                self.number()?;
            }
            other => return Err(format!("the wasm imports something unknown: {other}").into()),
        }
        Ok(())
    }

    fn limits(&mut self) -> Result<()> {
        let flags = self.byte()?;
        self.number()?;
        if flags & 1 == 1 {
            self.number()?;
        }
        Ok(())
    }

    /// A segment of the element section (5.5.12); whether it does anything.
    fn segment(&mut self) -> Result<bool> {
        let flags = self.number()?;
        let (active, explicit, expressions) = (flags & 1 == 0, flags & 2 != 0, flags & 4 != 0);
        if active {
            if explicit {
                self.number()?;
            }
            self.expression()?;
        }
        if !active || explicit {
            self.byte()?;
        }
        let mut nulls = expressions;
        for _ in 0..self.number()? {
            if expressions {
                nulls &= self.expression()?;
            } else {
                self.number()?;
            }
        }
        Ok(!active || !nulls)
    }

    /// A constant expression (5.4.9); whether it is a null.
    fn expression(&mut self) -> Result<bool> {
        let mut null = false;
        loop {
            match self.byte()? {
                END => return Ok(null),
                NULL => {
                    self.byte()?;
                    null = true;
                }
                // global.get, i32.const, i64.const, ref.func: one LEB128 number each, signed or not.
                0x23 | 0x41 | 0x42 | 0xd2 => while self.byte()? > 127 {},
                other => return Err(format!("the wasm's table has an unknown constant: {other}").into()),
            }
        }
    }

    /// Bytes behind their length.
    fn sized(&mut self) -> Result<&'a [u8]> {
        let length = self.number()?;
        let found = self.bytes.get(self.at..self.at + length);
        self.at += length;
        found.ok_or_else(|| "the wasm ends too early".into())
    }
}

fn number(into: &mut Vec<u8>, mut value: usize) {
    while value > 127 {
        into.push((value & 127) as u8 | 128);
        value >>= 7;
    }
    into.push(value as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_unused_exports_go_and_every_other_byte_stays() {
        let section = |names: &[&str]| {
            let mut content = vec![names.len() as u8];
            for name in names {
                content.push(name.len() as u8);
                content.extend(name.bytes());
                content.extend([0, 200, 1]);
            }
            let mut section = vec![EXPORTS, content.len() as u8];
            section.extend(content);
            section
        };
        let module = |exports: Vec<u8>| {
            [
                b"\0asm\x01\0\0\0\x01\x01\0".to_vec(),
                exports,
                vec![0, 2, 1, b'x'],
            ]
            .concat()
        };
        let before = module(section(&[
            "main",
            "intounderlyingsink_write",
            "__wbg_intounderlyingsink_free",
            "memory",
        ]));
        let after = module(section(&["main", "memory"]));
        assert_eq!(without_unused(&before).ok(), Some(after));
        assert!(without_unused(&before[..40]).is_err());
    }

    #[test]
    fn imports_of_the_bindings_are_short_in_both_files_and_others_keep_their_names() {
        let section = |name: &str| {
            let mut content = vec![2, 4];
            content.extend(b"glue");
            content.push(name.len() as u8);
            content.extend(name.bytes());
            content.extend([0, 7, 5]);
            content.extend(b"other\x04kept\x00\x03");
            let mut section = vec![IMPORTS, content.len() as u8];
            section.extend(content);
            [b"\0asm\x01\0\0\0".to_vec(), section].concat()
        };
        let js = |name: &str| format!("const import0 = {{\n        {name}: function() {{}},\n    }};");
        let (wasm, glue) =
            with_short_names(&section("__wbg_now_0123"), &js("__wbg_now_0123"), "glue").unwrap_or_default();
        assert_eq!((wasm, glue), (section("i0"), js("i0")));
        assert!(with_short_names(&section("__wbg_now_0123"), &js("another"), "glue").is_err());
    }

    #[test]
    fn nulls_of_the_table_go_and_what_fills_it_stays() {
        let section = |segments: &[&[u8]]| {
            let content = [&[segments.len() as u8], segments.concat().as_slice()].concat();
            let mut section = b"\0asm\x01\0\0\0".to_vec();
            section.extend([ELEMENTS, content.len() as u8]);
            section.extend(content);
            section
        };
        let functions: &[u8] = &[0, 0x41, 1, END, 2, 7, 200, 1];
        // Two-byte places, in both forms that are written.
        let nulls: &[u8] = &[4, 0x41, 200, 1, END, 2, NULL, 0x70, END, NULL, 0x70, END];
        let named: &[u8] = &[6, 0, 0x41, 3, END, 0x70, 1, NULL, 0x70, END];
        let mixed: &[u8] = &[4, 0x41, 3, END, 2, NULL, 0x70, END, 0xd2, 5, END];
        let declared: &[u8] = &[7, 0x70, 1, NULL, 0x70, END];
        let before = section(&[functions, nulls, mixed, named, declared]);
        let after = section(&[functions, mixed, declared]);
        assert_eq!(without_nulls(&before).ok(), Some(after));
        assert!(without_nulls(&section(&[&[0, 0x20, 1, END, 0]])).is_err());
    }
}
