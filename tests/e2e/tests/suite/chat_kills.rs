//! The server is killed again and again while two people write: nothing is lost, nothing is doubled, the order stays.

use std::time::Duration;

use e2e::{Browser, Failure, Outcome, ensure, run_beside_others, until_within};
use serde_json::{Value, json};

use crate::chat::Room;
use crate::talk::expect_outage;

/// How often the server is killed.
const KILLS: usize = 200;
/// The order of the moments: the same in every run.
const SEED: u64 = 0x5eed_cafe;

/// A small generator (SplitMix64), so that a run can be had again.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound
    }
}

/// The page itself writes, every so many milliseconds: into the field, and Enter.
pub(crate) const WRITES: &str = "const [name, every] = arguments;
    let count = 0;
    window.__written = [];
    const set = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value').set;
    window.__writing = setInterval(() => {
      const field = document.querySelector('[data-t=chat-input]');
      if (!field) return;
      count += 1;
      const text = `${name} ${count}`;
      set.call(field, text);
      field.dispatchEvent(new InputEvent('input', { bubbles: true }));
      field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
      window.__written.push(text);
    }, every);";

#[test]
fn two_hundred_kills_lose_nothing_and_double_nothing() {
    run_beside_others("chat_kills", async |stage| {
        let mut room = Room::start(stage).await?;
        expect_outage(&room.ann);
        expect_outage(&room.bob);
        for (browser, name) in [(&room.ann, "ann"), (&room.bob, "bob")] {
            // As fast as a quick person.
            browser.js(WRITES, vec![json!(name), json!(700)]).await?;
        }
        let mut random = Random(SEED);
        for _ in 0..KILLS {
            tokio::time::sleep(Duration::from_millis(50 + random.below(900))).await;
            room.server.kill()?;
            tokio::time::sleep(Duration::from_millis(random.below(120))).await;
            room.server.restart().await?;
        }
        let mut written = Vec::new();
        for browser in [&room.ann, &room.bob] {
            written.push(stop_writing(browser).await?);
        }
        let count: usize = written.iter().map(Vec::len).sum();
        ensure(count > KILLS / 2, || {
            format!("only {count} messages were written")
        })?;
        for browser in [&room.ann, &room.bob] {
            all_sent(browser).await?;
        }
        let stored = stored(&room).await?;
        agree(&stored, &written)?;
        for browser in [&room.ann, &room.bob] {
            let shown = scrolled_through(browser, count).await?;
            ensure(shown == stored, || {
                format!(
                    "{} shows {} of {}: {}",
                    browser.name(),
                    shown.len(),
                    stored.len(),
                    difference(&shown, &stored)
                )
            })?;
        }
        Ok(())
    });
}

/// The page writes no more; what it wrote.
pub(crate) async fn stop_writing(browser: &Browser) -> Outcome<Vec<String>> {
    let script = "clearInterval(window.__writing); return window.__written";
    Ok(strings(&browser.js(script, vec![]).await?))
}

/// Waits until nothing waits: neither on screen nor on disk.
pub(crate) async fn all_sent(browser: &Browser) -> Outcome {
    let what = format!("{}: an empty outbox and the newest messages", browser.name());
    until_within(Duration::from_secs(180), what, async || {
        let script = "return [...document.querySelectorAll('[data-t=msg]')].filter((row) => row.dataset.delivery !== 'sent').length";
        let (unsent, outbox) = (browser.js(script, vec![]).await?, outbox(browser).await?);
        if unsent == 0 && outbox == 0 {
            Ok(Some(()))
        } else {
            Err(Failure(format!("{unsent} on screen, {outbox} in the outbox")))
        }
    })
    .await
}

fn strings(list: &Value) -> Vec<String> {
    let texts = list.as_array().into_iter().flatten();
    texts.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Each person's messages are there once, in the order they were written.
pub(crate) fn agree(stored: &[String], written: &[Vec<String>]) -> Outcome {
    for texts in written {
        let name = texts
            .first()
            .and_then(|text| text.split(' ').next())
            .unwrap_or_default();
        let theirs: Vec<&String> = stored.iter().filter(|text| text.starts_with(name)).collect();
        ensure(theirs.iter().copied().eq(texts.iter()), || {
            let missing: Vec<_> = texts.iter().filter(|text| !stored.contains(text)).collect();
            format!(
                "{name} wrote {}, the server has {}; missing: {missing:?}; it has {theirs:?}",
                texts.len(),
                theirs.len()
            )
        })?;
    }
    Ok(())
}

pub(crate) fn difference(shown: &[String], stored: &[String]) -> String {
    let at = shown.iter().zip(stored).position(|(a, b)| a != b);
    format!(
        "first difference at {at:?}; missing {:?}",
        stored
            .iter()
            .filter(|text| !shown.contains(text))
            .take(5)
            .collect::<Vec<_>>()
    )
}

/// What the server has, oldest first: asked for by a page, with a sign-in of its own that touches no session.
async fn stored(room: &Room) -> Outcome<Vec<String>> {
    let script = "const [room] = arguments;
        return (async () => {
          const json = { 'content-type': 'application/json' };
          const body = JSON.stringify({ email: 'ann@example.org', password: 'correct horse battery' });
          const signed = await (await fetch('/api/auth/login', { method: 'POST', credentials: 'omit', headers: json, body })).json();
          const token = signed.accessToken ?? signed.data?.accessToken ?? signed.token;
          const all = [];
          for (let cursor = '';;) {
            const page = await (await fetch(`/api/v1/rooms/${room}/messages?limit=100&direction=before${cursor}`, { credentials: 'omit', headers: { authorization: `Bearer ${token}` } })).json();
            all.unshift(...page.data.map(({ content }) => content));
            if (!page.pageInfo.hasPreviousPage || !page.data.length) return all;
            cursor = `&cursor=${encodeURIComponent(page.pageInfo.startCursor)}`;
          }
        })()";
    let found = room.bob.js(script, vec![json!(room.id)]).await?;
    Ok(strings(&found))
}

/// How many wishes wait in IndexedDB.
async fn outbox(browser: &Browser) -> Outcome<u64> {
    let script = "return indexedDB.databases().then(async (list) => {
        let count = 0;
        for (const { name } of list) {
          const database = await new Promise((resolve, reject) => { const open = indexedDB.open(name); open.onsuccess = () => resolve(open.result); open.onerror = () => reject(open.error); });
          for (const store of database.objectStoreNames) {
            if (!store.includes('wish')) continue;
            count += await new Promise((resolve) => { const asked = database.transaction(store).objectStore(store).count(); asked.onsuccess = () => resolve(asked.result); });
          }
          database.close();
        }
        return count;
      })";
    Ok(browser.js(script, vec![]).await?.as_u64().unwrap_or(u64::MAX))
}

/// Reads the whole timeline as a person would: from the end upwards.
pub(crate) async fn scrolled_through(browser: &Browser, count: usize) -> Outcome<Vec<String>> {
    let script = "const timeline = document.querySelector('[data-t=timeline]');
        const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
        return (async () => {
          const found = new Map();
          let order = [];
          const read = () => {
            const rows = [...document.querySelectorAll('[data-t=msg]')].map((row) => [row.dataset.key, row.querySelector('[data-t=msg-text]')?.textContent ?? '']);
            for (const [id, text] of rows) found.set(id, text);
            const ids = rows.map(([id]) => id);
            const known = new Set(order);
            const fresh = ids.filter((id) => !known.has(id));
            if (fresh.length) order = ids.some((id) => known.has(id)) && ids.indexOf(fresh[0]) > 0 && known.has(ids[ids.indexOf(fresh[0]) - 1]) ? [...order, ...fresh] : [...fresh, ...order];
          };
          // Whoever looks again stands where they had come to.
          timeline.dispatchEvent(new KeyboardEvent('keydown', { key: 'End', bubbles: true, cancelable: true }));
          await wait(300);
          read();
          for (let still = 0; still < 25 && order.length < arguments[0];) {
            const before = order.length;
            timeline.dispatchEvent(new WheelEvent('wheel', { deltaY: -400, bubbles: true }));
            timeline.scrollTop -= 300;
            await wait(60);
            read();
            still = order.length === before && timeline.scrollTop <= 0 ? still + 1 : order.length === before ? still + 0.2 : 0;
          }
          return order.map((id) => found.get(id));
        })();";
    // A long way takes longer than a script may by default.
    browser
        .driver()
        .set_script_timeout(Duration::from_secs(240))
        .await?;
    Ok(strings(&browser.js(script, vec![json!(count)]).await?))
}
