//! Which messages are notified while the page is hidden, and where a press on a notification leads.

use e2e::{Browser, Failure, Look, Outcome, ensure, run_beside_others, until};
use serde_json::{Value, json};

use crate::beside::hide;
use crate::chat::{Room, sent, write};

/// Bob's page is hidden, and what it notifies is recorded.
async fn watched(room: &Room) -> Outcome {
    let grant = json!({ "origin": room.server.url(), "permissions": ["notifications"] });
    room.bob.cdp("Browser.grantPermissions", grant).await?;
    let watch = "window.__shown = [];
        window.Notification = new Proxy(Notification, { construct(target, args) {
          const made = new target(...args);
          window.__shown.push({ made, text: `${args[0]}|${args[1].body}` });
          return made;
        } });";
    room.bob.js(watch, vec![]).await?;
    hide(&room.bob, true).await
}

/// What was notified so far.
async fn notified(browser: &Browser) -> Outcome<Vec<String>> {
    let found = browser
        .js("return window.__shown.map((one) => one.text)", vec![])
        .await?;
    Ok(found
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect())
}

/// Ann writes these, and Bob is notified of the last of them and of no other that was not before.
async fn only_the_last(room: &Room, texts: &[&str]) -> Outcome {
    let mut wanted = notified(&room.bob).await?;
    for text in texts {
        write(&room.ann, text).await?;
    }
    let last = texts.last().copied().unwrap_or_default();
    wanted.push(format!("Harbour|Ann: {last}"));
    until(format!("bob: {wanted:?} notified"), async || {
        let found = notified(&room.bob).await?;
        if found == wanted {
            Ok(Some(()))
        } else {
            Err(Failure(format!("{found:?}")))
        }
    })
    .await
}

/// Bob chooses how the room notifies.
async fn level(room: &Room, hook: &str) -> Outcome {
    hide(&room.bob, false).await?;
    room.bob.press("chat-room-menu").await?;
    room.bob.press(hook).await?;
    room.bob.gone(hook).await?;
    hide(&room.bob, true).await
}

#[test]
fn a_room_notifies_as_chosen_and_a_press_leads_to_it() {
    run_beside_others("chat_notices", async |stage| {
        let room = Room::with(stage, Look::default(), Look::default()).await?;
        watched(&room).await?;
        // Nobody chose: a room tells of what is meant for one.
        only_the_last(&room, &["to all", "for @Bob"]).await?;
        level(&room, "chat-notify-all").await?;
        only_the_last(&room, &["to everybody"]).await?;
        level(&room, "chat-notify-none").await?;
        write(&room.ann, "not even @Bob").await?;
        sent(&room.bob, "not even @Bob").await?;
        level(&room, "chat-notify-mentions").await?;
        only_the_last(&room, &["to all again", "again for @Bob"]).await?;
        // Elsewhere in the app a press on it leads to the room, and takes it away.
        hide(&room.bob, false).await?;
        room.bob.press("nav-people").await?;
        room.bob.see("quiet-on").await?;
        hide(&room.bob, true).await?;
        only_the_last(&room, &["@Bob, where are you?"]).await?;
        hide(&room.bob, false).await?;
        let press = "const { made } = window.__shown.at(-1);
            made.addEventListener('close', () => { window.__closed = true; });
            made.dispatchEvent(new Event('click'));";
        room.bob.js(press, vec![]).await?;
        room.bob.says("chat-room-name", "Harbour").await?;
        sent(&room.bob, "@Bob, where are you?").await?;
        until("the notification is gone", async || {
            let closed = room.bob.js("return window.__closed === true", vec![]).await?;
            Ok((closed == Value::Bool(true)).then_some(()))
        })
        .await
    });
}

#[test]
fn nothing_is_notified_in_quiet_hours() {
    run_beside_others("chat_quiet_hours", async |stage| {
        let room = Room::with(stage, Look::default(), Look::default()).await?;
        room.bob.press("nav-people").await?;
        room.bob.press("quiet-on").await?;
        // From midnight to midnight is the whole day, whenever this runs.
        for hook in ["quiet-from", "quiet-to"] {
            let set = "const field = document.querySelector(`[data-t=${arguments[0]}]`);
                field.value = '00:00';
                field.dispatchEvent(new Event('change', { bubbles: true }));";
            room.bob.see(hook).await?;
            room.bob.js(set, vec![json!(hook)]).await?;
        }
        watched(&room).await?;
        write(&room.ann, "quiet, @Bob").await?;
        unread(&room.bob).await?;
        ensure(notified(&room.bob).await?.is_empty(), || {
            "notified in quiet hours".into()
        })?;
        hide(&room.bob, false).await?;
        room.bob.press("quiet-on").await?;
        room.bob.gone("quiet-from").await?;
        hide(&room.bob, true).await?;
        only_the_last(&room, &["awake, @Bob"]).await
    });
}

/// What came has arrived: the way to chat counts it.
async fn unread(browser: &Browser) -> Outcome {
    until(format!("{}: something is unread", browser.name()), async || {
        let found = browser
            .js(
                "return document.querySelector('[data-t=nav-chat]')?.textContent ?? ''",
                vec![],
            )
            .await?;
        let text = found.as_str().unwrap_or_default();
        if text.contains('1') {
            Ok(Some(()))
        } else {
            Err(Failure(text.to_owned()))
        }
    })
    .await
}
