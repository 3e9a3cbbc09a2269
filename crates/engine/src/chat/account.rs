//! Who chats, what is held of them on this device, and how it gets there.

use std::rc::Rc;
use std::time::Duration;

use serde_json::{Value, json};

use super::api::{
    ChatEvent, ChatOutput, ChatRefusal, Held, MessageId, Millis, Pass, RoomId, StoreInput, StoreKey, TabWord,
    WishId, Write,
};
use super::engine::ChatEngine;
use super::outbox::Stage;
use super::rooms::Room;
use super::store::StorePhase;
use super::tabs::Note;
use super::wish::{What, Wish};
use crate::time::Instant;

/// What was received is written at most so often.
pub(super) const WRITE_EVERY: Duration = Duration::from_secs(1);

/// Names of `meta` records.
const DRAFT: &str = "draft/";
const PLACE: &str = "place/";
const ME: &str = "me";
const SERVER: &str = "server";

/// What stands in the field of a room.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct KeptDraft {
    pub(super) text: Rc<str>,
    pub(super) reply_to: Option<MessageId>,
}

impl ChatEngine {
    /// Who chats now. Another person's things are another scope: nothing of one is ever sent as another.
    pub(super) fn set_pass(&mut self, now: Instant, pass: Option<Pass>) {
        let same = match (&self.pass, &pass) {
            (Some(before), Some(after)) => before.user == after.user,
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        if !same {
            self.flush(now);
            self.link.set_token(now, None);
            self.forget_everything(now);
            self.pass = pass;
            self.people
                .set_me(self.pass.as_ref().map(|pass| Rc::clone(&pass.user)));
            if let Some(pass) = &self.pass {
                let scope = format!("{}/{}", self.settings.backend_id, pass.user);
                self.store.open(scope);
            }
            return;
        }
        self.pass = pass;
        self.authorise(now);
    }

    /// Hands the token to the connection, once what is held is known: a wish of last week goes before one of today.
    fn authorise(&mut self, now: Instant) {
        // An empty one: it is known who, for reading what is held, and the token is still to come.
        let token = self.pass.as_ref().map(|pass| Rc::clone(&pass.token));
        let token = token.filter(|token| !token.is_empty());
        if matches!(self.store.phase, StorePhase::Open | StorePhase::Broken) {
            self.link.set_token(now, token);
        }
    }

    /// The server refused the token in an event.
    pub(super) fn token_refused(&mut self) {
        if let Some(token) = self.pass.as_ref().map(|pass| Rc::clone(&pass.token)) {
            self.link.token_refused(&token);
        }
    }

    fn forget_everything(&mut self, now: Instant) {
        self.store.close();
        let aborted = self.rest.abort_all();
        self.out.extend(aborted);
        self.outbox.clear();
        self.rooms.clear();
        self.names = super::names::Names::default();
        self.drafts.clear();
        self.places.clear();
        self.sending = super::sending::Sending::default();
        self.joins = super::joins::Joins::default();
        self.server = super::api::Server::default();
        self.heard_state = None;
        self.people = super::presence::People::default();
        self.me = super::presence::Me::new(now, &self.choices);
        self.typing.clear();
        self.typists.clear();
        self.announcer.clear();
        self.forget_history();
        self.close_room(now);
        self.dirty.everything();
    }

    pub(super) fn on_store(&mut self, now: Instant, news: StoreInput) {
        match news {
            StoreInput::Opened(held) => {
                if self.store.phase == StorePhase::Opening {
                    self.store.phase = StorePhase::Open;
                    self.restore(now, *held);
                    self.opened(now);
                }
            }
            StoreInput::Committed { commit } => {
                self.outbox.saved(commit);
            }
            StoreInput::Blocks { read, blocks } => self.on_blocks(now, read, blocks),
            StoreInput::Failed { of: None, reason, .. } => {
                if self.store.phase == StorePhase::Opening {
                    self.store.phase = StorePhase::Broken;
                    self.storage_trouble(reason);
                    self.outbox.saved(u64::MAX);
                    self.opened(now);
                }
            }
            StoreInput::Failed {
                of: Some(of),
                reason,
                full,
            } => {
                // What can be sent is sent all the same.
                let a_wish = self.outbox.saved(of);
                self.on_blocks(now, of, Vec::new());
                if full {
                    self.make_room_on_disk(now);
                }
                if a_wish || full {
                    self.storage_trouble(reason);
                }
            }
        }
    }

    fn storage_trouble(&mut self, reason: String) {
        let refusal = ChatRefusal::Storage(reason);
        self.out.push_back(ChatOutput::Event(ChatEvent::Refused(refusal)));
    }

    /// What is held is known (or cannot be).
    fn opened(&mut self, now: Instant) {
        self.authorise(now);
        if self.leads {
            self.link.lead(now);
        }
        self.tell_tabs(TabWord::Hello { leads: self.leads });
        if let Some(room) = self.open_room().cloned() {
            self.open(now, room);
        }
        self.dirty.everything();
    }

    fn restore(&mut self, now: Instant, held: Held) {
        for (id, record) in held.rooms {
            if let Some((mut room, log)) = Room::read(&record) {
                if let Some(known) = self.rooms.get(&id) {
                    room.wanted = known.wanted;
                    room.membership = known.membership.clone();
                    room.settled = known.settled;
                }
                self.restore_log(&id, &log);
                self.rooms.insert(id, room);
            }
        }
        for (id, record) in held.wishes {
            self.put_wish(&id, &record);
            self.without_its_files(&id);
        }
        for (name, value) in held.meta {
            self.restore_meta(now, &name, &value);
        }
        self.outbox_restored();
    }

    /// The page that had its files is gone. If it is not, its tab says so when the files are there.
    fn without_its_files(&mut self, id: &WishId) {
        if let Some(entry) = self.outbox.get_mut(id)
            && let What::Send { uploads, .. } = &entry.wish.what
            && !uploads.is_empty()
        {
            entry.wish.failed = Some(Rc::from("a file was not uploaded before the page was closed"));
        }
    }

    /// A wish of an earlier life of this page, or of another tab.
    pub(super) fn put_wish(&mut self, id: &WishId, record: &str) {
        let Some(wish) = Wish::read(id, record) else {
            self.trouble("outbox: a record that cannot be read");
            return;
        };
        if !self.rooms.contains_key(&wish.room) {
            self.rooms.insert(Rc::clone(&wish.room), Room::default());
        }
        let stage = self.outbox.get(id).map_or(Stage::Ready, |entry| entry.stage);
        // The leading tab marks what it sends.
        let may_be_there = wish.tried && !self.leads;
        self.outbox.put(wish, stage);
        if let Some(entry) = self.outbox.get_mut(id).filter(|_| may_be_there) {
            entry.doubtful = true;
        }
        self.look_at_joins();
    }

    /// A `meta` record, of the disk or of another tab.
    pub(super) fn restore_meta(&mut self, now: Instant, name: &str, value: &str) {
        let parsed: Value = serde_json::from_str(value).unwrap_or_default();
        if let Some(room) = name.strip_prefix(DRAFT) {
            let text = parsed.get("text").and_then(Value::as_str).unwrap_or_default();
            let reply_to = parsed.get("replyTo").and_then(Value::as_str).map(Rc::from);
            let draft = KeptDraft {
                text: Rc::from(text),
                reply_to,
            };
            self.drafts.insert(Rc::from(room), draft);
        } else if let Some(room) = name.strip_prefix(PLACE) {
            if let (Some(id), Some(time)) = (
                parsed.get("message").and_then(Value::as_str),
                parsed.get("time").and_then(Value::as_u64),
            ) {
                self.places.insert(Rc::from(room), (Rc::from(id), time));
            }
        } else if name == ME {
            let times = self.times(now);
            self.me.restore(times, value);
        } else if name == SERVER {
            self.sending.echoes = parsed.get("echoes").and_then(Value::as_bool);
        }
    }

    /// Keeps what stands in the field of a room.
    pub(super) fn keep_draft(&mut self, room: &RoomId, text: &str, reply_to: Option<MessageId>) {
        let name: Rc<str> = Rc::from(format!("{DRAFT}{room}"));
        let before = self.drafts.get(room);
        if text.trim().is_empty() && reply_to.is_none() {
            if self.drafts.remove(room).is_some() {
                self.keep_meta(name, None);
                self.room_changed(room);
            }
            return;
        }
        let draft = KeptDraft {
            text: Rc::from(text),
            reply_to,
        };
        if before == Some(&draft) {
            return;
        }
        let value = json!({ "text": &*draft.text, "replyTo": draft.reply_to.as_deref() });
        let is_new = self.drafts.insert(Rc::clone(room), draft).is_none();
        self.keep_meta(name, Some(value.to_string()));
        if is_new {
            self.room_changed(room);
        }
    }

    /// Keeps where one was in a room; `None`: at the end.
    pub(super) fn keep_place(&mut self, room: &RoomId, place: Option<(MessageId, Millis)>) {
        let name: Rc<str> = Rc::from(format!("{PLACE}{room}"));
        let value = place
            .as_ref()
            .map(|(id, time)| json!({ "message": &**id, "time": time }).to_string());
        let changed = match place {
            Some(place) => self.places.insert(Rc::clone(room), place.clone()) != Some(place),
            None => self.places.remove(room).is_some(),
        };
        if changed {
            self.keep_meta(name, value);
        }
    }

    pub(super) fn keep_me(&mut self, kept: String) {
        self.tell_tabs(TabWord::Note(Note::Me(kept.clone()).text()));
        self.store
            .commit(vec![Write::Put(StoreKey::Meta(Rc::from(ME)), kept)], false);
    }

    pub(super) fn keep_server(&mut self) {
        let value = json!({ "echoes": self.sending.echoes }).to_string();
        self.store
            .commit(vec![Write::Put(StoreKey::Meta(Rc::from(SERVER)), value)], false);
    }

    fn keep_meta(&mut self, name: Rc<str>, value: Option<String>) {
        let note = Note::Meta(Rc::clone(&name), value.clone());
        self.tell_tabs(TabWord::Note(note.text()));
        let key = StoreKey::Meta(name);
        let write = match value {
            Some(value) => Write::Put(key, value),
            None => Write::Delete(key),
        };
        self.store.commit(vec![write], false);
    }

    /// A `meta` record changed in another tab.
    pub(super) fn heard_meta(&mut self, now: Instant, name: &str, value: Option<&str>) {
        match value {
            Some(value) => self.restore_meta(now, name, value),
            None => {
                if let Some(room) = name.strip_prefix(DRAFT) {
                    self.drafts.remove(room);
                } else if let Some(room) = name.strip_prefix(PLACE) {
                    self.places.remove(room);
                }
            }
        }
        if let Some(room) = name.strip_prefix(DRAFT) {
            self.room_changed(&Rc::from(room));
        }
    }

    pub(super) fn trouble(&mut self, words: &str) {
        self.out
            .push_back(ChatOutput::Event(ChatEvent::Trouble(words.to_owned())));
    }
}
