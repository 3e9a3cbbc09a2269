//! `peer-call` (contract 1) over Socket.IO (contract 0): who is where, and passing signals on unread.

use std::sync::{Arc, Weak};
use std::time::Instant;

use serde_json::{Value, json};
use socketioxide::SocketIo;
use socketioxide::extract::{AckSender, SocketRef, TryData};
use socketioxide::handler::ConnectHandler as _;
use socketioxide::layer::SocketIoLayer;
use socketioxide::socket::{DisconnectReason, Sid};

use crate::App;
use crate::chat;
use crate::limits::{Limit, TooMany};

/// Larger messages close the connection: an SDP with all its candidates has some 20 KB.
const MAX_MESSAGE: usize = 128 * 1024;
/// So many packets wait for a slow client before the sender has to keep them.
const MAX_WAITING: usize = 1024;
/// Names are cut to this many characters.
const MAX_NAME: usize = 80;

/// The signaling of this server.
#[derive(Debug)]
pub struct Calls {
    io: SocketIo,
}

/// Who is behind a socket, when signed in. Kept with the socket.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) id: Arc<str>,
    pub(crate) name: Arc<str>,
    /// Whether the socket is for chat too; our own call connection says that it is not.
    pub(crate) chats: bool,
    /// When the socket connected.
    since: Instant,
}

impl Calls {
    /// The signaling, and the layer that carries it.
    pub fn new() -> (Self, SocketIoLayer) {
        let (layer, io) = SocketIo::builder()
            .max_payload(MAX_MESSAGE as u64)
            .max_buffer_size(MAX_WAITING)
            .ws_max_message_size(MAX_MESSAGE)
            .ws_max_frame_size(MAX_MESSAGE)
            .with_parser(socketioxide::ParserConfig::common().max_incoming_binary_buf_size(MAX_MESSAGE))
            .build_layer();
        (Self { io }, layer)
    }

    /// Takes connections from now on.
    pub fn open(&self, app: &Arc<App>) {
        let (members, guard) = (Arc::downgrade(app), Arc::downgrade(app));
        let connect = move |socket: SocketRef, io: SocketIo| {
            // What is done here, and not in the future, is done before the socket's first event is read.
            connected(&socket, io, &members);
            std::future::ready(())
        };
        let authenticate = move |socket: SocketRef, TryData(auth): TryData<Value>| {
            let app = guard.clone();
            async move { authenticate(&socket, auth.unwrap_or_default(), &app).await }
        };
        self.io.ns("/", connect.with(authenticate));
    }

    /// A person changed their name; their sockets show it from the next call on.
    pub fn rename(&self, id: &str, name: &str) {
        for socket in self.io.sockets() {
            if let Some(person) = socket.extensions.get::<Person>()
                && *person.id == *id
            {
                socket.extensions.insert(Person {
                    name: name.into(),
                    ..person
                });
            }
        }
    }

    /// The connection on which an account can be called: of those that are for calls the newest, where its person was
    /// last seen to come.
    pub(crate) fn connection_of(&self, account: &str) -> Option<Sid> {
        let of = |socket: &SocketRef| {
            let person = socket.extensions.get::<Person>()?;
            (*person.id == *account && !person.chats).then_some((person.since, socket.id))
        };
        self.io.sockets().iter().filter_map(of).max().map(|(_, id)| id)
    }

    /// Closes all connections.
    pub async fn close(&self) {
        self.io.close().await;
    }
}

/// Guests bring no token and are welcome; a token that is not good is refused, so that the client can get a new one.
async fn authenticate(socket: &SocketRef, auth: Value, app: &Weak<App>) -> Result<(), String> {
    let app = app.upgrade().ok_or("Stopping")?;
    let token = match auth.get("token") {
        None | Some(Value::Null) => return Ok(()),
        Some(Value::String(token)) if token.is_empty() => return Ok(()),
        Some(Value::String(token)) => token,
        Some(_) => return Err("Authentication failed".into()),
    };
    let user = app
        .accounts
        .user_of(token)
        .await
        .map_err(|_| "Authentication failed")?;
    let chats = auth.get("chat") != Some(&Value::Bool(false));
    if chats {
        chat::admit(&app, &user.id)?;
    }
    socket.extensions.insert(Person {
        id: user.id.into(),
        name: user.name.into(),
        chats,
        since: Instant::now(),
    });
    Ok(())
}

fn connected(socket: &SocketRef, io: SocketIo, app: &Weak<App>) {
    let Some(strong) = app.upgrade() else { return };
    strong.metrics.connections.up();
    strong.metrics.connected.add();
    tracing::debug!(id = %socket.id, "connected");

    // Handlers do all their work before they return their (empty) future: futures of one socket run side by side, and
    // trickled candidates must not overtake their offer.
    for event in [Event::CallUser, Event::AnswerCall, Event::CallDeclined] {
        let (app, io) = (app.clone(), io.clone());
        socket.on(
            event.name(),
            move |socket: SocketRef, TryData(data): TryData<Value>, ack: AckSender| {
                if let Some(app) = app.upgrade() {
                    let delivered = event.pass_on(&app, &io, &socket, &data.unwrap_or_default());
                    // Classic clients ask for no acknowledgement; then nothing is sent.
                    let _ = ack.send(&json!({ "delivered": delivered }));
                }
                std::future::ready(())
            },
        );
    }
    chat::open(socket, &strong);
    let app = app.clone();
    socket.on_disconnect(move |socket: SocketRef, reason: DisconnectReason| {
        disconnected(&socket, reason, &app);
        std::future::ready(())
    });

    // The socket may be gone again; then its disconnect handler has run or will.
    let _ = socket.emit("me", socket.id.as_str());
}

fn disconnected(socket: &SocketRef, reason: DisconnectReason, app: &Weak<App>) {
    if let Some(app) = app.upgrade() {
        app.metrics.connections.down();
        chat::closed(socket, &app);
    }
    tracing::debug!(id = %socket.id, ?reason, "disconnected");
    if reason != DisconnectReason::ClosingServer {
        let everybody = socket.broadcast();
        tokio::spawn(async move {
            // Contract 1: a hint to everybody. Full send queues of single sockets are their own trouble.
            // The empty array stands for no payload; `()` would be sent as null.
            let nothing: [u8; 0] = [];
            let _ = everybody.emit("callEnded", &nothing).await;
        });
    }
}

/// What clients send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Event {
    CallUser,
    AnswerCall,
    CallDeclined,
}

impl Event {
    const fn name(self) -> &'static str {
        match self {
            Self::CallUser => "callUser",
            Self::AnswerCall => "answerCall",
            Self::CallDeclined => "callDeclined",
        }
    }

    /// Passes the event on; whether somebody was there to get it.
    fn pass_on(self, app: &App, io: &SocketIo, socket: &SocketRef, data: &Value) -> bool {
        if let Err(TooMany(wait)) = app.limit(Limit::Signaling, socket.id.as_str()) {
            let seconds = wait.as_secs() + 1;
            let message = format!("Rate limit exceeded. Try again in {seconds} seconds");
            let _ = socket.emit("error", &json!({ "message": message }));
            return false;
        }
        let to = match self {
            Self::CallUser => data.get("userToCall"),
            Self::AnswerCall => data.get("to"),
            Self::CallDeclined => data.get("to").or_else(|| data.get("from")),
        };
        let to = to
            .and_then(Value::as_str)
            .and_then(|id| id.parse::<Sid>().ok())
            .and_then(|id| io.get_socket(id));
        let Some(to) = to else { return false };
        let sent = match self {
            Self::CallUser => {
                app.metrics.calls.add();
                // Nobody can call in another's name: the id is the socket's, the name of an account its own.
                let name = name(socket, data);
                let signal = data.get("signalData").unwrap_or(&Value::Null);
                to.emit(
                    "callUser",
                    &json!({ "signal": signal, "from": socket.id, "name": name }),
                )
            }
            Self::AnswerCall => {
                app.metrics.answers.add();
                to.emit("callAccepted", data.get("signal").unwrap_or(&Value::Null))
            }
            Self::CallDeclined => to.emit("callDeclined", &json!({ "from": socket.id })),
        };
        sent.is_ok()
    }
}

fn name(socket: &SocketRef, data: &Value) -> String {
    if let Some(person) = socket.extensions.get::<Person>() {
        return person.name.to_string();
    }
    let name = data.get("name").and_then(Value::as_str).unwrap_or_default();
    name.chars().filter(|c| !c.is_control()).take(MAX_NAME).collect()
}
