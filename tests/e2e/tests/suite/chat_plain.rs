//! Chat on unmodified socket.io servers of contract 5, in each of their flavours, as two people use them.
//!
//! The host of the app and the chat server are two, as where somebody writes the address of theirs into config.json.

use std::sync::Arc;
use std::time::Duration;

use e2e::{
    Antenna, Browser, ChatFlavour, ChatServer, Failure, Look, Outcome, Stage, ensure, run_beside_others,
    until,
};
use serde_json::json;

use crate::accounts::{sign_in, sign_up};
use crate::chat::{changes, lines, sent, shows, write};
use crate::chat_kills::{WRITES, agree, all_sent, difference, scrolled_through, stop_writing};
use crate::talk::expect_outage;

/// Makes a test of each: name, kind of the backend in config.json, echo, split, recovery, more options.
macro_rules! flavours {
    ($($name:ident: $kind:literal, $echo:literal, $split:literal, $recovery:literal, $more:expr;)*) => {
        $(#[test] fn $name() {
            run_beside_others(concat!("chat_plain_", stringify!($name)), async |stage| {
                let flavour = ChatFlavour { echo: $echo, split: $split, recovery: $recovery, more: &$more };
                plain(stage, $kind, flavour).await
            });
        })*
    };
}

// Some have history pages, and some keep the session in a cookie, so that a reload needs no sign-in.
flavours! {
    echo_joined: "peer-call", true, false, false, [];
    echo_joined_recovery: "peer-call", true, false, true, ["--rest", "--cookie"];
    echo_split: "chat", true, true, false, ["--cookie", "--reactions", "array"];
    echo_split_recovery: "peer-call", true, true, true, ["--no-names", "--iso"];
    silent_joined: "peer-call", false, false, false, ["--cookie"];
    silent_joined_recovery: "peer-call", false, false, true, ["--rest"];
    silent_split: "peer-call", false, true, false, ["--numeric-ids"];
    silent_split_recovery: "peer-call", false, true, true, ["--rest", "--cookie", "--read-by", "empty"];
}

/// Two people in one room of a foreign server.
struct Talk {
    _app: Antenna,
    server: ChatServer,
    /// The room's address.
    room: String,
    /// The session is in a cookie.
    cookie: bool,
    ann: Arc<Browser>,
    bob: Arc<Browser>,
}

async fn plain(stage: &Stage, kind: &str, flavour: ChatFlavour) -> Outcome {
    let mut talk = Talk::start(stage, kind, flavour).await?;
    talk.both_ways().await?;
    changes(&talk.ann, &talk.bob).await?;
    talk.killed_while_both_write().await?;
    talk.reloaded_while_away().await?;
    talk.all_is_there().await
}

impl Talk {
    async fn start(stage: &Stage, kind: &str, flavour: ChatFlavour) -> Outcome<Self> {
        let server = ChatServer::keeping(flavour, stage.scratch()).await?;
        let mut backend = json!({ "id": "foreign", "name": "Foreign", "kind": kind, "url": server.url(), "accounts": true });
        if kind != "chat" {
            backend["chat"] = json!(server.url());
        }
        let app = stage.antenna_with(&json!({ "backends": [backend] })).await?;
        let (ann, bob) = (
            stage.browser("ann", Look::default()).await?,
            stage.browser("bob", Look::default()).await?,
        );
        let room = format!("{}/chat/harbour", app.url());
        for (browser, email, name) in [(&ann, "ann@example.org", "Ann"), (&bob, "bob@example.org", "Bob")] {
            expect_outage(browser);
            sign_up(browser, &app.url(), email, name).await?;
            // Such servers make a room when somebody comes to its link. A reload would end the session where no cookie
            // holds it.
            browser.press("nav-chat").await?;
            browser.press("chat-new").await?;
            browser.press("chat-join").await?;
            browser.write("chat-join-id", &room).await?;
            browser.press("chat-dialog-go").await?;
            browser.says("chat-room-name", "harbour").await?;
            browser.see("chat-input").await?;
        }
        let cookie = flavour.more.contains(&"--cookie");
        Ok(Self {
            _app: app,
            server,
            room,
            cookie,
            ann,
            bob,
        })
    }

    fn both(&self) -> [&Arc<Browser>; 2] {
        [&self.ann, &self.bob]
    }

    async fn both_ways(&self) -> Outcome {
        write(&self.ann, "Hello Bob").await?;
        shows(&self.bob, &["Hello Bob"]).await?;
        write(&self.bob, "مرحبا Ann").await?;
        shows(&self.ann, &["Hello Bob", "مرحبا Ann"]).await?;
        for _ in 0..2 {
            write(&self.ann, "again").await?;
        }
        let all = ["Hello Bob", "مرحبا Ann", "again", "again"];
        shows(&self.ann, &all).await?;
        shows(&self.bob, &all).await
    }

    /// The server is killed twice while both write: nothing is lost, nothing is there twice, and what is said to be sent
    /// is on the server's disk.
    async fn killed_while_both_write(&mut self) -> Outcome {
        for (browser, name) in [(&self.ann, "ann"), (&self.bob, "bob")] {
            browser.js(WRITES, vec![json!(name), json!(300)]).await?;
        }
        for pause in [800, 1200] {
            tokio::time::sleep(Duration::from_millis(pause)).await;
            self.server.kill()?;
            tokio::time::sleep(Duration::from_millis(500)).await;
            self.honest().await?;
            self.server.restart().await?;
        }
        tokio::time::sleep(Duration::from_millis(600)).await;
        let mut written = Vec::new();
        for browser in self.both() {
            written.push(stop_writing(browser).await?);
        }
        for browser in self.both() {
            all_sent(browser).await?;
        }
        agree(&self.contents()?, &written)
    }

    /// Nobody is told that something was sent which the server does not have.
    async fn honest(&self) -> Outcome {
        let stored = self.contents()?;
        for browser in self.both() {
            for (delivery, text) in lines(browser).await? {
                let counted = text.starts_with("ann ") || text.starts_with("bob ");
                ensure(delivery != "sent" || !counted || stored.contains(&text), || {
                    format!("{}: {text:?} is shown as sent: {stored:?}", browser.name())
                })?;
            }
        }
        Ok(())
    }

    /// The server is away, Ann writes, leaves and comes back: it waits, and arrives once.
    async fn reloaded_while_away(&mut self) -> Outcome {
        let texts = ["away one", "away two", "away two", "away three"];
        self.server.kill()?;
        for text in texts {
            write(&self.ann, text).await?;
        }
        let waiting = async |browser: &Browser| {
            until("what was written waits", async || {
                // A room opens where one has read to: what waits may be further down.
                if let Some(pill) = browser.visible("chat-pill").await?.first() {
                    pill.click().await?;
                }
                let lines = lines(browser).await?;
                let unsent = lines.iter().filter(|(delivery, _)| delivery != "sent");
                let unsent: Vec<&str> = unsent.map(|(_, text)| text.as_str()).collect();
                if unsent == texts {
                    Ok(Some(()))
                } else {
                    Err(Failure(format!("{lines:?}")))
                }
            })
            .await
        };
        waiting(&self.ann).await?;
        self.ann.open(&self.room).await?;
        waiting(&self.ann).await?;
        self.server.restart().await?;
        self.again(&self.ann).await?;
        for browser in self.both() {
            for text in ["away one", "away three"] {
                sent(browser, text).await?;
            }
            all_sent(browser).await?;
        }
        let stored = self.contents()?;
        let away: Vec<&str> = stored
            .iter()
            .map(String::as_str)
            .filter(|text| text.starts_with("away"))
            .collect();
        ensure(away == texts, || format!("{stored:?}"))
    }

    /// Both see what the server has, once and in its order, and see it again after a reload.
    async fn all_is_there(&self) -> Outcome {
        for browser in self.both() {
            self.agrees(browser).await?;
        }
        self.bob.open(&self.room).await?;
        self.again(&self.bob).await?;
        self.bob.see("chat-input").await?;
        self.agrees(&self.bob).await
    }

    async fn agrees(&self, browser: &Browser) -> Outcome {
        let stored = self.contents()?;
        until(format!("{}: what the server has", browser.name()), async || {
            // One more: that it was deleted is a row as well, until the page is loaded again.
            let shown: Vec<String> = scrolled_through(browser, stored.len() + 1)
                .await?
                .into_iter()
                // A message that was deleted has left its place.
                .filter(|text| !text.is_empty())
                .collect();
            ensure(shown == stored, || {
                format!("{}: {shown:?} of {stored:?}", difference(&shown, &stored))
            })?;
            Ok(Some(()))
        })
        .await
    }

    /// After a reload: where no cookie holds the session, signs in again and comes back to the room.
    async fn again(&self, browser: &Browser) -> Outcome {
        if self.cookie {
            return Ok(());
        }
        browser.press("chat-sign-in").await?;
        sign_in(browser, &format!("{}@example.org", browser.name())).await?;
        browser.says("chat-room-name", "harbour").await
    }

    fn contents(&self) -> Outcome<Vec<String>> {
        let stored = self.server.stored()?;
        Ok(stored.into_iter().map(|message| message.content).collect())
    }
}
