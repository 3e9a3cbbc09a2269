//! Chat and presence on the embedded backend, as two people use them.

use std::sync::Arc;

use e2e::{Antenna, Browser, Failure, Look, Outcome, Place, Stage, ensure, run, run_beside_others, until};
use serde_json::{Value, json};
use thirtyfour::{By, Key};

use crate::accounts::sign_up;
use crate::talk::{expect_outage, words};

/// Two people in one room.
pub(crate) struct Room {
    pub(crate) server: Antenna,
    pub(crate) ann: Arc<Browser>,
    pub(crate) bob: Arc<Browser>,
    pub(crate) id: String,
}

impl Room {
    pub(crate) async fn start(stage: &Stage) -> Outcome<Self> {
        Self::with(stage, Look::default(), Look::default()).await
    }

    /// Ann makes a room, Bob comes by its link.
    pub(crate) async fn with(stage: &Stage, ann: Look, bob: Look) -> Outcome<Self> {
        let server = Antenna::start_with(
            "127.0.0.1",
            &Place::dist()?,
            &stage.scratch().join("data"),
            &["--limit", "all=off"],
        )
        .await?;
        let (ann, bob) = (stage.browser("ann", ann).await?, stage.browser("bob", bob).await?);
        let url = server.url();
        sign_up(&ann, &url, "ann@example.org", "Ann").await?;
        sign_up(&bob, &url, "bob@example.org", "Bob").await?;
        ann.open(&format!("{url}/chat")).await?;
        ann.press("chat-new").await?;
        ann.press("chat-create").await?;
        ann.write("chat-create-name", "Harbour").await?;
        ann.press("chat-dialog-go").await?;
        ann.says("chat-room-name", "Harbour").await?;
        let id = until("the room's address", async || {
            let path = ann.driver().current_url().await?.path().to_owned();
            Ok(path
                .strip_prefix("/chat/")
                .filter(|id| !id.is_empty())
                .map(str::to_owned))
        })
        .await?;
        bob.open(&format!("{url}/chat/{id}")).await?;
        bob.says("chat-room-name", "Harbour").await?;
        bob.see("chat-input").await?;
        Ok(Self { server, ann, bob, id })
    }
}

/// Writes a message and sends it.
pub(crate) async fn write(browser: &Browser, text: &str) -> Outcome {
    browser.write("chat-input", text).await?;
    browser.press("chat-send").await
}

/// The messages on screen: how each fares and what it says.
pub(crate) async fn lines(browser: &Browser) -> Outcome<Vec<(String, String)>> {
    let script = "return [...document.querySelectorAll('[data-t=msg]')].map((row) => [row.dataset.delivery, row.querySelector('[data-t=msg-text]')?.textContent ?? ''])";
    let found = browser.js(script, vec![]).await?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    Ok(found
        .as_array()
        .into_iter()
        .flatten()
        .map(|line| (text(&line[0]), text(&line[1])))
        .collect())
}

/// Waits until the messages on screen are these, all of them sent.
pub(crate) async fn shows(browser: &Browser, texts: &[&str]) -> Outcome {
    until(
        format!("{}: the messages {texts:?}", browser.name()),
        async || {
            let lines = lines(browser).await?;
            let all = lines
                .iter()
                .map(|(_, text)| text.as_str())
                .eq(texts.iter().copied());
            if all && lines.iter().all(|(delivery, _)| delivery == "sent") {
                Ok(Some(()))
            } else {
                Err(Failure(format!("{lines:?}")))
            }
        },
    )
    .await
}

/// Opens the menu of the message with this text and chooses from it.
pub(crate) async fn choose(browser: &Browser, text: &str, item: &str) -> Outcome {
    let script = "const row = [...document.querySelectorAll('[data-t=msg]')].find((row) => row.querySelector('[data-t=msg-text]')?.textContent === arguments[0]);
        if (!row) return false;
        row.focus();
        row.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
        return true;";
    until(format!("{}: the menu of {text:?}", browser.name()), async || {
        let found = browser.js(script, vec![json!(text)]).await?;
        Ok((found == Value::Bool(true)).then_some(()))
    })
    .await?;
    browser.press(item).await
}

#[test]
fn messages_go_both_ways_once_and_the_same_text_twice_is_two() {
    run_beside_others("chat_both_ways", async |stage| {
        let room = Room::start(stage).await?;
        write(&room.ann, "Hello Bob").await?;
        shows(&room.bob, &["Hello Bob"]).await?;
        write(&room.bob, "مرحبا Ann").await?;
        for _ in 0..2 {
            write(&room.ann, "again").await?;
        }
        let all = ["Hello Bob", "مرحبا Ann", "again", "again"];
        shows(&room.ann, &all).await?;
        shows(&room.bob, &all).await?;
        // They are there again after a reload, in the same order and once.
        room.bob
            .open(&format!("{}/chat/{}", room.server.url(), room.id))
            .await?;
        shows(&room.bob, &all).await
    });
}

#[test]
fn what_somebody_writes_is_text_and_never_markup() {
    run_beside_others("chat_markup", async |stage| {
        let room = Room::start(stage).await?;
        write(
            &room.ann,
            "<img src=x onerror=alert(1)> **bold** `code` [here](https://example.org/x)",
        )
        .await?;
        until("the message as text", async || {
            let found = room
                .bob
                .js("const text = document.querySelector('[data-t=msg-text]'); if (!text) return null; const link = text.querySelector('a'); return [text.querySelectorAll('img').length, text.querySelector('strong, b')?.textContent, text.querySelector('code')?.textContent, link?.getAttribute('href'), link?.rel, text.textContent.includes('<img src=x')]", vec![])
                .await?;
            if found.is_null() {
                return Ok(None);
            }
            let wanted = json!([0, "bold", "code", "https://example.org/x", "noopener noreferrer", true]);
            ensure(found == wanted, || found.to_string())?;
            Ok(Some(()))
        })
        .await
    });
}

#[test]
fn a_message_is_edited_answered_reacted_to_and_deleted_at_both() {
    run_beside_others("chat_changes", async |stage| {
        let room = Room::start(stage).await?;
        changes(&room.ann, &room.bob).await
    });
}

/// Ann writes a message and edits it, Bob answers it, Ann reacts to the answer and deletes hers: all of it at both.
pub(crate) async fn changes(ann: &Browser, bob: &Browser) -> Outcome {
    let edited = format!("Ships at ten{}", words("chat_edited")?);
    write(ann, "Ships at nine").await?;
    for browser in [ann, bob] {
        sent(browser, "Ships at nine").await?;
    }
    choose(ann, "Ships at nine", "msg-menu-edit").await?;
    ann.write("chat-input", "Ships at ten").await?;
    ann.press("chat-send").await?;
    sent(bob, &edited).await?;
    choose(bob, &edited, "msg-menu-reply").await?;
    write(bob, "I shall be there").await?;
    sent(ann, "I shall be there").await?;
    ann.says("msg-jump", "Ships at ten").await?;
    choose(ann, "I shall be there", "msg-menu-react").await?;
    ann.see("emoji-picker").await?;
    ann.js("document.querySelector('[data-t=emoji-picker] [role=gridcell] button, [data-t=emoji-picker] button[data-emoji], [data-t=emoji-picker] [role=gridcell]').click()", vec![])
        .await?;
    for browser in [ann, bob] {
        until(format!("{}: the reaction", browser.name()), async || {
            let chips = browser
                .js(
                    "return document.querySelectorAll('[data-t=msg-react].chip').length",
                    vec![],
                )
                .await?;
            Ok((chips == 1).then_some(()))
        })
        .await?;
    }
    choose(ann, &edited, "msg-menu-delete").await?;
    ann.see("msg-undo").await?;
    bob.reads(&words("chat_deleted")?).await
}

/// Waits until one message says this, and has arrived.
pub(crate) async fn sent(browser: &Browser, text: &str) -> Outcome {
    until(format!("{}: {text:?}, sent", browser.name()), async || {
        let lines = lines(browser).await?;
        let found: Vec<&str> = lines
            .iter()
            .filter(|(_, line)| line == text)
            .map(|(delivery, _)| delivery.as_str())
            .collect();
        if found == ["sent"] {
            Ok(Some(()))
        } else {
            Err(Failure(format!("{lines:?}")))
        }
    })
    .await
}

#[test]
fn what_is_written_offline_survives_a_reload_and_arrives_once() {
    run_beside_others("chat_offline", async |stage| {
        let mut room = Room::start(stage).await?;
        let url = format!("{}/chat/{}", room.server.url(), room.id);
        expect_outage(&room.ann);
        expect_outage(&room.bob);
        write(&room.ann, "before").await?;
        shows(&room.bob, &["before"]).await?;
        until("the app is kept for offline", async || {
            let active = room
                .ann
                .js("return navigator.serviceWorker.getRegistration().then((found) => Boolean(found?.active))", vec![])
                .await?;
            Ok((active == Value::Bool(true)).then_some(()))
        })
        .await?;
        room.server.kill()?;
        for text in ["one", "two", "two"] {
            write(&room.ann, text).await?;
        }
        let waiting = async |browser: &Browser| {
            until("three messages wait", async || {
                let lines = lines(browser).await?;
                let waiting = lines.iter().filter(|(delivery, _)| delivery != "sent").count();
                if lines.len() == 4 && waiting == 3 {
                    Ok(Some(()))
                } else {
                    Err(Failure(format!("{lines:?}")))
                }
            })
            .await
        };
        waiting(&room.ann).await?;
        room.ann.open(&url).await?;
        waiting(&room.ann).await?;
        room.server.restart().await?;
        let all = ["before", "one", "two", "two"];
        shows(&room.ann, &all).await?;
        shows(&room.bob, &all).await
    });
}

#[test]
fn two_tabs_are_one_conversation() {
    run_beside_others("chat_two_tabs", async |stage| {
        let room = Room::start(stage).await?;
        let url = format!("{}/chat/{}", room.server.url(), room.id);
        let first = room.ann.driver().window().await?;
        let second = room.ann.driver().new_tab().await?;
        room.ann.driver().switch_to_window(second.clone()).await?;
        room.ann.open(&url).await?;
        write(&room.ann, "from the second").await?;
        shows(&room.bob, &["from the second"]).await?;
        room.ann.driver().switch_to_window(first).await?;
        shows(&room.ann, &["from the second"]).await?;
        write(&room.ann, "from the first").await?;
        // The first tab led: without it the second sends.
        shows(&room.bob, &["from the second", "from the first"]).await?;
        room.ann.driver().close_window().await?;
        room.ann.driver().switch_to_window(second).await?;
        write(&room.ann, "alone").await?;
        let all = ["from the second", "from the first", "alone"];
        shows(&room.ann, &all).await?;
        shows(&room.bob, &all).await
    });
}

#[test]
fn somebody_types_reads_and_is_seen() {
    run_beside_others("chat_presence", async |stage| {
        let room = Room::start(stage).await?;
        let (ann, bob) = (&room.ann, &room.bob);
        bob.write("chat-input", "I am wri").await?;
        ann.says("chat-typing", "Bob").await?;
        bob.write("chat-input", "done").await?;
        bob.press("chat-send").await?;
        until("nobody types any more", async || {
            let text = ann
                .js(
                    "return document.querySelector('[data-t=chat-typing]')?.textContent.trim() ?? ''",
                    vec![],
                )
                .await?;
            Ok((text == "").then_some(()))
        })
        .await?;
        write(ann, "seen?").await?;
        ann.see("msg-seen").await?;
        ann.says("msg-seen", "Bob").await?;
        ann.open(&format!("{}/people", room.server.url())).await?;
        ann.see("people-row").await?;
        ann.reads("Bob").await
    });
}

#[test]
fn a_status_is_set_in_one_action_and_can_be_hidden() {
    run_beside_others("chat_status", async |stage| {
        let room = Room::start(stage).await?;
        let (ann, bob, url) = (&room.ann, &room.bob, room.server.url());
        ann.open(&format!("{url}/people")).await?;
        ann.press("status-edit").await?;
        ann.write("status-input", "In the harbour").await?;
        ann.press("status-save").await?;
        bob.open(&format!("{url}/people")).await?;
        bob.reads("In the harbour").await
    });
}

#[test]
fn somebody_who_is_there_is_called_from_people_and_from_the_conversation() {
    run("chat_call", async |stage| {
        let room = Room::start(stage).await?;
        let (ann, bob, url) = (&room.ann, &room.bob, room.server.url());
        ann.open(&format!("{url}/people")).await?;
        ann.press("people-open").await?;
        ann.press("people-card-call").await?;
        bob.see("incoming").await?;
        bob.says("incoming", "Ann").await?;
        bob.press("answer-video").await?;
        ann.moving("remote-video").await?;
        bob.moving("remote-video").await?;
        bob.press("hangup").await?;
        ann.gone("remote-video").await?;

        ann.open(&format!("{url}/people")).await?;
        ann.press("people-message").await?;
        ann.press("chat-call").await?;
        bob.see("incoming").await?;
        bob.press("decline").await?;
        ann.see("ended").await.map(drop)
    });
}

#[test]
fn rooms_and_messages_are_found_by_the_keyboard() {
    run_beside_others("chat_palette", async |stage| {
        let room = Room::start(stage).await?;
        let ann = &room.ann;
        write(ann, "The lighthouse keeper left").await?;
        shows(&room.bob, &["The lighthouse keeper left"]).await?;
        ann.js("document.activeElement?.blur()", vec![]).await?;
        ann.driver()
            .find(By::Css("body"))
            .await?
            .send_keys(Key::Control + "k")
            .await?;
        ann.see("chat-query").await?;
        ann.write("chat-query", "lighth").await?;
        ann.see("chat-entry").await?;
        ann.reads("The lighthouse keeper left").await?;
        ann.keys(&Key::Escape.value().to_string()).await?;
        ann.gone("chat-query").await
    });
}

#[test]
fn a_call_goes_on_while_one_chats() {
    run("chat_in_call", async |stage| {
        let room = Room::start(stage).await?;
        let (ann, bob, url) = (&room.ann, &room.bob, room.server.url());
        for browser in [ann, bob] {
            browser.open(&format!("{url}/")).await?;
            crate::talk::ready(browser).await?;
        }
        crate::talk::dial(ann, bob).await?;
        bob.press("answer-video").await?;
        bob.moving("remote-video").await?;
        ann.press("nav-chat").await?;
        ann.press("chat-room").await?;
        write(ann, "talking and writing").await?;
        ann.moving("remote-video").await?;
        bob.press("nav-chat").await?;
        bob.press("chat-room").await?;
        shows(bob, &["talking and writing"]).await?;
        bob.moving("remote-video").await.map(drop)
    });
}
