//! An engine's WebSockets, on gloo-net.

use std::cell::RefCell;
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use ::engine::io::{SocketCommand, SocketId, SocketInput};
use futures_core::Stream;
use futures_sink::Sink;
use gloo_net::websocket::futures::WebSocket;
use gloo_net::websocket::{Message, State, WebSocketError};

use crate::browser::promise::Task;

/// More than this unsent means that nothing gets through any more: the socket counts as lost.
const BUFFERED_AT_MOST: u32 = 8 * 1024 * 1024;
/// There was no close frame (RFC 6455, section 7.1.5).
const ABNORMAL: u16 = 1006;

/// Who is told what WebSockets say.
pub(super) type Tell = Rc<dyn Fn(SocketId, SocketInput)>;

/// The open WebSockets.
pub(super) struct Sockets {
    tell: Tell,
    open: RefCell<Vec<(SocketId, Socket)>>,
}

/// One WebSocket; dropping it closes it and says nothing more.
struct Socket {
    socket: Rc<RefCell<WebSocket>>,
    // Dropped with the socket: the reader must not say `Closed` of a socket that the engine has given up.
    _reader: Task,
}

impl Sockets {
    pub(super) fn new(tell: Tell) -> Self {
        Self {
            tell,
            open: RefCell::default(),
        }
    }

    pub(super) fn execute(&self, id: SocketId, command: SocketCommand) {
        match command {
            SocketCommand::Open { url } => self.open(id, &url),
            SocketCommand::Text(text) => self.send(id, Message::Text(text)),
            SocketCommand::Binary(bytes) => self.send(id, Message::Bytes(bytes)),
            SocketCommand::Close => {
                let closed = self.remove(id);
                drop(closed);
            }
        }
    }

    fn open(&self, id: SocketId, url: &str) {
        match WebSocket::open(url) {
            Ok(socket) => {
                let socket = Rc::new(RefCell::new(socket));
                let reader = Task::new(read(id, socket.clone(), self.tell.clone()));
                let opened = Socket {
                    socket,
                    _reader: reader,
                };
                self.open.borrow_mut().push((id, opened));
            }
            Err(error) => self.lost(id, error.message),
        }
    }

    fn send(&self, id: SocketId, message: Message) {
        let found = |(of, _): &&(SocketId, Socket)| *of == id;
        let socket = self
            .open
            .borrow()
            .iter()
            .find(found)
            .map(|(_, open)| open.socket.clone());
        // A socket that is closing says so by itself; what is sent meanwhile is the engine's to send again.
        let Some(socket) = socket else { return };
        let mut socket = socket.borrow_mut();
        let stuck = socket.buffered_amount() > BUFFERED_AT_MOST;
        if !stuck {
            let _ = Pin::new(&mut *socket).start_send(message);
            return;
        }
        drop(socket);
        let stuck = self.remove(id);
        drop(stuck);
        self.lost(id, String::from("nothing gets through"));
    }

    /// Takes a socket out, to be dropped when nothing is borrowed any more.
    fn remove(&self, id: SocketId) -> Option<Socket> {
        let mut open = self.open.borrow_mut();
        let at = open.iter().position(|(of, _)| *of == id)?;
        Some(open.swap_remove(at).1)
    }

    fn lost(&self, id: SocketId, reason: String) {
        let closed = SocketInput::Closed {
            code: ABNORMAL,
            reason,
        };
        (self.tell)(id, closed);
    }
}

/// Says when it opened, then what comes, then that it closed; exactly one `Closed`.
async fn read(id: SocketId, socket: Rc<RefCell<WebSocket>>, tell: Tell) {
    let mut opened = false;
    let mut last = (ABNORMAL, String::new());
    loop {
        let next = poll_fn(|context| poll(&socket, &mut opened, context)).await;
        let input = match next {
            Some(Heard::Opened) => SocketInput::Opened,
            Some(Heard::Message(Message::Text(text))) => SocketInput::Text(text),
            Some(Heard::Message(Message::Bytes(bytes))) => SocketInput::Binary(bytes),
            // An error is always followed by a close, which says more.
            Some(Heard::Error) => continue,
            Some(Heard::Closing(code, reason)) => {
                last = (code, reason);
                continue;
            }
            None => {
                let (code, reason) = last;
                let closed = SocketInput::Closed { code, reason };
                tell(id, closed);
                return;
            }
        };
        tell(id, input);
    }
}

enum Heard {
    Opened,
    Message(Message),
    Error,
    Closing(u16, String),
}

fn poll(socket: &RefCell<WebSocket>, opened: &mut bool, context: &mut Context<'_>) -> Poll<Option<Heard>> {
    let mut socket = socket.borrow_mut();
    if !*opened
        && Pin::new(&mut *socket).poll_ready(context).is_ready()
        && matches!(socket.state(), State::Open)
    {
        *opened = true;
        return Poll::Ready(Some(Heard::Opened));
    }
    Pin::new(&mut *socket).poll_next(context).map(|item| {
        item.map(|item| match item {
            Ok(message) => Heard::Message(message),
            Err(WebSocketError::ConnectionClose(event)) => Heard::Closing(event.code, event.reason),
            Err(_) => Heard::Error,
        })
    })
}
