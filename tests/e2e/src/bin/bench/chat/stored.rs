//! A room of 100,000 messages on this device: opening it, a key press in a search, and the way of an own message.

use std::time::{Duration, Instant};

use e2e::{Browser, ChatServer, Failure, Outcome, until_within};
use serde_json::{Value, json};

use super::hook;
use crate::Measures;
use crate::figures::{Figure, Figures, Goal};

const STORED: u64 = 100_000;
const RATE: u64 = 4_000;
const INDEXED_WITHIN: Duration = Duration::from_secs(120);
const FILLED_WITHIN: Duration = Duration::from_secs(300);

/// Does `act` and gives the time until `done` holds in a frame that was painted.
const TIMED: &str = "const timed = (act, done) => new Promise((resolve, reject) => {
      const began = performance.now();
      const look = () => requestAnimationFrame(() => {
        if (performance.now() - began > 20000) return reject(new Error('it never came'));
        if (!done()) return look();
        const painted = new MessageChannel();
        painted.port1.onmessage = () => resolve(performance.now() - began);
        painted.port2.postMessage(0);
      });
      act();
      look();
    });
    const hook = (name) => document.querySelector(`[data-t=${name}]`);
    const write = (field, text) => {
      Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), 'value').set.call(field, text);
      field.dispatchEvent(new InputEvent('input', { bubbles: true }));
    };";

pub(super) async fn measure(
    measures: &Measures<'_>,
    ann: &Browser,
    server: &ChatServer,
    figures: &mut Figures,
) -> Outcome {
    join(ann, "busy").await?;
    hook(
        ann,
        server,
        "feed",
        json!({ "roomId": "busy", "userId": "feed", "rate": 50, "seconds": 1 }),
    )
    .await?;
    join(ann, "deep").await?;
    let feed = json!({ "roomId": "deep", "userId": "feed", "rate": RATE, "seconds": STORED / RATE });
    hook(ann, server, "feed", feed).await?;
    let last = format!("Message {} ", STORED - 1);
    // They take longer than one waits for anything else.
    let script = "return [...document.querySelectorAll('[data-t=msg-text]')].some((text) => text.textContent.startsWith(arguments[0]))";
    let began = Instant::now();
    while ann.js(script, vec![json!(last)]).await? != json!(true) {
        if began.elapsed() > FILLED_WITHIN {
            return Err(Failure("the room was not filled in time".into()));
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    // Written to the disk.
    tokio::time::sleep(Duration::from_secs(4)).await;

    let mut opened = Vec::new();
    ann.slow_cpu(4.0).await?;
    for _ in 0..measures.runs {
        press_room(ann, "busy").await?;
        tokio::time::sleep(Duration::from_secs(1)).await;
        opened.push(press_room(ann, "deep").await?);
    }
    figures.add(Figure {
        what: "open a room of 100,000 stored messages, CPU 4x: first paint of its tail".into(),
        unit: "ms",
        app: opened,
        reference: None,
        goal: Goal::AtMost {
            must: 300.0,
            aim: 100.0,
        },
    });

    let mut sent = Vec::new();
    for number in 0..measures.runs {
        let script = "const text = arguments[0];
            write(hook('chat-input'), text);
            await new Promise((resolve) => setTimeout(resolve, 300));
            const there = () => [...document.querySelectorAll('[data-t=msg].own')].some((row) => row.textContent.includes(text));
            return timed(() => hook('chat-send').click(), there);";
        let text = format!("own message {number} of a bench");
        sent.push(run(ann, script, vec![json!(text)]).await?);
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    ann.slow_cpu(1.0).await?;
    figures.add(Figure {
        what: "press on Send to own row painted, CPU 4x".into(),
        unit: "ms",
        app: sent,
        reference: None,
        goal: Goal::AtMost {
            must: 50.0,
            aim: 16.0,
        },
    });

    // The index is made with the first question.
    ann.press("chat-find").await?;
    ann.write("chat-query", "busy").await?;
    until_within(INDEXED_WITHIN, "all messages in the index", async || {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let words = "return document.querySelector('[data-t=chat-search-state]')?.textContent ?? ''";
        let words = ann.js(words, vec![]).await?;
        Ok((!words.as_str().unwrap_or_default().starts_with("Searching")).then_some(()))
    })
    .await?;
    let mut keys = Vec::new();
    for number in 0..measures.runs {
        // Pressed one after the other; each is done when nothing is left to do.
        let script = "const field = hook('chat-query');
            const word = arguments[0];
            let longest = 0;
            for (let length = 1; length <= word.length; length += 1) {
              const began = performance.now();
              write(field, word.slice(0, length));
              await new Promise((resolve) => { const later = new MessageChannel(); later.port1.onmessage = resolve; later.port2.postMessage(0); });
              longest = Math.max(longest, performance.now() - began);
              await new Promise((resolve) => setTimeout(resolve, 150));
            }
            return longest;";
        let word = format!("message 9{number} with some words");
        keys.push(run(ann, script, vec![json!(word)]).await?);
    }
    ann.keys("\u{e00c}").await?;
    figures.add(Figure {
        what: "search over 100,000 messages: the longest key press of a query".into(),
        unit: "ms",
        app: keys,
        reference: None,
        goal: Goal::AtMost {
            must: 50.0,
            aim: 16.0,
        },
    });
    Ok(())
}

/// Joins a room by its name.
pub(super) async fn join(browser: &Browser, room: &str) -> Outcome {
    browser.press("chat-new").await?;
    browser.press("chat-join").await?;
    browser.write("chat-join-id", room).await?;
    browser.press("chat-dialog-go").await?;
    browser.see("chat-input").await.map(drop)
}

/// Presses on a room in the list; the time until a row of it is on screen that was not there before.
async fn press_room(browser: &Browser, room: &str) -> Outcome<f64> {
    let script = "const link = [...document.querySelectorAll('[data-t=chat-room]')].find((link) => link.getAttribute('href')?.endsWith('/' + arguments[0]));
        const shown = () => document.querySelector('[data-t=timeline] [data-t=msg]:last-child')?.dataset.id;
        const before = shown();
        return timed(() => link.click(), () => location.pathname.endsWith('/' + arguments[0]) && shown() && shown() !== before);";
    run(browser, script, vec![json!(room)]).await
}

async fn run(browser: &Browser, script: &str, args: Vec<Value>) -> Outcome<f64> {
    let script = format!(
        "{TIMED} return (async (...args) => {{ {} }})(...arguments)",
        script.replace("arguments[0]", "args[0]")
    );
    let took = browser.js(&script, args).await?;
    took.as_f64()
        .ok_or_else(|| Failure(format!("no time but {took}")))
}
