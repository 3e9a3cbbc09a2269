//! A busy room: what a thousand messages a second cost the main thread, beside a lean React list fed by the same server;
//! and a large one: opening it, searching through it, writing into it.

mod busy;
mod stored;

use e2e::{Antenna, Browser, ChatServer, Dist, Failure, Look, Outcome, Site};
use serde_json::{Value, json};

use crate::Measures;
use crate::figures::Figures;

/// Main-thread time and memory under load, CPU 4x.
pub(crate) async fn measure(measures: &Measures<'_>, figures: &mut Figures) -> Outcome {
    let server = ChatServer::start().await?;
    let dist = Dist::copy(&measures.scratch.join("chat-app"))?;
    dist.configure(&json!({ "backends": [{ "id": "chat", "name": "Chat", "kind": "chat", "url": server.url(), "accounts": true }] }))?;
    let app = Antenna::start_with(
        "127.0.0.1",
        dist.path(),
        &measures.scratch.join("chat-data"),
        &["--limit", "all=off"],
    )
    .await?;
    let react = Site::react_chat(measures.scratch).await?;

    let ann = Browser::start("ann-chat", Look::default(), measures.scratch).await?;
    sign_up(&ann, &app.url()).await?;
    // Through the app, without a reload: this server hands refresh tokens out in bodies, and no page keeps those.
    ann.press("nav-chat").await?;
    stored::join(&ann, "busy").await?;
    let ours = busy::measure(measures, &ann, &server).await?;
    ann.quit().await;

    let ben = Browser::start("ben-chat", Look::default(), measures.scratch).await?;
    ben.open(react.url()).await?;
    let token = hook(&ben, &server, "sign-in", json!({ "name": "Ben" })).await?;
    let token = ["accessToken", "token"]
        .iter()
        .find_map(|name| token[*name].as_str())
        .ok_or_else(|| Failure(format!("no token in {token}")))?
        .to_owned();
    ben.open(&format!(
        "{}/?server={}&room=busy&token={token}",
        react.url(),
        server.url()
    ))
    .await?;
    let theirs = busy::measure(measures, &ben, &server).await?;
    ben.quit().await;
    busy::tell(ours, theirs, figures);

    let eve = Browser::start("eve-chat", Look::default(), measures.scratch).await?;
    sign_up(&eve, &app.url()).await?;
    eve.press("nav-chat").await?;
    stored::measure(measures, &eve, &server, figures).await?;
    eve.quit().await;
    Ok(())
}

/// Calls one of the test server's hooks.
async fn hook(browser: &Browser, server: &ChatServer, name: &str, body: Value) -> Outcome<Value> {
    let script = "const [url, body] = arguments; return fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }).then((reply) => reply.json())";
    browser
        .js(
            script,
            vec![json!(format!("{}/__test/{name}", server.url())), body],
        )
        .await
}

async fn sign_up(browser: &Browser, url: &str) -> Outcome {
    browser.open(&format!("{url}/signup")).await?;
    browser.write("name", "Ann").await?;
    let email = format!("{}@example.org", browser.name());
    browser.write("email", &email).await?;
    browser.write("password", "correct horse battery").await?;
    browser.press("submit").await?;
    browser.see("profile-name").await.map(drop)
}
