//! Text fields and what is dropped into them: caret, insertion, files.

use wasm_bindgen::JsValue;

use super::js;

/// What is in the field.
pub(crate) fn value(field: &JsValue) -> String {
    js::text(field, "value")
}

/// Puts `text` in place of all that is in the field, the caret behind it.
pub(crate) fn set_value(field: &JsValue, text: &str) {
    js::set(field, "value", &text.into());
}

/// Where the caret is, in bytes of [`value`].
pub(crate) fn caret(field: &JsValue) -> usize {
    let value = value(field);
    let units = js::get(field, "selectionStart").as_f64().unwrap_or(0.0) as usize;
    let mut seen = 0;
    for (byte, letter) in value.char_indices() {
        if seen >= units {
            return byte;
        }
        seen += letter.len_utf16();
    }
    value.len()
}

/// Puts `text` in place of what stands between `from` (in bytes) and the caret, or of what is selected (`None`); the
/// caret is behind it then.
pub(crate) fn insert(field: &JsValue, from: Option<usize>, text: &str) {
    let number = |name| js::get(field, name).as_f64().unwrap_or(0.0);
    let (start, end) = match from {
        Some(byte) => {
            let before = value(field).get(..byte).map(|text| text.encode_utf16().count());
            (before.unwrap_or(0) as f64, number("selectionStart"))
        }
        None => (number("selectionStart"), number("selectionEnd")),
    };
    let _ = js::call(
        field,
        "setRangeText",
        &[&text.into(), &start.into(), &end.into(), &"end".into()],
    );
}

/// Puts the caret at the end.
pub(crate) fn to_end(field: &JsValue) {
    let end = JsValue::from_f64(value(field).encode_utf16().count() as f64);
    let _ = js::call(field, "setSelectionRange", &[&end, &end]);
}

/// The files that an event brings: pasted, dropped, or chosen in its field.
pub(crate) fn files(event: &JsValue) -> Vec<JsValue> {
    let from = ["clipboardData", "dataTransfer", "target"]
        .into_iter()
        .map(|name| js::get(event, name))
        .find(|from| js::has(from, "files"));
    from.map(|from| js_sys::Array::from(&js::get(&from, "files")).iter().collect())
        .unwrap_or_default()
}

/// Whether what is dragged over the page holds files.
pub(crate) fn drags_files(event: &JsValue) -> bool {
    let types = js::get(&js::get(event, "dataTransfer"), "types");
    js_sys::Array::from(&types)
        .iter()
        .any(|kind| kind.as_string().as_deref() == Some("Files"))
}
