//! What is left when the app has panicked: camera, microphone and connections stop, and a screen made with plain DOM
//! says what happened. Its buttons are the browser's own functions, since the wasm is not to be trusted any more.

use std::cell::{Cell, RefCell};

use wasm_bindgen::JsValue;
use web_sys::Element;

use super::js;

thread_local! {
    static LIVE: RefCell<Option<js_sys::Set>> = const { RefCell::new(None) };
    static DEAD: Cell<bool> = const { Cell::new(false) };
}

/// Something that must stop when the app panics: a track (`stop`) or a connection (`close`). Forgotten when dropped.
pub(crate) struct Live(JsValue);

impl Live {
    /// Remembers it.
    pub(crate) fn new(value: &JsValue) -> Self {
        LIVE.with_borrow_mut(|set| {
            set.get_or_insert_with(|| js_sys::Set::new(&JsValue::UNDEFINED))
                .add(value);
        });
        Self(value.clone())
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        LIVE.with_borrow(|set| {
            if let Some(set) = set {
                set.delete(&self.0);
            }
        });
    }
}

/// Whether the app has panicked: whatever still gets called by the browser does nothing then.
pub(crate) fn dead() -> bool {
    DEAD.get()
}

/// Shows the screen instead of a dead page from now on.
pub(crate) fn install() {
    std::panic::set_hook(Box::new(|info| {
        if DEAD.replace(true) {
            return;
        }
        stop_everything();
        let details = details(&info.to_string());
        let _ = js::call(
            &js::get(&js::window(), "console"),
            "error",
            &[&details.as_str().into()],
        );
        if show(&details).is_none() {
            let _ = js::call(&js::get(&js::window(), "location"), "reload", &[]);
        }
    }));
}

fn stop_everything() {
    // The panic may have come while the set was borrowed.
    LIVE.with(|live| {
        let Ok(live) = live.try_borrow() else { return };
        let Some(set) = live.as_ref() else { return };
        set.for_each(&mut |value, _, _| {
            let _ = js::call(&value, "stop", &[]);
            let _ = js::call(&value, "close", &[]);
        });
    });
}

fn details(what: &str) -> String {
    let mut text = String::from("Antenna ");
    text.push_str(env!("CARGO_PKG_VERSION"));
    text.push('\n');
    text.push_str(what);
    text.push('\n');
    text.push_str(&js::text(&js::navigator(), "userAgent"));
    text
}

struct Words {
    title: &'static str,
    body: &'static str,
    reload: &'static str,
    copy: &'static str,
}

const ENGLISH: Words = Words {
    title: "Something broke",
    body: "Antenna stopped. Camera and microphone are off. Reload to go on.",
    reload: "Reload",
    copy: "Copy details",
};
const ARABIC: Words = Words {
    title: "حدث خطأ ما",
    body: "توقّف أنتينا. الكاميرا والميكروفون مغلقان. أعد التحميل للمتابعة.",
    reload: "إعادة التحميل",
    copy: "نسخ التفاصيل",
};

fn show(details: &str) -> Option<()> {
    let document = js::document()?;
    let root = JsValue::from(document.document_element()?);
    let words = if js::text(&root, "lang").starts_with("ar") {
        ARABIC
    } else {
        ENGLISH
    };
    let body = document.body()?;
    body.set_text_content(None);

    let screen = element(
        "main",
        &[("data-t", "crash"), ("role", "alert"), ("tabindex", "-1")],
    )?;
    style(
        &screen,
        "min-height:100dvh;display:grid;place-content:center;justify-items:center;gap:1rem;padding:1.5rem;text-align:center",
    );
    let title = element("h1", &[])?;
    title.set_text_content(Some(words.title));
    let text = element("p", &[])?;
    text.set_text_content(Some(words.body));
    let report = element("pre", &[("dir", "ltr"), ("tabindex", "0")])?;
    style(
        &report,
        "max-width:min(40rem,90vw);max-height:40dvh;overflow:auto;white-space:pre-wrap;text-align:start;font-size:.8rem;opacity:.8",
    );
    report.set_text_content(Some(details));
    let buttons = element("div", &[])?;
    style(
        &buttons,
        "display:flex;flex-wrap:wrap;gap:.75rem;justify-content:center",
    );
    let reload = button("crash-reload", words.reload)?;
    let location = js::get(&js::window(), "location");
    press(&reload, &location, "reload", &JsValue::FALSE);
    let copy = button("crash-copy", words.copy)?;
    press(
        &copy,
        &js::get(&js::navigator(), "clipboard"),
        "writeText",
        &details.into(),
    );

    for part in [&reload, &copy] {
        buttons.append_child(part).ok()?;
    }
    for part in [&title, &text, &buttons, &report] {
        screen.append_child(part).ok()?;
    }
    body.append_child(&screen).ok()?;
    let _ = js::call(&screen, "focus", &[]);
    Some(())
}

fn element(name: &str, attributes: &[(&str, &str)]) -> Option<Element> {
    let made = js::document()?.create_element(name).ok()?;
    for (name, value) in attributes {
        made.set_attribute(name, value).ok()?;
    }
    Some(made)
}

/// Through the style object, since the content security policy forbids style attributes.
fn style(element: &Element, css: &str) {
    js::set(&js::get(element, "style"), "cssText", &css.into());
}

fn button(hook: &str, text: &str) -> Option<Element> {
    let made = element("button", &[("type", "button"), ("data-t", hook)])?;
    style(
        &made,
        "font:inherit;min-height:3rem;padding:0 1.25rem;border-radius:.75rem;border:1px solid currentColor;background:transparent;color:inherit;cursor:pointer",
    );
    made.set_text_content(Some(text));
    Some(made)
}

/// Makes a press call the browser's own function `of.name(argument)`, without any wasm in between.
fn press(button: &Element, of: &JsValue, name: &str, argument: &JsValue) {
    if let Ok(bound) = js::call(&js::get(of, name), "bind", &[of, argument]) {
        let _ = js::call(button, "addEventListener", &[&"click".into(), &bound]);
    }
}
