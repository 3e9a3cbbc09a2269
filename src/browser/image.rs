//! Pictures made small in the browser before they are sent.

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use super::{js, promise};

/// The side of an avatar in pixels.
const SIDE: u32 = 160;

/// The form field that a picture is chosen in.
pub(crate) type FileField = web_sys::HtmlInputElement;

/// Reads the picture chosen in a file input and makes a square avatar of it, as a data URL of some 10 KB.
///
/// # Errors
/// The browser's words where the file is no picture it can read.
pub(crate) async fn avatar(input: &FileField) -> Result<String, String> {
    make(input).await.map_err(|error| js::error_text(&error))
}

async fn make(input: &FileField) -> Result<String, JsValue> {
    let file = js::get(&js::get(input, "files"), "0");
    if file.is_undefined() {
        return Err("no file".into());
    }
    let picture = promise::call(&js::window(), "createImageBitmap", &[&file]).await?;
    let drawn = draw(&picture);
    let _ = js::call(&picture, "close", &[]);
    drawn
}

fn draw(picture: &JsValue) -> Result<String, JsValue> {
    let missing = || JsValue::from_str("no canvas");
    let document = js::document().ok_or_else(missing)?;
    let canvas: HtmlCanvasElement = document
        .create_element("canvas")?
        .dyn_into()
        .map_err(|_| missing())?;
    canvas.set_width(SIDE);
    canvas.set_height(SIDE);
    let context: CanvasRenderingContext2d = canvas
        .get_context("2d")?
        .ok_or_else(missing)?
        .dyn_into()
        .map_err(|_| missing())?;
    let width = js::get(picture, "width").as_f64().unwrap_or(1.0).max(1.0);
    let height = js::get(picture, "height").as_f64().unwrap_or(1.0).max(1.0);
    // The middle square, whatever the shape of the picture.
    let side = width.min(height);
    let (left, top) = ((width - side) / 2.0, (height - side) / 2.0);
    let to = f64::from(SIDE);
    let numbers = [left, top, side, side, 0.0, 0.0, to, to].map(JsValue::from_f64);
    let mut arguments = vec![picture];
    arguments.extend(numbers.iter());
    js::call(&context, "drawImage", &arguments)?;
    // Browsers that cannot write WebP answer with PNG, which is fine too.
    canvas.to_data_url_with_type("image/webp")
}
