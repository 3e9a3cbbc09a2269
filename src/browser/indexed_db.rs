//! IndexedDB, as little of it as the app needs: stores of texts under keys of several parts, read by ranges, written in
//! transactions that wait for nothing in between.

use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};

use super::listener::Listener;
use super::{js, promise};

/// Why something failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    /// The browser's words.
    pub(crate) reason: String,
    /// There is no more room.
    pub(crate) full: bool,
}

impl Failure {
    fn of(error: &JsValue) -> Self {
        Self {
            reason: js::error_text(error),
            full: js::error_name(error) == "QuotaExceededError",
        }
    }

    fn words(reason: &str) -> Self {
        Self {
            reason: reason.to_owned(),
            full: false,
        }
    }
}

/// Which database.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Layout {
    /// Its name.
    pub(crate) name: &'static str,
    /// Its version: goes up when `stores` gets longer. What is held stays.
    pub(crate) version: u32,
    /// Its object stores.
    pub(crate) stores: &'static [&'static str],
}

/// An open database; closed when dropped.
pub(crate) struct Database {
    value: JsValue,
    _listeners: [Listener; 2],
}

impl Database {
    /// Opens it, and makes the object stores that are missing. `gone` is called when the browser or another tab's newer
    /// version takes it away; what is asked of it afterwards fails.
    ///
    /// Where another tab holds an older version open, this waits until that one has closed it.
    ///
    /// # Errors
    /// Private windows of some browsers have none, and broken ones cannot be opened.
    pub(crate) async fn open(layout: Layout, gone: impl Fn() + Clone + 'static) -> Result<Self, Failure> {
        let version = f64::from(layout.version).into();
        match Self::attempt(layout, Some(&version), gone.clone()).await {
            // Somebody was here with a newer version of the app: its stores are a superset of ours.
            Err(failure) if failure.reason.starts_with("VersionError") => {
                Self::attempt(layout, None, gone).await
            }
            opened => opened,
        }
    }

    async fn attempt(
        layout: Layout,
        version: Option<&JsValue>,
        gone: impl Fn() + Clone + 'static,
    ) -> Result<Self, Failure> {
        let factory = js::get(&js::window(), "indexedDB");
        if !js::has(&js::window(), "indexedDB") {
            return Err(Failure::words("no IndexedDB"));
        }
        let name = JsValue::from_str(layout.name);
        let arguments: Vec<&JsValue> = std::iter::once(&name).chain(version).collect();
        let request = js::call(&factory, "open", &arguments).map_err(|error| Failure::of(&error))?;
        let asked = request.clone();
        let _upgrade = Listener::new(&request, "upgradeneeded", move |_| {
            make_stores(&js::get(&asked, "result"), layout.stores);
        });
        if first(&request, &["success", "error"]).await != "success" {
            return Err(Failure::of(&js::get(&request, "error")));
        }
        let value = js::get(&request, "result");
        let (older, closed) = (value.clone(), gone.clone());
        let listeners = [
            // A newer version of the app, in another tab, must not have to wait for this one.
            Listener::new(&value, "versionchange", move |_| {
                let _ = js::call(&older, "close", &[]);
                gone();
            }),
            Listener::new(&value, "close", move |_| closed()),
        ];
        Ok(Self {
            value,
            _listeners: listeners,
        })
    }

    /// Runs one transaction over these stores. `ask` makes all of its requests at once; their results can be read when
    /// this is done. All or nothing.
    ///
    /// # Errors
    /// What ended it.
    pub(crate) async fn transact<R>(
        &self,
        stores: &[&str],
        mode: Mode,
        ask: impl FnOnce(&Transaction) -> Result<R, JsValue>,
    ) -> Result<R, Failure> {
        let names = Array::new();
        for store in stores {
            names.push(&JsValue::from_str(store));
        }
        let word = match mode {
            Mode::Read => "readonly",
            Mode::Write | Mode::WriteStrictly => "readwrite",
        };
        let durability = match mode {
            Mode::Read | Mode::Write => "relaxed",
            Mode::WriteStrictly => "strict",
        };
        let options = js::object(&[("durability", &durability.into())]);
        let value = js::call(&self.value, "transaction", &[&names, &word.into(), &options])
            .map_err(|error| Failure::of(&error))?;
        let transaction = Transaction { value };
        let asked = ask(&transaction);
        let value = &transaction.value;
        let asked = match asked {
            Ok(asked) => asked,
            Err(error) => {
                let _ = js::call(value, "abort", &[]);
                return Err(Failure::of(&error));
            }
        };
        match first(value, &["complete", "abort"]).await.as_str() {
            "complete" => Ok(asked),
            _ => Err(Failure::of(&js::get(value, "error"))),
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let _ = js::call(&self.value, "close", &[]);
    }
}

/// What a transaction may do, and how sure its end is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Read only.
    Read,
    /// Write; done when the system has it.
    Write,
    /// Write; done when it is on the disk.
    WriteStrictly,
}

/// A transaction under way.
pub(crate) struct Transaction {
    value: JsValue,
}

impl Transaction {
    /// Puts a text.
    ///
    /// # Errors
    /// What the browser threw.
    pub(crate) fn put(&self, store: &str, key: &[Part<'_>], text: &str) -> Result<(), JsValue> {
        js::call(&self.store(store)?, "put", &[&text.into(), &key_of(key)]).map(drop)
    }

    /// Deletes what has this key.
    ///
    /// # Errors
    /// What the browser threw.
    pub(crate) fn delete(&self, store: &str, key: &[Part<'_>]) -> Result<(), JsValue> {
        js::call(&self.store(store)?, "delete", &[&key_of(key)]).map(drop)
    }

    /// Reads everything whose key begins like this, in the order of the keys.
    ///
    /// # Errors
    /// What the browser threw.
    pub(crate) fn read_below(&self, store: &str, key: &[Part<'_>]) -> Result<Reading, JsValue> {
        self.read(store, &range(&key_of(key), &above(key))?)
    }

    /// Reads everything from one key to another, both included, in the order of the keys.
    ///
    /// # Errors
    /// What the browser threw.
    pub(crate) fn read_between(
        &self,
        store: &str,
        first: &[Part<'_>],
        last: &[Part<'_>],
    ) -> Result<Reading, JsValue> {
        self.read(store, &range(&key_of(first), &key_of(last))?)
    }

    fn read(&self, store: &str, range: &JsValue) -> Result<Reading, JsValue> {
        let store = self.store(store)?;
        Ok(Reading {
            keys: js::call(&store, "getAllKeys", &[range])?,
            values: js::call(&store, "getAll", &[range])?,
        })
    }

    fn store(&self, name: &str) -> Result<JsValue, JsValue> {
        js::call(&self.value, "objectStore", &[&name.into()])
    }
}

/// A read whose transaction must end first.
pub(crate) struct Reading {
    keys: JsValue,
    values: JsValue,
}

impl Reading {
    /// The last part of each key, and the text under it.
    pub(crate) fn records(&self) -> impl Iterator<Item = (JsValue, String)> {
        let (keys, values) = (result(&self.keys), result(&self.values));
        keys.into_iter().zip(values).filter_map(|(key, value)| {
            let key: Array = key.dyn_into().ok()?;
            Some((key.get(key.length().checked_sub(1)?), value.as_string()?))
        })
    }
}

/// One part of a key.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Part<'a> {
    /// A text.
    Text(&'a str),
    /// A number.
    Number(u32),
}

fn key_of(parts: &[Part<'_>]) -> JsValue {
    let key = Array::new();
    for part in parts {
        key.push(&match part {
            Part::Text(text) => JsValue::from_str(text),
            Part::Number(number) => JsValue::from(*number),
        });
    }
    key.into()
}

/// Above every key that begins like this one: an array sorts after every text and number.
fn above(parts: &[Part<'_>]) -> JsValue {
    let key: Array = key_of(parts).unchecked_into();
    key.push(&Array::new());
    key.into()
}

fn range(low: &JsValue, high: &JsValue) -> Result<JsValue, JsValue> {
    js::call(&js::get(&js::window(), "IDBKeyRange"), "bound", &[low, high])
}

fn result(request: &JsValue) -> Array {
    js::get(request, "result").dyn_into().unwrap_or_default()
}

fn make_stores(database: &JsValue, stores: &[&str]) {
    let there = js::get(database, "objectStoreNames");
    for store in stores {
        let name = JsValue::from_str(store);
        let has = js::call(&there, "contains", &[&name]).is_ok_and(|has| has.is_truthy());
        if !has {
            // A failure aborts the upgrade, which `open` is told.
            let _ = js::call(database, "createObjectStore", &[&name]);
        }
    }
}

/// Waits for the first of these events of `target`.
async fn first(target: &JsValue, names: &'static [&'static str]) -> String {
    let mut listeners = Vec::new();
    let promise = js_sys::Promise::new(&mut |resolve, _| {
        for name in names {
            let resolve = resolve.clone();
            listeners.push(Listener::new(target, name, move |_| {
                let _ = resolve.call1(&JsValue::UNDEFINED, &JsValue::from_str(name));
            }));
        }
    });
    let name = promise::settled(promise.into()).await;
    drop(listeners);
    name.ok().and_then(|name| name.as_string()).unwrap_or_default()
}
