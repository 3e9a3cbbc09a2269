//! Sending a file, with its progress: `fetch` does not tell how much is out, so this is `XMLHttpRequest`.

use std::rc::Rc;
use std::time::Duration;

use js_sys::{Array, Function, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use super::js;
use super::listener::Listener;

/// News of an upload.
#[derive(Debug)]
pub(crate) enum UploadNews {
    /// So many bytes are out.
    Progress(f64),
    /// The server answered.
    Answered {
        /// HTTP status.
        status: u16,
        /// `Retry-After`, where there is one.
        retry_after: Option<String>,
        /// The body.
        body: String,
    },
    /// No answer within the time.
    TimedOut,
    /// No connection, or not allowed: browsers do not tell which.
    Unreachable,
}

/// What is sent.
#[derive(Debug)]
pub(crate) struct What<'a> {
    /// The method.
    pub(crate) method: &'static str,
    /// Where to.
    pub(crate) url: &'a str,
    /// Headers.
    pub(crate) headers: &'a [(String, String)],
    /// Cookies travel.
    pub(crate) credentials: bool,
    /// Give up after.
    pub(crate) timeout: Duration,
    /// The `File` or `Blob`.
    pub(crate) file: &'a JsValue,
}

/// An upload under way; dropping it gives it up and says nothing more.
#[must_use = "a dropped upload is given up"]
pub(crate) struct Upload {
    request: JsValue,
    listeners: Vec<Listener>,
}

impl Upload {
    /// Starts it.
    ///
    /// # Errors
    /// What the browser threw: a header or address it refuses.
    pub(crate) fn start(what: &What<'_>, tell: impl Fn(UploadNews) + 'static) -> Result<Self, JsValue> {
        let make: Function = js::get(&js::window(), "XMLHttpRequest").dyn_into()?;
        let request = Reflect::construct(&make, &Array::new())?;
        js::call(&request, "open", &[&what.method.into(), &what.url.into()])?;
        for (name, value) in what.headers {
            js::call(
                &request,
                "setRequestHeader",
                &[&name.as_str().into(), &value.as_str().into()],
            )?;
        }
        js::set(&request, "withCredentials", &what.credentials.into());
        js::set(&request, "timeout", &(what.timeout.as_millis() as f64).into());
        let tell: Rc<dyn Fn(UploadNews)> = Rc::new(tell);
        let (progress, loaded, late, failed) = (tell.clone(), tell.clone(), tell.clone(), tell);
        let answered = request.clone();
        let listeners = vec![
            Listener::new(&js::get(&request, "upload"), "progress", move |event| {
                progress(UploadNews::Progress(
                    js::get(&event, "loaded").as_f64().unwrap_or(0.0),
                ));
            }),
            Listener::new(&request, "load", move |_| loaded(answer(&answered))),
            Listener::new(&request, "timeout", move |_| late(UploadNews::TimedOut)),
            Listener::new(&request, "error", move |_| failed(UploadNews::Unreachable)),
        ];
        let upload = Self { request, listeners };
        js::call(&upload.request, "send", &[what.file])?;
        Ok(upload)
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        self.listeners.clear();
        let _ = js::call(&self.request, "abort", &[]);
    }
}

fn answer(request: &JsValue) -> UploadNews {
    let retry_after = js::call(request, "getResponseHeader", &[&"retry-after".into()]);
    UploadNews::Answered {
        status: js::get(request, "status").as_f64().unwrap_or(0.0) as u16,
        retry_after: retry_after.ok().and_then(|value| value.as_string()),
        body: js::text(request, "responseText"),
    }
}
