//! What the person wants.

use std::rc::Rc;

use super::api::{
    ChatCommand, ChatEvent, ChatOutput, ChatRefusal, Draft, NotifyLevel, OwnPresence, Privacy, RoomId,
    RowKey, UploadId, UploadNews, WishId, spans,
};
use super::engine::ChatEngine;
use super::tabs::Note;
use super::typing::TypingWord;
use super::uploads::Ready;
use super::wish::{Target, What};
use crate::time::Instant;

impl ChatEngine {
    pub(super) fn on_command(&mut self, now: Instant, command: ChatCommand) {
        if self.pass.is_none() {
            return self.without_anybody(now, command);
        }
        match command {
            ChatCommand::Open(room) => self.open(now, room),
            ChatCommand::Close => self.close_room(now),
            ChatCommand::LoadOlder => self.load_older(),
            ChatCommand::Place(at) => self.place(at),
            ChatCommand::LoadNewer => self.load_newer(),
            ChatCommand::JumpTo(message) => self.jump(now, message),
            ChatCommand::JumpToLive => self.jump_to_live(now),
            ChatCommand::Send(draft) => self.send(now, draft),
            ChatCommand::Edit { row, content } => self.edit(now, row, content),
            ChatCommand::Delete(row) => self.delete(now, row),
            ChatCommand::UndoDelete(row) => self.undo_delete(row),
            ChatCommand::React { row, reaction } => self.react(now, row, reaction),
            ChatCommand::Retry(row) => self.retry(now, row),
            ChatCommand::Cancel(row) => self.cancel(now, row),
            ChatCommand::Seen(row) => self.seen(now, row),
            ChatCommand::Typing(on) => self.typed(now, on),
            ChatCommand::KeepDraft { room, text, reply_to } => self.keep_draft(&room, &text, reply_to),
            ChatCommand::Attach {
                upload,
                name,
                mime,
                size,
            } => self.attach(upload, &name, &mime, size),
            ChatCommand::Detach(upload) => {
                let gone = self.uploads.forget(upload);
                self.out.extend(gone);
            }
            ChatCommand::CreateRoom { name } => self.create_room(&name),
            ChatCommand::Join(room) => self.join(&room),
            ChatCommand::Leave(room) => self.leave(now, &room),
            ChatCommand::Direct(user) => {
                self.ask_rest(|rest, token| rest.direct(token, &user), |server| server.direct)
            }
            ChatCommand::FindCallId(user) => {
                self.ask_rest(|rest, token| rest.call_id(token, &user), |server| server.calls)
            }
            ChatCommand::Search(query) => self.search(now, query),
            ChatCommand::FindRooms(words) => {
                self.ask_rest(|rest, token| rest.directory(token, &words), |server| server.rooms);
            }
            ChatCommand::FindPeople(words) => self.find_people(&words),
            ChatCommand::SetPresence(own) => self.set_presence(now, own),
            ChatCommand::SetPrivacy(privacy) => self.set_privacy(privacy),
            ChatCommand::SetNotify { room, level } => self.set_notify(&room, level),
            ChatCommand::SetQuietHours(hours) => {
                self.choices.quiet_hours = hours;
                self.keep_choices();
            }
            ChatCommand::SetIdleDetector(on) => {
                self.choices.idle_detector = on;
                self.me.set_idle_detector(now, on);
                self.out.push_back(ChatOutput::IdleDetector(on));
                self.keep_choices();
            }
            ChatCommand::Reconnect if self.leads => self.link.reconnect(now),
            ChatCommand::Reconnect => self.note(&Note::Reconnect),
        }
    }

    /// Nobody is signed in: nothing can be kept, since nobody knows as whom it would be sent.
    fn without_anybody(&mut self, now: Instant, command: ChatCommand) {
        match command {
            // The page may open its room before the account is known.
            ChatCommand::Open(room) => self.open(now, room),
            ChatCommand::Close => self.close_room(now),
            ChatCommand::Send(_)
            | ChatCommand::Edit { .. }
            | ChatCommand::Delete(_)
            | ChatCommand::React { .. }
            | ChatCommand::Attach { .. }
            | ChatCommand::CreateRoom { .. }
            | ChatCommand::Join(_)
            | ChatCommand::Leave(_)
            | ChatCommand::Direct(_)
            | ChatCommand::FindCallId(_) => self.refuse(ChatRefusal::SignedOut),
            ChatCommand::LoadOlder
            | ChatCommand::Place(_)
            | ChatCommand::LoadNewer
            | ChatCommand::JumpTo(_)
            | ChatCommand::JumpToLive
            | ChatCommand::UndoDelete(_)
            | ChatCommand::Retry(_)
            | ChatCommand::Cancel(_)
            | ChatCommand::Seen(_)
            | ChatCommand::Typing(_)
            | ChatCommand::KeepDraft { .. }
            | ChatCommand::Detach(_)
            | ChatCommand::Search(_)
            | ChatCommand::FindRooms(_)
            | ChatCommand::FindPeople(_)
            | ChatCommand::SetPresence(_)
            | ChatCommand::SetPrivacy(_)
            | ChatCommand::SetNotify { .. }
            | ChatCommand::SetQuietHours(_)
            | ChatCommand::SetIdleDetector(_)
            | ChatCommand::Reconnect => {}
        }
    }

    pub(super) fn refuse(&mut self, refusal: ChatRefusal) {
        self.event(ChatEvent::Refused(refusal));
    }

    fn send(&mut self, now: Instant, draft: Draft) {
        let Some(room) = self.open_room().cloned() else {
            return;
        };
        let Draft {
            content,
            reply_to,
            attachments,
        } = draft;
        if content.trim().is_empty() && attachments.is_empty() {
            return;
        }
        if self.server.is_too_long(&content) {
            return self.refuse(ChatRefusal::TooLong);
        }
        let (mut there, mut awaited) = (Vec::new(), Vec::new());
        for upload in attachments {
            match self.uploads.ready(upload) {
                Ready::Yes(attachment) => {
                    there.push(attachment);
                    let gone = self.uploads.forget(upload);
                    self.out.extend(gone);
                }
                Ready::NotYet => awaited.push((upload, self.uploads.name(upload).unwrap_or_default())),
                // The composer shows that it failed; the message goes without it.
                Ready::Never => {}
            }
        }
        let what = What::Send {
            content: Rc::from(content),
            reply_to,
            attachments: there,
            uploads: awaited,
        };
        let wish = self.wish(now, &room, what);
        self.wish_shown(now, &wish);
        self.say_typing(now, &room, false);
        self.keep_draft(&room, "", None);
    }

    fn attach(&mut self, upload: UploadId, name: &str, mime: &str, size: u64) {
        let request = match (self.server.attachments, &self.pass) {
            (Some(most), _) if size > most => Err(ChatRefusal::TooLong),
            (Some(_), Some(pass)) => Ok(self.rest.upload(&pass.token, name, mime)),
            (Some(_), None) => Err(ChatRefusal::SignedOut),
            (None, _) if !self.server.known => Err(ChatRefusal::Offline),
            (None, _) => Err(ChatRefusal::NotOffered),
        };
        let told = self.uploads.begin(upload, name, size, request);
        self.out.extend(told);
    }

    pub(super) fn on_upload(&mut self, now: Instant, upload: UploadId, news: UploadNews) {
        let Some(told) = self.uploads.news(upload, news) else {
            return;
        };
        self.out.extend(told);
        let waiting: Vec<WishId> = self
            .outbox
            .iter()
            .filter(|entry| matches!(&entry.wish.what, What::Send { uploads, .. } if uploads.iter().any(|(id, _)| *id == upload)))
            .map(|entry| entry.wish.id.clone())
            .collect();
        for id in waiting {
            let ready = self.uploads.ready(upload);
            let Some(entry) = self.outbox.get_mut(&id) else {
                continue;
            };
            let What::Send {
                attachments, uploads, ..
            } = &mut entry.wish.what
            else {
                continue;
            };
            match ready {
                Ready::NotYet => continue,
                Ready::Yes(attachment) => {
                    attachments.push(attachment);
                    uploads.retain(|(id, _)| *id != upload);
                }
                Ready::Never => entry.wish.failed = Some(Rc::from("a file could not be uploaded")),
            }
            self.save_wish(&id);
            self.wish_shown(now, &id);
            if !matches!(self.uploads.ready(upload), Ready::Never) {
                let gone = self.uploads.forget(upload);
                self.out.extend(gone);
            }
        }
    }

    /// The content of a message that waits is changed in place; another one's by a wish.
    fn edit(&mut self, now: Instant, row: RowKey, content: String) {
        let Some(target) = self.target_of(row) else { return };
        if self.server.is_too_long(&content) {
            return self.refuse(ChatRefusal::TooLong);
        }
        let content: Rc<str> = Rc::from(content);
        if let Target::Wish(id) = &target
            && self.change_before_it_leaves(now, id, &content)
        {
            return;
        }
        let earlier = self
            .outbox
            .about(&target, |what| matches!(what, What::Edit { .. }));
        if let Some(id) = earlier {
            if let Some(entry) = self.outbox.get_mut(&id)
                && let What::Edit { content: wanted, .. } = &mut entry.wish.what
            {
                *wanted = content;
                entry.wish.failed = None;
            }
            self.save_wish(&id);
            return self.wish_shown(now, &id);
        }
        let Some(room) = self.open_room().cloned() else {
            return;
        };
        let wish = self.wish(now, &room, What::Edit { target, content });
        self.wish_shown(now, &wish);
    }

    fn change_before_it_leaves(&mut self, now: Instant, id: &WishId, content: &Rc<str>) -> bool {
        use super::outbox::Stage;
        let Some(entry) = self.outbox.get_mut(id) else {
            return false;
        };
        // What may be with the server already is changed there.
        let may_be_there = entry.wish.tried && entry.wish.failed.is_none();
        if may_be_there || matches!(entry.stage, Stage::Sending { .. } | Stage::Proven { .. }) {
            return false;
        }
        if let What::Send { content: wanted, .. } = &mut entry.wish.what {
            *wanted = Rc::clone(content);
            entry.wish.failed = None;
        }
        self.save_wish(id);
        self.wish_shown(now, id);
        true
    }

    fn delete(&mut self, now: Instant, row: RowKey) {
        let Some(target) = self.target_of(row) else { return };
        let Some(room) = self.open_room().cloned() else {
            return;
        };
        let earlier = self
            .outbox
            .about(&target, |what| matches!(what, What::Delete { .. }));
        match earlier {
            // Refused, and now wished again.
            Some(id)
                if self
                    .outbox
                    .get(&id)
                    .is_some_and(|entry| entry.wish.failed.is_some()) =>
            {
                self.drop_wish(&id);
            }
            Some(_) => return,
            None => {}
        }
        let undo = u64::try_from(spans::UNDO.as_millis()).unwrap_or_default();
        let not_before = self.clock.device(now) + undo;
        let wish = self.wish(now, &room, What::Delete { target, not_before });
        self.wish_shown(now, &wish);
    }

    fn undo_delete(&mut self, row: RowKey) {
        let Some(target) = self.target_of(row) else { return };
        let wish = self
            .outbox
            .about(&target, |what| matches!(what, What::Delete { .. }));
        if let Some(wish) = wish.and_then(|id| self.drop_wish(&id)) {
            self.wish_withdrawn(wish);
        }
    }

    fn react(&mut self, now: Instant, row: RowKey, reaction: Rc<str>) {
        let Some(target) = self.target_of(row) else { return };
        let Some(room) = self.open_room().cloned() else {
            return;
        };
        let on = !self.reacted(row, &reaction);
        let opposite = self
            .outbox
            .iter()
            .filter(|entry| entry.stage == super::outbox::Stage::Ready && !entry.wish.tried)
            .find(|entry| match &entry.wish.what {
                What::React {
                    target: of,
                    reaction: kind,
                    ..
                } => *of == target && *kind == reaction,
                What::Send { .. } | What::Edit { .. } | What::Delete { .. } | What::Read { .. } => false,
            })
            .map(|entry| entry.wish.id.clone());
        if let Some(wish) = opposite.and_then(|id| self.drop_wish(&id)) {
            let refused = wish.failed.is_some();
            self.wish_withdrawn(wish);
            if !refused {
                // It has not left: taking it back is all there is to do.
                return;
            }
        }
        let wish = self.wish(now, &room, What::React { target, reaction, on });
        self.wish_shown(now, &wish);
    }

    fn retry(&mut self, now: Instant, row: RowKey) {
        for id in self.wishes_of(row) {
            let Some(entry) = self.outbox.get_mut(&id) else {
                continue;
            };
            entry.wish.failed = None;
            entry.not_before = None;
            self.save_wish(&id);
            self.wish_shown(now, &id);
        }
        if !self.link.is_up() && self.leads {
            self.link.reconnect(now);
        }
    }

    fn cancel(&mut self, now: Instant, row: RowKey) {
        use super::outbox::Stage;
        for id in self.wishes_of(row) {
            let left = |stage: Stage| matches!(stage, Stage::Sending { .. } | Stage::Proven { .. });
            if self.outbox.get(&id).is_none_or(|entry| left(entry.stage)) {
                continue;
            }
            if let Some(wish) = self.drop_wish(&id) {
                let orphans = self.outbox.about_wish(&wish.id);
                for orphan in orphans {
                    self.drop_wish(&orphan);
                }
                self.wish_removed(now, wish);
            }
        }
    }

    fn typed(&mut self, now: Instant, on: bool) {
        let Some(room) = self.open_room().cloned() else {
            return;
        };
        if self.leads {
            self.say_typing(now, &room, on);
        } else if self.choices.privacy.typing {
            self.note(&Note::Typing(room, on));
        }
    }

    pub(super) fn say_typing(&mut self, now: Instant, room: &RoomId, on: bool) {
        let allowed = self.choices.privacy.typing && self.leads && self.link.is_up();
        let words: Vec<TypingWord> = if on {
            self.typing.typed(now, room, allowed)
        } else {
            self.typing.stopped(allowed).into_iter().collect()
        };
        self.emit_typing(now, words);
    }

    pub(super) fn emit_typing(&mut self, now: Instant, words: Vec<TypingWord>) {
        for word in words {
            let (event, room) = match word {
                TypingWord::Typing(room) => ("typing", room),
                TypingWord::Stopped(room) => ("stop-typing", room),
            };
            self.link.emit(now, event, vec![(*room).into()], None);
        }
    }

    fn find_people(&mut self, words: &str) {
        if self.server.people {
            self.ask_rest(|rest, token| rest.people(token, words), |server| server.people);
        }
        // Whoever is known is shown in any case.
        self.dirty.people = true;
    }

    fn set_presence(&mut self, now: Instant, own: OwnPresence) {
        let times = self.times(now);
        self.me.choose(times, own);
        self.dirty.me = true;
    }

    fn set_privacy(&mut self, privacy: Privacy) {
        self.choices.privacy = privacy;
        self.me.set_privacy(privacy);
        self.keep_choices();
        self.tell_privacy();
    }

    /// Where the server can hide things, it is told what.
    pub(super) fn tell_privacy(&mut self) {
        if self.server.hides_presence
            && let Some(pass) = &self.pass
        {
            let asked = self.rest.privacy(&pass.token, self.choices.privacy);
            self.out.push_back(asked);
        }
    }

    fn set_notify(&mut self, room: &RoomId, level: NotifyLevel) {
        self.choices.notify.retain(|(id, _)| id != room);
        self.choices.notify.push((Rc::clone(room), level));
        self.keep_choices();
        self.room_changed(room);
    }

    fn keep_choices(&mut self) {
        self.out.push_back(ChatOutput::KeepChoices(self.choices.clone()));
        self.dirty.me = true;
    }

    /// Asks the REST part, where the server has it.
    pub(super) fn ask_rest(
        &mut self,
        ask: impl FnOnce(&mut super::rest::Rest, &Rc<str>) -> ChatOutput,
        offered: fn(&super::api::Server) -> bool,
    ) {
        let Some(pass) = &self.pass else { return };
        if !offered(&self.server) {
            let refusal = if self.server.known {
                ChatRefusal::NotOffered
            } else {
                ChatRefusal::Offline
            };
            return self.refuse(refusal);
        }
        let asked = ask(&mut self.rest, &pass.token);
        self.out.push_back(asked);
    }
}
