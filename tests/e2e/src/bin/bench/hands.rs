//! A call worked by trusted mouse events at places, without one element handed to WebDriver: what it is handed it holds,
//! and a figure about what a page holds would be about that.

use e2e::{Browser, Failure, Outcome, until};
use serde_json::{Value, json};

/// `caller` calls `callee`, who answers; a frame arrives at both ends; the caller hangs up and both are free again.
pub(crate) async fn call(caller: &Browser, callee: &Browser) -> Outcome {
    let id = callee
        .js(
            "return document.querySelector('[data-t=my-id]').textContent.trim()",
            vec![],
        )
        .await?;
    write(caller, "call-to", id).await?;
    press(caller, "call").await?;
    press(callee, "answer-video").await?;
    for browser in [caller, callee] {
        browser.mark("remoteFrame").await?;
    }
    press(caller, "hangup").await?;
    for browser in [caller, callee] {
        free(browser).await?;
    }
    Ok(())
}

/// Waits until the page is ready for the next call, putting away what tells of the last one.
async fn free(browser: &Browser) -> Outcome {
    until(format!("{} free again", browser.name()), async || {
        if place(browser, "dismiss").await?.is_some() {
            press(browser, "dismiss").await?;
        }
        let free = browser
            .js(
                "const call = document.querySelector('[data-t=call]'); return Boolean(call) && !document.querySelector('[data-t=remote-video]')?.srcObject && window.__probe.leftPeers().length === 0",
                vec![],
            )
            .await?;
        if free == true { Ok(Some(())) } else { Err(Failure("still in the call".into())) }
    })
    .await
}

/// The middle of what carries the hook, if it is what a press there would meet.
async fn place(browser: &Browser, hook: &str) -> Outcome<Option<(f64, f64)>> {
    let at = browser
        .js(
            "for (const found of document.querySelectorAll(`[data-t=\"${arguments[0]}\"]`)) {
                const box = found.getBoundingClientRect();
                const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
                if (box.width && !found.disabled && found.contains(document.elementFromPoint(x, y))) return [x, y];
            }
            return null",
            vec![json!(hook)],
        )
        .await?;
    Ok(at[0].as_f64().zip(at[1].as_f64()))
}

async fn press(browser: &Browser, hook: &str) -> Outcome {
    let (x, y) = until(format!("{hook} at {}", browser.name()), async || {
        let at = place(browser, hook).await?;
        if at.is_none() {
            // Controls that have stepped back come forward when the pointer moves.
            for x in [300, 320] {
                let event = json!({ "type": "mouseMoved", "x": x, "y": 300 });
                browser.cdp("Input.dispatchMouseEvent", event).await?;
            }
        }
        Ok(at)
    })
    .await?;
    for kind in ["mousePressed", "mouseReleased"] {
        let event = json!({ "type": kind, "x": x, "y": y, "button": "left", "clickCount": 1 });
        browser.cdp("Input.dispatchMouseEvent", event).await?;
    }
    Ok(())
}

async fn write(browser: &Browser, hook: &str, text: Value) -> Outcome {
    press(browser, hook).await?;
    browser
        .js(
            "document.querySelector(`[data-t=\"${arguments[0]}\"]`).select()",
            vec![json!(hook)],
        )
        .await?;
    browser
        .cdp("Input.insertText", json!({ "text": text }))
        .await
        .map(drop)
}
