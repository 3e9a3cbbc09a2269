//! Exports that nothing calls, taken out of a wasm before it is split.
//!
//! `wasm-streams`, which `leptos` links for its server functions, exports classes for JavaScript. Exports are roots: with
//! them the first screen would carry promises, channels and sinks that nothing ever uses.

use crate::Result;

/// A part of the names of all exports of `wasm-streams`, and of their descriptions for wasm-bindgen.
const UNUSED: &str = "intounderlying";
/// The export section's id (WebAssembly core specification, 5.5.2).
const EXPORTS: u8 = 7;
/// The magic number and the version.
const HEADER: usize = 8;

/// The module without the exports of `wasm-streams`. wasm-bindgen passes over what is not described.
pub(crate) fn without_unused(wasm: &[u8]) -> Result<Vec<u8>> {
    let mut trimmed = wasm.get(..HEADER).ok_or("no wasm module")?.to_vec();
    let mut rest = Reader {
        bytes: wasm,
        at: HEADER,
    };
    while rest.at < wasm.len() {
        let start = rest.at;
        let id = rest.byte()?;
        let content = rest.sized()?;
        if id == EXPORTS {
            let kept = kept(content)?;
            trimmed.push(EXPORTS);
            number(&mut trimmed, kept.len());
            trimmed.extend(kept);
        } else {
            trimmed.extend(wasm.get(start..rest.at).unwrap_or_default());
        }
    }
    Ok(trimmed)
}

fn kept(section: &[u8]) -> Result<Vec<u8>> {
    let mut rest = Reader {
        bytes: section,
        at: 0,
    };
    let (mut count, mut entries) = (0, Vec::<u8>::new());
    for _ in 0..rest.number()? {
        let start = rest.at;
        let unused = String::from_utf8_lossy(rest.sized()?).contains(UNUSED);
        rest.byte()?;
        rest.number()?;
        if !unused {
            count += 1;
            entries.extend(section.get(start..rest.at).unwrap_or_default());
        }
    }
    let mut kept = Vec::new();
    number(&mut kept, count);
    kept.extend(entries);
    Ok(kept)
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
}
