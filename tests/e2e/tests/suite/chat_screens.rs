//! The screens of chat where they are hard to get right: long texts, fingers, a list that grows at both ends, a disk that
//! is full, another browser.

use e2e::{Browser, Failure, Look, Outcome, ensure, run_beside_others, until};
use serde_json::{Value, json};
use thirtyfour::By;

use crate::chat::{Room, lines, sent, shows, write};
use crate::chat_kills::all_sent;
use crate::talk::{expect_outage, words};

#[test]
fn a_text_that_is_too_long_stays_in_the_field() {
    run_beside_others("chat_too_long", async |stage| {
        let room = Room::start(stage).await?;
        let set = "const field = document.querySelector('[data-t=chat-input]');
            Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value').set.call(field, arguments[0]);
            field.dispatchEvent(new InputEvent('input', { bubbles: true }));";
        // Three bytes each: what counts is bytes, and the server takes 16,384.
        let long = "海".repeat(6000);
        room.ann.js(set, vec![json!(long)]).await?;
        room.ann.press("chat-send").await?;
        room.ann
            .says("chat-refusal", &words("chat_refused_too_long")?)
            .await?;
        let kept = room
            .ann
            .js(
                "return document.querySelector('[data-t=chat-input]').value",
                vec![],
            )
            .await?;
        ensure(kept == json!(long), || "the text is gone".into())?;
        room.ann.js(set, vec![json!("海".repeat(5000))]).await?;
        room.ann.press("chat-send").await?;
        sent(&room.bob, &"海".repeat(5000)).await
    });
}

#[test]
fn a_finger_that_rests_on_a_message_opens_its_menu() {
    run_beside_others("chat_long_press", async |stage| {
        let room = Room::with(stage, Look::phone(), Look::default()).await?;
        write(&room.bob, "press me").await?;
        sent(&room.ann, "press me").await?;
        let place = room
            .ann
            .js(
                "const { x, y, width, height } = document.querySelector('[data-t=msg-text]').getBoundingClientRect(); return [x + width / 2, y + height / 2]",
                vec![],
            )
            .await?;
        let points = json!([{ "x": place[0], "y": place[1] }]);
        let touch = async |kind: &str, points: &Value| {
            room.ann
                .cdp(
                    "Input.dispatchTouchEvent",
                    json!({ "type": kind, "touchPoints": points }),
                )
                .await
        };
        touch("touchStart", &points).await?;
        room.ann.see("chat-message-menu").await?;
        touch("touchEnd", &json!([])).await?;
        // The finger that goes up chooses nothing, and closes nothing.
        room.ann.press("msg-menu-reply").await?;
        room.ann.see("chat-banner").await.map(drop)
    });
}

/// Where a message of the list is on screen: the first whose upper edge is in sight, and its distance from the top.
const IN_SIGHT: &str = "const top = document.querySelector('[data-t=timeline]').getBoundingClientRect().top;
    const row = [...document.querySelectorAll('[data-t=msg]')].find((row) => row.getBoundingClientRect().top > top + 40);
    return [row.dataset.id, row.getBoundingClientRect().top - top];";

/// A few turns of the wheel upwards, and how far what was in sight moved by itself after each of them.
const STEPS: &str = "const list = document.querySelector('[data-t=timeline]');
    const frames = (n) => new Promise((done) => { const next = () => (n-- > 0 ? requestAnimationFrame(next) : done()); next(); });
    const place = (id) => document.querySelector(`[data-id=\"${id}\"]`)?.getBoundingClientRect().top - list.getBoundingClientRect().top;
    const begins = () => Boolean(document.querySelector('[data-t=row-beginning]'));
    return (async () => {
      let moved = 0;
      for (let i = 0; i < 10 && !begins(); i += 1) {
        list.dispatchEvent(new WheelEvent('wheel', { deltaY: -600, bubbles: true }));
        list.scrollTop -= 600;
        await frames(3);
        const [id, before] = look();
        // Pages arrive meanwhile.
        await frames(12);
        const after = place(id);
        if (!Number.isNaN(after)) moved = Math.max(moved, Math.abs(after - before));
      }
      const top = document.querySelector('[data-t=row-older]')?.textContent;
      return { moved, begins: begins(), top, rows: document.querySelectorAll('[data-t=msg]').length, first: look()[0] };
    })();";

#[test]
fn older_pages_come_above_without_moving_what_is_read_and_new_ones_are_counted() {
    run_beside_others("chat_pages", async |stage| {
        let room = Room::start(stage).await?;
        posted(&room, 400).await?;
        // A reader who has nothing of it stored.
        let carl = stage.chromium("carl").await?;
        crate::accounts::sign_up(&carl, &room.server.url(), "carl@example.org", "Carl").await?;
        carl.open(&format!("{}/chat/{}", room.server.url(), room.id))
            .await?;
        sent(&carl, "line 400").await?;
        // Page after page, as far as there is one: at each step what is in sight stays where the wheel put it.
        let script = format!("const look = () => {{ {IN_SIGHT} }}; {STEPS}");
        until("the beginning", async || {
            let found = carl.js(&script, vec![]).await?;
            let moved = found["moved"].as_f64();
            ensure(moved.is_some_and(|moved| moved <= 1.0), || {
                format!("what was read moved: {found}")
            })?;
            ensure(found["rows"].as_u64().is_some_and(|rows| rows < 300), || {
                format!("too many rows: {found}")
            })?;
            if found["begins"] == true {
                Ok(Some(()))
            } else {
                Err(Failure(found.to_string()))
            }
        })
        .await?;
        // Meanwhile others write: it is counted, and moves nothing.
        let before = carl.js(IN_SIGHT, vec![]).await?;
        for text in ["new one", "new two", "new three"] {
            write(&room.ann, text).await?;
        }
        carl.says("chat-pill", "3").await?;
        let after = carl.js(IN_SIGHT, vec![]).await?;
        ensure(before == after, || format!("{before} became {after}"))?;
        carl.press("chat-pill").await?;
        sent(&carl, "new three").await?;
        carl.gone("chat-pill").await
    });
}

#[test]
fn whoever_sends_from_far_above_sees_what_they_sent_and_goes_on_writing() {
    run_beside_others("chat_to_own", async |stage| {
        let room = Room::start(stage).await?;
        posted(&room, 60).await?;
        let up = "const list = document.querySelector('[data-t=timeline]');
            list.dispatchEvent(new WheelEvent('wheel', { deltaY: -600, bubbles: true }));
            list.scrollTop = 0;";
        for text in ["from above", "from the end"] {
            if text == "from above" {
                room.ann.js(up, vec![]).await?;
                room.ann.see("chat-pill").await?;
            }
            write(&room.ann, text).await?;
            until(format!("{text:?} in sight, and the focus in the field"), async || {
                let script = "const row = [...document.querySelectorAll('[data-t=msg].own')].at(-1);
                    const list = document.querySelector('[data-t=timeline]').getBoundingClientRect();
                    const place = row.getBoundingClientRect();
                    return [row.querySelector('[data-t=msg-text]').textContent, place.top >= list.top && place.bottom <= list.bottom + 1, document.activeElement.dataset.t]";
                let found = room.ann.js(script, vec![]).await?;
                if found == json!([text, true, "chat-input"]) {
                    Ok(Some(()))
                } else {
                    Err(Failure(found.to_string()))
                }
            })
            .await?;
        }
        room.ann.gone("chat-pill").await
    });
}

#[test]
fn after_a_burst_the_list_of_conversations_says_the_last_message() {
    run_beside_others("chat_list_follows", async |stage| {
        let room = Room::start(stage).await?;
        posted(&room, 80).await?;
        for browser in [&room.ann, &room.bob] {
            until(
                format!("{}: the last line in the list", browser.name()),
                async || {
                    let script = "return document.querySelector('[data-t=chat-room]')?.textContent ?? ''";
                    let line = browser.js(script, vec![]).await?;
                    if line.as_str().is_some_and(|line| line.contains("line 80")) {
                        Ok(Some(()))
                    } else {
                        Err(Failure(line.to_string()))
                    }
                },
            )
            .await?;
        }
        Ok(())
    });
}

/// Ann's page posts so many messages, through the composer's own way and as fast as the server acks.
async fn posted(room: &Room, count: usize) -> Outcome {
    let script = "const [count] = arguments;
        const field = document.querySelector('[data-t=chat-input]');
        const set = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value').set;
        return (async () => {
          for (let i = 1; i <= count; i += 1) {
            set.call(field, `line ${i}`);
            field.dispatchEvent(new InputEvent('input', { bubbles: true }));
            field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
            if (i % 5 === 0) await new Promise((done) => setTimeout(done));
          }
        })();";
    room.ann.js(script, vec![json!(count)]).await?;
    all_sent(&room.ann).await
}

#[test]
fn a_full_disk_is_said_and_loses_nothing() {
    run_beside_others("chat_full_disk", async |stage| {
        let room = Room::start(stage).await?;
        // From now on the browser has no room for anything.
        room.ann
            .js(
                "const full = () => { throw new DOMException('the disk is full', 'QuotaExceededError'); };
                 IDBObjectStore.prototype.put = full;
                 IDBObjectStore.prototype.add = full;",
                vec![],
            )
            .await?;
        write(&room.ann, "on a full disk").await?;
        room.ann.see("chat-refusal").await?;
        room.ann.says("chat-refusal", "full").await?;
        sent(&room.bob, "on a full disk").await?;
        sent(&room.ann, "on a full disk").await
    });
}

#[test]
fn a_conversation_in_firefox_is_there_without_a_network_too() {
    run_beside_others("chat_firefox", async |stage| {
        let mut room = Room::with(stage, Look::default(), Look::firefox()).await?;
        let url = format!("{}/chat/{}", room.server.url(), room.id);
        expect_outage(&room.ann);
        expect_outage(&room.bob);
        write(&room.ann, "Hello Firefox").await?;
        shows(&room.bob, &["Hello Firefox"]).await?;
        write(&room.bob, "Hello Chromium").await?;
        let all = ["Hello Firefox", "Hello Chromium"];
        shows(&room.ann, &all).await?;
        shows(&room.bob, &all).await?;
        crate::offline::worker_ready(&room.bob).await?;
        room.server.kill()?;
        room.bob.open(&url).await?;
        shows(&room.bob, &all).await?;
        write(&room.bob, "from the dark").await?;
        waiting(&room.bob, "from the dark").await?;
        room.server.restart().await?;
        sent(&room.ann, "from the dark").await?;
        sent(&room.bob, "from the dark").await
    });
}

#[test]
fn no_connection_is_said_once() {
    run_beside_others("chat_one_strip", async |stage| {
        let mut room = Room::start(stage).await?;
        expect_outage(&room.ann);
        expect_outage(&room.bob);
        room.server.kill()?;
        room.ann.see("chat-reconnect").await?;
        // The calls' connection is gone as well.
        until("the banner of calls", async || {
            let there = room
                .ann
                .driver()
                .find_all(By::Css("[data-t=offline-banner]"))
                .await?;
            Ok((!there.is_empty()).then_some(()))
        })
        .await?;
        ensure(room.ann.visible("offline-banner").await?.is_empty(), || {
            "it is said twice".into()
        })
    });
}

async fn waiting(browser: &Browser, text: &str) -> Outcome {
    until(format!("{}: {text:?} waits", browser.name()), async || {
        let lines = lines(browser).await?;
        if lines
            .iter()
            .any(|(delivery, line)| delivery == "waiting" && line == text)
        {
            Ok(Some(()))
        } else {
            Err(Failure(format!("{lines:?}")))
        }
    })
    .await
}
