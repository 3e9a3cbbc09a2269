//! Randomness from the browser's own generator.

use wasm_bindgen::JsValue;

use super::js;

/// A seed for the engine. Falls back to the clock where `crypto` is missing, which only ancient browsers lack.
pub(crate) fn seed() -> u64 {
    let mut bytes = [0; 8];
    fill(&mut bytes);
    u64::from_le_bytes(bytes)
}

/// `count` random bytes as lower-case hexadecimal.
pub(crate) fn hex(count: usize) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut bytes = vec![0; count];
    fill(&mut bytes);
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|digit| DIGITS.get(usize::from(digit)).copied().map(char::from))
        .collect()
}

fn fill(bytes: &mut [u8]) {
    let array = js_sys::Uint8Array::new_with_length(u32::try_from(bytes.len()).unwrap_or(0));
    let crypto = js::get(&js::window(), "crypto");
    if js::call(&crypto, "getRandomValues", &[&JsValue::from(array.clone())]).is_ok() {
        array.copy_to(bytes);
        return;
    }
    for byte in bytes {
        *byte = (js_sys::Math::random() * 256.0) as u8;
    }
}
