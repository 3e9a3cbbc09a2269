//! The storage device on IndexedDB: one database for the app, its records under `[scope, …]`.
//!
//! Commands are executed one after the other, each after the one before has ended, so that answers keep their order.
//! A database that the browser takes away (a newer version in another tab, storage that was cleared) is opened again
//! for the next command.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::{Rc, Weak};

use ::engine::chat::api::{ChatInput, Held, StoreCommand, StoreInput, StoreKey, WishId, Write};
use wasm_bindgen::JsValue;

use super::Letter;
use super::inbox::Inbox;
use crate::browser::indexed_db::{Database, Failure, Layout, Mode, Part, Transaction};
use crate::browser::promise;

const LAYOUT: Layout = Layout {
    name: "antenna-chat",
    version: 1,
    stores: &[ROOM, BLOCK, WISH, META],
};
const ROOM: &str = "room";
const BLOCK: &str = "block";
const WISH: &str = "wish";
const META: &str = "meta";

/// The storage of one scope. What was asked of it is done even when it is dropped, but nobody is told any more.
pub(super) struct Device {
    inner: Rc<Inner>,
}

impl Drop for Device {
    fn drop(&mut self) {
        self.inner.left.set(true);
    }
}

struct Inner {
    scope: String,
    inbox: Weak<Inbox>,
    database: RefCell<Option<Rc<Database>>>,
    waiting: RefCell<VecDeque<StoreCommand>>,
    working: Cell<bool>,
    left: Cell<bool>,
}

impl Device {
    /// The device for this scope; nothing is opened before the engine asks for it.
    pub(super) fn new(scope: &str, inbox: &Rc<Inbox>) -> Self {
        Self {
            inner: Rc::new(Inner {
                scope: scope.to_owned(),
                inbox: Rc::downgrade(inbox),
                database: RefCell::new(None),
                waiting: RefCell::default(),
                working: Cell::new(false),
                left: Cell::new(false),
            }),
        }
    }

    /// Executes a command, after those that were there before.
    pub(super) fn execute(&self, command: StoreCommand) {
        self.inner.waiting.borrow_mut().push_back(command);
        if self.inner.working.replace(true) {
            return;
        }
        let inner = self.inner.clone();
        promise::detach(async move {
            loop {
                let next = inner.waiting.borrow_mut().pop_front();
                let Some(command) = next else { break };
                inner.perform(command).await;
            }
            inner.working.set(false);
        });
    }
}

impl Inner {
    async fn perform(self: &Rc<Self>, command: StoreCommand) {
        let (of, result) = match command {
            // The scope is the device's own: another one never gets to it.
            StoreCommand::Open { scope } if scope != self.scope => return,
            StoreCommand::Open { .. } => (None, self.open().await),
            StoreCommand::Read {
                read,
                room,
                first,
                last,
            } => (Some(read), self.read(read, &room, first, last).await),
            StoreCommand::Commit {
                commit,
                writes,
                strict,
            } => (Some(commit), self.commit(commit, &writes, strict).await),
        };
        let news = match result {
            Ok(Some(news)) => news,
            Ok(None) => return,
            Err(Failure { reason, full }) => StoreInput::Failed { of, reason, full },
        };
        if let (false, Some(inbox)) = (self.left.get(), self.inbox.upgrade()) {
            inbox.post(Letter::Input(ChatInput::Store(news)));
        }
    }

    async fn open(self: &Rc<Self>) -> Result<Option<StoreInput>, Failure> {
        let below = [Part::Text(&self.scope)];
        let [rooms, wishes, meta] = self
            .transact(&[ROOM, WISH, META], Mode::Read, |transaction| {
                Ok([
                    transaction.read_below(ROOM, &below)?,
                    transaction.read_below(WISH, &below)?,
                    transaction.read_below(META, &below)?,
                ])
            })
            .await?;
        let held = Held {
            rooms: rooms.records().filter_map(named).collect(),
            wishes: wishes
                .records()
                .filter_map(named)
                .map(|(id, value)| (WishId(id), value))
                .collect(),
            meta: meta.records().filter_map(named).collect(),
        };
        Ok(Some(StoreInput::Opened(Box::new(held))))
    }

    async fn read(
        self: &Rc<Self>,
        read: u64,
        room: &str,
        first: u32,
        last: u32,
    ) -> Result<Option<StoreInput>, Failure> {
        let key = |number| [Part::Text(&self.scope), Part::Text(room), Part::Number(number)];
        let blocks = if first > last {
            Vec::new()
        } else {
            let reading = self
                .transact(&[BLOCK], Mode::Read, |transaction| {
                    transaction.read_between(BLOCK, &key(first), &key(last))
                })
                .await?;
            let records = reading.records();
            records
                .filter_map(|(number, value)| Some((number.as_f64()? as u32, value)))
                .collect()
        };
        Ok(Some(StoreInput::Blocks { read, blocks }))
    }

    async fn commit(
        self: &Rc<Self>,
        commit: u64,
        writes: &[Write],
        strict: bool,
    ) -> Result<Option<StoreInput>, Failure> {
        let mut stores: Vec<&str> = writes.iter().map(|write| store_of(key_of(write))).collect();
        stores.sort_unstable();
        stores.dedup();
        if stores.is_empty() {
            return Ok(Some(StoreInput::Committed { commit }));
        }
        let mode = if strict { Mode::WriteStrictly } else { Mode::Write };
        self.transact(&stores, mode, |transaction| {
            writes.iter().try_for_each(|write| self.write(transaction, write))
        })
        .await?;
        Ok(Some(StoreInput::Committed { commit }))
    }

    fn write(&self, transaction: &Transaction, write: &Write) -> Result<(), JsValue> {
        let scope = Part::Text(&self.scope);
        let name = |name| vec![scope, Part::Text(name)];
        let key = match key_of(write) {
            StoreKey::Room(room) => name(room),
            StoreKey::Block(room, number) => vec![scope, Part::Text(room), Part::Number(*number)],
            StoreKey::Wish(wish) => name(&wish.0),
            StoreKey::Meta(meta) => name(meta),
        };
        let store = store_of(key_of(write));
        match write {
            Write::Put(_, text) => transaction.put(store, &key, text),
            Write::Delete(_) => transaction.delete(store, &key),
        }
    }

    /// Runs a transaction; once more on a new connection where the one that was open is gone.
    async fn transact<R>(
        self: &Rc<Self>,
        stores: &[&str],
        mode: Mode,
        ask: impl Fn(&Transaction) -> Result<R, JsValue>,
    ) -> Result<R, Failure> {
        let known = self.database.borrow().clone();
        if let Some(database) = known {
            match database.transact(stores, mode, &ask).await {
                Err(failure) if failure.reason.starts_with("InvalidStateError") => {
                    drop(self.database.take());
                }
                done => return done,
            }
        }
        self.database().await?.transact(stores, mode, &ask).await
    }

    async fn database(self: &Rc<Self>) -> Result<Rc<Database>, Failure> {
        let gone = Rc::downgrade(self);
        let opened = Database::open(LAYOUT, move || {
            if let Some(device) = gone.upgrade() {
                drop(device.database.take());
            }
        })
        .await?;
        let opened = Rc::new(opened);
        self.database.replace(Some(opened.clone()));
        Ok(opened)
    }
}

fn named((key, value): (JsValue, String)) -> Option<(Rc<str>, String)> {
    Some((key.as_string()?.into(), value))
}

fn key_of(write: &Write) -> &StoreKey {
    match write {
        Write::Put(key, _) | Write::Delete(key) => key,
    }
}

fn store_of(key: &StoreKey) -> &'static str {
    match key {
        StoreKey::Room(_) => ROOM,
        StoreKey::Block(..) => BLOCK,
        StoreKey::Wish(_) => WISH,
        StoreKey::Meta(_) => META,
    }
}
