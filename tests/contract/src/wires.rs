//! The driver's network half, natively.

use std::collections::BTreeMap;
use std::time::Duration;

use engine::io::{
    Body, HttpFailure, Input, Method, Output, Reply, Request, RequestId, SocketCommand, SocketId, SocketInput,
};
use engine::time::Instant;
use futures_util::{SinkExt, StreamExt};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::AbortHandle;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;

/// Performs sockets and requests, and turns what comes of them into inputs.
#[derive(Debug)]
pub struct Wires {
    started: std::time::Instant,
    http: reqwest::Client,
    sockets: BTreeMap<SocketId, UnboundedSender<SocketCommand>>,
    requests: BTreeMap<RequestId, AbortHandle>,
    sender: UnboundedSender<Input>,
    inbox: UnboundedReceiver<Input>,
}

impl Default for Wires {
    fn default() -> Self {
        let (sender, inbox) = unbounded_channel();
        Self {
            started: std::time::Instant::now(),
            http: reqwest::Client::new(),
            sockets: BTreeMap::new(),
            requests: BTreeMap::new(),
            sender,
            inbox,
        }
    }
}

impl Wires {
    /// The engine's clock.
    #[must_use]
    pub fn now(&self) -> Instant {
        Instant::from_millis(u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX))
    }

    /// Performs `output` if it concerns the network, and gives it back otherwise.
    pub fn perform(&mut self, output: Output) -> Option<Output> {
        match output {
            Output::Socket(id, SocketCommand::Open { url }) => self.open(id, url),
            Output::Socket(id, command) => {
                let close = command == SocketCommand::Close;
                // A socket that has closed by itself is not there any more, which its input says.
                if let Some(socket) = self.sockets.get(&id) {
                    let _ = socket.send(command);
                }
                if close {
                    self.sockets.remove(&id);
                }
            }
            Output::Http(id, request) => self.request(id, request),
            Output::AbortHttp(id) => {
                if let Some(request) = self.requests.remove(&id) {
                    request.abort();
                }
            }
            other @ (Output::Media(_) | Output::Tab(_) | Output::Event(_)) => return Some(other),
        }
        None
    }

    /// Waits for the next input; `Tick` when `deadline` has passed.
    pub async fn next(&mut self, deadline: Option<Instant>) -> Input {
        let Some(deadline) = deadline else {
            return self.receive().await;
        };
        let wait = deadline.since(self.now());
        tokio::time::timeout(wait, self.receive())
            .await
            .unwrap_or(Input::Tick)
    }

    /// Puts an input in line, as another callback of the browser would.
    pub fn inject(&self, input: Input) {
        let _ = self.sender.send(input);
    }

    async fn receive(&mut self) -> Input {
        loop {
            // The sender lives as long as `self`, so this never ends without an input.
            if let Some(input) = self.inbox.recv().await {
                return input;
            }
        }
    }

    fn open(&mut self, id: SocketId, url: String) {
        let (commands, orders) = unbounded_channel();
        self.sockets.insert(id, commands);
        let sender = self.sender.clone();
        tokio::spawn(async move {
            let (code, reason) = run_socket(id, &url, orders, &sender).await;
            let _ = sender.send(Input::Socket(id, SocketInput::Closed { code, reason }));
        });
    }

    fn request(&mut self, id: RequestId, request: Request) {
        let (http, sender) = (self.http.clone(), self.sender.clone());
        let task = tokio::spawn(async move {
            let result = run_request(&http, request).await;
            let _ = sender.send(Input::Http(id, result));
        });
        self.requests.insert(id, task.abort_handle());
    }
}

/// Runs a WebSocket to its end; gives the close code and reason.
async fn run_socket(
    id: SocketId,
    url: &str,
    mut orders: UnboundedReceiver<SocketCommand>,
    sender: &UnboundedSender<Input>,
) -> (u16, String) {
    const BROKEN: u16 = 1006;
    let say = |input| {
        let _ = sender.send(Input::Socket(id, input));
    };
    let opening = tokio_tungstenite::connect_async(url);
    tokio::pin!(opening);
    let (mut socket, _) = loop {
        tokio::select! {
            opened = &mut opening => match opened {
                Ok(opened) => break opened,
                Err(_) => return (BROKEN, String::new()),
            },
            order = orders.recv() => if matches!(order, Some(SocketCommand::Close) | None) {
                return (BROKEN, String::new());
            },
        }
    };
    say(SocketInput::Opened);
    loop {
        tokio::select! {
            message = socket.next() => match message {
                Some(Ok(Message::Text(text))) => say(SocketInput::Text(text.to_string())),
                Some(Ok(Message::Binary(bytes))) => say(SocketInput::Binary(bytes.to_vec())),
                Some(Ok(Message::Close(Some(CloseFrame { code, reason })))) => return (code.into(), reason.to_string()),
                Some(Ok(Message::Close(None))) => return (1005, String::new()),
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
                Some(Err(_)) | None => return (BROKEN, String::new()),
            },
            order = orders.recv() => {
                let message = match order {
                    Some(SocketCommand::Text(text)) => Message::text(text),
                    Some(SocketCommand::Binary(bytes)) => Message::binary(bytes),
                    Some(SocketCommand::Open { .. }) => continue,
                    Some(SocketCommand::Close) | None => {
                        let _ = tokio::time::timeout(Duration::from_secs(1), socket.close(None)).await;
                        return (1000, String::new());
                    }
                };
                if socket.send(message).await.is_err() {
                    return (BROKEN, String::new());
                }
            },
        }
    }
}

async fn run_request(http: &reqwest::Client, request: Request) -> Result<Reply, HttpFailure> {
    let method = match request.method {
        Method::Get => reqwest::Method::GET,
        Method::Post => reqwest::Method::POST,
        Method::Put => reqwest::Method::PUT,
        Method::Patch => reqwest::Method::PATCH,
        Method::Delete => reqwest::Method::DELETE,
    };
    let mut builder = http.request(method, &request.url).timeout(request.timeout);
    for (name, value) in &request.headers {
        builder = builder.header(name, value);
    }
    if let Body::Text(text) = request.body {
        builder = builder.body(text);
    }
    let failure = |error: reqwest::Error| {
        if error.is_timeout() {
            HttpFailure::TimedOut
        } else {
            HttpFailure::Unreachable
        }
    };
    let response = builder.send().await.map_err(failure)?;
    let status = response.status().as_u16();
    let header = response
        .headers()
        .get("retry-after")
        .and_then(|value| value.to_str().ok());
    let retry_after = header.and_then(|text| text.parse().ok()).map(Duration::from_secs);
    let body = response.bytes().await.map_err(failure)?;
    Ok(Reply {
        status,
        retry_after,
        body: String::from_utf8_lossy(&body).into_owned(),
    })
}
