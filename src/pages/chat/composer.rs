//! Where one writes: it grows, keeps its draft, completes names, takes files.

use std::time::Duration;

use engine::chat::api::{ChatCommand, Draft, RoomId};
use leptos::ev::{ClipboardEvent, KeyboardEvent, MouseEvent, SubmitEvent};
use leptos::html::Textarea;
use leptos::prelude::*;
use stylers_macro::style_sheet;
use wasm_bindgen::JsValue;

use super::banner;
use super::completion::Completion;
use super::desk::{Answer, Desk, Editing, Local, Window};
use super::sign::Sign;
use super::{icons, uploads};
use crate::browser::dom::Node;
use crate::browser::js;
use crate::browser::timer::Timer;
use crate::browser::{field, page};
use crate::components::dynamic::{follow, part_if};
use crate::components::icons::{SEND, icon};
use crate::stores::chat::chat;
use crate::stores::{Actions, actions};
use crate::texts::{fill, text, tr};

/// A draft is kept when somebody stops typing for so long.
const REST: Duration = Duration::from_millis(400);

/// The composer's own state; a cheap copy.
#[derive(Clone, Copy)]
pub(super) struct Pad {
    desk: Desk,
    actions: Actions,
    field: NodeRef<Textarea>,
    /// What is in the field; views follow it.
    text: RwSignal<String>,
    /// The room that the field's text belongs to.
    room: Local<Option<RoomId>>,
    /// What stood in the field before an edit began.
    aside: Local<String>,
    keeping: StoredValue<Option<Timer>, LocalStorage>,
    /// Names that would complete what is typed.
    pub(super) completion: Completion,
}

/// Draws it.
pub(super) fn composer(desk: Desk) -> AnyView {
    let scope = style_sheet!("style/components/composer.css");
    let pad = Pad {
        desk,
        actions: actions(),
        field: NodeRef::new(),
        text: RwSignal::new(String::new()),
        room: RwSignal::new_local(None),
        aside: RwSignal::new_local(String::new()),
        keeping: StoredValue::new_local(None),
        completion: Completion::new(),
    };
    follow(move || pad.follow_room());
    follow(move || pad.follow_edit());
    follow(move || {
        if let Some(emoji) = desk.emoji.get() {
            desk.emoji.set(None);
            pad.insert(None, emoji);
        }
    });
    follow(move || {
        if desk.answer.with(Option::is_some) {
            page::soon(move || pad.focus());
        }
    });
    on_cleanup(move || pad.keep_now());
    let hint = move || {
        let room = chat().open().map(|open| open.room.name.to_string());
        fill(text!(chat_write_to), &[("room", &room.unwrap_or_default())])
    };
    // An empty field is in the app's direction: `auto` would keep that of the text that was sent.
    let direction = move || pad.text.with(|text| !text.is_empty()).then_some("auto");
    let nothing = move || pad.text.with(|text| text.trim().is_empty()) && !chat().has_uploads();
    let editing = move || desk.editing.with(Option::is_some);
    let emoji = move |event: MouseEvent| {
        if let Some(button) = Node::target(&event).and_then(|target| target.closest("button")) {
            desk.open(Window::Emoji(button.rect()));
        }
    };
    let smile = Sign {
        hook: "chat-emoji",
        class: "act",
        label: text!(chat_emoji),
        icon: icons::SMILE,
        opens: Some("dialog"),
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        // First, while nothing of the page has changed: the focus makes the browser lay out whatever has.
        pad.focus();
        pad.send();
    };
    view! { class = scope,
        <form class="composer" data-t="chat-composer" on:submit=submit>
            {banner::banner(scope, desk)}
            {uploads::list(scope)}
            <div class="box">
                {part_if(
                    move || chat().server().attachments.is_some() && !editing(),
                    move || uploads::button(scope),
                )}
                <div class="grow" data-text=move || pad.text.get()>
                    <textarea
                        class="input"
                        rows="1"
                        dir=direction
                        data-t="chat-input"
                        aria-autocomplete="list"
                        aria-controls="chat-names"
                        aria-activedescendant=move || pad.completion.active()
                        aria-label=hint
                        placeholder=hint
                        enterkeyhint="enter"
                        node_ref=pad.field
                        on:input=move |_| pad.typed()
                        on:keydown=move |event| pad.key(&event)
                        on:click=move |_| pad.complete()
                        on:blur=move |_| pad.completion.close()
                        on:paste=move |event: ClipboardEvent| pad.pasted(&event)
                    ></textarea>
                    {pad.completion.view(scope, move |name| pad.take(&name))}
                </div>
                {smile.view(scope, emoji)}
                <button
                    type="submit"
                    class="act send"
                    class:ready=move || !nothing()
                    data-t="chat-send"
                    aria-disabled=move || nothing().then_some("true")
                    aria-label=move || if editing() { tr(text!(save))() } else { tr(text!(send))() }
                    title=move || if editing() { tr(text!(save))() } else { tr(text!(send))() }
                >
                    {icon(SEND)}
                </button>
            </div>
            {banner::note(scope)}
        </form>
    }
    .into_any()
}

impl Pad {
    fn element(self) -> Option<JsValue> {
        // What comes a little later may find the composer gone.
        let field = self.field.try_get_untracked().flatten();
        field.map(|field| page::value_of(&field))
    }

    fn focus(self) {
        if let Some(element) = self.element() {
            page::focus_element(&element);
        }
    }

    fn set(self, text: &str) {
        if let Some(element) = self.element() {
            field::set_value(&element, text);
            if !text.is_empty() {
                field::to_end(&element);
            }
        }
        self.text.set(text.to_owned());
    }

    fn insert(self, from: Option<usize>, text: &str) {
        if let Some(element) = self.element() {
            field::insert(&element, from, text);
            self.typed();
            page::soon(move || self.focus());
        }
    }

    /// Another room: its draft takes the place of the field's text, which is kept for its own.
    fn follow_room(self) {
        let open = chat().open();
        if self.field.get().is_none() {
            return;
        }
        let now = open.as_ref().map(|open| open.room.id.clone());
        if self.room.with_untracked(|room| *room == now) {
            return;
        }
        untrack(|| {
            self.keep_now();
            self.desk.editing.set(None);
            self.room.set(now);
            let Some(open) = open else { return self.set("") };
            self.set(&open.draft);
            let answer = open.draft_reply.clone().map(|id| {
                chat().message(&id).map_or_else(
                    || Answer {
                        id: id.clone(),
                        name: "".into(),
                        excerpt: String::new(),
                    },
                    |message| Answer::to(id.clone(), &message),
                )
            });
            self.desk.answer.set(answer);
            // On phones a keyboard that opens by itself hides what one came to read.
            if !page::matches("(pointer: coarse)") {
                page::soon(move || self.focus());
            }
        });
    }

    /// An edit begins or ends: the message takes the field, and what stood there comes back.
    fn follow_edit(self) {
        let editing = self.desk.editing.get();
        if self.field.get().is_none() {
            return;
        }
        untrack(|| match editing {
            Some(editing) => {
                self.aside.set(self.text.get_untracked());
                self.set(&editing.content);
                page::soon(move || self.focus());
            }
            None => {
                let aside = self.aside.get_untracked();
                if !aside.is_empty() {
                    self.aside.set(String::new());
                    self.set(&aside);
                }
            }
        });
    }

    fn typed(self) {
        let Some(element) = self.element() else { return };
        let text = field::value(&element);
        let editing = self.desk.editing.with_untracked(Option::is_some);
        if !editing {
            self.actions.chat(ChatCommand::Typing(!text.trim().is_empty()));
        }
        self.text.set(text);
        chat().clear_refusal();
        self.complete();
        self.keeping
            .set_value(Some(Timer::new(REST, move || self.keep())));
    }

    fn keep_now(self) {
        let kept = self.keeping.try_update_value(Option::take).flatten();
        if kept.is_some() {
            self.keep();
        }
    }

    fn keep(self) {
        let editing = self.desk.editing.try_with_untracked(Option::is_some);
        let room = self.room.try_get_untracked().flatten();
        if let (Some(room), Some(false)) = (room, editing) {
            self.actions.chat(ChatCommand::KeepDraft {
                room,
                text: self.text.try_get_untracked().unwrap_or_default(),
                reply_to: self
                    .desk
                    .answer
                    .try_with_untracked(|answer| answer.as_ref().map(|answer| answer.id.clone()))
                    .flatten(),
            });
        }
    }

    fn complete(self) {
        if let Some(element) = self.element() {
            let text = field::value(&element);
            let before = text.get(..field::caret(&element)).unwrap_or_default();
            self.completion.look(before);
        }
    }

    fn take(self, name: &str) {
        if let Some(from) = self.completion.from() {
            self.completion.close();
            self.insert(Some(from), &["@", name, " "].concat());
            self.completion.close();
        }
    }

    fn key(self, event: &KeyboardEvent) {
        // While an input method composes a letter, its keys are its own.
        if js::get(event.as_ref(), "isComposing").is_truthy() {
            return;
        }
        if let Some(name) = self.completion.key(event) {
            if let Some(name) = name {
                self.take(&name);
            }
            return;
        }
        match event.key().as_str() {
            "Enter"
                if !js::get(event.as_ref(), "shiftKey").is_truthy()
                    && !page::matches("(pointer: coarse)") =>
            {
                event.prevent_default();
                self.send();
            }
            "Escape" => self.escape(event),
            "ArrowUp" if self.text.with_untracked(String::is_empty) => self.edit_last(event),
            _ => {}
        }
    }

    fn escape(self, event: &KeyboardEvent) {
        if self.desk.editing.with_untracked(Option::is_some) {
            event.prevent_default();
            self.desk.editing.set(None);
        } else if self.desk.answer.with_untracked(Option::is_some) {
            event.prevent_default();
            self.desk.answer.set(None);
        }
    }

    fn edit_last(self, event: &KeyboardEvent) {
        if let Some((row, content)) = chat().last_own() {
            event.prevent_default();
            self.desk.edit(Editing { row, content });
        }
    }

    fn pasted(self, event: &ClipboardEvent) {
        let files = field::files(event);
        if !files.is_empty() && uploads::attach(self.actions, files) {
            event.prevent_default();
        }
    }

    fn send(self) {
        let text = self.text.get_untracked();
        let content = text.trim();
        let editing = self.desk.editing.get_untracked();
        // The engine refuses it, and the field keeps it, to be shortened.
        let too_long = chat().server_now().is_too_long(content);
        if let Some(editing) = editing {
            if content.is_empty() {
                return;
            }
            if content != &*editing.content {
                self.actions.chat(ChatCommand::Edit {
                    row: editing.row,
                    content: content.to_owned(),
                });
            }
            if too_long {
                return;
            }
            self.set("");
            self.desk.editing.set(None);
            return;
        }
        let attachments = chat().uploads_now();
        if content.is_empty() && attachments.is_empty() {
            return;
        }
        self.actions.chat(ChatCommand::Send(Draft {
            content: content.to_owned(),
            reply_to: self.desk.answer.get_untracked().map(|answer| answer.id),
            attachments,
        }));
        if too_long {
            return;
        }
        // The draft goes with the message.
        self.keeping.set_value(None);
        self.desk.answer.set(None);
        self.completion.close();
        self.set("");
        self.desk.sent.update(|sent| *sent = sent.wrapping_add(1));
    }
}
